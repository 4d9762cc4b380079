"""Planning decides: the population vision and, above it, strategy, outcomes and hearings."""
