"""Who comes to a department's page: by link without an account, or signed in from the office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sosei.core.people.models import Person
from sosei.core.people.rate_limits import Limit, Per, limited
from sosei.planning.strategy.models import Ask, Campaign
from sosei.planning.strategy.permissions_campaigns import can_answer
from sosei.planning.strategy.services import ask_links

TOKEN_KEY = "strategy_answer"  # noqa: S105 - the name of a session's key
LINK_LIMITS = (Limit(300, 10),)
# A city hall comes from one address: thirty departments save at once there.
SAVE_LIMITS = (Limit(6000, 10), Limit(600, 10, Per.NAME))


@dataclass(frozen=True)
class Access:
    """Who is at which department's page.

    Attributes:
        person: who is signed in, where the page was opened from the office; None for a link.
        may_answer: others of the town's staff only read.
    """

    ask: Ask
    person: Person | None
    may_answer: bool

    def url(self, page: str) -> str:
        """The address of "sheet", "paste" or "look" for this way in."""
        code = self.ask.strategy.municipality.code
        if self.person is None:
            name = {"sheet": "answer", "paste": "answer-paste", "look": "answer-look"}[page]
            return reverse(f"strategy:{name}", kwargs={"code": code})
        name = {"sheet": "ask-office", "paste": "ask-paste", "look": "ask-look"}[page]
        return reverse(f"strategy:{name}", kwargs={"code": code, "ask_id": self.ask.pk})


class NoWayInError(Exception):
    """The link opens nothing; carries the page that says why."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def problem_page(request: Any, text: str, status: int) -> HttpResponse:
    """Why there is no page to fill in."""
    return render(request, "strategy/campaigns/answer_problem.html", {"problem": text}, status=status)


def _way_in(request: Any, code: str, ask_id: int | None) -> Access:
    """Raises:
    Http404: no such ask for this person.
    NoWayInError: the link is none, or its campaign is closed.
    """
    if ask_id is not None:
        ask = (
            Ask.objects.visible_to(request.user)
            .filter(pk=ask_id, strategy__municipality=request.town)
            .select_related("campaign", "department", "strategy__municipality")
            .first()
        )
        if ask is None:
            raise Http404
        return Access(ask, request.user, can_answer(request.user, ask))
    token = request.session.get(TOKEN_KEY, "")
    found = ask_links.find(token) if token else None
    if found is None or found.strategy.municipality.code != code:
        text = _(
            "このページは、メールのリンクから開いてください。リンクが使えないときは、企画担当に頼んでください。"
        )
        raise NoWayInError(problem_page(request, text, 404))
    if found.campaign.state != Campaign.State.OPEN:
        text = _("この調査は締め切りました。直したいときは、企画担当に連絡してください。")
        raise NoWayInError(problem_page(request, text, 410))
    return Access(found, None, True)


def _who(request: HttpRequest) -> str:
    match = request.resolver_match
    key = match.kwargs.get("ask_id") if match is not None else None
    return str(key) if key is not None else str(request.session.get(TOKEN_KEY, ""))


View = Callable[..., HttpResponse]


def department_page(view: Callable[[Any, Access], HttpResponse]) -> View:
    """A view of a department's page, whichever way somebody came in."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @limited("strategy.answer", *SAVE_LIMITS, name=_who)
    def opened(request: Any, code: str, ask_id: int | None = None) -> HttpResponse:
        try:
            access = _way_in(request, code, ask_id)
        except NoWayInError as error:
            return error.response
        if request.method == "POST" and not access.may_answer:
            raise Http404
        return view(request, access)

    opened.__name__ = view.__name__
    opened.__doc__ = view.__doc__
    return opened  # type: ignore[no-any-return]
