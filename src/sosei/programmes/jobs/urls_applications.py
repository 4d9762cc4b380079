"""Addresses of applications."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import applications, deciding

urlpatterns = [
    path("<code>/work/<int:posting_id>/apply", applications.apply, name="apply"),
    path("<code>/work/<int:posting_id>/group", applications.new_group, name="apply-group"),
    path("me/work/applications", applications.mine, name="my-applications"),
    path("me/work/applications/<int:application_id>", applications.one, name="my-application"),
    path("<code>/employer/<int:employer_id>/applications", deciding.listed, name="employer-applications"),
    path(
        "<code>/employer/<int:employer_id>/applications/<int:application_id>",
        deciding.decide,
        name="employer-application",
    ),
]
