"""What must hold for any work: more is never paid less, cuts and order change nothing, lines add up, no minute is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, example, given
from hypothesis import strategies as st

from sosei.engines.labour import (
    JST,
    AverageSource,
    AverageWage,
    DeductionCode,
    DeductionLine,
    Engagement,
    Exemption,
    MinuteKind,
    MonthRounding,
    PayCode,
    Segment,
    Shift,
    Span,
    WageTerms,
    WorkCalendar,
    WorkplaceTrade,
    absence_pay,
    classify,
    day_payslip,
    hei_tax,
    minimum_wage,
    open_limits,
    pay_lines,
    payslip,
    round_month,
    round_yen,
    totals,
)
from sosei.engines.labour.payslip import AGREED_DEDUCTION
from tests.engines.labour_worlds import FIRST, moment, shift

MINUTE = timedelta(minutes=1)
ORCHARD = Exemption(WorkplaceTrade.AGRICULTURE, "果樹園での収穫")
CALENDAR = WorkCalendar(rest_days={"A": [date(2026, 8, 9), date(2026, 8, 16)], "B": [date(2026, 8, 12)]})
TERMS = {"A": WageTerms(1094), "B": WageTerms(1237, overtime_percent=30)}


@st.composite
def worlds(draw: st.DrawFn, employers: str = "AB") -> list[Shift]:
    """Shifts one after another with real pauses, some over midnight, some with breaks, some kept longer than agreed."""
    found: list[Shift] = []
    at = FIRST + timedelta(minutes=draw(st.integers(0, 2000)))
    for number in range(draw(st.integers(1, 14))):
        length = draw(st.integers(1, 14 * 60))
        span = Span(at, at + length * MINUTE)
        breaks: tuple[Span, ...] = ()
        if length > 60 and draw(st.booleans()):
            start = at + draw(st.integers(0, length - 31)) * MINUTE
            breaks = (Span(start, start + draw(st.integers(1, 30)) * MINUTE),)
        agreed = Span(at, at + draw(st.integers(1, length)) * MINUTE) if draw(st.booleans()) else None
        employer = draw(st.sampled_from(employers))
        found.append(
            Shift(
                key=f"{number}",
                employer=employer,
                span=span,
                breaks=breaks,
                contract_order=ord(employer),
                scheduled=agreed,
                exemption=ORCHARD if draw(st.integers(0, 5)) == 0 else None,
            )
        )
        at = span.end + draw(st.integers(2, 1800)) * MINUTE
    return found


def _pay(shifts: list[Shift], rounding: MonthRounding = MonthRounding.NONE) -> dict[str, int]:
    segments = classify(shifts, CALENDAR)
    return {
        employer: sum(
            line.yen
            for line in pay_lines([each for each in segments if each.employer == employer], terms, rounding)
        )
        for employer, terms in TERMS.items()
    }


@given(worlds(), st.data())
def test_a_minute_more_never_pays_less(shifts: list[Shift], data: st.DataObject) -> None:
    """At any shift's end, for all employers together; touching the next shift would make the two one, so not that far."""
    which = data.draw(st.integers(0, len(shifts) - 1))
    longer = replace(shifts[which], span=Span(shifts[which].span.start, shifts[which].span.end + MINUTE))
    more = [*shifts[:which], longer, *shifts[which + 1 :]]
    for rounding in MonthRounding:
        before, after = _pay(shifts, rounding), _pay(more, rounding)
        assert sum(after.values()) >= sum(before.values())
    if len({each.employer for each in shifts}) == 1:
        assert all(_pay(more)[employer] >= yen for employer, yen in _pay(shifts).items())


@given(worlds())
def test_cutting_at_midnight_changes_nothing(shifts: list[Shift]) -> None:
    cut: list[Shift] = []
    for each in shifts:
        night = (each.span.start + timedelta(days=1)).replace(hour=0, minute=0)
        if not each.span.start < night < each.span.end:
            cut.append(each)
            continue
        for number, part in enumerate((Span(each.span.start, night), Span(night, each.span.end))):
            breaks = tuple(
                Span(max(pause.start, part.start), min(pause.end, part.end))
                for pause in each.breaks
                if pause.overlaps(part)
            )
            cut.append(replace(each, key=f"{each.key}.{number}", span=part, breaks=breaks))
    whole, parts = classify(shifts, CALENDAR), classify(cut, CALENDAR)
    for employer in TERMS:
        assert totals(whole, employer) == totals(parts, employer)
    assert _pay(shifts) == _pay(cut)
    assert _by_minute(whole) == _by_minute(parts)


