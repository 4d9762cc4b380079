"""Reads of entries and messages; every public one starts from `visible_to(user)`."""
