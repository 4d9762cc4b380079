"""Commands of the strategy room."""
