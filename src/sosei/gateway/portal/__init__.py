"""Portal: the public home page, from which every municipality is reached."""
