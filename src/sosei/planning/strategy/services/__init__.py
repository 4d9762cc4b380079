"""The verbs that write, one module a subject."""
