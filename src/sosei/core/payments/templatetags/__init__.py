"""Filters of the templates of payments."""
