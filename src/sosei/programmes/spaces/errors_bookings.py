"""What services of bookings refuse, and every refusal of the rules in words: in the reader's language, with the remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.people.errors import NotAllowedError, RefusedError
from sosei.programmes.spaces import rules_bookings, rules_hours, rules_prices, rules_series
from sosei.programmes.spaces.booking_times import day_text, length_text, moment_text
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_periods import Period

if TYPE_CHECKING:
    from sosei.programmes.spaces.services.quoting import Wanted

__all__ = [
    "BookingError",
    "ChangedPriceError",
    "Code",
    "NotAllowedError",
    "TakenError",
    "TooLateError",
    "why",
]


class Code(StrEnum):
    """Why something cannot be booked, beside what the rules of hours and prices say."""

    NOT_PUBLISHED = "not_published"
    RESIDENTS_ONLY = "residents_only"
    BY_LOTTERY = "by_lottery"
    TOO_MANY_HEADS = "too_many_heads"
    NO_SUCH_EXTRA = "no_such_extra"
    TWICE = "twice"
    JUST_TAKEN = "just_taken"


class BookingError(RefusedError):
    """Something about a booking that cannot be done so."""


class TooLateError(BookingError):
    """The time for this is over."""


class ChangedPriceError(BookingError):
    """The price or the rule of cancellation is not what the guest was shown."""


class TakenError(BookingError):
    """Somebody else has the place, or it cannot be booked at that time; nothing was booked.

    Attributes:
        taken: what could not be had, in the order in which it was asked for.
        refusals: why, for each.
    """

    def __init__(
        self,
        taken: Sequence[Wanted],
        refusals: Sequence[Refusal],
        nearest: Callable[[], list[Period]] | None = None,
    ) -> None:
        self.taken = tuple(taken)
        self.refusals = tuple(refusals)
        self._nearest = nearest
        super().__init__(", ".join(refusal.code for refusal in refusals))

    def __str__(self) -> str:
        zone = ZoneInfo(self.taken[0].space.municipality.zone) if self.taken else None
        return "\n".join(
            _("%(space)s %(when)s：%(why)s")
            % {
                "space": wanted.space,
                "when": moment_text(wanted.period.start, zone) if zone else "",
                "why": why(refusal, zone),
            }
            for wanted, refusal in zip(self.taken, self.refusals, strict=True)
        )

    def nearest(self) -> list[Period]:
        """The nearest times that are free, reckoned when they are asked for."""
        return self._nearest() if self._nearest else []


_HOURS = rules_hours.Code
_STEPS = rules_bookings.Code
WORDS: dict[tuple[str, str], Any] = {
    ("rules_hours", _HOURS.PAST): gettext_lazy("もう過ぎた時間です。これからの時間を選んでください。"),
    ("rules_hours", _HOURS.NOTICE): gettext_lazy(
        "使う%(minutes)s前までに予約が必要です。%(earliest)sよりあとを選んでください。"
    ),
    ("rules_hours", _HOURS.HORIZON): gettext_lazy(
        "予約できるのは%(last)sまでです。それより前の日を選んでください。"
    ),
    ("rules_hours", _HOURS.GRID): gettext_lazy("始まりの時刻は%(minutes)sごとに選んでください。"),
    ("rules_hours", _HOURS.TOO_SHORT): gettext_lazy("%(shortest)sから予約できます。時間を長くしてください。"),
    ("rules_hours", _HOURS.TOO_LONG): gettext_lazy(
        "1回に%(longest)sまで予約できます。時間を短くしてください。"
    ),
    ("rules_hours", _HOURS.CLOSED_DAYS): gettext_lazy("%(day)sは休みです。ほかの日を選んでください。"),
    ("rules_hours", _HOURS.CLOSED_WEEKDAY): gettext_lazy(
        "%(day)sは、休みの曜日です。ほかの日を選んでください。"
    ),
    ("rules_hours", _HOURS.CLOSED_HOLIDAY): gettext_lazy(
        "%(day)sは祝日で休みです。ほかの日を選んでください。"
    ),
    ("rules_hours", _HOURS.REST_MOVED): gettext_lazy(
        "%(day)sは、祝日のかわりの休みです。ほかの日を選んでください。"
    ),
    ("rules_hours", _HOURS.OUTSIDE_HOURS): gettext_lazy(
        "%(from)sから%(until)sまでは、予約を受けていない時間です。時間を見直してください。"
    ),
    ("rules_hours", _HOURS.OVERNIGHT): gettext_lazy("夜をまたぐ予約はできません。1日の中で選んでください。"),
    ("rules_hours", _HOURS.TAKEN): gettext_lazy("ほかの予約があります。空いている時間を選んでください。"),
    ("rules_hours", _HOURS.BUFFER): gettext_lazy(
        "前後の予約との間に、準備と片づけの時間が必要です。少しずらしてください。"
    ),
    ("rules_prices", rules_prices.Code.NO_LIST): gettext_lazy(
        "%(day)sの料金が決まっていません。ほかの日を選ぶか、貸す人に聞いてください。"
    ),
    ("rules_prices", rules_prices.Code.NO_ITEM): gettext_lazy(
        "%(from)sからの時間に合う料金がありません。時間を変えるか、貸す人に聞いてください。"
    ),
    ("rules_prices", rules_prices.Code.TOO_LONG): gettext_lazy(
        "1回に予約できるのは%(most)s日までです。いくつかに分けてください。"
    ),
    ("rules_bookings", _STEPS.NO_SUCH_STEP): gettext_lazy(
        "この予約は、いまの状態ではそう変えられません。画面を読み直してください。"
    ),
    ("rules_bookings", _STEPS.NOT_YOURS): gettext_lazy("これができるのは、ほかの担当の人です。"),
    ("rules_bookings", _STEPS.NOT_BEGUN): gettext_lazy(
        "まだ始まっていません。%(start)sのあとにしてください。"
    ),
    ("rules_bookings", _STEPS.NOT_OVER): gettext_lazy("期限は%(until)sです。それまで待ってください。"),
    ("rules_bookings", _STEPS.HAS_BEGUN): gettext_lazy(
        "%(start)sに始まった予約は、もう取り消せません。貸す人に連絡してください。"
    ),
    ("rules_bookings", _STEPS.TERM_OVER): gettext_lazy(
        "期限（%(until)s）が過ぎました。もう一度予約してください。"
    ),
    ("rules_bookings", _STEPS.DOOR_OPENED): gettext_lazy(
        "%(opened)sに鍵が開いているため、来なかったことにはできません。"
    ),
    ("rules_series", rules_series.Code.HOLIDAY): gettext_lazy("祝日なので、ぬいてあります。"),
    ("rules_series", rules_series.Code.SKIPPED): gettext_lazy("この日はぬいてあります。"),
    ("rules_series", rules_series.Code.NO_SUCH_TIME): gettext_lazy("この日には、その時刻がありません。"),
    ("errors_bookings", Code.NOT_PUBLISHED): gettext_lazy(
        "この場所は、いま予約を受けていません。ほかの場所を選んでください。"
    ),
    ("errors_bookings", Code.RESIDENTS_ONLY): gettext_lazy(
        "この場所は、市内に住む・勤める・通う人だけが予約できます。"
    ),
    ("errors_bookings", Code.BY_LOTTERY): gettext_lazy(
        "この日は、先に抽選をします（%(draw)s）。抽選に申し込むか、抽選のあとで予約してください。"
    ),
    ("errors_bookings", Code.TOO_MANY_HEADS): gettext_lazy(
        "定員は%(seats)s人です。人数を減らすか、広い場所を選んでください。"
    ),
    ("errors_bookings", Code.NO_SUCH_EXTRA): gettext_lazy(
        "追加の料金に、もうないものがあります。画面を読み直して、選び直してください。"
    ),
    ("errors_bookings", Code.TWICE): gettext_lazy("同じ場所の同じ時間を2回選んでいます。1つにしてください。"),
    ("errors_bookings", Code.JUST_TAKEN): gettext_lazy(
        "たった今、ほかの人が予約しました。空いている時間を選んでください。"
    ),
}
"""(module, code) -> sentence; data of the refusal fill it."""
_LENGTHS = frozenset({"minutes", "shortest", "longest"})


def why(refusal: Refusal, zone: ZoneInfo | None = None) -> str:
    """A refusal in the reader's language; moments by the clock of `zone`, else of the page."""
    module = type(refusal.code).__module__.rpartition(".")[2]
    clock = zone or timezone.get_current_timezone()
    return str(WORDS[(module, refusal.code)]) % {
        name: _shown(name, value, clock) for name, value in refusal.data.items()
    }


def _shown(name: str, value: Any, zone: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value, zone)
    if isinstance(value, date):
        return day_text(value)
    if name in _LENGTHS and isinstance(value, int):
        return length_text(value)
    return value
