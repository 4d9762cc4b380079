"""Drawings of the strategy: tree, lineage, KPIs."""
