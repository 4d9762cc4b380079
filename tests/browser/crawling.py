"""Walks the demonstration by its links, in every role, and opens what it found: fixtures for the tests of every page."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState

from sosei.core.people import demonstration, roles
from tests.browser.journey_steps import address_name, button_of, violations
from tests.demonstration_home import alone

TOWN = "07204"
STARTS = {
    "": (
        "/",
        "/design",
        "/demo/mailbox",
        "/demonstration/sign-in",
        "/account/inactive/",
        "/account/password/reset/done/",
        "/account/directory/cancelled/",
        "/account/directory/error/",
    ),
    roles.CITIZEN: (
        "/me/",
        "/me/birth-date",
        "/account/reauthenticate/",
        "/account/logout/",
        "/account/password/set/",
        "/account/directory/",
    ),
}
STAFF_STARTS = ("/me/", "/office/")
PROVES_IT_ONCE_MORE = (roles.CITIZEN, roles.PLANNER)
"""Who is asked for the password before the crawl, so that pages about signing in open."""
STATUS = {"socialaccount_login_error": 401}
LOOKED_AT_ELSEWHERE = ("design:components", "population:vision")
"""Long pages, which axe takes seconds for: test_design and test_every_look show them in every look."""


WALKED_OFTEN = 4
"""So many roles walk a page; for further ones it has no other links. test_crawl asks for the pages of every role."""
RICHEST = (roles.CITIZEN, roles.REVIEWER)
"""Roles whose own pages hold links that are on nobody else's: they walk first."""

LOOK = """() => ({
  wide: document.documentElement.scrollWidth - window.innerWidth,
  headings: document.querySelectorAll('h1').length,
  title: document.title,
  lang: document.documentElement.lang,
})"""


@dataclass
class Crawl:
    """What was found: the pages by name, each with a path and the role that reached it first."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    """What is wrong with the HTML itself, of whichever role."""


def sign_in(browser: Browser, site: str, cast: demonstration.Cast, code: str) -> StorageState:
    """The cookies of an invented person, who was chosen from the demonstration's list."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/demonstration/sign-in")
    town = next((name for number, name, _english in demonstration.TOWNS if number == code), "Sosei 全体")
    people = page.locator(f"xpath=//h3[.='{town}']/following-sibling::ul[1]")
    people.get_by_role("button", name=button_of(cast)).click()
    page.wait_for_url("**/me/")
    if cast.role in PROVES_IT_ONCE_MORE:
        page.goto(f"{site}/account/reauthenticate/?next=/me/")
        page.get_by_label(re.compile("^パスワード")).fill(demonstration.PASSWORD)
        page.get_by_role("button", name="確かめる").click()
        page.wait_for_url("**/me/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: str) -> dict[str, StorageState | None]:
    """Cookies for each role; the visitor has none."""
    states: dict[str, StorageState | None] = {"": None}
    for cast in demonstration.CAST:
        if cast.language == "ja":
            states[cast.role] = sign_in(browser, site, cast, TOWN)
    states[roles.OPERATOR] = sign_in(browser, site, demonstration.OPERATOR, "")
    return states


@pytest.fixture(scope="module")
def crawl(browser: Browser, site: str, signed_in: dict[str, StorageState | None], testrun_uid: str) -> Crawl:
    """Follows the links of every page, one page of each name; once a run, as all sites are copies."""
    folder = settings.SOSEI_HOME / "test-crawl"
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / "lock"):
        kept = folder / f"{testrun_uid}.json"
        if not kept.exists():
            for older in folder.glob("*.json"):
                older.unlink()
            kept.write_text(json.dumps(asdict(_walked(browser, site, signed_in))), encoding="utf-8")
    told = json.loads(kept.read_text(encoding="utf-8"))
    return Crawl({name: (path, role) for name, (path, role) in told["pages"].items()}, told["plain"])


def _walked(browser: Browser, site: str, signed_in: dict[str, StorageState | None]) -> Crawl:
    found = Crawl()
    walked: Counter[str] = Counter()
    for role in dict.fromkeys((*RICHEST, *signed_in)):
        context = browser.new_context(storage_state=signed_in[role])
        _follow(context, site, role, found, walked)
        context.close()
    return found


def _follow(context: BrowserContext, site: str, role: str, found: Crawl, walked: Counter[str]) -> None:
    first = STARTS.get(role, STAFF_STARTS)
    waiting = list(first)
    passed: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if address_name(path) in passed or (walked[address_name(path)] >= WALKED_OFTEN and path not in first):
            continue
        answer = context.request.get(site + path)
        name = address_name(answer.url)
        walked.update({address_name(path), name} - passed)
        passed |= {address_name(path), name}
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        html = answer.text()
        if (
            answer.status != STATUS.get(name, 200)
            or html.count("<h1") != 1
            or not re.search(r"<title>\s*[^\s|]", html)
        ):
            found.plain.append(f"{role or 'visitor'}: {path}: {answer.status}, {html.count('<h1')} h1")
        arrived = urlsplit(answer.url)
        found.pages.setdefault(name, (arrived.path + (f"?{arrived.query}" if arrived.query else ""), role))
        waiting += _links(arrived.path, html)


def _links(path: str, html: str) -> list[str]:
    """Addresses of this site on a page, without its English twin."""
    found = (
        urldefrag(link.replace("&amp;", "&")).url for link in re.findall(r'<a\b[^>]*?href="([^"]*)"', html)
    )
    all_links = (urljoin(path, link) for link in found)
    return [link for link in all_links if link.startswith("/") and not link.startswith("/en/")]


class Pages:
    """Opens the pages one after the other, each with the cookies of the role that reached it."""

    def __init__(self, browser: Browser, site: str, states: dict[str, StorageState | None]) -> None:
        self._browser, self._site, self._states = browser, site, states
        self._pages: dict[str, Page] = {}
        self.faults: list[str] = []

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *error: object) -> None:
        for page in self._pages.values():
            page.context.close()

    def open(self, path: str, role: str) -> Page:
        """The page, drawn; what its console says is a fault."""
        if role not in self._pages:
            page = self._browser.new_context(storage_state=self._states[role]).new_page()
            page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
            page.on("console", self._note)
            self._pages[role] = page
        self._pages[role].goto(self._site + path)
        return self._pages[role]

    def _note(self, said: ConsoleMessage) -> None:
        here = said.page.url if said.page else ""
        # The status of the page itself is told on the page; that of anything else is a fault.
        is_status = said.text.startswith("Failed to load resource") and said.location["url"] == here
        if said.type in {"error", "warning"} and not is_status:
            self.faults.append(f"{here}: {said.text}")

    def measure(self, page: Page, where: str, language: str, width: int, *, axe: bool) -> None:
        """Widths, heading, title, language; axe where wanted."""
        page.set_viewport_size({"width": width, "height": 900})
        told = page.evaluate(LOOK)
        if told["wide"] > 0:
            self.faults.append(f"{where}: {told['wide']} px too wide at {width}")
        if told["headings"] != 1 or not told["title"].strip(" |") or told["lang"] != language:
            self.faults.append(f"{where}: {told}")
        if axe:
            self.faults += [f"{where} at {width}: {one}" for one in violations(page)]
