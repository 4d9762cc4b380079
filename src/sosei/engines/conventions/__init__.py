"""Conventions: municipality codes, fiscal years and eras, width folding, numbers as offices write them."""
