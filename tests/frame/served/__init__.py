"""Served: a small app the fault tests run in real processes, one view that writes and tasks that take their time."""
