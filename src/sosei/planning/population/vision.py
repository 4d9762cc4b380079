"""The population vision of one area as tidy tables: the one source of screen, downloads, prints and prompt.

Rows are plain dicts with language-neutral keys and values, so that charts, CSV files and the command line show
the same numbers. Titles in the reader's language come with the scenarios.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language

from sosei import __version__
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.project import Projection
from sosei.engines.demography.scenario import Scenario as EngineScenario
from sosei.planning.population import vision_notes, vision_tables
from sosei.planning.population.area_inputs import inputs_of, newest_assumption_set, scenarios_of
from sosei.planning.population.inputs import ProjectionInputs, observed_periods
from sosei.planning.population.models import (
    Area,
    AssumptionSet,
    Observation,
    ProjectionRun,
    PublishedFigure,
    Scenario,
    VitalStatistic,
)
from sosei.planning.population.observations import MissingObservationError
from sosei.planning.population.vision_records import (
    Assumption,
    Check,
    LeftOut,
    Row,
    ScenarioInfo,
    StoredRun,
    Vision,
)

__all__ = [
    "Assumption",
    "Check",
    "NoVisionError",
    "Row",
    "ScenarioInfo",
    "Vision",
    "build_vision",
    "vision_inputs",
    "vision_with_inputs",
]

REFERENCE_YEAR = 2045
"""Year in which the natural and social influences are compared (内閣府 手引き, edition of 2019)."""
SHOWN_FIRST = ("baseline", "prospect-1", "prospect-2")


class NoVisionError(LookupError):
    """Too few censuses are stored for a projection; the message says which, in the reader's language."""


def build_vision(area: Area, *, until: int = 2060) -> Vision:
    """Everything the page of `area` shows, in the active language.

    Computed from the stored inputs; kept while nothing newer is stored.

    Raises:
        NoVisionError: no assumptions are stored, and the censuses do not suffice for the default ones.
        DemographyError: a census or a rate that the assumptions name is missing.
    """
    return _vision(area.pk, _state(area), get_language() or "ja", until)


def vision_inputs(area: Area, *, until: int = 2060) -> ProjectionInputs:
    """The inputs behind the page, kept while nothing newer is stored.

    Raises:
        NoVisionError, DemographyError: as `build_vision`.
    """
    return _inputs(area.pk, _state(area), until)


def vision_with_inputs(area: Area, *, until: int = 2060) -> tuple[Vision, ProjectionInputs]:
    """What the page of `area` shows and the inputs behind it, of one and the same moment.

    Raises:
        NoVisionError, DemographyError: as `build_vision`.
    """
    state = _state(area)
    return _vision(area.pk, state, get_language() or "ja", until), _inputs(area.pk, state, until)


def _state(area: Area) -> tuple[int, ...]:
    """What the page rests on: the newest row of every table it reads (rows are only ever added)."""
    of_area = {
        "newest_observation": Observation,
        "newest_vital_statistic": VitalStatistic,
        "newest_published_figure": PublishedFigure,
        "newest_assumption_set": AssumptionSet,
        "newest_projection_run": ProjectionRun,
    }
    newest = {
        name: Subquery(model.objects.filter(area=OuterRef("pk")).order_by("-id").values("id")[:1])
        for name, model in of_area.items()
    }
    scenario = Subquery(Scenario.objects.order_by("-id").values("id")[:1])
    found = Area.objects.filter(pk=area.pk).annotate(**newest, newest_scenario=scenario)
    state = found.values_list(*newest, "newest_scenario").first() or ()
    return tuple(n or 0 for n in state)


@lru_cache(maxsize=64)
def _inputs(area_id: int, state: tuple[int, ...], until: int) -> ProjectionInputs:
    area = Area.objects.get(pk=area_id)
    try:
        return inputs_of(area, until=until)
    except MissingObservationError as error:
        if newest_assumption_set(area) is None:
            raise NoVisionError(error.text(get_language() or "ja")) from error
        raise


