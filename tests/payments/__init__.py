"""Tests of the room `core.payments`."""
