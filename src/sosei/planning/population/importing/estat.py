"""What e-Stat's JSON and CSV share: which axis is which, which items to take, and observations from records.

A record is one value with its item on every axis. Axes are known by name: 表章項目 (what is counted), 男女 or 性別,
年齢, 地域, 時間軸; every further axis (国籍, 配偶関係 …) must be held at its total. Where a table has several counts,
the whole population in persons is taken. Tables of the System of Social and Demographic Statistics carry their
items on one axis (A4101 births …) and give vital statistics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sosei.engines.conventions.age_labels import AgeLabel, parse_age_label
from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import AgeLabelError, ConventionError
from sosei.engines.conventions.folding import fold_width
from sosei.engines.conventions.municipality_code import is_plausible
from sosei.engines.conventions.numerals import Mark
from sosei.planning.population.importing.findings import Findings, Place
from sosei.planning.population.importing.parsed import (
    CENSUS_DISTRIBUTED,
    CENSUS_ENUMERATED,
    REGISTER,
    Cell,
    Context,
    ParsedArea,
    ParsedFile,
    ParsedObservation,
    ParsedVital,
)
from sosei.planning.population.importing.ssdse_a import VITAL_ITEMS, VITAL_NAMES_EN, vital_note
from sosei.planning.population.importing.tables import SEX_OF, AreaReader, fold_header, read_number

_TOTAL_ITEM = re.compile(r"総数|総計|合計|計|全体|総人口")
TOKYO_WARDS_TOGETHER = "13100"
_PERSONS = {"", "人", "人数"}


@dataclass(frozen=True)
class Item:
    """One item of an axis: its code (blank where the file has none) and its name."""

    code: str
    name: str


@dataclass
class Axis:
    """One axis of a table, in the order of its items' first appearance."""

    name: str
    items: dict[str, Item] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One value: its items' keys in the order of the axes, its unit, its text, and where it stands."""

    keys: Sequence[str]
    unit: str
    text: str
    place: Place


@dataclass
class Table:
    """A table from e-Stat, whichever way it came."""

    axes: list[Axis]
    records: Iterable[Record]
    survey: str = ""
    title: str = ""


def role_of(axis_name: str) -> str:
    """tab, sex, age, area, time, or other."""
    name = fold_header(axis_name)
    if "表章" in name:
        return "tab"
    if "男女" in name or "性別" in name:
        return "sex"
    if "年齢" in name:
        return "age"
    if "時間軸" in name or "調査年" in name or name in {"年次", "年"}:
        return "time"
    if "地域" in name or "市区町村" in name or "都道府県" in name:
        return "area"
    return "other"


def read_table(table: Table, parsed: ParsedFile, context: Context) -> None:
    """Observations and vital statistics of a table, into `parsed`."""
    roles = [role_of(axis.name) for axis in table.axes]
    vital_axis = next(
        (n for n, axis in enumerate(table.axes) if any(_vital_item(item) for item in axis.items.values())),
        None,
    )
    if vital_axis is not None:
        _VitalReader(table, roles, vital_axis, parsed, context).read()
        return
    _PopulationReader(table, roles, parsed, context).read()


def _is_aggregate(code: str) -> bool:
    """Codes that tables give to sums of municipalities: 07001 市部, 07002 郡部 …, 13100 特別区部."""
    inside = (
        re.fullmatch(r"\d{5}", code)
        and int(code[:2]) <= 47
        and not is_plausible(code)
        and int(code[2:]) < 100
    )
    return bool(inside) or code == TOKYO_WARDS_TOGETHER


def _vital_item(item: Item) -> str | None:
    found = re.match(r"([A-L]\d{4})(?:_|$)", item.code) or re.match(r"([A-L]\d{4})_", item.name)
    return VITAL_ITEMS.get(found[1]) if found else None


