"""The document of an assumption set: read from YAML, checked whole, and varied to show what an assumption does."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.scenario_problems import PERIOD, Reader
from sosei.planning.population.reference import SURVIVORSHIP_TABLES, national_tfr_paths

KEYS = (
    "name",
    "title",
    "base_year",
    "special",
    "migration",
    "fertility",
    "survivorship",
    "sex_ratio_0_4",
    "assumptions",
)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class AssumptionError(DemographyError):
    """An assumption document holds one or more problems; all are reported together."""

    english = "Assumptions {name}: {count} problem(s).\n{list_en}"
    japanese = "仮定 {name}: 問題が {count} 件あります。\n{list_ja}"


@dataclass(frozen=True)
class Alternative:
    """Another value of an assumption, tried to show its effect."""

    label: Mapping[str, str]
    scenario: str = "baseline"
    changes: Mapping[str, Any] = field(default_factory=dict)
    override_changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """One assumption as the page names it: title, value and source by language."""

    key: str
    title: Mapping[str, str]
    value: Mapping[str, str]
    source: Mapping[str, str]
    left_open: bool
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Assumptions:
    """A checked assumption document."""

    name: str
    title: Mapping[str, str]
    base_year: int
    special: Mapping[str, Mapping[str, Any]]
    periods: tuple[tuple[int, int], ...]
    without: tuple[str, ...]
    tfr: float
    national_path: str
    survivorship: str
    sex_ratio_censuses: tuple[int, ...]
    notes: tuple[Note, ...]
    document: Mapping[str, Any]

    def changed(self, changes: Mapping[str, Any]) -> Assumptions:
        """The same assumptions with values replaced at dotted paths ("fertility.tfr": 1.51).

        Raises:
            AssumptionError: the changed document does not hold.
        """
        document = copy.deepcopy(dict(self.document))
        for path, value in changes.items():
            _set(document, path, value)
        return assumptions_from_document(document)


def assumptions_from_yaml(text: str) -> Assumptions:
    """Read and check an assumption document.

    Raises:
        AssumptionError: with every problem found.
    """
    return assumptions_from_document(yaml.load(text, Loader=_Loader))  # noqa: S506  the safe loader, in C


def assumptions_from_document(document: Any) -> Assumptions:
    """Check a document given as plain mappings; see `assumptions_from_yaml`."""
    reader = Reader()
    if not isinstance(document, dict):
        reader.refuse("file", "is not a mapping", "キーと値の形ではありません")
        raise _error("?", reader)
    reader.known_keys(document, KEYS, "file")
    name = reader.slug(document.get("name"), "name")
    title = reader.languages(document.get("title"), "title", required=True)
    base_year = reader.year(document, "base_year", "file") or 0
    special = document.get("special") or {}
    for key, stock in special.items():
        for year, share in (stock.get("remaining") or {}).items():
            reader.checked_year(year, f"special.{key}.remaining")
            reader.checked_number(share, 0.0, 1.0, f"special.{key}.remaining.{year}")
    migration = document.get("migration") or {}
    periods = _periods(reader, migration.get("periods"))
    for key in migration.get("without") or []:
        if key not in special:
            reader.unknown("migration.without", str(key), special)
    fertility = document.get("fertility") or {}
    tfr = reader.number(fertility, "tfr", 0.3, 6.0, "fertility") or 0.0
    path = reader.choice(fertility, "national_path", national_tfr_paths(), "", "fertility")
    table = reader.choice(
        document.get("survivorship") or {}, "table", SURVIVORSHIP_TABLES, "japan", "survivorship"
    )
    censuses = (document.get("sex_ratio_0_4") or {}).get("censuses") or [base_year]
    notes = tuple(_note(reader, entry) for entry in document.get("assumptions") or [])
    if reader.problems:
        raise _error(name or "?", reader)
    return Assumptions(
        name=name,
        title=title,
        base_year=base_year,
        special=special,
        periods=periods,
        without=tuple(migration.get("without") or ()),
        tfr=tfr,
        national_path=path,
        survivorship=table,
        sex_ratio_censuses=tuple(int(y) for y in censuses),
        notes=notes,
        document=document,
    )


def _periods(reader: Reader, entries: Any) -> tuple[tuple[int, int], ...]:
    found = []
    for entry in entries or []:
        if not PERIOD.match(str(entry)):
            reader.refuse(
                "migration.periods",
                f"{entry!r} is not a period like 1995-2000",
                f"{entry!r} は 1995-2000 の形ではありません",
            )
            continue
        first, last = (int(y) for y in str(entry).split("-"))
        if last - first != 5:
            reader.refuse(
                "migration.periods", f"{entry} is not five years long", f"{entry} は5年間ではありません"
            )
            continue
        found.append((first, last))
    if not entries:
        reader.refuse("migration.periods", "names no period", "期間が一つもありません")
    return tuple(found)


def _note(reader: Reader, entry: Mapping[str, Any]) -> Note:
    place = f"assumptions.{entry.get('key', '?')}"
    alternatives = tuple(
        Alternative(
            label=reader.languages(a.get("label"), f"{place}.alternatives", required=True),
            scenario=str(a.get("scenario", "baseline")),
            changes=a.get("set") or {},
            override_changes=a.get("set_override") or {},
        )
        for a in entry.get("alternatives") or []
    )
    return Note(
        key=str(entry.get("key")),
        title=reader.languages(entry.get("title"), f"{place}.title", required=True),
        value=reader.languages(entry.get("value"), f"{place}.value", required=True),
        source=reader.languages(entry.get("source"), f"{place}.source", required=True),
        left_open=bool(entry.get("left_open")),
        alternatives=alternatives,
    )


def _set(document: dict[str, Any], path: str, value: Any) -> None:
    keys = path.split(".")
    node: Any = document
    for key in keys[:-1]:
        node = node[int(key) if key.isdigit() else key]
    last = keys[-1]
    node[int(last) if last.isdigit() else last] = value


def _error(name: str, reader: Reader) -> AssumptionError:
    return AssumptionError(
        name=name,
        count=len(reader.problems),
        list_en="\n".join(f"- {p.place}: {p.en}" for p in reader.problems),
        list_ja="\n".join(f"- {p.place}: {p.ja}" for p in reader.problems),
    )
