"""Project: Django settings, the URL table and the console command `sosei`."""
