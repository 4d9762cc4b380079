"""Address of the page that shows every component."""

from __future__ import annotations

from django.urls import URLPattern, path

from sosei.core.design import views

app_name = "design"
urlpatterns: list[URLPattern] = [
    path("design", views.components, name="components"),
]
