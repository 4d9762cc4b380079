"""Scenarios: a name and a set of overrides on a base, written in YAML, checked as a whole, and applied to rates.

A scenario never holds rates of its own: it says what changes against the base, so that "no override" is the base
bit for bit. All conflicts of a file are collected and reported together, each with its place and its remedy.

    name: prospect-2
    title: {ja: 展望人口2, en: Prospect 2}
    base: baseline
    overrides:
      - tfr: {points: {2040: 2.11}, shape: linear}
      - migration_to_reference: {period: 1995-2000, by: 2030, shape: linear}
      - migration_recovery: {share: 0.3, sex: female, ages: [20-24], by: 2030, shape: linear}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xarray as xr
import yaml

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import ScenarioError, ShapeError, Text
from sosei.engines.demography.overrides import (
    OVERRIDES,
    Mask,
    MigrationRecovery,
    MigrationToReference,
    MigrationZero,
    Override,
    TfrPath,
)
from sosei.engines.demography.scenario_problems import Problem, Reader
from sosei.engines.demography.working_rates import WorkingRates

KEYS = ("name", "title", "description", "base", "overrides")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Scenario:
    """A scenario; `title` and `description` by language ("ja", "en")."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    overrides: tuple[Override, ...] = ()

    def to_yaml(self) -> str:
        """The scenario as a file; `scenario_from_yaml` reads it back equal."""
        document: dict[str, Any] = {"name": self.name, "title": dict(self.title)}
        if self.description:
            document["description"] = dict(self.description)
        if self.base:
            document["base"] = self.base
        document["overrides"] = [{o.key: o.to_document()} for o in self.overrides]
        return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def scenario_from_yaml(text: str) -> Scenario:
    """Read and check a scenario file.

    Raises:
        ScenarioError: with every problem found, not only the first, in `values["problems"]`.
    """
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506  the safe loader, in C where there is one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise scenario_error(
            "?",
            [
                Problem(
                    f"line {line}",
                    f"not readable as YAML ({getattr(error, 'problem', error)}); check indentation and colons",
                    f"YAML として読めません（{getattr(error, 'problem', error)}）。字下げとコロンを確かめてください",
                )
            ],
        ) from error
    return scenario_from_document(document)


def scenario_from_document(document: Any) -> Scenario:
    """Check a scenario given as plain mappings and lists; see `scenario_from_yaml`."""
    reader = Reader()
    if not isinstance(document, dict):
        reader.refuse(
            "file",
            "is not a mapping with name, title, overrides",
            "name, title, overrides を持つ形ではありません",
        )
        raise scenario_error("?", reader.problems)
    reader.known_keys(document, KEYS, "file")
    name = reader.slug(document.get("name"), "name")
    title = reader.languages(document.get("title"), "title", required=True)
    description = reader.languages(document.get("description"), "description", required=False)
    base = reader.slug(document["base"], "base") if document.get("base") else ""
    overrides = _read_overrides(reader, document.get("overrides"))
    _find_conflicts(reader, overrides)
    if reader.problems:
        raise scenario_error(name or "?", reader.problems)
    return Scenario(name, title, description, base, tuple(o for _, o in overrides))


def _read_overrides(reader: Reader, entries: Any) -> list[tuple[str, Override]]:
    found: list[tuple[str, Override]] = []
    if entries is None:
        entries = []
    if not isinstance(entries, list):
        reader.refuse("overrides", "is not a list", "一覧（- で始まる行）ではありません")
        return found
    for number, entry in enumerate(entries, start=1):
        place = f"overrides[{number}]"
        if not isinstance(entry, dict) or len(entry) != 1:
            reader.refuse(place, "needs exactly one kind of override", "上書きの種類を一つだけ書いてください")
            continue
        key, body = next(iter(entry.items()))
        kind = OVERRIDES.get(key)
        if kind is None:
            reader.unknown(place, str(key), OVERRIDES)
            continue
        if not isinstance(body, dict):
            reader.refuse(f"{place}.{key}", "needs settings in braces", "{ } の中に設定を書いてください")
            continue
        override = kind.read(reader, body, f"{place}.{key}")
        if override is not None:
            found.append((f"{place}.{key}", override))
    return found


def _find_conflicts(reader: Reader, overrides: Sequence[tuple[str, Override]]) -> None:
    """Two overrides that claim the same rate are a conflict; both places are named."""
    for i, (later_place, later) in enumerate(overrides):
        for earlier_place, earlier in overrides[:i]:
            if _clash(earlier, later):
                reader.refuse(
                    later_place,
                    f"sets what {earlier_place} already sets; keep one, or give them different ages or sexes",
                    f"{earlier_place} と同じものを上書きしています。一方を消すか、年齢・性別を分けてください",
                )


