"""Addresses of wishes: one's own, a host's, the office's."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import wishes_choose, wishes_host, wishes_mine, wishes_office

_MINE = "me/spaces/wishes"
_ONE = f"{_MINE}/<int:wish_id>"
_HOST = "<code>/host/<int:host_id>/wishes"

urlpatterns = [
    path(_MINE, wishes_mine.my_wishes, name="my-wishes"),
    path(_ONE, wishes_mine.wish, name="my-wish"),
    path(f"{_ONE}/edit", wishes_mine.edit, name="my-wish-edit"),
    path(f"{_ONE}/close", wishes_mine.close, name="my-wish-close"),
    path(f"{_ONE}/offers/<int:offer_id>", wishes_choose.choose, name="my-wish-choose"),
    path(f"{_ONE}/offers/<int:offer_id>/decline", wishes_choose.decline, name="my-wish-decline"),
    path("<code>/spaces/wishes/new", wishes_mine.new, name="wish-new"),
    path(_HOST, wishes_host.wishes, name="host-wishes"),
    path(f"{_HOST}/<int:wish_id>", wishes_host.wish, name="host-wish"),
    path(
        f"{_HOST}/<int:wish_id>/offers/<int:offer_id>/take-back",
        wishes_host.take_back,
        name="host-offer-take-back",
    ),
    path("<code>/office/spaces/wishes", wishes_office.wishes, name="office-wishes"),
    path("<code>/office/spaces/wishes/<int:wish_id>", wishes_office.wish, name="office-wish"),
]
