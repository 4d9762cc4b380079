"""A department's page: by link without an account, or from the office; values typed, looked over, sent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.errors import RefusedError
from sosei.core.people.rate_limits import attempt
from sosei.core.people.views.subject import office_crumbs
from sosei.planning.strategy.charts.sparkline import Sparkline, sparkline
from sosei.planning.strategy.errors_campaigns import AnswerError
from sosei.planning.strategy.models import Answer, Campaign
from sosei.planning.strategy.numbers import print_value, print_year, short_year, today_in
from sosei.planning.strategy.services import answers, ask_links
from sosei.planning.strategy.services.answers import Line, Sheet, Typed
from sosei.planning.strategy.views.campaigns_access import (
    LINK_LIMITS,
    TOKEN_KEY,
    Access,
    department_page,
    problem_page,
)

PAST_YEARS = 5


@require_safe
@never_cache
def link(request: Any, token: str) -> HttpResponse:
    """The address in the mail: the token goes into the session, so that it stands in no address from here on."""
    attempt("strategy.answer_link", request, limits=LINK_LIMITS)
    ask = ask_links.find(token)
    if ask is None:
        return problem_page(
            request,
            _(
                "このリンクは使えません。新しいメールのリンクを開くか、企画担当に新しいリンクを頼んでください。"
            ),
            404,
        )
    if not request.user.is_authenticated:
        # A session that somebody else had laid into this browser must not come to the department's page with it.
        request.session.cycle_key()
    request.session[TOKEN_KEY] = token
    return redirect("strategy:answer", code=ask.strategy.municipality.code)


# --- the page -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """A year's value beside the box."""

    year: str
    text: str
    fiscal_year: int


@dataclass(frozen=True)
class Card:
    """One KPI as the template shows it."""

    line: Line
    past: list[Past]
    target: str
    last_explanation: str
    spark: Sparkline | None
    state: str
    clash: str

    @property
    def key(self) -> int:
        """The answer's key, behind the name of every box."""
        return int(self.line.answer.pk)

    @property
    def typed(self) -> Any:
        """What stands in the boxes: what was typed last, where it clashed with somebody else's."""
        return self.line.clash or self.line.answer


def _cards(sheet: Sheet) -> list[Card]:
    return [_card(line, sheet.ask.campaign.fiscal_year) for line in sheet.lines]


def _card(line: Line, year: int) -> Card:
    kpi, known = line.kpi, line.known
    shown = [row for one, row in sorted(known.past.items()) if one < year][-PAST_YEARS:]
    last = shown[-1] if shown else None
    final = max(known.targets, default=None)
    target = ""
    if final is not None:
        told = {"name": print_value(known.targets[final], kpi), "note": print_year(final)}
        target = _("%(name)s（%(note)s）") % told
    points = [(row.reported_in, row.value, row.carried_forward) for row in shown if row.value is not None]
    return Card(
        line,
        [
            Past(
                short_year(row.reported_in),
                print_value(row.value, kpi) or str(row.get_availability_display()),
                row.reported_in,
            )
            for row in shown
        ],
        target,
        last.explanation if last is not None else "",
        sparkline(points, known.targets.get(final) if final is not None else None, points[0][0], year)
        if points
        else None,
        _state(line),
        _clash(line),
    )


def _state(line: Line) -> str:
    if line.answer.is_blank:
        return "blank"
    if line.reading.problem:
        return "problem"
    return "doubt" if line.reading.doubt and not line.answer.sure else "ready"


def _clash(line: Line) -> str:
    if line.clash is None:
        return ""
    answer = line.answer
    held = answer.typed or str(answer.get_kind_display())
    at = screen_time(answer.saved_at).strftime("%H:%M") if answer.saved_at else ""
    return _(
        "ほかの人が%(time)sに「%(held)s」と保存しました。あなたの「%(typed)s」は保存していません。"
        "あなたの値にするときは、もう一度保存してください。"
    ) % {"time": at, "held": held, "typed": line.clash.typed or Answer.Kind(line.clash.kind).label}


def _typed(request: Any, sheet: Sheet) -> dict[int, Typed]:
    """What the form holds, for the KPIs it holds."""
    given: dict[int, Typed] = {}
    post = request.POST
    for line in sheet.lines:
        key = line.answer.pk
        version = post.get(f"version-{key}", "")
        if not version.isdecimal() or len(version) > 9:
            continue
        carried = post.get(f"carried-{key}", "")
        given[key] = Typed(
            version=int(version),
            kind=post.get(f"kind-{key}", Answer.Kind.VALUE.value),
            typed=post.get(f"value-{key}", "").strip(),
            yearly_typed=post.get(f"yearly-{key}", "").strip(),
            carried_from=int(carried) if carried.isdecimal() and len(carried) == 4 else None,
            period=post.get(f"period-{key}", "").strip(),
            explanation=post.get(f"explanation-{key}", "").replace("\r\n", "\n").strip(),
            source=post.get(f"source-{key}", "").strip(),
            sure=post.get(f"sure-{key}") == "on",
        )
    return given


