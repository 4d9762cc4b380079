"""Migrations of the room `programmes.spaces`."""
