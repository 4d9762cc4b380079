"""What was decided, by whom and why; who was told; which files belong to it."""
