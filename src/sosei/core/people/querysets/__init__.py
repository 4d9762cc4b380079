"""Reads of this room: every public one starts from `visible_to(user)`, which agrees with `permissions.py`."""
