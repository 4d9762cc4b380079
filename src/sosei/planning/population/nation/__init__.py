"""The nation: every municipality projected at once, its boundaries, its map, and the official projection beside it."""
