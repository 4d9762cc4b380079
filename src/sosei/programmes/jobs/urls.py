"""Addresses of seasonal work; each subject keeps a list of its own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

app_name = "jobs"
SUBJECTS = (
    "search",
    "employers",
    "postings",
    "calendar",
    "workers",
    "applications",
    "rounds",
    "contracts",
    "days",
    "pay",
    "care",
    "town",
)
urlpatterns = [
    pattern
    for subject in SUBJECTS
    if find_spec(f"sosei.programmes.jobs.urls_{subject}") is not None
    for pattern in import_module(f"sosei.programmes.jobs.urls_{subject}").urlpatterns
]
# /me/work is a worker's own, not a town's with the code "me".
urlpatterns.sort(key=lambda pattern: not str(pattern.pattern).startswith("me/"))
