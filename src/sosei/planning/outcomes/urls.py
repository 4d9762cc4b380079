"""Addresses of outcomes; those of the loop stand in a list of their own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import path

from sosei.planning.outcomes.views import entering, facts, feeds, importing

app_name = "outcomes"
urlpatterns = [
    path("<str:code>/outcomes", facts.public, name="facts"),
    path("<str:code>/office/outcomes/facts", facts.listed, name="list"),
    path("<str:code>/office/outcomes/facts.csv", facts.file, name="file"),
    path("<str:code>/office/outcomes/facts/<int:fact_id>", facts.fact, name="fact"),
    path("<str:code>/office/outcomes/facts/<int:fact_id>/withdraw", entering.withdraw, name="withdraw"),
    path("<str:code>/office/outcomes/enter", entering.enter, name="enter"),
    path("<str:code>/office/outcomes/import", importing.importing, name="import"),
    path("<str:code>/office/outcomes/import/template.csv", importing.template, name="import-template"),
    path("<str:code>/office/outcomes/feeds", feeds.feeds, name="feeds"),
    path("<str:code>/office/outcomes/feeds/<int:kpi_id>", feeds.feed, name="feed"),
    path("<str:code>/office/outcomes/feeds/<int:kpi_id>/end", feeds.end, name="feed-end"),
    *(
        import_module("sosei.planning.outcomes.urls_loop").urlpatterns
        if find_spec("sosei.planning.outcomes.urls_loop") is not None
        else []
    ),
]
