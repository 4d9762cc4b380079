"""Addresses of the town's overview of its spaces."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import town

urlpatterns = [
    path("<code>/office/spaces/", town.overview, name="town"),
    path("<code>/office/spaces/use.csv", town.file, name="town-file"),
]