def _by_minute(segments: tuple[Segment, ...]) -> list[tuple[datetime, str, str, bool, bool, date]]:
    """What each minute of work is."""
    found = []
    for each in segments:
        at = each.start
        while at < each.end:
            found.append((at, each.employer, each.kind.value, each.night, each.over_60, each.day))
            at += MINUTE
    return found


@given(worlds(), st.randoms())
def test_the_order_of_days_is_irrelevant(shifts: list[Shift], random: object) -> None:
    mixed = list(shifts)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert classify(mixed, CALENDAR) == classify(shifts, CALENDAR)


@given(worlds())
def test_no_minute_is_lost_or_counted_twice(shifts: list[Shift]) -> None:
    segments = classify(shifts, CALENDAR)
    assert totals(segments).worked == sum(each.worked_minutes for each in shifts)
    assert all(first.end <= second.start for first, second in pairwise(segments))
    sums = totals(segments)
    assert sums.worked == sums.ordinary + sums.overtime + sums.holiday + sums.exempt
    assert sums.over_60 <= sums.overtime
    assert sum(totals(segments, employer).worked for employer in TERMS) == sums.worked


@given(worlds())
def test_nobody_is_over_the_days_or_weeks_limit_without_overtime(shifts: list[Shift]) -> None:
    days: dict[date, int] = {}
    weeks: dict[date, int] = {}
    for each in classify(shifts, CALENDAR):
        if each.kind is MinuteKind.ORDINARY:
            days[each.day] = days.get(each.day, 0) + each.minutes
            week = CALENDAR.week(each.day)
            weeks[week] = weeks.get(week, 0) + each.minutes
    assert all(minutes <= 480 for minutes in days.values())
    assert all(minutes <= 2400 for minutes in weeks.values())


@given(worlds(employers="A"))
def test_there_is_overtime_only_where_a_limit_is_full(shifts: list[Shift]) -> None:
    segments = classify(shifts, CALENDAR)
    for each in segments:
        same_day = [
            other for other in segments if other.day == each.day and other.kind is not MinuteKind.HOLIDAY
        ]
        if each.kind is MinuteKind.DAILY_OVERTIME:
            counted = [other for other in same_day if other.kind is not MinuteKind.DAILY_OVERTIME]
            assert sum(other.minutes for other in counted if other.kind is not MinuteKind.EXEMPT) == 480
        if each.kind is MinuteKind.WEEKLY_OVERTIME:
            week = CALENDAR.week(each.day)
            ordinary = [
                other
                for other in segments
                if CALENDAR.week(other.day) == week and other.kind is MinuteKind.ORDINARY
            ]
            assert sum(other.minutes for other in ordinary) == 2400


@given(worlds(), st.integers(0, 86_399), st.integers(1, 50_000))
def test_widening_never_cuts_a_second(shifts: list[Shift], offset: int, seconds: int) -> None:
    start = FIRST + timedelta(seconds=offset)
    end = start + timedelta(seconds=seconds)
    found = Span.widened(start, end)
    assert found.start <= start < end <= found.end
    assert found.minutes * 60 - seconds < 120


@given(st.integers(0, 20_000))
def test_the_months_rounding_is_by_less_than_half_an_hour(minutes: int) -> None:
    assert round_month(minutes) % 60 == 0
    assert -30 <= minutes - round_month(minutes) < 30
    assert round_month(minutes) <= round_month(minutes + 1)


@given(st.fractions(0, 100_000, max_denominator=6000))
@example(Fraction(1, 2))
@example(Fraction(3, 2))
def test_a_yen_is_rounded_at_fifty_sen_up(amount: Fraction) -> None:
    assert Fraction(-1, 2) <= amount - round_yen(amount) < Fraction(1, 2)


DEDUCTIONS = st.lists(st.integers(1, 3000), max_size=4)


