"""Safekeeping: the whole site in one file, and the whole site back from it."""
