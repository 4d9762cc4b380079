"""Spans of time, shifts and the calendar they are counted in: what every rule on working time is given.

All times are aware; whatever their zone, days and nights are those of Japan (UTC+9, no summer time).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from sosei.engines.labour.basis import Basis
from sosei.engines.labour.errors import TermsError, WorkTimeError

JST = timezone(timedelta(hours=9), "JST")
MINUTE = timedelta(minutes=1)
DAY_LIMIT = 480
"""Minutes a day: 労基法32条2項."""
WEEK_LIMIT = 2400
"""Minutes a week: 労基法32条1項."""
WEEK_LIMIT_SPECIAL = 2640
"""Minutes a week at 商業・映画演劇・保健衛生・接客娯楽 with fewer than ten staff: 労基則25条の2第1項."""
AGRICULTURE_EXEMPT = Basis("労基法", "41条1号")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Time from `start` up to, not including, `end`, in whole minutes; kept in Japanese time.

    Raises:
        WorkTimeError: without zone, with seconds, or not longer than nothing.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for place, moment in (("start", self.start), ("end", self.end)):
            require_zone(place, moment)
            if moment.second or moment.microsecond:
                raise WorkTimeError(
                    place=place,
                    value=moment.isoformat(),
                    reason_en="is not a whole minute",
                    reason_ja="は分の単位ではありません",
                    remedy_en="Use Span.widened, which never cuts working time",
                    remedy_ja="労働時間を削らない Span.widened を使ってください",
                )
        object.__setattr__(self, "start", self.start.astimezone(JST))
        object.__setattr__(self, "end", self.end.astimezone(JST))
        if self.end <= self.start:
            raise WorkTimeError(
                place="end",
                value=f"{self.start.isoformat()} - {self.end.isoformat()}",
                reason_en="does not end after its start",
                reason_ja="は終わりが始まりより後ではありません",
                remedy_en="Give the end's own date when the work goes over midnight",
                remedy_ja="日をまたぐ仕事は、終わりの日付も渡してください",
            )

    @classmethod
    def widened(cls, start: datetime, end: datetime) -> Span:
        """The whole minutes that hold [start, end): start rounded down, end up, so that no second worked is lost.

        Working time is counted as it was worked; cutting it daily is not allowed (労基法24条1項・37条,
        昭63.3.14基発150号).

        Raises:
            WorkTimeError: as for any span.
        """
        first = start.replace(second=0, microsecond=0)
        last = end.replace(second=0, microsecond=0)
        return cls(first, last if last == end else last + MINUTE)

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return (self.end - self.start) // MINUTE

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a minute."""
        return self.start < other.end and other.start < self.end

    def shared(self, other: Span) -> int:
        """How many minutes the two share."""
        return max(0, (min(self.end, other.end) - max(self.start, other.start)) // MINUTE)


class WorkplaceTrade(StrEnum):
    """What is done at a workplace, as far as 労基法41条1号 (別表第1 6号・7号) tells trades apart."""

    AGRICULTURE = "agriculture"
    LIVESTOCK = "livestock"
    SERICULTURE = "sericulture"
    FISHERY = "fishery"
    FORESTRY = "forestry"
    PACKING = "packing"
    SALES = "sales"
    EVENT = "event"
    OFFICE = "office"
    OTHER = "other"

    @property
    def exempt(self) -> bool:
        """Whether 41条1号 takes the trade out of the rules on hours, breaks and holidays.

        Crops, livestock, sericulture and fishery are; forestry (別表第1 6号 excludes it) is not, nor is a place of
        processing, packing or sales, even when a farmer runs it.
        """
        return self in _EXEMPT_TRADES


_EXEMPT_TRADES = frozenset(
    {
        WorkplaceTrade.AGRICULTURE,
        WorkplaceTrade.LIVESTOCK,
        WorkplaceTrade.SERICULTURE,
        WorkplaceTrade.FISHERY,
    }
)


@dataclass(frozen=True, slots=True)
class Exemption:
    """The workplace is outside the rules on hours, breaks and holidays (労基法41条1号), and why it is said to be.

    Night premium (37条4項), paid leave and the minimum wage stay in force.

    Raises:
        TermsError: a trade that is not exempt, or no reason given.
    """

    trade: WorkplaceTrade
    reason: str

    def __post_init__(self) -> None:
        if not self.trade.exempt:
            raise TermsError(
                place="exemption",
                value=self.trade.value,
                reason_en="is not exempt from the rules on hours (労基法41条1号)",
                reason_ja="は労働時間の規定から除かれません（労基法41条1号）",
                remedy_en="Plan eight hours a day with breaks; packing, sales and forestry are ordinary workplaces",
                remedy_ja="1日8時間以内と休憩で計画してください（選果・販売・林業は一般の事業場です）",
            )
        if not self.reason.strip():
            raise TermsError(
                place="exemption",
                value=self.trade.value,
                reason_en="is claimed without a reason",
                reason_ja="の適用除外に理由がありません",
                remedy_en="Write what is done at the workplace (orchard, barn, boat) and by whose judgement",
                remedy_ja="事業場で何をするか（果樹園・牛舎・船など）と、誰の判断かを書いてください",
            )

    @property
    def basis(self) -> Basis:
        """労基法41条1号."""
        return AGRICULTURE_EXEMPT


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of work of one worker for one employer.

    Attributes:
        key: the caller's name of the shift.
        employer: the caller's name of the employer.
        span: from the start to the end of attendance.
        breaks: spans without work, inside `span`, apart from one another.
        contract_order: rank of the contract in time among all employers; the later contract bears the overtime of
            scheduled hours (労基法38条1項, 副業・兼業の促進に関するガイドライン). Always give it where there are several
            employers: with equal ranks the later work of the day bears it, which is not the law's order.
        scheduled: what had been agreed; None when all of it was. Work outside is counted last, as it happened.
        week_limit: `WEEK_LIMIT` or `WEEK_LIMIT_SPECIAL`.
        exemption: 労基法41条1号, when the workplace is outside the rules on hours.

    Raises:
        WorkTimeError: a break outside the span or overlapping another.
        TermsError: a week limit that the law does not know.
    """

    key: str
    employer: str
    span: Span
    breaks: tuple[Span, ...] = ()
    contract_order: int = 0
    scheduled: Span | None = None
    week_limit: int = WEEK_LIMIT
    exemption: Exemption | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "breaks", tuple(sorted(self.breaks)))
        end = self.span.start
        for pause in self.breaks:
            if pause.start < end or pause.end > self.span.end:
                raise WorkTimeError(
                    place=f"shift {self.key}",
                    value=f"break {pause.start:%m-%d %H:%M}-{pause.end:%H:%M}",
                    reason_en="lies outside the shift or overlaps another break",
                    reason_ja="は勤務の外にあるか、ほかの休憩と重なります",
                    remedy_en="Correct the break's times",
                    remedy_ja="休憩の時刻を直してください",
                )
            end = pause.end
        if self.week_limit not in {WEEK_LIMIT, WEEK_LIMIT_SPECIAL}:
            raise TermsError(
                place=f"shift {self.key}",
                value=self.week_limit,
                reason_en="is not a week's limit (労基法32条1項, 労基則25条の2)",
                reason_ja="は週の上限ではありません（労基法32条1項、労基則25条の2）",
                remedy_en="Give 2400 or, for small shops, cinemas, clinics and inns, 2640 minutes",
                remedy_ja="2400分か、特例措置対象事業場なら2640分にしてください",
            )

    @property
    def day(self) -> date:
        """The day it counts to: the one on which it began."""
        return self.span.start.date()

    @property
    def break_minutes(self) -> int:
        """Minutes of breaks."""
        return sum(pause.minutes for pause in self.breaks)

    @property
    def worked_minutes(self) -> int:
        """Minutes of work: the span without its breaks."""
        return self.span.minutes - self.break_minutes

    def work(self) -> tuple[Span, ...]:
        """The spans of work between the breaks, in order."""
        found: list[Span] = []
        start = self.span.start
        for pause in self.breaks:
            if pause.start > start:
                found.append(Span(start, pause.start))
            start = pause.end
        if start < self.span.end:
            found.append(Span(start, self.span.end))
        return tuple(found)


@dataclass(frozen=True)
class WorkCalendar:
    """How days are gathered.

    Attributes:
        week_starts: first weekday of the week as `date.weekday()` numbers it; Sunday unless the work rules say
            otherwise (昭63.1.1基発1号).
        month_starts: day on which the month for the sixty hours begins, 1 to 28.
        rest_days: each employer's legal holidays (労基法35条), as calendar days.
    """

    week_starts: int = 6
    month_starts: int = 1
    rest_days: Mapping[str, Collection[date]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.week_starts <= 6 or not 1 <= self.month_starts <= 28:
            raise TermsError(
                place="calendar",
                value=f"{self.week_starts}, {self.month_starts}",
                reason_en="is no beginning of a week (0-6) and month (1-28)",
                reason_ja="は週（0～6）・月（1～28）の起算日ではありません",
                remedy_en="Give 6 for Sunday, and 1 for the calendar month",
                remedy_ja="日曜なら6、暦月なら1にしてください",
            )

    def week(self, day: date) -> date:
        """First day of the week that holds `day`."""
        return day - timedelta(days=(day.weekday() - self.week_starts) % 7)

    def month(self, day: date) -> date:
        """First day of the counting month that holds `day`."""
        if day.day >= self.month_starts:
            return day.replace(day=self.month_starts)
        return (day.replace(day=1) - timedelta(days=1)).replace(day=self.month_starts)

    def is_rest_day(self, employer: str, day: date) -> bool:
        """Whether `day` is a legal holiday at this employer."""
        return day in self.rest_days.get(employer, ())


def midnight(day: date) -> datetime:
    """The first moment of a day in Japan."""
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def last_day_of_months(since: date, months: int) -> date:
    """The last day of a period of whole months that began on `since` (民法143条2項): 8 Aug and two make 7 Oct.

    Where the last month has no such day, it is that month's last day: 31 Dec and two make 28 Feb.
    """
    month = since.month + months
    year, month = since.year + (month - 1) // 12, (month - 1) % 12 + 1
    if since.day > monthrange(year, month)[1]:
        return date(year, month, monthrange(year, month)[1])
    return date(year, month, since.day) - timedelta(days=1)


def require_zone(place: str, moment: datetime) -> None:
    """Refuse a time of which one cannot say when it is.

    Raises:
        WorkTimeError: without time zone.
    """
    if moment.tzinfo is None:
        raise WorkTimeError(
            place=place,
            value=moment.isoformat(),
            reason_en="has no time zone",
            reason_ja="に時間帯がありません",
            remedy_en="Give an aware datetime (2026-08-01T08:00+09:00)",
            remedy_ja="時間帯つきの時刻を渡してください（2026-08-01T08:00+09:00）",
        )
