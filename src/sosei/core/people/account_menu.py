"""The account part of a page's header: who is signed in, where they can go, whom they act for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from sosei.core.people import journal, roles


@dataclass(frozen=True)
class Link:
    """A way to go."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class ActingFor:
    """The person acted for."""

    name: str
    until: Any
    stop_url: str


MoreLinks = Callable[[Any], Iterable[tuple[Any, str]]]
_more: list[MoreLinks] = []


def register_links(links: MoreLinks) -> None:
    """Adds ways to pages of another room: `links(request)` gives labels and addresses; called in `AppConfig.ready()`.

    They stand behind "マイページ", in the order of registration, for everybody who is signed in.
    """
    if links not in _more:
        _more.append(links)


class AccountMenu:
    """Read by the template; each part asks only when shown."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self.signed_in: bool = request.user.is_authenticated

    @property
    def name(self) -> str:
        """Who is signed in."""
        user = self._request.user
        return user.full_name or user.email or user.phone or ""

    @cached_property
    def links(self) -> list[Link]:
        """The pages of one's own, and the offices one works in."""
        here = self._request.path
        ways: list[tuple[Any, str]] = [(_("マイページ"), reverse("people:me"))]
        for links in _more:
            ways.extend(links(self._request))
        standing = self._request.user.standing
        if any(held.role in roles.INVITED for held in (*standing.held, *standing.waiting)):
            ways.append((_("役所の画面"), reverse("people:offices")))
        return [Link(label, url, here == url) for label, url in ways]

    @cached_property
    def unread(self) -> int:
        """Notifications not read yet."""
        return journal.unread_count(self._request.user)

    @property
    def inbox_url(self) -> str:
        """Where notifications are read."""
        return reverse("records:notifications")

    @property
    def sign_in_url(self) -> str:
        """Where to sign in."""
        return reverse("account_login")

    @property
    def sign_out_url(self) -> str:
        """Where the sign-out form is posted."""
        return reverse("account_logout")

    @cached_property
    def acting_for(self) -> ActingFor | None:
        """The person acted for at this moment."""
        session = self._request.proxy_session
        if session is None:
            return None
        return ActingFor(str(session.person), session.expires_at, reverse("people:stop-acting"))
