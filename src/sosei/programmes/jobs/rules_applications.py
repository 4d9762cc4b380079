"""Who may apply for which shifts, and how long an offer stands: one rule a function, None or a reason; no Django.

Reasons are codes with figures; `words_applications` makes sentences of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sosei.engines.labour.basis import Basis, Certainty, Value
from sosei.engines.labour.limits import Severity, Worker, shift_refusals
from sosei.engines.labour.minors import LOWEST_AGE, attains, is_minor
from sosei.engines.labour.spans import (
    WEEK_LIMIT,
    WEEK_LIMIT_SPECIAL,
    Exemption,
    Shift,
    Span,
    WorkCalendar,
    WorkplaceTrade,
)
from sosei.engines.labour.working_time import SEVERAL_EMPLOYERS

OFFER_TERM = timedelta(hours=24)
OFFER_TERM_SOON = timedelta(hours=1)
SOON = timedelta(hours=48)
AT_ONCE = timedelta(hours=24)
"""Before a start as near as this, all who wait are told together."""
LONGEST_GAP = 2
"""Days without work, between two with work, through which a bed is kept."""
FAIR = Basis("労働施策法", "9条")
OPEN_POSTING = Basis("職安法", "5条の4")
FINITE = Basis("職安法", "5条の7")
HOUSE = Basis("本システム", "申し込みの条件", Certainty.PRACTICE)


class Code(StrEnum):
    """Why somebody cannot apply now."""

    NOT_OPEN = "not_open"
    PAST_CLOSING = "past_closing"
    ROUND_NOT_OPEN = "round_not_open"
    RANK_OUTSIDE = "rank_outside"
    RANK_TAKEN = "rank_taken"
    NO_SHIFTS = "no_shifts"
    SHIFT_STARTED = "shift_started"
    SHIFT_CALLED_OFF = "shift_called_off"
    WHOLE_SERIES = "whole_series"
    BIRTH_MISSING = "birth_missing"
    TOO_YOUNG = "too_young"
    LICENCE_MISSING = "licence_missing"
    LICENCE_EXPIRES = "licence_expires"
    PAUSED = "paused"
    ONE_JOB = "one_job"
    NO_LODGING = "no_lodging"
    OTHER_HOURS = "other_hours"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a code of this module or of `engines.labour`, the rule, and the figures for the sentence."""

    code: StrEnum
    basis: Basis
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One shift that is asked for."""

    key: int
    shift: Shift
    called_off: bool = False


@dataclass(frozen=True)
class PostingFacts:
    """What a posting asks of those who apply.

    Attributes:
        accepts: published, or closed only because it is full, so that one can still wait.
        series: keys of every shift that has not begun and is not called off.
        licences: slug -> its name for the sentence.
        round_opens, round_closes, max_wishes: of its round; None without one.
    """

    accepts: bool
    closes_at: datetime | None = None
    min_age: int | None = None
    hazardous: bool = False
    licences: Mapping[str, str] = field(default_factory=dict)
    whole_series: bool = False
    series: frozenset[int] = frozenset()
    has_lodging: bool = False
    overtime_agreement_until: date | None = None
    round_opens: datetime | None = None
    round_closes: datetime | None = None
    max_wishes: int | None = None


@dataclass(frozen=True)
class PersonFacts:
    """What is known of who applies.

    Attributes:
        licences: checked ones, slug -> last day, None for those that do not expire.
        booked: every agreed shift around the wanted ones, at all employers.
        other_weekly_minutes: worked elsewhere, as the person said.
        paused_until, one_job_until: ends of measures in force.
        live_jobs: applications and contracts that are not over.
        taken_ranks: ranks given to other postings of the same round.
    """

    birth: date | None = None
    has_age_certificate: bool = False
    licences: Mapping[str, date | None] = field(default_factory=dict)
    booked: tuple[Shift, ...] = ()
    other_weekly_minutes: int = 0
    paused_until: datetime | None = None
    one_job_until: datetime | None = None
    live_jobs: int = 0
    taken_ranks: frozenset[int] = frozenset()


def labour_shift(
    key: str,
    employer: str,
    start: datetime,
    end: datetime,
    break_minutes: int,
    *,
    order: int = 0,
    exemption: str = "",
    exemption_reason: str = "",
    small_special: bool = False,
) -> Shift:
    """A planned shift as the law's rules take it, its break in the middle.

    Raises:
        LabourError: times or terms that the law's rules refuse.
    """
    span = Span(start, end)
    breaks: tuple[Span, ...] = ()
    if break_minutes:
        middle = span.start + timedelta(minutes=(span.minutes - break_minutes) // 2)
        breaks = (Span(middle, middle + timedelta(minutes=break_minutes)),)
    return Shift(
        key,
        employer,
        span,
        breaks,
        contract_order=order,
        week_limit=WEEK_LIMIT_SPECIAL if small_special else WEEK_LIMIT,
        exemption=Exemption(WorkplaceTrade(exemption), exemption_reason) if exemption else None,
    )


def reasons_against(
    posting: PostingFacts,
    wanted: Sequence[Wanted],
    person: PersonFacts,
    *,
    now: datetime,
    needs_lodging: bool = False,
    rank: int | None = None,
) -> tuple[Reason, ...]:
    """Everything that stands against an application; empty when it may be made."""
    single = (
        not_open(posting, now),
        round_closed(posting, now),
        rank_outside(posting, person, rank),
        nothing_wanted(wanted),
        already_begun(wanted, now),
        called_off(wanted),
        not_whole_series(posting, wanted),
        measure_in_force(person, now),
        no_lodging(posting, needs_lodging),
        birth_missing(person),
        too_young(posting, person, wanted),
    )
    found = [reason for reason in single if reason is not None]
    found.extend(licences_missing(posting, person, wanted))
    if wanted and person.birth is not None:
        found.extend(hours_refused(posting, person, wanted))
    return tuple(found)


def not_open(posting: PostingFacts, now: datetime) -> Reason | None:
    """A posting that is a draft or closed takes nobody, nor does one past its time (職安法5条の4)."""
    if not posting.accepts:
        return Reason(Code.NOT_OPEN, OPEN_POSTING)
    if posting.closes_at is not None and now >= posting.closes_at:
        return Reason(Code.PAST_CLOSING, OPEN_POSTING)
    return None


def round_closed(posting: PostingFacts, now: datetime) -> Reason | None:
    """A round takes applications between its two times."""
    if posting.round_opens is None or posting.round_closes is None:
        return None
    if posting.round_opens <= now < posting.round_closes:
        return None
    return Reason(Code.ROUND_NOT_OPEN, HOUSE)


def rank_outside(posting: PostingFacts, person: PersonFacts, rank: int | None) -> Reason | None:
    """In a round each wish has a rank of its own, from 1 to the number of wishes allowed."""
    if posting.max_wishes is None:
        return None
    if rank is None or not 1 <= rank <= posting.max_wishes:
        return Reason(Code.RANK_OUTSIDE, HOUSE, {"limit": posting.max_wishes})
    if rank in person.taken_ranks:
        return Reason(Code.RANK_TAKEN, HOUSE, {"rank": rank})
    return None


def nothing_wanted(wanted: Sequence[Wanted]) -> Reason | None:
    """One shift at least."""
    return None if wanted else Reason(Code.NO_SHIFTS, HOUSE)


def already_begun(wanted: Iterable[Wanted], now: datetime) -> Reason | None:
    """No shift that has begun."""
    for one in wanted:
        if one.shift.span.start <= now:
            return Reason(Code.SHIFT_STARTED, HOUSE, {"day": one.shift.day})
    return None


def called_off(wanted: Iterable[Wanted]) -> Reason | None:
    """No shift that does not take place."""
    for one in wanted:
        if one.called_off:
            return Reason(Code.SHIFT_CALLED_OFF, HOUSE, {"day": one.shift.day})
    return None


def not_whole_series(posting: PostingFacts, wanted: Sequence[Wanted]) -> Reason | None:
    """Some postings take only those who come on all days."""
    missing = posting.series - {one.key for one in wanted}
    if not posting.whole_series or not missing:
        return None
    return Reason(Code.WHOLE_SERIES, HOUSE, {"days": len(posting.series)})


def measure_in_force(person: PersonFacts, now: datetime) -> Reason | None:
    """A measure by the town's staff, which always has an end (職安法5条の7)."""
    if person.paused_until is not None and now < person.paused_until:
        return Reason(Code.PAUSED, FINITE, {"until": person.paused_until})
    if person.one_job_until is not None and now < person.one_job_until and person.live_jobs:
        return Reason(Code.ONE_JOB, FINITE, {"until": person.one_job_until})
    return None


