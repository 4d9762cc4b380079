"""Child-woman ratio, sex ratio at ages 0-4, and the total fertility rate that goes with a child-woman ratio.

The child-woman ratio (子ども女性比, CWR) is children of the first age groups under 5 per woman of 15-49. It
is tied to the total fertility rate (TFR) by one of these methods; the result carries the method's name in its
attributes.

* "national_ratio" (a): CWR = TFR · CWR_national / TFR_national of the same year;
* "published_variant" (b): CWR′ = CWR · CWR_national(variant) / CWR_national(medium), as in 内閣府
  選択する未来;
* "implied" (c): TFR = 7 · CWR, the iTFR of Hauer & Schmertmann, Demography 57(1), 2020;
* "extended" (c): TFR = (10.65 − 12.55·π) · CWR, π the share of women 25-34 among 15-49, xTFR of the same;
* "cohort" (d): births of the step from TFR and the age pattern of fertility, survived to its end.

All are straight lines, so both directions are exact. A town's women differ in age from the nation's: (a) and
(b) may mislead there; show the method and the range of the methods.
"""

from __future__ import annotations

from typing import Literal

import xarray as xr

from sosei.engines.demography.dimensions import CHILDBEARING, FEMALE, MALE, AgeGroups
from sosei.engines.demography.estimate_checks import (
    InputMissingError,
    InputShapeError,
    Text,
    require,
    require_aligned,
    require_dims,
    require_present,
)
from sosei.engines.demography.indicators import persons, ratio

Method = Literal["national_ratio", "published_variant", "implied", "extended", "cohort"]
Value = float | xr.DataArray

NEEDED: dict[str, tuple[str, ...]] = {
    "national_ratio": ("national_cwr", "national_tfr"),
    "published_variant": (
        "base_cwr",
        "base_tfr",
        "national_cwr",
        "national_tfr",
        "variant_cwr",
        "variant_tfr",
    ),
    "implied": (),
    "extended": ("share_25_34",),
    "cohort": ("women_start", "women_end", "fertility_pattern", "newborn_survivorship"),
}
"""Inputs each method needs, by keyword."""
LETTERS = {
    "national_ratio": "a",
    "published_variant": "b",
    "implied": "c",
    "extended": "c",
    "cohort": "d",
}
_JAPANESE = {
    "share_25_34": Text("share_25_34 (women 25-34 among women 15-49)", "15～49歳女性に占める25～34歳の割合"),
    "national_cwr": Text("national_cwr", "全国の子ども女性比"),
    "national_tfr": Text("national_tfr", "全国の合計特殊出生率"),
    "newborn_survivorship": Text("newborn_survivorship", "出生からの生残率"),
}
"""Inputs as an error names them in Japanese, where the keyword alone would not tell a planner what is missing."""
_POSITIVE = Text("more than 0", "0より大きい値")


def child_woman_ratio(population: xr.DataArray) -> xr.DataArray:
    """Children 0-4 per woman 15-49.

    Args:
        population: persons, dimensions (…, sex, age), single-year or 5-year groups.

    Returns:
        Ratio with the leading dimensions; NaN where there are no such women.

    Raises:
        InputShapeError: no sex or age, or groups that do not meet ages 5, 15 and 50.
    """
    require_dims(population, ["sex", "age"], name="population")
    women = persons(population.sel(sex=[FEMALE]), *CHILDBEARING)
    return ratio(persons(population, 0, 5), women, "child_woman_ratio")


def sex_ratio_0_4(population: xr.DataArray) -> xr.DataArray:
    """Boys per girl at ages 0-4 (0～4歳性比 is this × 100).

    Args, Raises:
        As `child_woman_ratio`.

    Returns:
        Ratio with the leading dimensions; NaN where there are no girls.
    """
    require_dims(population, ["sex", "age"], name="population")
    boys = persons(population.sel(sex=[MALE]), 0, 5)
    return ratio(boys, persons(population.sel(sex=[FEMALE]), 0, 5), "sex_ratio_0_4")


