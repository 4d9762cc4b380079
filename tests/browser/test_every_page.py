"""Every page that can be reached by links, as a visitor and in every role: accessible, silent, whole, in its language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState

from sosei.core.people import addresses, demonstration, roles
from tests.browser.journey_steps import address_name, button_of, violations

pytestmark = pytest.mark.browser

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

BY_JOURNEYS = {
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_email_verification_sent",
    "account_verify_phone",
    "mfa_authenticate",
    "mfa_edit_webauthn",
    "mfa_list_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "people:consents-due",
    "people:erased",
    "people:invitation",
}
"""Pages in the middle of something: the journeys pass them, and axe looks there."""
BY_THE_YEAR = {
    # By a department's link, which only a mail holds; in the middle of a step; the demonstration has none in that state.
    "outcomes:feed-end",
    "strategy:answer",
    "strategy:answer-look",
    "strategy:answer-paste",
    "strategy:ask-look",
    "strategy:campaign-open",
    "strategy:kpi-choose",
    "strategy:measure-resume",
    "strategy:review-back",
    "strategy:review-change",
    "strategy:review-close",
    "strategy:review-forward",
    "strategy:review-publish",
    "strategy:review-return",
    "strategy:review-summary",
    "strategy:reviews-compare",
    "strategy:strategy-drop",
    "strategy:strategy-publish",
    "strategy:value-import",
}
"""Pages that test_campaign_journey passes, or looks at one by one."""
NOT_PAGES = {
    # Programs ask these.
    "health",
    "metrics",
    "readiness",
    # A file, a part of a page, or only the way to one.
    "mfa_download_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
    "outcomes:file",
    "outcomes:import-template",
    "outcomes:loop-file",
    "people:data-file",
    "people:invitation-link",
    "population:area",
    "population:figure-file",
    "population:table-file",
    "population:what-if-file",
    "population:what-if",
    "records:entries-file",
    "records:file",
    "records:file-preview",
    "records:operator-entries-file",
    "strategy:answer-link",
    "strategy:board-file",
    "strategy:kpi-file",
    "strategy:lineage-file",
    "strategy:results-file",
    "strategy:review-file",
    "strategy:sheet-file",
    "strategy:structure-file",
    # Pressed, and another page answers.
    "mfa_login_webauthn",
    "people:address-lookup",
    "people:address-remove",
    "people:consent-decide",
    "people:invitation-resend",
    "people:invitation-withdraw",
    "people:join-town",
    "people:operator-invitation-resend",
    "people:operator-invitation-withdraw",
    "people:person-address-lookup",
    "people:sign-out-elsewhere",
    "people:stop-acting",
    "records:notifications-read",
    "strategy:campaign-remind",
    "strategy:campaign-take-in",
    "strategy:layout-drop",
    "strategy:lineage-complete",
    "strategy:part-move",
    "strategy:part-put-back",
    "strategy:review-change-done",
    "strategy:review-changes-keep",
    "strategy:review-changes-publish",
    # Needs a city's own directory, which the demonstration has none of; or a message that could not be delivered.
    "account_set_password",
    "socialaccount_signup",
    "records:operator-send-again",
    "records:send-again",
    # Nobody in the demonstration has sent a file yet.
    "records:my-file-remove",
}

LOOK = """() => ({
  wide: document.documentElement.scrollWidth - window.innerWidth,
  headings: document.querySelectorAll('h1').length,
  title: document.title,
  lang: document.documentElement.lang,
})"""
JAPANESE_TEXT = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (/script|style/i.test(parent.tagName) || parent.closest('[lang]').lang.startsWith('ja')) continue;
    if (/[\\u3040-\\u30fa\\u4e00-\\u9fff]/.test(node.data)) found.add(node.data.trim());
  }
  return [...found];
}"""


