"""Every address and whom it is for, asked by the middleware before the view runs: an address without a row is refused.

The rows stand in the `permissions.py` of each room, under the name `ADDRESSES`; what a view then shows or does is
decided by the predicates and `visible_to`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import roles
from sosei.core.people.roles import Standing
from sosei.core.people.standing import standing_of


class Answer(Enum):
    """What somebody who asks for an address is told."""

    WELCOME = "welcome"
    SIGN_IN = "sign in first"
    SECOND_FACTOR = "set up a second factor first"
    NOT_FOR_YOU = "not for you"


@dataclass(frozen=True)
class Audience:
    """Whom an address is for.

    Attributes:
        name: for people who read the table.
        signed_in: an account is needed.
        roles: one of these roles is needed; empty for any account.
        in_town: the role is needed in the town that the address names with `code`.
        by_proxy: staff who act for a person may use it in the person's name.
    """

    name: str
    signed_in: bool = False
    roles: frozenset[str] = frozenset()
    in_town: bool = False
    by_proxy: bool = False

    def answer(self, standing: Standing, town: int | None) -> Answer:
        """What somebody with that standing is told; `town` is the key of the municipality in the address."""
        if not self.signed_in:
            return Answer.WELCOME
        if standing.person is None:
            return Answer.SIGN_IN
        if not self.roles or self._has_one(standing.held, town):
            return Answer.WELCOME
        return Answer.SECOND_FACTOR if self._has_one(standing.waiting, town) else Answer.NOT_FOR_YOU

    def _has_one(self, held: tuple[roles.Held, ...], town: int | None) -> bool:
        return any(
            h.role in self.roles and (not self.in_town or (town is not None and h.municipality == town))
            for h in held
        )


EVERYBODY = Audience("everybody")
SIGNED_IN = Audience("signed in", signed_in=True)
SIGNED_IN_OR_PROXY = Audience("signed in, or staff acting for the person", signed_in=True, by_proxy=True)
OPERATORS = Audience("operators", signed_in=True, roles=frozenset({roles.OPERATOR}))
STAFF_ANYWHERE = Audience("staff of any town", signed_in=True, roles=roles.STAFF)


def office(*wanted: str) -> Audience:
    """Holders of one of the roles (any staff role where none is named) in the town of the address."""
    named = frozenset(wanted) or roles.TOWN_STAFF
    return Audience(f"office: {', '.join(sorted(named))}", signed_in=True, roles=named, in_town=True)


_table: dict[str, Audience] = {}


def register(namespace: str, rows: Mapping[str, Audience]) -> None:
    """Adds a room's rows: address name within `namespace` (empty for none) -> audience; called at start."""
    for name, audience in rows.items():
        _table[f"{namespace}:{name}" if namespace else name] = audience


def audience_of(view_name: str) -> Audience:
    """Whom an address is for.

    Raises:
        ImproperlyConfigured: the address has no row.
    """
    try:
        return _table[view_name]
    except KeyError:
        raise ImproperlyConfigured(
            f"the address {view_name!r} has no row in ADDRESSES of its room's permissions.py"
        ) from None


def registered() -> Mapping[str, Audience]:
    """The whole table."""
    return dict(_table)


def refuse(request: Any, view_name: str) -> HttpResponse | None:
    """The response for somebody the address is not for; None for everybody else.

    Raises:
        Http404: the address names a town that does not use this installation.
        PermissionDenied: signed in, and not for this person.
    """
    audience = audience_of(view_name)
    if not audience.signed_in:
        return None
    if audience.in_town and not request.town:
        raise Http404(_("この市区町村は Sosei を使っていません。"))
    answer = audience.answer(standing_of(request.user), request.town.pk if audience.in_town else None)
    if answer is Answer.WELCOME:
        return None
    if answer is Answer.SIGN_IN:
        return redirect_to_login(_way_back(request), reverse("account_login"))
    if answer is Answer.SECOND_FACTOR:
        messages.warning(request, _("役所の画面を使う前に、もう一つの確認（2段階認証）を設定してください。"))
        return redirect(f"{reverse('mfa_index')}")
    raise PermissionDenied(_("この画面は、担当の役割がある人だけが使えます。"))


def _way_back(request: HttpRequest) -> str:
    """Where to go after signing in: a form that was posted cannot be posted again by a link."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
