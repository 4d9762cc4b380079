"""The charts' script alone, under the very content security policy of the pages: a chart is really drawn."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from sosei.gateway.project.assets import BUNDLE, build_assets

pytestmark = pytest.mark.browser


def test_a_chart_draws_under_the_policy_of_the_pages(browser: Browser, tmp_path: Path) -> None:
    build_assets(tmp_path)
    problems: list[str] = []
    with ChartSite(tmp_path / BUNDLE) as address:
        page = browser.new_page()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address)
        page.wait_for_selector("body[data-drawn]", timeout=20_000)
        drawn = page.get_attribute("body", "data-drawn")
        page.close()
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
