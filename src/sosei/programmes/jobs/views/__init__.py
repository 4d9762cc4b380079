"""Pages of seasonal work, one module a subject."""
