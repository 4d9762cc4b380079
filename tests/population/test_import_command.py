"""`sosei import` and `sosei check-data` at the prompt."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from sosei.planning.population.importing.services import import_file
from sosei.planning.population.importing.stored_checks import SENTENCES, check_stored
from sosei.planning.population.management.terminal import ProgressLine, reader_language
from sosei.planning.population.models import (
    Area,
    AssumptionSet,
    ImportBatch,
    Observation,
    ObservationCell,
    PublishedFigure,
    VitalStatistic,
)
from tests.population.statistics_files import (
    STARTS,
    TODAY,
    csv_text,
    long_rows,
    ssdse_rows,
    wide_rows,
    write,
)

pytestmark = pytest.mark.django_db


def _run(command, *arguments, **options):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(command, *map(str, arguments), stdout=out, stderr=err, **options)
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


def test_a_file_is_imported_and_told_in_japanese(tmp_path, monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")
    code, out, err = _run("import", write(tmp_path / "iwaki.csv", wide_rows(code="7204")))
    assert (code, err) == (0, "")
    assert "iwaki.csv: 取り込みました" in out
    assert "先頭の0の欠けを補正" in out
    assert Observation.objects.count() == 2


def test_a_refused_file_ends_with_two_and_the_others_are_imported(tmp_path):
    rows = long_rows()
    rows[4][6] = -3
    good = write(tmp_path / "good.csv", long_rows("07201", "福島市"))
    code, out, err = _run("import", write(tmp_path / "bad.csv", rows), good, language="ja")
    assert code == 2
    assert "5行目" in err
    assert "対処" in err
    assert "good.csv" in out
    assert Observation.objects.get().area.code == "07201"


def test_english_comes_with_the_option_or_the_locale(tmp_path, monkeypatch):
    rows = long_rows()
    rows[4][6] = -3
    bad = write(tmp_path / "bad.csv", rows)
    _, _, err = _run("import", bad, language="en")
    assert "line 5" in err
    assert "Remedy" in err
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert _run("import", bad)[2] == err


def test_the_language_follows_the_option_then_the_locale_then_japanese():
    assert reader_language("en", {"LANG": "ja_JP.UTF-8"}) == "en"
    assert reader_language(None, {"LANG": "en_US.UTF-8"}) == "en"
    assert reader_language(None, {"LC_ALL": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}) == "ja"
    assert reader_language(None, {"LANG": "C.UTF-8"}) == "ja"
    assert reader_language(None, {}) == "ja"


def test_json_carries_the_report_of_every_file(tmp_path):
    rows = long_rows()
    rows[4][6] = -3
    good, bad = write(tmp_path / "good.csv", long_rows()), write(tmp_path / "bad.csv", rows)
    code, out, err = _run("import", good, bad, good, json=True)
    first, second, third = json.loads(out)["files"]
    assert (code, err) == (2, "")
    assert (first["status"], second["status"], third["status"]) == ("imported", "refused", "already")
    assert first["report"]["cells"] == 40
    assert second["problems"][0]["line"] == 5
    assert second["problems"][0]["remedy_en"]


def test_a_dry_run_and_a_repeated_file_say_that_nothing_changed(tmp_path):
    path = write(tmp_path / "a.csv", long_rows())
    _, out, _ = _run("import", path, dry_run=True, language="ja")
    assert "保存はしていません" in out
    assert ImportBatch.objects.count() == 0
    _run("import", path)
    _, out, _ = _run("import", path, language="ja")
    assert "何も変えていません" in out


def test_more_notes_than_fit_are_counted(tmp_path):
    rows = wide_rows(years=(2015,))
    for row in rows[2:22]:
        row[4] += 1
    rows[1][4] += 1
    _, out, _ = _run("import", write(tmp_path / "a.csv", rows), language="ja")
    assert "ほか 1 件の注記" in out


def test_progress_of_long_work_is_a_line_a_second_or_one_overwritten_line(monkeypatch):
    class Stream(io.StringIO):
        def __init__(self, terminal):
            super().__init__()
            self.terminal = terminal

        def isatty(self):
            return self.terminal

        def write(self, text, ending="\n"):
            return super().write(text + ending)

    clock = iter([0.0, 0.5, 2.0, 2.1, 4.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    stream = Stream(False)
    line = ProgressLine(stream, {"read": "読み取り"})
    for done in (10, 20, 30, 40):
        line("read", done, 40)
    assert stream.getvalue() == "読み取り 50% (20 / 40)\n読み取り 100% (40 / 40)\n"
    clock = iter([0.0, 2.0])
    stream = Stream(True)
    line = ProgressLine(stream, {})
    line("store", 1, 2)
    line.close()
    assert stream.getvalue() == "\rstore 50% (1 / 2)  \n"


# check-data


@pytest.fixture
def town(tmp_path):
    import_file(path=write(tmp_path / "a.csv", wide_rows()), imported_by="x", today=TODAY)
    return Area.objects.get(code="07204")


def _found():
    return {finding.rule for finding in check_stored()}


def _batch(**values):
    return ImportBatch.objects.create(
        **{
            "file_name": "x.csv",
            "sha256": "0" * 64,
            "recognised_format": "x",
            "encoding": "utf-8",
            "source": "s",
        }
        | values
    )


def _observe(
    area, batch, *, day="2015-10-01", kind="census_enumerated", group="all", persons=10, ages=STARTS
):
    observation = Observation.objects.create(area=area, date=day, kind=kind, group=group, batch=batch)
    ObservationCell.objects.bulk_create(
        ObservationCell(
            observation=observation,
            sex=sex,
            age_from=age,
            age_to=None if age == ages[-1] else age + 4,
            persons=persons,
        )
        for sex in ("male", "female")
        for age in ages
    )
    return observation


def test_what_was_imported_is_found_in_order(town):
    assert check_stored() == []
    code, out, _ = _run("check-data", language="ja")
    assert (code, out.strip()) == (0, "誤り 0 件、注意 0 件")


def test_an_import_without_source_is_an_error_and_ends_with_one(town):
    _batch(source=" ")
    code, out, _ = _run("check-data", language="en")
    assert code == 1
    assert "no source" in out


def test_missing_ages_and_sexes_are_found(town):
    batch = _batch()
    _observe(town, batch, day="2020-10-01", ages=[*STARTS[:4], *STARTS[5:]])
    Observation.objects.create(area=town, date="2000-10-01", kind="register", batch=batch)
    alone = Observation.objects.create(area=town, date="2001-10-01", kind="register", batch=batch)
    ObservationCell.objects.create(observation=alone, sex="male", age_from=0, age_to=None, persons=1)
    assert {"missing_age", "no_cells", "missing_sex"} <= _found()


def test_overlapping_ages_are_found(town):
    observation = _observe(town, _batch(), day="2020-10-01")
    ObservationCell.objects.create(observation=observation, sex="male", age_from=66, age_to=None, persons=1)
    assert "overlapping_ages" in _found()


def test_a_batch_that_no_longer_adds_up_is_found(town):
    batch = _batch(report={"persons": {"register 2025-04-01": 381, "register 2025-05-01": 1}})
    _observe(town, batch, day="2025-04-01", kind="register")
    found = [f for f in check_stored() if f.rule == "batch_total"]
    assert [f.details["got"] for f in found] == ["380.0000", "0"]


def test_distributing_unknown_ages_must_keep_the_total(town):
    _observe(town, _batch(), kind="census_unknown_distributed")
    assert "kinds_differ" in _found()


def test_a_group_larger_than_the_whole_is_found(town):
    batch = _batch()
    _observe(town, batch, group="evacuees", persons=1)
    assert "group_exceeds" not in _found()
    _observe(town, batch, group="students", persons=1000)
    assert "group_exceeds" in _found()


def test_a_leap_between_censuses_and_a_correction_are_told_as_warnings_only(town):
    _observe(town, _batch(), persons=500)
    code, out, _ = _run("check-data", language="ja")
    assert code == 0
    assert "注意" in out
    assert {"jump", "corrected"} <= _found()


def test_impossible_vital_statistics_are_found(town):
    batch = _batch()
    for year, kind, value in ((2015, "tfr", 15.2), (2015, "births", -1), (2014, "births", 4000)):
        VitalStatistic.objects.create(area=town, year=year, kind=kind, value=value, batch=batch)
    found = [(f.rule, f.details["year"]) for f in check_stored()]
    assert sorted(found) == [("vital_share", 2014), ("vital_value", 2015), ("vital_value", 2015)]


def test_vital_statistics_of_a_file_are_possible(tmp_path, town):
    rows = [row if n != 3 else [*row[:6], 25, 51, 68, 84] for n, row in enumerate(ssdse_rows())]
    path = write(tmp_path / "s.csv", csv_text(rows), "cp932")
    import_file(path=path, imported_by="x", today=TODAY)
    assert _found() == set()


def test_assumptions_without_their_census_and_unreadable_ones_are_found(town):
    AssumptionSet.objects.create(
        area=town, name="draft", title="案", base_year=2005, document="name: draft", created_by="x"
    )
    assert {"assumptions", "no_base"} <= _found()


def test_areas_without_parent_or_with_a_wrong_check_digit_and_figures_of_zero_are_found(town):
    lost = Area.objects.create(code="07201", check_digit="7", name="福島市", kind="municipality")
    PublishedFigure.objects.create(
        area=lost, scenario_name="baseline", quantity="total", year=2030, value=0, batch=_batch()
    )
    assert {"no_parent", "check_digit", "published"} <= _found()


def test_one_area_is_checked_alone_with_its_districts(town):
    other = Area.objects.create(code="07201", check_digit="0", name="福島市", kind="municipality")
    _observe(other, _batch(), ages=STARTS[1:])
    assert _run("check-data", area="072044")[0] == 0
    assert _run("check-data", area="07201")[0] == 1


@pytest.mark.parametrize("area", ["07203", "72x"])
def test_an_area_that_is_not_stored_is_told(town, area):
    with pytest.raises(CommandError) as refused:
        call_command("check-data", area=area)
    assert refused.value.returncode == 2


def test_every_stored_finding_has_both_languages():
    for severity, japanese, english in SENTENCES.values():
        assert severity in {"error", "warning"}
        assert japanese != english
