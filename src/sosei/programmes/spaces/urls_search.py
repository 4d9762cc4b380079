"""Addresses of the search."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import search

urlpatterns = [path("<code>/spaces/", search.search, name="search")]
