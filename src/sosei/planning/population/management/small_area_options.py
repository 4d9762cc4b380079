"""Options of `sosei nation --small-areas`: what goes with what, and which numbers can be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sosei.engines.demography.errors import DemographyError, Text
from sosei.engines.demography.synthetic_areas import BASE, GROUPS
from sosei.planning.population.small_areas import Plan

ONLY_WITH = ("draws", "store", "dask", "seed", "block")
DEFAULTS = {"draws": 1000, "seed": 1, "block": 500}
LEAST = {"small_areas": 1, "draws": 1, "seed": 0, "block": 1}
MOST = {"small_areas": 10_000_000, "draws": 100_000, "seed": 2**32 - 1, "block": 100_000}


class SmallAreaOptionError(DemographyError):
    """An option that cannot be used as it was given."""

    english = "--{option} {value}: {problem}. Remedy: {remedy}"
    japanese = "--{option} {value}：{problem}。対処: {remedy}"


def plan_of(options: Mapping[str, Any]) -> Plan | None:
    """The plan that the options name; None where no small areas are asked for.

    Raises:
        SmallAreaOptionError: an option stands without --small-areas, is missing, or is outside what can be done.
    """
    if options["small_areas"] is None:
        _require_no_others(options)
        return None
    _require_a_folder(options)
    numbers = {name: options[name] if options[name] is not None else DEFAULTS[name] for name in DEFAULTS}
    numbers["small_areas"] = options["small_areas"]
    for name, value in numbers.items():
        if not LEAST[name] <= value <= MOST[name]:
            raise SmallAreaOptionError(
                option=name.replace("_", "-"),
                value=value,
                problem=Text("outside what can be computed", "計算できる範囲の外です"),
                remedy=Text(
                    f"write a number from {LEAST[name]:,} to {MOST[name]:,}.",
                    f"{LEAST[name]:,} から {MOST[name]:,} までの数を書いてください。",
                ),
            )
    until = options["to"]
    if until <= BASE or (until - BASE) % GROUPS.width:
        raise SmallAreaOptionError(
            option="to",
            value=until,
            problem=Text(f"small areas start from {BASE}", f"小地域は {BASE} 年から始まります"),
            remedy=Text(
                f"write a later year that is a multiple of {GROUPS.width}.",
                f"{BASE} 年より後の、{GROUPS.width} の倍数の年を書いてください。",
            ),
        )
    plan = Plan(numbers["small_areas"], numbers["draws"], until, numbers["seed"], numbers["block"])
    if plan.block > plan.largest_block:
        raise SmallAreaOptionError(
            option="block",
            value=plan.block,
            problem=Text(
                f"with {plan.draws:,} draws to {until} it takes more memory than a worker has",
                f"{until}年まで {plan.draws:,} 回の抽出では、計算するプロセスのメモリーに収まりません",
            ),
            remedy=Text(
                f"write at most {plan.largest_block:,}.", f"{plan.largest_block:,} 以下にしてください。"
            ),
        )
    return plan


def _require_no_others(options: Mapping[str, Any]) -> None:
    for name in ONLY_WITH:
        if options[name] is not None:
            raise SmallAreaOptionError(
                option=name,
                value=options[name],
                problem=Text("it belongs to --small-areas", "--small-areas といっしょに使う指定です"),
                remedy=Text(
                    "add --small-areas N, or leave it out.", "--small-areas N を足すか、外してください。"
                ),
            )


def _require_a_folder(options: Mapping[str, Any]) -> None:
    store = options["store"]
    if store is None:
        raise SmallAreaOptionError(
            option="small-areas",
            value=options["small_areas"],
            problem=Text("there is no folder to write to", "書き出すフォルダがありません"),
            remedy=Text("add --store FOLDER.", "--store フォルダ を足してください。"),
        )
    if (store.exists() and not store.is_dir()) or not store.resolve().parent.is_dir():
        raise SmallAreaOptionError(
            option="store",
            value=store,
            problem=Text(
                "it is a file, or the folder it should stand in is not there",
                "ファイルであるか、置き場所のフォルダがありません",
            ),
            remedy=Text(
                "name a new folder inside one that exists.",
                "すでにあるフォルダの中の、新しいフォルダ名を書いてください。",
            ),
        )
