"""A wish as the search and the rules read it, and in words: when, where, what, up to how much."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.models import Order, Space, SpaceWish
from sosei.programmes.spaces.rules_wishes import Wanted
from sosei.programmes.spaces.search_results import time_text
from sosei.programmes.spaces.search_sql import Query
from sosei.programmes.spaces.search_wishes import Wishes
from sosei.programmes.spaces.week_picture import day_names

_DIGIT, _GAP = r"[\d０-９]", r"[-－ー‐ ()（）]?"
CONTACT = re.compile(
    r"[\w.+-]+[@＠][\w-]+\.\w|https?://|www\."
    rf"|(?<!{_DIGIT})[0０](?:{_GAP}{_DIGIT}){{8,10}}(?!{_DIGIT})"
)
"""An address of mail or of a page, or a telephone number."""


def stored(wishes: Wishes) -> dict[str, Any]:
    """Days and times as a row keeps them."""
    return {
        "first": wishes.first.isoformat() if wishes.first else None,
        "last": wishes.last.isoformat() if wishes.last else None,
        "weekdays": list(wishes.weekdays),
        "start": wishes.start,
        "end": wishes.end,
        "part": wishes.part,
        "minutes": wishes.minutes,
    }


def wishes_of(wish: SpaceWish) -> Wishes:
    """What is wished, as the search looks for it."""
    given = wish.wanted
    return Wishes(
        kind=wish.kind,
        use=wish.use,
        seats=wish.heads,
        equipment=tuple(wish.equipment),
        yen=wish.yen,
        step_free=wish.step_free,
        near=None if wish.latitude is None else (float(wish.latitude), float(wish.longitude)),
        near_name=wish.near_name,
        km=(wish.metres or 0) / 1000,
        resident=wish.tier == Order.Tier.RESIDENT,
        first=_day(given.get("first")),
        last=_day(given.get("last")),
        weekdays=tuple(given.get("weekdays") or ()),
        start=given.get("start"),
        end=given.get("end"),
        part=given.get("part") or "",
        minutes=given.get("minutes") or 0,
    )


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def wanted_of(wish: SpaceWish) -> Wanted:
    """What is wished, as the rules compare it."""
    return Wanted(
        use=wish.use,
        heads=wish.heads,
        kind=wish.kind,
        equipment=frozenset(wish.equipment),
        step_free=wish.step_free,
        metres=wish.metres,
        yen=wish.yen,
        resident=wish.tier == Order.Tier.RESIDENT,
    )


def when_words(wish: SpaceWish) -> str:
    """Days and hours in words."""
    wishes = wishes_of(wish)
    said = time_text(Query(wish.municipality, wishes, wish.asked_at))
    if len(wishes.weekdays) and wishes.last != wishes.first:
        names = day_names()
        said = _("%(when)s（%(days)s）") % {
            "when": said,
            "days": _("・").join(str(names[day]) for day in wishes.weekdays),
        }
    return said


def facts(wish: SpaceWish) -> list[tuple[str, str]]:
    """A wish as a list of label and words, without its free text and without whose it is."""
    rows = [
        (_("何に使うか"), _("、").join(kinds.names([wish.use], kinds.USES_BY_SLUG))),
        (_("いつ"), when_words(wish)),
        (_("人数"), _("%(count)s人") % {"count": wish.heads}),
    ]
    if wish.kind:
        rows.append((_("場所の種類"), str(Space.Kind(wish.kind).label)))
    if wish.equipment:
        rows.append((_("設備"), _("、").join(kinds.names(wish.equipment, kinds.EQUIPMENT_BY_SLUG))))
    if wish.step_free:
        rows.append((_("段差"), _("段差がない所")))
    if wish.near_name:
        told = {"place": wish.near_name, "km": f"{(wish.metres or 0) / 1000:g}"}
        rows.append(
            (
                _("どこ"),
                _("%(place)sから%(km)s kmまで") % told if wish.metres else _("%(place)sの近く") % told,
            )
        )
    rows.append(
        (
            _("予算（全部で）"),
            _("%(yen)s円まで") % {"yen": f"{wish.yen:,}"} if wish.yen is not None else _("決めていない"),
        )
    )
    tiers = {
        "resident": _("市内に住む・勤める・通う人の料金"),
        "outside": _("市外の人の料金"),
    }
    rows.append((_("料金の区分"), tiers[wish.tier]))
    return rows


def title_of(wish: SpaceWish) -> str:
    """A wish in one line."""
    return _("%(use)s・%(count)s人") % {
        "use": _("、").join(kinds.names([wish.use], kinds.USES_BY_SLUG)),
        "count": wish.heads,
    }


def as_address(wish: SpaceWish) -> list[tuple[str, str]]:
    """The same wish as the boxes of a new one."""
    given = wishes_of(wish)
    pairs: list[tuple[str, Any]] = [
        ("use", given.use),
        ("seats", given.seats),
        ("kind", given.kind),
        *(("have", slug) for slug in given.equipment),
        ("flat", "on" if given.step_free else ""),
        ("yen", "" if given.yen is None else given.yen),
        ("near", given.near_name),
        ("km", f"{given.km:g}" if given.km else ""),
        ("from", given.first.isoformat() if given.first else ""),
        ("to", given.last.isoformat() if given.last else ""),
        *(("day", day) for day in given.weekdays),
        ("start", _clock(given.start)),
        ("end", _clock(given.end)),
        ("part", given.part),
        ("length", given.minutes or ""),
        ("resident", "on" if given.resident else ""),
        ("text", wish.text),
    ]
    return [(name, str(value)) for name, value in pairs if value != ""]


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes % 1440 // 60:02}:{minutes % 60:02}"


def counted(wishes: Wishes) -> Wishes:
    """A wish as a search that found nothing: its words and its place are not kept."""
    return replace(wishes, words=(), near=None, near_name="", km=0)
