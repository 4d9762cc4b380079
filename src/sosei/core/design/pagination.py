"""Lists cut into pages: in an order that does not change between two of them, and never off the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

NEAR = 2
"""Pages shown on either side of the current one; the first and the last are always shown."""


@dataclass(frozen=True)
class PageLink:
    """A page that can be gone to; without a number it stands for those left out. A phone shows only the near ones."""

    number: int | None
    url: str = ""
    is_current: bool = False
    near: bool = True


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Attributes:
        items: its rows.
        number: which page it is, from 1.
        pages: how many there are, at least 1.
        total: how many rows the whole list has.
        first, last: place of its first and last row in the whole list, from 1; both 0 when there are none.
        links: to the pages around it, the first and the last.
    """

    items: Sequence[Any]
    number: int
    pages: int
    total: int
    first: int
    last: int
    links: Sequence[PageLink]
    previous_url: str
    next_url: str

    @property
    def total_text(self) -> str:
        """The total with its thousands apart."""
        return f"{self.total:,}"

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)


def paginate(
    request: HttpRequest, queryset: QuerySet[Any] | Sequence[Any], *, per_page: int = 25, key: str = "page"
) -> Page:
    """The page that `request` asks for under `key`, or the nearest there is.

    Rows that the list's own order leaves equal are ordered by primary key, so that none is shown on two pages and
    none on neither. Links keep the other parameters of the address. Two queries, one when the list is empty.
    """
    total = queryset.count() if isinstance(queryset, QuerySet) else len(queryset)
    pages = max(1, ceil(total / per_page))
    number = min(max(_asked(request.GET.get(key, "")), 1), pages)
    start = (number - 1) * per_page
    items: Sequence[Any] = ()
    if total:
        ordered = stable(queryset) if isinstance(queryset, QuerySet) else queryset
        items = list(ordered[start : start + per_page])

    def url(page: int) -> str:
        query = request.GET.copy()
        if page == 1:
            query.pop(key, None)
        else:
            query[key] = str(page)
        written = query.urlencode()
        path = escape_uri_path(request.path)
        return f"{path}?{written}" if written else path

    return Page(
        items=items,
        number=number,
        pages=pages,
        total=total,
        first=start + 1 if items else 0,
        last=start + len(items) if items else 0,
        links=[_link(page, number, url) for page in _shown(number, pages)] if pages > 1 else [],
        previous_url=url(number - 1) if number > 1 else "",
        next_url=url(number + 1) if number < pages else "",
    )


def _asked(text: str) -> int:
    try:
        # Reads full-width digits as well.
        return int(text)
    except ValueError:
        return 1


def stable(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, those its order leaves equal by primary key.

    A queryset that is ordered by nothing is ordered by its primary key alone. One of groups (values and annotate)
    is returned as it is: its rows have no primary key.
    """
    query = queryset.query
    if isinstance(query.group_by, tuple):
        return queryset
    order = query.order_by or (query.get_meta().ordering or () if query.default_ordering else ())
    names = {str(name).lstrip("-") for name in order}
    if names & {"pk", query.get_meta().pk.attname, query.get_meta().pk.name}:
        return queryset
    return queryset.order_by(*order, "pk")


def _shown(number: int, pages: int) -> list[int | None]:
    wanted = {1, pages, *range(max(1, number - NEAR), min(pages, number + NEAR) + 1)}
    shown: list[int | None] = []
    for page in sorted(wanted):
        before = shown[-1] if shown else 0
        if before is not None and page - before == 2:
            # A gap for a single page would be as wide as the page's own number.
            shown.append(page - 1)
        elif before is not None and page - before > 2:
            shown.append(None)
        shown.append(page)
    return shown


def _link(page: int | None, number: int, url: Any) -> PageLink:
    if page is None:
        return PageLink(None, near=False)
    return PageLink(page, url(page), page == number, near=abs(page - number) <= 1)
