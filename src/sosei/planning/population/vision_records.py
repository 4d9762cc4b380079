"""What the page of a population vision is made of: plain records that charts, downloads and prompt share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class ScenarioInfo:
    """A scenario as the page names it."""

    name: str  # "baseline", "prospect-1", "prospect-2", "simulation-1", "simulation-2", "what-if"
    title: str  # in the reader's language
    description: str  # one plain sentence in the reader's language


@dataclass(frozen=True)
class Assumption:
    """One assumption of the projection, with its value, where it comes from, and what it does to the result."""

    key: str
    title: str
    value: str
    source: str
    effect: str  # e.g. "2060年の総人口 +3,200人（帰還しない場合）"; "" where it was not varied
    left_open: bool  # True where the published document does not say it and Sosei had to choose


@dataclass(frozen=True)
class Check:
    """Sosei's figure beside the one the city published."""

    scenario: str
    quantity: str  # "total" | "support_ratio"
    year: int
    ours: float
    published: float
    difference: float  # relative for totals (0.0123 = 1.23 %), absolute for ratios
    tolerance: float
    holds: bool
    approximate: bool  # printed with 約
    why: str  # reason where it does not hold, else ""


@dataclass(frozen=True)
class LeftOut:
    """A scenario that cannot be applied to this area's data, with the reason and its remedy."""

    name: str
    title: str
    reason: str


@dataclass(frozen=True)
class StoredRun:
    """The stored projection behind a scenario's figures: who computed it, when, with which engine and inputs."""

    scenario: str
    title: str
    fingerprint: str
    engine_version: str
    run_by: str
    run_at: datetime


@dataclass(frozen=True)
class Vision:
    """Everything the page of one area shows.

    tables:
        observed_total      year, total, residents, special            (censuses; special = evacuees)
        births_tfr          year, births, tfr                          (either may be None)
        net_migration       period "1995-2000", sex "male"/"female", age_from (age at END of the interval),
                            age_label, persons, rate
        scenario_totals     scenario, year, total, residents, special
        scenario_ages       scenario, year, age_0_14, age_15_64, age_65_plus, age_75_plus, share_65_plus
        support_ratio       scenario, year, ratio, published           (published None where the city printed none)
        pyramid             scenario ("observed" before the base year), year, sex, age_from, age_label, persons
        women_20_39         scenario, year, persons, index             (index: base year = 100)
        components          scenario, year (end of the five years), births, deaths, net_migration, natural
        vision_and_actual   series ("observed" | scenario name | "published:NAME" | "hindsight"), year, total
        influence           kind "natural"/"social", ratio (1.05 = 105 %), rank, reference_year
        split               year, natural, social, interaction, total  (prospect-2 minus baseline, persons)
        decline_stage       scenario, year, index_0_14, index_15_64, index_65_plus, stage
    sources: table name -> list of source lines in the reader's language.
    """

    area: Any
    base_year: int
    to_year: int
    scenarios: list[ScenarioInfo]
    tables: dict[str, list[Row]]
    sources: dict[str, list[str]] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    assumptions_title: str = ""
    stored_runs: list[StoredRun] = field(
        default_factory=list
    )  # empty until a projection of these inputs is stored
    warnings: list[str] = field(default_factory=list)  # what a reader must know before believing a figure
