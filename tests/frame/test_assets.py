"""The charts' script and font: built once from installed packages, usable under the pages' strict policy."""

from __future__ import annotations

import json
import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from unittest import mock

import pytest
from django.conf import settings
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
        mock.patch("vl_convert.javascript_bundle", return_value=bare),
        pytest.raises(AssetError, match="expressionInterpreter"),
    ):
        build_assets(tmp_path)
    assert not (tmp_path / BUNDLE).exists()


def test_the_font_draws_the_characters_of_charts(built):
    drawn = TTFont(built / FONT).getBestCmap()
    assert [
        character for character in "いわき市人口歳女男年齢△〜～髙﨑①" if ord(character) not in drawn
    ] == []


@pytest.mark.browser
def test_a_chart_draws_under_the_policy_of_the_pages(built):
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    problems: list[str] = []
    with ChartSite(built / BUNDLE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address)
        page.wait_for_selector("body[data-drawn]", timeout=20_000)
        drawn = page.get_attribute("body", "data-drawn")
        browser.close()
    assert problems == []
    assert drawn == "300000"


class ChartSite:
    """A page with one chart, served with the very policy of the settings."""

    PAGE = (
        "<!doctype html><meta charset=utf-8><title>c</title><link rel=icon href=data:,><body><div id=c></div>"
    )
    SPEC = {
        "data": {"values": [{"year": 2030, "people": 300000}, {"year": 2060, "people": 220000}]},
        "transform": [{"calculate": "datum.people * 1", "as": "shown"}],
        "mark": "line",
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": "年"},
            "y": {"field": "shown", "type": "quantitative", "title": "人口（人）"},
        },
    }
    SCRIPT = (
        "vegaEmbed('#c', SPEC, {ast: true, actions: false, defaultStyle: false, renderer: 'svg',"
        " tooltip: {disableDefaultStyle: true}})"
        ".then(r => { document.body.dataset.drawn = r.view.data('data_0')[0].shown; });"
    )

    def __init__(self, bundle: Path) -> None:
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
        files = {
            "/": ("text/html", (self.PAGE + "<script src=b.js></script><script src=c.js></script>").encode()),
            "/b.js": ("text/javascript", bundle.read_bytes()),
            "/c.js": ("text/javascript", self.SCRIPT.replace("SPEC", json.dumps(self.SPEC)).encode()),
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, content = files[self.path]
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def __exit__(self, *failure: object) -> None:
        self.server.shutdown()
        self.server.server_close()
