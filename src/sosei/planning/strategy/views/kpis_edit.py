"""A planner sets up a KPI, changes it, sets its targets, ends it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people.errors import RefusedError
from sosei.planning.strategy.forms_kpis import EndForm, KpiForm, TargetsForm
from sosei.planning.strategy.models import BasicGoal, Kpi, Measure, PolicyPackage, Strategy
from sosei.planning.strategy.permissions import can_plan_part, can_plan_strategy
from sosei.planning.strategy.services import kpis as services
from sosei.planning.strategy.views.kpis import (
    Crumbs,
    kpi_or_404,
    strategy_or_404,
    way_to_kpi,
    way_to_strategy,
)

PLACES: dict[str, type[Any]] = {"goal": BasicGoal, "package": PolicyPackage, "measure": Measure}


def planned_kpi_or_404(request: Any, kpi_id: int) -> Kpi:
    """A KPI that the reader may change.

    Raises:
        Http404: there is none.
    """
    held = kpi_or_404(request, kpi_id)
    if not can_plan_part(request.user, held):
        raise Http404
    return held


def refused(form: forms.Form, error: RefusedError) -> None:
    """Puts what a service refused beside its box, or on top of the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def form_page(
    request: Any, form: forms.Form, crumbs: Crumbs, heading: str, submit: str, back: str, **more: Any
) -> HttpResponse:
    """A page with one form."""
    context = {
        "crumbs": crumbs,
        "heading": heading,
        "submit": submit,
        "form": form,
        "cancel_url": back,
        **more,
    }
    return render(request, "strategy/kpis/form.html", context)


def page_of(kpi: Kpi) -> str:
    """The address of a KPI's page."""
    return reverse("strategy:kpi", kwargs={"code": kpi.strategy.municipality.code, "kpi_id": kpi.pk})


def _place(request: Any, strategy: Strategy) -> Any:
    for name, table in PLACES.items():
        value = request.GET.get(name, "")
        if value.isascii() and value.isdigit():
            return get_object_or_404(table.objects.visible_to(request.user), pk=value, strategy=strategy)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Sets up a KPI; first where it hangs, then what it is."""
    strategy = strategy_or_404(request, strategy_id)
    if not can_plan_strategy(request.user, strategy):
        raise Http404
    place = _place(request, strategy)
    board = reverse("strategy:board", kwargs={"code": code, "strategy_id": strategy.pk})
    crumbs = way_to_strategy(strategy, (_("KPIの状況"), board), (_("KPIを定める"), ""))
    if place is None:
        context = {
            "crumbs": crumbs,
            "strategy": strategy,
            "code": code,
            "goals": BasicGoal.objects.visible_to(request.user).filter(strategy=strategy),
            "packages": PolicyPackage.objects.visible_to(request.user).filter(strategy=strategy),
            "measures": Measure.objects.visible_to(request.user).filter(
                strategy=strategy, ended_on__isnull=True
            ),
        }
        return render(request, "strategy/kpis/new_place.html", context)
    form = KpiForm(strategy, request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        definition = services.Definition(
            **{**form.definition().__dict__, "position": services.next_position(place)}
        )
        try:
            made = services.define_kpi(
                place=place,
                definition=definition,
                defined_by=request.user,
                reason=form.cleaned_data["reason"],
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(
                request, _("KPI「%(kpi)s」を定めました。次に目標値を決めてください。") % {"kpi": made}
            )
            return redirect("strategy:kpi-targets", code=code, kpi_id=made.pk)
    heading = _("「%(place)s」のKPIを定める") % {"place": place}
    return form_page(request, form, crumbs, heading, _("定める"), board)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, kpi_id: int) -> HttpResponse:
    """Corrects what a KPI is."""
    held = planned_kpi_or_404(request, kpi_id)
    form = KpiForm(held.strategy, request.user, request.POST or None, held)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_kpi(
                kpi=held,
                definition=form.definition(),
                changed_by=request.user,
                reason=form.cleaned_data["reason"],
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(request, _("KPI「%(kpi)s」を変えました。") % {"kpi": held})
            return redirect(page_of(held))
    heading = _("「%(kpi)s」の内容を変える") % {"kpi": held}
    crumbs = way_to_kpi(held, (_("内容を変える"), ""))
    return form_page(request, form, crumbs, heading, _("保存する"), page_of(held))


@require_http_methods(["GET", "HEAD", "POST"])
def targets(request: Any, code: str, kpi_id: int) -> HttpResponse:
    """Sets the target of the last year, or a path of several."""
    held = planned_kpi_or_404(request, kpi_id)
    values = dict(held.targets.values_list("fiscal_year", "value"))
    form = TargetsForm(held, values, request.POST or None)
    if request.method == "POST" and form.is_valid():
        kept = {target.fiscal_year: target for target in held.targets.all()}
        wanted: dict[int, Any] = {
            # What the document prints stays with the value that it prints.
            year: services.Target(value, kept[year].printed, kept[year].is_sample)
            if year in kept and kept[year].value == value
            else value
            for year, value in form.targets().items()
        }
        try:
            services.set_targets(
                kpi=held, targets=wanted, set_by=request.user, reason=form.cleaned_data["reason"]
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(request, _("「%(kpi)s」の目標値を決めました。") % {"kpi": held})
            return redirect(page_of(held))
    heading = _("「%(kpi)s」の目標値") % {"kpi": held}
    crumbs = way_to_kpi(held, (_("目標値"), ""))
    lead = _(
        "最後の年度だけに書くと、基準値からまっすぐ進む予定になります。途中の年度にも書くと、それが予定の道すじになります。"
    )
    return form_page(request, form, crumbs, heading, _("保存する"), page_of(held), lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Any, code: str, kpi_id: int) -> HttpResponse:
    """Ends a KPI, with a reason."""
    held = planned_kpi_or_404(request, kpi_id)
    if held.ended_on is not None:
        raise Http404
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_kpi(
                kpi=held,
                ended_on=form.cleaned_data["ended_on"],
                ended_by=request.user,
                reason=form.cleaned_data["reason"],
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(request, _("KPI「%(kpi)s」を終えました。") % {"kpi": held})
            return redirect(page_of(held))
    heading = _("「%(kpi)s」を終える") % {"kpi": held}
    crumbs = way_to_kpi(held, (_("終える"), ""))
    lead = _("終えると、その日より後の値は入れられません。これまでの値と評価は残ります。")
    return form_page(request, form, crumbs, heading, _("終える"), page_of(held), lead=lead, danger=True)
