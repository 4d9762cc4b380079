"""e-Stat's JSON and CSV."""

from __future__ import annotations

import copy

import pytest

from sosei.planning.population.importing.parsed import CENSUS_DISTRIBUTED, CENSUS_ENUMERATED, REGISTER
from tests.population.statistics_files import (
    FEMALE,
    MALE,
    PERSONS,
    UNKNOWN,
    age_names,
    csv_text,
    estat_answer,
    read,
    rules_broken,
    write,
)

EVERYONE = PERSONS + sum(UNKNOWN)


def _data(answer):
    return answer["GET_STATS_DATA"]["STATISTICAL_DATA"]


def test_an_answer_with_a_single_area_and_time_is_read(tmp_path):
    answer = estat_answer()
    assert isinstance(_data(answer)["CLASS_INF"]["CLASS_OBJ"][3]["CLASS"], dict)
    name, parsed, (only,) = read(write(tmp_path / "a.json", answer))
    assert (name, rules_broken(parsed)) == ("estat_json", {})
    assert (only.area.code, only.area.name, only.kind) == ("07204", "いわき市", CENSUS_ENUMERATED)
    assert only.persons == EVERYONE
    assert ("female", None, None, UNKNOWN[1]) in only.rows
    assert "国勢調査" in parsed.source
    assert parsed.source_url.endswith("0003445139")


def test_several_areas_and_times_are_told_apart_and_sums_of_municipalities_left_out(tmp_path):
    answer = estat_answer(
        areas={"00000": "全国", "07000": "福島県", "07001": "福島県市部", "07204": "福島県 いわき市"},
        times={"2015000000": "2015年", "2020000000": "2020年", "2020000001": "2020年_不詳補完値"},
    )
    _, parsed, checked = read(write(tmp_path / "a.json", answer))
    assert rules_broken(parsed) == {}
    assert {found.area.code for found in checked} == {"00000", "07000", "07204"}
    assert {found.area.name for found in checked if found.area.code == "07204"} == {"いわき市"}
    kinds = {(str(found.date), found.kind) for found in checked}
    assert ("2020-10-01", CENSUS_DISTRIBUTED) in kinds
    assert ("2020-10-01", CENSUS_ENUMERATED) in kinds
    assert parsed.findings.note_counts["area_skipped"] == 1


def test_a_single_value_is_an_object_and_still_read(tmp_path):
    answer = estat_answer()
    _data(answer)["DATA_INF"]["VALUE"] = _data(answer)["DATA_INF"]["VALUE"][0]
    _, parsed, _ = read(write(tmp_path / "a.json", answer))
    assert rules_broken(parsed) == {"missing_sex": 2}


def test_a_minus_sign_is_no_one_only_where_the_total_proves_it(tmp_path):
    answer = estat_answer(minus_for=("男", "90歳以上"))
    _, parsed, (only,) = read(write(tmp_path / "a.json", answer))
    assert rules_broken(parsed) == {}
    assert ("male", 90, None, 0) in only.rows
    assert parsed.findings.note_counts["no_figure_is_zero"] == 1
    for value in _data(answer)["DATA_INF"]["VALUE"]:
        if (value["@cat01"], value["@cat02"]) == ("1", "000"):
            value["$"] = str(int(value["$"]) + 5)
    _, parsed, _ = read(write(tmp_path / "b.json", answer))
    assert "hidden_cell" in rules_broken(parsed)


@pytest.mark.parametrize("mark", ["***", "X"])
def test_a_hidden_figure_is_never_a_number(tmp_path, mark):
    answer = estat_answer()
    value = _data(answer)["DATA_INF"]["VALUE"][30]
    value["$"] = mark
    _, parsed, _ = read(write(tmp_path / "a.json", answer))
    (problem,) = [p for p in parsed.findings.problems if p.rule == "hidden_cell"]
    assert mark in problem.what("ja")
    assert problem.place.item == 31


def test_an_area_without_any_figure_is_left_out_and_told(tmp_path):
    answer = estat_answer(areas={"07204": "いわき市", "07543": "富岡町"})
    for value in _data(answer)["DATA_INF"]["VALUE"]:
        if value["@area"] == "07543":
            value["$"] = "***"
    _, parsed, checked = read(write(tmp_path / "a.json", answer))
    assert rules_broken(parsed) == {}
    assert [found.area.code for found in checked] == ["07204"]
    assert parsed.findings.note_counts["not_published"] == 1


def test_an_error_of_the_service_is_shown(tmp_path):
    answer = {"GET_STATS_DATA": {"RESULT": {"STATUS": 100, "ERROR_MSG": "認証に失敗しました。"}}}
    _, parsed, _ = read(write(tmp_path / "a.json", answer))
    assert "認証に失敗しました" in parsed.findings.problems[0].what("ja")
    assert "appId" in parsed.findings.problems[0].remedy("en")


