"""The scenarios that ship with Sosei: the strategy document's three and the Cabinet Office's simulations 1 and 2."""

from __future__ import annotations

from importlib import resources

from sosei.engines.demography.scenario import Scenario, scenario_from_yaml

SHIPPED = ("baseline", "prospect-1", "prospect-2", "simulation-1", "simulation-2")


def shipped_text(name: str) -> str:
    """The file of a shipped scenario as it is."""
    return (resources.files(__package__) / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def shipped_scenario(name: str) -> Scenario:
    """A shipped scenario, read and checked."""
    return scenario_from_yaml(shipped_text(name))
