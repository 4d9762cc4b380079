"""Addresses of the strategy, one list a subject."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

app_name = "strategy"
urlpatterns = [
    pattern
    for subject in ("structure", "kpis", "rules", "campaigns", "reviews")
    if find_spec(f"sosei.planning.strategy.urls_{subject}") is not None
    for pattern in import_module(f"sosei.planning.strategy.urls_{subject}").urlpatterns
]
