"""What the header of every page shows of the account; asked lazily, so that a page without it asks nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def account(request: HttpRequest) -> dict[str, Any]:
    """The variable `account` of `design/base.html`; absent where the request never reached the people middleware."""
    from sosei.core.people.account_menu import AccountMenu

    return {"account": AccountMenu(request)} if hasattr(request, "subject") else {}


def town_pages(request: HttpRequest) -> dict[str, Any]:
    """The variable `town_pages` of `design/base.html`: the row of the town's public pages."""
    from sosei.core.people.town_pages import TownPages

    return {"town_pages": TownPages(request)} if hasattr(request, "subject") else {}
