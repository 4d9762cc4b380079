"""A site with many people in it, started for measuring: settings, one bare address, seeding, load."""
