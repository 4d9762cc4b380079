"""Addresses of spaces as they are listed, checked, shown, exported and imported."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import (
    hosts_office,
    listing_hours,
    listing_seasons,
    listing_steps,
    listings,
    open_data,
    space_page,
)

_SPACES = "<code>/host/<int:host_id>/spaces"
_SPACE = f"{_SPACES}/<int:space_id>"

urlpatterns = [
    path("<code>/spaces/<int:space_id>/", space_page.space, name="space"),
    path("<code>/spaces/open-data.csv", open_data.export, name="spaces-csv"),
    path(f"{_SPACES}/new", listings.new, name="space-new"),
    path(f"{_SPACE}/", listings.overview, name="space-edit"),
    path(f"{_SPACE}/about", listings.about, name="space-about"),
    path(f"{_SPACE}/hours", listing_hours.hours, name="space-hours"),
    path(f"{_SPACE}/season", listing_seasons.season, name="space-season"),
    path(f"{_SPACE}/closures", listing_hours.closures, name="space-closures"),
    path(f"{_SPACE}/booking", listings.booking, name="space-booking"),
    path(f"{_SPACE}/photos", listings.pictures, name="space-photos"),
    path(f"{_SPACE}/submit", listing_steps.submit, name="space-submit"),
    path(f"{_SPACE}/close", listing_steps.close, name="space-close"),
    path(f"{_SPACE}/reopen", listing_steps.reopen, name="space-reopen"),
    path(f"{_SPACE}/copy", listing_steps.copy, name="space-copy"),
    path(f"{_SPACE}/drop", listing_steps.drop, name="space-drop"),
    path("<code>/office/spaces/listings", hosts_office.spaces, name="spaces-office"),
    path("<code>/office/spaces/listings/<int:space_id>", hosts_office.check_space, name="space-check"),
    path("<code>/office/spaces/import", open_data.import_file, name="spaces-import"),
]
