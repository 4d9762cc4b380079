"""Seasonal work: offers, shifts, applications, contracts, attendance, wages, reviews."""
