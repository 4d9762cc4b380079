"""Console commands of the population vision."""
