"""A worker's pages of a contract: its days, its notice, cancelling, and answering changed conditions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs.forms_contracts import CancelForm
from sosei.programmes.jobs.models import Contract, WorkDay
from sosei.programmes.jobs.services import cancelling, contracts
from sosei.programmes.jobs.services.versions import state_of, versions_of
from sosei.programmes.jobs.views import contract_shown
from sosei.programmes.jobs.views.deal_pages import (
    is_key,
    my_contract,
    notice_file,
    show_refusal,
    tell,
    worker_crumbs,
)


def _crumbs(contract: Contract, *rest: tuple[str, str]) -> Any:
    mine = reverse("jobs:my-applications")
    here = reverse("jobs:my-contract", kwargs={"contract_id": contract.pk}) if rest else ""
    return worker_crumbs((_("申し込みと契約"), mine), (str(contract.posting), here), *rest)


@require_safe
@subject_page
def one(request: Any, contract_id: int) -> HttpResponse:
    """The contract."""
    contract = my_contract(request, contract_id)
    context = {
        **contract_shown.context_of(contract, "jobs:my-notice", {"contract_id": contract.pk}),
        "crumbs": _crumbs(contract),
    }
    return render(request, "jobs/contracts/mine.html", context)


@require_safe
@subject_page
def notice(request: Any, contract_id: int, number: int) -> HttpResponse:
    """The notice as PDF."""
    return notice_file(request, my_contract(request, contract_id), number)


@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def cancel(request: Any, contract_id: int) -> HttpResponse:
    """Cancels days before they begin."""
    contract = my_contract(request, contract_id)
    days = list(
        contract.days.filter(state=WorkDay.State.PLANNED, period__startswith__gt=timezone.now()).order_by(
            "period"
        )
    )
    if not days:
        messages.info(request, _("取り消せる日はありません。"))
        return redirect("jobs:my-contract", contract_id=contract.pk)
    chosen = [int(text) for text in request.GET.getlist("day") if is_key(text)]
    form = CancelForm(request.POST or None, side="worker", days=days, initial={"days": chosen})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                for day in [day for day in days if day.pk in given["days"]]:
                    contracts.cancel_day(
                        day=day,
                        side="worker",
                        ground=given["ground"],
                        reason=given["reason"],
                        actor=request.user,
                    )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("取り消しました。雇用主に知らせました。"))
            return redirect("jobs:my-contract", contract_id=contract.pk)
    context = {
        "contract": contract,
        "form": form,
        "late": cancelling.late_of(request.subject),
        "soon": any(cancelling.is_late(day) for day in days),
        "subject": request.subject,
        "cancel_url": reverse("jobs:my-contract", kwargs={"contract_id": contract.pk}),
        "crumbs": _crumbs(contract, (_("来られない日を取り消す"), "")),
    }
    return render(request, "jobs/contracts/cancel_mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def change(request: Any, contract_id: int, number: int) -> HttpResponse:
    """Changed conditions line by line; a POST agrees or declines."""
    contract = my_contract(request, contract_id)
    known = versions_of(contract)
    version = next((one for one in known if one.number == number), None)
    if version is None or number == 1:
        raise Http404
    if request.method == "POST":
        agreed = request.POST.get("answer") == "agree"
        try:
            contracts.decide_version(version=version, side="worker", agreed=agreed, actor=request.user)
        except RefusedError as error:
            tell(request, error)
        else:
            messages.success(
                request,
                _("新しい条件に同意しました。") if agreed else _("断りました。いまの条件のままです。"),
            )
        return redirect("jobs:my-contract", contract_id=contract.pk)
    context = {
        "contract": contract,
        "version": version,
        "state": state_of(version),
        "rows": contract_shown.differences_of(version, known),
        "subject": request.subject,
        "crumbs": _crumbs(contract, (_("条件の変更"), "")),
    }
    return render(request, "jobs/contracts/change_mine.html", context)