def share_25_34(population: xr.DataArray) -> xr.DataArray:
    """Women 25-34 as a share of women 15-49: π of the "extended" method; arguments as `child_woman_ratio`."""
    require_dims(population, ["sex", "age"], name="population")
    women = population.sel(sex=[FEMALE])
    return ratio(persons(women, 25, 35), persons(women, *CHILDBEARING), "share_25_34")


def child_woman_ratio_from_tfr(tfr: Value, *, method: Method, **inputs: Value) -> xr.DataArray:
    """The child-woman ratio at the end of a step that goes with a total fertility rate.

    Args:
        tfr: children per woman; a number or any dimensions.
        method: see the module.
        **inputs: what the method needs (`NEEDED`), numbers or DataArrays that broadcast:

            * national_cwr, national_tfr: the nation's, of the same year (its medium variant for
              "published_variant");
            * base_cwr, base_tfr: the area's own in the medium variant; variant_cwr, variant_tfr: the nation's
              in the other published variant. Between and beyond the two variants the nation's ratio follows a
              straight line in TFR; at TFR/base_tfr = variant_tfr/national_tfr this is the published formula;
            * share_25_34: π, a share;
            * women_start, women_end: women by age at the two ends of the step, dimension age;
              fertility_pattern: shares of fertility by age of mother, the same ages, summing to 1;
              newborn_survivorship: births → 0-4 at the end of the step, both sexes; optional
              child_net_migration: children 0-4 who come in the step, persons.

    Returns:
        Children 0-4 per woman 15-49; `attrs["method"]`, and `attrs["letter"]` ("a" to "d").

    Raises:
        InputShapeError: an unknown method, or an input the method does not know.
        InputMissingError: an input the method needs is not given or not a number.
        InputValueError: a value that cannot be (a denominator of 0, a pattern that does not sum to 1).
    """
    slope, offset = _line(method, inputs)
    rate = xr.DataArray(tfr)
    require_present(rate, name=Text("the total fertility rate", "合計特殊出生率"))
    result = (rate - offset) / slope
    return _named(result, "child_woman_ratio", method)


def tfr_from_child_woman_ratio(cwr: Value, *, method: Method, **inputs: Value) -> xr.DataArray:
    """The total fertility rate that goes with a child-woman ratio: the inverse of
    `child_woman_ratio_from_tfr`.

    Args:
        cwr: children 0-4 per woman 15-49 at the end of the step; a number or any dimensions.
        method, **inputs: as there.

    Returns:
        Children per woman; `attrs` as there.

    Raises:
        As there.
    """
    slope, offset = _line(method, inputs)
    children = xr.DataArray(cwr)
    require_present(children, name=Text("the child-woman ratio", "子ども女性比"))
    return _named(offset + slope * children, "total_fertility_rate", method)


def _line(method: str, inputs: dict[str, Value]) -> tuple[xr.DataArray, xr.DataArray]:
    """Every method is a straight line, TFR = offset + slope · CWR: its slope and offset."""
    if method not in NEEDED:
        raise InputShapeError(
            name="method",
            problem=Text("unknown method", "手法の名前が不明です"),
            expected=", ".join(NEEDED),
            got=method,
        )
    given = _given(method, inputs)
    zero = xr.DataArray(0.0)
    if method == "national_ratio":
        _require_positive(given, "national_cwr", "national_tfr")
        return given["national_tfr"] / given["national_cwr"], zero
    if method == "published_variant":
        return _published_variant(given)
    if method == "implied":
        return xr.DataArray(7.0), zero
    if method == "extended":
        return _extended(given["share_25_34"]), zero
    return _cohort(given)


