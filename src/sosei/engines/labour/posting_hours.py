"""What a posting's period, shifts, breaks and overtime may break (労基法14条, 32条 - 36条)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

from sosei.engines.labour.basis import Basis, Certainty
from sosei.engines.labour.breaks import break_findings
from sosei.engines.labour.errors import WorkTimeError
from sosei.engines.labour.posting_codes import Flaw, PostingCode, flaw
from sosei.engines.labour.posting_terms import PostingTerms
from sosei.engines.labour.spans import AGRICULTURE_EXEMPT, Exemption, Shift, WorkCalendar, last_day_of_months
from sosei.engines.labour.wages import ROUNDING
from sosei.engines.labour.working_time import DAY_HOURS, MinuteKind, Segment, classify, totals

AGREEMENT = Basis("労基法", "36条1項")
REST_DAY = Basis("労基法", "35条1項")
PERIOD = Basis("労基法", "14条1項")
CLEAR_PERIOD = Basis("職安法", "5条の4第1項")
SAID = Basis("職安則", "4条の2第3項4号")
CURRENT = Basis("職安法", "5条の4第2項")
ONE_PLACE = Basis("本システム", "同時に1か所", Certainty.PRACTICE)


def exempt(terms: PostingTerms) -> bool:
    """Whether the posting lawfully claims to be outside the rules on hours: its trade is exempt, and it says why."""
    return terms.trade is not None and terms.trade.exempt and bool((terms.exemption_reason or "").strip())


def planned_shifts(terms: PostingTerms) -> tuple[Shift, ...]:
    """The shifts, with the exemption where the posting may claim it (労基法41条1号)."""
    if not exempt(terms) or terms.trade is None:
        return tuple(replace(shift, exemption=None) for shift in terms.shifts)
    exemption = Exemption(terms.trade, terms.exemption_reason or "")
    return tuple(replace(shift, exemption=exemption) for shift in terms.shifts)


def planned_segments(terms: PostingTerms) -> tuple[Segment, ...]:
    """The shifts classified: together when one worker takes them all, else each by itself.

    Raises:
        WorkTimeError: shifts that one worker is to take overlap.
    """
    shifts = planned_shifts(terms)
    if terms.shifts_together:
        return classify(shifts)
    return tuple(segment for shift in shifts for segment in classify([shift]))


def period_flaws(terms: PostingTerms) -> list[Flaw]:
    """A period that runs backwards or over three years, and shifts outside it (労基法14条1項, 職安法5条の4第1項)."""
    first, last = terms.contract_from, None if terms.open_ended else terms.contract_until
    found: list[Flaw] = []
    if first and last and last < first:
        code = PostingCode.PERIOD_REVERSED
        found.append(flaw(code, "contract_until", CLEAR_PERIOD, contract_from=first, contract_until=last))
        first = last = None  # no shift lies in such a period: that is one flaw, not one a shift
    if first and last and last > (latest := last_day_of_months(first, 36)):
        code = PostingCode.PERIOD_OVER_3_YEARS
        found.append(flaw(code, "contract_until", PERIOD, contract_until=last, latest=latest))
    days = [shift.day for shift in terms.shifts]
    outside = [day for day in days if (first and day < first) or (last and day > last)]
    if outside:
        code = PostingCode.SHIFT_OUTSIDE_CONTRACT
        found.append(flaw(code, "shifts", CLEAR_PERIOD, day=min(outside), count=len(outside)))
    posted = terms.posted_on
    if posted and days and min(days) < posted:
        code = PostingCode.SHIFT_BEFORE_POSTING
        found.append(flaw(code, "shifts", CURRENT, day=min(days), posted_on=posted))
    return found


def hours_flaws(terms: PostingTerms) -> list[Flaw]:
    """Hours over the day's and week's, breaks, rest days, and time that is not paid (労基法32条 - 37条, 24条)."""
    found = _claim_flaws(terms)
    if terms.unpaid_minutes:
        basis = Basis("労基法", "24条1項")
        found.append(
            Flaw(PostingCode.UNPAID_TIME, "unpaid_minutes", basis, {"minutes": terms.unpaid_minutes})
        )
    if terms.time_rounding_minutes > 1:
        values = {"minutes": terms.time_rounding_minutes}
        found.append(Flaw(PostingCode.DAILY_ROUNDING, "time_rounding_minutes", ROUNDING, values))
    try:
        segments = planned_segments(terms)
    except WorkTimeError as error:
        return [
            *found,
            Flaw(PostingCode.SHIFTS_OVERLAP, "shifts", ONE_PLACE, {"shift": str(error.values["place"])}),
        ]
    if not terms.overtime_agreement:
        found.extend(_overtime_flaws(segments))
    elif terms.overtime is False and (over := totals(segments).overtime):
        found.append(flaw(PostingCode.OVERTIME_DENIED, "overtime", SAID, minutes=over))
    found.extend(_break_flaws(terms))
    if terms.shifts_together and not exempt(terms) and (week := _week_without_rest(terms)):
        found.append(Flaw(PostingCode.NO_REST_DAY, "shifts", REST_DAY, {"week": week}))
    return found


def _claim_flaws(terms: PostingTerms) -> list[Flaw]:
    found: list[Flaw] = []
    claimed = bool((terms.exemption_reason or "").strip())
    if claimed and terms.trade is not None and not terms.trade.exempt:
        values = {"trade": terms.trade.value}
        found.append(Flaw(PostingCode.EXEMPTION_NOT_ALLOWED, "exemption_reason", AGRICULTURE_EXEMPT, values))
    promised = terms.overtime or terms.fixed_overtime is not None
    if promised and not terms.overtime_agreement and not exempt(terms):
        found.append(Flaw(PostingCode.OVERTIME_WITHOUT_AGREEMENT, "overtime_agreement", AGREEMENT))
    return found


def _overtime_flaws(segments: tuple[Segment, ...]) -> list[Flaw]:
    """The first day over eight hours, the first week over forty: each without an agreement."""
    found: list[Flaw] = []
    daily = [each for each in segments if each.kind is MinuteKind.DAILY_OVERTIME]
    if daily:
        day = min(each.day for each in daily)
        over = sum(each.minutes for each in daily if each.day == day)
        found.append(flaw(PostingCode.DAY_OVER_8_HOURS, "shifts", DAY_HOURS, day=day, over=over))
    weekly = [each for each in segments if each.kind is MinuteKind.WEEKLY_OVERTIME]
    if weekly:
        week = min(WorkCalendar().week(each.day) for each in weekly)
        over = sum(each.minutes for each in weekly if WorkCalendar().week(each.day) == week)
        basis = weekly[0].bases[0]
        found.append(flaw(PostingCode.WEEK_OVER_40_HOURS, "shifts", basis, week=week, over=over))
    return found


def _break_flaws(terms: PostingTerms) -> list[Flaw]:
    """Each kind of flaw once, with the first day it is found on."""
    shifts = planned_shifts(terms)
    groups = [shifts] if terms.shifts_together else [(shift,) for shift in shifts]
    first: dict[str, Flaw] = {}
    for group in groups:
        for finding in break_findings(*group):
            code = PostingCode(finding.code.value)
            first.setdefault(code, Flaw(code, "shifts", finding.basis, finding.values))
    return list(first.values())


def _week_without_rest(terms: PostingTerms) -> date | None:
    """First day of the first week with work on all seven calendar days; a rest day runs from midnight to midnight."""
    calendar = WorkCalendar()
    weeks: dict[date, set[date]] = defaultdict(set)
    for segment in planned_segments(terms):
        day = segment.start.date()
        weeks[calendar.week(day)].add(day)
    return min((week for week, days in weeks.items() if len(days) == 7), default=None)
