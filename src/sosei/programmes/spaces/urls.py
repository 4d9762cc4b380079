"""Addresses of spaces; each subject keeps a list of its own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

app_name = "spaces"
SUBJECTS = (
    "search",
    "hosts",
    "listings",
    "prices",
    # Before the bookings: /bookings/calendar/… is no order's link.
    "ical",
    "bookings",
    "series",
    "waiting",
    "lotteries",
    "groups",
    "wishes",
    "keys",
    "reviews",
    "damage",
    "ict",
    "town",
)
urlpatterns = [
    pattern
    for subject in SUBJECTS
    if find_spec(f"sosei.programmes.spaces.urls_{subject}") is not None
    for pattern in import_module(f"sosei.programmes.spaces.urls_{subject}").urlpatterns
]
# /me/spaces is one's own, not a town's with the code "me".
urlpatterns.sort(key=lambda pattern: not str(pattern.pattern).startswith(("me/", "bookings/")))
