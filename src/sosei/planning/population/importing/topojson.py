"""TopoJSON: borders kept once as arcs, as 国土数値情報 is often passed on; decoded here to plain polygons.

A geometry names its rings as lists of arc numbers, a negative one (~i) run backwards; where there is a transform, an
arc's points are whole numbers, each the difference from the one before, to be scaled and moved. Source: The TopoJSON
Format Specification 1.0, sections 2.1.2, 2.1.3 and 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from sosei.planning.population.importing.boundary_features import Feature, read_document, read_features
from sosei.planning.population.importing.parsed import Context, ParsedFile

NAME = "topojson"
TITLE = ("境界の TopoJSON（国土数値情報 N03 など）", "boundaries as TopoJSON")


def matches(head: str, context: Context) -> bool:
    """Whether the head is of this format."""
    return head.lstrip()[:1] == "{" and '"Topology"' in head


def parse(text: str, context: Context) -> ParsedFile:
    """Read every object of the topology."""
    parsed = ParsedFile()
    document = read_document(text, parsed)
    if document is None:
        return parsed
    try:
        features = list(_features(document))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        parsed.findings.problem("broken_topology", reason=f"{type(error).__name__}: {error}")
        return parsed
    read_features(features, parsed, context, crs=None)
    return parsed


def decoded_arcs(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Every arc in degrees.

    Raises:
        KeyError, TypeError, ValueError, IndexError: the topology is not as the specification has it.
    """
    transform = topology.get("transform")
    if transform is None:
        return [[(float(p[0]), float(p[1])) for p in arc] for arc in topology["arcs"]]
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    found = []
    for arc in topology["arcs"]:
        xs, ys = accumulate(p[0] for p in arc), accumulate(p[1] for p in arc)
        found.append([(x * kx + dx, y * ky + dy) for x, y in zip(xs, ys, strict=True)])
    return found


def _features(topology: dict[str, Any]) -> Iterator[Feature]:
    arcs = decoded_arcs(topology)

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            # An arc begins where the one before it ends.
            points += arc[1:] if points else arc
        return points

    for thing in topology["objects"].values():
        for geometry in thing["geometries"] if thing.get("type") == "GeometryCollection" else [thing]:
            kind, numbers = geometry.get("type"), geometry.get("arcs", [])
            polygons = [numbers] if kind == "Polygon" else numbers if kind == "MultiPolygon" else []
            yield Feature(
                geometry.get("properties") or {},
                geometry.get("id"),
                str(kind),
                [[ring(one) for one in polygon] for polygon in polygons],
            )
