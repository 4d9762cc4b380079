"""Limits of hours and income in plain words: what each is for, what happens beyond it, and how sure we are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.engines.labour.basis import LAW_NAMES, Basis, Certainty
from sosei.engines.labour.limits import LimitCode, OpenLimit, Severity, Unit


@dataclass(frozen=True)
class LimitText:
    """A limit in words.

    Attributes:
        name: what is limited.
        why: what the rule is for, and what happens beyond it.
    """

    name: Any
    why: Any


TEXTS: Mapping[LimitCode, LimitText] = {
    LimitCode.DAY_HOURS: LimitText(
        gettext_lazy("1日の時間"),
        gettext_lazy(
            "働くのは1日8時間までです。これより長くするには、雇用主が残業の約束（36協定）を届け出ていることが必要です。"
        ),
    ),
    LimitCode.WEEK_HOURS: LimitText(
        gettext_lazy("1週間の時間"),
        gettext_lazy(
            "働くのは1週間に40時間までです（小さな店などでは44時間）。ちがう雇用主の時間も足して数えます（労働基準法38条）。"
        ),
    ),
    LimitCode.WEEK_DAYS: LimitText(
        gettext_lazy("1週間の日数"),
        gettext_lazy(
            "法律は、雇用主ごとに週1日の休みを決めています。ここでは、ちがう雇用主の日も足して、週6日までにしています。"
        ),
    ),
    LimitCode.WEEK_EMPLOYER_HOURS: LimitText(
        gettext_lazy("1つの勤め先での1週間の時間"),
        gettext_lazy(
            "同じ雇用主で週20時間以上、31日以上働く見込みになると、雇用保険に入ります。働いてよいですが、手続きがあります。"
        ),
    ),
    LimitCode.MONTH_OVERTIME: LimitText(
        gettext_lazy("1か月の残業"),
        gettext_lazy("残業が月60時間をこえると、その時間の割増の賃金が、25％から50％に上がります。"),
    ),
    LimitCode.YEAR_PAY: LimitText(
        gettext_lazy("1つの勤め先からの1年の賃金"),
        gettext_lazy(
            "1年に30万円までなら、やめた人の給与の報告を、雇用主は市区町村へしなくてもよい決まりです。こえると報告します。働いてかまいません。"
        ),
    ),
}

SEVERITIES: Mapping[Severity, Any] = {
    Severity.FORBIDDEN: gettext_lazy("法律の上限"),
    Severity.DUTY: gettext_lazy("こえると手続きがある"),
    Severity.POLICY: gettext_lazy("ここでの決まり"),
}
TAGS: Mapping[Severity, str] = {
    Severity.FORBIDDEN: "warning",
    Severity.DUTY: "info",
    Severity.POLICY: "neutral",
}

CERTAINTIES: Mapping[Certainty, Any] = {
    Certainty.ANNOUNCED: gettext_lazy("まだ始まっていない、または始まったことを確かめていない決まりです。"),
    Certainty.PRACTICE: gettext_lazy("法律ではなく、ここでの決まりです。"),
    Certainty.UNCONFIRMED: gettext_lazy("一つの資料でしか確かめていません。目安にしてください。"),
}


def minutes_text(minutes: int) -> str:
    """Minutes as hours: 7時間30分."""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(hours)s時間") % {"hours": hours}
    if not hours:
        return _("%(minutes)s分") % {"minutes": rest}
    return _("%(hours)s時間%(minutes)s分") % {"hours": hours, "minutes": rest}


def amount_text(amount: int, unit: Unit) -> str:
    """An amount of a limit with its unit."""
    if unit is Unit.MINUTES:
        return minutes_text(amount)
    if unit is Unit.DAYS:
        return _("%(days)s日") % {"days": amount}
    return _("%(yen)s円") % {"yen": f"{amount:,}"}


def basis_text(basis: Basis) -> str:
    """Where a rule stands: the law's full name and the article."""
    law = LAW_NAMES.get(basis.law, basis.law)
    if (get_language() or "ja").startswith("ja"):
        return f"{law} {basis.article}"
    return f"{basis} ({law})"


@dataclass(frozen=True)
class LimitLine:
    """A limit ready for the page.

    Attributes:
        whose: the employer that is counted; "" where all are.
        share: parts of a hundred that are used, for the bar.
        note: what else is to be said of the number; "" for nothing.
    """

    name: str
    why: str
    severity: str
    tag: str
    basis: str
    doubt: str
    left: str
    used: str
    limit: str
    share: int
    is_full: bool
    is_duty: bool
    whose: str = ""
    note: str = ""


def limit_line(limit: OpenLimit, *, whose: str = "", other_minutes: int = 0) -> LimitLine:
    """A limit in words; `other_minutes` are hours elsewhere that count as well."""
    text = TEXTS[limit.code]
    used = limit.used + other_minutes
    left = max(0, limit.left - other_minutes)
    top = limit.limit
    note = ""
    if limit.code is LimitCode.WEEK_EMPLOYER_HOURS:
        # The engine's limit is the last minute before the duty.
        top, note = limit.limit + 1, _("20時間になる前まで")
    elif other_minutes:
        note = _("ほかの勤め先の%(time)sを足しています（あなたが登録した時間です）。") % {
            "time": minutes_text(other_minutes)
        }
    return LimitLine(
        name=str(text.name),
        why=str(text.why),
        severity=str(SEVERITIES[limit.severity]),
        tag=TAGS[limit.severity],
        basis=basis_text(limit.basis),
        doubt=str(CERTAINTIES.get(limit.basis.certainty, "")),
        left=amount_text(left, limit.unit),
        used=amount_text(used, limit.unit),
        limit=amount_text(top, limit.unit),
        share=min(100, round(100 * used / top)),
        is_full=left == 0,
        is_duty=limit.severity is Severity.DUTY,
        whose=whose,
        note=note,
    )
