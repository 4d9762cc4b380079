"""Fiscal years of Japanese public bodies: from 1 April to 31 March, named by the year they begin in.

Source: 地方自治法 (Local Autonomy Act) article 208(1).
"""

from __future__ import annotations

import re

from sosei.engines.conventions.eras import CivilDate, format_era_year, parse_date
from sosei.engines.conventions.errors import DateError
from sosei.engines.conventions.folding import fold_width

FIRST_MONTH = 4


def fiscal_year_of(year: int, month: int) -> int:
    """The fiscal year that a month lies in: January to March belong to the one before."""
    return year if month >= FIRST_MONTH else year - 1


def fiscal_year_span(fiscal_year: int) -> tuple[CivilDate, CivilDate]:
    """First and last day of a fiscal year."""
    return CivilDate(fiscal_year, 4, 1), CivilDate(fiscal_year + 1, 3, 31)


def format_fiscal_year(fiscal_year: int, language: str = "ja") -> str:
    """令和6年度, or FY2024, in the era that stands on 31 December of its first year:
    2019 is printed 令和元年度, as offices have done since 1 May 2019."""
    if language != "ja":
        return f"FY{fiscal_year}"
    return f"{format_era_year(fiscal_year)}度"


def parse_fiscal_year(text: str) -> int:
    """The fiscal year named: "令和6年度", "2024年度", "R6年度", "FY2024".

    Raises:
        DateError: no fiscal year.
    """
    folded = fold_width(text).replace(" ", "")
    if found := re.fullmatch(r"FY(\d{4})", folded, re.IGNORECASE):
        return int(found[1])
    if not folded.endswith("年度"):
        raise DateError(value=text, reason_en="not a fiscal year", reason_ja="年度ではありません")
    return parse_date(folded.removesuffix("度")).year
