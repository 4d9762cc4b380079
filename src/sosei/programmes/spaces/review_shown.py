"""A review as a page shows it: stars, answers, words, the month in which it was written; never a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.models import SpaceReview
from sosei.programmes.spaces.rules_care import STARS, Mean
from sosei.programmes.spaces.words_care import answered


@dataclass(frozen=True)
class Shown:
    """One review.

    Attributes:
        month: in which it was written: a day would say whose it is.
    """

    review: SpaceReview
    month: str
    answers: list[tuple[Any, Any]]
    url: str = ""


def shown(review: SpaceReview, *, url: str = "") -> Shown:
    """Its space and town are loaded with it."""
    written = review.written_at.astimezone(zone_of(review.municipality)).date()
    return Shown(review, date_format(written, "YEAR_MONTH_FORMAT"), answered(review), url)


def stars_text(stars: int) -> str:
    """★★★★☆, for the eye; the number stands beside it for the ear."""
    return "".join("★" if place <= stars else "☆" for place in STARS)


def mean_text(mean: Mean) -> str:
    """4.3; nothing for too few."""
    if mean.tenths is None:
        return ""
    return f"{mean.tenths // 10}.{mean.tenths % 10}"
