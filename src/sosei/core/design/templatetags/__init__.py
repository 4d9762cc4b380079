"""Template tags of the design."""