def _clash(one: Override, other: Override) -> bool:
    if isinstance(one, TfrPath) and isinstance(other, TfrPath):
        return True
    whole = (MigrationZero,)
    moving = (MigrationToReference, MigrationRecovery, MigrationZero)
    if (isinstance(one, whole) and isinstance(other, moving)) or (
        isinstance(other, whole) and isinstance(one, moving)
    ):
        return True
    for kind in (MigrationToReference, MigrationRecovery):
        if isinstance(one, kind) and isinstance(other, kind):
            return one.mask.overlaps(other.mask)
    return False


def apply_scenario(
    scenario: Scenario,
    rates: xr.Dataset,
    *,
    base_year: int,
    width: int = 5,
    references: Mapping[str, xr.DataArray] | None = None,
    bases: Mapping[str, Scenario] | None = None,
) -> xr.Dataset:
    """The base's rates with the scenario's overrides applied in the file's order.

    A scenario on another one (`base: prospect-1`) has that one's overrides applied first.

    Args:
        rates: as `project()` takes them, and `tfr` (year), the total fertility rate each step's children stand
            for; `tfr_base_year` (scalar) is the rate at the base year, from which a linear path starts.
        base_year: year of the base population; factors of a linear path are 0 there.
        width: years a step, the width of the age groups.
        bases: scenarios by name that `scenario.base` may name; "baseline" is the rates themselves where not given.
        references: period ("1995-2000") → net migration rates (sex, age), for `migration_to_reference`.

    Returns:
        The same dataset object where there is no override, else a new one.

    Raises:
        ScenarioError: an override does not fit these rates (unknown period, year or ages off the grid), or the
            base is not given.
        ShapeError: `width` is not that of the age groups.
        MissingRateError: a rate that an override changes is not in the base.
    """
    reader = Reader()
    overrides = _with_those_of_its_base(reader, scenario, bases or {})
    if not overrides and not reader.problems:
        return rates
    years = [int(y) for y in rates["year"].values]
    groups = AgeGroups.of(rates, "rates")
    if width != groups.width:
        raise ShapeError(
            name="width",
            problem=Text("not the width of the age groups", "年齢階級の幅と違います"),
            expected=groups.width,
            got=width,
        )
    for place, override in overrides:
        reader.years_on_grid(override.years_named(), base_year, width, years, place)
        mask = getattr(override, "mask", Mask())
        for band, whole in mask.off_grid(groups):
            reader.refuse(
                f"{place}.ages",
                f"{band} cuts through an age group; write {whole}",
                f"{band} は年齢階級の途中で切れます。{whole} と書いてください",
            )
        if isinstance(override, MigrationToReference) and override.period not in (references or {}):
            reader.unknown(f"{place}.period", override.period, references or {})
    if reader.problems:
        raise scenario_error(scenario.name, reader.problems)
    working = WorkingRates(rates, base_year, references or {})
    for _, override in overrides:
        override.apply(working)
    return working.dataset()


BASELINE = "baseline"


def _with_those_of_its_base(
    reader: Reader, scenario: Scenario, bases: Mapping[str, Scenario]
) -> list[tuple[str, Override]]:
    """The overrides of the scenario's base, of its base's base …, and its own, each with its place."""
    chain = [scenario]
    while (name := chain[-1].base) and (name in bases or name != BASELINE):
        if name not in bases:
            listed = ", ".join(sorted({BASELINE, *bases} - {scenario.name}))
            reader.refuse(
                "base",
                f"{name!r} is not one of the scenarios given ({listed}); name one of these, or repeat its overrides",
                f"{name!r} は使えるシナリオ（{listed}）にありません。このどれかにするか、上書きを書き写してください",
            )
            break
        if any(name == one.name for one in chain):
            reader.refuse(
                "base",
                f"{name!r} rests on itself",
                f"{name!r} が自分自身を土台にしています。base を直してください",
            )
            break
        chain.append(bases[name])
    found = []
    for one in reversed(chain):
        prefix = "" if one is scenario else f"{one.name}: "
        found += [(f"{prefix}overrides[{n}].{o.key}", o) for n, o in enumerate(one.overrides, start=1)]
    return found


def scenario_error(name: str, problems: Sequence[Problem]) -> ScenarioError:
    """All problems of one scenario as one error."""
    return ScenarioError(
        name=name,
        count=len(problems),
        list_en="\n".join(f"- {p.place}: {p.en}" for p in problems),
        list_ja="\n".join(f"- {p.place}: {p.ja}" for p in problems),
        problems=list(problems),
    )
