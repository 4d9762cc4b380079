"""Addresses of the loop."""

from __future__ import annotations

from django.urls import path

from sosei.planning.outcomes.views import levers, loop

urlpatterns = [
    path("<str:code>/outcomes/loop", loop.page, name="loop"),
    path("<str:code>/outcomes/loop.<str:kind>", loop.file, name="loop-file"),
    path("<str:code>/office/outcomes/levers/settled", levers.settled, name="lever-settled"),
    path("<str:code>/office/outcomes/levers/fertility", levers.fertility, name="lever-fertility"),
    path("<str:code>/office/outcomes/gap", levers.target, name="gap-target"),
    path("<str:code>/office/outcomes/gap/shares", levers.shares, name="gap-shares"),
]
