"""Addresses of payments; each subject keeps a list of its own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

app_name = "payments"
SUBJECTS = ("gateways", "books", "papers")
urlpatterns = [
    pattern
    for subject in SUBJECTS
    if find_spec(f"sosei.core.payments.urls_{subject}") is not None
    for pattern in import_module(f"sosei.core.payments.urls_{subject}").urlpatterns
]
# /me/payments is a payer's own, not a town's with the code "me".
urlpatterns.sort(key=lambda pattern: not str(pattern.pattern).startswith("me/"))
