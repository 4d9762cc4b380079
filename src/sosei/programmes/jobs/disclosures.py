"""What changed in a posting since it was published: every version's conditions, from its history."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.programmes.jobs import kinds
from sosei.programmes.jobs.models import Lodging, Posting, Workplace
from sosei.programmes.jobs.services.postings import CONDITIONS
from sosei.programmes.jobs.words_contracts import ground_label


@dataclass(frozen=True)
class Difference:
    """One condition that was changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Disclosure:
    """One version after the first."""

    version: int
    at: datetime.datetime
    differences: list[Difference]


def changes_of(posting: Posting) -> list[Disclosure]:
    """Every later version with its differences, the newest first; [] for one never changed. Three queries at most."""
    if posting.version < 2:
        return []
    events: Any = apps.get_model("jobs", "PostingEvent").objects.filter(
        pgh_obj=posting.pk, version__gte=1, published_at__isnull=False
    )
    last: dict[int, Any] = {}
    for event in events.order_by("pgh_id"):
        last[event.version] = event
    versions = sorted(last)
    names = _Names(last.values())
    shifts = list(_shift_changes(posting))
    made = []
    for before, after in pairwise(versions):
        old, new = last[before], last[after]
        differences = [
            Difference(_label(name), names.shown(old, name), names.shown(new, name))
            for name in CONDITIONS
            if names.value(old, name) != names.value(new, name)
        ]
        since = old.confirmed_at or old.published_at
        differences += [one for at, one in shifts if since < at <= new.pgh_created_at]
        made.append(Disclosure(after, new.confirmed_at, differences))
    return made[::-1]


def _label(name: str) -> str:
    return str(Posting._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


class _Names:
    """Values of versions as people read them; the places are read once."""

    def __init__(self, events: Any) -> None:
        events = list(events)
        self._places = {
            "workplace": self._read(Workplace, {event.workplace_id for event in events}),
            "lodging": self._read(Lodging, {event.lodging_id for event in events}),
        }

    @staticmethod
    def _read(model: Any, keys: set[int | None]) -> dict[int, str]:
        wanted = keys - {None}
        return {row.pk: str(row) for row in model.objects.filter(pk__in=wanted)} if len(keys) > 1 else {}

    def value(self, event: Any, name: str) -> Any:
        return getattr(event, f"{name}_id" if name in self._places else name)

    def shown(self, event: Any, name: str) -> str:
        value = self.value(event, name)
        if name in self._places:
            return self._places[name].get(value, _("なし"))
        return shown_value(name, value)


def shown_value(name: str, value: Any) -> str:
    """A column of a posting in words."""
    if name == "licences":
        return _("、").join(kinds.names_of(value, kinds.LICENCE)) or _("なし")
    if name == "cancellation_grounds":
        return _("、").join(ground_label(one) for one in value) or _("なし")
    if name == "kind":
        return kinds.names_of([value], kinds.WORK_KIND)[0] if value else _("なし")
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    field = Posting._meta.get_field(name)
    choices = dict(getattr(field, "flatchoices", None) or ())
    if choices:
        return str(choices.get(value, value))
    return _("なし") if value in (None, "") else str(value)


def _shift_changes(posting: Posting) -> Iterator[tuple[datetime.datetime, Difference]]:
    """Shifts that were added, moved or called off after the posting was published."""
    if posting.published_at is None:
        return
    events: Any = apps.get_model("jobs", "ShiftEvent").objects.filter(posting=posting.pk).order_by("pgh_id")
    before: dict[int, Any] = {}
    for event in events:
        old = before.get(event.pgh_obj_id)
        before[event.pgh_obj_id] = event
        if event.pgh_created_at <= posting.published_at:
            continue
        told = (_shift_text(old) if old else _("なし"), _shift_text(event))
        if told[0] != told[1]:
            yield event.pgh_created_at, Difference(_("勤務日"), *told)


def _shift_text(shift: Any) -> str:
    if shift.called_off_at is not None:
        return _("取りやめ")
    start, end = screen_time(shift.starts_at), screen_time(shift.ends_at)
    return _("%(day)s %(start)s–%(end)s（休憩%(pause)s分）") % {
        "day": date_format(start, "SHORT_DATE_FORMAT"),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "pause": shift.break_minutes,
    }
