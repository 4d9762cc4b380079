"""A report of damage as a page shows it: what happened when, pictures, the claim line by line, until when to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from sosei.programmes.spaces.booking_doors import Door
from sosei.programmes.spaces.models import DamageReport
from sosei.programmes.spaces.services import damage
from sosei.programmes.spaces.services.damage_records import lines_of
from sosei.programmes.spaces.words_care import LINES

TAGS = {"open": "warning", "agreed": "success", "disputed": "error", "settled": "info", "dropped": "neutral"}
"""The kind of chip in which a state is shown."""


@dataclass(frozen=True)
class Picture:
    """A picture and where it lies."""

    url: str
    preview: str


@dataclass(frozen=True)
class Shown:
    """One report.

    Attributes:
        lines: what each line of the claim is for, its text and yen.
        pictures, replies: pictures of the report, and of the answer.
    """

    report: DamageReport
    tag: str
    lines: list[tuple[Any, str, int]]
    pictures: list[Picture]
    replies: list[Picture]


def tag_of(report: DamageReport) -> str:
    """How its state is shown."""
    return TAGS[report.state]


def shown(report: DamageReport, *, door: Door | None = None) -> Shown:
    """Two queries for the pictures; the caller has checked who reads."""
    first, later = damage.pictures_of(report)
    return Shown(
        report,
        tag_of(report),
        [(LINES[line.kind], line.text, line.yen) for line in lines_of(report)],
        [_picture(report, row, door) for row in first],
        [_picture(report, row, door) for row in later],
    )


def _picture(report: DamageReport, row: Any, door: Door | None) -> Picture:
    if door is not None and door.kind == "link":
        url = reverse(
            "spaces:link-order-damage-picture",
            kwargs={"number": door.order.number, "report_id": report.pk, "uid": row.uid},
        )
        return Picture(url, url)
    return Picture(
        reverse("records:file", args=[row.uid, row.original_name or "photo"]),
        reverse("records:file-preview", args=[row.uid]),
    )
