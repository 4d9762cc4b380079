"""The figures of the page: each drawn, tabled and told in words from the same numbers, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils.translation import override

from sosei.planning.population import descriptions, figures, tables
from sosei.planning.population.charts import parts, past
from sosei.planning.population.charts import pyramid as pyramid_chart
from sosei.planning.population.vision_records import Vision
from sosei.planning.population.wording import about_persons, ages, number, short_persons, signed
from tests.population import synthetic_vision
from tests.vega_lite import check_against_schema

KANA = re.compile(r"[\u3040-\u30ff]")


@pytest.fixture(scope="module")
def vision() -> Vision:
    return synthetic_vision.vision()


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with override(request.param):
        yield request.param


def without(vision: Vision, *names: str) -> Vision:
    return replace(vision, tables={key: [] if key in names else rows for key, rows in vision.tables.items()})


def numbers_of(value: Any) -> Iterator[float]:
    """All numbers of a spec's data."""
    if isinstance(value, dict):
        for item in value.values():
            yield from numbers_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from numbers_of(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


@pytest.mark.parametrize("slug", figures.BY_SLUG)
def test_every_figure_can_be_drawn_tabled_and_told(vision: Vision, slug: str, language: str) -> None:
    drawn = figures.draw(figures.BY_SLUG[slug], vision)
    assert drawn.panels
    assert len(drawn.text) > 30
    assert drawn.table.rows
    assert all(len(row) == len(drawn.table.columns) for row in drawn.table.rows)
    assert drawn.sources
    for panel in drawn.panels:
        check_against_schema(panel.spec)


@pytest.mark.parametrize("slug", figures.BY_SLUG)
def test_a_figures_data_can_stand_in_a_page_as_json(vision: Vision, slug: str) -> None:
    for panel in figures.draw(figures.BY_SLUG[slug], vision).panels:
        # NaN and Infinity are no JSON; a browser would refuse the whole chart.
        json.dumps(panel.spec, allow_nan=False)
        assert panel.spec["width"] == "container"
        assert any(panel.spec["datasets"].values())


@pytest.mark.parametrize("slug", figures.BY_SLUG)
def test_the_english_of_a_figure_has_no_japanese_but_names_from_the_data(vision: Vision, slug: str) -> None:
    figure = figures.BY_SLUG[slug]
    names = [info.title for info in vision.scenarios]

    def left(text: str) -> str:
        for name in names:
            text = text.replace(name, "")
        return text

    with override("en"):
        drawn = figures.draw(figure, vision)
        texts = [str(figure.title), str(figure.reading), drawn.text, *(p.title for p in drawn.panels)]
        texts += [column.heading for column in drawn.table.columns]
    assert [text for text in texts if KANA.search(left(text))] == []


@pytest.mark.parametrize(
    ("slug", "table", "value"),
    [
        ("scenarios", "scenario_totals", "total"),
        ("women-20-39", "women_20_39", "persons"),
        ("support-ratio", "support_ratio", "ratio"),
    ],
)
def test_a_line_goes_through_the_numbers_of_its_table(
    vision: Vision, slug: str, table: str, value: str
) -> None:
    spec = figures.draw(figures.BY_SLUG[slug], vision).panels[0].spec
    shown = {(row["series"], row["year"]): row["value"] for row in spec["datasets"]["lines"]}
    assert shown
    for row in vision.tables[table]:
        if (row["scenario"], row["year"]) in shown:
            assert shown[row["scenario"], row["year"]] == row[value]


def test_the_text_alternative_says_the_numbers_of_the_last_year(vision: Vision) -> None:
    rows = {
        r["scenario"]: r["total"] for r in vision.tables["scenario_totals"] if r["year"] == vision.to_year
    }
    text = figures.draw(figures.BY_SLUG["scenarios"], vision).text
    assert all(number(total) in text for total in rows.values())


def test_stacked_bars_end_at_the_total(vision: Vision) -> None:
    parts_shown = (
        figures.draw(figures.BY_SLUG["total-population"], vision).panels[0].spec["datasets"]["parts"]
    )
    for row in vision.tables["observed_total"]:
        top = max(part["to"] for part in parts_shown if part["year"] == str(row["year"]))
        assert top == pytest.approx(row["total"])


def test_the_evacuees_are_a_part_of_their_own_and_only_in_their_year(vision: Vision) -> None:
    parts_shown = (
        figures.draw(figures.BY_SLUG["total-population"], vision).panels[0].spec["datasets"]["parts"]
    )
    assert [part["year"] for part in parts_shown if part["part"] == "special"] == ["2015"]


def test_natural_and_social_change_stand_on_both_sides_of_zero_and_sum_to_the_point() -> None:
    from sosei.planning.population.charts.causes import stacked_changes

    spec = stacked_changes(
        [{"year": 2030, "natural": -100.0, "net_migration": 40.0}],
        (("natural", "n"), ("net_migration", "m")),
        -100,
        40,
    )
    bars = {row["title"]: (row["from"], row["to"]) for row in spec["datasets"]["changes"]}
    assert bars == {"n": (0.0, -100.0), "m": (0.0, 40.0)}
    assert spec["datasets"]["sums"][0]["sum"] == -60


def test_men_stand_left_of_zero_and_women_right(vision: Vision) -> None:
    rows = pyramid_chart.pyramid(vision, "prospect-2", 2060)[0].spec["datasets"]["pyramid"]
    assert {row["x"] > 0 for row in rows if row["sex"] == "female"} == {True}
    assert {row["x"] < 0 for row in rows if row["sex"] == "male"} == {True}


def test_the_packed_pyramid_keeps_every_person_to_a_hundredth(vision: Vision) -> None:
    packed = pyramid_chart.pack(vision.tables["pyramid"])
    for name, years in packed.items():
        for year, sexes in years.items():
            total = sum(map(sum, sexes.values()))
            exact = sum(
                r["persons"]
                for r in vision.tables["pyramid"]
                if (r["scenario"], str(r["year"])) == (name, year)
            )
            assert total == pytest.approx(exact, abs=0.2)


def test_the_pyramids_axis_is_the_same_for_every_year(vision: Vision) -> None:
    domains = {
        json.dumps(
            pyramid_chart.pyramid(vision, "baseline", year)[0].spec["layer"][0]["encoding"]["x"]["scale"]
        )
        for year in (1980, 2015, 2060)
    }
    assert len(domains) == 1


def test_a_pyramid_before_the_projection_is_the_one_counted(vision: Vision) -> None:
    table = tables.pyramid_of(vision, "prospect-2", 1990, compare="baseline")
    assert all(row[1] == row[3] and row[2] == row[4] for row in table.rows)
    with override("ja"):
        headings = [column.heading for column in tables.pyramid_of(vision, "prospect-2", 1990).columns]
    assert headings == ["年齢", "国勢調査・男", "国勢調査・女"]


def test_the_pyramid_table_of_a_year_holds_its_people(vision: Vision) -> None:
    table = tables.pyramid_of(vision, "baseline", 2060)
    total = sum(row[1] + row[2] for row in table.rows)
    residents = next(
        r["residents"]
        for r in vision.tables["scenario_totals"]
        if (r["scenario"], r["year"]) == ("baseline", 2060)
    )
    assert total == pytest.approx(residents)


def test_the_census_that_came_later_stands_in_the_outlooks_table(vision: Vision) -> None:
    rows = {row[0]: row[1] for row in tables.outlook(vision).rows}
    assert rows[2020] == 332_931
    assert rows[2060] is None


def test_a_figure_without_numbers_is_left_out(vision: Vision) -> None:
    drawn = figures.draw_all(without(vision, "births_tfr", "split", "influence"))
    assert {"births-and-tfr", "split", "influence"}.isdisjoint(drawn)
    assert "scenarios" in drawn


def test_births_without_rates_and_rates_without_births_are_drawn_alone(vision: Vision) -> None:
    births = [{**row, "tfr": None} for row in vision.tables["births_tfr"]]
    rates = [{**row, "births": None} for row in vision.tables["births_tfr"]]
    only_births = replace(vision, tables={**vision.tables, "births_tfr": births})
    only_rates = replace(vision, tables={**vision.tables, "births_tfr": rates})
    assert [panel.key for panel in past.births_and_tfr(only_births)] == ["births"]
    assert [panel.key for panel in past.births_and_tfr(only_rates)] == ["tfr"]
    for one in (only_births, only_rates):
        assert figures.draw(figures.BY_SLUG["births-and-tfr"], one).text


def test_a_vision_with_nothing_but_a_baseline_still_fills_the_page(vision: Vision) -> None:
    names = {"baseline"}
    kept = {
        key: [row for row in rows if row.get("scenario", "baseline") in {*names, "observed"}]
        for key, rows in vision.tables.items()
    }
    kept["vision_and_actual"] = [
        r for r in kept["vision_and_actual"] if r["series"] in {"observed", "baseline", "hindsight"}
    ]
    kept["influence"] = kept["split"] = []
    alone = replace(
        vision, tables=kept, scenarios=[i for i in vision.scenarios if i.name in names], checks=[]
    )
    drawn = figures.draw_all(alone)
    assert len(drawn) == len(figures.FIGURES) - 2
    assert len(drawn["age-structure"].panels) == 1
    assert len(figures.key_figures(alone)) == 4


def test_drawings_are_kept_for_a_vision_and_a_language(vision: Vision) -> None:
    with override("ja"):
        first = figures.draw_all(vision)
        assert figures.draw_all(vision) is first
    with override("en"):
        assert figures.draw_all(vision) is not first
    assert figures.draw_all(replace(vision)) is not first


def test_key_figures_set_digits_and_unit_apart(vision: Vision) -> None:
    with override("ja"):
        shown = figures.key_figures(vision)
    assert [figure.value + figure.unit for figure in shown] == [figure.text for figure in shown]
    assert shown[0].value == "30.6"
    assert shown[0].unit == "万人"


def test_checks_tell_totals_in_per_cent_and_ratios_in_units(vision: Vision) -> None:
    with override("ja"):
        rows = {(row[0], row[1], row[2]): row for row in tables.checks(vision).rows}
    total = rows["基準推計", "総人口", 2030]
    assert total[5].endswith("%") and total[6] == "±1%"
    support = rows["基準推計", "75歳以上1人を支える人数", 2015]
    assert not support[5].endswith("%") and support[6] == "±0.1"
    assert rows["展望人口2", "総人口", 2060][3] == "約220,000"


@pytest.mark.parametrize(
    ("value", "japanese", "english"),
    [
        (179_537, "約18万人", "about 180,000 people"),
        (173_400, "約17万3千人", "about 173,000 people"),
        (8_452, "8,450人", "8,450 people"),
        (-24_325, "約−2万4千人", "about −24,000 people"),
    ],
)
def test_round_figures_are_said_as_each_language_says_them(value: float, japanese: str, english: str) -> None:
    with override("ja"):
        assert about_persons(value) == japanese
    with override("en"):
        assert about_persons(value) == english


def test_short_figures_use_the_units_of_the_language() -> None:
    with override("ja"):
        assert short_persons(342_249) == "34.2万人"
        assert short_persons(10_446) == "1.04万人"
    with override("en"):
        assert short_persons(342_249) == "342k"
        assert short_persons(10_446) == "10.4k"


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (-0.2, "0"), (3.4, "+3"), (-1234.0, "−1,234")])
def test_signs_are_written_for_gains_and_losses_and_never_for_nothing(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (1, 1), (342_249, 400_000), (105, 120), (8.2, 10), (2_562, 3_000)]
)
def test_the_top_of_an_axis_is_a_round_number_at_or_above_the_highest_value(value: float, top: float) -> None:
    assert parts.nice_top(value) == pytest.approx(top)


