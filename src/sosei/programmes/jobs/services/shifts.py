"""The shifts of a posting: series by weekday, single changes, and calling off those that nobody holds."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.jobs.errors_postings import PostingError
from sosei.programmes.jobs.legal_check import live_shifts
from sosei.programmes.jobs.locks import lock_posting
from sosei.programmes.jobs.models import Posting, Shift
from sosei.programmes.jobs.services.employers import check_runs
from sosei.programmes.jobs.services.postings import disclose

MOST_SHIFTS = 200
"""Of one posting: half a year of every day."""


@dataclass(frozen=True)
class Series:
    """Shifts on some weekdays from a day to a day, all with the same times; an end not after the start is next day's.

    Attributes:
        weekdays: 0 for Monday to 6 for Sunday.
    """

    first: datetime.date
    last: datetime.date
    weekdays: Collection[int]
    starts: datetime.time
    ends: datetime.time
    break_minutes: int
    capacity: int

    def days(self) -> list[datetime.date]:
        """The days of the series."""
        length = (self.last - self.first).days + 1
        all_days = (self.first + datetime.timedelta(days=n) for n in range(max(0, length)))
        return [day for day in all_days if day.weekday() in self.weekdays]

    def times(self, day: datetime.date, zone: ZoneInfo) -> tuple[datetime.datetime, datetime.datetime]:
        """Start and end on a day."""
        start = datetime.datetime.combine(day, self.starts, tzinfo=zone)
        end = datetime.datetime.combine(day, self.ends, tzinfo=zone)
        return start, end if end > start else end + datetime.timedelta(days=1)


@transaction.atomic
def add_series(*, posting: Posting, series: Series, actor: Person, reason: str = "") -> list[Shift]:
    """Adds the shifts of a series; days on which the posting has one at the same time already are left out.

    Raises:
        PostingError: `actor` does not act for the employer, the posting is closed, no day, too many, no one wanted,
            or a break as long as the shift.
        UnlawfulPostingError: published, and with flaws afterwards; nothing is added.
    """
    held = _open_one(posting, actor)
    days = _days(series)
    there = live_shifts(held)
    zone = ZoneInfo(held.municipality.zone)
    taken = {(shift.starts_at, shift.ends_at) for shift in there}
    wanted = [times for times in (series.times(day, zone) for day in days) if times not in taken]
    if len(there) + len(wanted) > MOST_SHIFTS:
        raise PostingError(
            _("一つの求人の勤務日は%(most)sまでです（今 %(held)s、加えると %(sum)s）。求人を分けてください。")
            % {"most": MOST_SHIFTS, "held": len(there), "sum": len(there) + len(wanted)}
        )
    minutes = (wanted[0][1] - wanted[0][0]).total_seconds() / 60 if wanted else series.break_minutes + 1
    if series.break_minutes >= minutes:
        raise PostingError(_("休憩が勤務の時間より長いです。"), "break_minutes")
    made: list[Shift] = Shift.objects.bulk_create(
        Shift(
            municipality=held.municipality,
            employer=held.employer,
            posting=held,
            starts_at=start,
            ends_at=end,
            break_minutes=series.break_minutes,
            capacity=series.capacity,
        )
        for start, end in wanted
    )
    if made and held.is_open:
        disclose(held, ["shifts"], actor=actor, reason=reason, live=[*there, *made])
    return made


def _days(series: Series) -> list[datetime.date]:
    if series.last < series.first:
        raise PostingError(_("終わりの日が始まりの日より前です。"), "last")
    if (series.last - series.first).days > 366:
        raise PostingError(_("1年より長い期間は一度に入れられません。"), "last")
    if series.capacity < 1:
        raise PostingError(_("人数は1人以上にしてください。"), "capacity")
    days = series.days()
    if not days:
        raise PostingError(_("この期間に、選んだ曜日の日がありません。"), "weekdays")
    return days


def _open_one(posting: Posting, actor: Person) -> Posting:
    check_runs(actor, posting.employer)
    held = lock_posting(posting.pk)
    if held.state == Posting.State.CLOSED:
        raise PostingError(_("募集は終わっています。写して、新しい求人を作ってください。"))
    return held


@transaction.atomic
def change_shift(
    *,
    shift: Shift,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    break_minutes: int,
    capacity: int,
    actor: Person,
    reason: str = "",
) -> Shift:
    """Changes times or places of one shift; times only while nobody holds a place in it.

    Raises:
        PostingError: `actor` does not act for the employer, closed, or somebody holds a place.
        UnlawfulPostingError: published, and with flaws afterwards; nothing is changed.
    """
    posting = _open_one(shift.posting, actor)
    held = posting.shifts.get(pk=shift.pk)
    moved = (held.starts_at, held.ends_at, held.break_minutes) != (starts_at, ends_at, break_minutes)
    if moved and held.taken:
        raise PostingError(
            _(
                "この日には決まった人が%(taken)s人います。時刻は、一人ずつと相談して、契約の変更で直してください。"
            )
            % {"taken": held.taken}
        )
    if capacity < max(1, held.taken):
        raise PostingError(
            _("決まった人が%(taken)s人います。人数はそれより少なくできません。") % {"taken": held.taken},
            "capacity",
        )
    if ends_at <= starts_at or break_minutes * 60 >= (ends_at - starts_at).total_seconds():
        raise PostingError(_("終わりの時刻と休憩を確かめてください。勤務の時間が残りません。"), "ends")
    held.starts_at, held.ends_at = starts_at, ends_at
    held.break_minutes, held.capacity = break_minutes, capacity
    held.save(update_fields=["starts_at", "ends_at", "break_minutes", "capacity"])
    if posting.is_open:
        live = [held if one.pk == held.pk else one for one in live_shifts(posting)]
        disclose(posting, ["shifts"] if moved else [], actor=actor, reason=reason, live=live)
    return held


@transaction.atomic
def remove_shifts(*, posting: Posting, keys: Collection[int], actor: Person, reason: str = "") -> int:
    """Takes shifts out of a posting: of a draft they go, of a published one they are called off; how many.

    Raises:
        PostingError: `actor` does not act for the employer, closed, or somebody holds a place in one.
        UnlawfulPostingError: published, and with flaws afterwards; nothing is removed.
    """
    held = _open_one(posting, actor)
    chosen = [shift for shift in live_shifts(held) if shift.pk in keys]
    full = [shift for shift in chosen if shift.taken]
    if full:
        raise PostingError(
            _("決まった人がいる日は消せません。先に、その人の契約を取り消す手続きをしてください。")
        )
    if held.state == Posting.State.DRAFT:
        held.shifts.filter(pk__in=[shift.pk for shift in chosen]).delete()
        return len(chosen)
    now = timezone.now()
    # A place may be taken at this very moment: the row itself decides.
    gone = held.shifts.filter(pk__in=[shift.pk for shift in chosen], taken=0).update(called_off_at=now)
    if gone != len(chosen):
        raise PostingError(_("たった今、決まった人がいます。もう一度見てください。"))
    if gone:
        left = [shift for shift in live_shifts(held) if shift.pk not in keys]
        disclose(held, ["shifts"], actor=actor, reason=reason, live=left)
    return len(chosen)