class _Reader:
    def __init__(self, table: Table, roles: list[str], parsed: ParsedFile, context: Context) -> None:
        self.table, self.roles, self.parsed, self.context = table, roles, parsed, context
        self.findings: Findings = parsed.findings
        self._area_reader = AreaReader(parsed.findings, context, 5)
        self._areas: dict[str, ParsedArea | None] = {}
        self._times: dict[str, tuple[date, bool] | None] = {}

    def axis_at(self, role: str) -> int | None:
        return self.roles.index(role) if role in self.roles else None

    def need(self, role: str, japanese: str, english: str) -> int:
        position = self.axis_at(role)
        if position is None:
            self.findings.problem("estat_axis", axis=japanese, axis_en=english)
            return -1
        return position

    def area(self, axis: int, key: str, place: Place) -> ParsedArea | None:
        """The area of an item, or None for what is no municipality or after a problem; each told once."""
        if key not in self._areas:
            item = self.table.axes[axis].items[key]
            self._areas[key] = self._read_area(item, place)
        return self._areas[key]

    def _read_area(self, item: Item, place: Place) -> ParsedArea | None:
        name = re.sub(r"^\d{5}_", "", item.name.strip())
        code = item.code or (item.name[:5] if re.match(r"\d{5}_", item.name) else "")
        if not code:
            if fold_width(name) == "全国":
                return ParsedArea("00000", name)
            return self._area_reader.by_name(name, place)
        if _is_aggregate(code):
            self.findings.note("area_skipped", place, code=code, name=name)
            return None
        return self._area_reader.read(code, name.split()[-1] if name else code, place)

    def time(self, axis: int, key: str, place: Place) -> tuple[date, bool] | None:
        """The day of an item and whether its label says 不詳補完; None after a problem, told once."""
        if key not in self._times:
            self._times[key] = self._read_time(self.table.axes[axis].items[key], place)
        return self._times[key]

    def _read_time(self, item: Item, place: Place) -> tuple[date, bool] | None:
        label = fold_width(item.name).replace(" ", "")
        distributed = "不詳補完" in label
        label = (
            re.sub(r"[_(（]?不詳補完(?:値|結果)?[)）]?$", "", label).removesuffix("度").removesuffix("現在")
        )
        try:
            written = parse_date(label)
        except ConventionError as error:
            self.findings.unreadable(error, place)
            return None
        return date(written.year, written.month or 10, written.day or 1), distributed


