"""Postings: drafts, the legal check before they are public, changes that are told to applicants, closing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import send_message, write_entry
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs import letters_postings as letters
from sosei.programmes.jobs.errors_postings import PostingError, UnlawfulPostingError
from sosei.programmes.jobs.legal_check import check_posting, live_shifts
from sosei.programmes.jobs.locks import lock_posting
from sosei.programmes.jobs.models import Application, Employer, Posting, Restriction, Shift
from sosei.programmes.jobs.services.employers import check_runs, may_publish

CONDITIONS = (
    "mode",
    "kind",
    "workplace",
    "lodging",
    "duties",
    "duties_scope",
    "place_scope",
    "term",
    "renewal",
    "trial_period",
    "holidays",
    "has_overtime",
    "hourly_wage",
    "commuting_yen",
    "fixed_overtime",
    "pay_method",
    "pay_closing",
    "pay_day",
    "raise_and_bonus",
    "insurance",
    "min_age",
    "age_reason",
    "is_hazardous",
    "licences",
    "half_day",
    "whole_series",
    "meals",
    "transport",
    "belongings",
    "rain",
    "cancellation_grounds",
    "ending",
)
"""Columns whose change is told to applicants and shown on the page (職安法5条の3第3項)."""
OTHERS = ("title", "title_en", "duties_en", "crop", "round", "skills", "closes_at")
COLUMNS = (*OTHERS[:2], *CONDITIONS, *OTHERS[2:])
"""All that the form writes."""
FILLED, OVER = "filled", "over"
"""Why a posting closed by itself; any other reason is what somebody wrote."""
WEEKS_OF_A_YEAR = 52


@transaction.atomic
def write_posting(*, employer: Employer, columns: Mapping[str, Any], actor: Person) -> Posting:
    """Begins a draft; everything may still be missing.

    Raises:
        PostingError: `actor` does not act for the employer.
    """
    check_runs(actor, employer)
    made: Posting = Posting.objects.create(
        employer=employer,
        municipality=employer.municipality,
        created_at=timezone.now(),
        created_by=actor,
        **columns,
    )
    record("written", made, actor)
    return made


@transaction.atomic
def change_posting(
    *, posting: Posting, columns: Mapping[str, Any], actor: Person, reason: str = ""
) -> list[str]:
    """Changes a posting; the conditions that were changed of one that is published, which its applicants are told.

    Raises:
        PostingError: `actor` does not act for the employer, the posting is closed, or how it is decided changes while
            applications wait for the decision.
        UnlawfulPostingError: published, and with flaws afterwards; nothing is changed.
    """
    check_runs(actor, posting.employer)
    held = lock_posting(posting.pk)
    if held.state == Posting.State.CLOSED:
        raise PostingError(_("募集は終わっています。写して、新しい求人を作ってください。"))
    changed = [name for name, value in columns.items() if getattr(held, name) != value]
    for name in changed:
        setattr(held, name, columns[name])
    if not changed:
        return []
    if held.state == Posting.State.DRAFT:
        held.save()
        return []
    if {"mode", "round"} & set(changed):
        _must_have_nobody_waiting(held)
    conditions = [name for name in changed if name in CONDITIONS]
    disclose(held, conditions, actor=actor, reason=reason, live=live_shifts(held))
    return conditions


def _must_have_nobody_waiting(posting: Posting) -> None:
    waiting = Application.objects.filter(
        posting=posting, state__in=[state for state in Application.LIVE if state != "contracted"]
    )
    if waiting.exists():
        raise PostingError(
            _(
                "返事や割り当てを待っている申し込みがあるので、決めかたは変えられません。新しい求人を作ってください。"
            ),
            "mode",
        )


def disclose(
    posting: Posting, conditions: Sequence[str], *, actor: Person, reason: str, live: Sequence[Shift]
) -> None:
    """Saves a published posting that was changed; the changed conditions are another version, told to applicants.

    Raises:
        UnlawfulPostingError: it has flaws as it is now.
    """
    _demand_lawful(posting, live)
    if conditions:
        posting.version += 1
        posting.confirmed_at = timezone.now()
    posting.save()
    if not conditions:
        return
    record("changed", posting, actor, reason=reason, version=posting.version, columns=list(conditions))
    with tenancy.unguarded():
        applied = Application.objects.filter(posting=posting, state__in=Application.LIVE)
        for application in applied.select_related("person").order_by("pk"):
            contracted = application.state == Application.State.CONTRACTED
            letter = letters.posting_changed(posting, list(conditions), contracted=contracted)
            send_message(
                key=f"posting.changed:{posting.pk}:{posting.version}:{application.person_id}",
                kind="posting.changed",
                recipient=application.person,
                municipality=posting.municipality,
                about=posting,
                **letter.as_arguments(),
            )


@transaction.atomic
def publish_posting(*, posting: Posting, actor: Person) -> Posting:
    """Makes a draft public, when the town has checked the employer and the law finds no flaw.

    Raises:
        PostingError: `actor` does not act for the employer, the employer is not checked or must not post for a time,
            or it is no draft.
        UnlawfulPostingError: every flaw; nothing is published.
    """
    check_runs(actor, posting.employer)
    held = lock_posting(posting.pk)
    if held.state != Posting.State.DRAFT:
        raise PostingError(_("この求人は、もう公開されたか、終わっています。"))
    if not may_publish(held.employer):
        raise PostingError(
            _("町の担当者が雇用主の登録を確かめてから、公開できます。下書きは、今のうちに用意できます。")
        )
    _must_not_be_restricted(held)
    _demand_lawful(held, live_shifts(held))
    now = timezone.now()
    held.state = Posting.State.PUBLISHED
    held.published_at = held.confirmed_at = now
    held.version = 1
    held.save()
    record("published", held, actor)
    return held


def _must_not_be_restricted(posting: Posting) -> None:
    now = timezone.now()
    in_force = Restriction.objects.filter(
        employer=posting.employer_id,
        kind=Restriction.Kind.NO_POSTING,
        starts_at__lte=now,
        ends_at__gt=now,
        lifted_at__isnull=True,
    )
    longest = in_force.order_by("-ends_at").first()
    if longest is not None:
        raise PostingError(
            _("%(until)sまで、新しい求人を公開できません。理由：%(reason)s")
            % {
                "until": date_format(longest.ends_at.astimezone(JST), "DATETIME_FORMAT"),
                "reason": longest.reason,
            }
        )


def _demand_lawful(posting: Posting, live: Sequence[Shift]) -> None:
    flaws = check_posting(posting, live)
    if flaws:
        raise UnlawfulPostingError(
            _("直すところが%(count)sあります。直すと公開できます。") % {"count": len(flaws)}, flaws
        )


@transaction.atomic
def confirm_posting(*, posting: Posting, actor: Person) -> Posting:
    """The employer has looked again: all of it is still right; the page shows the day (職安法5条の4第2項).

    Raises:
        PostingError: `actor` does not act for the employer, or it is not published.
    """
    check_runs(actor, posting.employer)
    held = lock_posting(posting.pk)
    if not held.is_open:
        raise PostingError(_("公開中の求人だけを確かめられます。"))
    held.confirmed_at = timezone.now()
    held.save(update_fields=["confirmed_at"])
    record("confirmed", held, actor)
    return held


@transaction.atomic
def close_posting(*, posting: Posting, actor: Person, reason: str) -> Posting:
    """Ends the call for hands; contracts stay as they are.

    Raises:
        PostingError: `actor` does not act for the employer, it is not published, or no reason.
    """
    check_runs(actor, posting.employer)
    if not reason.strip():
        raise PostingError(_("募集を終える理由を書いてください。"), "reason")
    if reason.strip() in (FILLED, OVER):
        raise PostingError(_("募集を終える理由を、もう少しくわしく書いてください。"), "reason")
    held = lock_posting(posting.pk)
    if not held.is_open:
        raise PostingError(_("公開中の求人だけを終えられます。"))
    _close(held, reason.strip())
    record("closed", held, actor, reason=reason.strip())
    return held


def _close(posting: Posting, because: str) -> None:
    posting.state = Posting.State.CLOSED
    posting.closed_at = timezone.now()
    posting.closed_because = because[:200]
    posting.save(update_fields=["state", "closed_at", "closed_because"])


@transaction.atomic
def close_when_filled(posting: Posting) -> bool:
    """Closes a published posting of which every shift to come is full; called when a place was taken.

    The waiting list stays; `reopen_when_freed` opens the posting again.
    """
    with tenancy.unguarded():
        held = lock_posting(posting.pk)
        ahead = [shift for shift in live_shifts(held) if shift.starts_at > timezone.now()]
        if not held.is_open or not ahead or any(shift.free for shift in ahead):
            return False
        _close(held, FILLED)
        _record_of_itself("closed_by_itself", held, because=FILLED)
    return True


@transaction.atomic
def reopen_when_freed(posting: Posting) -> bool:
    """Opens a posting again that had closed because it was full, when a place to come is free."""
    with tenancy.unguarded():
        held = lock_posting(posting.pk)
        now = timezone.now()
        free = any(shift.free and shift.starts_at > now for shift in live_shifts(held))
        if held.state != Posting.State.CLOSED or held.closed_because != FILLED or not free:
            return False
        held.state, held.closed_at, held.closed_because = Posting.State.PUBLISHED, None, ""
        held.save(update_fields=["state", "closed_at", "closed_because"])
        _record_of_itself("reopened", held)
    return True


def close_over(now: datetime.datetime) -> int:
    """Closes published postings whose last shift has begun; how many. Run every night."""
    closed = 0
    ahead = Shift.objects.filter(starts_at__gt=now, called_off_at__isnull=True).values("posting")
    over = Posting.objects.open().exclude(pk__in=ahead).order_by("pk").values_list("pk", flat=True)
    for key in list(over):
        with transaction.atomic():
            held = lock_posting(key)
            if held.is_open and not any(shift.starts_at > now for shift in live_shifts(held)):
                _close(held, OVER)
                _record_of_itself("closed_by_itself", held, because=OVER)
                closed += 1
    return closed


@transaction.atomic
def copy_posting(*, posting: Posting, actor: Person, weeks: int = WEEKS_OF_A_YEAR) -> Posting:
    """A draft with everything of a posting, its shifts moved by whole weeks: last year's on the same weekdays.

    The round is not taken over, and places no longer in use neither.

    Raises:
        PostingError: `actor` does not act for the employer.
    """
    check_runs(actor, posting.employer)
    columns = {name: getattr(posting, name) for name in COLUMNS if name not in ("round", "closes_at")}
    for name in ("workplace", "lodging"):
        if columns[name] is not None and columns[name].closed_at is not None:
            columns[name] = None
    made: Posting = Posting.objects.create(
        employer=posting.employer,
        municipality=posting.municipality,
        copied_from=posting,
        created_at=timezone.now(),
        created_by=actor,
        **columns,
    )
    moved = datetime.timedelta(weeks=weeks)
    Shift.objects.bulk_create(
        Shift(
            municipality=posting.municipality,
            employer=posting.employer,
            posting=made,
            starts_at=shift.starts_at + moved,
            ends_at=shift.ends_at + moved,
            break_minutes=shift.break_minutes,
            capacity=shift.capacity,
        )
        for shift in live_shifts(posting)
    )
    record("copied", made, actor)
    return made


@transaction.atomic
def drop_draft(*, posting: Posting, actor: Person) -> None:
    """Deletes a draft that was never public.

    Raises:
        PostingError: `actor` does not act for the employer, or it was published.
    """
    check_runs(actor, posting.employer)
    held = lock_posting(posting.pk)
    if held.published_at is not None:
        raise PostingError(_("公開したことのある求人は消せません。募集を終えてください。"))
    record("dropped", held, actor)
    Posting.objects.filter(copied_from=held).update(copied_from=None)
    held.shifts.all().delete()
    held.delete()


def today_in_japan() -> datetime.date:
    """The civil day."""
    return timezone.now().astimezone(JST).date()


def record(verb: str, posting: Posting, actor: Person, *, reason: str = "", **data: Any) -> None:
    """An entry of something done to a posting."""
    write_entry(
        actor=actor,
        verb=f"posting.{verb}",
        subject=posting,
        municipality=posting.municipality,
        reason=reason.strip(),
        data={"posting": posting.title, **data},
    )


def _record_of_itself(verb: str, posting: Posting, **data: Any) -> None:
    write_entry(
        actor=None,
        verb=f"posting.{verb}",
        subject=posting,
        municipality=posting.municipality,
        data={"posting": posting.title, **data},
    )
