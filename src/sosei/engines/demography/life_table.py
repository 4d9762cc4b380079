"""Life tables from deaths and exposures, from death rates, or from probabilities of dying.

Single-year and abridged ages alike: the width n of a group is read from the `age` coordinate, the last group
is open. All other dimensions (area, year, sex, …) are computed at once.

Conventions for ₙaₓ, the years lived in the group by those who die in it:

* age 0, one year wide — "andreev-kingkade" (default): Andreev & Kingkade, Demographic Research 33(13), 2015,
  as in the Human Mortality Database's Methods Protocol version 6 (2017), section 7.1; or "coale-demeny":
  Coale & Demeny West as written in ₁m₀ by Preston, Heuveline & Guillot, *Demography* (2001), table 3.3,
  p. 48;
* ages 1-4 as one group — Coale-Demeny West, the same table of Preston, Heuveline & Guillot;
* other closed groups — "greville" (default) for five-year groups from 10-14: Greville (1943) with Gompertz growth
  from the neighbours, a = n/2 − n²/12·(m − k), k = ln(mₓ₊ₙ/mₓ₋ₙ)/2n, as in the United Nations' MORTPAK (1988);
  or "midpoint": n/2, which fails above a rate of 0.4 (ages over 95); single years always take n/2;
* open group — 1/m.

Without a `sex` dimension, ages under 5 take the mean of the male and the female formula.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import FEMALE, MALE, SEXES
from sosei.engines.demography.estimate_checks import (
    InputShapeError,
    InputValueError,
    Text,
    place_of,
    require,
    require_aligned,
    require_counts,
    require_dims,
    require_present,
)

InfantRule = Literal["andreev-kingkade", "coale-demeny"]
ClosedRule = Literal["midpoint", "greville"]
Floats = npt.NDArray[np.float64]

RADIX = 100_000.0
_CLOSE_EARLIER = Text(
    "end the table with an open group at a lower age (close_at)",
    "最後の年齢階級（開放階級）をより若い年齢にしてください（close_at）。",
)
_DEATH_RATE = Text("the death rate", "死亡率")


def close_at(array: xr.DataArray, open_age: int) -> xr.DataArray:
    """Sum counts from `open_age` upwards into one open group (deaths or exposures, never rates).

    Raises:
        InputShapeError: `open_age` is not the first age of a group.
    """
    require_dims(array, ["age"], name="counts")
    ages = array["age"].values
    if open_age not in ages:
        raise InputShapeError(
            name="counts",
            problem=Text(f"no group starts at {open_age}", f"{open_age}歳から始まる階級がありません"),
            expected=str(open_age),
            got=ages.tolist(),
        )
    below = array.isel(age=ages < open_age)
    top = array.isel(age=ages >= open_age).sum("age", skipna=False).expand_dims(age=[open_age])
    return xr.concat([below, top], dim="age").transpose(*array.dims).rename(array.name)


def life_table(
    deaths: xr.DataArray,
    exposures: xr.DataArray,
    *,
    infant_ax: InfantRule = "andreev-kingkade",
    closed_ax: ClosedRule = "greville",
    ax: xr.DataArray | None = None,
    radix: float = RADIX,
) -> xr.Dataset:
    """Period life table from deaths and person-years of exposure of the same period.

    Args:
        deaths: deaths in the period, dimensions (…, age).
        exposures: person-years lived in the period (a mid-period population × years), the same labels.
        infant_ax, closed_ax, ax, radix: see `life_table_from_rates`.

    Returns:
        As `life_table_from_rates`.

    Raises:
        InputValueError: a negative count, or an age without exposure (its rate is undefined: pool areas or
            years).
        InputMissingError, InputShapeError: an absent cell, a missing dimension, labels that differ.
    """
    require_dims(deaths, ["age"], name="deaths")
    require_aligned(deaths, exposures, name="deaths")
    require_counts(deaths, name=Text("the number of deaths", "死亡数"))
    require_counts(exposures, name=Text("the exposure", "生存延べ年数"))
    require(
        exposures,
        exposures > 0,
        name=Text("the exposure", "生存延べ年数"),
        expected=Text("more than 0", "0より大きい値"),
        remedy=Text(
            "pool areas or years, or end the table with an open group at a lower age (close_at)",
            "地域・年を合算するか、最後の年齢階級をより若い年齢にしてください（close_at）。",
        ),
    )
    return life_table_from_rates(
        deaths / exposures, infant_ax=infant_ax, closed_ax=closed_ax, ax=ax, radix=radix
    )


def life_table_from_rates(
    mx: xr.DataArray,
    *,
    infant_ax: InfantRule = "andreev-kingkade",
    closed_ax: ClosedRule = "greville",
    ax: xr.DataArray | None = None,
    radix: float = RADIX,
) -> xr.Dataset:
    """Life table from death rates per person-year.

    Args:
        mx: ₙmₓ, dimensions (…, age); the last age is open.
        infant_ax: rule for ₁a₀ (see the module).
        closed_ax: rule for the closed groups above the infants and the group 1-4.
        ax: own ₙaₓ in years, dimensions among those of `mx` with the same ages; where it is not a number the
            rules hold.
        radix: l₀.

    Returns:
        Dataset with the dimensions of `mx` and the variables mx (per person-year), ax (years), qx
        (probability), lx, dx (persons), Lx, Tx (person-years), ex (years); `attrs` keep the rules used.

    Raises:
        InputMissingError: a rate is not a number.
        InputValueError: a negative rate, a rate of 0 in the open group, a rate so high that qx would reach 1
            in a closed group (no capping: close the table earlier), or 0-4 given as one group without its own
            `ax`.
        InputShapeError: ages not ascending from 0, an unknown rule or label of sex.
    """
    ages, widths = _ages(mx)
    require_present(mx, name=_DEATH_RATE)
    require(mx, mx >= 0, name=_DEATH_RATE, expected=Text("zero or more", "0以上"))
    top = mx.isel(age=[-1])
    require(
        top,
        top > 0,
        name=Text("the death rate of the open age group", "開放年齢階級の死亡率"),
        expected=Text("more than 0", "0より大きい値"),
        remedy=_CLOSE_EARLIER,
    )
    rates = _age_last(mx)
    years = _ax(rates, ages, widths, infant_ax, closed_ax, ax)
    values, given = rates.values, years.values
    probability = np.ones_like(values)
    width = widths[:-1]
    probability[..., :-1] = width * values[..., :-1] / (1 + (width - given[..., :-1]) * values[..., :-1])
    _require_probabilities(rates.copy(data=probability))
    table = _assemble(rates, years, rates.copy(data=probability), widths, radix)
    table.attrs = {"infant_ax": infant_ax, "closed_ax": closed_ax, "radix": radix}
    return table.transpose(*mx.dims)


def life_table_from_qx(
    qx: xr.DataArray,
    *,
    infant_ax: InfantRule = "andreev-kingkade",
    closed_ax: ClosedRule = "greville",
    ax: xr.DataArray | None = None,
    radix: float = RADIX,
) -> xr.Dataset:
    """Life table from probabilities of dying between exact ages x and x+n.

    The rate of the open group is not in a table of probabilities; it is taken as constant from the last
    closed group on, m = −ln(1 − q)/n of that group, unless `ax` gives the open group's years (then m = 1/a).
    Where aₓ depends on mₓ the two are solved together by substitution.
    (Probabilities tabulated by age at the END of a year, as in the national projection's assumption tables,
    are not these: they go to `survivorship.survivorship_of_annual_probabilities`.)

    Args:
        qx: ₙqₓ, dimensions (…, age); the open group's must be 1.
        infant_ax, closed_ax, ax, radix: see `life_table_from_rates`.

    Returns:
        As `life_table_from_rates`.

    Raises:
        InputMissingError: a probability is not a number.
        InputValueError: outside [0, 1) in a closed group, not 1 in the open group, or 0 in the last closed
            group without the open group's own `ax`.
        InputShapeError: ages not ascending from 0.
    """
    ages, widths = _ages(qx)
    require_present(qx, name=Text("the probability of dying", "死亡確率"))
    probabilities = _age_last(qx)
    _require_probabilities(probabilities)
    top = qx.isel(age=[-1])
    require(
        top,
        top == 1,
        name=Text("the probability of dying in the open age group", "開放年齢階級の死亡確率"),
        expected=Text("1", "1"),
    )
    q = probabilities.values
    m = np.zeros_like(q)
    width = widths[:-1]
    m[..., :-1] = q[..., :-1] / (width - width / 2 * q[..., :-1])
    m[..., -1] = -np.log1p(-q[..., -2]) / width[-1]
    own = _own_ax(probabilities, ax)
    m[..., -1] = np.where(np.isnan(own[..., -1]), m[..., -1], 1 / own[..., -1])
    last = probabilities.isel(age=[-1]).copy(data=m[..., -1:])
    require(
        last,
        last > 0,
        name=Text("the death rate of the open age group", "開放年齢階級の死亡率"),
        expected=Text("more than 0", "0より大きい値"),
        remedy=Text("give the open group's own ax", "開放年齢階級の ax を与えてください。"),
    )
    rates = probabilities.copy(data=m)
    for _ in range(_SUBSTITUTIONS):
        years = _ax(rates, ages, widths, infant_ax, closed_ax, ax)
        m = m.copy()
        m[..., :-1] = q[..., :-1] / (width - (width - years.values[..., :-1]) * q[..., :-1])
        rates = probabilities.copy(data=m)
    table = _assemble(rates, years, probabilities, widths, radix)
    table.attrs = {"infant_ax": infant_ax, "closed_ax": closed_ax, "radix": radix}
    return table.transpose(*qx.dims)


_SUBSTITUTIONS = 30
"""Each round shrinks the error by about q: 30 rounds are exact to rounding for infant q below 0.3."""


def _ages(array: xr.DataArray) -> tuple[npt.NDArray[np.int64], Floats]:
    """First ages and widths of the groups; the open group's width is infinite."""
    require_dims(array, ["age"], name="rates")
    ages = np.asarray(array["age"].values)
    if ages.size < 3 or ages[0] != 0 or bool((np.diff(ages) <= 0).any()):
        raise InputShapeError(
            name="rates",
            problem=Text("ages must ascend from 0 and end in an open group", "年齢は0から昇順が必要です"),
            expected="0, 1, 5, 10, …, 100",
            got=ages.tolist(),
        )
    return ages, np.append(np.diff(ages).astype(float), np.inf)


