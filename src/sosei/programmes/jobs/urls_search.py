"""Addresses of the search: of a town, over all towns, why, weights, kept searches, people for a posting, a stay."""

from __future__ import annotations

from django.urls import path, re_path

from sosei.programmes.jobs.views import search, search_people, search_why, searches_kept, stay

urlpatterns = [
    path("work", search.search_all, name="search-all"),
    path("me/work/searches", searches_kept.mine, name="my-searches"),
    path("me/work/searches/keep", searches_kept.keep, name="search-keep"),
    path("me/work/searches/<int:search_id>/remove", searches_kept.remove, name="search-remove"),
    path("me/work/searches/<int:search_id>/notice", searches_kept.notice, name="search-notice"),
    # A code is digits, so that /me/work is not taken for a town's.
    re_path("^(?P<code>[0-9]+)/work$", search.search, name="search"),
    path("<code>/work/weights", search_why.weights, name="weights"),
    path("<code>/work/stay", stay.stay, name="stay"),
    path("<code>/work/<int:posting_id>/fit", search_why.fit, name="fit"),
    path(
        "<code>/employer/<int:employer_id>/postings/<int:posting_id>/people",
        search_people.people,
        name="posting-people",
    ),
]
