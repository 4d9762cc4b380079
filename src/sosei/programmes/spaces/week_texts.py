"""Hours as people write them in one box, "9:00-12:00, 13:00-17:00", read into bands and written again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from sosei.engines.conventions.folding import fold_width
from sosei.programmes.spaces.rules_hours import Band
from sosei.programmes.spaces.rules_periods import DAY

_DASH = r"\s*(?:[-~〜～–—−ー]|から)\s*"
_CLOCK = r"(\d{1,2})(?:[:：.時](\d{2})?分?)?"
_BAND = re.compile(rf"{_CLOCK}{_DASH}{_CLOCK}\s*(?:まで)?")
_BETWEEN = re.compile(r"[\s,、，・/]*")
CLOSED = ("", "休", "休み", "なし", "closed", "-", "―")


class HoursTextError(ValueError):
    """A text that names no hours; the message says how to write them."""


def read_bands(text: str) -> tuple[Band, ...]:
    """The bands of a text; none for an empty one or 休み. An end not after its start is on the next day.

    Raises:
        HoursTextError: anything else.
    """
    written = fold_width(text).strip()
    if written.lower() in CLOSED:
        return ()
    bands: list[Band] = []
    place = 0
    while place < len(written):
        found = _BAND.match(written, place)
        if found is None:
            raise _unreadable(text)
        opens, closes = _minutes(found[1], found[2], text), _minutes(found[3], found[4], text)
        if opens >= DAY:
            raise _unreadable(text)
        bands.append((opens, closes if closes > opens else closes + DAY))
        between = _BETWEEN.match(written, found.end())
        place = between.end() if between else found.end()
    return tuple(bands)


def read_clock(text: str) -> int:
    """Minutes after midnight of "9:30", "9時" or "26:00".

    Raises:
        HoursTextError: no such time.
    """
    found = re.fullmatch(_CLOCK, fold_width(text).strip())
    if found is None:
        raise _unreadable(text)
    return _minutes(found[1], found[2], text)


def _minutes(hour: str, minute: str | None, text: str) -> int:
    minutes = int(hour) * 60 + int(minute or 0)
    if minutes > 2 * DAY or int(minute or 0) > 59:
        raise _unreadable(text)
    return minutes


def _unreadable(text: str) -> HoursTextError:
    return HoursTextError(
        _(
            "「%(text)s」は時間として読めません。9:00-12:00, 13:00-17:00 のように書いてください。"
            "夜中をこえるときは 18:00-26:00 と書きます。休みの日は空けておきます。"
        )
        % {"text": text.strip()}
    )


def bands_text(bands: Sequence[Band]) -> str:
    """The text of bands, as `read_bands` reads it."""
    return ", ".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in bands)


def clock(minutes: int) -> str:
    """600 as 10:00, 1560 as 26:00."""
    return f"{minutes // 60}:{minutes % 60:02}"
