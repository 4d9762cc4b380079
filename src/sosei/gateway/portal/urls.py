"""Addresses of the portal."""

from __future__ import annotations

from django.urls import URLPattern, path

from sosei.gateway.portal import stay, views

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("<code>/stay", stay.stay, name="stay"),
]
