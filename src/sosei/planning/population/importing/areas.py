"""The areas that a file names: found in the database or made, parents first, districts with a number of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sosei.engines.conventions.folding import fold_name
from sosei.engines.conventions.municipality_code import NATION, check_digit
from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN
from sosei.planning.population.importing.findings import Findings
from sosei.planning.population.importing.parsed import ParsedArea
from sosei.planning.population.models import Area

SEVERAL_MUNICIPALITIES = 800
"""Municipalities are numbered below this within their prefecture; sources number sums of several above (07999)."""


def known_areas() -> dict[str, str]:
    """Names of all stored areas but districts, by code."""
    return dict(Area.objects.exclude(code__contains="-").values_list("code", "name"))


class AreaRegister:
    """Finds or makes the areas of one import."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._by_code = {area.code: area for area in Area.objects.all()}
        self._districts: dict[tuple[str, str], Area] = {}
        for area in self._by_code.values():
            if area.kind == Area.Kind.DISTRICT and "-" in area.code:
                self._districts[area.code.partition("-")[0], fold_name(area.name)] = area
        self.created: list[Area] = []

    def settle(self, areas: Iterable[ParsedArea]) -> dict[ParsedArea, Area]:
        """The stored area of every parsed one; those that are missing are made with their parents."""
        wanted = list(dict.fromkeys(areas))
        for area in wanted:
            self._ensure(area.code, area.name)
        return {area: self._district(area) if area.district else self._by_code[area.code] for area in wanted}

    def _ensure(self, code: str, name: str) -> Area:
        if code in self._by_code:
            return self._by_code[code]
        prefecture = code[:2]
        if code == NATION:
            kind, parent, name, name_en = Area.Kind.NATION, None, "全国", "Japan"
        elif code[2:] == "000":
            kind, parent = Area.Kind.PREFECTURE, self._ensure(NATION, "")
            name, name_en = PREFECTURES[prefecture], PREFECTURES_EN[prefecture]
        else:
            several = int(code[2:]) >= SEVERAL_MUNICIPALITIES
            kind = Area.Kind.DISTRICT if several else Area.Kind.MUNICIPALITY
            parent, name_en = self._ensure(prefecture + "000", ""), ""
        return self._make(code, name or code, name_en, kind, parent)

    def _district(self, parsed: ParsedArea) -> Area:
        key = (parsed.code, fold_name(parsed.district))
        if key not in self._districts:
            parent = self._by_code[parsed.code]
            code = self._free_code(parsed)
            self._districts[key] = self._make(code, parsed.district, "", Area.Kind.DISTRICT, parent)
        return self._districts[key]

    def _free_code(self, parsed: ParsedArea) -> str:
        """Municipality, hyphen, and the file's own number of the district, else the next free one."""
        given = re.sub(r"[^0-9A-Za-z]", "", parsed.district_number)[:10]
        if given and f"{parsed.code}-{given}" not in self._by_code:
            return f"{parsed.code}-{given}"
        if given:
            taken = self._by_code[f"{parsed.code}-{given}"]
            self._findings.note("name_differs", code=taken.code, name=parsed.district, known=taken.name)
        number = 1
        while f"{parsed.code}-{number:03}" in self._by_code:
            number += 1
        return f"{parsed.code}-{number:03}"

    def _make(self, code: str, name: str, name_en: str, kind: Area.Kind, parent: Area | None) -> Area:
        digit = check_digit(code) if len(code) == 5 and code != NATION else ""
        area = Area(code=code, check_digit=digit, name=name, name_en=name_en, kind=kind, parent=parent)
        area.save(force_insert=True)
        self._by_code[code] = area
        self.created.append(area)
        return area
