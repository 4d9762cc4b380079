"""Values of a KPI: a planner or the department's KPI owner records and corrects, a planner chooses among them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people.errors import RefusedError
from sosei.planning.strategy.chosen_values import chosen_actuals
from sosei.planning.strategy.forms_kpis_values import ActualForm, ChooseForm, CorrectForm
from sosei.planning.strategy.judging import values_of
from sosei.planning.strategy.models import Kpi, KpiActual, Origin
from sosei.planning.strategy.numbers import fiscal_year_today, print_value, print_year
from sosei.planning.strategy.permissions import can_report
from sosei.planning.strategy.services import kpis as services
from sosei.planning.strategy.value_cells import cell_of
from sosei.planning.strategy.views.kpis import kpi_or_404, way_to_kpi
from sosei.planning.strategy.views.kpis_edit import form_page, page_of, planned_kpi_or_404, refused


def _earlier(kpi: Kpi, year: int) -> dict[int, KpiActual]:
    """Values that can be carried forward into a year."""
    held = chosen_actuals([kpi.pk]).get(kpi.pk, {})
    return {at: row for at, row in held.items() if at < year and row.value is not None}


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: Any, code: str, kpi_id: int, year: int) -> HttpResponse:
    """Records the value of a year."""
    held = kpi_or_404(request, kpi_id)
    might = KpiActual(strategy=held.strategy, kpi=held, reported_in=year)
    within = held.strategy.first_fiscal_year <= year <= fiscal_year_today(held.strategy.municipality)
    if not within or held.ended_on is not None or not can_report(request.user, might):
        raise Http404
    form = ActualForm(held, year, _earlier(held, year), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_actual(
                kpi=held,
                reported_in=year,
                origin=Origin.TYPED.value,
                entered_by=request.user,
                entered_for=held.department,
                **form.columns(),
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(
                request,
                _("「%(kpi)s」の%(year)sの実績を入れました。") % {"kpi": held, "year": print_year(year)},
            )
            return redirect(page_of(held))
    heading = _("「%(kpi)s」の%(year)sの実績を入れる") % {"kpi": held, "year": print_year(year)}
    crumbs = way_to_kpi(held, (_("KPIの実績を入れる"), ""))
    return form_page(request, form, crumbs, heading, _("入れる"), page_of(held), lead=_last_year(held, year))


def _last_year(kpi: Kpi, year: int) -> str:
    earlier = _earlier(kpi, year)
    if not earlier:
        return ""
    at = max(earlier)
    return _("前の値：%(year)sは %(value)s") % {"year": print_year(at), "value": cell_of(kpi, earlier[at])}


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Any, code: str, actual_id: int) -> HttpResponse:
    """Replaces a value by a new row, with a reason."""
    seen = KpiActual.objects.visible_to(request.user).live().filter(strategy__municipality__code=code)
    actual: KpiActual = get_object_or_404(
        seen.select_related("strategy__municipality", "kpi__strategy__municipality"), pk=actual_id
    )
    if not can_report(request.user, actual):
        raise Http404
    kpi = kpi_or_404(request, actual.kpi_id)
    form = CorrectForm(
        kpi, actual.reported_in, _earlier(kpi, actual.reported_in), request.POST or None, actual
    )
    year = print_year(actual.reported_in)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_actual(
                actual=actual,
                reason=form.cleaned_data["reason"],
                entered_by=request.user,
                entered_for=kpi.department,
                **form.columns(),
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(
                request, _("「%(kpi)s」の%(year)sの実績を直しました。") % {"kpi": kpi, "year": year}
            )
            return redirect(page_of(kpi))
    heading = _("「%(kpi)s」の%(year)sの実績を直す") % {"kpi": kpi, "year": year}
    crumbs = way_to_kpi(kpi, (_("実績を直す"), ""))
    lead = _("いまの値：%(value)s（%(origin)s）。評価を終えた年度の報告は、直しても変わりません。") % {
        "value": actual.printed or cell_of(kpi, actual),
        "origin": actual.get_origin_display(),
    }
    return form_page(request, form, crumbs, heading, _("直す"), page_of(kpi), lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Any, code: str, kpi_id: int, year: int) -> HttpResponse:
    """Says which of the values of a year counts."""
    held = planned_kpi_or_404(request, kpi_id)
    values = values_of(held.strategy, [held], user=request.user)[held.pk].get(year)
    if values is None or len(values.candidates) < 2:
        raise Http404
    choices = [
        (
            candidate.origin,
            _("%(origin)s：%(value)s")
            % {
                "origin": candidate.origin_label,
                "value": cell_of(held, candidate.actual)
                if candidate.actual is not None
                else f"{print_value(candidate.value, held)} {candidate.fed.label if candidate.fed else ''}",
            },
        )
        for candidate in values.candidates
    ]
    form = ChooseForm(choices, request.POST or None, values.chosen.origin if values.chosen else "")
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_value(
                kpi=held,
                reported_in=year,
                origin=form.cleaned_data["origin"],
                chosen_by=request.user,
                reason=form.cleaned_data["reason"],
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(
                request,
                _("「%(kpi)s」の%(year)sに使う値を決めました。") % {"kpi": held, "year": print_year(year)},
            )
            return redirect(page_of(held))
    heading = _("「%(kpi)s」の%(year)sに使う値を選ぶ") % {"kpi": held, "year": print_year(year)}
    crumbs = way_to_kpi(held, (_("使う値を選ぶ"), ""))
    lead = _("入り方のちがう値が並んでいます。評価や公表に使う値を1つ選びます。選ばれない値も消えません。")
    return form_page(request, form, crumbs, heading, _("この値を使う"), page_of(held), lead=lead)