def _sheet(request: Any, access: Access) -> HttpResponse:
    """The page, and what is typed on it."""
    if request.method == "POST":
        return _posted(request, access)
    return show_sheet(request, access, answers.sheet_of(access.ask))


def _posted(request: Any, access: Access) -> HttpResponse:
    try:
        if request.POST.get("action") == "take-back":
            answers.take_back(ask=access.ask, person=access.person)
            messages.success(request, _("取り戻しました。直したら、もう一度送ってください。"))
            return redirect(access.url("sheet"))
        given = _typed(request, answers.sheet_of(access.ask))
        saved = answers.save_answers(ask=access.ask, given=given, person=access.person)
    except RefusedError as error:
        if getattr(request, "htmx", False):
            return render(request, "strategy/campaigns/_refused.html", {"problem": str(error)})
        messages.error(request, str(error))
        return redirect(access.url("sheet"))
    clashes = [line for line in saved.lines if line.clash is not None]
    if getattr(request, "htmx", False):
        return render(request, "strategy/campaigns/_saved.html", page_context(request, access, saved))
    if clashes:
        return show_sheet(request, access, saved, status=409)
    if request.POST.get("action") == "look":
        return redirect(access.url("look"))
    messages.success(request, _("保存しました。まだ送っていません。"))
    return redirect(access.url("sheet"))


def page_context(request: Any, access: Access, sheet: Sheet) -> dict[str, Any]:
    """What every page of a department shows."""
    ask = access.ask
    context: dict[str, Any] = {
        "access": access,
        "ask": ask,
        "campaign": ask.campaign,
        "department": ask.department,
        "strategy": ask.strategy,
        "year": print_year(ask.campaign.fiscal_year),
        "sheet": sheet,
        "cards": _cards(sheet),
        "urls": {page: access.url(page) for page in ("sheet", "paste", "look")},
        "late": max(0, (today_in(ask.strategy.municipality) - ask.due).days),
        "is_open": ask.campaign.state == Campaign.State.OPEN,
        "kinds": Answer.Kind.choices,
        "now": timezone.now(),
    }
    if access.person is not None:
        context["crumbs"] = office_crumbs(
            request,
            (_("KPIの実績の調査"), reverse("strategy:campaigns", kwargs={"code": request.town.code})),
            (str(ask.department), ""),
        )
    return context


def show_sheet(request: Any, access: Access, sheet: Sheet, status: int = 200) -> HttpResponse:
    """The department's page."""
    context = page_context(request, access, sheet)
    context["may_type"] = access.may_answer and context["is_open"] and not access.ask.is_sent
    return render(request, "strategy/campaigns/answer.html", context, status=status)


# --- sending ------------------------------------------------------------------------------------------------------


def _look(request: Any, access: Access) -> HttpResponse:
    """Everything once more, and the button that sends."""
    sheet = answers.sheet_of(access.ask)
    context = page_context(request, access, sheet)
    if access.ask.is_sent or not context["is_open"]:
        return redirect(access.url("sheet"))
    name = access.person.full_name if access.person is not None else ""
    problems: list[str] = []
    wrong = ""
    if request.method == "POST":
        given = request.POST
        try:
            answers.send_answers(
                ask=access.ask,
                person=access.person,
                name=given.get("name", "") if access.person is None else name,
                seen=given.get("seen", ""),
                reason=given.get("reason", ""),
            )
        except RefusedError as error:
            problems = [str(error), *(error.problems if isinstance(error, AnswerError) else ())]
            wrong, name = error.field, given.get("name", "") or name
            sheet = answers.sheet_of(access.ask)
            context = page_context(request, access, sheet)
        else:
            messages.success(request, _("送りました。ありがとうございました。"))
            return redirect(access.url("sheet"))
    context |= {
        "problems": problems,
        "wrong": wrong,
        "name": name,
        "reason": request.POST.get("reason", ""),
        "corrections": answers.corrections_of(sheet) if access.ask.rounds else [],
        "rows": [(card, _sent_as(card.line)) for card in context["cards"]],
    }
    return render(request, "strategy/campaigns/look.html", context)


def _sent_as(line: Line) -> str:
    value = line.reading.value
    if value is None:
        return ""
    if value.value is None:
        return str(Answer.Kind(value.availability).label)
    text = print_value(Decimal(value.value), line.kpi)
    return _("%(value)s（据え置き）") % {"value": text} if value.carried_forward else text


sheet = department_page(_sheet)
look = department_page(_look)
