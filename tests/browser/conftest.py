"""Fixtures of the browser tests: the demonstration running as a process of its own, and a Chromium to visit it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_SECONDS = 240
DRAW_SECONDS = 30


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

    def wait_for(self, expression: str, seconds: float = 5) -> Any:
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
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `sosei demo`, started for these tests with a folder and a database of its own."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source = Path(__file__).resolve().parents[2] / "src"
    environment = {
        **os.environ,
        "SOSEI_HOME": str(home),
        "SOSEI_DEMONSTRATION": "1",
        # A passkey belongs to a name, and an address of numbers is none: whoever uses one comes by this address.
        "SOSEI_ADDRESS": f"http://localhost:{port}",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(source), os.environ.get("PYTHONPATH", "")])),
        "DJANGO_SETTINGS_MODULE": "sosei.gateway.project.settings",
    }
    environment.pop("DATABASE_URL", None)
    log = home / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sosei", "demo", "--port", str(port)],
            env=environment,
            cwd=home,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(f"{address}/healthz", process, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"sosei demo ended by itself:\n{log.read_text(encoding='utf-8')}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError(f"sosei demo did not answer in {START_SECONDS} s:\n{log.read_text(encoding='utf-8')}")


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
