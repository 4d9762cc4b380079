"""Addresses of people: one's own pages, the office of a town, the operator's pages."""

from __future__ import annotations

from sosei.core.people import urls_accounts, urls_persons

app_name = "people"
urlpatterns = [*urls_accounts.urlpatterns, *urls_persons.urlpatterns]
