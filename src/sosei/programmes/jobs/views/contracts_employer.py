"""An employer's pages of contracts: who comes, notices on paper, cancelling with what is owed, changing conditions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Max, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.programmes.jobs.forms_contracts import ChangeForm
from sosei.programmes.jobs.models import Contract, Employer
from sosei.programmes.jobs.services import contracts
from sosei.programmes.jobs.services.versions import asked_version, current_version, versions_of
from sosei.programmes.jobs.views import contract_shown
from sosei.programmes.jobs.views.cancel_steps import cancel_page, open_days
from sosei.programmes.jobs.views.deal_pages import (
    contract_of_employer,
    employer_crumbs,
    employer_of,
    leave_looks,
    notice_file,
    show_refusal,
    tag,
    tell,
)
from sosei.programmes.jobs.words_contracts import LOOK

STATES = ("active", "finished", "cancelled")


def _list_url(employer: Employer) -> str:
    return reverse(
        "jobs:employer-contracts", kwargs={"code": employer.municipality.code, "employer_id": employer.pk}
    )


def _one_url(contract: Contract) -> str:
    arguments = {
        "code": contract.municipality.code,
        "employer_id": contract.employer_id,
        "contract_id": contract.pk,
    }
    return reverse("jobs:employer-contract", kwargs=arguments)


@require_safe
def listed(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Contracts of the employer; those in force unless told otherwise."""
    employer = employer_of(request, employer_id)
    state = request.GET.get("state", "active")
    state = state if state in STATES else "active"
    rows = (
        Contract.objects.visible_to(request.user)
        .filter(employer=employer, state=state)
        .select_related("posting")
        .annotate(first=Min("days__shift__starts_at"), last=Max("days__shift__starts_at"))
        .order_by("first", "pk")
    )
    page = paginate(request, rows, per_page=25)
    leave_looks(request, employer, [row.person_id for row in page], LOOK)
    context = {
        "employer": employer,
        "page": page,
        "rows": [{"contract": row, "tag": tag(row.state)} for row in page],
        "state": state,
        "states": [(each, Contract.State(each).label) for each in STATES],
        "crumbs": employer_crumbs(employer, (_("契約"), "")),
    }
    return render(request, "jobs/contracts/employer_list.html", context)


@require_safe
def one(request: Any, code: str, employer_id: int, contract_id: int) -> HttpResponse:
    """The contract."""
    employer = employer_of(request, employer_id)
    contract = contract_of_employer(request, employer, contract_id)
    arguments = {"code": code, "employer_id": employer.pk, "contract_id": contract.pk}
    context = {
        **contract_shown.context_of(contract, "jobs:employer-notice", arguments),
        "employer": employer,
        "crumbs": employer_crumbs(employer, (_("契約"), _list_url(employer)), (contract.worker_name, "")),
    }
    return render(request, "jobs/contracts/employer_one.html", context)


@require_safe
def notice(request: Any, code: str, employer_id: int, contract_id: int, number: int) -> HttpResponse:
    """The notice as PDF."""
    employer = employer_of(request, employer_id)
    return notice_file(request, contract_of_employer(request, employer, contract_id), number)


@require_POST
def paper(request: Any, code: str, employer_id: int, contract_id: int) -> HttpResponse:
    """Records that the notice was handed over on paper."""
    contract = contract_of_employer(request, employer_of(request, employer_id), contract_id)
    try:
        contracts.hand_over_paper(contract=contract, actor=request.user)
    except RefusedError as error:
        tell(request, error)
    else:
        messages.success(request, _("紙で渡したことを記録しました。"))
    return redirect(_one_url(contract))


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: Any, code: str, employer_id: int, contract_id: int) -> HttpResponse:
    """Calls days off; what is owed is shown before."""
    employer = employer_of(request, employer_id)
    contract = contract_of_employer(request, employer, contract_id)
    crumbs = employer_crumbs(
        employer,
        (_("契約"), _list_url(employer)),
        (contract.worker_name, _one_url(contract)),
        (_("日を取り消す"), ""),
    )
    return cancel_page(request, contract, side="employer", back=_one_url(contract), crumbs=crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, employer_id: int, contract_id: int) -> HttpResponse:
    """Proposes other conditions."""
    employer = employer_of(request, employer_id)
    contract = contract_of_employer(request, employer, contract_id)
    known = versions_of(contract)
    if contract.state != Contract.State.ACTIVE or asked_version(contract, known) is not None:
        messages.info(request, _("いまは、条件の変更を申し出られません。"))
        return redirect(_one_url(contract))
    terms = current_version(contract, known).terms
    form = ChangeForm(request.POST or None, terms=terms, open_days=open_days(contract))
    if request.method == "POST" and form.is_valid():
        try:
            contracts.propose_version(
                contract=contract,
                terms=form.changed_terms(),
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("働く人に知らせました。返事を待ってください。"))
            return redirect(_one_url(contract))
    context = {
        "contract": contract,
        "form": form,
        "cancel_url": _one_url(contract),
        "crumbs": employer_crumbs(
            employer,
            (_("契約"), _list_url(employer)),
            (contract.worker_name, _one_url(contract)),
            (_("条件の変更"), ""),
        ),
    }
    return render(request, "jobs/contracts/change.html", context)
