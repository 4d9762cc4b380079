"""Control totals: populations of areas scaled to the totals of the whole they are parts of.

* `rake`: one factor for each parent, sex and age, f = N / Σ P over the parent's areas (国立社会保障・人口問題研究所:
  男女・年齢別の合計が全国推計と一致するよう一律補正).
* `ControlTotals`: the same inside every step of `project`, so that corrected numbers feed the next step.

Two margins at once (districts of a city) are in `margin_fitting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import RATES, InvalidValueError, ShapeError, Text
from sosei.engines.demography.input_checks import (
    A_COUNT,
    COUNT,
    aligned,
    coordinates_of_first,
    require_within,
    require_years,
    sex_first,
)
from sosei.engines.demography.step_rates import INNER, Array, ordered_values

TOTALS = RATES["totals"]
PARENT = "parent"


class NobodyToScaleError(InvalidValueError):
    """A parent has people where none of its areas has any; no factor makes them."""

    english = "The {name} are {value} at {place} (parent {parent}), but none of its areas has anybody. Remedy: {remedy}"
    japanese = (
        "{name} が {value} 人です（{place}、上位地域 {parent}）が、その地域のどこにも人がいません。{remedy}"
    )

    def __init__(self, **values: object) -> None:
        remedy = Text(
            "give the areas people of that sex and age, or set the total to 0.",
            "その男女・年齢の人口を地域に与えるか、合計を0にしてください。",
        )
        super().__init__(**{"remedy": remedy, **values})


@dataclass(frozen=True)
class ControlTotals:
    """Totals that the areas of a projection add up to in every step.

    Attributes:
        totals: persons, dims (year, sex, age) and, where there is more than one parent, `parent`; any other
            dimension (scenario) must be one of the projection's.
        parent: area → its parent; None where all areas together are the one parent.
        above: the totals of the parents' own parents (nation over prefectures), to which the parents' totals are
            raked first; its areas are the parents of this level.
    """

    totals: xr.DataArray
    parent: Mapping[str, str] | None = None
    above: ControlTotals | None = None

    def raked(self, years: list[int], groups: AgeGroups) -> xr.DataArray:
        """The totals of `years` after the level above, sexes in the engine's order.

        Raises:
            MissingRateError: a year is not there.
            NobodyToScaleError, InvalidValueError, ShapeError: as `rake`.
        """
        totals = require_years(self.totals.to_dataset(name="totals"), "totals", years, INNER, groups)
        totals = sex_first(totals, "totals")
        if self.above is None:
            return totals
        if PARENT not in totals.dims:
            raise ShapeError(name=TOTALS, problem=_lacks((PARENT,)), expected=PARENT, got=totals.dims)
        as_areas = totals.rename({PARENT: "area"})
        corrected, _factors = rake(as_areas, self.above.raked(years, groups), parent=self.above.parent)
        return corrected.rename(area=PARENT)


def rake(
    values: xr.DataArray, totals: xr.DataArray, *, parent: Mapping[str, str] | None = None
) -> tuple[xr.DataArray, xr.DataArray]:
    """Areas scaled so that they add up to their parent's totals.

    Args:
        values: persons, dims (area, …).
        totals: persons, dims (parent, …) with no dimension that `values` does not have; without `parent` where
            all areas are one whole.
        parent: area → parent; None where `totals` has no dimension `parent`.

    Returns:
        The values scaled, dims as given, and the factors, dims (parent, …); a factor is 1 where total and sum
        both are 0.

    Raises:
        ShapeError: an area without a parent, a parent without a total, other labels.
        InvalidValueError: a total that is no count.
        NobodyToScaleError: a total above 0 where no area of the parent has anybody.
    """
    others = tuple(str(d) for d in values.dims if d != "area")
    groups = ParentGroups.of(values, totals, parent)
    inner = tuple(d for d in others if d in totals.dims)
    free = tuple(d for d in others if d not in totals.dims)
    if free:
        raise ShapeError(name=TOTALS, problem=_lacks(free), expected=(PARENT, *others), got=totals.dims)
    _require_known_dims(totals, others)
    totals = aligned(totals, values, inner, "totals")
    wanted = ordered_values(groups.totals(totals, inner), (PARENT, *inner))
    cells = np.asarray(values.transpose("area", *others).values, dtype=np.float64)
    require_within(wanted, COUNT, "totals", totals, (PARENT, *inner), A_COUNT)
    factor = groups.factors(cells, wanted)
    groups.require_somebody(factor, wanted, values, others)
    scaled = values.transpose("area", *others).copy(data=cells * factor[groups.index])
    coords = {PARENT: groups.names, **{d: values[d] for d in others if d in values.coords}}
    return scaled.transpose(*values.dims), xr.DataArray(
        factor, dims=(PARENT, *others), coords=coords, name="control_factors"
    )


def _require_known_dims(totals: xr.DataArray, others: tuple[str, ...]) -> None:
    """Raise ShapeError where the totals have a dimension that what is scaled does not have."""
    if any(d not in (PARENT, *others) for d in totals.dims):
        raise ShapeError(
            name=TOTALS,
            problem=Text("a dimension the projection does not have", "推計にない次元があります"),
            expected=(PARENT, *others),
            got=totals.dims,
        )


def _lacks(dims: tuple[str, ...]) -> Text:
    names = ", ".join(dims)
    return Text(f"no dimension {names}", f"次元 {names} がありません")


@dataclass(frozen=True)
class ParentGroups:
    """Which parent each area belongs to, as positions.

    Attributes:
        names: the parents in the order of the totals.
        index: position of each area's parent, shape (areas,).
    """

    names: list[str]
    index: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls, values: xr.DataArray | xr.Dataset, totals: xr.DataArray, parent: Mapping[str, str] | None
    ) -> ParentGroups:
        """Read the hierarchy.

        Raises:
            ShapeError: no areas, an area without a parent, or a parent without a total.
        """
        if "area" not in values.dims:
            raise ShapeError(
                name=TOTALS, problem=Text("there are no areas to scale", "合わせる地域がありません"),
                expected="area", got=list(values.dims),
                remedy=Text("give the population a dimension area.", "人口に次元 area を付けてください。"),
            )  # fmt: skip
        if parent is None:
            if PARENT in totals.dims:
                raise ShapeError(
                    name=TOTALS, problem=Text("several parents and no hierarchy", "上位地域が複数なのに対応表がありません"),
                    expected=Text("parent= (area → parent)", "parent=（地域 → 上位地域）"), got=list(totals.dims),
                    remedy=Text("say which parent each area belongs to.", "各地域の上位地域を指定してください。"),
                )  # fmt: skip
            return cls(["all"], np.zeros(values.sizes["area"], dtype=np.int64))
        parent = {str(area): str(above) for area, above in parent.items()}
        areas = [str(a) for a in values["area"].values.tolist()]
        names = [str(p) for p in totals[PARENT].values.tolist()] if PARENT in totals.dims else []
        names = names or sorted({parent[a] for a in areas if a in parent})
        place = {name: i for i, name in enumerate(names)}
        orphans = [a for a in areas if parent.get(a) not in place]
        if orphans or (PARENT not in totals.dims and len(names) != 1):
            raise ShapeError(
                name=TOTALS,
                problem=Text(
                    "areas without a parent that has totals: " + ", ".join(orphans[:5]),
                    "合計のある上位地域に属していない地域があります: " + "、".join(orphans[:5]),
                ),
                expected=names, got=sorted({str(parent.get(a)) for a in orphans}),
                remedy=Text("complete `parent` or the totals.", "parent か合計の表を補ってください。"),
            )  # fmt: skip
        return cls(names, np.array([place[parent[a]] for a in areas], dtype=np.int64))

    def totals(self, totals: xr.DataArray, dims: tuple[str, ...]) -> xr.DataArray:
        """The totals with a dimension `parent`, in the order of `names`."""
        return totals if PARENT in totals.dims else totals.expand_dims({PARENT: self.names})

    def sums(self, cells: Array) -> Array:
        """Sums over each parent's areas; areas are the first axis."""
        order = np.argsort(self.index, kind="stable")
        first = np.searchsorted(self.index[order], np.arange(len(self.names)))
        present = np.bincount(self.index, minlength=len(self.names)) > 0
        out = np.zeros((len(self.names), *cells.shape[1:]))
        out[present] = np.add.reduceat(cells[order], first[present], axis=0)
        return out

    def factors(self, cells: Array, wanted: Array) -> Array:
        """f = N / ΣP by parent; 1 where both are 0, not a number where nobody can be scaled."""
        sums = self.sums(cells)
        wanted = np.broadcast_to(wanted, sums.shape)
        return np.where(
            sums > 0,
            np.divide(wanted, sums, out=np.ones_like(sums), where=sums > 0),
            np.where(wanted > 0, np.nan, 1.0),
        )

    def require_somebody(
        self,
        factor: Array,
        wanted: Array,
        holder: xr.DataArray | xr.Dataset,
        dims: tuple[str, ...],
        **place: object,
    ) -> None:
        """Raise NobodyToScaleError at the first factor that is not a number."""
        lost = np.isnan(factor)
        if not lost.any():
            return
        which, *cell = (int(i) for i in np.argwhere(lost)[0])
        value = float(np.broadcast_to(wanted, factor.shape)[(which, *cell)])
        only = np.zeros(factor.shape[1:], dtype=np.bool_)
        only[tuple(cell)] = True
        raise NobodyToScaleError(
            name=TOTALS,
            value=value,
            expected="",
            parent=self.names[which],
            **{**coordinates_of_first(only, holder, dims), **place},
        )


