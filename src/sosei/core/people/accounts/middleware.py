"""What holds for staff on every request: how long a session lasts, which role was used today; and the 429 page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import addresses, rate_limits
from sosei.core.people.accounts import sessions
from sosei.core.people.services import dormancy

DAY_KEY = "roles_used_on"


class StaffMiddleware:
    """Stands behind `PeopleMiddleware`, which let the request through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the address is understood."""
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Ends a session of staff that is over; notes the roles that open this page as used today."""
        if not request.user.is_authenticated:
            return None
        if sessions.is_over(request, timezone.now()):
            sessions.end(request)
            messages.info(
                request, _("安全のため、ログアウトしました。続けるには、もう一度ログインしてください。")
            )
            way_back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
            return redirect_to_login(way_back, reverse("account_login"))
        self._note_use(request)
        return None

    def _note_use(self, request: Any) -> None:
        audience = addresses.audience_of(request.resolver_match.view_name)
        if not audience.roles:
            return
        town = request.town.pk if audience.in_town else None
        today = dormancy.today()
        used = f"{today.isoformat()}/{town or '-'}/{audience.name}"
        noted: list[str] = request.session.get(DAY_KEY, [])
        if used in noted:
            return
        dormancy.note_use(person=request.user.pk, roles=audience.roles, municipality=town, on=today)
        request.session[DAY_KEY] = [*(one for one in noted if one.startswith(today.isoformat())), used]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Any view or form may raise `TooManyError`."""
        if isinstance(exception, rate_limits.TooManyError):
            return rate_limits.too_many(request, exception)
        return None