@lru_cache(maxsize=64)
def _vision(area_id: int, state: tuple[int, ...], language: str, until: int) -> Vision:
    area = Area.objects.get(pk=area_id)
    inputs = _inputs(area_id, state, until)
    scenarios = scenarios_of(area)
    projections, left_out = _computed(inputs, scenarios, language)
    scenarios = {name: scenarios[name] for name in projections}
    figures = list(
        PublishedFigure.objects.filter(area=area).select_related("batch").order_by("scenario_name", "year")
    )
    tables = _tables(area, inputs, scenarios, projections, figures)
    by_scenario = {n: [r for r in tables["scenario_totals"] if r["scenario"] == n] for n in scenarios}
    ratios = {n: [r for r in tables["support_ratio"] if r["scenario"] == n] for n in scenarios}
    return Vision(
        area=area,
        base_year=inputs.base_year,
        to_year=until,
        scenarios=[
            ScenarioInfo(name, vision_notes.in_language(s.title), vision_notes.in_language(s.description))
            for name, s in scenarios.items()
        ],
        tables=tables,
        sources=_sources(area, inputs, figures),
        assumptions=vision_notes.assumption_notes(inputs, scenarios, projections),
        checks=vision_notes.checks(figures, by_scenario, ratios, inputs.base_year),
        left_out=left_out,
        assumptions_title=vision_notes.in_language(inputs.assumptions.title),
        stored_runs=_stored_runs(area, inputs, scenarios),
        warnings=vision_notes.warnings(inputs, projections["baseline"]),
    )


def _stored_runs(
    area: Area, inputs: ProjectionInputs, scenarios: dict[str, EngineScenario]
) -> list[StoredRun]:
    """The newest stored run of exactly these inputs, scenario by scenario."""
    fingerprints = {inputs.fingerprint(scenario): name for name, scenario in scenarios.items()}
    newest = {
        run.fingerprint: run
        for run in ProjectionRun.objects.visible_to(None)
        .filter(area=area, fingerprint__in=fingerprints)
        .order_by("id")
    }
    return [
        StoredRun(
            scenario=name,
            title=vision_notes.in_language(scenarios[name].title),
            fingerprint=fingerprint,
            engine_version=newest[fingerprint].engine_version,
            run_by=newest[fingerprint].run_by,
            run_at=newest[fingerprint].run_at,
        )
        for fingerprint, name in fingerprints.items()
        if fingerprint in newest
    ]


def _computed(
    inputs: ProjectionInputs, scenarios: dict[str, EngineScenario], language: str
) -> tuple[dict[str, Projection], list[LeftOut]]:
    """Projections of the scenarios that can be computed, and the others with the reason.

    Raises:
        DemographyError: the baseline itself cannot be computed, so that there is no vision.
    """
    done: dict[str, Projection] = {}
    left_out = []
    for name, scenario in scenarios.items():
        try:
            done[name] = inputs.project(scenario)
        except DemographyError as error:
            if name == "baseline":
                raise
            title = vision_notes.in_language(scenario.title)
            left_out.append(LeftOut(name, title, error.text("en" if language.startswith("en") else "ja")))
    return done, left_out


