"""Core: who acts, what was decided, what is owed, and how it all looks."""
