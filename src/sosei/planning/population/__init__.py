"""Population: observed people, assumptions and stored projections of a municipality: the population vision."""