@dataclass
class Crawl:
    """What was found: the pages by name, each with a path and the role that reached it first."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    """What is wrong with the HTML itself, of whichever role."""
    reached: dict[str, set[str]] = field(default_factory=dict)


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
def crawl(browser: Browser, site: str, signed_in: dict[str, StorageState | None]) -> Crawl:
    """Follows the links of every page, one page of each name."""
    found = Crawl()
    for role, state in signed_in.items():
        context = browser.new_context(storage_state=state)
        found.reached[role] = set(_follow(context, site, role, found))
        context.close()
    return found


def _follow(context: BrowserContext, site: str, role: str, found: Crawl) -> Iterator[str]:
    waiting = list(STARTS.get(role, STAFF_STARTS))
    passed: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if address_name(path) in passed:
            continue
        answer = context.request.get(site + path)
        name = address_name(answer.url)
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
        yield name


def _links(path: str, html: str) -> list[str]:
    """Addresses of this site on a page, without its English twin."""
    found = (
        urldefrag(link.replace("&amp;", "&")).url for link in re.findall(r'<a\b[^>]*?href="([^"]*)"', html)
    )
    all_links = (urljoin(path, link) for link in found)
    return [link for link in all_links if link.startswith("/") and not link.startswith("/en/")]


def test_the_html_of_every_page_in_every_role_has_one_heading_and_a_title(crawl: Crawl) -> None:
    assert crawl.plain == []


def test_every_page_is_reached_by_links_or_passed_by_a_journey(crawl: Crawl) -> None:
    names = set(addresses.registered())
    assert sorted(names - set(crawl.pages) - BY_JOURNEYS - BY_THE_YEAR - NOT_PAGES) == []
    assert sorted((BY_JOURNEYS | BY_THE_YEAR | NOT_PAGES) - names) == []


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


def test_every_page_in_japanese_on_a_phone_and_on_a_desk(
    crawl: Crawl, browser: Browser, site: str, signed_in: dict[str, StorageState | None]
) -> None:
    with Pages(browser, site, signed_in) as pages:
        for name, (path, role) in crawl.pages.items():
            page = pages.open(path, role)
            for width in (1280, 375):
                pages.measure(page, f"{name} {path}", "ja", width, axe=name not in LOOKED_AT_ELSEWHERE)
    assert pages.faults == []


def test_every_page_in_english_holds_no_japanese_but_names(
    crawl: Crawl, browser: Browser, site: str, signed_in: dict[str, StorageState | None]
) -> None:
    with Pages(browser, site, signed_in) as pages:
        for name, (path, role) in crawl.pages.items():
            page = pages.open(f"/en{path}", role)
            pages.measure(page, f"{name} /en{path}", "en", 1280, axe=False)
            pages.measure(page, f"{name} /en{path}", "en", 375, axe=name not in LOOKED_AT_ELSEWHERE)
            left = [text for text in page.evaluate(JAPANESE_TEXT) if not is_a_name(text)]
            if left:
                pages.faults.append(f"{name} /en{path}: {left}")
    assert pages.faults == []


NAMES = re.compile(
    "|".join(
        sorted(
            {
                part
                for cast in (*demonstration.CAST, demonstration.OPERATOR)
                for part in (cast.family_name, cast.given_name, cast.family_kana, cast.given_kana)
                if part
            }
            | {part for pair in (*demonstration.FAMILY_NAMES, *demonstration.GIVEN_NAMES) for part in pair}
            # What an input was, a language in its own words, a town's official name in its own settings.
            | {"架空", "令和", "日本語", *(name for _code, name, _english in demonstration.TOWNS)},
            key=len,
            reverse=True,
        )
    )
)


def is_a_name(text: str) -> bool:
    """Names of invented people and what staff or citizens wrote stay as they are written."""
    left = NAMES.sub("", text)
    return not re.search(r"[\u3040-\u30fa\u4e00-\u9fff]", left)


def test_a_page_of_every_kind_in_the_dark(
    crawl: Crawl, browser: Browser, site: str, signed_in: dict[str, StorageState | None]
) -> None:
    sample = (
        "portal:home",
        "design:components",
        "account_signup",
        "people:me",
        "people:consents",
        "people:people",
        "people:person",
        "people:members",
        "people:operator",
        "records:entries",
        "records:notifications",
    )
    with Pages(browser, site, signed_in) as pages:
        for name in sample:
            path, role = crawl.pages[name]
            page = pages.open(path, role)
            page.emulate_media(color_scheme="dark")
            pages.measure(page, f"{name} {path}", "ja", 375, axe=True)
    assert pages.faults == []
