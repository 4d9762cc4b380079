"""Addresses of rounds."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import rounds, rounds_office, rounds_worker

_ROUND = "<code>/work/rounds/<int:round_id>"
_OFFICE = "<code>/office/work/rounds"
_ONE = f"{_OFFICE}/<int:round_id>"

urlpatterns = [
    path("<code>/work/rounds", rounds.listed, name="rounds"),
    path(_ROUND, rounds.one, name="round"),
    path(f"{_ROUND}/wishes", rounds_worker.wishes, name="round-wishes"),
    path(f"{_ROUND}/friends", rounds_worker.friends, name="round-friends"),
    path("me/work/rounds/<int:round_id>", rounds_worker.mine, name="my-round"),
    path(_OFFICE, rounds_office.listed, name="office-rounds"),
    path(f"{_OFFICE}/new", rounds_office.new, name="office-round-new"),
    path(_ONE, rounds_office.one, name="office-round"),
    path(f"{_ONE}/edit", rounds_office.edit, name="office-round-edit"),
    path(f"{_ONE}/draw", rounds_office.draw, name="office-round-draw"),
    path(f"{_ONE}/publish", rounds_office.publish, name="office-round-publish"),
    path(f"{_ONE}/runs/<int:number>", rounds_office.run, name="office-round-run"),
    path(f"{_ONE}/runs/<int:number>.csv", rounds_office.run_file, name="office-round-file"),
]
