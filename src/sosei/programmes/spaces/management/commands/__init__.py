"""Commands of spaces."""
