"""What is missing before a space can be published, told item by item with the page where it is mended."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.programmes.spaces import as_rules, rules_prices
from sosei.programmes.spaces.booking_times import clock_text, day_text
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.rules_errors import Refusal, RulesError
from sosei.programmes.spaces.rules_hours import Hours, bands_on
from sosei.programmes.spaces.rules_periods import at_minute, span_on
from sosei.programmes.spaces.rules_price_lists import Tier
from sosei.programmes.spaces.services.hosts import may_publish

AHEAD = 14
"""Days of which each bookable hour must have a price: every weekday, and a holiday where one is near."""
TIERS = {Tier.RESIDENT: gettext_lazy("市内"), Tier.OUTSIDE: gettext_lazy("市外")}


@dataclass(frozen=True)
class Flaw:
    """One thing to mend.

    Attributes:
        text: what is missing and how it is mended.
        page: the name of the page where it is mended.
        anchor: the place on that page.
        only_advice: the space may be published without it.
    """

    text: str
    page: str
    anchor: str = ""
    only_advice: bool = False


def check_listing(space: Space) -> list[Flaw]:
    """Everything that is missing, and what would be better; empty where a space is ready.

    Reads host, hours, closures, price lists with items, photos and parent of the space.
    """
    found = [flaw for check in _CHECKS for flaw in check(space)]
    return sorted(found, key=lambda flaw: flaw.only_advice)


def blocking(flaws: list[Flaw]) -> list[Flaw]:
    """Those without which nothing is published."""
    return [flaw for flaw in flaws if not flaw.only_advice]


def unpriced(space: Space, since: datetime.date | None = None) -> list[Flaw]:
    """The first bookable hours without a price in the two weeks after a day; none where no price is entered yet.

    Args:
        since: today where not given; a season that begins later is asked about from its first day.

    Raises:
        RulesError: hours that overlap.
    """
    if not any(row.items.all() for row in space.price_lists.all()):
        return []
    return list(_priced(space, as_rules.hours_of(space), since))


def _host(space: Space) -> Iterator[Flaw]:
    if not may_publish(space.host):
        yield Flaw(
            _("町の担当者が、貸す人の登録を確かめているところです。認められると公開できます。"), "host"
        )


def _about(space: Space) -> Iterator[Flaw]:
    if not space.about.strip():
        yield Flaw(_("紹介を書いてください。どんな場所かが分かるように。"), "space-about", "id_about")
    if not space.uses:
        yield Flaw(_("何に使えるかを選んでください。"), "space-about", "uses")
    if not space.step_free:
        yield Flaw(
            _("段差があるかどうかを書くと、車いすやベビーカーの人が選べます。"),
            "space-about",
            "id_step_free",
            only_advice=True,
        )
    if not space.name_en:
        yield Flaw(
            _("英語の名前を書くと、外国から来た人にも伝わります。"),
            "space-about",
            "id_name_en",
            only_advice=True,
        )
    if not any(not photo.is_plan for photo in space.photos.all()):
        yield Flaw(_("写真があると、ずっと選ばれやすくなります。"), "space-photos", only_advice=True)


def _place(space: Space) -> Iterator[Flaw]:
    hall = space.parent
    if hall is not None and hall.state == Space.State.CLOSED:
        yield Flaw(
            _("「%(hall)s」の受け付けが終わっています。先に、また始めてください。") % {"hall": hall},
            "space-about",
        )
    if space.overnight and not space.lodging_permit:
        yield Flaw(
            _(
                "夜どおし使えますが、旅館業などの許可番号がありません。寝具を出したり、泊まる場所として貸したりはできません。"
            ),
            "space-booking",
            "id_lodging_permit",
            only_advice=True,
        )


def _times(space: Space) -> Iterator[Flaw]:
    try:
        hours = as_rules.hours_of(space)
    except RulesError as error:
        yield Flaw(
            _("予約の決まりの数字が合いません（%(place)s：%(value)s）。") % error.data, "space-booking"
        )
        return
    if not any(hours.week.days) and not hours.week.holiday:
        yield Flaw(_("予約できる時間を入れてください。"), "space-hours")
        return
    longest = max(
        closes - opens for bands in (*hours.week.days, hours.week.holiday or ()) for opens, closes in bands
    )
    if hours.shortest > longest and not hours.overnight:
        yield Flaw(
            _("いちばん短い利用（%(minutes)s分）が、予約できる時間のどれよりも長くなっています。")
            % {"minutes": hours.shortest},
            "space-booking",
            "id_min_minutes",
        )
        return
    if any(row.items.all() for row in space.price_lists.all()):
        yield from _priced(space, hours)


def _priced(space: Space, hours: Hours, since: datetime.date | None = None) -> Iterator[Flaw]:
    tiers = [Tier.RESIDENT] if space.residents_only else list(Tier)
    for tier in tiers:
        missing = _without_price(space, hours, tier, since)
        if missing is not None:
            day, minute = missing
            yield Flaw(
                _("%(day)s %(time)sからの料金がありません（%(tier)s）。")
                % {"day": day_text(day), "time": clock_text(minute), "tier": TIERS[tier]},
                "space-prices",
            )


def _prices(space: Space) -> Iterator[Flaw]:
    if not any(row.items.all() for row in space.price_lists.all()):
        yield Flaw(_("料金を入れてください。無料のときは、0円と入れます。"), "space-prices")
    if any(item.yen for row in space.price_lists.all() for item in row.items.all()):
        if not space.ways_to_pay:
            yield Flaw(_("支払いの方法を選んでください。"), "space-booking", "ways_to_pay")
        if space.host.is_public and not all(row.ordinance for row in space.price_lists.all()):
            yield Flaw(
                _("公共施設の使用料は条例で決まります。料金表に、根拠の条例を書いてください。"),
                "space-prices",
            )


def _without_price(
    space: Space, hours: Hours, tier: Tier, since: datetime.date | None = None
) -> tuple[datetime.date, int] | None:
    """The first bookable hour of the next days that has no price."""
    lists = as_rules.price_lists_of(space)
    today = timezone.now().astimezone(hours.zone).date()
    # A list that begins later is in time for a space that is published now; its first day is asked.
    first = max(today, since or today, min(row.first_day for row in lists))
    for day in (first + datetime.timedelta(days=n) for n in range(AHEAD)):
        for opens, closes in bands_on(day, hours)[0]:
            minute = _first_unpriced(day, opens, closes, hours, lists, tier)
            if minute is not None:
                return day, minute
    return None


def _first_unpriced(
    day: datetime.date, opens: int, closes: int, hours: Hours, lists: list[rules_prices.PriceList], tier: Tier
) -> int | None:
    whole = span_on(day, opens, closes, hours.zone)
    if whole is None:
        return None
    found = rules_prices.cheapest(whole, lists, tier, hours.zone)
    if not isinstance(found, Refusal):
        return None
    since = found.data.get("from")
    if isinstance(since, datetime.datetime):
        return opens + int((since - at_minute(day, opens, hours.zone)).total_seconds()) // 60
    return opens


def _ladder(space: Space) -> Iterator[Flaw]:
    if space.ladder.ended_at is not None:
        yield Flaw(_("選んだ取り消しの決まりは、もう使われていません。選び直してください。"), "space-ladder")


_CHECKS: tuple[Callable[[Space], Iterator[Flaw]], ...] = (_host, _about, _place, _prices, _times, _ladder)