def _tables(
    area: Area,
    inputs: ProjectionInputs,
    scenarios: dict[str, EngineScenario],
    projections: dict[str, Projection],
    figures: list[PublishedFigure],
) -> dict[str, list[Row]]:
    censuses = inputs.censuses
    quantity = PublishedFigure.Quantity
    printed = {
        kind: {(f.scenario_name, f.year): float(f.value) for f in figures if f.quantity == kind}
        for kind in quantity
    }
    totals = {n: vision_tables.scenario_totals(n, p) for n, p in projections.items()}

    def all_scenarios(make: Callable[[str, Projection], list[Row]]) -> list[Row]:
        return [row for name, p in projections.items() for row in make(name, p)]

    return {
        "observed_total": vision_tables.observed_total(censuses),
        "births_tfr": vision_tables.births_and_tfr(
            VitalStatistic.objects.visible_to(None).current().filter(area=area)
        ),
        "net_migration": vision_tables.net_migration(inputs),
        "scenario_totals": [row for rows in totals.values() for row in rows],
        "scenario_ages": all_scenarios(vision_tables.scenario_ages),
        "support_ratio": all_scenarios(
            lambda n, p: vision_tables.support_ratios(n, p, printed[quantity.SUPPORT_RATIO])
        ),
        "pyramid": vision_tables.observed_pyramid(censuses, inputs.base_year)
        + all_scenarios(lambda n, p: vision_tables.pyramid(n, p.everyone)),
        "women_20_39": all_scenarios(vision_tables.women),
        "components": all_scenarios(vision_tables.components),
        "vision_and_actual": vision_tables.vision_and_actual(
            censuses, inputs.base_year, totals, printed[quantity.TOTAL]
        ),
        "influence": vision_tables.influences(projections, REFERENCE_YEAR),
        "split": vision_tables.split(inputs, scenarios["prospect-2"], projections["baseline"])
        if "prospect-2" in scenarios
        else [],
        "decline_stage": all_scenarios(lambda n, p: vision_tables.decline_stages(n, p, inputs.base_year)),
    }


def _sources(area: Area, inputs: ProjectionInputs, figures: list[PublishedFigure]) -> dict[str, list[str]]:
    """Source lines by table."""

    def lines(*pairs: tuple[str, str]) -> list[str]:
        return list(
            dict.fromkeys(vision_notes.in_language({"ja": ja, "en": en}) for ja, en in pairs if ja or en)
        )

    counted = [(c.source, c.source_en) for c in inputs.censuses.by_year.values()]
    special = [(c.source, c.source_en) for held in inputs.censuses.groups.values() for c in held.values()]
    vital = [
        (v.batch.source, v.batch.source_en)
        for v in area.vital_statistics.filter(kind__in=["births", "tfr"])
        .select_related("batch")
        .order_by("id")
    ]
    printed = [(f.batch.source, f.batch.source_en) for f in figures]
    projected = [
        (
            f"Soseiの推計（{inputs.base_year}年基準、コーホート要因法、エンジン {__version__}）",
            f"Projection by Sosei (base {inputs.base_year}, cohort-component method, engine {__version__})",
        )
    ]
    observed = lines(*counted, *special)
    computed = lines(*projected, *counted, *special)
    return {
        "observed_total": observed,
        "births_tfr": lines(*vital),
        "net_migration": [*observed, *_notes_on_migration(inputs)],
        **dict.fromkeys(
            (
                "scenario_totals",
                "scenario_ages",
                "pyramid",
                "women_20_39",
                "components",
                "influence",
                "split",
                "decline_stage",
            ),
            computed,
        ),
        "support_ratio": lines(*projected, *counted, *special, *printed),
        "vision_and_actual": lines(*projected, *counted, *special, *printed),
    }


def _notes_on_migration(inputs: ProjectionInputs) -> list[str]:
    """How net migration was found, and which intervals hold people who were counted apart only at their start."""
    notes = [
        {
            "ja": "純移動数は、国勢調査の差から生残率で求めた推計（Sosei）",
            "en": "Net migration estimated by Sosei from two censuses and survivorship (residual method)",
        }
    ]
    for name in inputs.assumptions.without:
        last = max(inputs.censuses.groups.get(name, {}), default=None)
        later = [f"{a}-{b}" for a, b in observed_periods(inputs.censuses) if last is not None and a >= last]
        if later:
            title = inputs.assumptions.special[name].get("title", {})
            notes.append(
                {
                    "ja": f"{'、'.join(later)}年は{title.get('ja', name)}の出入りを含む"
                    f"（{last}年より後は別に数えた資料がない）",
                    "en": f"{', '.join(later)} include moves of {title.get('en', name).lower()} "
                    f"(not counted apart after {last})",
                }
            )
    return [vision_notes.in_language(note) for note in notes]
