"""Migrations of the frame: tables that belong to no room."""
