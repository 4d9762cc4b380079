"""Commands of the outcomes room."""
