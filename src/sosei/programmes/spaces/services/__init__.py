"""The verbs that write, one subject a module."""
