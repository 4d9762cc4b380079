"""Template tags of seasonal work."""