class _PopulationReader(_Reader):
    def read(self) -> None:
        kind = self._kind()
        sex_axis = self.need("sex", "男女", "sex")
        age_axis = self.need("age", "年齢", "age")
        area_axis = self.need("area", "地域", "area")
        time_axis = self.need("time", "時間軸", "time")
        fixed = self._fixed_items()
        if kind is None or self.findings.refused:
            return
        ages = self._ages(age_axis)
        sexes = self._sexes(sex_axis)
        observations: dict[tuple[ParsedArea, date, str], ParsedObservation] = {}
        for record in self.table.records:
            if any(record.keys[axis] != key for axis, key in fixed.items()):
                continue
            sex, label = sexes.get(record.keys[sex_axis]), ages.get(record.keys[age_axis])
            area = self.area(area_axis, record.keys[area_axis], record.place)
            time = self.time(time_axis, record.keys[time_axis], record.place)
            if sex is None or label is None or area is None or time is None or not self._in_persons(record):
                continue
            number = read_number(record.text, record.place, self.findings)
            if number is None:
                continue
            day, distributed = time
            own_kind = CENSUS_DISTRIBUTED if distributed and kind == CENSUS_ENUMERATED else kind
            key = (area, day, own_kind)
            if key not in observations:
                observations[key] = ParsedObservation(
                    area, day, own_kind, record.place, fractional=own_kind == CENSUS_DISTRIBUTED
                )
            place = record.place
            cell = Cell(label.first, label.last, number, place.line, place.column, place.item)
            observations[key].add(sex, label.kind, cell)
        self.parsed.observations = list(observations.values())
        if not observations and not self.findings.refused:
            self.findings.problem("no_rows")

    def _kind(self) -> str | None:
        name = f"{self.table.survey} {self.table.title}"
        if "国勢調査" in name:
            return CENSUS_DISTRIBUTED if "不詳補完" in name else CENSUS_ENUMERATED
        if "住民基本台帳" in name:
            return REGISTER
        self.findings.problem("estat_survey", survey=name.strip() or "-")
        return None

    def _fixed_items(self) -> dict[int, str]:
        """The one item that is taken of the axes that are neither sex, age, area nor time."""
        fixed = {}
        for position, (axis, role) in enumerate(zip(self.table.axes, self.roles, strict=True)):
            if role not in {"tab", "other"}:
                continue
            key = self._population_item(axis) if role == "tab" else self._total_item(axis)
            if key is None:
                items = "、".join(item.name for item in list(axis.items.values())[:6])
                self.findings.problem("estat_subset", axis=axis.name, items=items)
                continue
            fixed[position] = key
        return fixed

    @staticmethod
    def _population_item(axis: Axis) -> str | None:
        names = {key: fold_header(re.sub(r"【.*】|^\d+_", "", item.name)) for key, item in axis.items.items()}
        for wanted in ("人口", "総人口", "人口総数", "人口(総数)", "総数"):
            for key, name in names.items():
                if name == wanted:
                    return key
        return None

    @staticmethod
    def _total_item(axis: Axis) -> str | None:
        for key, item in axis.items.items():
            if _TOTAL_ITEM.match(re.sub(r"^\d+_", "", fold_width(item.name))):
                return key
        return None

    def _ages(self, axis: int) -> dict[str, AgeLabel]:
        ages = {}
        for key, item in self.table.axes[axis].items.items():
            try:
                label = parse_age_label(item.name)
            except AgeLabelError:
                label = AgeLabel("repeated")
                self._skipped(axis, item, "年齢階級ではない", "no age group")
            if label.kind != "repeated":
                ages[key] = label
        return ages

    def _sexes(self, axis: int) -> dict[str, str]:
        sexes = {}
        for key, item in self.table.axes[axis].items.items():
            sex = SEX_OF.get(fold_header(re.sub(r"^\d+_", "", item.name)))
            if sex is None:
                self._skipped(axis, item, "男女・総数ではない", "neither a sex nor the total")
            else:
                sexes[key] = sex
        return sexes

    def _skipped(self, axis: int, item: Item, reason: str, reason_en: str) -> None:
        self.findings.note(
            "rows_skipped",
            axis=self.table.axes[axis].name,
            item=item.name,
            reason=reason,
            reason_en=reason_en,
        )

    def _in_persons(self, record: Record) -> bool:
        if record.unit.strip() in _PERSONS:
            return True
        self.findings.problem("estat_unit", record.place, unit=record.unit)
        return False


class _VitalReader(_Reader):
    def __init__(
        self, table: Table, roles: list[str], vital_axis: int, parsed: ParsedFile, context: Context
    ) -> None:
        super().__init__(table, roles, parsed, context)
        self._vital_axis = vital_axis

    def read(self) -> None:
        area_axis = self.need("area", "地域", "area")
        time_axis = self.need("time", "時間軸", "time")
        if self.findings.refused:
            return
        items = self.table.axes[self._vital_axis].items
        for record in self.table.records:
            item = items[record.keys[self._vital_axis]]
            kind = _vital_item(item)
            if kind is None:
                continue
            area = self.area(area_axis, record.keys[area_axis], record.place)
            time = self.time(time_axis, record.keys[time_axis], record.place)
            number = read_number(record.text, record.place, self.findings)
            if area is None or time is None or number is None:
                continue
            if isinstance(number, Mark):
                self.findings.note(
                    "no_vital_figure",
                    record.place,
                    what=f"{area.label} {item.name}",
                    what_en=f"{VITAL_NAMES_EN[kind]} of {area.label}",
                    mark=number.value,
                )
                continue
            note, note_en = vital_note(kind, re.sub(r"^[A-L]\d{4,6}_", "", item.name))
            self.parsed.vitals.append(
                ParsedVital(area, time[0].year, kind, number, record.place, note, note_en)
            )
        if not self.parsed.vitals and not self.findings.refused:
            self.findings.problem("no_rows")
