"""The six items of the last page before an order (特定商取引法12条の6), as they are shown and then kept with the order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import length_text, moment_text, when_text
from sosei.programmes.spaces.models import Host, UsageTerms
from sosei.programmes.spaces.rules_bookings import REQUEST_TERM, Item
from sosei.programmes.spaces.services import payment_terms

STANDS = timedelta(minutes=60)
"""How long the offer on the screen stands."""
_SALT = "spaces.shown"

TITLES = {
    Item.QUANTITY: gettext_lazy("何を、どれだけ"),
    Item.PRICE: gettext_lazy("料金"),
    Item.PAYMENT: gettext_lazy("いつ、どうやって払うか"),
    Item.DELIVERY: gettext_lazy("いつ使えるか"),
    Item.CANCELLATION: gettext_lazy("取り消しと変更"),
    Item.OFFER_PERIOD: gettext_lazy("いつまでに申し込むか"),
}
WAYS = {
    "card": gettext_lazy("カード"),
    "konbini": gettext_lazy("コンビニ"),
    "bank": gettext_lazy("銀行振込"),
    "invoice": gettext_lazy("あとで請求書"),
    "on_site": gettext_lazy("当日に現地で"),
    "free": gettext_lazy("無料"),
}
HOW = {
    "card": gettext_lazy(
        "申し込んですぐ、カード会社の画面で払います。%(until)sまでに払わないと、予約は決まりません。"
    ),
    "konbini": gettext_lazy(
        "申し込むと、コンビニで使う番号が出ます。%(until)sまでに、レジで払います。コンビニで払ったお金は、銀行振込で返します。"
    ),
    "bank": gettext_lazy(
        "申し込むと、振込先が出ます。%(until)sまでに届くように振り込みます。振込の手数料は、あなたが払います。"
    ),
    "invoice": gettext_lazy("使ったあとに請求書が届きます。請求書に書いてある期限までに払います。"),
    "on_site": gettext_lazy("使う日に、その場所で払います。"),
    "free": gettext_lazy("払うお金はありません。"),
}


def way_choices(ways: Iterable[str]) -> list[tuple[str, Any]]:
    """Ways to pay for a form."""
    return [(way, WAYS[way]) for way in WAYS if way in set(ways)]


@dataclass(frozen=True)
class SumLine:
    """Lines of a price that are alike, as one."""

    text: str
    unit_yen: int
    quantity: int
    unit: str
    yen: int


def lines_of(parts: Iterable[Any]) -> list[SumLine]:
    """The price of several times, lines that are alike added up."""
    found: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0])
    for part in parts:
        for line in part.lines:
            text = line.text_en if get_language() == "en" and line.text_en else line.text
            held = found[(text, line.unit_yen, line.unit)]
            held[0] += line.quantity
            held[1] += line.yen
    return [
        SumLine(text, unit_yen, quantity, unit, yen)
        for (text, unit_yen, unit), (quantity, yen) in found.items()
    ]


def tax_within(parts: Iterable[Any]) -> list[tuple[int, int, int]]:
    """For each rate: percent, yen with tax, tax within, rounded down once."""
    sums: dict[int, int] = defaultdict(int)
    for part in parts:
        sums[part.tax_percent] += part.yen
    return [
        (percent, yen, yen * percent // (100 + percent))
        for percent, yen in sorted(sums.items(), reverse=True)
    ]


def ladder_words(steps: Iterable[Any], zone: Any) -> list[str]:
    """A ladder in sentences: until when it costs what."""
    said = []
    for step in steps:
        told = {
            "until": moment_text(step.until, zone),
            "percent": step.percent,
            "yen": f"{step.yen:,}",
            "refund": f"{step.refund:,}",
        }
        said.append(
            _("%(until)sまで：無料で取り消せます。") % told
            if step.yen == 0
            else _("%(until)sまで：取り消し料 %(percent)s％（%(yen)s円）") % told
        )
    return said


def items_of(
    quoted: Any,
    *,
    host: Host,
    ways: Sequence[str],
    heads: int,
    terms: UsageTerms | None,
    now: datetime,
) -> dict[str, list[str]]:
    """The six items in sentences of the reader's language."""
    zone = zone_of(host.municipality)
    good = quoted.good
    yen = sum(part.yen for part in good)
    shown: dict[str, list[str]] = {
        Item.QUANTITY.value: [
            _("%(space)s %(when)s（%(length)s）")
            % {
                "space": part.wanted.space,
                "when": when_text(part.wanted.period, zone),
                "length": length_text(part.wanted.period.minutes),
            }
            for part in good
        ]
        + [_("使う人数：%(heads)s人") % {"heads": heads}],
        Item.PRICE.value: [
            *(
                _("%(text)s %(yen)s円") % {"text": line.text, "yen": f"{line.yen:,}"}
                for line in lines_of(good)
            ),
            _("合計 %(yen)s円（税込み）") % {"yen": f"{yen:,}"},
            *(
                _("うち消費税（%(percent)s％）%(tax)s円") % {"percent": percent, "tax": f"{tax:,}"}
                for percent, _yen, tax in tax_within(good)
                if tax
            ),
        ],
        Item.PAYMENT.value: [
            _("%(way)s：%(how)s")
            % {"way": WAYS[way], "how": HOW[way] % {"until": _until(way, good, yen, now, zone, quoted)}}
            for way in ways
        ],
        Item.DELIVERY.value: [
            _("予約した時間に使えます：%(when)s") % {"when": when_text(part.wanted.period, zone)}
            for part in good
        ],
        Item.CANCELLATION.value: [
            line for part in good for line in _cancelling(part, zone, several=len(good) > 1)
        ]
        + rules_of_cancelling(host),
        Item.OFFER_PERIOD.value: [
            _("この内容で申し込めるのは、%(until)sまでです。それを過ぎると、料金と空きをもう一度確かめます。")
            % {"until": moment_text(now + STANDS, zone)},
        ],
    }
    if quoted.needs_answer:
        shown[Item.PAYMENT.value].append(_("払うのは、貸す人が「貸せる」と答えたあとです。"))
        shown[Item.OFFER_PERIOD.value].append(
            _(
                "貸す人は、長くて%(days)s日のうちに返事をします。返事がないときは、申し込みは終わり、お金はかかりません。"
            )
            % {"days": REQUEST_TERM.days}
        )
    if terms is not None:
        shown["terms"] = [
            _("%(whose)sの利用規約 第%(number)s版")
            % {"whose": host if terms.host_id else host.municipality, "number": terms.number}
        ]
    return shown


