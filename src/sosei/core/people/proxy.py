"""Whom a request is for: the proxy session that a member of staff has under way, kept in the signed-in session."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.addresses import audience_of
from sosei.core.people.models import ProxySession

SESSION_KEY = "proxy_session"
TYPED_KEY = "typed_while_acting"
"""What staff typed into a form of the person's when the time was over, until it is shown again."""
DOOR = ("account_", "mfa_", "socialaccount_", "openid_connect_")
"""Addresses of the sign-in library: passwords, second factors, addresses of mail and telephone numbers."""
ALWAYS_OPEN = frozenset({"account_logout", "people:offices"})
REFUSED = frozenset({"people:invitation", "people:invitation-link", "people:demonstration-sign-in"})
"""Addresses for everybody that would do something for good to whoever is signed in."""


def session_under_way(request: Any) -> ProxySession | None:
    """The proxy session of this signed-in session that has neither ended nor expired, nor lost its ground."""
    from sosei.core.people.permissions import can_act_for
    from sosei.core.people.services.proxy import end_expired_sessions, stop_acting

    key = request.session.get(SESSION_KEY)
    if key is None:
        return None
    found: ProxySession | None = (
        ProxySession.objects.filter(pk=key, staff=request.user, ended_at=None)
        .select_related("person", "municipality", "staff")
        .first()
    )
    if found is not None and found.expires_at > timezone.now() and can_act_for(request.user, found):
        return found
    if found is not None:
        end_expired_sessions(staff=request.user)
        stop_acting(session=found)
    del request.session[SESSION_KEY]
    messages.warning(request, _("代わりの操作の時間が終わりました。いまは、あなた自身として操作しています。"))
    return None


def refuse(request: Any, view_name: str) -> HttpResponse | None:
    """While somebody is acted for: the page that says why not, for addresses that only the person may use."""
    if request.proxy_session is None or view_name in ALWAYS_OPEN:
        return None
    audience = audience_of(view_name)
    own_affairs = audience.signed_in and not audience.roles and not audience.by_proxy
    if not (own_affairs or view_name.startswith(DOOR) or view_name in REFUSED):
        return None
    return render(
        request, "people/desk/not_while_acting.html", {"session": request.proxy_session}, status=403
    )