def no_lodging(posting: PostingFacts, needs_lodging: bool) -> Reason | None:
    """A bed can be asked for only where there are beds."""
    return Reason(Code.NO_LODGING, HOUSE) if needs_lodging and not posting.has_lodging else None


def birth_missing(person: PersonFacts) -> Reason | None:
    """The law forbids the work of children: the date of birth is always needed (労基法56条)."""
    return Reason(Code.BIRTH_MISSING, LOWEST_AGE) if person.birth is None else None


def too_young(posting: PostingFacts, person: PersonFacts, wanted: Sequence[Wanted]) -> Reason | None:
    """Younger, on the first day, than the posting lawfully asks (労働施策法9条, 同則1条の3)."""
    if person.birth is None or posting.min_age is None or not wanted:
        return None
    first = min(one.shift.day for one in wanted)
    if first > attains(person.birth, posting.min_age):
        return None
    return Reason(Code.TOO_YOUNG, FAIR, {"age": posting.min_age})


def licences_missing(
    posting: PostingFacts, person: PersonFacts, wanted: Sequence[Wanted]
) -> tuple[Reason, ...]:
    """Licences that the posting asks for: checked by staff, and good on the last day."""
    last = max((one.shift.day for one in wanted), default=None)
    found: list[Reason] = []
    for slug, name in posting.licences.items():
        if slug not in person.licences:
            found.append(Reason(Code.LICENCE_MISSING, HOUSE, {"licence": name}))
            continue
        until = person.licences[slug]
        if last is not None and until is not None and until < last:
            found.append(Reason(Code.LICENCE_EXPIRES, HOUSE, {"licence": name, "until": until}))
    return tuple(found)


