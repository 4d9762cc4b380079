"""Storing a file: whole or not at all, once, with the areas it needs."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from sosei.planning.population.importing import services
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.services import import_file
from sosei.planning.population.models import (
    Area,
    ImportBatch,
    Observation,
    ObservationCell,
    VitalStatistic,
)
from tests.population.statistics_files import (
    PERSONS,
    TODAY,
    UNKNOWN,
    csv_text,
    estat_answer,
    long_rows,
    open_data_rows,
    ssdse_rows,
    wide_rows,
    write,
)

pytestmark = pytest.mark.django_db


def _import(path, **options):
    return import_file(path=path, imported_by="planner", **{"today": TODAY, **options})


def _rows_of_every_table() -> dict[str, int]:
    models = (Area, ImportBatch, Observation, ObservationCell, VitalStatistic)
    return {model.__name__: model.objects.count() for model in models}


def test_a_census_is_stored_with_its_source_its_report_and_its_areas(tmp_path):
    result = _import(write(tmp_path / "iwaki.csv", wide_rows()))
    area = Area.objects.get(code="07204")
    assert (area.name, area.check_digit, area.kind, area.full_code) == (
        "いわき市",
        "4",
        "municipality",
        "072044",
    )
    assert (area.parent.code, area.parent.name, area.parent.name_en) == ("07000", "福島県", "Fukushima")
    observation = Observation.objects.get(area=area, date=date(2015, 10, 1))
    assert observation.kind == Observation.Kind.CENSUS_ENUMERATED
    assert observation.cells.count() == 40
    assert observation.cells.get(sex="female", age_from=None).persons == UNKNOWN[1] + 2
    assert observation.cells.get(sex="male", age_from=90).age_to is None
    batch = result.batch
    assert (batch.recognised_format, batch.encoding, batch.imported_by) == ("wide_census", "utf-8", "planner")
    assert len(batch.sha256) == 64
    assert "国勢調査" in batch.source
    batch.refresh_from_db()
    assert batch.report["cells"] == 80
    assert batch.report["persons"]["census_enumerated 2010-10-01"] == PERSONS + sum(UNKNOWN)


def test_the_same_bytes_are_imported_once_whatever_their_name(tmp_path):
    first = _import(write(tmp_path / "a.csv", long_rows()))
    before = _rows_of_every_table()
    again = _import(write(tmp_path / "b.csv", long_rows()))
    assert (again.already, again.batch) == (True, first.batch)
    assert _rows_of_every_table() == before


def test_a_correction_is_a_newer_observation_beside_the_old_one(tmp_path):
    _import(write(tmp_path / "a.csv", long_rows()))
    corrected = long_rows()
    corrected[1][6] += 5
    newer = _import(write(tmp_path / "a.csv", corrected))
    assert Observation.objects.count() == 2
    assert Observation.objects.current().get().batch == newer.batch


def test_a_dry_run_reports_and_stores_nothing(tmp_path):
    before = _rows_of_every_table()
    result = _import(write(tmp_path / "a.csv", long_rows()), dry_run=True)
    assert (result.batch, result.report["cells"]) == (None, 40)
    assert _rows_of_every_table() == before


def test_a_failure_in_the_middle_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*args):
        raise RuntimeError("power cut")

    before = _rows_of_every_table()
    monkeypatch.setattr(services, "_store_vitals", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        _import(write(tmp_path / "a.csv", wide_rows()))
    assert _rows_of_every_table() == before


def test_a_refused_file_leaves_nothing_behind(tmp_path):
    rows = wide_rows(years=(2015,)) + wide_rows("07201", "福島市", (2015,))[1:]
    rows[-1][4] = "-1"
    before = _rows_of_every_table()
    with pytest.raises(ImportRefusedError):
        _import(write(tmp_path / "a.csv", rows))
    assert _rows_of_every_table() == before


def test_the_nation_prefectures_and_sums_of_several_municipalities_find_their_places(tmp_path):
    rows = long_rows()
    for code, name in (("00000", "全国"), ("07000", "福島県"), ("07999", "浜通り地域")):
        rows += long_rows(code, name)[1:]
    _import(write(tmp_path / "a.csv", rows))
    assert Area.objects.get(code="00000").kind == "nation"
    assert Area.objects.get(code="07000").parent.code == "00000"
    several = Area.objects.get(code="07999")
    assert (several.kind, several.parent.code) == ("district", "07000")


def test_districts_get_the_files_number_or_the_next_free_one_and_keep_it(tmp_path):
    districts = (("12", "平地区"), ("", "小名浜地区"), ("", "勿来地区"))
    _import(write(tmp_path / "a.csv", open_data_rows(districts=districts)))
    codes = dict(Area.objects.filter(parent__code="07204").values_list("name", "code"))
    assert codes == {"平地区": "07204-12", "小名浜地区": "07204-001", "勿来地区": "07204-002"}
    later = (("", "勿来地区"), ("12", "平 地区"), ("", "常磐地区"))
    _import(write(tmp_path / "b.csv", open_data_rows(day="2025/5/1", districts=later)))
    codes = dict(Area.objects.filter(parent__code="07204").values_list("name", "code"))
    assert codes == {
        "平地区": "07204-12",
        "小名浜地区": "07204-001",
        "勿来地区": "07204-002",
        "常磐地区": "07204-003",
    }


def test_a_district_number_taken_by_another_name_is_not_shared(tmp_path):
    districts = (("12", "平地区"), ("12", "小名浜地区"))
    result = _import(write(tmp_path / "a.csv", open_data_rows(districts=districts)))
    assert Area.objects.filter(parent__code="07204").count() == 2
    assert result.findings.note_counts == {"name_differs": 1}


def test_vital_statistics_are_stored_with_the_name_of_their_item(tmp_path):
    _import(write(tmp_path / "a.csv", csv_text(ssdse_rows()), "cp932"))
    births = VitalStatistic.objects.get(area__code="07204", kind="births")
    assert (births.year, births.value) == (2023, 1658)
    assert (
        VitalStatistic.objects.get(area__code="07201", kind="in_migrants").note == "転入者数（日本人移動者）"
    )


def test_parts_of_persons_are_stored_to_four_decimals(tmp_path):
    rows = long_rows(basis="unknown_age_distributed")
    rows[1][6] = "98.1234"
    result = _import(write(tmp_path / "a.csv", rows))
    assert ObservationCell.objects.get(sex="male", age_from=0).persons == Decimal("98.1234")
    assert result.report["persons"] == {
        "census_unknown_distributed 2020-10-01": f"{PERSONS + Decimal('.1234')}"
    }


def test_the_users_source_replaces_the_formats_own(tmp_path):
    result = _import(
        write(tmp_path / "a.csv", long_rows()),
        source="市統計書",
        source_en="City yearbook",
        source_url="https://example.jp/",
    )
    assert (result.batch.source, result.batch.source_en) == ("市統計書", "City yearbook")
    assert result.batch.source_url == "https://example.jp/"


def test_a_named_format_is_taken_and_a_header_of_another_is_refused(tmp_path):
    past = write(tmp_path / "a.csv", wide_rows(years=(2010, 2015), unknown=False))
    assert _import(past, format_name="ipss").recognised_format == "ipss"
    assert set(Observation.objects.values_list("kind", flat=True)) == {"official_projection"}
    with pytest.raises(ImportRefusedError) as refused:
        _import(write(tmp_path / "b.csv", long_rows()), format_name="open_data")
    assert "全国地方公共団体コード" in refused.value.text("ja")


def test_a_file_of_unpublished_figures_only_is_refused(tmp_path):
    rows = wide_rows(years=(2015,))
    for row in rows[1:]:
        row[4] = "***"
    with pytest.raises(ImportRefusedError) as refused:
        _import(write(tmp_path / "a.csv", rows))
    assert refused.value.findings.problems[0].rule == "nothing_published"


def test_progress_is_told_up_to_the_last_cell(tmp_path):
    stages = []
    _import(write(tmp_path / "a.csv", wide_rows()), progress=lambda *told: stages.append(told))
    assert stages[-1] == ("store", 80, 80)


def test_the_address_of_an_estat_table_is_kept(tmp_path):
    result = _import(write(tmp_path / "a.json", json.dumps(estat_answer())))
    assert result.batch.source_url == "https://www.e-stat.go.jp/dbview?sid=0003445139"
