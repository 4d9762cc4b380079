"""What a person does at a browser, in the words of the screen: opens, reads, fills in, presses; axe looks along."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from django.utils.translation import override
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Download,
    Error,
    Locator,
    Page,
    expect,
)

from sosei.core.people import demonstration

AXE = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
ARRIVAL_SECONDS = 180
CODE_SECONDS = 30
"""How long one code of an authenticator app is good."""


def violations(page: Page) -> list[str]:
    """What axe-core objects to: the rule, why, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate(
        "(options) => axe.run(options).then((told) => told.violations)", AXE
    )
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def button_of(cast: demonstration.Cast) -> re.Pattern[str]:
    """The name of an invented person's button on the Japanese list."""
    with override("ja"):
        return re.compile(rf"^{re.escape(str(cast.what))} ")


def address_name(url: str) -> str:
    """The name of an address of the site; the path itself where it has none."""
    return _name(urlsplit(url).path)


@cache
def _name(path: str) -> str:
    # The names are those of the Japanese addresses; the English ones are the same under a prefix.
    try:
        return resolve(path.removeprefix("/en") if path.startswith("/en/") else path).view_name or path
    except Resolver404:
        return path


def code_of_app(secret: str, ahead: int = 0) -> str:
    """The six digits an authenticator app shows now, or `ahead` turns later (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    turn = int(time.time()) // CODE_SECONDS + ahead
    digest = hmac.new(key, struct.pack(">Q", turn), sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def wrong_code(right: str) -> str:
    """Six digits that are not those."""
    return f"{(int(right) + 500_000) % 10**6:06d}"


@dataclass
class Seen:
    """What the journeys of one run passed: addresses by name, and what axe or the console objected to there."""

    pages: set[tuple[str, str, int]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class Walker:
    """Somebody at a browser of their own."""

    def __init__(self, page: Page, site: str, seen: Seen) -> None:
        self.page, self.site, self.seen = page, site, seen
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        # The status of the page itself is told on the page; that of anything else is a fault.
        is_status = said.text.startswith("Failed to load resource") and said.location["url"] == self.page.url
        if said.type in {"error", "warning"} and not is_status:
            self.complaints.append(said.text)

    @property
    def main(self) -> Locator:
        """The page without its header and footer."""
        return self.page.get_by_role("main")

    @property
    def header(self) -> Locator:
        """Language, menu, sign-in."""
        return self.page.get_by_role("banner")

    def open(self, path: str) -> None:
        """Types an address."""
        self.page.goto(path if path.startswith("http") else self.site + path)

    def arrives(self, heading: str) -> None:
        """Reads the heading of the page; axe looks at every page once for each width."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(heading)))
        self.look()

    def look(self) -> None:
        """Fails on what axe, the console or the width of the window object to.

        Raises:
            AssertionError: with all of it.
        """
        try:
            self._look()
        except Error as error:
            # The page was left while it was looked at: the one that came has the same heading.
            if "context was destroyed" not in str(error):
                raise
            self.page.wait_for_load_state()
            self._look()

    def _look(self) -> None:
        name = address_name(self.page.url)
        width = (self.page.viewport_size or {"width": 0})["width"]
        key = (name, self.page.title(), width)
        if key not in self.seen.pages:
            assert violations(self.page) == [], self.page.url
            assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                self.page.url
            )
            self.seen.pages.add(key)
            self.seen.names.add(name)
        assert self.complaints == [], self.page.url

    def follow(self, text: str, *, within: Locator | None = None, exact: bool = False) -> None:
        """Clicks a link."""
        (within or self.page).get_by_role("link", name=text, exact=exact).click()

    def press(self, text: str, *, within: Locator | None = None, exact: bool = False) -> None:
        """Clicks a button."""
        (within or self.page).get_by_role("button", name=text, exact=exact).click()

    def fill(self, **fields: str) -> None:
        """Types into boxes named by their labels."""
        for label, text in fields.items():
            self.box(label).fill(text)

    def box(self, label: str) -> Locator:
        """The box with that label, whether or not it must be filled in."""
        return self.main.get_by_label(
            re.compile(rf"^\s*{re.escape(label)}(\s*※必須|\s*\*?\s*required)?\s*$", re.I)
        )

    def choose(self, label: str) -> None:
        """Ticks a box or picks a choice."""
        self.main.get_by_label(label).check()

    def reads(self, text: str | re.Pattern[str]) -> None:
        """Finds a text on the page."""
        expect(self.main).to_contain_text(text)

    def misses(self, text: str) -> None:
        """Finds it nowhere."""
        expect(self.main).not_to_contain_text(text)

    def menu(self) -> Locator:
        """The menu of the header, which a narrow window keeps behind a button."""
        opener = self.header.get_by_role("button", name="メニュー")
        if opener.is_visible():
            opener.click()
        return self.page.get_by_role("navigation", name="メニュー")

    def signs_out(self) -> None:
        """By the menu."""
        self.menu()
        self.press("ログアウト", within=self.header)
        expect(self.header.get_by_role("link", name="ログイン")).to_be_visible()

    def downloads(self, press: Callable[[], None]) -> Download:
        """The file that comes of it."""
        with self.page.expect_download() as coming:
            press()
        return coming.value

    def mail_to(self, address: str, about: str = "") -> str:
        """The newest message to an address in the demonstration's mailbox, read in a second tab."""
        tab = self.page.context.new_page()
        try:
            until = time.monotonic() + ARRIVAL_SECONDS
            while True:
                tab.goto(f"{self.site}/demo/mailbox?{urlencode({'to': address})}")
                letters = tab.get_by_role("article").filter(has_text=about)
                if letters.count():
                    return letters.first.inner_text()
                assert time.monotonic() < until, f"no message {about!r} to {address} in {ARRIVAL_SECONDS} s"
                tab.wait_for_timeout(250)
        finally:
            tab.close()

    def code_sent_to(self, address: str, about: str = "") -> str:
        """The six digits in the newest message."""
        digits = re.search(r"(?<!\d)\d{6}(?!\d)", self.mail_to(address, about))
        assert digits, f"no code in the message to {address}"
        return digits.group()


Journey = Callable[..., Any]


def walker_at(browser: Browser, site: str, seen: Seen) -> Journey:
    """`with somebody(width=…, …) as walker:` gives a person with a browser of their own."""

    @contextmanager
    def somebody(width: int = 1280, height: int = 900, **options: Any) -> Iterator[Walker]:
        context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, locale=options.pop("locale", "ja-JP"), **options
        )
        context.set_default_timeout(45_000)
        try:
            yield Walker(context.new_page(), site, seen)
        finally:
            context.close()

    return somebody