def hours_refused(posting: PostingFacts, person: PersonFacts, wanted: Sequence[Wanted]) -> tuple[Reason, ...]:
    """Hours of all employers together, overlaps, days of rest, minors: what the law or this program forbids.

    What only brings a duty with it (insurance from twenty hours a week) refuses nobody.
    """
    worker = Worker(person.birth, person.has_age_certificate)
    booked = list(person.booked)
    found: dict[StrEnum, Reason] = {}
    for one in sorted(wanted, key=lambda each: each.shift.span.start):
        agreed = (
            posting.overtime_agreement_until is not None and one.shift.day <= posting.overtime_agreement_until
        )
        for refusal in shift_refusals(
            one.shift, booked, worker=worker, overtime_agreement=agreed, hazardous=posting.hazardous
        ):
            if refusal.severity is not Severity.DUTY and refusal.code not in found:
                values = {"day": one.shift.day, **refusal.values}
                found[refusal.code] = Reason(refusal.code, refusal.basis, values)
        if not any(one.shift.span.overlaps(other.span) for other in booked):
            booked.append(one.shift)
    elsewhere = other_hours(person, wanted, booked)
    return (*found.values(), *([elsewhere] if elsewhere is not None else []))


def other_hours(person: PersonFacts, wanted: Sequence[Wanted], booked: Sequence[Shift]) -> Reason | None:
    """A week's hours with those that the person works elsewhere (労基法38条1項); exempt work is in no count."""
    if not person.other_weekly_minutes:
        return None
    calendar = WorkCalendar()
    for week in sorted({calendar.week(one.shift.day) for one in wanted if one.shift.exemption is None}):
        inside = [shift for shift in booked if calendar.week(shift.day) == week and shift.exemption is None]
        minutes = sum(shift.worked_minutes for shift in inside) + person.other_weekly_minutes
        limit = (
            WEEK_LIMIT
            if _minor_in(person, inside)
            else min((s.week_limit for s in inside), default=WEEK_LIMIT)
        )
        if minutes > limit:
            values: dict[str, Value] = {"week": week, "over": minutes - limit, "limit": limit}
            return Reason(Code.OTHER_HOURS, SEVERAL_EMPLOYERS, values)
    return None


def _minor_in(person: PersonFacts, shifts: Sequence[Shift]) -> bool:
    """Whether the person is under eighteen on one of the days: minors have forty hours everywhere (労基法60条1項)."""
    return person.birth is not None and any(is_minor(person.birth, shift.day) for shift in shifts)


def lodging_nights(days: Collection[date]) -> tuple[date, ...]:
    """Nights for which a bed is kept: from the eve of the first day to that of the last, over short gaps."""
    ordered = sorted(set(days))
    nights: set[date] = set()
    for before, day in zip([None, *ordered], ordered, strict=False):
        nights.add(day - timedelta(days=1))
        if before is not None and (day - before).days <= LONGEST_GAP + 1:
            nights.update(before + timedelta(days=n) for n in range((day - before).days))
    return tuple(sorted(nights))


def offer_ends(first_start: datetime, now: datetime) -> datetime:
    """Until when an offer stands: a day, an hour when the work is near, never after its start."""
    term = OFFER_TERM_SOON if first_start - now < SOON else OFFER_TERM
    return min(now + term, first_start)


def told_at_once(first_start: datetime, now: datetime) -> bool:
    """So near the start that all who wait are told together, and the first to accept comes."""
    return first_start - now < AT_ONCE
