"""Demography: populations and rates in; projections, scenarios, indicators and estimates out.

The names below are what a notebook needs; every module may be imported by itself as well.
"""

from sosei.engines.demography.balance import check_balance
from sosei.engines.demography.baselines import exponential, hamilton_perry, no_change
from sosei.engines.demography.control import ControlTotals, rake
from sosei.engines.demography.dimensions import SEXES, AgeGroups, population_array
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.estimate_all import EstimateMethod, estimate_for_all
from sosei.engines.demography.fertility import (
    child_woman_ratio,
    child_woman_ratio_from_tfr,
    sex_ratio_0_4,
    tfr_from_child_woman_ratio,
)
from sosei.engines.demography.hindcast import hindcast, total_score
from sosei.engines.demography.indicators import (
    decline_stage,
    dependency_ratios,
    median_age,
    persons_75_and_over,
    support_ratio,
    three_age_groups,
    women_20_39,
)
from sosei.engines.demography.influence import influence, scenario_split
from sosei.engines.demography.intervals import (
    fit_error_model,
    intervals_by_age,
    intervals_of_total,
)
from sosei.engines.demography.lever_map import two_lever_map
from sosei.engines.demography.levers import HouseholdLever, LeverMix, RecoveryLever, TfrLever
from sosei.engines.demography.life_table import life_table, life_table_from_qx, life_table_from_rates
from sosei.engines.demography.margin_fitting import Fitted, fit_margins
from sosei.engines.demography.net_migration import residual_net_migration
from sosei.engines.demography.pooling import pool_toward_peers
from sosei.engines.demography.population_draws import draw_populations
from sosei.engines.demography.project import Projection, project, project_population
from sosei.engines.demography.rounding import controlled_rounding
from sosei.engines.demography.scenario import Scenario, apply_scenario, scenario_from_yaml
from sosei.engines.demography.shipped import SHIPPED, shipped_scenario
from sosei.engines.demography.solve import solve_lever
from sosei.engines.demography.special import SpecialPopulation
from sosei.engines.demography.survivorship import (
    survivorship_of_annual_probabilities,
    survivorship_of_period,
    survivorship_ratios,
)
from sosei.engines.demography.targets import Target
from sosei.engines.demography.unknown_age import distribute_unknown_age

__all__ = [
    "SEXES",
    "SHIPPED",
    "AgeGroups",
    "ControlTotals",
    "DemographyError",
    "EstimateMethod",
    "Fitted",
    "HouseholdLever",
    "LeverMix",
    "Projection",
    "RecoveryLever",
    "Scenario",
    "SpecialPopulation",
    "Target",
    "TfrLever",
    "apply_scenario",
    "check_balance",
    "child_woman_ratio",
    "child_woman_ratio_from_tfr",
    "controlled_rounding",
    "decline_stage",
    "dependency_ratios",
    "distribute_unknown_age",
    "draw_populations",
    "estimate_for_all",
    "exponential",
    "fit_error_model",
    "fit_margins",
    "hamilton_perry",
    "hindcast",
    "influence",
    "intervals_by_age",
    "intervals_of_total",
    "life_table",
    "life_table_from_qx",
    "life_table_from_rates",
    "median_age",
    "no_change",
    "persons_75_and_over",
    "pool_toward_peers",
    "population_array",
    "project",
    "project_population",
    "rake",
    "residual_net_migration",
    "scenario_from_yaml",
    "scenario_split",
    "sex_ratio_0_4",
    "shipped_scenario",
    "solve_lever",
    "support_ratio",
    "survivorship_of_annual_probabilities",
    "survivorship_of_period",
    "survivorship_ratios",
    "tfr_from_child_woman_ratio",
    "three_age_groups",
    "total_score",
    "two_lever_map",
    "women_20_39",
]
