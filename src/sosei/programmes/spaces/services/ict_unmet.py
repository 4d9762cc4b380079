"""What people looked for and did not find, gathered into groups that ICT equipment could serve.

Unmet searches hold nothing of who searched. Hosts see them summed up, from `LEAST_SHOWN` searches on; single searches
are the town's own.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import rules
from django.db.models import Sum
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Person
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.models import Host, SearchMiss
from sosei.programmes.spaces.rules_ict_figures import Purpose

DAYS = 90
"""How far back is looked."""
LEAST_SHOWN = 3
MOST_ROWS = 20_000
MOST_GROUPS = 40
MONTH = 30
MINUTES = 120
"""Length of a search that names none."""
OF_USES: Mapping[str, Purpose] = {
    "meeting": Purpose.VIDEO_MEETING,
    "video_meeting": Purpose.VIDEO_MEETING,
    "interview": Purpose.VIDEO_MEETING,
    "remote_work": Purpose.COWORKING,
    "streaming": Purpose.STREAMING,
    "training": Purpose.CLASSES,
    "lesson": Purpose.CLASSES,
    "study": Purpose.LIGHT,
}
"""A use that is searched for -> what it asks of a network."""
OF_EQUIPMENT: Mapping[str, Purpose] = {
    "video_booth": Purpose.COWORKING,
    "power_outlets": Purpose.COWORKING,
    "wired_lan": Purpose.COWORKING,
    "conference_camera": Purpose.VIDEO_MEETING,
    "large_display": Purpose.VIDEO_MEETING,
    "wifi": Purpose.LIGHT,
    "smart_lock": Purpose.LIGHT,
}
"""Equipment that ICT partners bring, in the order in which it tells what is meant."""
SEATS = (2, 6, 12, 20, 40, 80)
"""Upper ends of the bands of people."""
PARTS = ((6, 12, "morning"), (12, 18, "afternoon"), (18, 24, "evening"), (0, 6, "night"))


@dataclass(frozen=True)
class Group:
    """Searches for the same purpose by about as many people.

    Attributes:
        key: "purpose-band", names the group on pages.
        people: the most that were asked for.
        times: searches in `DAYS`.
        a_month: searches in a month, rounded.
        minutes, yen: of an average search; None where nobody named any.
        equipment, uses: slug and how often, the most frequent first.
        weekdays: searches that named a time, Monday first; `parts` by part of the day.
    """

    key: str
    purpose: Purpose
    people: int
    times: int
    a_month: int
    minutes: int | None
    yen: int | None
    uses: Sequence[tuple[str, int]]
    equipment: Sequence[tuple[str, int]]
    weekdays: Sequence[int]
    parts: Mapping[str, int]

    def as_json(self, today: datetime.date) -> dict[str, Any]:
        """As a need keeps where it comes from."""
        return {
            "key": self.key,
            "times": self.times,
            "days": DAYS,
            "until": today.isoformat(),
            "people": self.people,
            "uses": dict(self.uses),
            "equipment": dict(self.equipment),
        }


def groups_for_staff(person: Person, municipality: Municipality) -> list[Group]:
    """Every group of the town, for its staff."""
    return _gathered(SearchMiss.objects.visible_to(person), municipality, least=1)


def groups_for_host(person: Person, host: Host) -> list[Group]:
    """Groups of the town in which enough people searched, for a host.

    Raises:
        IctError: `person` does not run the host.
    """
    if not rules.has_perm("spaces.run_host", person, host):
        raise IctError(_("貸す人の担当か、この町の事業担当だけが見られます。"))
    with tenancy.unguarded():
        return _gathered(SearchMiss.objects.all(), host.municipality, least=LEAST_SHOWN)


def purpose_of(use: str, equipment: Iterable[str]) -> Purpose | None:
    """What a search asks of a network; None where ICT would not have helped."""
    if use in OF_USES:
        return OF_USES[use]
    held = set(equipment)
    return next((purpose for slug, purpose in OF_EQUIPMENT.items() if slug in held), None)


def _gathered(rows: Any, municipality: Municipality, *, least: int) -> list[Group]:
    zone = ZoneInfo(municipality.zone)
    since = timezone.now().astimezone(zone).date() - datetime.timedelta(days=DAYS)
    counted = (
        rows.filter(municipality=municipality, on__gt=since)
        .annotate(
            weekday=ExtractIsoWeekDay("period__startswith", tzinfo=zone),
            hour=ExtractHour("period__startswith", tzinfo=zone),
        )
        .order_by()
        .values("use", "seats", "equipment", "minutes", "yen", "weekday", "hour")
        .annotate(all_times=Sum("times"))
        .order_by("-all_times", "use", "seats")[:MOST_ROWS]
    )
    held: dict[tuple[Purpose, int], list[dict[str, Any]]] = {}
    for row in counted:
        purpose = purpose_of(row["use"], row["equipment"])
        if purpose is not None:
            held.setdefault((purpose, _band(row["seats"] or 1)), []).append(row)
    groups = [_group(purpose, band, rows) for (purpose, band), rows in held.items()]
    kept = [group for group in groups if group.times >= least]
    return sorted(kept, key=lambda group: (-group.times, group.key))[:MOST_GROUPS]


def _band(seats: int) -> int:
    return next((place for place, most in enumerate(SEATS) if seats <= most), len(SEATS))


def _group(purpose: Purpose, band: int, rows: Sequence[dict[str, Any]]) -> Group:
    times = sum(row["all_times"] for row in rows)
    uses: Counter[str] = Counter()
    equipment: Counter[str] = Counter()
    weekdays, parts = [0] * 7, dict.fromkeys((part for _start, _end, part in PARTS), 0)
    for row in rows:
        if row["use"]:
            uses[row["use"]] += row["all_times"]
        for slug in row["equipment"]:
            equipment[slug] += row["all_times"]
        if row["weekday"] is not None:
            weekdays[row["weekday"] - 1] += row["all_times"]
            parts[next(part for start, end, part in PARTS if start <= row["hour"] < end)] += row["all_times"]
    return Group(
        key=f"{purpose}-{band}",
        purpose=purpose,
        people=max(row["seats"] or 1 for row in rows),
        times=times,
        a_month=max(1, round(times * MONTH / DAYS)),
        minutes=_mean(rows, "minutes"),
        yen=_mean(rows, "yen"),
        uses=uses.most_common(4),
        equipment=equipment.most_common(6),
        weekdays=weekdays,
        parts=parts,
    )


def _mean(rows: Sequence[dict[str, Any]], name: str) -> int | None:
    named = [(row[name], row["all_times"]) for row in rows if row[name]]
    total = sum(times for _value, times in named)
    return round(sum(value * times for value, times in named) / total) if total else None