class StepControl:
    """Control totals made ready for the steps of one projection, and the factors they led to.

    What the correction of the end population does to the components, so that every cohort still balances:
    births and deaths under the first age (infants) are multiplied by the first group's factor, as are the children
    themselves; deaths at the other ages stay, because the people they come from were there before the correction and
    their survivorship is an assumption of its own; the rest of the difference is net migration, which in these
    projections is a residual to begin with (start + births - deaths + migration = end).
    """

    def __init__(
        self,
        control: ControlTotals,
        labels: Mapping[str, object],
        lead: tuple[str, ...],
        shape: tuple[int, ...],
        years: list[int],
        groups: AgeGroups,
    ) -> None:
        """`labels` by dimension as far as there are any; `shape` of the population, dims (lead…, sex, age)."""
        sizes = dict(zip((*lead, *INNER), shape, strict=True))
        holder = xr.Dataset(coords={d: (d, labels.get(d, np.arange(n))) for d, n in sizes.items()})
        self._holder = holder
        self._labelled = set(labels)
        self._dims = tuple(d for d in lead if d != "area")
        self._axis = lead.index("area") if "area" in lead else 0
        totals = control.raked(years, groups)
        self._groups = ParentGroups.of(holder, totals, control.parent)
        _require_known_dims(totals, (*self._dims, "year", *INNER))
        totals = aligned(totals, holder, self._dims, "totals")
        full = self._groups.totals(totals, INNER)
        dims = ("year", PARENT, *self._dims, *INNER)
        self._wanted = ordered_values(full, dims)
        require_within(self._wanted, COUNT, "totals", full, dims, A_COUNT)
        self._years = years
        self.factors: list[Array] = []

    def correct(
        self, year: int, steps: tuple[Array, Array, Array, Array]
    ) -> tuple[Array, Array, Array, Array]:
        """Population, births, deaths and net migration of the step that ends in `year`, corrected."""
        end, born, died, moved = steps
        end, moved = np.array(end), np.array(np.broadcast_to(moved, end.shape))
        wanted = self._wanted[self._years.index(year)]
        cells = np.moveaxis(end, self._axis, 0)
        by_parent = self._groups.factors(cells, wanted)
        self._groups.require_somebody(by_parent, wanted, self._holder, (*self._dims, *INNER), year=year)
        factor = np.moveaxis(by_parent[self._groups.index], 0, self._axis)
        corrected = end * factor
        gained = corrected - end
        moved[..., 1:] += gained[..., 1:]
        moved[..., 0] *= factor[..., 0]
        died = np.array(np.broadcast_to(died, end.shape))
        died[..., 0] *= factor[..., 0]
        self.factors.append(by_parent)
        return corrected, born * factor[..., 0], died, moved

    def control_factors(self) -> xr.DataArray:
        """The factors, dims (parent, …, year, sex, age)."""
        dims = (PARENT, *self._dims, "year", *INNER)
        coords = {d: self._holder[d].values for d in (*self._dims, *INNER) if d in self._labelled}
        sizes = [len(self._groups.names), *(self._holder.sizes[d] for d in dims[1:-3]), 0]
        none = np.empty((*sizes, *(self._holder.sizes[d] for d in INNER)))
        return xr.DataArray(
            np.stack(self.factors, axis=-3) if self.factors else none,
            dims=dims,
            coords={PARENT: self._groups.names, "year": self._years, **coords},
            name="control_factors",
        )
