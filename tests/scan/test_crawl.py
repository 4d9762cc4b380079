"""Every page the demonstration links to, as each kind of user: it answers, in few queries, and leaks no other town."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from sosei.core.people import roles
from sosei.core.people.models import Membership, Person
from tests.demonstration_database import demonstration_database

MOST_QUERIES = 20
MORE_QUERIES = {"payments:office-flaws": 35}
"""It reckons every sum of the books anew: one question a rule, however many rows there are."""
MOST_PAGES = 250
MOST_OF_A_VIEW, WALKED_OFTEN = 2, 6
"""Pages of one view walked for a kind of user: its other rows give the same page with other words. One is enough of a
view of which others have walked so many."""
START = ("/", "/design", "/me/", "/office/", "/07204/office/", "/operator/")
LEAVING = ("/account/logout", "/static/")
# A vision of its own takes long and is crawled by the tests of its room; English pages are the same views.
ELSEWHERE = ("/vision", "/en/")


class Links(HTMLParser):
    """The addresses a page links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(urljoin(self.page, urldefrag(href).url))


def view_of(page: str) -> str:
    """The name of the view behind an address; the address itself where there is none."""
    try:
        return resolve(urlsplit(page).path).view_name
    except Resolver404:
        return page


def queries_in(asked: CaptureQueriesContext) -> int:
    """Questions to tables: to tell the database who is asking is none."""
    return sum("set_config" not in query["sql"] for query in asked.captured_queries)


def crawl(client: Client, walked: Counter[str]) -> dict[str, tuple[int, int]]:
    """Status and number of queries of every page reached by links from the first ones; `walked` counts for everybody."""
    seen: dict[str, tuple[int, int]] = {}
    of_views: Counter[str] = Counter()
    waiting = deque(START)
    while waiting and len(seen) < MOST_PAGES:
        page = waiting.popleft()
        if page in seen or page.startswith(LEAVING) or any(part in page for part in ELSEWHERE):
            continue
        view = view_of(page)
        of_views[view] += 1
        if of_views[view] > (1 if walked[view] >= WALKED_OFTEN else MOST_OF_A_VIEW):
            continue
        walked[view] += 1
        with CaptureQueriesContext(connection) as asked:
            response = client.get(page)
        queries = queries_in(asked)
        if queries > MOST_QUERIES:
            # What is noted once a day, or kept by the process from then on, is no part of a page's own queries.
            with CaptureQueriesContext(connection) as asked:
                response = client.get(page)
            queries = queries_in(asked)
        seen[page] = (response.status_code, queries)
        if response.status_code in {301, 302}:
            waiting.append(urljoin(page, response["Location"]))
        elif response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            reader = Links(page)
            reader.feed(response.content.decode())
            waiting.extend(link for link in reader.found if not urlsplit(link).scheme)
    return seen


def crawl_as(role: str, walked: Counter[str]) -> dict[str, tuple[int, int]]:
    """The pages for somebody with that role in the demonstration; for a visitor where it is empty."""
    client = Client()
    if role:
        member = Membership.objects.held().filter(role=role).order_by("pk").first()
        assert member is not None, f"the demonstration has nobody with the role {role}"
        client.force_login(Person.objects.get(pk=member.person_id))
    return crawl(client, walked)


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration as `sosei demo` leaves it behind."""
    with demonstration_database(django_db_blocker):
        yield


def test_every_page_answers_everybody_it_is_linked_for_and_in_few_queries(stored: None, db: None) -> None:
    broken, costly, walked = {}, {}, {}
    of_views: Counter[str] = Counter()
    for role in ("", *roles.ALL):
        pages = crawl_as(role, of_views)
        walked[role] = len(pages)
        for page, (status, queries) in pages.items():
            if status >= 400 and not (page in START and status in {403, 404}):
                broken[role, page] = status
            if queries > MORE_QUERIES.get(view_of(page), MOST_QUERIES):
                costly[role, page] = queries
    assert broken == {}
    assert costly == {}
    assert min(walked.values()) >= len(START)
