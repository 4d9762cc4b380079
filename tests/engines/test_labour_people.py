"""Minors, breaks, limits across employers, cancellation: who may work, how much, and what is due when work falls out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from sosei.engines.labour import (
    JST,
    AverageSource,
    AverageWage,
    EmployerReason,
    Exemption,
    LimitCode,
    Shift,
    Span,
    TermsError,
    WorkCalendar,
    Worker,
    WorkplaceTrade,
    WorkTimeError,
    absence_pay,
    break_findings,
    classify,
    employer_cancellation,
    is_minor,
    measure_findings,
    minimum_working_day,
    minor_findings,
    needed_break,
    open_limits,
    shift_refusals,
    worker_cancellation,
)
from tests.engines.labour_worlds import daily, moment, shift, span

ORCHARD = Exemption(WorkplaceTrade.AGRICULTURE, "果樹園での収穫")


# Breaks ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("worked", "minutes"), [(0, 0), (360, 0), (361, 45), (480, 45), (481, 60), (900, 60)]
)
def test_breaks_grow_above_six_and_eight_hours(worked: int, minutes: int) -> None:
    assert needed_break(worked) == minutes


BREAKS = [
    ("six hours without", ["A 3 8:00-14:00"], []),
    ("six hours and a minute without", ["A 3 8:00-14:01"], ["break_too_short"]),
    ("45 minutes for seven hours", ["A 3 8:00-15:45 /12:00-12:45"], []),
    ("44 minutes for seven hours", ["A 3 8:00-15:44 /12:00-12:44"], ["break_too_short"]),
    ("45 minutes for eight hours", ["A 3 8:00-16:45 /12:00-12:45"], []),
    ("45 minutes for more", ["A 3 8:00-16:46 /12:00-12:45"], ["break_too_short"]),
    ("60 minutes for ten hours", ["A 3 8:00-19:00 /12:00-13:00"], []),
    ("in three parts", ["A 3 8:00-17:00 /10:00-10:15 /12:00-12:30 /15:00-15:15"], []),
    ("at the beginning", ["A 3 8:00-17:00 /8:00-9:00"], ["break_too_short", "break_at_edge"]),
    ("at the end", ["A 3 8:00-17:00 /16:00-17:00"], ["break_too_short", "break_at_edge"]),
    ("at both ends, enough within", ["A 3 8:00-18:00 /8:00-9:00 /12:00-13:00"], ["break_at_edge"]),
    ("between two shifts of a day", ["A 3 8:00-12:00", "A 3 13:00-17:00"], []),
    ("another employer's hours are no break", ["A 3 8:00-15:00", "B 3 16:00-20:00"], ["break_too_short"]),
    ("over midnight, cut in two", ["A 3 20:00-24:00", "A 4 0:00-4:00"], ["break_too_short"]),
    ("nothing but break", ["A 3 8:00-9:00 /8:00-9:00"], []),
]


@pytest.mark.parametrize(("says", "shifts", "codes"), BREAKS, ids=[row[0] for row in BREAKS])
def test_breaks_lie_within_the_work_and_are_long_enough(
    says: str, shifts: list[str], codes: list[str]
) -> None:
    found = break_findings(*[shift(text) for text in shifts])
    assert [each.code.value for each in found] == codes
    assert all(str(each.basis) == "労基法34条1項" for each in found)


def test_a_short_break_names_day_worked_needed_and_given() -> None:
    found = break_findings(shift("A 3 8:00-17:00 /12:00-12:30"))
    assert dict(found[0].values) == {"day": date(2026, 8, 3), "worked": 510, "needed": 60, "given": 30}
    assert break_findings(shift("A 3 8:00-17:00", exemption=ORCHARD)) == ()


# Exemption, spans --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("trade", list(WorkplaceTrade))
def test_only_farm_livestock_silk_and_fishery_are_exempt_and_only_with_a_reason(
    trade: WorkplaceTrade,
) -> None:
    lawful = {"agriculture", "livestock", "sericulture", "fishery"}
    if trade.value in lawful:
        assert str(Exemption(trade, "畑").basis) == "労基法41条1号"
        with pytest.raises(TermsError, match="without a reason"):
            Exemption(trade, " ")
    else:
        with pytest.raises(TermsError, match=trade.value):
            Exemption(trade, "畑")


def test_times_that_cannot_be_are_refused_with_place_and_remedy() -> None:
    naive = datetime(2026, 8, 3, 8)  # noqa: DTZ001
    with pytest.raises(WorkTimeError, match="no time zone"):
        Span(naive, moment(3, "9:00"))
    with pytest.raises(WorkTimeError, match=r"Span\.widened"):
        Span(moment(3, "8:00") + timedelta(seconds=1), moment(3, "9:00"))
    with pytest.raises(WorkTimeError, match="after its start") as refused:
        span(3, "9:00-9:00")
    assert "日をまたぐ" in refused.value.text("ja")
    with pytest.raises(WorkTimeError, match="break 08-03 07:00"):
        shift("A 3 8:00-17:00 /7:00-8:30")
    with pytest.raises(WorkTimeError, match="another break"):
        shift("A 3 8:00-17:00 /12:00-13:00 /12:30-13:30")
    with pytest.raises(TermsError, match="2700"):
        shift("A 3 8:00-17:00", week_limit=2700)
    with pytest.raises(TermsError, match="calendar"):
        WorkCalendar(month_starts=29)
    with pytest.raises(WorkTimeError, match="one place at a time"):
        classify([shift("A 3 8:00-12:00"), shift("B 3 11:59-13:00")])
    with pytest.raises(WorkTimeError):
        classify([shift("A 3 8:00-18:00"), shift("B 3 9:00-10:00"), shift("C 3 17:00-18:00")])


def test_seconds_are_widened_never_cut() -> None:
    start = moment(3, "8:00") + timedelta(seconds=59)
    end = moment(3, "17:00") + timedelta(microseconds=1)
    found = Span.widened(start, end)
    assert (found.start, found.end) == (moment(3, "8:00"), moment(3, "17:01"))
    assert Span.widened(moment(3, "8:00"), moment(3, "9:00")).minutes == 60


def test_times_of_any_zone_are_counted_in_japan() -> None:
    from datetime import UTC

    utc = Span(datetime(2026, 8, 2, 20, tzinfo=UTC), datetime(2026, 8, 3, 4, tzinfo=UTC))
    assert utc == span(3, "5:00-13:00")
    assert not any(each.night for each in classify([Shift("x", "A", utc)]))


# Minors ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("birth", "first"),
    [
        ("2011-03-31", "2026-04-01"),
        ("2011-04-01", "2026-04-01"),
        ("2011-04-02", "2027-04-01"),
        ("2012-01-01", "2027-04-01"),
        ("2012-02-29", "2027-04-01"),
    ],
)
def test_work_begins_on_the_first_of_april_after_fifteen(birth: str, first: str) -> None:
    assert minimum_working_day(date.fromisoformat(birth)).isoformat() == first


@pytest.mark.parametrize(
    ("birth", "day", "minor"),
    [
        ("2008-08-03", "2026-08-02", True),
        ("2008-08-03", "2026-08-03", False),
        ("2008-02-29", "2026-02-28", True),
        ("2008-02-29", "2026-03-01", False),
    ],
)
def test_a_minor_is_one_until_the_eighteenth_birthday(birth: str, day: str, minor: bool) -> None:
    assert is_minor(date.fromisoformat(birth), date.fromisoformat(day)) is minor


SEVENTEEN, FOURTEEN, ADULT = date(2009, 5, 1), date(2012, 5, 1), date(1990, 5, 1)
MINORS = [
    ("eight hours by day", SEVENTEEN, "A 3 8:00-17:00 /12:00-13:00", {}, []),
    ("no proof of age", SEVENTEEN, "A 3 8:00-12:00", {"has_certificate": False}, ["certificate_missing"]),
    ("nine hours", SEVENTEEN, "A 3 8:00-18:00 /12:00-13:00", {}, ["overtime_under_18"]),
    ("to 22:00", SEVENTEEN, "A 3 18:00-22:00", {}, []),
    ("to 22:01", SEVENTEEN, "A 3 18:00-22:01", {}, ["night_under_18"]),
    ("from 4:59", SEVENTEEN, "A 3 4:59-8:00", {}, ["night_under_18"]),
    ("with a sprayer", SEVENTEEN, "A 3 8:00-12:00", {"hazardous": True}, ["hazardous_under_18"]),
    ("at fourteen", FOURTEEN, "A 3 8:00-12:00", {}, ["under_minimum_age"]),
    ("an adult at night with a sprayer", ADULT, "A 3 22:00-33:00", {"hazardous": True, "has_certificate": False}, []),
]  # fmt: skip


@pytest.mark.parametrize(("says", "birth", "text", "more", "codes"), MINORS, ids=[row[0] for row in MINORS])
@pytest.mark.parametrize("exemption", [None, ORCHARD], ids=["shop", "orchard"])
def test_minors_are_kept_from_night_overtime_and_danger_on_farms_too(
    says: str, birth: date, text: str, more: dict[str, bool], codes: list[str], exemption: Exemption | None
) -> None:
    given = {"has_certificate": True, **more}
    found = minor_findings(birth, shift(text, exemption=exemption), **given)
    assert [each.code.value for each in found] == codes


def test_a_minors_overtime_of_the_week_is_found_with_the_other_shifts() -> None:
    booked = [shift(text) for text in daily("A", range(3, 8), "8:00-16:00")]
    saturday = shift("B 8 8:00-12:00", contract_order=1)
    alone = minor_findings(SEVENTEEN, saturday, has_certificate=True)
    together = minor_findings(SEVENTEEN, saturday, has_certificate=True, booked=booked)
    assert (alone, [each.values["minutes"] for each in together]) == ((), [240])


# booked, candidate, week limit of all, exempt -> minutes over, rule
MINORS_WEEKS = [
    ("an orchard's sixth day of eight hours", daily("A", range(3, 8), "8:00-16:00"), "A 8 8:00-16:00", 2400, True,
        480, "本システム年少者の農業・漁業での労働時間"),
    ("an orchard's second shift of the day", ["A 3 6:00-11:00"], "A 3 14:00-18:00", 2400, True,
        60, "本システム年少者の農業・漁業での労働時間"),
    ("no forty-four hours at a small inn", daily("A", range(3, 8), "8:00-16:00"), "A 8 8:00-12:00", 2640, False,
        240, "労基法60条1項"),
    ("the booked evening goes over, not the morning asked for", ["A 3 13:00-18:00"], "B 3 8:00-12:00", 2400, False,
        60, "労基法60条1項"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("says", "booked", "candidate", "week_limit", "exempt", "minutes", "basis"),
    MINORS_WEEKS,
    ids=[row[0] for row in MINORS_WEEKS],
)
def test_a_minors_hours_are_eight_and_forty_everywhere(
    says: str, booked: list[str], candidate: str, week_limit: int, exempt: bool, minutes: int, basis: str
) -> None:
    exemption = ORCHARD if exempt else None
    shifts = [shift(text, week_limit=week_limit, exemption=exemption) for text in booked]
    asked = shift(candidate, week_limit=week_limit, exemption=exemption)
    found = shift_refusals(asked, shifts, worker=Worker(SEVENTEEN, True), overtime_agreement=True)
    (over,) = [each for each in found if each.code.value == "overtime_under_18"]
    assert (over.values["minutes"], str(over.basis)) == (minutes, basis)


def test_night_work_on_a_farm_is_refused_to_minors_by_this_programs_rule() -> None:
    (farm,) = minor_findings(SEVENTEEN, shift("A 3 3:00-5:00", exemption=ORCHARD), has_certificate=True)
    (shop,) = minor_findings(SEVENTEEN, shift("A 3 3:00-5:00"), has_certificate=True)
    assert (farm.basis.certainty.value, shop.basis.certainty.value) == ("practice", "established")


# Limits ------------------------------------------------------------------------------------------------------------
def _left(
    booked: list[Shift], day: int = 8, employer: str = "B", **more: object
) -> dict[str, tuple[int, int]]:
    found = open_limits(date(2026, 8, day), employer, booked, **more)  # type: ignore[arg-type]
    return {each.code.value: (each.used, each.left) for each in found}


def test_the_hours_left_are_counted_over_all_employers() -> None:
    booked = [shift(text) for text in [*daily("A", range(3, 7), "8:00-16:00"), "B 8 8:00-11:00"]]
    assert _left(booked, paid_this_year=280_000) == {
        "day_hours": (180, 300),
        "week_hours": (2100, 300),
        "week_employer_hours": (180, 1019),
        "week_days": (5, 1),
        "month_overtime": (0, 3600),
        "year_pay": (280_000, 20_000),
    }


def test_nothing_is_left_below_zero_and_the_periods_are_named() -> None:
    booked = [shift(text) for text in daily("A", range(3, 10), "8:00-18:00")]
    found = {each.code: each for each in open_limits(date(2026, 8, 8), "A", booked, paid_this_year=310_000)}
    assert [found[code].left for code in (LimitCode.DAY_HOURS, LimitCode.WEEK_HOURS, LimitCode.YEAR_PAY)] == [
        0,
        0,
        0,
    ]
    assert found[LimitCode.WEEK_EMPLOYER_HOURS].left == 0
    week = found[LimitCode.WEEK_HOURS]
    assert (week.first_day, week.last_day) == (date(2026, 8, 2), date(2026, 8, 8))
    month = found[LimitCode.MONTH_OVERTIME]
    assert (month.first_day, month.last_day) == (date(2026, 8, 1), date(2026, 8, 31))
    assert month.used == 7 * 120 + 480  # the Saturday's eight ordinary hours lie over forty
    assert (found[LimitCode.YEAR_PAY].first_day, found[LimitCode.YEAR_PAY].last_day) == (
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    assert {each.severity.value for each in found.values()} == {"forbidden", "duty", "policy"}


def test_farm_hours_leave_the_hours_open_but_count_for_insurance_and_days() -> None:
    booked = [shift(text, exemption=ORCHARD) for text in daily("F", range(3, 8), "6:00-16:00")]
    found = _left(booked, employer="F")
    assert (found["week_hours"], found["week_employer_hours"], found["week_days"]) == (
        (0, 2400),
        (3000, 0),
        (5, 1),
    )


def test_twenty_hours_are_counted_as_scheduled() -> None:
    worked_longer = shift("B 3 8:00-16:00", scheduled="8:00-12:00")
    assert _left([worked_longer])["week_employer_hours"] == (240, 959)


def test_a_minors_limits_stand_under_their_own_article() -> None:
    found = open_limits(date(2026, 8, 3), "A", [], worker=Worker(birth=SEVENTEEN))
    assert [str(each.basis) for each in found[:2]] == ["労基法60条1項", "労基法60条1項"]


def test_the_weeks_limit_is_that_of_the_workplace_asked_about_and_forty_for_minors() -> None:
    booked = [shift(text, week_limit=2640) for text in daily("A", range(3, 8), "8:00-16:00")]
    assert _left(booked, employer="A")["week_hours"] == (2400, 240)
    assert _left(booked, week_limit=2400)["week_hours"] == (2400, 0)
    assert _left(booked, employer="A", worker=Worker(SEVENTEEN))["week_hours"] == (2400, 0)
    farm = [shift(text, exemption=ORCHARD) for text in daily("F", range(3, 8), "6:00-14:00")]
    assert _left(farm, worker=Worker(SEVENTEEN))["week_hours"] == (2400, 0)


REFUSED = [
    ("nothing booked", [], "B 3 8:00-16:00", {}, []),
    ("same time elsewhere", ["A 3 8:00-16:00"], "B 3 15:59-18:00", {}, [("overlap", "forbidden")]),
    ("touching", ["A 3 8:00-12:00"], "B 3 12:00-16:00", {}, []),
    ("ninth hour of the day", ["A 3 8:00-12:00"], "B 3 13:00-18:00", {}, [("day_hours", "forbidden")]),
    ("with an agreement", ["A 3 8:00-12:00"], "B 3 13:00-18:00", {"overtime_agreement": True}, []),
    ("forty-first hour", daily("A", range(3, 8), "8:00-16:00"), "B 8 8:00-9:00", {}, [("week_hours", "forbidden")]),
    ("another week", daily("A", range(3, 8), "8:00-16:00"), "B 9 8:00-9:00", {}, []),
    ("nineteen hours at one employer", daily("B", range(3, 6), "8:00-14:00"), "B 6 8:00-9:59", {}, []),
    ("twenty hours at one employer", daily("B", range(3, 6), "8:00-14:00"), "B 6 8:00-10:00",
        {}, [("week_employer_hours", "duty")]),
    ("seventh day", daily("A", range(2, 8), "8:00-10:00"), "B 8 8:00-10:00", {}, [("week_days", "policy")]),
    ("second job of the day", ["A 3 8:00-10:00"], "B 3 12:00-14:00",
        {"one_job_a_day": True}, [("one_job_a_day", "policy")]),
    ("a minor at night", [], "B 3 20:00-23:00", {"worker": Worker(SEVENTEEN, True)}, [("night_under_18", "forbidden")]),
    ("a minor without proof", [], "B 3 8:00-10:00",
        {"worker": Worker(SEVENTEEN)}, [("certificate_missing", "forbidden")]),
    ("a minor with a sprayer", [], "B 3 8:00-10:00",
        {"worker": Worker(SEVENTEEN, True), "hazardous": True}, [("hazardous_under_18", "forbidden")]),
    ("a minor is not helped by an agreement", ["A 3 8:00-12:00"], "B 3 13:00-18:00",
        {"worker": Worker(SEVENTEEN, True), "overtime_agreement": True}, [("overtime_under_18", "forbidden")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("says", "booked", "candidate", "more", "expected"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_a_further_shift_is_refused_for_what_it_would_break(
    says: str, booked: list[str], candidate: str, more: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    shifts = [shift(text) for text in booked]
    found = shift_refusals(shift(candidate, contract_order=1), shifts, **more)  # type: ignore[arg-type]
    assert [(each.code.value, each.severity.value) for each in found] == expected


def test_a_refusal_tells_by_how_much() -> None:
    booked = [shift("A 3 8:00-12:00")]
    (found,) = shift_refusals(shift("B 3 13:00-18:00", contract_order=1), booked)
    assert found.values["over"] == 60
    assert str(found.basis) == "労基法38条1項"
    (alone,) = shift_refusals(shift("B 3 8:00-17:00"), [])
    assert (alone.values["over"], str(alone.basis)) == (60, "労基法36条1項")


# Cancellation ------------------------------------------------------------------------------------------------------
START = datetime(2026, 8, 3, 8, tzinfo=JST)


@pytest.mark.parametrize(
    ("before", "allowed", "measure"),
    [
        (timedelta(hours=48), True, False),
        (timedelta(hours=24), True, False),
        (timedelta(hours=24) - timedelta(seconds=1), True, True),
        (timedelta(minutes=1), True, True),
        (timedelta(0), False, True),
        (-timedelta(hours=1), False, True),
    ],
)
def test_a_worker_may_cancel_until_the_start_and_measures_stay_within_a_day(
    before: timedelta, allowed: bool, measure: bool
) -> None:
    found = worker_cancellation(START, START - before)
    assert (found.allowed, found.measure_allowed, found.notice) == (allowed, measure, before)


FREE = {"force_majeure", "worker_unable", "lacks_qualification", "breach", "missing_items"}
EARLY = {"business_volume", "posting_error"}


@pytest.mark.parametrize("reason", list(EmployerReason))
@pytest.mark.parametrize("seconds", [-3600, 0, 86_399, 86_400, 200_000])
def test_an_employer_pays_unless_its_reason_is_listed_and_in_time(
    reason: EmployerReason, seconds: int
) -> None:
    found = employer_cancellation(START, START - timedelta(seconds=seconds), reason)
    free = reason.value in FREE or (reason.value in EARLY and seconds >= 86_400)
    assert found.pay_due is not free
    if free:
        assert found.findings == ()
    else:
        expected = "late_for_reason" if reason.value in EARLY else "reason_of_employer"
        assert [each.code.value for each in found.findings] == [expected]
        assert str(found.basis) == "労基法26条"


def _average(yen: int) -> AverageWage:
    return AverageWage(Fraction(yen), AverageSource.OWN_MONTH)


# scheduled, earned, average wage, share asked for -> due, floor, basis
ABSENCE = [
    ("whole day, first-timer", 10_000, 0, None, 100, 10_000, 10_000, "民法536条2項"),
    ("whole day, average known", 10_000, 0, 7_300, 100, 10_000, 4_380, "民法536条2項"),
    ("the law's floor alone", 10_000, 0, 7_300, 0, 4_380, 4_380, "労基法26条"),
    ("the floor is rounded up", 10_000, 0, 7_301, 0, 4_381, 4_381, "労基法26条"),
    ("sent home, floor not reached", 10_000, 3_000, 7_300, 0, 1_380, 1_380, "労基法26条"),
    ("sent home, floor reached", 10_000, 4_380, 7_300, 0, 0, 0, "労基法26条"),
    ("sent home, the rest by the rule", 10_000, 6_000, 7_300, 100, 4_000, 0, "民法536条2項"),
    ("sent home, first-timer, rule of 60", 10_000, 2_000, None, 60, 8_000, 8_000, "民法536条2項"),
    ("rule of 60 above the floor", 10_000, 0, 7_300, 60, 6_000, 4_380, "民法536条2項"),
    ("worked longer than planned", 10_000, 11_000, 7_300, 100, 0, 0, "労基法26条"),
    ("average above the agreed pay", 3_000, 0, 10_000, 100, 6_000, 6_000, "労基法26条"),
]


@pytest.mark.parametrize(
    ("says", "scheduled", "earned", "average", "percent", "due", "floor", "basis"),
    ABSENCE,
    ids=[row[0] for row in ABSENCE],
)
def test_a_day_called_off_is_paid_in_full_and_never_under_the_floor(
    says: str,
    scheduled: int,
    earned: int,
    average: int | None,
    percent: int,
    due: int,
    floor: int,
    basis: str,
) -> None:
    known = None if average is None else _average(average)
    found = absence_pay(scheduled, earned=earned, average=known, percent=percent)
    assert (found.due, found.floor, str(found.basis)) == (due, floor, basis)
    assert found.floor_known is (average is not None)
    assert (found.line.yen, found.line.code.value) == (due, "absence")


def test_absence_pay_refuses_what_cannot_be() -> None:
    for wrong in ({"percent": 101}, {"earned": -1}):
        with pytest.raises(TermsError):
            absence_pay(10_000, **wrong)


@pytest.mark.parametrize(
    ("hours", "until", "fine", "codes"),
    [
        (10, START + timedelta(days=14), 0, []),
        (30, START + timedelta(days=14), 0, ["measure_too_early"]),
        (10, None, 0, ["measure_endless"]),
        (10, START + timedelta(days=14), 3000, ["measure_fine"]),
        (24, None, 1, ["measure_too_early", "measure_endless", "measure_fine"]),
    ],
)
def test_measures_are_late_finite_and_never_money(
    hours: int, until: datetime | None, fine: int, codes: list[str]
) -> None:
    found = measure_findings(START, START - timedelta(hours=hours), measure_until=until, fine_yen=fine)
    assert [each.code.value for each in found] == codes


def test_cancelling_needs_a_zone() -> None:
    with pytest.raises(WorkTimeError, match="no time zone"):
        worker_cancellation(START, datetime(2026, 8, 2))  # noqa: DTZ001
