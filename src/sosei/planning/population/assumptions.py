"""The document of an assumption set: read from YAML, checked whole, and varied to show what an assumption does."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.overrides import OVERRIDES
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
    """Read and check an assumption document, the alternatives it names included.

    Raises:
        AssumptionError: with every problem found.
    """
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506  the safe loader, in C where there is one
    except yaml.YAMLError as error:
        reader = Reader()
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", error)
        reader.refuse(
            f"line {mark.line + 1 if mark else 1}",
            f"not readable as YAML ({what}); check indentation and colons",
            f"YAML として読めません（{what}）。字下げとコロンを確かめてください",
        )
        raise _error("?", reader) from error
    assumptions = assumptions_from_document(document)
    reader = Reader()
    for note in assumptions.notes:
        for alternative in note.alternatives:
            try:
                assumptions.changed(alternative.changes)
            except AssumptionError as error:
                place = f"assumptions.{note.key}.alternatives"
                reader.refuse(place, error.text("en"), error.text("ja"))
    if reader.problems:
        raise _error(assumptions.name, reader)
    return assumptions


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
    special = _special(reader, document.get("special"))
    migration = _section(reader, document, "migration", ("periods", "without"))
    periods = _periods(reader, migration.get("periods"))
    without = _list(reader, migration.get("without"), "migration.without")
    for key in without:
        if key not in special:
            reader.unknown("migration.without", str(key), special)
    fertility = _section(reader, document, "fertility", ("tfr", "national_path"))
    tfr = reader.number(fertility, "tfr", 0.3, 6.0, "fertility") or 0.0
    path = reader.choice(fertility, "national_path", national_tfr_paths(), "", "fertility")
    survivorship = _section(reader, document, "survivorship", ("table",))
    table = reader.choice(survivorship, "table", SURVIVORSHIP_TABLES, "japan", "survivorship")
    sex_ratio = _section(reader, document, "sex_ratio_0_4", ("censuses",))
    censuses = _list(reader, sex_ratio.get("censuses"), "sex_ratio_0_4.censuses") or [base_year]
    years = [reader.checked_year(year, "sex_ratio_0_4.censuses") for year in censuses]
    entries = _list(reader, document.get("assumptions"), "assumptions")
    notes = tuple(_note(reader, entry) for entry in entries if _is_mapping(reader, entry, "assumptions"))
    if reader.problems:
        raise _error(name or "?", reader)
    return Assumptions(
        name=name,
        title=title,
        base_year=base_year,
        special=special,
        periods=periods,
        without=tuple(without),
        tfr=tfr,
        national_path=path,
        survivorship=table,
        sex_ratio_censuses=tuple(y for y in years if y is not None),
        notes=notes,
        document=document,
    )


def _is_mapping(reader: Reader, value: Any, place: str) -> bool:
    if isinstance(value, dict):
        return True
    reader.refuse(
        place, f"{value!r} is not a mapping of settings", f"{value!r} は設定（キーと値）の形ではありません"
    )
    return False


def _section(
    reader: Reader, document: Mapping[str, Any], name: str, keys: tuple[str, ...]
) -> Mapping[str, Any]:
    """A part of the document, empty where it is not there or not a mapping."""
    value = document.get(name)
    if value is None or not _is_mapping(reader, value, name):
        return {}
    reader.known_keys(value, keys, name)
    section: Mapping[str, Any] = value
    return section


def _list(reader: Reader, value: Any, place: str) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    reader.refuse(place, f"{value!r} is not a list", f"{value!r} は一覧（[ ] の形）ではありません")
    return []


def _special(reader: Reader, value: Any) -> Mapping[str, Mapping[str, Any]]:
    """Special populations by name, each with its schedule."""
    if value is None or not _is_mapping(reader, value, "special"):
        return {}
    found: dict[str, Mapping[str, Any]] = {}
    for key, stock in value.items():
        place = f"special.{key}"
        if not _is_mapping(reader, stock, place):
            continue
        reader.known_keys(stock, ("title", "remaining", "destination", "ages"), place)
        reader.languages(stock.get("title"), f"{place}.title", required=False)
        reader.choice(stock, "destination", ("away", "residents"), "away", place)
        reader.choice(stock, "ages", ("as_counted", "residents"), "as_counted", place)
        if _is_mapping(reader, stock.get("remaining"), f"{place}.remaining"):
            for year, share in stock["remaining"].items():
                reader.checked_year(year, f"{place}.remaining")
                reader.checked_number(share, 0.0, 1.0, f"{place}.remaining.{year}")
        found[str(key)] = stock
    return found


def _periods(reader: Reader, entries: Any) -> tuple[tuple[int, int], ...]:
    found = []
    for entry in _list(reader, entries, "migration.periods"):
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
    reader.known_keys(entry, ("key", "title", "value", "source", "left_open", "alternatives"), place)
    found = []
    for each in _list(reader, entry.get("alternatives"), f"{place}.alternatives"):
        if _is_mapping(reader, each, f"{place}.alternatives"):
            found.append(_alternative(reader, each, f"{place}.alternatives"))
    return Note(
        key=str(entry.get("key")),
        title=reader.languages(entry.get("title"), f"{place}.title", required=True),
        value=reader.languages(entry.get("value"), f"{place}.value", required=True),
        source=reader.languages(entry.get("source"), f"{place}.source", required=True),
        left_open=bool(entry.get("left_open")),
        alternatives=tuple(found),
    )


def _alternative(reader: Reader, entry: Mapping[str, Any], place: str) -> Alternative:
    reader.known_keys(entry, ("label", "scenario", "set", "set_override"), place)
    changes = entry.get("set") or {}
    override_changes = entry.get("set_override") or {}
    for path in override_changes:
        key, _dot, setting = str(path).partition(".")
        if key not in OVERRIDES or not setting:
            reader.unknown(f"{place}.set_override", str(path), [f"{k}.…" for k in OVERRIDES])
    return Alternative(
        label=reader.languages(entry.get("label"), f"{place}.label", required=True),
        scenario=str(entry.get("scenario", "baseline")),
        changes=changes if _is_mapping(reader, changes, f"{place}.set") else {},
        override_changes=override_changes,
    )


def _set(document: dict[str, Any], path: str, value: Any) -> None:
    keys: list[Any] = [int(k) if k.isdigit() else k for k in str(path).split(".")]
    node: Any = document
    for key in keys[:-1]:
        node = node.get(key) if isinstance(node, dict) else None
    if not isinstance(node, dict):
        reader = Reader()
        reader.refuse(str(path), "names no part of this document", "この仮定の中にない場所です")
        raise _error(str(document.get("name", "?")), reader)
    node[keys[-1]] = value


def _error(name: str, reader: Reader) -> AssumptionError:
    return AssumptionError(
        name=name,
        count=len(reader.problems),
        list_en="\n".join(f"- {p.place}: {p.en}" for p in reader.problems),
        list_ja="\n".join(f"- {p.place}: {p.ja}" for p in reader.problems),
    )
