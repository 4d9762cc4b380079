"""Fixtures of the browser tests: the demonstration running as a process of its own, and a Chromium to visit it with."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.demonstration_site import served_demonstration

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DRAW_SECONDS = 60
# A page may be slow on a busy machine and is not wrong for that: what is measured is measured by the bench.
expect.set_options(timeout=45_000)


@dataclass
class Visit:
    """An open page with all that its console and its content security policy complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def wait_for_charts(self) -> None:
        """Returns when every chart is drawn."""
        # Not wait_for_function: it needs eval, which the page's security policy forbids.
        until = time.monotonic() + DRAW_SECONDS
        while time.monotonic() < until:
            left = self.page.evaluate(
                "[...document.querySelectorAll('[data-chart]:not([data-drawn])')].map((e) => e.id)"
            )
            if not left:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"not drawn after {DRAW_SECONDS} s: {left}; {self.complaints}")

    def wait_for(self, expression: str, seconds: float = 60) -> Any:
        """The value of a JavaScript expression as soon as it is true."""
        until = time.monotonic() + seconds
        while True:
            value = self.page.evaluate(expression)
            if value:
                return value
            assert time.monotonic() < until, f"never true: {expression}; {self.complaints}"
            self.page.wait_for_timeout(25)


Visitor = Callable[..., Any]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; the test is skipped, and says so, where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("there is no Chromium on this machine (tools/ensure_chromium.sh installs one on Debian)")


@pytest.fixture(scope="session")
def site(chromium: str) -> Iterator[str]:
    """The address of `sosei demo`, started for these tests with a folder and a database of its own."""
    with served_demonstration() as served:
        yield f"http://127.0.0.1:{served.port}"


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def visit(site: str, browser: Browser) -> Visitor:
    """`with visit(path, width=…, color_scheme=…) as opened:` opens a page in a context of its own."""

    @contextmanager
    def open_page(
        path: str, width: int = 1280, height: int = 900, draw: bool = True, **options: Any
    ) -> Iterator[Visit]:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        try:
            opened = Visit(context.new_page())
            opened.page.on(
                "console",
                lambda message: (
                    opened.complaints.append(message.text) if message.type in {"error", "warning"} else None
                ),
            )
            opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
            opened.page.goto(path if path.startswith("http") else site + path)
            if draw:
                opened.wait_for_charts()
            yield opened
        finally:
            context.close()

    return open_page
