"""Before the nation is there: what the page says, and what the command refuses."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sosei.planning.population.figures import key_figures
from sosei.planning.population.models import Area
from sosei.planning.population.nation.census import NoNationalCensusError, national_census
from sosei.planning.population.nation.models import NationalRun
from sosei.planning.population.nation.services import silent
from sosei.planning.population.vision import build_vision
from tests.population.national_world import BASE, COUNT, store_census


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_empty_site_says_which_files_to_get_and_how(client: Client, prefix: str) -> None:
    text = client.get(f"{prefix}/nation").content.decode()
    for named in ("e-stat.go.jp", "nlftp.mlit.go.jp", "ipss.go.jp", "sosei import", "sosei nation"):
        assert named in text
    assert client.get(f"{prefix}/nation/compare").status_code == 200
    assert client.get(f"{prefix}/nation.csv").status_code == 404


def test_while_the_nation_is_missing_the_two_cities_are_shown(client: Client, demonstration: None) -> None:
    text = client.get("/nation").content.decode()
    for code, name in (("07201", "福島市"), ("07204", "いわき市")):
        assert f'href="/{code}/vision">{name}' in text
        for figure in key_figures(build_vision(Area.objects.get(code=code))):
            assert f"<dt>{figure.label}</dt><dd>{figure.text}</dd>" in text


@pytest.mark.django_db
def test_too_few_municipalities_are_refused_with_how_many_there_are(tmp_path: Path) -> None:
    with pytest.raises(NoNationalCensusError) as refused:
        national_census(progress=silent)
    assert "1700" in refused.value.text("en")
    store_census(tmp_path)
    with pytest.raises(CommandError, match=rf"most: {COUNT}"):
        call_command("nation", "--language", "en", stdout=io.StringIO())
    assert not NationalRun.objects.exists()


@pytest.mark.django_db
def test_a_comparison_without_an_official_projection_stores_nothing(tmp_path: Path) -> None:
    store_census(tmp_path)
    with pytest.raises(CommandError, match=str(BASE)):
        call_command("nation", "--fewest", str(COUNT), "--compare", "--language", "ja", stdout=io.StringIO())
    assert not NationalRun.objects.exists()
