"""Pages of a list: every row on exactly one of them, the nearest page for any number, and filters that stay."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Count
from django.template.loader import render_to_string
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.design.pagination import Page, paginate, stable
from sosei.planning.population.models import Area

KIND = Area.Kind.MUNICIPALITY


def page_of(rows: int, asked: str = "", per_page: int = 10, **query: str) -> Page:
    data = {**query, **({"page": asked} if asked else {})}
    return paginate(RequestFactory().get("/list", data), range(rows), per_page=per_page)


@given(st.integers(0, 500), st.integers(1, 60))
def test_every_row_is_on_exactly_one_page(rows: int, per_page: int) -> None:
    pages = page_of(rows, per_page=per_page).pages
    shown = [row for n in range(1, pages + 1) for row in page_of(rows, str(n), per_page)]
    assert shown == list(range(rows))


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("", 1),
        ("0", 1),
        ("-7", 1),
        ("3", 3),
        ("３", 3),
        ("10", 10),
        ("11", 10),
        ("999999999999999999999", 10),
    ],
)
def test_any_number_leads_to_the_nearest_page(asked: str, number: int) -> None:
    page = page_of(95, asked)
    assert page.number == number
    assert len(page) == (5 if number == 10 else 10)


@pytest.mark.parametrize("asked", ["x", "1.5", "１x", " ", "9" * 5000, "\x00"])
def test_nonsense_leads_to_the_first_page(asked: str) -> None:
    assert page_of(95, asked).number == 1


@given(st.integers(0, 3000), st.integers(-5, 400))
def test_links_lead_to_pages_that_are_there_the_first_and_the_last_among_them(rows: int, asked: int) -> None:
    page = page_of(rows, str(asked))
    numbers = [link.number for link in page.links if link.number]
    assert numbers == sorted(set(numbers))
    if page.pages > 1:
        assert (numbers[0], numbers[-1]) == (1, page.pages)
        assert [link.number for link in page.links if link.is_current] == [page.number]
        # A gap stands for two pages or more.
        for before, link, after in zip(page.links, page.links[1:], page.links[2:], strict=False):
            if link.number is None:
                assert before.number is not None and after.number is not None
                assert after.number - before.number > 2
        for link, after in pairwise(page.links):
            if link.number is not None and after.number is not None:
                assert after.number == link.number + 1
    assert bool(page.previous_url) == (page.number > 1)
    assert bool(page.next_url) == (page.number < page.pages)


def test_links_keep_the_other_parameters_and_the_first_page_has_a_plain_address() -> None:
    page = paginate(RequestFactory().get("/一覧?q=川&q=山&page=2"), range(95), per_page=10)
    following = urlsplit(page.next_url)
    assert parse_qs(following.query) == {"q": ["川", "山"], "page": ["3"]}
    assert following.path == "/%E4%B8%80%E8%A6%A7"
    assert parse_qs(urlsplit(page.previous_url).query) == {"q": ["川", "山"]}


def test_two_lists_of_one_page_are_turned_apart() -> None:
    request = RequestFactory().get("/?jobs=2&rooms=3")
    jobs, rooms = (paginate(request, range(95), per_page=10, key=key) for key in ("jobs", "rooms"))
    assert (jobs.number, rooms.number) == (2, 3)
    assert parse_qs(urlsplit(jobs.next_url).query) == {"jobs": ["3"], "rooms": ["3"]}


def test_the_range_is_told_and_an_empty_list_too() -> None:
    page = page_of(1234, "2", 25)
    assert (page.first, page.last, page.total) == (26, 50, 1234)
    assert "1,234件のうち26～50件目" in render_to_string("design/pagination.html", {"page": page})
    empty = page_of(0)
    assert (empty.first, empty.last, empty.pages, bool(empty)) == (0, 0, 1, False)
    text = render_to_string("design/pagination.html", {"page": empty})
    assert "0件" in text and "<nav" not in text


def test_the_current_page_is_named_and_is_no_link() -> None:
    text = render_to_string("design/pagination.html", {"page": page_of(95, "4")})
    assert text.count('aria-current="page"') == 1
    assert 'href="/list?page=4"' not in text
    assert 'rel="prev"' in text and 'rel="next"' in text


@pytest.fixture
def areas(db: None) -> list[str]:
    codes = [f"{90000 + i}" for i in range(60)]
    # One name for all: an order by name alone would leave the database free to shuffle them.
    Area.objects.bulk_create(Area(code=code, name="見本市", kind=KIND) for code in reversed(codes))
    return codes


def test_rows_that_the_order_leaves_equal_stand_by_primary_key(areas: list[str]) -> None:
    ordered = stable(Area.objects.order_by("name"))
    assert ordered.query.order_by == ("name", "pk")
    shown: list[int] = []
    for number in range(1, 7):
        request = RequestFactory().get("/", {"page": number})
        shown += [area.pk for area in paginate(request, Area.objects.order_by("name"), per_page=10)]
    assert len(shown) == len(set(shown)) == 60
    assert shown == sorted(shown)


@pytest.mark.parametrize("order", [("pk",), ("-pk",), ("name", "-id")])
def test_an_order_that_names_the_primary_key_is_left_alone(order: tuple[str, ...]) -> None:
    assert stable(Area.objects.order_by(*order)).query.order_by == order


def test_no_order_at_all_becomes_the_primary_key() -> None:
    assert stable(Area.objects.order_by()).query.order_by == ("pk",)


def test_groups_are_not_torn_apart() -> None:
    groups = Area.objects.values("kind").annotate(n=Count("pk")).order_by("kind")
    assert stable(groups).query.order_by == ("kind",)


def test_a_page_costs_two_queries_and_an_empty_one_a_single_query(
    areas: list[str], django_assert_num_queries: object
) -> None:
    request = RequestFactory().get("/", {"page": "3"})
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(paginate(request, Area.objects.all(), per_page=25)) == 10
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(paginate(request, Area.objects.filter(code="x"))) == 0