@given(st.integers(1, 12 * 60), st.integers(1, 900), st.integers(900, 1800), DEDUCTIONS, st.integers(0, 1500))
def test_net_is_the_sum_of_the_lines(
    length: int, start: int, hourly: int, taken: list[int], insured: int
) -> None:
    at = moment(3, "0:00") + start * MINUTE
    work = Shift("x", "A", Span(at, at + length * MINUTE))
    terms = WageTerms(hourly)
    gross = sum(line.yen for line in pay_lines(classify([work]), terms))
    assume(gross - insured < 23_000)
    assume(gross >= sum(taken) + insured + 800)
    insurance = [DeductionLine(DeductionCode.PENSION, insured, AGREED_DEDUCTION)] if insured else []
    slip = day_payslip(
        classify([work]),
        terms,
        worked_on=date(2026, 8, 3),
        paid_on=date(2026, 8, 3),
        engagement=Engagement(date(2026, 8, 3), date(2026, 8, 3)),
        commuting_limit=0,
        insurance=insurance,
        agreed=[DeductionLine(DeductionCode.AGREED, yen, AGREED_DEDUCTION) for yen in taken],
        agreed_in_writing=True,
    )
    assert slip.net == sum(line.yen for line in slip.earnings) - sum(line.yen for line in slip.deductions)
    assert slip.gross == gross
    assert slip.net == gross - insured - sum(taken) - hei_tax(2026, gross - insured)
    assert all(line.basis.law_name and line.basis.article for line in (*slip.earnings, *slip.deductions))


@given(worlds(employers="A"))
def test_a_months_slip_adds_up(shifts: list[Shift]) -> None:
    lines = pay_lines(classify(shifts, CALENDAR), TERMS["A"])
    slip = payslip(lines)
    assert slip.net == slip.gross == sum(line.yen for line in lines)
    assert sum(line.minutes or 0 for line in lines if line.code is PayCode.BASE) == sum(
        each.worked_minutes for each in shifts
    )
    for line in lines:
        assert line.minutes is not None
        assert line.rate is not None
        assert line.percent is not None
        assert line.yen == round_yen(line.rate * line.percent * line.minutes / 6000)


@given(st.integers(0, 23_999), st.integers(0, 23_999))
def test_more_pay_is_never_taxed_less_nor_more_than_the_rise(low: int, high: int) -> None:
    low, high = sorted((low, high))
    assert hei_tax(2026, low) <= hei_tax(2026, high)
    assert high - hei_tax(2026, high) >= low - hei_tax(2026, low) - 10


@given(
    st.integers(0, 20_000),
    st.integers(0, 20_000),
    st.one_of(st.none(), st.fractions(0, 15_000, max_denominator=31)),
    st.integers(0, 100),
)
def test_absence_pay_is_never_under_the_floor_nor_below_zero(
    scheduled: int, earned: int, average: Fraction | None, percent: int
) -> None:
    known = None if average is None else AverageWage(average, AverageSource.OWN_MONTH)
    found = absence_pay(scheduled, earned=earned, average=known, percent=percent)
    assert found.due >= found.floor >= 0
    least = Fraction(scheduled) if average is None else average * Fraction(60, 100)
    assert earned + found.due >= least
    assert absence_pay(scheduled, earned=earned, average=known).due >= found.due


@given(st.integers(1, 47), st.integers(0, 1460))
def test_minimum_wages_never_fall(prefecture: int, days: int) -> None:
    code, day = f"{prefecture:02d}", date(2023, 10, 14) + timedelta(days=days)
    assume(day < date(2027, 9, 30))
    found = minimum_wage(code, day)
    assert found.effective_from <= day
    assert minimum_wage(code, day + timedelta(days=1)).yen >= found.yen


@given(worlds())
def test_what_is_used_and_left_is_the_limit(shifts: list[Shift]) -> None:
    for limit in open_limits(date(2026, 8, 5), "A", shifts, calendar=CALENDAR):
        assert limit.left == max(0, limit.limit - limit.used)
        assert limit.first_day <= date(2026, 8, 5) <= limit.last_day


def test_the_world_of_the_tests_begins_on_a_saturday() -> None:
    assert datetime(2026, 8, 1, tzinfo=JST) == FIRST
    assert FIRST.weekday() == 5
    assert shift("A 3 26:00-27:00").day == date(2026, 8, 4)
