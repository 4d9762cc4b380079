"""The door: signing up and in, second factors, the city's own directory; on django-allauth, in our words and limits."""
