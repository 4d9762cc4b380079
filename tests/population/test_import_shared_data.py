"""The public statistics themselves: everything true is accepted, and adds up to what was published."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date

import pytest
from django.db.models import Sum

from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.services import import_file
from sosei.planning.population.importing.stored_checks import check_stored
from sosei.planning.population.models import Area, Observation, ObservationCell, VitalStatistic
from tests.population.statistics_files import TODAY, csv_text, read, rules_broken, write

pytestmark = pytest.mark.shared_data

WIDE = ("census/municipality_1980_2015.csv.gz", "ipss/2018_municipality.csv.gz")
CENSUSES = {
    # 国勢調査 as published; the source of 1980 is 37 short of the official 117,060,396.
    1980: 117_060_359,
    1985: 121_048_923,
    1990: 123_611_167,
    1995: 125_570_246,
    2000: 126_925_843,
    2005: 127_767_994,
    2010: 128_057_352,
    2015: 127_094_745,
}


@pytest.mark.django_db
def test_the_census_of_the_whole_nation_is_stored_and_adds_up(shared_data):
    path = shared_data / WIDE[0]
    result = import_file(path=path, imported_by="x", today=TODAY)
    assert Area.objects.filter(kind="municipality").count() == 1741
    assert Area.objects.filter(kind="prefecture").count() == 47
    assert Observation.objects.count() == 1741 * 8
    assert ObservationCell.objects.count() == 1741 * 8 * 40
    by_day = Observation.objects.values_list("date").annotate(persons=Sum("cells__persons"))
    assert dict(by_day) == {date(year, 10, 1): persons for year, persons in CENSUSES.items()}
    assert result.findings.note_counts == {"age_slip_read": 1, "sum_tolerated": 60}
    assert import_file(path=path, imported_by="x", today=TODAY).already
    assert {finding.rule for finding in check_stored()} == {"jump"}


def _swapped(path, areas):
    """The rows of the wide table with men and women exchanged, for some areas."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    change = {"M": "F", "F": "M", "T": "T"}
    return [rows[0], *([*row[:2], change[row[2]], *row[3:]] for row in rows[1:] if row[0] in areas)]


@pytest.mark.parametrize("table", WIDE)
def test_no_true_municipality_is_refused_for_its_sexes_even_alone_and_most_swapped_ones_are(
    shared_data, tmp_path, table, measured
):
    _, parsed, checked = read(shared_data / table)
    assert rules_broken(parsed) == {}
    areas = sorted({found.area.code for found in checked})
    rows = _swapped(shared_data / table, set(areas))
    _, parsed, _ = read(write(tmp_path / "swapped.csv", csv_text(rows)))
    refused = parsed.findings.problem_counts["implausible_sexes"]
    assert parsed.findings.problem_total == refused
    measured(f"{table}: {refused} of {len(areas)} municipalities swapped are refused")
    assert refused >= 0.99 * len(areas)


@pytest.mark.parametrize(
    ("table", "observations", "totals"),
    [
        ("census/prefecture_1980_2015.csv.gz", 376, {1980: 117_060_396, 2015: 127_094_745}),
        ("ipss/2018_prefecture.csv.gz", 329, {2015: 127_094_745, 2045: 106_421_185}),
        ("ipss/2018_municipality.csv.gz", 11_774, {}),
        ("ipss/2023_fukushima_areas.csv", 45, {}),
        ("census/iwaki_fukushima_1980_2025.csv", 20, {}),
    ],
)
def test_every_table_is_accepted_whole(shared_data, table, observations, totals):
    _, parsed, checked = read(shared_data / table)
    assert rules_broken(parsed) == {}
    assert len(checked) == observations
    sums = Counter()
    for found in checked:
        sums[found.date.year] += found.persons
    assert {year: sums[year] for year in totals} == totals


def test_iwaki_is_what_was_published(shared_data):
    _, _, checked = read(shared_data / "census/iwaki_fukushima_1980_2025.csv")
    persons = {found.date.year: found.persons for found in checked if found.area.code == "07204"}
    assert (persons[2015], persons[2020], persons[2025]) == (350_237, 332_931, 306_165)


@pytest.mark.django_db
def test_every_release_of_ssdse_is_read_and_the_first_and_last_are_stored(shared_data):
    releases = sorted((shared_data / "vital/ssdse_a").glob("*.csv.gz"))
    assert len(releases) >= 5
    for path in releases[1:-1]:
        _, parsed, _ = read(path)
        assert rules_broken(parsed) == {}
    for path in (releases[0], releases[-1]):
        result = import_file(path=path, imported_by="x", today=TODAY)
        assert (result.encoding, result.report["vital_statistics"]) == ("cp932", 4 * 1741)
    births = VitalStatistic.objects.current().filter(kind="births")
    sapporo = dict(births.filter(area__code="01100").values_list("year", "value"))
    assert (sapporo[2016], sapporo[2023]) == (14021, 10352)
    # 人口動態統計 2016: 976,978 births in the nation, a few of them to residents of no known municipality.
    national = births.filter(year=2016).aggregate(persons=Sum("value"))["persons"]
    assert 0 <= 976_978 - national < 200


@pytest.mark.parametrize(
    "table",
    ["census/medical_area_2020.csv.gz", "ipss/2023_fukushima_three_ages.csv", "labour/minimum_wage.csv"],
)
def test_a_table_of_another_kind_is_told_apart(shared_data, table):
    with pytest.raises(ImportRefusedError) as refused:
        read(shared_data / table)
    assert refused.value.findings.problems[0].rule == "unknown_format"
