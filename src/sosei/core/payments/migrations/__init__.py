"""Migrations of the room `core.payments`."""
