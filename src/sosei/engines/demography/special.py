"""Special populations: a stock kept apart that ages and dies by itself and leaves or comes home on a schedule.

Evacuees of a nuclear accident, students in halls, people in institutions: counted in the census, but not following
the residents' migration. They appear in the totals only (cf. group quarters in bayesPop; static populations of the
UK ONS subnational projections; 富岡町復興計画 2013 for a schedule by year).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError, Text
from sosei.engines.demography.input_checks import A_SHARE, aligned, sex_first

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SpecialPopulation:
    """A stock apart.

    Attributes:
        name: what it is called in the results.
        population: persons at the base year, dims (sex, age), and area where there are several.
        remaining: year → share of the survivors of the original stock who are still here at that year's end.
            Between the years given the share falls linearly; after the last it stays. Where the first year named
            is after the base year, the share is 1 at the base year.
        destination: where leavers go: "away" (out of the area) or "residents" (they join the residents at the
            end of the step, and count as net migration there).
        static: True for a stock that is renewed and keeps its size and ages (students' halls): it neither ages
            nor dies, and `remaining` scales it.
    """

    name: str
    population: xr.DataArray
    remaining: Mapping[int, float]
    destination: Literal["away", "residents"] = "away"
    static: bool = False

    def __post_init__(self) -> None:
        if not self.remaining:
            raise ShapeError(
                name=self.name,
                problem=Text("empty schedule", "予定がありません"),
                expected=Text("year → share still here", "年 → まだいる人の割合"),
                got="-",
                remedy=Text("name at least one year.", "少なくとも1つの年を書いてください。"),
            )
        for year, share in self.remaining.items():
            if not 0 <= share <= 1:
                raise InvalidValueError(
                    name=self._share_name,
                    value=share,
                    expected=A_SHARE,
                    remedy=Text("write 0.6 for 60 per cent.", "60%なら 0.6 と書いてください。"),
                    year=year,
                )
        if self.destination not in ("away", "residents"):
            raise ShapeError(
                name=self.name,
                problem=Text("unknown destination", "行き先の名前が不明です"),
                expected="away, residents",
                got=self.destination,
                remedy=Text("use one of these names.", "このどちらかを書いてください。"),
            )
        shares = [self.remaining[y] for y in sorted(self.remaining)]
        if not self.static and any(later > earlier for earlier, later in itertools.pairwise(shares)):
            raise InvalidValueError(
                name=self._share_name,
                value=shares,
                expected=Text(
                    "a share that never rises (people who left do not come back by themselves)",
                    "増えない割合（去った人は自然には戻らない）",
                ),
                remedy=Text(
                    "add those who return as arrivals, or mark the stock as static.",
                    "戻る人は arrivals で加えるか、static の集団にしてください。",
                ),
                year=max(self.remaining),
            )
        if bool((self.population < 0).any()) or bool(self.population.isnull().any()):
            raise InvalidValueError(
                name=self.name,
                value=float(self.population.min()),
                expected=Text(
                    "a count of persons, 0 or more, at every sex and age", "男女・年齢ごとに0以上の人数"
                ),
                remedy=Text("fill or correct the stock's table.", "別集団の表を補うか、直してください。"),
            )

    @property
    def _share_name(self) -> Text:
        return Text(f"{self.name}: share remaining", f"{self.name}: まだいる人の割合")

    def from_base(self, base_year: int) -> SpecialPopulation:
        """The stock with its schedule beginning at `base_year`: all are still here where no earlier year is named.

        Raises:
            InvalidValueError: the schedule begins at the base year with another share than 1.
        """
        first = min(self.remaining)
        if first > base_year:
            return replace(self, remaining={base_year: 1.0, **self.remaining})
        if first == base_year and self.remaining[first] != 1 and not self.static:
            raise InvalidValueError(
                name=self._share_name,
                value=self.remaining[first],
                expected=Text(
                    "1, because the stock is counted at the base year", "1（別集団は基準年に数えた人数）"
                ),
                remedy=Text("begin with a share of 1.", "基準年の割合を1にしてください。"),
                year=base_year,
            )
        return self

    def share_remaining(self, year: int) -> float:
        """Share of the original stock's survivors still here at `year`."""
        years = sorted(self.remaining)
        return float(np.interp(year, years, [self.remaining[y] for y in years]))

    def starting_array(
        self, lead: tuple[str, ...], shape: tuple[int, ...], groups: AgeGroups, labels: Mapping[str, object]
    ) -> Array:
        """The stock as (lead…, sex, age), broadcast to the residents' shape, areas joined by name (`labels`).

        Raises:
            ShapeError: a dimension the residents do not have, or other areas or ages than theirs.
        """
        strange = [str(d) for d in self.population.dims if d not in (*lead, "sex", "age")]
        if strange:
            raise ShapeError(
                name=self.name,
                problem=Text("a dimension the residents do not have", "人口にない次元があります"),
                expected=(*lead, "sex", "age"),
                got=self.population.dims,
            )
        ordered = sex_first(self.population, self.name)
        ordered = aligned(ordered, xr.Dataset(coords=labels), lead, self.name)
        dims = [d for d in (*lead, "sex", "age") if d in ordered.dims]
        values = np.asarray(ordered.transpose(*dims).values, dtype=np.float64)
        for axis, dim in enumerate((*lead, "sex", "age")):
            if dim not in ordered.dims:
                values = np.expand_dims(values, axis)
        if ordered["age"].values.tolist() != groups.starts.tolist():
            raise ShapeError(
                name=self.name,
                problem=Text("age groups differ from the residents'", "年齢階級が人口と違います"),
                expected=_ages(groups.starts.tolist()),
                got=_ages(ordered["age"].values.tolist()),
            )
        return np.array(np.broadcast_to(values, shape))


def _ages(starts: list[int]) -> Text:
    listed = f"{starts[0]}, {starts[1]}, …, {starts[-1]}+"
    return Text(f"{len(starts)} groups ({listed})", f"{len(starts)} 階級（{listed}）")


def advance_special(
    special: SpecialPopulation, stock: Array, year: int, survivorship: Array, groups: AgeGroups
) -> tuple[Array, Array]:
    """One step of a stock that ends in `year`: those still here, and those who join the residents."""
    before, after = special.share_remaining(year - groups.width), special.share_remaining(year)
    kept_share = after / before if before > 0 else 0.0
    if special.static:
        survivors = stock
    else:
        survivors = np.zeros_like(stock)
        survivors[..., 1:] = stock[..., :-1]
        survivors[..., -1] += stock[..., -1]
        survivors = survivors * survivorship
    kept = survivors * kept_share
    joining = survivors - kept if special.destination == "residents" else np.zeros_like(stock)
    return kept, joining
