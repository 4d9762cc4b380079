"""The verbs of this room, and the few reads that more than one page needs."""