def _age_last(array: xr.DataArray) -> xr.DataArray:
    return array.astype(float).transpose(..., "age")


def _require_probabilities(qx: xr.DataArray) -> None:
    closed = qx.isel(age=slice(None, -1))
    require(
        closed,
        (closed >= 0) & (closed < 1),
        name=Text("the probability of dying", "死亡確率"),
        expected=Text("from 0 to below 1 in a closed age group", "開放階級以外では0以上1未満"),
        remedy=_CLOSE_EARLIER,
    )


def _own_ax(like: xr.DataArray, ax: xr.DataArray | None) -> Floats:
    """The caller's aₓ in the shape of `like`, NaN where the rules hold."""
    if ax is None:
        return np.full(like.shape, np.nan)
    require_dims(ax, ["age"], name="ax")
    require_aligned(ax, like, name="ax")
    require_dims(like, [str(d) for d in ax.dims], name="rates")
    return cast(Floats, ax.astype(float).broadcast_like(like).transpose(*like.dims).values)


def _ax(
    rates: xr.DataArray,
    ages: npt.NDArray[np.int64],
    widths: Floats,
    infant_ax: InfantRule,
    closed_ax: ClosedRule,
    ax: xr.DataArray | None,
) -> xr.DataArray:
    """ₙaₓ in years, in the shape of `rates` (age last)."""
    _require_rule("infant_ax", infant_ax, tuple(_INFANT))
    _require_rule("closed_ax", closed_ax, ("greville", "midpoint"))
    m = rates.values
    years = np.empty_like(m)
    years[..., :-1] = widths[:-1] / 2
    years[..., -1] = 1 / m[..., -1]
    if widths[0] == 1:
        infant = rates.isel(age=0)
        years[..., 0] = _by_sex(infant, _INFANT[infant_ax])
        if widths[1] == 4:
            years[..., 1] = _by_sex(infant, _CHILD)
    if closed_ax == "greville":
        _put_greville(years, m, ages, widths)
    own = _own_ax(rates, ax)
    years = np.where(np.isnan(own), years, own)
    if widths[0] != 1 and bool(np.isnan(own[..., 0]).any()):
        raise InputValueError(
            name=Text("the width of the first age group", "最初の年齢階級の幅"),
            value=int(widths[0]),
            expected=Text("1, or given with its own ax", "1、または ax を添えること"),
            remedy=Text(
                "split 0 from 1-4, because most infant deaths fall in the first days, or give ax at age 0",
                "0歳と1～4歳を分けるか、0歳階級の ax を与えてください（乳児の死亡は生後すぐに集中します）。",
            ),
            age=0,
        )
    return rates.copy(data=years)


