"""Addresses of the population vision."""

from __future__ import annotations

from django.urls import path, re_path

from sosei.planning.population import views
from sosei.planning.population.nation import views as nation

app_name = "population"
urlpatterns = [
    path("nation", nation.nation, name="nation"),
    path("nation.csv", nation.nation_file, name="nation-file"),
    path("nation/compare", nation.compare, name="nation-compare"),
    path("nation/compare.csv", nation.compare_file, name="nation-compare-file"),
    re_path(r"^(?P<code>[0-9]{5,6})/?$", views.area, name="area"),
    path("<str:code>/vision", views.vision, name="vision"),
    path("<str:code>/vision/what-if", views.what_if, name="what-if"),
    path("<str:code>/vision/what-if.<str:kind>", views.what_if_file, name="what-if-file"),
    path("<str:code>/vision/figures/<slug:slug>.<str:kind>", views.figure_file, name="figure-file"),
    path("<str:code>/vision/tables/<slug:name>.csv", views.table_file, name="table-file"),
]
