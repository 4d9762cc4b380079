"""Addresses of employers and their places."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import employer_office, employer_places, employers

urlpatterns = [
    path("me/employers", employers.mine, name="my-employers"),
    path("<code>/work/employers/new", employers.new, name="employer-new"),
    path("<code>/employer/<int:employer_id>/", employers.home, name="employer"),
    path("<code>/employer/<int:employer_id>/change", employers.change, name="employer-change"),
    path("<code>/employer/<int:employer_id>/places/new", employer_places.new_workplace, name="workplace-new"),
    path(
        "<code>/employer/<int:employer_id>/places/<int:place_id>", employer_places.workplace, name="workplace"
    ),
    path("<code>/employer/<int:employer_id>/lodgings/new", employer_places.new_lodging, name="lodging-new"),
    path(
        "<code>/employer/<int:employer_id>/lodgings/<int:place_id>", employer_places.lodging, name="lodging"
    ),
    # Each word by itself: a posting is closed at an address of the same shape.
    *(
        path(
            f"<code>/employer/<int:employer_id>/{kind}/<int:place_id>/close",
            employer_places.close,
            {"kind": kind},
            name="place-close",
        )
        for kind in ("places", "lodgings")
    ),
    path("<code>/office/work/employers", employer_office.listed, name="employers-office"),
    path("<code>/office/work/employers/<int:employer_id>", employer_office.check, name="employer-check"),
]
