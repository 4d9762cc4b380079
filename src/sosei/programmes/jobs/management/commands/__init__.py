"""Commands of seasonal work."""
