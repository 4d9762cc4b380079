"""The verbs of seasonal work that write, one module a subject."""
