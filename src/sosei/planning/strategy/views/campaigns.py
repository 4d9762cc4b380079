"""The planner's pages of a campaign: the list, preparing, opening, who is late, closing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import office_crumbs
from sosei.planning.strategy.forms_campaigns import CampaignForm, ReasonForm
from sosei.planning.strategy.models import Answer, Ask, Campaign, Strategy
from sosei.planning.strategy.models.campaigns import REMINDER_DAYS
from sosei.planning.strategy.numbers import fiscal_year_today, print_year, today_in
from sosei.planning.strategy.permissions import can_plan_part, can_plan_strategy
from sosei.planning.strategy.permissions_campaigns import can_answer
from sosei.planning.strategy.services import ask_links
from sosei.planning.strategy.services import campaigns as services

BLANK = Q(answers__kind=Answer.Kind.VALUE, answers__typed="")


@dataclass(frozen=True)
class Row:
    """A department in a campaign."""

    ask: Ask
    late: int
    answered: int
    total: int
    may_answer: bool

    @property
    def state(self) -> str:
        """sent, late, begun or waiting."""
        if self.ask.is_sent:
            return "sent"
        if self.late > 0:
            return "late"
        return "begun" if self.answered else "waiting"


def crumbs_to(request: Any, *rest: tuple[str, str]) -> Any:
    """The way to a page of campaigns."""
    listed = reverse("strategy:campaigns", kwargs={"code": request.town.code})
    if not rest:
        return office_crumbs(request, (_("KPIの実績の調査"), ""))
    return office_crumbs(request, (_("KPIの実績の調査"), listed), *rest)


def title_of(campaign: Campaign) -> str:
    """What a campaign is called on the screen."""
    return _("%(strategy)s：%(year)sの実績") % {
        "strategy": campaign.strategy.local_short_title,
        "year": print_year(campaign.fiscal_year),
    }


def _url(name: str, campaign: Campaign) -> str:
    return reverse(
        f"strategy:{name}", kwargs={"code": campaign.strategy.municipality.code, "campaign_id": campaign.pk}
    )


@require_safe
def campaigns(request: Any, code: str) -> HttpResponse:
    """Campaigns of the town, and what one's own department is asked."""
    found = (
        Campaign.objects.visible_to(request.user)
        .of(request.town)
        .select_related("strategy__municipality")
        .annotate(departments=Count("asks"), sent=Count("asks", filter=Q(asks__sent_at__isnull=False)))
    )
    asks = (
        Ask.objects.visible_to(request.user)
        .filter(strategy__municipality=request.town, campaign__state=Campaign.State.OPEN)
        .select_related("campaign", "department", "strategy__municipality")
        .annotate(total=Count("answers"), blank=Count("answers", filter=BLANK))
    )
    strategies = Strategy.objects.visible_to(request.user).of(request.town).select_related("municipality")
    plans = [one for one in strategies if can_plan_strategy(request.user, one)]
    own = [] if plans else _rows(request, asks)
    context = {
        "crumbs": crumbs_to(request),
        "town": request.town,
        "campaigns": [(one, title_of(one)) for one in found],
        "own": [(row, title_of(row.ask.campaign)) for row in own],
        "strategies": plans,
    }
    return render(request, "strategy/campaigns/campaigns.html", context)


def _rows(request: Any, asks: Any) -> list[Row]:
    today = today_in(request.town)
    rows = [
        Row(
            ask,
            0 if ask.is_sent else max(0, (today - ask.due).days),
            ask.total - ask.blank,
            ask.total,
            can_answer(request.user, ask),
        )
        for ask in asks
    ]
    order = {"late": 0, "waiting": 1, "begun": 2, "sent": 3}
    return sorted(rows, key=lambda row: (order[row.state], -row.late, str(row.ask.department)))


def _one(request: Any, campaign_id: int) -> Campaign:
    found: Campaign = get_object_or_404(
        Campaign.objects.visible_to(request.user)
        .filter(strategy__municipality=request.town)
        .select_related("strategy__municipality"),
        pk=campaign_id,
    )
    return found


def _own(request: Any, campaign_id: int) -> Campaign:
    found = _one(request, campaign_id)
    if not can_plan_part(request.user, found):
        raise Http404
    return found


@require_safe
def campaign(request: Any, code: str, campaign_id: int) -> HttpResponse:
    """Who is done, who is late and since when; which KPIs are missing."""
    held = _one(request, campaign_id)
    plans = can_plan_part(request.user, held)
    if held.state == Campaign.State.DRAFT and plans:
        return redirect(_url("campaign-open", held))
    asks = (
        Ask.objects.visible_to(request.user)
        .filter(campaign=held)
        .select_related("campaign", "department", "strategy__municipality")
        .annotate(total=Count("answers"), blank=Count("answers", filter=BLANK))
    )
    rows = _rows(request, asks)
    answers = (
        Answer.objects.visible_to(request.user)
        .filter(ask__campaign=held)
        .select_related("kpi", "ask__department")
        .order_by("kpi__position", "kpi_id")
    )
    sent = sum(row.ask.is_sent for row in rows)
    context = {
        "crumbs": crumbs_to(request, (title_of(held), "")),
        "heading": title_of(held),
        "campaign": held,
        "rows": rows,
        "sent": sent,
        "late": sum(row.state == "late" for row in rows),
        "kpis": [(answer, _state_of(answer)) for answer in answers],
        "answered": sum(row.answered for row in rows),
        "total": sum(row.total for row in rows),
        "may_plan": plans,
        "is_open": held.state == Campaign.State.OPEN,
        "not_asked": services.kpis_not_asked(held) if plans and held.state == Campaign.State.OPEN else [],
    }
    return render(request, "strategy/campaigns/campaign.html", context)


