"""Addresses of registered groups."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import groups

urlpatterns = [
    path("me/spaces/groups", groups.my_groups, name="my-groups"),
    path("<code>/spaces/groups/new", groups.new, name="group-new"),
    path("<code>/spaces/groups/<int:group_id>/again", groups.again, name="group-again"),
    path("<code>/office/spaces/groups", groups.groups_office, name="groups-office"),
    path("<code>/office/spaces/groups/<int:group_id>", groups.decide, name="group-decide"),
]
