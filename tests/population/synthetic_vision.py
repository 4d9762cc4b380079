"""An invented municipality's vision, with every table filled by a small cohort model: for tests of the page only."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from sosei.planning.population.vision_records import Assumption, Check, Row, ScenarioInfo, Vision

AGES = list(range(0, 95, 5))
LABELS = [f"{age}-{age + 4}" if age < 90 else "90+" for age in AGES]
BASE, TO = 2015, 2060
YEARS = list(range(BASE, TO + 1, 5))
SCENARIOS = {
    # name: (title, child-woman factor at the end, share of the young loss recovered, any migration at all)
    "baseline": ("基準推計", 1.0, 0.0, True),
    "prospect-1": ("展望人口1", 1.45, 0.0, True),
    "prospect-2": ("展望人口2", 1.45, 0.75, True),
    "simulation-1": ("シミュレーション1", 1.4, 0.0, True),
    "simulation-2": ("シミュレーション2", 1.4, 0.0, False),
}
EVACUEES_2015 = 24_000.0
Cohorts = dict[str, list[float]]


def area(code: str = "07204", name: str = "見本市", name_en: str = "Mihon City") -> Any:
    """A stand-in for a row of `Area`."""
    return SimpleNamespace(code=code, name=name, name_en=name_en, local_name=name, full_code=code + "1", pk=1)


def survival(age: int) -> float:
    """Five-year survivorship of an age group: near one when young, falling steeply when old."""
    return math.exp(-5 * (0.0004 + 0.00003 * math.exp(0.095 * age)))


def migration(age: int) -> float:
    """Net migration rate by age at the start: young people leave, some return."""
    return {10: -0.04, 15: -0.20, 20: -0.06, 25: 0.05, 30: 0.02}.get(age, 0.0)


def step(people: Cohorts, factor: float, recovered: float, moves: bool) -> tuple[Cohorts, dict[str, float]]:
    """Five years on, with deaths, births and net migration of the step."""
    after: Cohorts = {}
    deaths = net = 0.0
    for sex, row in people.items():
        aged = [0.0] * len(AGES)
        for i, age in enumerate(AGES):
            alive = row[i] * survival(age)
            rate = migration(age) * (1.15 if sex == "female" else 1.0)
            moved = row[i] * (rate * (1 - recovered) if rate < 0 else rate) if moves else 0.0
            deaths += row[i] - alive
            net += moved
            aged[min(i + 1, len(AGES) - 1)] += alive + moved
        after[sex] = aged
    women = sum(after["female"][3:10])
    births = 0.19 * factor * women
    after["male"][0], after["female"][0] = births * 0.512, births * 0.488
    return after, {"births": births, "deaths": deaths, "net_migration": net, "natural": births - deaths}


def census(year: int) -> Cohorts:
    """An invented census: a bulge born about 1948 and its echo of 1973."""
    total = {
        1980: 342_000,
        1985: 351_000,
        1990: 356_000,
        1995: 360_500,
        2000: 360_100,
        2005: 354_400,
        2010: 342_200,
    }
    weights = []
    for age in AGES:
        born = year - age
        bulge = 1 + 0.5 * math.exp(-(((born - 1948) / 6) ** 2)) + 0.3 * math.exp(-(((born - 1973) / 5) ** 2))
        alive = math.prod(survival(younger) for younger in range(0, age, 5))
        weights.append(bulge * alive * (1.0 - 0.006 * max(0, born - 1950)))
    scale = total.get(year, 326_000) / (2 * sum(weights))
    return {"male": [w * scale * 0.97 for w in weights], "female": [w * scale * 1.03 for w in weights]}


def total(people: Cohorts, start: int = 0, end: int = 200) -> float:
    """Persons of ages from `start` to below `end`."""
    return sum(row[i] for row in people.values() for i, age in enumerate(AGES) if start <= age < end)


def projected(name: str) -> tuple[dict[int, Cohorts], dict[int, dict[str, float]]]:
    """Populations and components of one scenario, by year."""
    _title, factor, recovered, moves = SCENARIOS[name]
    people, changes = {BASE: census(BASE)}, {}
    for year in YEARS[1:]:
        progress = min(1.0, (year - BASE) / 25)
        people[year], changes[year] = step(people[year - 5], 1 + (factor - 1) * progress, recovered, moves)
    return people, changes


def pyramid_rows(scenario: str, year: int, people: Cohorts) -> list[Row]:
    """Rows of the table `pyramid`."""
    return [
        {
            "scenario": scenario,
            "year": year,
            "sex": sex,
            "age_from": age,
            "age_label": label,
            "persons": row[i],
        }
        for sex, row in people.items()
        for i, (age, label) in enumerate(zip(AGES, LABELS, strict=True))
    ]


def scenario_tables(names: list[str], rename: dict[str, str] | None = None) -> dict[str, list[Row]]:
    """The six tables that a what-if has too."""
    tables: dict[str, list[Row]] = {
        key: []
        for key in (
            "scenario_totals",
            "scenario_ages",
            "support_ratio",
            "pyramid",
            "women_20_39",
            "components",
        )
    }
    published = dict(zip(YEARS, (4.1, 3.5, 2.9, 2.4, 2.2, 2.0, 1.8, 1.6, 1.4, 1.4), strict=True))
    for source in names:
        name = (rename or {}).get(source, source)
        people, changes = projected(source)
        first_women = 0.0
        for year, row in people.items():
            special = EVACUEES_2015 * max(0.0, 1 - (year - BASE) / 12)
            everyone = total(row)
            tables["scenario_totals"].append(
                {
                    "scenario": name,
                    "year": year,
                    "total": everyone + special,
                    "residents": everyone,
                    "special": special,
                }
            )
            old, older = total(row, 65), total(row, 75)
            tables["scenario_ages"].append(
                {
                    "scenario": name,
                    "year": year,
                    "age_0_14": total(row, 0, 15),
                    "age_15_64": total(row, 15, 65),
                    "age_65_plus": old,
                    "age_75_plus": older,
                    "share_65_plus": old / everyone,
                }
            )
            tables["support_ratio"].append(
                {
                    "scenario": name,
                    "year": year,
                    "ratio": total(row, 15, 65) / older,
                    "published": published[year] if name == "baseline" else None,
                }
            )
            women = sum(row["female"][4:8])
            first_women = first_women or women
            tables["women_20_39"].append(
                {"scenario": name, "year": year, "persons": women, "index": 100 * women / first_women}
            )
            if year > BASE:
                tables["components"].append({"scenario": name, "year": year, **changes[year]})
            tables["pyramid"] += pyramid_rows(name, year, row)
    return tables


def vision(code: str = "07204", name: str = "見本市", name_en: str = "Mihon City") -> Vision:
    """The whole invented vision."""
    tables = scenario_tables(list(SCENARIOS))
    censuses = {year: census(year) for year in range(1980, BASE + 1, 5)}
    tables["pyramid"] = [
        row
        for year, people in censuses.items()
        if year < BASE
        for row in pyramid_rows("observed", year, people)
    ] + tables["pyramid"]
    tables["observed_total"] = []
    for year, people in censuses.items():
        special = EVACUEES_2015 if year == BASE else 0.0
        tables["observed_total"].append(
            {"year": year, "total": total(people) + special, "residents": total(people), "special": special}
        )
    births = [
        3400,
        3350,
        3300,
        3240,
        3180,
        3100,
        2980,
        2950,
        2900,
        2640,
        2380,
        2520,
        2562,
        2422,
        2343,
        2323,
        2134,
    ]
    rates = [
        1.52,
        1.50,
        1.49,
        1.51,
        1.50,
        1.48,
        1.47,
        1.49,
        1.50,
        1.45,
        1.38,
        1.52,
        1.57,
        1.51,
        1.50,
        1.52,
        1.43,
    ]
    tables["births_tfr"] = [
        {"year": 2002 + i, "births": b, "tfr": t} for i, (b, t) in enumerate(zip(births, rates, strict=True))
    ]
    tables["net_migration"] = [
        {
            "period": f"{start}-{start + 5}",
            "sex": sex,
            "age_from": age + 5,
            "age_label": LABELS[i + 1],
            "persons": 11_000
            * migration(age)
            * (1.2 - 0.02 * (2010 - start) / 5)
            * (1.15 if sex == "female" else 1),
            "rate": migration(age),
        }
        for start in range(1980, 2015, 5)
        for sex in ("male", "female")
        for i, age in enumerate(AGES[:-1])
    ]
    totals = {(row["scenario"], row["year"]): row["total"] for row in tables["scenario_totals"]}
    tables["vision_and_actual"] = (
        [{"series": "observed", "year": r["year"], "total": r["total"]} for r in tables["observed_total"]]
        + [
            {"series": n, "year": y, "total": t}
            for (n, y), t in totals.items()
            if n in {"baseline", "prospect-1", "prospect-2"}
        ]
        + [
            {"series": "published:baseline", "year": y, "total": t}
            for y, t in ((2030, 292_000), (2060, 173_000))
        ]
        + [{"series": "hindsight", "year": y, "total": t} for y, t in ((2020, 332_931), (2025, 306_165))]
    )
    tables["influence"] = [
        {
            "kind": "natural",
            "ratio": totals["simulation-1", 2045] / totals["baseline", 2045],
            "rank": 3,
            "reference_year": 2045,
        },
        {
            "kind": "social",
            "ratio": totals["simulation-2", 2045] / totals["simulation-1", 2045],
            "rank": 3,
            "reference_year": 2045,
        },
    ]
    tables["split"] = [
        {
            "year": year,
            "natural": totals["prospect-1", year] - totals["baseline", year],
            "social": 0.9 * (totals["prospect-2", year] - totals["prospect-1", year]),
            "interaction": 0.1 * (totals["prospect-2", year] - totals["prospect-1", year]),
            "total": totals["prospect-2", year] - totals["baseline", year],
        }
        for year in YEARS[1:]
    ]
    tables["decline_stage"] = []
    for name_ in SCENARIOS:
        ages = [row for row in tables["scenario_ages"] if row["scenario"] == name_]
        for row in ages:
            index = {
                key: 100 * row[f"age_{key}"] / ages[0][f"age_{key}"] for key in ("0_14", "15_64", "65_plus")
            }
            stage = (
                0
                if row["year"] == BASE
                else 1
                if index["65_plus"] > 100
                else 2
                if index["65_plus"] > 90
                else 3
            )
            tables["decline_stage"].append(
                {
                    "scenario": name_,
                    "year": row["year"],
                    **{f"index_{k}": v for k, v in index.items()},
                    "stage": stage,
                }
            )
    checks = [
        Check("baseline", "total", 2030, totals["baseline", 2030], 292_000, totals["baseline", 2030] / 292_000 - 1, 0.01,
              abs(totals["baseline", 2030] / 292_000 - 1) <= 0.01, False, ""),
        Check("baseline", "total", 2060, totals["baseline", 2060], 173_000, totals["baseline", 2060] / 173_000 - 1, 0.03,
              False, False, "生残率の改善の幅が文書に書かれていないため。"),
        Check("prospect-2", "total", 2060, totals["prospect-2", 2060], 220_000, totals["prospect-2", 2060] / 220_000 - 1,
              0.04, True, True, ""),
        *(
            Check("baseline", "support_ratio", row["year"], row["ratio"], row["published"], row["ratio"] - row["published"],
                  0.1, abs(row["ratio"] - row["published"]) <= 0.1, False,
                  "" if abs(row["ratio"] - row["published"]) <= 0.1 else "避難者の年齢の置き方による。")
            for row in tables["support_ratio"] if row["published"] is not None
        ),
    ]  # fmt: skip
    return Vision(
        area=area(code, name, name_en),
        base_year=BASE,
        to_year=TO,
        scenarios=[
            ScenarioInfo(key, title, f"{title}の前提を一文で説明します。") for key, (title, *_rest) in SCENARIOS.items()
        ],
        tables=tables,
        sources={key: ["総務省統計局「国勢調査」（1980年～2015年）", "見本市の推計"] for key in tables},
        assumptions=[
            Assumption("tfr", "合計特殊出生率", "1.57から全国の中位推計と同じ割合で推移", "社人研の推計", "", False),
            Assumption("returning", "帰還する避難者の割合", "40%", "復興庁の意向調査から本システムが置いた値",
                       "2060年の総人口 +3,200人（帰還しない場合との差）", True),
            Assumption("evacuee_ages", "避難者の年齢構成", "双葉郡8町村の国勢調査の構成", "本システムが置いた値",
                       "2060年の総人口 −1,100人", True),
        ],
        checks=checks,
    )  # fmt: skip
