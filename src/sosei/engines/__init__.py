"""Engines compute: plain Python on NumPy, without Django, database, clock or network."""
