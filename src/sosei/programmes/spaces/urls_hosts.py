"""Addresses of hosts, their check by the town, and the terms."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import hosts, hosts_office, space_page

urlpatterns = [
    path("me/spaces/hosts", hosts.mine, name="my-hosts"),
    path("<code>/spaces/hosts/new", hosts.new, name="host-new"),
    path("<code>/spaces/hosts/<int:host_id>", hosts.profile, name="host-profile"),
    path("<code>/spaces/terms", space_page.terms, name="terms"),
    path("<code>/host/<int:host_id>/", hosts.home, name="host"),
    path("<code>/host/<int:host_id>/change", hosts.change, name="host-change"),
    path("<code>/office/spaces/hosts", hosts_office.hosts, name="hosts-office"),
    path("<code>/office/spaces/hosts/new", hosts_office.new_public, name="host-new-public"),
    path("<code>/office/spaces/hosts/<int:host_id>", hosts_office.check_host, name="host-check"),
    path("<code>/office/spaces/terms", hosts_office.terms, name="terms-office"),
]
