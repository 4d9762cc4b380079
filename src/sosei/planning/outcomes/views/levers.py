"""The planner's pages of the loop: how facts count, the target, and who takes which part of the gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people.models import Municipality
from sosei.core.people.views.subject import office_crumbs
from sosei.engines.demography.errors import DemographyError
from sosei.planning.outcomes.forms_loop import FertilityForm, SettledForm, SharesForm, TargetForm
from sosei.planning.outcomes.loop.errors import LoopError
from sosei.planning.outcomes.loop.settings import (
    FertilitySettings,
    SettledSettings,
    fertility_settings,
    settled_settings,
)
from sosei.planning.outcomes.loop_state import current_strategy, wanted_of
from sosei.planning.outcomes.models import GapShare, GapTarget, Lever
from sosei.planning.outcomes.services import levers as services
from sosei.planning.outcomes.services.recording import today_in
from sosei.planning.outcomes.views.loop import town_of
from sosei.planning.population.lookup import find_area
from sosei.planning.population.vision import NoVisionError, build_vision
from sosei.planning.population.vision_records import Vision
from sosei.planning.strategy.models import Kpi, PolicyPackage

FORM = "outcomes/loop/form.html"
get_and_post = require_http_methods(["GET", "HEAD", "POST"])


@get_and_post
def settled(request: Any, code: str) -> HttpResponse:
    """How settled households enter the projection."""
    town = town_of(request)
    lever = Lever.objects.visible_to(request.user).of(town).filter(kind=Lever.Kind.SETTLED).first()
    held = settled_settings(lever.parameters) if lever else SettledSettings()
    form = SettledForm(request.POST or None, held, lever)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_settled_lever(
                municipality=town,
                parameters=form.parameters(),
                set_by=request.user,
                reason=form.cleaned_data["reason"],
                in_force=bool(form.cleaned_data["in_force"]),
            )
        except LoopError as error:
            form.tell(error.problems)
        else:
            return _done(request, town, _("移り住んだ世帯の反映のしかたを決めました。"))
    lead = [_("事業を通して移り住んだ世帯を、人口の見通しにどう足すかを決めます。")]
    return _form(request, town, form, _("移り住んだ世帯の反映のしかた"), lead)


@get_and_post
def fertility(request: Any, code: str) -> HttpResponse:
    """Whether a KPI of births or marriages moves the fertility rate."""
    town = town_of(request)
    lever = (
        Lever.objects.visible_to(request.user)
        .of(town)
        .filter(kind__in=services.FERTILITY, in_force=True)
        .first()
    )
    held = (
        fertility_settings(lever.parameters, of_marriages=lever.kind == Lever.Kind.MARRIAGE)
        if lever
        else FertilitySettings()
    )
    kpis = (
        Kpi.objects.visible_to(None)
        .filter(strategy__municipality=town)
        .order_by("strategy", "position", "pk")
    )
    form = FertilityForm(request.POST or None, lever, held, kpis)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if given["kind"]:
                services.set_fertility_lever(
                    municipality=town,
                    kind=given["kind"],
                    kpi=given["kpi"],
                    parameters=form.parameters(),
                    set_by=request.user,
                    reason=given["reason"],
                )
            else:
                services.end_fertility_lever(municipality=town, set_by=request.user, reason=given["reason"])
        except LoopError as error:
            form.tell(error.problems)
        else:
            return _done(request, town, _("出生率の反映のしかたを決めました。"))
    lead = [
        _("出生数か婚姻率のKPIの、公表した実績で、見通しの出生率を動かすかどうかを決めます。"),
        _(
            "これは仮定です。出生数は、同じ女性から基準推計が見込む出生数との比で、婚姻率は、出発点からの変化の決めた割合だけ動かします。"
        ),
    ]
    return _form(request, town, form, _("出生率の反映のしかた"), lead)


@get_and_post
def target(request: Any, code: str) -> HttpResponse:
    """The population that the programmes are measured against."""
    town = town_of(request)
    heading = _("目標とする人口")
    vision = _vision(request, town)
    if vision is None:
        nothing = (
            _("人口の見通しが、まだありません"),
            _("国勢調査の統計を取り込むと、目標を決められます。"),
        )
        return _form(request, town, None, heading, (), nothing)
    wanted = wanted_of(vision, GapTarget.objects.visible_to(request.user).of(town).first())
    form = TargetForm(request.POST or None, vision, wanted)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_gap_target(municipality=town, set_by=request.user, **form.decided())
        except LoopError as error:
            form.tell(error.problems)
        else:
            return _done(request, town, _("目標とする人口を決めました。"))
    lead = [_("この人口に届くまでに足りない世帯を、毎年の数で計算します。")]
    return _form(request, town, form, heading, lead)


@get_and_post
def shares(request: Any, code: str) -> HttpResponse:
    """Which package takes which part of the missing households."""
    town = town_of(request)
    heading = _("足りない世帯の分担")
    strategy = current_strategy(town, request.user, today_in(town))
    packages = list(
        PolicyPackage.objects.visible_to(request.user)
        .filter(strategy=strategy)
        .select_related("strategy")
        .order_by("goal__number", "position", "pk")
    )
    if not packages:
        nothing = (
            _("政策パッケージが、まだありません"),
            _("総合戦略に政策パッケージを登録すると、分担を決められます。"),
        )
        return _form(request, town, None, heading, (), nothing)
    held = {
        share.package_id: share
        for share in GapShare.objects.visible_to(request.user).filter(package__in=packages)
    }
    form = SharesForm(request.POST or None, packages, held)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.set_gap_shares(municipality=town, shares=form.decided(), set_by=request.user)
        except LoopError as error:
            form.tell(error.problems)
        else:
            told = (
                _("%(count)sの政策パッケージの分担を決めました。") % {"count": len(changed)}
                if changed
                else _("変わったところはありません。")
            )
            return _done(request, town, told)
    lead = [
        _("重みの比で、足りない世帯を分けます。10と20なら、1対2です。受け持たないところは空のままにします。"),
        _("重みごとに、なぜそうしたかを書いてください。だれでも見られるページに出ます。"),
    ]
    return _form(request, town, form, heading, lead, template="outcomes/loop/shares.html")


def _vision(request: Any, town: Municipality) -> Vision | None:
    area = find_area(town.code, request.user)
    try:
        return build_vision(area) if area is not None else None
    except (NoVisionError, DemographyError):
        return None


def _form(
    request: Any,
    town: Municipality,
    form: Any,
    heading: str,
    lead: Sequence[str],
    nothing: tuple[str, str] | None = None,
    template: str = FORM,
) -> HttpResponse:
    loop = reverse("outcomes:loop", kwargs={"code": town.code})
    context = {
        "crumbs": office_crumbs(request, (_("人口と施策のつながり"), loop), (heading, "")),
        "town": town,
        "heading": heading,
        "lead": lead,
        "form": form,
        "nothing": nothing,
        "submit": _("決める"),
        "cancel_url": loop,
    }
    return render(request, template, context)


def _done(request: Any, town: Municipality, told: str) -> HttpResponse:
    messages.success(request, told)
    return redirect("outcomes:loop", code=town.code)
