"""The scenarios of a national run: what every municipality can be asked at once."""

from __future__ import annotations

from sosei.engines.demography.scenario import Scenario, scenario_from_yaml
from sosei.engines.demography.shipped import shipped_scenario

BASELINE = "baseline"
OFFERED = (BASELINE, "simulation-1", "simulation-2")
"""Of those shipped: prospects 1 and 2 need a reference period of their own, which a nation has not."""

BALANCED = """
name: migration-balanced
title: {ja: 移動が釣り合う場合, en: Migration in balance}
description:
  ja: 転入と転出が、男女・年齢ごとに同じ数になる場合。
  en: As many people come as go, of each sex and age.
base: baseline
overrides:
  - migration_zero: {}
"""


def national_scenarios() -> list[Scenario]:
    """Baseline first."""
    return [
        shipped_scenario(BASELINE),
        scenario_from_yaml(BALANCED),
        *(shipped_scenario(name) for name in OFFERED[1:]),
    ]