def _require_rule(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise InputShapeError(
            name=name,
            problem=Text("unknown rule", "規則の名前が不明です"),
            expected=" or ".join(known),
            got=given,
        )


def _by_sex(infant: xr.DataArray, rule: dict[str, Any]) -> Floats:
    """Apply the male and the female formula along `sex`, or their mean where there is no such dimension."""
    both = {sex: rule[sex](infant.values) for sex in SEXES}
    if "sex" not in infant.dims:
        return cast(Floats, (both[MALE] + both[FEMALE]) / 2)
    labels = infant["sex"]
    known = labels.isin(list(SEXES))
    if not bool(known.all()):
        raise InputShapeError(
            name="rates",
            problem=Text("unknown label of sex", "性別のラベルが不明です"),
            expected=", ".join(SEXES),
            got=place_of(~known)["sex"],
        )
    male = (labels == MALE).broadcast_like(infant).transpose(*infant.dims).values
    return cast(Floats, np.where(male, both[MALE], both[FEMALE]))


def _andreev_kingkade_male(m: Floats) -> Floats:
    return np.where(m < 0.02300, 0.14929 - 1.99545 * m, np.where(m < 0.08307, 0.02832 + 3.26021 * m, 0.29915))


def _andreev_kingkade_female(m: Floats) -> Floats:
    return np.where(m < 0.01724, 0.14903 - 2.05527 * m, np.where(m < 0.06891, 0.04667 + 3.88089 * m, 0.31411))


_INFANT: dict[str, dict[str, Any]] = {
    "andreev-kingkade": {MALE: _andreev_kingkade_male, FEMALE: _andreev_kingkade_female},
    "coale-demeny": {
        MALE: lambda m: np.where(m < 0.107, 0.045 + 2.684 * m, 0.330),
        FEMALE: lambda m: np.where(m < 0.107, 0.053 + 2.800 * m, 0.350),
    },
}
_CHILD: dict[str, Any] = {
    MALE: lambda m: np.where(m < 0.107, 1.651 - 2.816 * m, 1.352),
    FEMALE: lambda m: np.where(m < 0.107, 1.522 - 1.518 * m, 1.361),
}


def _put_greville(years: Floats, m: Floats, ages: npt.NDArray[np.int64], widths: Floats) -> None:
    """Overwrite aₓ of five-year groups from 10-14 whose neighbours have deaths.

    The group before the open one takes its growth from below alone: the open group's rate is not a five-year one.
    Where a neighbour has no deaths, or the result leaves the group, n/2 stays.
    """
    for i in range(2, ages.size - 1):
        above = i + 1 if widths[i + 1] == 5 else i
        if not (ages[i] >= 10 and widths[i - 1] == widths[i] == 5):
            continue
        low, high = m[..., i - 1], m[..., above]
        usable = (low > 0) & (high > 0)
        distance = 5 * (above - i + 1)
        growth = np.log(np.where(usable, high, 1) / np.where(usable, low, 1)) / distance
        fitted = 2.5 - 25 / 12 * (m[..., i] - growth)
        years[..., i] = np.where(usable & (fitted > 0) & (fitted < 5), fitted, years[..., i])


def _assemble(
    rates: xr.DataArray, years: xr.DataArray, probabilities: xr.DataArray, widths: Floats, radix: float
) -> xr.Dataset:
    m, a, q = rates.values, years.values, probabilities.values
    alive = np.empty_like(q)
    alive[..., 0] = radix
    alive[..., 1:] = radix * np.cumprod(1 - q[..., :-1], axis=-1)
    died = alive * q
    lived = np.empty_like(q)
    lived[..., :-1] = widths[:-1] * (alive[..., :-1] - died[..., :-1]) + a[..., :-1] * died[..., :-1]
    lived[..., -1] = alive[..., -1] * a[..., -1]
    remaining = np.cumsum(lived[..., ::-1], axis=-1)[..., ::-1]
    columns = {
        "mx": m,
        "ax": a,
        "qx": q,
        "lx": alive,
        "dx": died,
        "Lx": lived,
        "Tx": remaining,
        "ex": remaining / alive,
    }
    return xr.Dataset({name: rates.copy(data=values).rename(name) for name, values in columns.items()})
