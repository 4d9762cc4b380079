"""What a worker keeps: profile and wishes, free days, the account for wages, how the notice is delivered."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design import civil_day
from sosei.core.payments.bank_text import Account
from sosei.core.people.errors import NotAllowedError, RefusedError
from sosei.core.people.services.acting import Acting
from sosei.programmes.jobs.kinds import SKILL, WORK_KIND, UnknownSlugError, one_of
from sosei.programmes.jobs.locks import lock_persons
from sosei.programmes.jobs.models import Availability, BankAccount, WorkerProfile
from sosei.programmes.jobs.rules_workers import days_within, ranges_of

HORIZON_MONTHS = 13
"""Months, this one included, in which free days may be told."""
WEEK_MINUTES = 7 * 24 * 60


class WorkerError(RefusedError):
    """What was given cannot be kept."""


@dataclass(frozen=True)
class Wishes:
    """What a worker tells of himself; all of it by choice."""

    about: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    place_name: str = ""
    max_km: int = 20
    needs_lodging: bool = False
    wants_half_day: bool = False
    needs_desk: bool = False
    wage_wish: int | None = None
    kinds: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    is_student: bool = False
    other_weekly_minutes: int = 0
    other_employers: str = ""
    emergency_contact: str = ""
    is_listed: bool = True


def check_leave(by: Acting, row: Any) -> None:
    """Whether `by.actor` may write that row of the worker's.

    Raises:
        NotAllowedError: neither the worker nor staff who serve the worker.
    """
    if not rules.has_perm(f"jobs.change_{row._meta.model_name}", by.actor, row):
        raise NotAllowedError(_("この人の仕事の登録を変えられるのは、本人と、この町の事業担当だけです。"))


@transaction.atomic
def save_profile(*, by: Acting, wishes: Wishes) -> WorkerProfile:
    """Keeps the worker's wishes and experience; from the first time on the person is somebody who looks for work.

    Raises:
        NotAllowedError: `by.actor` may not.
        WorkerError: an unknown kind or skill, half a place, more hours than a week has.
    """
    check_leave(by, WorkerProfile(person=by.person))
    _check_wishes(wishes)
    lock_persons([by.person.pk])
    columns = {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(wishes).items()
    }
    held = WorkerProfile.objects.filter(person=by.person).first()
    if held is not None and all(getattr(held, name) == value for name, value in columns.items()):
        return held  # type: ignore[no-any-return]
    profile = held or WorkerProfile(person=by.person)
    for name, value in columns.items():
        setattr(profile, name, value)
    profile.updated_at = timezone.now()
    profile.save(force_insert=held is None)
    by.record("worker.profile_saved", subject=profile)
    return profile


def _check_wishes(wishes: Wishes) -> None:
    for field, slugs, named in (("kinds", wishes.kinds, WORK_KIND), ("skills", wishes.skills, SKILL)):
        for slug in slugs:
            try:
                one_of(slug, named)
            except UnknownSlugError as error:
                raise WorkerError(str(error), field) from error
    if (wishes.latitude is None) != (wishes.longitude is None):
        raise WorkerError(_("緯度と経度は、両方を入れるか、両方を空にしてください。"), "place")
    if wishes.other_weekly_minutes > WEEK_MINUTES:
        raise WorkerError(
            _(
                "ほかの勤め先の時間%(hours)s時間は、1週間（168時間）より長いです。1週間の時間を入れてください。"
            )
            % {"hours": wishes.other_weekly_minutes // 60},
            "other_hours",
        )


@transaction.atomic
def choose_delivery(*, by: Acting, electronic: bool) -> WorkerProfile:
    """How the worker wants the notice of working conditions: on paper, or electronic by the worker's own choice alone
    (労働基準法施行規則5条4項).

    Raises:
        NotAllowedError: `by.actor` may not.
        WorkerError: there is no profile yet.
    """
    profile = _profile(by)
    if profile.wants_paper == (not electronic):
        return profile
    profile.wants_paper = not electronic
    profile.electronic_chosen_at = timezone.now() if electronic else None
    profile.save(update_fields=["wants_paper", "electronic_chosen_at"])
    by.record("worker.delivery_chosen", subject=profile, data={"electronic": electronic})
    return profile


def _profile(by: Acting) -> WorkerProfile:
    check_leave(by, WorkerProfile(person=by.person))
    found: WorkerProfile | None = WorkerProfile.objects.filter(person=by.person).first()
    if found is None:
        raise WorkerError(_("先に「仕事の登録」をしてください。"))
    return found


# --- Free days -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    """How many days were added and taken away."""

    added: int
    removed: int


def last_free_day(today: date) -> date:
    """The last day that may be told free."""
    month = today.year * 12 + today.month - 1 + HORIZON_MONTHS
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


def change_free_days(
    *, by: Acting, first: date, last: date, added: Collection[date], removed: Collection[date]
) -> Changed:
    """Days ticked and unticked on a calendar from `first` to `last`; what somebody else changed meanwhile stands.

    Raises:
        NotAllowedError: `by.actor` may not.
        WorkerError: days outside of what may be told.
    """
    return _rewrite(
        by, first, last, lambda kept, shown: (kept - (set(removed) & shown)) | (set(added) & shown)
    )


def add_free_days(*, by: Acting, first: date, last: date, weekdays: Collection[int] = ()) -> Changed:
    """The days from `first` to `last` are free, of those weekdays (Monday 0) where some are named.

    Raises:
        NotAllowedError, WorkerError: as `change_free_days`.
    """
    return _rewrite(by, first, last, lambda kept, shown: kept | (days_within(first, last, weekdays) & shown))


def remove_free_days(*, by: Acting, first: date, last: date, weekdays: Collection[int] = ()) -> Changed:
    """Those days are free no longer; what is agreed by contract stands.

    Raises:
        NotAllowedError, WorkerError: as `change_free_days`.
    """
    return _rewrite(by, first, last, lambda kept, shown: kept - (days_within(first, last, weekdays) & shown))


@transaction.atomic
def _rewrite(
    by: Acting, first: date, last: date, change: Callable[[set[date], set[date]], set[date]]
) -> Changed:
    check_leave(by, Availability(person=by.person))
    today = civil_day.today()
    _check_span(first, last, today)
    # One at a time for this person: two ranges written at once could overlap.
    lock_persons([by.person.pk])
    rows = list(Availability.objects.filter(person=by.person))
    kept = {day for row in rows for day in days_within(row.days.lower, row.days.upper - timedelta(days=1))}
    wanted = change(kept, days_within(max(first, today), last))
    if wanted == kept:
        return Changed(0, 0)
    # Upper ends are without, as the database keeps them.
    target = {(start, end + timedelta(days=1)) for start, end in ranges_of(wanted)}
    standing = {(row.days.lower, row.days.upper): row.pk for row in rows}
    Availability.objects.filter(pk__in=[pk for span, pk in standing.items() if span not in target]).delete()
    Availability.objects.bulk_create(
        Availability(person=by.person, days=span) for span in sorted(target - standing.keys())
    )
    changed = Changed(len(wanted - kept), len(kept - wanted))
    by.record(
        "worker.free_days_changed",
        subject=by.person,
        data={"added": changed.added, "removed": changed.removed},
    )
    return changed


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _check_span(first: date, last: date, today: date) -> None:
    end = last_free_day(today)
    if last < first:
        raise WorkerError(
            _("終わりの日（%(last)s）が始まりの日（%(first)s）より前です。終わりの日を直してください。")
            % {"first": _day(first), "last": _day(last)},
            "last",
        )
    if last < today:
        raise WorkerError(
            _("%(last)sは過ぎた日です。今日からあとの日を入れてください。") % {"last": _day(last)},
            "last",
        )
    if last > end:
        raise WorkerError(
            _("%(last)sは先すぎます。%(end)sまでの日を入れてください。")
            % {"last": _day(last), "end": _day(end)},
            "last",
        )


# --- Account ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_account(*, by: Acting, account: Account) -> BankAccount:
    """Keeps where wages go; `account` is written as payment files hold it (`rules_workers`).

    Raises:
        NotAllowedError: `by.actor` may not.
        WorkerError: the kind of account is none that files know.
    """
    check_leave(by, BankAccount(person=by.person))
    if account.type not in BankAccount.Type.values:
        raise WorkerError(_("預金の種類を選んでください。"), "type")
    columns = asdict(account)
    lock_persons([by.person.pk])
    held = BankAccount.objects.filter(person=by.person).first()
    if held is not None and all(getattr(held, name) == value for name, value in columns.items()):
        return held  # type: ignore[no-any-return]
    kept = held or BankAccount(person=by.person)
    for name, value in columns.items():
        setattr(kept, name, value)
    kept.updated_at = timezone.now()
    kept.save(force_insert=held is None)
    by.record("worker.account_saved", subject=by.person)
    return kept


@transaction.atomic
def remove_account(*, by: Acting) -> bool:
    """Forgets the account; wages are then paid as the contract says, or wait for another.

    Returns:
        Whether there was one.

    Raises:
        NotAllowedError: `by.actor` may not.
    """
    check_leave(by, BankAccount(person=by.person))
    gone, _rows = BankAccount.objects.filter(person=by.person).delete()
    if gone:
        by.record("worker.account_removed", subject=by.person)
    return bool(gone)
