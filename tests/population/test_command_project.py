"""`sosei project` at the prompt: JSON, CSV, charts, and errors that name the nearest."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sosei.planning.population.models import Area
from sosei.planning.population.vision import build_vision


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("project", *words, stdout=out)
    return out.getvalue()


def test_json_holds_what_the_page_shows(iwaki: Area) -> None:
    document = json.loads(
        run("07204", "--scenario", "prospect-2", "--base", "2015", "--to", "2060", "--json")
    )
    assert (document["area"], document["scenario"]) == ("07204", "prospect-2")
    shown = {
        str(r["year"]): r["total"]
        for r in build_vision(iwaki).tables["scenario_totals"]
        if r["scenario"] == "prospect-2"
    }
    assert document["totals"] == pytest.approx(shown, abs=0.06)
    assert document["support_ratio"]["2015"] == pytest.approx(4.13, abs=0.01)
    assert "evacuees-return" in document["assumptions"]


def test_csv_adds_up_and_opens_in_a_spreadsheet(iwaki: Area) -> None:
    text = run("07204", "--csv")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert sum(float(r["population"]) for r in rows if r["year"] == "2015") == pytest.approx(350_237, abs=0.1)
    assert rows[0]["deaths"] == ""

    def total(column: str, year: str) -> float:
        return sum(float(r[column] or 0) for r in rows if r["year"] == year)

    assert total("special", "2015") == pytest.approx(24_238, abs=0.1)
    change = total("births", "2020") - total("deaths", "2020") + total("net_migration", "2020")
    assert total("residents", "2020") - total("residents", "2015") == pytest.approx(change, abs=0.1)


def test_a_short_horizon_keeps_the_path_of_the_scenario(iwaki: Area) -> None:
    whole = json.loads(run("07204", "--scenario", "simulation-1", "--json"))["totals"]
    short = json.loads(run("07204", "--scenario", "simulation-1", "--to", "2025", "--json"))["totals"]
    assert short == {year: whole[year] for year in ("2015", "2020", "2025")}


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<svg")])
def test_a_chart_is_written_to_a_file(iwaki: Area, tmp_path: Path, suffix: str, start: bytes) -> None:
    path = tmp_path / f"chart{suffix}"
    run("いわき市", "--chart", str(path))
    assert path.read_bytes().startswith(start)


def test_a_scenario_can_come_from_a_file(iwaki: Area, tmp_path: Path) -> None:
    path = tmp_path / "still.yaml"
    path.write_text(
        "{name: still, title: {ja: 移動なし}, overrides: [{migration_zero: {}}]}", encoding="utf-8"
    )
    still = json.loads(run("07204", "--scenario", str(path), "--json"))
    assert still["totals"]["2060"] > json.loads(run("07204", "--json"))["totals"]["2060"]


def test_without_options_a_table_for_reading_is_printed(fukushima: Area) -> None:
    text = run("072010", "--language", "en")
    assert "282,693" in text
    assert "Baseline" in text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["07205"], "07204"),
        (["いわき"], "いわき市"),
        (["07204", "--scenario", "prospct-2"], "prospect-2"),
        (["07204", "--scenario", "nowhere.yaml"], "nowhere.yaml"),
        (["07204", "--to", "2063"], "2063"),
        (["07204", "--to", "2090"], "2075"),
        (["07204", "--base", "2020"], "2015"),
        (["07000"], "2015"),
        (["07204", "--chart", "chart.gif"], "chart.gif"),
        (["07204", "--chart", "nowhere/chart.png"], "nowhere"),
    ],
)
def test_a_wrong_word_exits_2_and_names_the_nearest(demonstration: None, words: list[str], part: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 2
    assert part in str(caught.value)
