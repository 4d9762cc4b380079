"""The demonstration with the keyboard alone: Tab, Enter, Space, Escape and arrows, and always a visible focus."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sosei.core.people import demonstration, roles
from tests.browser.journey_steps import Seen, Walker, code_of_app, walker_at
from tests.browser.test_journeys import TOWN, email_of

pytestmark = pytest.mark.browser

MOST_TABS = 120
SCROLL_SECONDS = 2
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const rings = [one, one.closest('label'), ...(one.id ? document.querySelectorAll(`label[for="${one.id}"]`) : [])]
    .filter(Boolean)
    .map((each) => getComputedStyle(each))
    .some((style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
      || (style.boxShadow !== 'none' && style.boxShadow !== ''));
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return {
    html: one.outerHTML.slice(0, 120),
    text: (one.getAttribute('aria-label') || one.innerText || one.labels?.[0]?.innerText || '').trim(),
    rings,
    inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    covered: !!top && !one.contains(top) && !top.contains(one),
  };
}"""


class Keyboard:
    """A walker who has no mouse."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.page = walker, walker.page

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, text: str, *, back: bool = False) -> None:
        """Tabs until the focus is on that text; wherever it stops on the way it can be seen.

        Raises:
            AssertionError: it was never reached, or not seen.
        """
        passed = []
        for _turn in range(MOST_TABS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            focus = self._focus()
            if focus is None:
                continue
            assert focus["rings"], f"no ring around {focus['html']}"
            assert focus["inside"], f"out of sight: {focus['html']}"
            assert not focus["covered"], f"covered: {focus['html']}"
            passed.append(focus["text"].split("\n")[0])
            if re.search(text, focus["text"]):
                return
        raise AssertionError(f"{text!r} was never reached: {passed}")

    def _focus(self) -> dict[str, Any] | None:
        """What has the focus, once the page has scrolled to it."""
        until = time.monotonic() + SCROLL_SECONDS
        while True:
            focus: dict[str, Any] | None = self.page.evaluate(FOCUS)
            if focus is None or (focus["inside"] and not focus["covered"]) or time.monotonic() > until:
                return focus
            self.page.wait_for_timeout(50)

    def types(self, text: str) -> None:
        """Into the box that has the focus."""
        self.page.keyboard.type(text)

    def focused(self) -> str:
        """The text of what has the focus."""
        return str((self.page.evaluate(FOCUS) or {}).get("text", ""))


@pytest.fixture
def keyboard(browser: Browser, site: str) -> Iterator[Keyboard]:
    """On the first page of the demonstration."""
    with walker_at(browser, site, Seen())() as walker:
        yield Keyboard(walker)


def signs_in(keys: Keyboard, role: str) -> None:
    """With the skip link, the form and, for staff, the second factor."""
    keys.walker.open("/account/login/")
    keys.tab_to("本文へ進む")
    keys.press("Enter")
    keys.tab_to("メールアドレスか携帯電話の番号")
    keys.types(email_of(role))
    # Nothing stands between the two boxes.
    keys.press("Tab")
    assert keys.focused().startswith("パスワード")
    keys.types(demonstration.PASSWORD)
    keys.press("Enter")
    if role in roles.STAFF:
        keys.walker.arrives("もう一つの確認")
        keys.tab_to("認証アプリの数字")
        keys.types(code_of_app(demonstration.TOTP_SECRET))
        keys.press("Enter")


def test_errors_of_a_form_are_found_and_mended_without_a_mouse(keyboard: Keyboard) -> None:
    keyboard.walker.open("/account/signup/")
    keyboard.tab_to("本文へ進む")
    keyboard.press("Enter")
    keyboard.tab_to("^アカウントを作る$")
    keyboard.press("Enter")
    summary = keyboard.page.get_by_role("group", name="直すところが4か所あります")
    expect(summary).to_be_focused()
    keyboard.tab_to("メールアドレスか携帯電話の番号")
    keyboard.press("Enter")
    expect(keyboard.walker.box("メールアドレスか携帯電話の番号")).to_be_focused()
    keyboard.types("keys@example.jp")
    keyboard.tab_to("^パスワード")
    keyboard.types("kaze-no-toorimichi-7")
    keyboard.tab_to("「あなたの情報の使いかた」に同意します")
    keyboard.press("Space")
    keyboard.tab_to("「利用のきまり」に同意します")
    keyboard.press("Space")
    keyboard.tab_to("^アカウントを作る$")
    keyboard.press("Enter")
    keyboard.walker.arrives("コードを入力する")


def test_staff_sign_in_and_turn_the_pages_of_a_list_without_a_mouse(keyboard: Keyboard) -> None:
    signs_in(keyboard, roles.PROGRAMME_STAFF)
    keyboard.walker.arrives("いわき市の役所の画面")
    keyboard.walker.open(f"/{TOWN}/office/people")
    keyboard.walker.arrives("人")
    first = keyboard.walker.main.locator("tbody tr").first.inner_text()
    keyboard.tab_to("^次へ$")
    keyboard.press("Enter")
    expect(keyboard.walker.main.locator("tbody tr").first).not_to_have_text(first)
    keyboard.tab_to("^前へ$")
    keyboard.press("Enter")
    expect(keyboard.walker.main.locator("tbody tr").first).to_contain_text(
        first.split("\n")[0].split("\t")[0]
    )


def test_the_menu_of_a_phone_opens_and_closes_without_a_mouse(keyboard: Keyboard) -> None:
    keyboard.page.set_viewport_size({"width": 375, "height": 700})
    signs_in(keyboard, roles.CITIZEN)
    keyboard.walker.arrives("マイページ")
    keyboard.tab_to("メニュー")
    keyboard.press("Enter")
    menu = keyboard.page.get_by_role("navigation", name="メニュー")
    expect(menu).to_be_visible()
    keyboard.tab_to("お知らせ")
    keyboard.press("Escape")
    expect(menu).to_be_hidden()
    assert "メニュー" in keyboard.focused()
    keyboard.press("Enter")
    keyboard.tab_to("お知らせ")
    keyboard.press("Enter")
    keyboard.walker.arrives("お知らせ")


def test_a_dialog_holds_the_focus_and_gives_it_back(keyboard: Keyboard) -> None:
    page: Page = keyboard.page
    keyboard.walker.open("/design#dialogs")
    opener = page.locator("[data-dialog]").first
    opener.scroll_into_view_if_needed()
    # The page of components is long: the way there is left out, the rest is walked.
    page.evaluate(
        "document.querySelector('[data-dialog]').closest('section')?.setAttribute('tabindex', '-1')"
    )
    page.evaluate("document.querySelector('[data-dialog]').closest('section')?.focus()")
    keyboard.tab_to(re.escape(opener.inner_text().strip()))
    keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _turn in range(6):
        keyboard.press("Tab")
        inside = page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert inside, keyboard.focused()
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
