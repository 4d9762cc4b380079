"""Embedded: Django's PostgreSQL backend over a server that its first connection starts."""
