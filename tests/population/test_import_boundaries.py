"""Boundaries: what is read, joined and refused, and that neighbours still meet."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.designated_cities import DESIGNATED_CITIES, city_of_ward
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.rings import STEP, joined, outline, snapped, turned, twice_area
from sosei.planning.population.importing.services import import_file
from sosei.planning.population.importing.topojson import decoded_arcs
from sosei.planning.population.models import Area
from sosei.planning.population.nation.models import Boundary
from tests.population.national_world import collection, feature
from tests.population.statistics_files import TODAY, read, rules_broken

SQUARE = [[140.0, 37.0], [140.1, 37.0], [140.1, 37.1], [140.0, 37.1], [140.0, 37.0]]
EAST = [[140.1, 37.0], [140.2, 37.0], [140.2, 37.1], [140.1, 37.1], [140.1, 37.0]]
TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.05, 0.05], "translate": [140.0, 37.0]},
    # Two squares side by side: the border between them once, the rest of each.
    "arcs": [[[2, 0], [0, 2]], [[2, 2], [-2, 0], [0, -2], [2, 0]], [[2, 2], [2, 0], [0, -2], [-2, 0]]],
    "objects": {
        "towns": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"N03_007": "07201", "N03_004": "西市"}},
                {"type": "MultiPolygon", "arcs": [[[~0, ~2]]], "properties": {"code": 7202, "name": "東市"}},
            ],
        }
    },
}


def _parsed(tmp_path: Path, text: str):
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    return read(path)[1]


def _store(tmp_path: Path, text: str, name: str = "file.geojson"):
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return import_file(path=path, imported_by="x", today=TODAY)


def test_arcs_of_a_topology_are_differences_scaled_and_moved() -> None:
    assert decoded_arcs(TOPOLOGY)[0] == [pytest.approx((140.1, 37.0)), pytest.approx((140.1, 37.1))]
    plain = {"arcs": [[[1, 2], [3, 4]]]}
    assert decoded_arcs(plain) == [[(1.0, 2.0), (3.0, 4.0)]]


@pytest.mark.django_db
def test_a_packed_topology_and_the_same_areas_as_geojson_are_stored_alike(tmp_path: Path) -> None:
    _store(tmp_path, json.dumps(TOPOLOGY), "towns.topojson.gz")
    first = {b.area.code: b.rings for b in Boundary.objects.current().select_related("area")}
    geojson = collection(feature("07201", SQUARE), feature("7202", EAST))
    result = _store(tmp_path, geojson)
    second = {b.area.code: b.rings for b in Boundary.objects.current().select_related("area")}

    def corners(rings: list[list[int]]) -> list[set[tuple[int, int]]]:
        return [set(zip(ring[::2], ring[1::2], strict=True)) for ring in rings]

    assert {code: corners(r) for code, r in first.items()} == {code: corners(r) for code, r in second.items()}
    assert result.recognised_format == "geojson"
    assert result.report["note_counts"] == {"code_repaired": 1}
    assert Area.objects.get(code="07202").name == "東市"
    assert Boundary.objects.count() == 4


@pytest.mark.django_db
def test_boundaries_are_never_changed(tmp_path: Path) -> None:
    _store(tmp_path, collection(feature("07201", SQUARE)))
    for statement in ("UPDATE population_boundary SET rings = '[]'", "DELETE FROM population_boundary"):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(statement)


def test_wards_become_their_city_and_the_border_between_them_is_gone(tmp_path: Path) -> None:
    wards = [
        feature(code, ring, N03_003="札幌市", N03_004=name)
        for code, ring, name in (("01101", SQUARE, "中央区"), ("01102", EAST, "北区"))
    ]
    [city] = _parsed(tmp_path, collection(*wards)).boundaries
    assert (city.area.code, city.area.name) == ("01100", "札幌市")
    [ring] = city.rings
    assert set(ring) == {snapped([p])[0] for p in (SQUARE[0], EAST[1], EAST[2], SQUARE[3])}


def test_islands_are_rings_of_one_area_and_the_smallest_is_not_lost(tmp_path: Path) -> None:
    far = [[lon - 1, lat] for lon, lat in SQUARE]
    rock = [[139.5, 36.5], [139.5001, 36.5], [139.5001, 36.5001], [139.5, 36.5]]
    islands = [feature("13362", ring) for ring in (SQUARE, far)]
    parsed = _parsed(tmp_path, collection(*islands, feature("13402", rock)))
    shapes = {one.area.code: one.rings for one in parsed.boundaries}
    assert len(shapes["13362"]) == 2
    assert [len(ring) for ring in shapes["13402"]] == [4]


def test_prefectures_are_known_by_name_and_land_of_nobody_is_noted(tmp_path: Path) -> None:
    prefecture = {**feature("", SQUARE), "properties": {"N03_001": "福島県"}}
    nobody = feature("", EAST, N03_001="千葉県", N03_004="所属未定地", N03_007=None)
    parsed = _parsed(tmp_path, collection(prefecture, nobody))
    assert [one.area.code for one in parsed.boundaries] == ["07000"]
    assert parsed.findings.note_counts == {"no_mans_land": 1}


TOKYO_DATUM = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4301"}}}
JGD2011 = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}}}


@pytest.mark.parametrize(
    ("text", "rule", "named"),
    [
        (collection(feature("99999", SQUARE)), "unreadable", "99999"),
        (collection(feature("", SQUARE)), "boundary_no_code", "試験県"),
        (collection({**feature("07201", SQUARE), "geometry": {"type": "Point"}}), "no_polygon", "Point"),
        (collection({**feature("07201", SQUARE), "geometry": None}), "no_polygon", "07201"),
        (collection(feature("07201", [[40000.0, -9000.0], *SQUARE])), "outside_japan", "40000"),
        (collection(feature("07201", [[None, "x"], *SQUARE])), "outside_japan", "null"),
        (collection(feature("07201", [[37.0, 140.0], *SQUARE])), "lat_lon_swapped", "37.0"),
        (collection(feature("07201", SQUARE), **TOKYO_DATUM), "boundary_crs", "4301"),
        (collection(), "no_features", ""),
        (collection(feature("07201", SQUARE))[:-4], "broken_json", ""),
        (json.dumps({**TOPOLOGY, "arcs": TOPOLOGY["arcs"][:1]}), "broken_topology", "IndexError"),
        (json.dumps({**TOPOLOGY, "transform": {"scale": [1]}}), "broken_topology", "translate"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_value_its_place_and_a_remedy(
    tmp_path: Path, text: str, rule: str, named: str
) -> None:
    parsed = _parsed(tmp_path, text)
    assert rules_broken(parsed) == {rule: 1}
    [problem] = parsed.findings.problems
    for language in ("ja", "en"):
        assert named in problem.text(language)
        assert problem.remedy(language)
    assert parsed.boundaries == []


@pytest.mark.django_db
def test_a_refused_file_stores_nothing_and_names_the_feature(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="feature 2") as refused:
        _store(tmp_path, collection(feature("07201", SQUARE), feature("99999", EAST)))
    assert "2番目の地物" in refused.value.text("ja")
    assert not Boundary.objects.exists()
    assert not Area.objects.filter(code="07201").exists()


def test_geodetic_systems_that_agree_with_japans_are_read(tmp_path: Path) -> None:
    assert len(_parsed(tmp_path, collection(feature("07201", SQUARE), **JGD2011)).boundaries) == 1


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("01101", "01100"),
        ("14137", "14130"),
        ("14153", "14150"),
        ("40109", "40100"),
        ("27147", "27140"),
        ("13101", None),
        ("14130", None),
        ("07201", None),
        ("02101", None),
    ],
)
def test_a_ward_belongs_to_the_city_whose_code_comes_before_it(code: str, city: str | None) -> None:
    assert city_of_ward(code) == city


def test_there_are_twenty_designated_cities() -> None:
    assert len(set(DESIGNATED_CITIES)) == 20
    assert list(DESIGNATED_CITIES) == sorted(DESIGNATED_CITIES)


cells = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1)


def _unit(cell: tuple[int, int]) -> list[tuple[int, int]]:
    x, y = cell
    return [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]


@given(cells)
def test_joining_keeps_every_cell_of_land_and_no_other(chosen: set[tuple[int, int]]) -> None:
    rings = joined(_unit(cell) for cell in chosen)
    assert sum(twice_area(ring) for ring in rings) == 2 * len(chosen)
    assert all(len(set(ring)) == len(ring) for ring in rings)


@given(cells)
def test_the_way_a_ring_was_drawn_does_not_matter(chosen: set[tuple[int, int]]) -> None:
    straight = [turned(_unit(cell), hole=False) for cell in chosen]
    backward = [turned(_unit(cell)[::-1], hole=False) for cell in chosen]
    assert straight == [ring if ring in straight else ring[-1:] + ring[:-1] for ring in straight]
    assert sum(map(twice_area, joined(straight))) == sum(map(twice_area, joined(backward)))


def test_a_hole_in_an_area_stays_a_hole() -> None:
    inner = [[140.02, 37.02], [140.08, 37.02], [140.08, 37.08], [140.02, 37.08], [140.02, 37.02]]
    rings = outline([[SQUARE, inner]])
    areas = sorted(twice_area(ring) * STEP**2 / 2 for ring in rings)
    assert areas == pytest.approx([-0.0036, 0.01])


@pytest.mark.shared_data
@pytest.mark.django_db
def test_the_real_boundaries_are_the_municipalities_of_the_census(shared_data: Path) -> None:
    folder = shared_data / "boundaries"
    files = ("japan_municipalities_s0001.topojson.gz", "japan_prefectures_s0001.topojson")
    reports = [
        import_file(path=folder / name, imported_by="x", today=TODAY, source="test").report for name in files
    ]
    # 1,741 without the eight islands that this simplified file has lost, and the six villages of the north.
    assert [report["boundaries"] for report in reports] == [1733 + 6, 47]
    assert reports[0]["note_counts"] == {"no_mans_land": 3}
    kinds = Boundary.objects.values_list("area__kind", flat=True)
    assert (list(kinds).count("municipality"), list(kinds).count("prefecture")) == (1739, 47)
    assert set(DESIGNATED_CITIES) <= set(Boundary.objects.values_list("area__code", flat=True))
    assert Area.objects.get(code="14130").name == "川崎市"


@pytest.mark.shared_data
def test_the_boundaries_of_fukushima_are_read(shared_data: Path) -> None:
    _format, parsed, *_rest = read(shared_data / "boundaries" / "fukushima_municipalities_s0010.geojson")
    assert len(parsed.boundaries) == 59
    assert not parsed.findings.notes