def _state_of(answer: Answer) -> str:
    if answer.ask.is_sent:
        return "sent"
    return "blank" if answer.is_blank else "begun"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Prepares one."""
    strategy = get_object_or_404(
        Strategy.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("municipality"),
        pk=strategy_id,
    )
    if not can_plan_strategy(request.user, strategy):
        raise Http404
    # In spring one asks for the year that has just ended.
    initial = {
        "fiscal_year": min(fiscal_year_today(request.town) - 1, strategy.last_fiscal_year),
        "reminder_days": ", ".join(map(str, REMINDER_DAYS)),
    }
    form = CampaignForm(request.POST or None, strategy=strategy, initial=initial, with_year=True)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.prepare_campaign(strategy=strategy, prepared_by=request.user, **form.cleaned_data)
        except RefusedError as error:
            _add(form, error)
        else:
            return redirect(_url("campaign-open", made))
    heading = _("「%(strategy)s」の実績の調査を準備する") % {"strategy": strategy.local_short_title}
    back = reverse("strategy:campaigns", kwargs={"code": code})
    return _form(request, form, heading, _("次へ：確かめる"), back)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, campaign_id: int) -> HttpResponse:
    """Date, words and reminders."""
    held = _own(request, campaign_id)
    initial = {
        "due_on": held.due_on,
        "text": held.text,
        "reminder_days": ", ".join(map(str, held.reminder_days)),
    }
    form = CampaignForm(request.POST or None, strategy=held.strategy, initial=initial, with_year=False)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_campaign(campaign=held, changed_by=request.user, **form.cleaned_data)
        except RefusedError as error:
            _add(form, error)
        else:
            messages.success(request, _("調査の内容を変えました。"))
            return redirect(_url("campaign", held))
    return _form(request, form, _("調査の内容を変える"), _("保存する"), _url("campaign", held), held)


@require_http_methods(["GET", "HEAD", "POST"])
def open_it(request: Any, code: str, campaign_id: int) -> HttpResponse:
    """What would be asked and what is missing; then opens."""
    held = _own(request, campaign_id)
    if held.state != Campaign.State.DRAFT:
        return redirect(_url("campaign", held))
    if request.method == "POST":
        try:
            made = services.open_campaign(campaign=held, opened_by=request.user)
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect(_url("campaign-open", held))
        messages.success(
            request, _("%(count)s部署に入力のリンクを送りました。") % {"count": made.asks.count()}
        )
        return redirect(_url("campaign", held))
    context = {
        "crumbs": crumbs_to(request, (title_of(held), "")),
        "heading": title_of(held),
        "campaign": held,
        "gap": services.gap_before_opening(held),
    }
    return render(request, "strategy/campaigns/open.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Any, code: str, campaign_id: int) -> HttpResponse:
    """Ends one."""
    held = _own(request, campaign_id)
    if held.state != Campaign.State.OPEN:
        return redirect(_url("campaign", held))
    form = ReasonForm(request.POST or None)
    missing = held.asks.filter(sent_at__isnull=True).count()
    form.fields["reason"].required = bool(missing)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_campaign(campaign=held, closed_by=request.user, reason=form.cleaned_data["reason"])
        except RefusedError as error:
            _add(form, error)
        else:
            messages.success(request, _("調査を締め切りました。リンクはもう使えません。"))
            return redirect(_url("campaign", held))
    context = {
        "crumbs": crumbs_to(request, (title_of(held), _url("campaign", held)), (_("締め切る"), "")),
        "heading": _("調査を締め切る"),
        "form": form,
        "missing": missing,
        "cancel_url": _url("campaign", held),
    }
    return render(request, "strategy/campaigns/close.html", context)


@require_POST
def take_in(request: Any, code: str, campaign_id: int) -> HttpResponse:
    """Asks for KPIs that came since it began."""
    held = _own(request, campaign_id)
    try:
        count = services.take_in_kpis(campaign=held, taken_in_by=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("KPI %(count)s件を調査に加えました。") % {"count": count})
    return redirect(_url("campaign", held))


@require_POST
def remind(request: Any, code: str, campaign_id: int) -> HttpResponse:
    """Reminds every department that has not sent, now."""
    held = _own(request, campaign_id)
    done, failed = 0, []
    for ask in held.asks.filter(sent_at__isnull=True).select_related("department").order_by("pk"):
        try:
            ask_links.remind(ask=ask, reminded_by=request.user)
        except RefusedError as error:
            failed.append(str(error))
        else:
            done += 1
    if done:
        messages.success(request, _("%(count)s部署に催促しました。") % {"count": done})
    for text in failed:
        messages.warning(request, text)
    return redirect(_url("campaign", held))


def _add(form: forms.Form, error: RefusedError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))


def _form(
    request: Any, form: forms.Form, heading: str, submit: str, back: str, held: Campaign | None = None
) -> HttpResponse:
    way = [(title_of(held), back)] if held is not None else []
    context = {
        "crumbs": crumbs_to(request, *way, (heading, "")),
        "heading": heading,
        "form": form,
        "submit": submit,
        "cancel_url": back,
    }
    return render(request, "strategy/campaigns/form.html", context)
