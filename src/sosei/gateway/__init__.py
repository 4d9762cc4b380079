"""Gateway shows the house to the world: settings, addresses, portal, reports and open data."""
