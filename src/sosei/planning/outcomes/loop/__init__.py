"""The loop in numbers: facts and KPIs bend the projection, and the gap to the vision becomes households a year."""
