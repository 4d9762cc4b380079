"""The verbs that write a strategy and its parts."""
