"""Values of KPIs and fiscal years as the reader writes them, and numbers as people type them.

Printed: 1,234.5人 in Japanese, 1,234.5 persons in English; a value below zero has △ as in Japanese official tables, and
a minus sign in English. Typed: full-width digits, separators, a unit behind the number, △ ▲ and every minus sign.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.engines.conventions.errors import NumeralError
from sosei.engines.conventions.fiscal_years import fiscal_year_of, fiscal_year_span, format_fiscal_year
from sosei.engines.conventions.folding import fold_width
from sosei.engines.conventions.numerals import Mark, parse_numeral
from sosei.planning.strategy.errors_kpis import ActualError

PLACES = 6
"""Decimal places that the tables keep."""
LIMIT = Decimal(10) ** 14
WITHOUT_GAP = frozenset("%％‰°")
_TYPED = re.compile(r"(?P<number>[-△▲+]?[\s]*[0-9][0-9,.]*)[\s]*(?P<unit>[^0-9]*)")


def in_english() -> bool:
    """Whether the reader's language is English."""
    return (get_language() or "ja").startswith("en")


def rounded(value: Decimal, decimals: int) -> Decimal:
    """To so many places, a half away from zero as people do."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def print_number(value: Decimal, decimals: int = 0) -> str:
    """Separated in threes, with the sign that the reader's language uses below zero."""
    shown = rounded(value, decimals)
    sign = "" if shown >= 0 else ("−" if in_english() else "△")
    return f"{sign}{abs(shown):,f}"


def print_value(value: Decimal | None, kpi: Any) -> str:
    """A value of a KPI with its unit; empty where there is none."""
    return "" if value is None else with_unit(print_number(value, kpi.decimals), kpi.local_unit)


def print_change(value: Decimal, kpi: Any) -> str:
    """A difference with its sign, and the unit; percentages differ by points."""
    shown = rounded(value, kpi.decimals)
    number = ("+" if shown > 0 else "") + print_number(value, kpi.decimals)
    unit = _("ポイント") if kpi.unit in {"%", "％"} else kpi.local_unit
    return with_unit(number, unit)


def with_unit(number: str, unit: str) -> str:
    """The unit behind the number: after a gap in English, unless it is a sign such as %; 億円 is × 100 million yen."""
    if unit and in_english() and unit[0].isdigit():
        return f"{number} × {unit}"
    gap = " " if unit and in_english() and unit[0] not in WITHOUT_GAP else ""
    return f"{number}{gap}{unit}"


def print_share(share: Decimal) -> str:
    """0.6 → 60%, 0.5997 → 59.9%: cut towards zero, so that nothing reads as what it didn't reach."""
    cut = (share * 1000).to_integral_value(ROUND_DOWN) / 10
    return f"{print_number(cut, 0 if cut == cut.to_integral_value() else 1)}%"


def print_year(fiscal_year: int) -> str:
    """令和元年度, or FY2019."""
    return format_fiscal_year(fiscal_year, "en" if in_english() else "ja")


def short_year(fiscal_year: int) -> str:
    """R1, H30; FY2019 in English."""
    if in_english():
        return f"FY{fiscal_year}"
    for first, letter in ((2019, "R"), (1989, "H"), (1926, "S")):
        if fiscal_year >= first:
            return f"{letter}{fiscal_year - first + 1}"
    return str(fiscal_year)


def read_number(text: str, *, what: str, unit: str = "", decimals: int = PLACES) -> Decimal:
    """A number as somebody typed it.

    Args:
        what: what it was typed for, named in the error.
        unit: the unit that may stand behind it.
        decimals: so many places at most.

    Raises:
        ActualError: no number, another unit behind it, or more decimal places than the KPI has.
    """
    shown = text.strip()
    # Folding would turn the footnote of 1234² into a digit.
    odd = any(letter.isdigit() and not letter.isdecimal() for letter in shown)
    found = None if odd else _TYPED.fullmatch(fold_width(shown).strip())
    try:
        numeral = parse_numeral(found["number"].replace(" ", "")) if found else parse_numeral(shown)
    except NumeralError:
        numeral = Mark.NO_FIGURE
    if isinstance(numeral, Mark) or found is None:
        raise ActualError(
            _("%(what)sの「%(value)s」は数ではありません。「1,234」や「△5.6」のように書いてください。")
            % {"what": what, "value": shown}
        )
    behind = found["unit"].strip()
    if behind and behind != fold_width(unit).strip():
        raise ActualError(
            _(
                "%(what)sの「%(value)s」の単位「%(other)s」は、このKPIの単位「%(unit)s」と違います。"
                "値を%(unit)sで書き直してください。"
            )
            % {"what": what, "value": shown, "other": behind, "unit": unit or _("（単位なし）")}
        )
    value = Decimal(numeral)
    check_number(value, what=what, decimals=decimals)
    return value


def check_number(value: Decimal, *, what: str, decimals: int = PLACES) -> None:
    """Raises `ActualError` unless the tables can keep the value as it is."""
    if not value.is_finite() or abs(value) >= LIMIT:
        raise ActualError(
            _("%(what)sの「%(value)s」は大きすぎます。整数の部分は14けたまでで書いてください。")
            % {"what": what, "value": value}
        )
    if value != rounded(value, decimals):
        raise ActualError(
            _(
                "%(what)sの「%(value)s」は小数点以下が%(decimals)sけたを超えます。"
                "四捨五入して書くか、先に企画担当がKPIの「小数点以下の桁数」を変えてください。"
            )
            % {"what": what, "value": f"{value.normalize():f}", "decimals": decimals}
        )


def today_in(municipality: Any) -> date:
    """The civil day in a town."""
    return timezone.now().astimezone(ZoneInfo(municipality.zone)).date()


def fiscal_year_today(municipality: Any) -> int:
    """The fiscal year that runs in a town."""
    today = today_in(municipality)
    return fiscal_year_of(today.year, today.month)


def last_day_of(fiscal_year: int) -> date:
    """31 March."""
    last = fiscal_year_span(fiscal_year)[1]
    return date(last.year, last.month, last.day)


def print_day(moment: datetime) -> str:
    """Day and time on the screen's clock."""
    return f"{moment.astimezone(ZoneInfo(settings.SCREEN_TIME_ZONE)):%Y-%m-%d %H:%M}"