def _given(method: str, inputs: dict[str, Value]) -> dict[str, xr.DataArray]:
    optional = ("child_net_migration",) if method == "cohort" else ()
    unknown = sorted(set(inputs) - set(NEEDED[method]) - set(optional))
    if unknown:
        raise InputShapeError(
            name=f"method {method}",
            problem=Text("inputs it does not use", "この手法では使わない入力があります"),
            expected=", ".join((*NEEDED[method], *optional)) or "-",
            got=", ".join(unknown),
        )
    missing = [name for name in NEEDED[method] if name not in inputs]
    if missing:
        listed = ", ".join(missing)
        raise InputMissingError(
            name=Text(f"{listed} (method {method})", f"{listed}（手法 {method}）"),
            remedy=Text("give it, or choose another method", "値を与えるか、ほかの手法を選んでください。"),
        )
    given = {name: xr.DataArray(value) for name, value in inputs.items()}
    for name, value in given.items():
        require_present(value, name=_JAPANESE.get(name, Text(name, name)))
    return given


def _require_positive(given: dict[str, xr.DataArray], *names: str) -> None:
    for name in names:
        require(given[name], given[name] > 0, name=Text(name, name), expected=_POSITIVE)


def _published_variant(given: dict[str, xr.DataArray]) -> tuple[xr.DataArray, xr.DataArray]:
    """CWR′/CWR = 1 + g·(TFR′/TFR − 1), g the nation's relative rise of CWR per relative rise of TFR."""
    _require_positive(given, *NEEDED["published_variant"])
    tfr_rise = given["variant_tfr"] / given["national_tfr"] - 1
    cwr_rise = given["variant_cwr"] / given["national_cwr"] - 1
    for name, rise in (("variant_tfr", tfr_rise), ("variant_cwr", cwr_rise)):
        require(
            given[name],
            rise != 0,
            name=Text(name, name),
            expected=Text("different from the medium variant", "中位推計と異なる値"),
            remedy=Text("give a variant with other fertility", "出生の仮定が異なる推計を与えてください。"),
        )
    gain = cwr_rise / tfr_rise
    slope = given["base_tfr"] / (given["base_cwr"] * gain)
    return slope, given["base_tfr"] - slope * given["base_cwr"]


def _extended(share: xr.DataArray) -> xr.DataArray:
    slope = 10.65 - 12.55 * share
    require(
        share,
        (share >= 0) & (slope > 0),
        name=Text("the share of women 25-34", "25～34歳女性の割合"),
        expected=Text("a share, from 0 to below 0.84", "0以上0.84未満の割合"),
        remedy=Text("women 25-34 divided by women 15-49", "25～34歳女性を15～49歳女性で割ってください。"),
    )
    return slope


def _cohort(given: dict[str, xr.DataArray]) -> tuple[xr.DataArray, xr.DataArray]:
    """C = S·Σ(n·f·mean women) + M with f = TFR·pattern/n, so that C/W is a line in TFR."""
    pattern = given["fertility_pattern"]
    for name in ("women_start", "women_end", "fertility_pattern"):
        require_dims(given[name], ["age"], name=name)
        require_aligned(given[name], given["women_end"], name=name)
    AgeGroups.of(given["women_end"], "women_end")
    total = pattern.sum("age")
    require(
        total,
        abs(total - 1) < 1e-6,
        name=Text("the sum of the fertility pattern", "年齢別出生割合の合計"),
        expected=Text("1", "1"),
        remedy=Text("divide it by its sum", "合計で割ってください。"),
    )
    _require_positive(given, "newborn_survivorship")
    women = persons(given["women_end"], *CHILDBEARING)
    require(women, women > 0, name=Text("women 15-49 at the end", "期末の15～49歳女性"), expected=_POSITIVE)
    exposed = (pattern * (given["women_start"] + given["women_end"]) / 2).sum("age")
    require(
        exposed,
        exposed > 0,
        name=Text("women in the ages of the fertility pattern", "出生割合のある年齢の女性"),
        expected=_POSITIVE,
    )
    per_child = given["newborn_survivorship"] * exposed
    moved = given.get("child_net_migration", xr.DataArray(0.0))
    return women / per_child, -moved / per_child


def _named(value: xr.DataArray, name: str, method: str) -> xr.DataArray:
    result = value.rename(name)
    result.attrs = {"method": method, "letter": LETTERS[method]}
    return result
