"""Hypothesis without a deadline: on a busy machine an example may take longer than another, which is no failure."""

from hypothesis import settings

settings.register_profile("engines", deadline=None)
settings.load_profile("engines")
