"""Working time and pay worked by hand: one row a case, with what the law makes of it.

All at 1,200 yen an hour unless the row says otherwise, so that an overtime or night hour adds 300 yen and a legal
holiday's 420. Days are those of August 2026; the 2nd is a Sunday.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest

from sosei.engines.labour import (
    Allowance,
    AllowanceKind,
    AllowancePer,
    Exemption,
    MonthRounding,
    PayCode,
    WageTerms,
    WorkCalendar,
    WorkplaceTrade,
    classify,
    pay_lines,
    totals,
)
from tests.engines.labour_worlds import daily, shift

ORCHARD = Exemption(WorkplaceTrade.AGRICULTURE, "果樹園での収穫（選果場ではない）")
T1200 = WageTerms(1200)
SUNDAY_9 = WorkCalendar(rest_days={"A": [date(2026, 8, 9)]})
LONG_DAY = "8:00-22:00 /12:00-13:00"
DAYS_13 = [3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17, 18, 19]
KIND = AllowanceKind
PER = AllowancePer


@dataclass(frozen=True)
class Case:
    says: str
    shifts: list[str]
    lines: dict[str, tuple[int, int]]
    """By code of pay: minutes, yen."""
    basis: str
    terms: WageTerms = T1200
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    orders: dict[str, int] = field(default_factory=dict)
    """Rank of contract by employer."""
    scheduled: dict[str, str] = field(default_factory=dict)
    """What was agreed, by employer, where more was worked."""
    exempt: str = ""
    """Employers that are exempt."""
    of: str = "A"
    """Whose pay is asked."""
    week_limit: int = 2400
    rounding: MonthRounding = MonthRounding.NONE
    others_yen: int = 0
    """Allowances."""


CASES = [
    # The day
    Case("eight hours", ["A 3 8:00-17:00 /12:00-13:00"], {"base": (480, 9600)}, "労基法32条2項"),
    Case(
        "7 h 45 with 45 minutes of break",
        ["A 3 8:00-16:30 /12:00-12:45"],
        {"base": (465, 9300)},
        "労基法34条1項",
    ),
    Case(
        "nine hours: one of overtime",
        ["A 3 8:00-18:00 /12:00-13:00"],
        {"base": (540, 10800), "overtime": (60, 300)},
        "労基法37条1項",
    ),
    Case(
        "a single minute over eight hours is paid",
        ["A 3 8:00-17:01 /12:00-13:00"],
        {"base": (481, 9620), "overtime": (1, 5)},
        "労基法37条1項",
    ),
    Case(
        "two shifts of one day are added: 5 h + 4 h",
        ["A 3 6:00-11:00", "A 3 15:00-19:00"],
        {"base": (540, 10800), "overtime": (60, 300)},
        "労基法32条2項",
    ),
    # Night
    Case(
        "to midnight: two hours overtime, two hours night, the same two",
        ["A 3 13:00-24:00 /18:00-19:00"],
        {"base": (600, 12000), "overtime": (120, 600), "night": (120, 600)},
        "労基法37条1項・4項: 時間外＋深夜 50%",
    ),
    Case(
        "22:00 to 6:00, the break at night is not night work",
        ["A 3 22:00-30:00 /26:00-27:00"],
        {"base": (420, 8400), "night": (360, 1800)},
        "労基法37条4項",
    ),
    Case(
        "ends at 22:00 sharp: no night",
        ["A 3 13:00-22:00 /17:00-18:00"],
        {"base": (480, 9600)},
        "労基法37条4項",
    ),
    Case(
        "21:00 to 23:00: the second hour is night",
        ["A 3 21:00-23:00"],
        {"base": (120, 2400), "night": (60, 300)},
        "労基法37条4項",
    ),
    Case("begins at 5:00 sharp: no night", ["A 3 5:00-13:00"], {"base": (480, 9600)}, "労基法37条4項"),
    Case(
        "one minute before 5:00 is night",
        ["A 3 4:59-9:59"],
        {"base": (300, 6000), "night": (1, 5)},
        "労基法37条4項",
    ),
    # Over midnight
    Case(
        "17:00 to 2:00 counts to its first day: eight hours, four at night",
        ["A 3 17:00-26:00 /21:00-22:00"],
        {"base": (480, 9600), "night": (240, 1200)},
        "昭63.1.1基発1号",
    ),
    Case(
        "15:00 to 2:00: ten hours of one day",
        ["A 3 15:00-26:00 /19:00-20:00"],
        {"base": (600, 12000), "overtime": (120, 600), "night": (240, 1200)},
        "昭63.1.1基発1号",
    ),
    Case(
        "the same cut at midnight",
        ["A 3 15:00-24:00 /19:00-20:00", "A 4 0:00-2:00"],
        {"base": (600, 12000), "overtime": (120, 600), "night": (240, 1200)},
        "昭63.1.1基発1号",
    ),
    Case(
        "after a real pause the new day counts anew",
        ["A 3 15:00-23:00", "A 4 1:00-9:00"],
        {"base": (960, 19200), "night": (300, 1500)},
        "労基法32条2項",
    ),
    Case(
        "Saturday's shift into Sunday stays in Saturday's week",
        [*daily("A", range(3, 8), "9:00-17:00"), "A 8 20:00-28:00", "A 9 9:00-17:00"],
        {"base": (3360, 67200), "overtime": (480, 2400), "night": (360, 1800)},
        "労基法32条1項",
    ),
    # Legal holiday
    Case(
        "legal holiday: 35 %",
        ["A 9 8:00-17:00 /12:00-13:00"],
        {"base": (480, 9600), "holiday": (480, 3360)},
        "割増率令",
        calendar=SUNDAY_9,
    ),
    Case(
        "ten hours on a legal holiday: no overtime on top",
        ["A 9 8:00-19:00 /12:00-13:00"],
        {"base": (600, 12000), "holiday": (600, 4200)},
        "割増率令",
        calendar=SUNDAY_9,
    ),
    Case(
        "holiday and night: 60 %",
        ["A 9 20:00-24:00"],
        {"base": (240, 4800), "night": (120, 600), "holiday": (240, 1680)},
        "割増率令・労基法37条4項",
        calendar=SUNDAY_9,
    ),
    Case(
        "into the holiday: from midnight it is holiday work",
        ["A 8 20:00-28:00"],
        {"base": (480, 9600), "night": (360, 1800), "holiday": (240, 1680)},
        "労基法35条1項（暦日）",
        calendar=SUNDAY_9,
    ),
    Case(
        "out of the holiday: up to midnight it is holiday work",
        ["A 9 20:00-28:00"],
        {"base": (480, 9600), "night": (360, 1800), "holiday": (240, 1680)},
        "労基法35条1項（暦日）",
        calendar=SUNDAY_9,
    ),
    Case(
        "holiday hours are not in the week's forty",
        [*daily("A", range(10, 15), "9:00-17:00"), "A 9 9:00-17:00"],
        {"base": (2880, 57600), "holiday": (480, 3360)},
        "労基法35条1項",
        calendar=SUNDAY_9,
    ),
    # The week
    Case(
        "six days of eight hours: eight over forty",
        daily("A", range(3, 9), "9:00-17:00"),
        {"base": (2880, 57600), "overtime": (480, 2400)},
        "労基法32条1項",
    ),
    Case(
        "six days of seven hours: two over forty",
        daily("A", range(3, 9), "9:00-16:00"),
        {"base": (2520, 50400), "overtime": (120, 600)},
        "労基法32条1項",
    ),
    Case(
        "forty hours sharp",
        daily("A", range(3, 8), "9:00-17:00"),
        {"base": (2400, 48000)},
        "労基法32条1項",
    ),
    Case(
        "Sunday begins a new week",
        [*daily("A", range(3, 8), "9:00-17:00"), "A 9 9:00-17:00"],
        {"base": (2880, 57600)},
        "昭63.1.1基発1号（週は日曜から）",
    ),
    Case(
        "unless the work rules begin it on Monday",
        [*daily("A", range(3, 8), "9:00-17:00"), "A 9 9:00-17:00"],
        {"base": (2880, 57600), "overtime": (480, 2400)},
        "労基法32条1項",
        calendar=WorkCalendar(week_starts=0),
    ),
    Case(
        "daily overtime is not counted again in the week: 5 x 9 h",
        daily("A", range(3, 8), "9:00-18:00"),
        {"base": (2700, 54000), "overtime": (300, 1500)},
        "労基法32条",
    ),
    Case(
        "5 x 9 h and 4 h on Saturday: five by the day, four by the week",
        [*daily("A", range(3, 8), "9:00-18:00"), "A 8 9:00-13:00"],
        {"base": (2940, 58800), "overtime": (540, 2700)},
        "労基法32条",
    ),
    Case(
        "small inn: forty-four hours a week, forty-five worked",
        daily("A", range(3, 9), "9:00-16:30"),
        {"base": (2700, 54000), "overtime": (60, 300)},
        "労基則25条の2第1項",
        week_limit=2640,
    ),
    Case(
        "small inn: forty-four sharp",
        [*daily("A", range(3, 8), "9:00-17:00"), "A 8 9:00-13:00"],
        {"base": (2640, 52800)},
        "労基則25条の2第1項",
        week_limit=2640,
    ),
    # The month
    Case(
        "sixty hours of overtime sharp: all at 25 %",
        daily("A", DAYS_13[:12], LONG_DAY),
        {"base": (9360, 187200), "overtime": (3600, 18000)},
        "労基法37条1項",
    ),
    Case(
        "sixty-five: the last five at 50 %",
        daily("A", DAYS_13, LONG_DAY),
        {"base": (10140, 202800), "overtime": (3900, 19500), "over_60": (300, 1500)},
        "労基法37条1項ただし書",
    ),
    Case(
        "the month that begins on the 16th counts anew",
        daily("A", DAYS_13, LONG_DAY),
        {"base": (10140, 202800), "overtime": (3900, 19500)},
        "労基法37条1項ただし書",
        calendar=WorkCalendar(month_starts=16),
    ),
    Case(
        "beyond sixty hours at night: 75 %",
        [*daily("A", DAYS_13[:12], LONG_DAY), "A 19 13:00-24:00 /18:00-19:00"],
        {"base": (9960, 199200), "overtime": (3720, 18600), "over_60": (120, 600), "night": (120, 600)},
        "労基法37条1項ただし書・4項",
    ),
    # Farm and fishery
    Case(
        "orchard, ten hours: no overtime premium",
        ["A 3 6:00-17:00 /12:00-13:00"],
        {"base": (600, 12000)},
        "労基法41条1号",
        exempt="A",
    ),
    Case(
        "orchard before dawn: the night premium stays",
        ["A 3 3:00-13:00 /8:00-9:00"],
        {"base": (540, 10800), "night": (120, 600)},
        "労基法41条1号・37条4項",
        exempt="A",
    ),
    Case(
        "orchard on the rest day: no holiday premium",
        ["A 9 8:00-17:00 /12:00-13:00"],
        {"base": (480, 9600)},
        "労基法41条1号",
        calendar=SUNDAY_9,
        exempt="A",
    ),
    Case(
        "orchard, six days of ten hours",
        daily("A", range(3, 9), "6:00-17:00 /12:00-13:00"),
        {"base": (3600, 72000)},
        "労基法41条1号",
        exempt="A",
    ),
    Case(
        "packing plant of the same farmer, ten hours: an ordinary workplace",
        ["A 3 6:00-17:00 /12:00-13:00"],
        {"base": (600, 12000), "overtime": (120, 600)},
        "労基法32条2項",
    ),
    # Several employers
    Case(
        "eight hours at A, two at B with the later contract: B pays overtime",
        ["A 3 8:00-16:00", "B 3 18:00-20:00"],
        {"base": (120, 2400), "overtime": (120, 600)},
        "労基法38条1項",
        orders={"A": 0, "B": 1},
        of="B",
    ),
    Case(
        "A of the same day pays none",
        ["A 3 8:00-16:00", "B 3 18:00-20:00"],
        {"base": (480, 9600)},
        "労基法38条1項",
        orders={"A": 0, "B": 1},
    ),
    Case(
        "B in the evening had the earlier contract: A in the morning pays three hours of overtime",
        ["A 3 8:00-16:00", "B 3 18:00-21:00"],
        {"base": (480, 9600), "overtime": (180, 900)},
        "労基法38条1項・ガイドライン",
        orders={"A": 1, "B": 0},
    ),
    Case(
        "and B none",
        ["A 3 8:00-16:00", "B 3 18:00-21:00"],
        {"base": (180, 3600)},
        "労基法38条1項・ガイドライン",
        orders={"A": 1, "B": 0},
        of="B",
    ),
    Case(
        "A keeps its worker an hour longer: scheduled hours come first, so A pays it",
        ["A 3 9:00-15:00", "B 3 16:00-19:00"],
        {"base": (360, 7200), "overtime": (60, 300)},
        "労基法38条1項・ガイドライン",
        orders={"A": 0, "B": 1},
        scheduled={"A": "9:00-14:00"},
    ),
    Case(
        "and B, whose hours were agreed, none",
        ["A 3 9:00-15:00", "B 3 16:00-19:00"],
        {"base": (180, 3600)},
        "労基法38条1項・ガイドライン",
        orders={"A": 0, "B": 1},
        scheduled={"A": "9:00-14:00"},
        of="B",
    ),
    Case(
        "both keep longer: the extra hours in the order they happened",
        ["A 3 9:00-14:00", "B 3 16:00-20:00"],
        {"base": (240, 4800), "overtime": (60, 300)},
        "労基法38条1項・ガイドライン",
        orders={"A": 0, "B": 1},
        scheduled={"A": "9:00-13:00", "B": "16:00-19:00"},
        of="B",
    ),
    Case(
        "forty hours at A, Saturday at B: all of it overtime",
        [*daily("A", range(3, 8), "9:00-17:00"), "B 8 9:00-14:00"],
        {"base": (300, 6000), "overtime": (300, 1500)},
        "労基法38条1項・32条1項",
        orders={"A": 0, "B": 1},
        of="B",
    ),
    Case(
        "farm hours are not added to the shop's",
        ["A 3 6:00-14:00", "B 3 15:00-19:00"],
        {"base": (240, 4800)},
        "労基法41条1号・ガイドライン",
        orders={"A": 0, "B": 1},
        exempt="A",
        of="B",
    ),
    Case(
        "B's rest day is no holiday at A",
        ["A 9 8:00-16:00"],
        {"base": (480, 9600)},
        "労基法35条1項",
        calendar=WorkCalendar(rest_days={"B": [date(2026, 8, 9)]}),
    ),
    # Rounding of yen
    Case(
        "1,094 yen, 7 h 10: 7,840.33 -> 7,840",
        ["A 3 8:00-15:10"],
        {"base": (430, 7840)},
        "通貨法3条1項",
        terms=WageTerms(1094),
    ),
    Case(
        "1,094 yen, an hour's premium 273.50 -> 274",
        ["A 3 8:00-17:00"],
        {"base": (540, 9846), "overtime": (60, 274)},
        "昭63.3.14基発150号",
        terms=WageTerms(1094),
    ),
    Case(
        "1,033 yen, an hour's premium 258.25 -> 258",
        ["A 3 8:00-17:00"],
        {"base": (540, 9297), "overtime": (60, 258)},
        "昭63.3.14基発150号",
        terms=WageTerms(1033),
    ),
    Case(
        "1,094 yen, seven minutes at night: 127.63 -> 128, 31.91 -> 32",
        ["A 3 22:00-22:07"],
        {"base": (7, 128), "night": (7, 32)},
        "昭63.3.14基発150号",
        terms=WageTerms(1094),
    ),
    # Rounding of the month's minutes
    Case(
        "the option: twenty minutes of a month's overtime fall away, base pay stays",
        ["A 3 8:00-16:20"],
        {"base": (500, 10000)},
        "昭63.3.14基発150号",
        rounding=MonthRounding.HALF_HOUR,
    ),
    Case(
        "the option: thirty minutes become an hour",
        ["A 3 8:00-16:30"],
        {"base": (510, 10200), "overtime": (60, 300)},
        "昭63.3.14基発150号",
        rounding=MonthRounding.HALF_HOUR,
    ),
    Case(
        "without the option twenty minutes are paid",
        ["A 3 8:00-16:20"],
        {"base": (500, 10000), "overtime": (20, 100)},
        "労基法24条1項",
    ),
    # Wage by the day, allowances
    Case(
        "10,000 yen for eight hours, nine worked: 11,250 + 312.50 -> 313",
        ["A 3 8:00-17:00"],
        {"base": (540, 11250), "overtime": (60, 313)},
        "労基則19条1項2号",
        terms=WageTerms.from_day_wage(10000, 480),
    ),
    Case(
        "8,000 yen for seven hours stay 8,000",
        ["A 3 8:00-15:00"],
        {"base": (420, 8000)},
        "労基則19条1項2号",
        terms=WageTerms.from_day_wage(8000, 420),
    ),
    Case(
        "commuting allowance is not in the premium's base",
        ["A 3 8:00-17:00"],
        {"base": (540, 10800), "overtime": (60, 300)},
        "労基法37条5項",
        terms=WageTerms(1200, (Allowance(KIND.COMMUTING, 500),)),
        others_yen=500,
    ),
    Case(
        "housing allowance is not either",
        ["A 3 8:00-17:00"],
        {"base": (540, 10800), "overtime": (60, 300)},
        "労基則21条",
        terms=WageTerms(1200, (Allowance(KIND.HOUSING, 1000),)),
        others_yen=1000,
    ),
    Case(
        "skill allowance of 80 yen an hour is: 1,280 x 25 %",
        ["A 3 8:00-17:00"],
        {"base": (540, 10800), "overtime": (60, 320)},
        "労基則21条",
        terms=WageTerms(1200, (Allowance(KIND.SKILL, 80, PER.HOUR),)),
        others_yen=720,
    ),
    Case(
        "at night too: 1,280 x 25 %",
        ["A 3 20:00-24:00"],
        {"base": (240, 4800), "night": (120, 640)},
        "労基則21条",
        terms=WageTerms(1200, (Allowance(KIND.SKILL, 80, PER.HOUR),)),
        others_yen=320,
    ),
    Case(
        "and on the legal holiday: 1,280 x 35 %",
        ["A 9 8:00-16:00"],
        {"base": (480, 9600), "holiday": (480, 3584)},
        "労基則21条",
        terms=WageTerms(1200, (Allowance(KIND.SKILL, 80, PER.HOUR),)),
        calendar=SUNDAY_9,
        others_yen=640,
    ),
    Case(
        "beyond sixty hours too: five hours x 1,280 x 25 % more",
        daily("A", DAYS_13, LONG_DAY),
        {"base": (10140, 202800), "overtime": (3900, 20800), "over_60": (300, 1600)},
        "労基則21条",
        terms=WageTerms(1200, (Allowance(KIND.SKILL, 80, PER.HOUR),)),
        others_yen=13520,
    ),
    Case(
        "perfect attendance, 480 yen for a day of eight hours, is: 1,260 x 25 %",
        ["A 3 8:00-17:00"],
        {"base": (540, 10800), "overtime": (60, 315)},
        "労基則21条",
        terms=WageTerms(1200, (Allowance(KIND.PERFECT_ATTENDANCE, 480),), day_minutes=480),
        others_yen=480,
    ),
    Case(
        "a duty allowance of 16,000 yen for 160 hours a month is: 1,300 x 25 %",
        ["A 3 8:00-17:00"],
        {"base": (540, 10800), "overtime": (60, 325)},
        "労基則19条1項4号",
        terms=WageTerms(1200, (Allowance(KIND.DUTY, 16000, PER.MONTH),), month_minutes=9600),
        others_yen=16000,
    ),
    Case(
        "a premium above the law's: 30 %",
        ["A 3 8:00-17:00"],
        {"base": (540, 10800), "overtime": (60, 360)},
        "労基法37条1項（以上）",
        terms=WageTerms(1200, overtime_percent=30),
    ),
    Case(
        "30 % and beyond sixty hours 50 %: twenty more",
        daily("A", DAYS_13, LONG_DAY),
        {"base": (10140, 202800), "overtime": (3900, 23400), "over_60": (300, 1200)},
        "労基法37条1項ただし書",
        terms=WageTerms(1200, overtime_percent=30),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_pay_is_what_the_law_makes_of_it(case: Case) -> None:
    shifts = [
        shift(
            text,
            contract_order=case.orders.get(text[0], 0),
            scheduled=case.scheduled.get(text[0]),
            week_limit=case.week_limit,
            exemption=ORCHARD if text[0] in case.exempt else None,
        )
        for text in case.shifts
    ]
    segments = [each for each in classify(shifts, case.calendar) if each.employer == case.of]
    lines = pay_lines(segments, case.terms, case.rounding)
    found = {
        line.code.value: (line.minutes, line.yen) for line in lines if line.code is not PayCode.ALLOWANCE
    }
    assert found == case.lines
    assert sum(line.yen for line in lines if line.code is PayCode.ALLOWANCE) == case.others_yen
    assert all(line.basis.law_name for line in lines)
    assert totals(segments).worked == sum(each.worked_minutes for each in shifts if each.employer == case.of)


def test_every_case_names_its_rule_and_there_are_sixty_of_them() -> None:
    assert len(CASES) >= 60
    assert all(case.basis for case in CASES)
    assert len({case.says for case in CASES}) == len(CASES)


def test_each_stretch_of_work_names_the_rules_that_make_it_what_it_is() -> None:
    def rules(
        texts: list[str], calendar: WorkCalendar | None = None, week_limit: int = 2400
    ) -> list[list[str]]:
        shifts = [shift(text, week_limit=week_limit) for text in texts]
        return [[str(basis) for basis in each.bases] for each in classify(shifts, calendar)]

    assert rules(["A 3 13:00-23:00"]) == [[], ["労基法32条2項"], ["労基法32条2項", "労基法37条4項"]]
    assert rules(["A 9 8:00-9:00"], SUNDAY_9) == [["労基法35条1項"]]
    assert rules(daily("A", range(3, 9), "9:00-17:00"))[-1] == ["労基法32条1項"]
    assert rules(daily("A", range(3, 9), "9:00-17:00"), week_limit=2640)[-1] == ["労基則25条の2第1項"]
    assert rules(daily("A", DAYS_13, LONG_DAY))[-1] == ["労基法32条2項", "労基法37条1項ただし書"]
    assert [str(basis) for basis in classify([shift("A 3 8:00-9:00", exemption=ORCHARD)])[0].bases] == [
        "労基法41条1号"
    ]
