"""Every page that can be reached by links, in English: accessible, silent, whole, and without Japanese but names.

A file of its own, so that another process than that of test_every_page may take it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, StorageState

from sosei.core.people import demonstration
from sosei.planning.strategy import demonstration_tables
from sosei.programmes.jobs.demonstration.tables import rows
from tests.browser.crawling import LOOKED_AT_ELSEWHERE, Crawl, Pages, crawl, signed_in
from tests.browser.demonstration_site import served_demonstration

__all__ = ["crawl", "signed_in"]

pytestmark = pytest.mark.browser

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


AXE_AT_EVERY = 4
"""Axe has seen every page in Japanese at a phone's width; the English twin comes from the same template."""
WORKER_NAMES = ("family_kana", "given_kana")
DEPARTMENTS = demonstration_tables.rows("departments")
QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
"""A title within an English sentence: what was decided under a name stays under that name."""
INVENTED = re.compile(r"(?:[^\s（）・:]+ )?[^\s（）・:]+（架空）")
"""Names of the demonstration's workers and employers' people say themselves that they are invented."""
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
            | {person for row in DEPARTMENTS for person in (row["family_name"], row["given_name"]) if person}
            # A department is named in what happened as it was called then.
            | {row["name"] for row in DEPARTMENTS}
            | {
                row[part]
                for code, *_ in demonstration.TOWNS
                for row in rows("workers", code)
                for part in WORKER_NAMES
            }
            # What an input was, a language in its own words, a town's official name in its own settings.
            | {"架空", "令和", "日本語", *(name for _code, name, _english in demonstration.TOWNS)},
            key=len,
            reverse=True,
        )
    )
)


def is_a_name(text: str) -> bool:
    """Names of invented people and departments, and titles that a sentence quotes, stay as they are written."""
    left = NAMES.sub("", INVENTED.sub("", QUOTED.sub("", text)))
    return not re.search(r"[\u3040-\u30fa\u4e00-\u9fff]", left)


@pytest.fixture(scope="module")
def site(chromium: str) -> Iterator[str]:
    """A site that no journey has changed: the one that was walked may be another process's."""
    with served_demonstration() as served:
        yield f"http://127.0.0.1:{served.port}"


def test_every_page_in_english_holds_no_japanese_but_names(
    crawl: Crawl, browser: Browser, site: str, signed_in: dict[str, StorageState | None]
) -> None:
    with Pages(browser, site, signed_in) as pages:
        for number, (name, (path, role)) in enumerate(crawl.pages.items()):
            axe = number % AXE_AT_EVERY == 0 and name not in LOOKED_AT_ELSEWHERE
            page = pages.open(f"/en{path}", role)
            pages.measure(page, f"{name} /en{path}", "en", 1280, axe=axe)
            pages.measure(page, f"{name} /en{path}", "en", 375, axe=False)
            left = [text for text in page.evaluate(JAPANESE_TEXT) if not is_a_name(text)]
            if left:
                pages.faults.append(f"{name} /en{path}: {left}")
    assert pages.faults == []
