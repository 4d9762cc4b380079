"""The charts' script and font: built once from installed packages, usable under the pages' strict policy."""

from __future__ import annotations

import shutil
from pathlib import Path
from unittest import mock

import pytest
from fontTools.ttLib import TTFont

from sosei.gateway.project.assets import BUNDLE, FONT, FONT_LICENCE, AssetError, build_assets


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    assert {path.name for path in build_assets(folder)} == {BUNDLE, FONT, FONT_LICENCE}
    return folder


def test_assets_that_are_right_are_left_alone(built):
    assert build_assets(built) == []


def test_a_bundle_of_other_versions_is_built_anew(built, tmp_path):
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    (tmp_path / BUNDLE).write_text("/*! Vega 4 */\nold", encoding="utf-8")
    assert [path.name for path in build_assets(tmp_path)] == [BUNDLE]
    assert (tmp_path / BUNDLE).read_bytes() == (built / BUNDLE).read_bytes()


def test_the_bundle_names_the_versions_inside_it(built):
    first = (built / BUNDLE).read_text(encoding="utf-8").split("\n", 1)[0]
    assert all(name in first for name in ("Vega ", "Vega-Lite ", "Vega-Embed ", "vl-convert "))


def test_a_bundle_without_the_interpreter_is_refused(tmp_path):
    bare = "window.vegaEmbed=1;window.vega=1;window.vegaLite=1;"
    with (
        mock.patch("sosei.gateway.project.assets._bundled_apart", return_value=bare),
        pytest.raises(AssetError, match="expressionInterpreter"),
    ):
        build_assets(tmp_path)
    assert not (tmp_path / BUNDLE).exists()


def test_the_font_draws_the_characters_of_charts(built):
    drawn = TTFont(built / FONT).getBestCmap()
    assert [
        character for character in "いわき市人口歳女男年齢△〜～髙﨑①" if ord(character) not in drawn
    ] == []