def _until(way: str, good: Sequence[Any], yen: int, now: datetime, zone: Any, quoted: Any) -> str:
    """Until when it is to be paid; reckoned from the answer where the host answers first."""
    if way not in ("card", "konbini", "bank"):
        return ""
    until = payment_terms.held_until(way, good, yen, now)
    if quoted.needs_answer:
        return _("貸す人の返事のあと%(length)s") % {
            "length": length_text(int((until - now).total_seconds() // 60))
        }
    return moment_text(until, zone)


def _cancelling(part: Any, zone: Any, *, several: bool) -> list[str]:
    lines = ladder_words(part.steps, zone)
    if several:
        return [when_text(part.wanted.period, zone), *lines]
    return lines


def rules_of_cancelling(host: Host) -> list[str]:
    """What holds beside the steps."""
    said = [
        _("使う時間が始まったあとは、取り消せません。"),
        _("貸す人や%(town)sの都合で使えなくなったときは、全部返します。") % {"town": host.municipality},
        _("時間を変えても、取り消しの決まりは、いちばんきびしかった段階のままです。"),
    ]
    if host.is_public:
        said.append(_("公共施設の使用料は、条例で決めた場合だけ返します。"))
    return said


def sign(shown: Mapping[str, Any]) -> str:
    """What was shown, so that nobody but this program can have written it."""
    return signing.dumps(dict(shown), salt=_SALT, compress=True)


def signed(text: str) -> dict[str, Any] | None:
    """What was shown; None where it was altered, or the offer no longer stands."""
    try:
        held: dict[str, Any] = signing.loads(text, salt=_SALT, max_age=STANDS)
    except signing.BadSignature:
        return None
    return held


def shown_at() -> dict[str, str]:
    """When and in which language it was shown."""
    return {"at": timezone.now().isoformat(timespec="seconds"), "language": get_language() or "ja"}


def sections(shown: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """The items for a page: code, title, lines."""
    return [
        (item.value, str(TITLES[item]), list(shown[item.value])) for item in Item if shown.get(item.value)
    ]