def test_a_part_of_a_table_is_refused_with_where_it_goes_on(tmp_path):
    answer = estat_answer()
    _data(answer)["RESULT_INF"] |= {"TOTAL_NUMBER": 403425, "TO_NUMBER": 100000, "NEXT_KEY": 100001}
    _, parsed, _ = read(write(tmp_path / "a.json", answer))
    assert rules_broken(parsed) == {"estat_part": 1}
    assert "startPosition=100001" in parsed.findings.problems[0].remedy("ja")


def test_the_last_part_of_a_table_is_refused_too(tmp_path):
    answer = estat_answer()
    _data(answer)["RESULT_INF"] |= {"FROM_NUMBER": 100001}
    _, parsed, _ = read(write(tmp_path / "a.json", answer))
    assert rules_broken(parsed) == {"estat_part": 1}


def test_another_axis_must_be_held_at_its_total(tmp_path):
    def with_nationality(items):
        answer = estat_answer()
        classes = [{"@code": str(n), "@name": name} for n, name in enumerate(items)]
        axes = _data(answer)["CLASS_INF"]["CLASS_OBJ"]
        axes.insert(1, {"@id": "cat03", "@name": "国籍総数か日本人", "CLASS": classes})
        values = _data(answer)["DATA_INF"]["VALUE"]
        many = []
        for n in range(len(items)):
            for value in values:
                # The share of Japanese nationals is smaller; taking it by mistake would show in the sum.
                number = value["$"] if n == 0 else str(int(value["$"]) // 2)
                many.append({**value, "@cat03": str(n), "$": number})
        _data(answer)["DATA_INF"]["VALUE"] = many
        return answer

    _, parsed, (only,) = read(write(tmp_path / "a.json", with_nationality(["総数", "うち日本人"])))
    assert rules_broken(parsed) == {}
    assert only.persons == EVERYONE
    _, parsed, _ = read(write(tmp_path / "b.json", with_nationality(["日本人"])))
    assert rules_broken(parsed) == {"estat_subset": 1}


def test_a_table_in_thousands_or_of_another_survey_is_refused(tmp_path):
    answer = estat_answer()
    for value in _data(answer)["DATA_INF"]["VALUE"]:
        value["@unit"] = "千人"
    _, parsed, _ = read(write(tmp_path / "a.json", answer))
    assert set(rules_broken(parsed)) == {"estat_unit"}
    _, parsed, _ = read(write(tmp_path / "b.json", estat_answer(survey="家計調査")))
    assert rules_broken(parsed) == {"estat_survey": 1}


def test_the_register_is_told_from_the_census(tmp_path):
    answer = estat_answer(survey="住民基本台帳人口", times={"2025000000": "2025年1月1日現在"})
    _, _, (only,) = read(write(tmp_path / "a.json", answer))
    assert (only.kind, str(only.date)) == (REGISTER, "2025-01-01")


def test_broken_json_is_told_by_line(tmp_path):
    text = '{"GET_STATS_DATA": {\n"RESULT": {"STATUS": 0},\n"STATISTICAL_DATA": '
    _, parsed, _ = read(write(tmp_path / "a.json", text))
    assert rules_broken(parsed) == {"broken_json": 1}
    assert parsed.findings.problems[0].place.line == 3


def test_vital_statistics_of_the_indicator_system_are_kept(tmp_path):
    answer = estat_answer(survey="社会・人口統計体系")
    data = _data(answer)
    items = [
        ("A1101", "A1101_総人口"),
        ("A4101", "A4101_出生数"),
        ("A5101", "A5101_転入者数（日本人移動者）"),
    ]
    data["CLASS_INF"]["CLASS_OBJ"] = [
        {"@id": "cat01", "@name": "A　人口・世帯", "CLASS": [{"@code": c, "@name": n} for c, n in items]},
        {"@id": "area", "@name": "地域", "CLASS": {"@code": "07204", "@name": "福島県 いわき市"}},
        {"@id": "time", "@name": "調査年", "CLASS": {"@code": "2022100000", "@name": "2022年度"}},
    ]
    data["DATA_INF"]["VALUE"] = [
        {"@cat01": c, "@area": "07204", "@time": "2022100000", "@unit": "人", "$": text}
        for (c, _), text in zip(items, ("325000", "1,812", "***"), strict=True)
    ]
    _, parsed, _ = read(write(tmp_path / "a.json", answer))
    (births,) = parsed.vitals
    assert (births.kind, births.year, births.value, births.note) == ("births", 2022, 1812, "出生数")
    assert parsed.findings.note_counts == {"no_vital_figure": 1}


META = [
    ["統計名：", "国勢調査"],
    ["表番号：", "2-7"],
    ["表題：", "男女，年齢（5歳階級）別人口"],
    ["実施年月：", "2020年", "", ""],
    ["***", "数字が得られないもの"],
    ["-", "該当数値がないもの"],
    [],
]


def _figures():
    """(sex code, sex, age code, age, figure) of the whole town."""
    for code, sex, values in (
        ("0", "総数", [m + f for m, f in zip([*MALE, 4], [*FEMALE, 3], strict=True)]),
        ("1", "男", [*MALE, 4]),
        ("2", "女", [*FEMALE, 3]),
    ):
        labels = ["総数", *age_names(), "年齢「不詳」"]
        for number, (age, value) in enumerate(zip(labels, [sum(values), *values], strict=True)):
            yield code, sex, f"{number:03}", age, value


def _cross(codes: bool):
    axes = ["表章項目", "男女", "年齢（5歳階級）", "全国，都道府県，市区町村"]
    header = [cell for axis in axes for cell in ([f"{axis} コード", axis] if codes else [axis])]
    rows = [*META, [*header, "/時間軸（調査年）", "2020年", "2020年_不詳補完値"]]
    for sex_code, sex, age_code, age, value in _figures():
        items = [("020", "人口【人】"), (sex_code, sex), (age_code, age), ("07204", "いわき市")]
        cells = [cell for code, name in items for cell in ([code, name] if codes else [name])]
        rows.append([*cells, "", f"{value:,}", f"{value:,}"])
    return rows


def test_a_cross_table_with_codes_is_read_with_its_metadata_on_top(tmp_path):
    path = write(tmp_path / "FEH_00200521.csv", csv_text(_cross(True), quoted=True), "cp932")
    name, parsed, checked = read(path)
    assert (name, rules_broken(parsed)) == ("estat_csv", {})
    assert {(found.area.code, found.kind) for found in checked} == {
        ("07204", CENSUS_ENUMERATED),
        ("07204", CENSUS_DISTRIBUTED),
    }
    assert {found.persons for found in checked} == {EVERYONE}
    assert "国勢調査" in parsed.source


def test_a_cross_table_without_codes_finds_its_areas_by_name(tmp_path):
    path = write(tmp_path / "a.csv", csv_text(_cross(False), quoted=True))
    _, parsed, checked = read(path, known={"07204": "いわき市"})
    assert rules_broken(parsed) == {}
    assert {found.area.code for found in checked} == {"07204"}


@pytest.mark.parametrize("known", [{}, {"13206": "いわき市", "34208": "いわき市"}])
def test_a_name_that_settles_no_code_is_refused(tmp_path, known):
    _, parsed, _ = read(write(tmp_path / "a.csv", csv_text(_cross(False), quoted=True)), known=known)
    assert rules_broken(parsed) == {"no_area_code": 1}
    assert "コード" in parsed.findings.problems[0].remedy("ja")


def _simple():
    header = ["tab_code", "表章項目", "cat01_code", "男女", "cat02_code", "年齢5歳階級"]
    header += ["area_code", "地域", "time_code", "時間軸(年次)", "unit", "value", "annotation"]
    rows = [["RESULT"], ["STATUS", "0"], ["STAT_NAME", "00200521", "国勢調査"], ["VALUE"], header]
    for sex_code, sex, age_code, age, value in _figures():
        rows.append(
            [
                "020",
                "人口",
                sex_code,
                sex,
                age_code,
                age,
                "07204",
                "いわき市",
                "2020000000",
                "2020年",
                "人",
                value,
                "",
            ]
        )
    return rows


def test_the_column_oriented_table_of_the_service_is_read(tmp_path):
    _, parsed, (only,) = read(write(tmp_path / "a.csv", csv_text(_simple(), quoted=True)))
    assert rules_broken(parsed) == {}
    assert only.persons == EVERYONE


def test_a_part_or_an_error_in_csv_is_refused(tmp_path):
    part = copy.deepcopy(_simple())
    part[3:3] = [["TOTAL_NUMBER", "403425"], ["TO_NUMBER", "100000"], ["NEXT_KEY", "100001"]]
    _, parsed, _ = read(write(tmp_path / "a.csv", csv_text(part, quoted=True)))
    assert rules_broken(parsed) == {"estat_part": 1}
    failed = copy.deepcopy(_simple())
    failed[1:2] = [["STATUS", "100"], ["ERROR_MSG", "失敗"]]
    _, parsed, _ = read(write(tmp_path / "b.csv", csv_text(failed, quoted=True)))
    assert rules_broken(parsed) == {"estat_error": 1}


def test_two_axes_laid_across_are_refused_with_the_layout_to_choose(tmp_path):
    rows = _cross(True)
    rows[7].insert(-2, "/男女")
    _, parsed, _ = read(write(tmp_path / "a.csv", csv_text(rows, quoted=True)))
    assert "estat_layout" in rules_broken(parsed)
