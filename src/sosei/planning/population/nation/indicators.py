"""The indicators of the page: what each is, how it comes from stored persons, and the classes of its colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sosei.planning.population.nation.reading import Figures

Array = npt.NDArray[np.float64]
CLASSES = 5
NO_VALUE = CLASSES
"""Class of an area without a value."""


@dataclass(frozen=True)
class Indicator:
    """One thing to colour a map by.

    Attributes:
        slug: in addresses and files.
        title: in the reader's language.
        unit: behind a value.
        decimals: shown.
        value: from the figures of a run, by place and year.
        breaks: fixed class limits, ascending; empty for classes of equal size in the year shown.
    """

    slug: str
    title: Callable[[], str]
    unit: Callable[[], str]
    decimals: int
    value: Callable[[Figures], Array]
    breaks: tuple[float, ...] = ()

    def text(self, value: float) -> str:
        """A value with its unit."""
        if not np.isfinite(value):
            return _("数値なし")
        return f"{value:,.{self.decimals}f}{self.unit()}"


def _people() -> str:
    return pgettext("after a number", "人")


def _persons(column: str) -> Callable[[Figures], Array]:
    return lambda figures: figures.column(column)


def _over(numerator: Array, denominator: Array, factor: float = 1.0) -> Array:
    """The ratio, not a number where there is nobody to divide by."""
    out = np.full(numerator.shape, np.nan)
    np.divide(numerator * factor, denominator, out=out, where=denominator > 0)
    return out


def _index(figures: Figures) -> Array:
    total = figures.column("total")
    return _over(total, np.broadcast_to(total[:, :1], total.shape), 100.0)


INDICATORS: dict[str, Indicator] = {
    one.slug: one
    for one in (
        Indicator(
            "index",
            lambda: _("総人口の指数（基準年＝100）"),
            lambda: "",
            1,
            _index,
            (50.0, 65.0, 80.0, 95.0),
        ),
        Indicator("total", lambda: _("総人口"), _people, 0, _persons("total")),
        Indicator("age-0-14", lambda: _("0～14歳"), _people, 0, _persons("age_0_14")),
        Indicator("age-15-64", lambda: _("15～64歳"), _people, 0, _persons("age_15_64")),
        Indicator("age-65-plus", lambda: _("65歳以上"), _people, 0, _persons("age_65_plus")),
        Indicator("age-75-plus", lambda: _("75歳以上"), _people, 0, _persons("age_75_plus")),
        Indicator("women-20-39", lambda: _("20～39歳の女性"), _people, 0, _persons("women_20_39")),
        Indicator(
            "share-65-plus",
            lambda: _("65歳以上の割合"),
            lambda: "%",
            1,
            lambda figures: _over(figures.column("age_65_plus"), figures.column("total"), 100.0),
            (25.0, 35.0, 45.0, 55.0),
        ),
        Indicator(
            "support-ratio",
            lambda: _("75歳以上1人を支える15～64歳の人数"),
            _people,
            2,
            lambda figures: _over(figures.column("age_15_64"), figures.column("age_75_plus")),
            (1.0, 1.5, 2.5, 4.0),
        ),
    )
}
FIRST = "index"


def breaks_of(indicator: Indicator, values: Array) -> list[float]:
    """Class limits: the indicator's own, or those that cut the values into classes of equal size."""
    if indicator.breaks:
        return list(indicator.breaks)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return [0.0] * (CLASSES - 1)
    return [_rounded(float(v)) for v in np.quantile(known, np.arange(1, CLASSES) / CLASSES)]


def _rounded(value: float) -> float:
    """Two digits that count, so that a legend can be read."""
    if value == 0:
        return 0.0
    digits = int(np.floor(np.log10(abs(value)))) - 1
    return float(round(value, -digits))


def classes_of(values: Array, breaks: list[float]) -> npt.NDArray[np.int64]:
    """The class of every value, 0 the lowest, `NO_VALUE` where there is none; a limit belongs to the class above it."""
    found = np.searchsorted(breaks, values, side="right")
    return np.where(np.isfinite(values), found, NO_VALUE)


def ranks(values: Array) -> npt.NDArray[np.int64]:
    """Rank from the greatest, 1 the first; equal values share the better rank; 0 where there is no value."""
    known = values[np.isfinite(values)]
    ordered = np.sort(known)
    higher = known.size - np.searchsorted(ordered, values, side="right")
    return np.where(np.isfinite(values), higher + 1, 0)
