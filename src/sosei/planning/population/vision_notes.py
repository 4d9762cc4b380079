"""The words beside the figures: assumptions with their measured effect, checks against published figures, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.project import Projection
from sosei.engines.demography.scenario import Scenario, scenario_from_document
from sosei.planning.population.assumptions import Alternative, Note
from sosei.planning.population.inputs import ProjectionInputs, build_inputs
from sosei.planning.population.models import PublishedFigure
from sosei.planning.population.vision_records import Assumption, Check, Row

NEAR_YEARS = 15
"""A total up to so many years ahead is held to 1 %, a later one to 3 %; a figure printed with 約 to 4 %."""


def in_language(text: Mapping[str, str]) -> str:
    """The text in the reader's language, Japanese where there is no other."""
    language = "en" if (get_language() or "ja").startswith("en") else "ja"
    return text.get(language) or text.get("ja") or next(iter(text.values()), "")


def assumption_notes(
    inputs: ProjectionInputs, scenarios: Mapping[str, Scenario], projections: Mapping[str, Projection]
) -> list[Assumption]:
    """Every assumption with its value, source, and the effect of its alternatives on the totals."""
    return [
        Assumption(
            key=note.key,
            title=in_language(note.title),
            value=in_language(note.value),
            source=in_language(note.source),
            effect=_effects(note, inputs, scenarios, projections),
            left_open=note.left_open,
        )
        for note in inputs.assumptions.notes
    ]


PLAUSIBLE = (0.3, 2.0)
"""Total at the last year over total at the base year that default assumptions can still be believed to give."""


def warnings(inputs: ProjectionInputs, baseline: Projection) -> list[str]:
    """What a reader must know before believing the figures."""
    total = baseline.total()
    change = float(total.isel(year=-1)) / float(total.isel(year=0))
    if inputs.assumptions.name != "default" or PLAUSIBLE[0] <= change <= PLAUSIBLE[1]:
        return []
    return [
        _(
            "標準の仮定では、%(from)s～%(base)s年の特別な移動（避難や大きな開発など）が%(until)s年まで続くとして計算するため、"
            "この町の数字は当てになりません。`sosei assumptions` でこの町に合った前提を登録してください。"
        )
        % {"from": inputs.base_year - 5, "base": inputs.base_year, "until": inputs.until}
    ]


def _effects(
    note: Note,
    inputs: ProjectionInputs,
    scenarios: Mapping[str, Scenario],
    projections: Mapping[str, Projection],
) -> str:
    language = "en" if (get_language() or "ja").startswith("en") else "ja"
    found = []
    for alternative in note.alternatives:
        if alternative.scenario not in projections:
            continue
        try:
            found.append(_effect(alternative, inputs, scenarios, projections))
        except DemographyError as error:
            found.append(f"{in_language(alternative.label)}: {error.text(language)}")
    return _("；").join(found)


def _effect(
    alternative: Alternative,
    inputs: ProjectionInputs,
    scenarios: Mapping[str, Scenario],
    projections: Mapping[str, Projection],
) -> str:
    scenario = scenarios[alternative.scenario]
    if alternative.override_changes:
        scenario = _changed_scenario(scenario, alternative.override_changes)
    other = inputs
    if alternative.changes:
        changed = inputs.assumptions.changed(alternative.changes)
        other = build_inputs(inputs.censuses, changed, until=inputs.until, bases=inputs.bases)
    difference = other.project(scenario).total() - projections[alternative.scenario].total()
    parts = [
        _("%(year)s年 %(persons)s人") % {"year": year, "persons": _signed(float(difference.sel(year=year)))}
        for year in (2030, inputs.until)
        if year in difference["year"].values
    ]
    return _("%(alternative)sとすると %(effect)s") % {
        "alternative": in_language(alternative.label),
        "effect": _("、").join(parts),
    }


def _signed(persons: float) -> str:
    """Whole persons with a sign, the minus sign that the tables use."""
    return f"{persons:+,.0f}".replace("-", "−")


def _changed_scenario(scenario: Scenario, changes: Mapping[str, object]) -> Scenario:
    entries = []
    for override in scenario.overrides:
        body = override.to_document()
        for path, value in changes.items():
            key, _dot, setting = path.partition(".")
            if key == override.key:
                body[setting] = value
        entries.append({override.key: body})
    document = {"name": scenario.name, "title": dict(scenario.title), "overrides": entries}
    return replace(scenario_from_document(document), base=scenario.base)


def checks(
    figures: list[PublishedFigure],
    totals: Mapping[str, list[Row]],
    ratios: Mapping[str, list[Row]],
    base_year: int,
) -> list[Check]:
    """Each published figure of a scenario that Sosei has, beside Sosei's own."""
    ours_total = {(n, r["year"]): r["total"] for n, rows in totals.items() for r in rows}
    ours_ratio = {(n, r["year"]): r["ratio"] for n, rows in ratios.items() for r in rows}
    found = []
    for figure in figures:
        key = figure.scenario_name, figure.year
        total = figure.quantity == PublishedFigure.Quantity.TOTAL
        ours = (ours_total if total else ours_ratio).get(key)
        if ours is None:
            continue
        published = float(figure.value)
        difference = ours / published - 1 if total else ours - published
        tolerance = _tolerance(figure, base_year) if total else 0.1
        holds = abs(difference) <= tolerance
        found.append(
            Check(
                scenario=figure.scenario_name,
                quantity=str(figure.quantity),
                year=figure.year,
                ours=ours,
                published=published,
                difference=difference,
                tolerance=tolerance,
                holds=holds,
                approximate=figure.approximate,
                why=""
                if holds
                else _(
                    "公表資料は地区別に計算し、帰還する避難者の割合と年齢を示していません。"
                    "下の「計算の前提」で、それぞれの影響を確かめられます。"
                ),
            )
        )
    return found


def _tolerance(figure: PublishedFigure, base_year: int) -> float:
    if figure.approximate:
        return 0.04
    return 0.01 if figure.year - base_year <= NEAR_YEARS else 0.03
