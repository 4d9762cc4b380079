"""The inputs of one area's projections: its own stored assumptions, or the default ones where it has none."""

from __future__ import annotations

from sosei.engines.demography.scenario import Scenario as EngineScenario
from sosei.engines.demography.scenario import scenario_from_yaml
from sosei.planning.population.assumptions import Assumptions, assumptions_from_yaml
from sosei.planning.population.default_assumptions import default_assumptions
from sosei.planning.population.inputs import ProjectionInputs, build_inputs
from sosei.planning.population.models import Area, AssumptionSet, Scenario
from sosei.planning.population.observations import Censuses, censuses_of


def newest_assumption_set(area: Area) -> AssumptionSet | None:
    """The assumptions the municipality stored last, or None."""
    newest: AssumptionSet | None = AssumptionSet.objects.filter(area=area).order_by("-id").first()
    return newest


def assumptions_of(area: Area, censuses: Censuses) -> Assumptions:
    """Stored assumptions, or the default ones made from the censuses.

    Raises:
        MissingObservationError: none are stored and the censuses do not suffice for the default ones.
    """
    stored = newest_assumption_set(area)
    return default_assumptions(censuses) if stored is None else assumptions_from_yaml(stored.document)


def scenarios_of(area: Area) -> dict[str, EngineScenario]:
    """The scenarios offered to `area` by name, in the page's order."""
    return {
        s.name: scenario_from_yaml(s.document) for s in Scenario.objects.visible_to(None).offered_to(area)
    }


def inputs_of(area: Area, *, until: int, base_year: int | None = None) -> ProjectionInputs:
    """What the projections of `area` start from, optionally from another base year.

    Raises:
        DemographyError: a census or a rate that the assumptions name is missing.
    """
    censuses = censuses_of(area)
    assumptions = assumptions_of(area, censuses)
    if base_year is not None and base_year != assumptions.base_year:
        assumptions = assumptions.changed({"base_year": base_year})
    return build_inputs(censuses, assumptions, until=until, bases=scenarios_of(area))