def test_diamonds_and_brackets_are_explained_only_where_there_are_some(vision: Vision) -> None:
    bare = replace(
        vision,
        checks=[],
        tables={
            **vision.tables,
            "support_ratio": [{**row, "published": None} for row in vision.tables["support_ratio"]],
            "observed_total": [{**row, "special": 0.0} for row in vision.tables["observed_total"]],
        },
    )
    for slug in ("scenarios", "support-ratio", "total-population"):
        figure = figures.BY_SLUG[slug]
        assert str(figure.note) in figures.draw(figure, vision).reading
        assert str(figure.note) not in figures.draw(figure, bare).reading


@pytest.mark.parametrize(
    ("label", "japanese", "english"), [("20-24", "20～24歳", "20-24"), ("90+", "90歳以上", "90 and over")]
)
def test_an_age_group_is_written_as_the_language_says_it(label: str, japanese: str, english: str) -> None:
    with override("ja"):
        assert ages(label) == japanese
    with override("en"):
        assert ages(label) == english


def test_the_words_for_natural_and_social_change_name_those_left_out_of_both(vision: Vision) -> None:
    rows = {
        r["year"]: r["special"]
        for r in vision.tables["scenario_totals"]
        if r["scenario"] == vision.scenarios[0].name
    }
    lost = rows[vision.to_year] - rows[vision.base_year]
    assert lost
    with override("ja"):
        assert f"（{signed(lost)}人）は、自然増減にも社会増減にも含みません" in descriptions.components(
            vision
        )
