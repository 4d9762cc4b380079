"""Features of a boundary file, from whichever format: whose each is, where it lies, and which are joined.

Municipalities are found by a code among the properties (国土数値情報 行政区域 N03: N03_007), prefectures by a code or by
their name. Wards of the designated cities are joined to their city, as the census tabulates cities whole.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sosei.engines.conventions.designated_cities import city_of_ward
from sosei.engines.conventions.errors import ConventionError
from sosei.engines.conventions.municipality_code import NATION, CodeReading, read_code
from sosei.engines.conventions.prefectures import PREFECTURES
from sosei.planning.population.importing.findings import Place
from sosei.planning.population.importing.parsed import Context, ParsedArea, ParsedBoundary, ParsedFile
from sosei.planning.population.importing.rings import outline

Polygons = Sequence[Sequence[Sequence[Sequence[float]]]]
CODE_PROPERTIES = (
    "n03_007",
    "code",
    "jcode",
    "citycode",
    "city_code",
    "area_code",
    "全国地方公共団体コード",
    "市区町村コード",
    "団体コード",
    "id",
)
NAME_PROPERTIES = ("n03_004", "name", "city_name", "市区町村名", "nam_ja")
PREFECTURE_PROPERTIES = ("n03_001", "pref_name", "都道府県名", "nam_ja", "name")
WEST, EAST, SOUTH, NORTH = 122.0, 154.5, 20.0, 46.0
"""Japan's outermost islands, with a margin: Yonaguni, Minamitorishima, Okinotorishima, Etorofu."""
KNOWN_CRS = re.compile(r"CRS:?84|(?:EPSG:*[\d.]*:*)(?:4326|4612|6668|6697)\b", re.IGNORECASE)
"""WGS 84, JGD2000, JGD2011: they differ by less than a metre, unlike the Tokyo datum (EPSG:4301), by 400 m."""
SOURCE = (
    "国土数値情報（行政区域データ）（国土交通省）を加工",
    "National Land Numerical Information, administrative areas (MLIT), simplified",
)


@dataclass(frozen=True)
class Feature:
    """One feature: its properties, its id, the type of its geometry, and its polygons in degrees."""

    properties: dict[str, Any]
    id: Any
    kind: str
    polygons: Polygons


def read_document(text: str, parsed: ParsedFile) -> dict[str, Any] | None:
    """The file as JSON; None where it is none, which is then among the findings."""
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        parsed.findings.problem(
            "broken_json", Place(line), reason=getattr(error, "msg", type(error).__name__)
        )
        return None
    if not isinstance(document, dict):
        parsed.findings.problem("broken_features", reason=type(document).__name__)
        return None
    return document


def read_features(
    features: Sequence[Feature], parsed: ParsedFile, context: Context, *, crs: str | None
) -> None:
    """Fill `parsed.boundaries`, one an area, and the findings."""
    parsed.source, parsed.source_en = SOURCE
    parsed.lines = len(features)
    if crs is not None and not KNOWN_CRS.search(crs):
        parsed.findings.problem("boundary_crs", crs=crs)
        return
    if not features:
        parsed.findings.problem("no_features")
        return
    shapes: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for number, feature in enumerate(features, 1):
        place = Place(feature=number)
        code = _code(feature, place, parsed)
        if code is None or not _holds(feature, code, place, parsed):
            continue
        city = city_of_ward(code)
        names.setdefault(city or code, _name(feature, code, city))
        shapes.setdefault(city or code, []).extend(feature.polygons)
    if parsed.findings.refused:
        return
    for done, (code, polygons) in enumerate(shapes.items()):
        parsed.boundaries.append(ParsedBoundary(ParsedArea(code, names[code]), outline(polygons)))
        context.progress("check", done, len(shapes))


def _code(feature: Feature, place: Place, parsed: ParsedFile) -> str | None:
    """The area's five digits; None where it has none, told as a note (land of no municipality) or a problem."""
    held = {str(key).lower(): value for key, value in feature.properties.items()}
    if feature.id is not None:
        held.setdefault("id", feature.id)
    given = next((held[key] for key in CODE_PROPERTIES if held.get(key) not in (None, "")), None)
    if given is None:
        if "所属未定" in str(held.get("n03_004", "")):
            parsed.findings.note("no_mans_land", place, name=f"{held.get('n03_001', '')}所属未定地")
            return None
        prefecture = _prefecture(held)
        if prefecture is None:
            parsed.findings.problem("boundary_no_code", place, properties=_short(feature.properties))
        return prefecture
    try:
        reading = read_code(str(given), digits=5)
    except ConventionError as error:
        parsed.findings.unreadable(error, place)
        return None
    if reading.code == NATION:
        parsed.findings.problem("boundary_no_code", place, properties=_short(feature.properties))
        return None
    _note_repair(reading, place, parsed)
    return reading.code


def _note_repair(reading: CodeReading, place: Place, parsed: ParsedFile) -> None:
    if reading.repair == "lost_zero":
        parsed.findings.note("code_repaired", place, given=reading.given, code=reading.code)
    elif reading.repair == "decimal_tail":
        parsed.findings.note("code_tail", place, given=reading.given, code=reading.code)


def _prefecture(held: dict[str, Any]) -> str | None:
    """The code of a prefecture that the properties name, and nothing smaller."""
    if held.get("n03_004") or held.get("n03_003"):
        return None
    names = {held.get(key) for key in PREFECTURE_PROPERTIES}
    return next((f"{number}000" for number, name in PREFECTURES.items() if name in names), None)


def _name(feature: Feature, code: str, city: str | None) -> str:
    held = {str(key).lower(): value for key, value in feature.properties.items()}
    if code[2:] == "000":
        return PREFECTURES[code[:2]]
    if city is not None and held.get("n03_003"):
        return str(held["n03_003"])
    return next((str(held[key]) for key in NAME_PROPERTIES if held.get(key)), "")[:100]


def _holds(feature: Feature, code: str, place: Place, parsed: ParsedFile) -> bool:
    """Polygons, of numbers, in Japan."""
    if not feature.polygons:
        parsed.findings.problem("no_polygon", place, code=code, kind=feature.kind)
        return False
    for polygon in feature.polygons:
        for ring in polygon:
            for point in ring:
                lon, lat = _degrees(point)
                if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
                    swapped = WEST <= lat <= EAST and SOUTH <= lon <= NORTH
                    rule = "lat_lon_swapped" if swapped else "outside_japan"
                    parsed.findings.problem(rule, place, code=code, point=_short(point))
                    return False
    return True


def _degrees(point: Any) -> tuple[float, float]:
    """Longitude and latitude; not a number where they are none, which lies nowhere."""
    try:
        return float(point[0]), float(point[1])
    except (TypeError, ValueError, IndexError, KeyError):
        return math.nan, math.nan


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else text[:119] + "…"
