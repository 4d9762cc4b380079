"""Where planners write a strategy: the list of terms, a new one, the outline, what is missing, publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people import roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.standing import standing_of
from sosei.planning.strategy.forms_structure import (
    EndForm,
    NextTermForm,
    ReasonForm,
    StrategyForm,
    first_term_values,
    next_term_values,
)
from sosei.planning.strategy.models import (
    BasicGoal,
    Kpi,
    Measure,
    PolicyPackage,
    PromotionModel,
    Strategy,
)
from sosei.planning.strategy.numbers import fiscal_year_today, print_year, today_in
from sosei.planning.strategy.part_kinds import BY_MODEL
from sosei.planning.strategy.services.structure import checks, lineage, measures, removal, terms
from sosei.planning.strategy.views.structure_common import draft_of, part_of_town, work_crumbs

FORM = "strategy/structure/form.html"


def to_outline(strategy: Strategy) -> str:
    """The address of the outline."""
    return reverse(
        "strategy:structure-edit", kwargs={"code": strategy.municipality.code, "strategy_id": strategy.pk}
    )


def _refused(form: Any, error: RefusedError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))


@require_safe
def strategies(request: Any, code: str) -> HttpResponse:
    """The town's strategies, drafts among them; a planner begins the next here."""
    rows = list(Strategy.objects.visible_to(request.user).of(request.town))
    context = {
        "crumbs": [*work_crumbs(request, None)[:-1], (_("総合戦略"), "")],
        "town": request.town,
        "rows": [
            (row, f"{print_year(row.first_fiscal_year)}–{print_year(row.last_fiscal_year)}") for row in rows
        ],
        "may_write": standing_of(request.user).holds(roles.PLANNER, request.town.pk),
        "latest": rows[0] if rows else None,
    }
    return render(request, "strategy/structure/strategies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str) -> HttpResponse:
    """Begins a strategy, from scratch or, with `?after=`, as the next term of one."""
    after = request.GET.get("after", "")
    previous = draft_of(request, int(after)) if after.isdecimal() else None
    data = request.POST or None
    if previous is None:
        initial = first_term_values(request.town, fiscal_year_today(request.town))
        form = StrategyForm(data, initial=initial)
    else:
        form = NextTermForm(data, initial=next_term_values(previous))
    if request.method == "POST" and form.is_valid():
        try:
            made = _write(request, form, previous)
        except RefusedError as error:
            _refused(form, error)
        else:
            messages.success(
                request,
                _("「%(title)s」の下書きを作りました。公表するまで、役所の人だけに見えます。")
                % {"title": made},
            )
            return redirect(to_outline(made))
    heading = (
        _("「%(title)s」の次の期を書く") % {"title": previous.local_short_title}
        if previous
        else _("戦略を書き始める")
    )
    context = {
        "crumbs": work_crumbs(request, None, (heading, "")),
        "heading": heading,
        "lead": _(
            "基本目標、政策パッケージ、重点推進モデルを写し、すべての政策パッケージを「継続」としてつなぎます。あとで変えられます。"
        )
        if previous
        else "",
        "form": form,
        "submit": _("下書きを作る"),
        "cancel_url": reverse("strategy:strategies-office", args=[code]),
    }
    return render(request, FORM, context)


def _write(request: Any, form: Any, previous: Strategy | None) -> Strategy:
    text = form.strategy_text()
    if previous is None:
        return terms.write_strategy(municipality=request.town, text=text, written_by=request.user)
    return terms.write_next_term(
        previous=previous,
        text=text,
        written_by=request.user,
        with_measures=form.cleaned_data["with_measures"],
        with_kpis=form.cleaned_data["with_kpis"],
    )


@require_safe
def structure(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """The outline: everything with the ways to change it, what is missing, what was taken away."""
    held = draft_of(request, strategy_id)
    parts = checks.parts_of(held)
    findings = checks.publication_findings(held, parts)
    measures_of: dict[int, list[Measure]] = {}
    for measure in parts.measures:
        measures_of.setdefault(measure.package_id, []).append(measure)
    kpis: dict[tuple[str, int], list[Kpi]] = {}
    for kpi in parts.kpis:
        place = next(name for name in ("goal", "package", "measure") if getattr(kpi, f"{name}_id"))
        kpis.setdefault((place, getattr(kpi, f"{place}_id")), []).append(kpi)
    packages: dict[int, list[Any]] = {}
    for package in parts.packages:
        lines = [(row, kpis.get(("measure", row.pk), [])) for row in measures_of.get(package.pk, [])]
        packages.setdefault(package.goal_id, []).append(
            (package, lines, kpis.get(("package", package.pk), []))
        )
    context = {
        "crumbs": _last_is_here(work_crumbs(request, held)),
        "town": request.town,
        "strategy": held,
        "goals": [(goal, packages.get(goal.pk, []), kpis.get(("goal", goal.pk), [])) for goal in parts.goals],
        "models": PromotionModel.objects.filter(strategy=held),
        "refusing": [_found(code, one) for one in findings if one.refuses],
        "warnings": [_found(code, one) for one in findings if not one.refuses],
        "removed": removal.removed_entries(held),
        "is_draft": held.published_at is None,
    }
    return render(request, "strategy/structure/outline.html", context)


def _last_is_here(crumbs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [*crumbs[:-1], (crumbs[-1][0], "")]


def _found(code: str, finding: checks.Finding) -> tuple[str, str]:
    """The words of a finding and where to mend it."""
    part = finding.part
    if isinstance(part, Kpi):
        return finding.text, reverse("strategy:kpi", kwargs={"code": code, "kpi_id": part.pk})
    if part is None or type(part) not in BY_MODEL:
        return finding.text, ""
    kwargs = {"code": code, "kind": BY_MODEL[type(part)].slug, "part_id": part.pk}
    return finding.text, reverse("strategy:part-change", kwargs=kwargs)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Changes what is written about the strategy as a whole."""
    held = draft_of(request, strategy_id)
    form = StrategyForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            terms.change_strategy(
                strategy=held,
                text=form.strategy_text(),
                changed_by=request.user,
                reason=form.cleaned_data.get("reason", ""),
            )
        except RefusedError as error:
            _refused(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect(to_outline(held))
    return _form(request, held, form, _("名称、期間、コンセプトなどを変える"), _("保存する"))


def _form(request: Any, held: Strategy, form: Any, heading: str, submit: str, **more: Any) -> HttpResponse:
    context = {
        "crumbs": work_crumbs(request, held, (heading, "")),
        "heading": heading,
        "form": form,
        "submit": submit,
        "cancel_url": to_outline(held),
        **more,
    }
    return render(request, FORM, context)


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Shows what is missing, and publishes."""
    held = draft_of(request, strategy_id)
    if held.published_at is not None:
        messages.info(request, _("この戦略は、もう公表されています。"))
        return redirect(to_outline(held))
    form = ReasonForm(request.POST or None, required=False)
    if request.method == "POST" and form.is_valid():
        try:
            terms.publish_strategy(
                strategy=held, published_by=request.user, reason=form.cleaned_data["reason"]
            )
        except RefusedError as error:
            _refused(form, error)
        else:
            messages.success(
                request, _("「%(title)s」を公表しました。だれでも見られます。") % {"title": held}
            )
            return redirect("strategy:strategy", code=code, strategy_id=held.pk)
    findings = checks.publication_findings(held)
    context = {
        "crumbs": work_crumbs(request, held, (_("公表する"), "")),
        "strategy": held,
        "form": form,
        "refusing": [_found(code, one) for one in findings if one.refuses],
        "warnings": [_found(code, one) for one in findings if not one.refuses],
        "cancel_url": to_outline(held),
    }
    return render(request, "strategy/structure/publish.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Throws a draft away."""
    held = draft_of(request, strategy_id)
    if held.published_at is not None:
        messages.warning(request, _("公表した戦略は消せません。"))
        return redirect(to_outline(held))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        title = str(held)
        try:
            terms.drop_strategy(strategy=held, dropped_by=request.user, reason=form.cleaned_data["reason"])
        except RefusedError as error:
            _refused(form, error)
        else:
            messages.success(request, _("下書き「%(title)s」を消しました。") % {"title": title})
            return redirect("strategy:strategies-office", code=code)
    counts = [
        (_("基本目標"), BasicGoal.objects.filter(strategy=held).count()),
        (_("政策パッケージ"), PolicyPackage.objects.filter(strategy=held).count()),
        (_("施策"), Measure.objects.filter(strategy=held).count()),
        ("KPI", Kpi.objects.filter(strategy=held).count()),
    ]
    context = {
        "crumbs": work_crumbs(request, held, (_("下書きを消す"), "")),
        "heading": _("下書き「%(title)s」を消す") % {"title": held},
        "title": str(held),
        "going": [(label, [str(count)]) for label, count in counts if count],
        "may_put_back": False,
        "form": form,
        "submit": _("下書きを消す"),
        "cancel_url": to_outline(held),
    }
    return render(request, "strategy/structure/remove.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_end(request: Any, code: str, measure_id: int) -> HttpResponse:
    """Ends a measure."""
    return _end_or_resume(request, measure_id, ends=True)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_resume(request: Any, code: str, measure_id: int) -> HttpResponse:
    """An ended measure goes on."""
    return _end_or_resume(request, measure_id, ends=False)


def _end_or_resume(request: Any, measure_id: int, *, ends: bool) -> HttpResponse:
    held = part_of_town(request, Measure.objects, measure_id)
    strategy = draft_of(request, held.strategy_id)
    if ends:
        form: Any = EndForm(request.POST or None, initial={"ended_on": today_in(request.town)})
    else:
        form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if ends:
                measures.end_measure(
                    measure=held,
                    ended_on=form.cleaned_data["ended_on"],
                    ended_by=request.user,
                    reason=reason,
                )
            else:
                measures.resume_measure(measure=held, resumed_by=request.user, reason=reason)
        except RefusedError as error:
            _refused(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("strategy:measure", code=request.town.code, measure_id=held.pk)
    words = _("施策「%(title)s」を終える") if ends else _("施策「%(title)s」を再開する")
    lead = _("終えた施策は、終えた日とともに戦略に残ります。あとで再開できます。") if ends else ""
    submit = _("終える") if ends else _("再開する")
    return _form(request, strategy, form, words % {"title": held}, submit, lead=lead)


@require_POST
def lineage_complete(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Notes every package without a link as ended or new."""
    held = draft_of(request, strategy_id)
    try:
        count = lineage.complete_lineage(
            strategy=held, completed_by=request.user, reason=request.POST.get("reason", "")
        )
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(count)s件のつながりを補いました。") % {"count": count})
    return redirect("strategy:lineage", code=code, strategy_id=held.pk)
