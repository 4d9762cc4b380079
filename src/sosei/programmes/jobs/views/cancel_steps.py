"""Cancelling by the employer or the town in two steps: days and ground, then what is owed, shown before it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import RefusedError
from sosei.programmes.jobs.forms_contracts import CancelForm, day_label
from sosei.programmes.jobs.models import Contract, WorkDay
from sosei.programmes.jobs.rules_contracts import employer_grounds
from sosei.programmes.jobs.services import contracts
from sosei.programmes.jobs.services.versions import current_version
from sosei.programmes.jobs.views.deal_pages import show_refusal
from sosei.programmes.jobs.words_contracts import ground_label


def open_days(contract: Contract) -> list[WorkDay]:
    """Agreed days that have not begun."""
    rows = contract.days.filter(state=WorkDay.State.PLANNED, period__startswith__gt=timezone.now())
    related = ("contract__posting__workplace", "contract__employer", "shift")
    return list(rows.select_related(*related).order_by("period"))


def cancel_page(request: Any, contract: Contract, *, side: str, back: str, crumbs: Any) -> HttpResponse:
    """Both steps."""
    days = open_days(contract)
    if not days:
        messages.info(request, _("取り消せる日はありません。"))
        return redirect(back)
    paid = None
    if side == "employer":
        reserved = current_version(contract).terms["cancellation_grounds"]
        paid = dict(employer_grounds(days[0].period.lower, timezone.now(), reserved))
    form = CancelForm(request.POST or None, side=side, days=days, paid=paid)
    context: dict[str, Any] = {
        "contract": contract,
        "form": form,
        "side": side,
        "cancel_url": back,
        "crumbs": crumbs,
    }
    if request.method == "POST" and form.is_valid():
        chosen = [day for day in days if day.pk in form.cleaned_data["days"]]
        try:
            if "confirm" in request.POST:
                _cancel(chosen, form, side, request.user)
                messages.success(request, _("取り消しました。働く人に知らせました。"))
                return redirect(back)
            context |= _cost(chosen, form, side)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            return render(request, "jobs/contracts/cancel_confirm.html", context)
    return render(request, "jobs/contracts/cancel.html", context)


@transaction.atomic
def _cancel(chosen: Sequence[WorkDay], form: CancelForm, side: str, actor: Any) -> None:
    given = form.cleaned_data
    for day in chosen:
        contracts.cancel_day(day=day, side=side, ground=given["ground"], reason=given["reason"], actor=actor)


def _cost(chosen: Sequence[WorkDay], form: CancelForm, side: str) -> dict[str, Any]:
    given = form.cleaned_data
    rows = [
        {"label": day_label(day), "owed": contracts.owed_for(day=day, side=side, ground=given["ground"])}
        for day in chosen
    ]
    return {
        "rows": rows,
        "total": sum(row["owed"].yen for row in rows),  # type: ignore[attr-defined]
        "ground": ground_label(given["ground"]),
        "reason": given["reason"],
        "chosen": [day.pk for day in chosen],
    }
