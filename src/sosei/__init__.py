"""Sosei (創生): population vision, strategy and programmes of a municipality in one loop."""

__version__ = "0.1.0"
