"""Assumptions for a municipality that has not written its own: what the newest two censuses themselves say.

After the rules of the official municipal projections of 2018 (日本の地域別将来推計人口, pattern 1): the net migration
rates of the last period go on, fertility keeps its ratio to the nation's, survivorship is the nation's.
"""

from __future__ import annotations

from typing import Any

from sosei.engines.demography.fertility import child_woman_ratio, share_25_34, tfr_from_child_woman_ratio
from sosei.planning.population.assumptions import Assumptions, assumptions_from_document
from sosei.planning.population.observations import Censuses, MissingObservationError
from sosei.planning.population.reference import national_tfr_paths

NATIONAL_PATHS = ("ipss-2023-medium", "observed-and-ipss-2023")
"""Tried in this order: the newest projection whose path holds the base year."""


TFR_BOUNDS = (0.3, 6.0)
"""What an assumption document accepts."""


class NoFamiliesError(MissingObservationError):
    """Too few families were counted to estimate fertility from, as in a town that was evacuated."""

    english = (
        "In area {area} too few women of 15-49 or children of 0-4 were counted in {year} to estimate fertility. "
        "Remedy: store assumptions of your own with `sosei assumptions {area} --set FILE`."
    )
    japanese = (
        "{area} では {year} 年に数えられた15～49歳の女性か0～4歳の子どもが少なすぎて、出生率を推計できません。"
        "`sosei assumptions {area} --set ファイル` で前提を登録してください。"
    )


def default_assumptions(censuses: Censuses) -> Assumptions:
    """Assumptions from the newest census that has another five years before it.

    Raises:
        MissingObservationError: no two censuses five years apart, from a year that a national path holds.
    """
    paths = national_tfr_paths()
    possible = [
        (year, path)
        for year in sorted(censuses.by_year, reverse=True)
        for path in NATIONAL_PATHS
        if year - 5 in censuses.by_year and year in paths[path]
    ]
    if not possible:
        first = min(min(paths[path]) for path in NATIONAL_PATHS)
        raise MissingObservationError(
            area=censuses.area.code,
            year=first - 5,
            what=f"census five years before another one of {first} or later",
            what_ja=f"国勢調査（{first}年かそれより後の国勢調査と、その5年前のもの）",
            stored=", ".join(str(y) for y in sorted(censuses.by_year)) or "-",
        )
    base, path = possible[0]
    people = censuses.population(base)
    if float(people.sel(sex="female", age=slice(15, 45)).sum()) == 0:
        raise NoFamiliesError(area=censuses.area.code, year=base)
    tfr = float(
        tfr_from_child_woman_ratio(
            child_woman_ratio(people), method="extended", share_25_34=share_25_34(people)
        )
    )
    if not TFR_BOUNDS[0] <= tfr <= TFR_BOUNDS[1]:
        raise NoFamiliesError(area=censuses.area.code, year=base)
    return assumptions_from_document(_document(base, path, round(tfr, 3)))


def _document(base: int, path: str, tfr: float) -> dict[str, Any]:
    period = f"{base - 5}-{base}"
    return {
        "name": "default",
        "title": {
            "ja": f"Soseiの標準の仮定（{base}年国勢調査から）",
            "en": f"Sosei's default assumptions (from the census of {base})",
        },
        "base_year": base,
        "special": {},
        "migration": {"periods": [period], "without": []},
        "fertility": {"tfr": tfr, "national_path": path},
        "survivorship": {"table": "japan"},
        "sex_ratio_0_4": {"censuses": [base - 5, base]},
        "assumptions": [
            _note(
                "migration",
                ("移動", "Migration"),
                (
                    f"{base - 5}～{base}年の純移動率（男女・5歳階級別）が続く",
                    f"Net migration rates of {period} by sex and 5-year age go on",
                ),
                ("国勢調査からSoseiが計算", "Computed by Sosei from the censuses"),
            ),
            _note(
                "fertility",
                ("出生率", "Fertility"),
                (
                    f"国勢調査の年齢構成から推計した{tfr:g}を出発点に、全国の中位推計と同じ割合で動く",
                    f"From {tfr:g}, estimated from the ages in the census, in proportion to the national projection",
                ),
                (
                    "Hauer・Schmertmann（2020）の方法（xTFR）と、社人研「日本の将来推計人口（令和5年推計）」出生中位",
                    "Method of Hauer and Schmertmann (2020, xTFR); IPSS national projection of 2023, medium",
                ),
            ),
            _note(
                "survivorship",
                ("生残率", "Survivorship"),
                (
                    "全国の生命表と全国将来推計の死亡率の改善に従う",
                    "National life tables and the improvement the national projection assumes",
                ),
                (
                    "日本版死亡データベース、社人研「日本の将来推計人口（令和5年推計）」死亡中位",
                    "Japanese Mortality Database; IPSS national projection of 2023, medium mortality",
                ),
            ),
        ],
    }


def _note(
    key: str, title: tuple[str, str], value: tuple[str, str], source: tuple[str, str]
) -> dict[str, Any]:
    texts = {"title": title, "value": value, "source": source}
    return {
        "key": key,
        **{name: {"ja": ja, "en": en} for name, (ja, en) in texts.items()},
        "left_open": True,
        "alternatives": [],
    }
