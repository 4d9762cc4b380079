"""Typing a fact, and withdrawing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import office_crumbs, show_refusal
from sosei.planning.outcomes import kinds, permissions
from sosei.planning.outcomes.forms import FactForm, ReasonForm
from sosei.planning.outcomes.services import entering as services
from sosei.planning.outcomes.views.facts import fact_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: Any, code: str) -> HttpResponse:
    """A fact of the kind that the address names; without one, the kinds to choose from."""
    name = request.GET.get("kind", "")
    listed = reverse("outcomes:list", kwargs={"code": code})
    here = (_("実績を入れる"), "")
    if not kinds.is_declared(name):
        crumbs = office_crumbs(request, (_("事業の実績"), listed), here)
        context = {"crumbs": crumbs, "kinds": kinds.all_kinds(), "town": request.town}
        return render(request, "outcomes/enter_kind.html", context)
    kind = kinds.kind_named(name)
    form = FactForm(kind, request.town, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter_fact(
                municipality=request.town,
                kind=kind.name,
                fact=form.fact(),
                entered_by=request.user,
                reason=form.cleaned_data["reason"],
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("「%(kind)s」の実績を入れました。") % {"kind": kind.title})
            return redirect("outcomes:fact", code=code, fact_id=made.pk)
    context = {
        "crumbs": office_crumbs(request, (_("事業の実績"), listed), here),
        "kind": kind,
        "form": form,
        "cancel_url": listed,
    }
    return render(request, "outcomes/enter.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Any, code: str, fact_id: int) -> HttpResponse:
    """Takes back a typed or imported fact, with a reason."""
    held = fact_or_404(request, fact_id)
    page = reverse("outcomes:fact", kwargs={"code": code, "fact_id": held.pk})
    if held.withdrawn:  # type: ignore[attr-defined]
        messages.info(request, _("この実績は、もう取り消してあります。"))
        return redirect(page)
    if not permissions.can_withdraw_fact(request.user, held):
        raise PermissionDenied(
            _("この実績は事業が自動で記録しました。事業の画面で、もとの記録を取り消してください。")
        )
    form = ReasonForm(
        request.POST or None, _("記録に残ります。人の名前は書かないでください。例：二重に入れたため")
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_entered(
                fact=held, reason=form.cleaned_data["reason"], withdrawn_by=request.user
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("実績を取り消しました。KPIの値も、入れる前に戻りました。"))
            return redirect(page)
    listed = reverse("outcomes:list", kwargs={"code": code})
    context = {
        "crumbs": office_crumbs(
            request, (_("事業の実績"), listed), (held.kind_title, page), (_("取り消す"), "")
        ),
        "fact": held,
        "form": form,
        "cancel_url": page,
    }
    return render(request, "outcomes/withdraw.html", context, status=422 if form.errors else 200)
