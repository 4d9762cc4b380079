"""The comprehensive strategy: goals, packages, measures, KPIs with targets and actuals, the yearly review."""
