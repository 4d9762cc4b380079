"""Addresses of the portal."""

from __future__ import annotations

from django.urls import URLPattern, path

from sosei.gateway.portal import views

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
]
