"""GeoJSON feature collections of boundaries (RFC 7946; the older `crs` member is read, to refuse what it says)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sosei.planning.population.importing.boundary_features import Feature, read_document, read_features
from sosei.planning.population.importing.parsed import Context, ParsedFile

NAME = "geojson"
TITLE = ("境界の GeoJSON（国土数値情報 N03 など）", "boundaries as GeoJSON")


def matches(head: str, context: Context) -> bool:
    """Whether the head is of this format."""
    return head.lstrip()[:1] == "{" and '"FeatureCollection"' in head


def parse(text: str, context: Context) -> ParsedFile:
    """Read every feature."""
    parsed = ParsedFile()
    document = read_document(text, parsed)
    if document is None:
        return parsed
    try:
        features = list(_features(document))
    except (KeyError, TypeError, AttributeError) as error:
        parsed.findings.problem("broken_features", reason=f"{type(error).__name__}: {error}")
        return parsed
    named = document.get("crs")
    crs = str((named.get("properties") or {}).get("name", named)) if isinstance(named, dict) else named
    read_features(features, parsed, context, crs=None if crs is None else str(crs))
    return parsed


def _features(document: dict[str, Any]) -> Iterator[Feature]:
    for one in document["features"]:
        geometry = one.get("geometry") or {}
        kind, coordinates = geometry.get("type"), geometry.get("coordinates", [])
        polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
        yield Feature(one.get("properties") or {}, one.get("id"), str(kind), polygons)
