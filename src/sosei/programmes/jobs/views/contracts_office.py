"""The town's pages of contracts: what staff see of the work agreed in the town, and calling it off for safety's sake."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Max, Min, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.services.looks import record_look, record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.programmes.jobs.models import Contract
from sosei.programmes.jobs.permissions import serves_work
from sosei.programmes.jobs.views import contract_shown
from sosei.programmes.jobs.views.cancel_steps import cancel_page
from sosei.programmes.jobs.views.deal_pages import contract_of_town, notice_file, tag
from sosei.programmes.jobs.words_contracts import LOOK


class FilterForm(forms.Form):
    """Which are shown."""

    state = forms.ChoiceField(
        label=gettext_lazy("状態"),
        required=False,
        choices=[("", gettext_lazy("すべて")), *Contract.State.choices],
    )
    words = forms.CharField(
        label=gettext_lazy("名前・雇用主・求人"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """Contracts of the town."""
    form = FilterForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    rows = (
        Contract.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("posting", "employer")
        .annotate(first=Min("days__shift__starts_at"), last=Max("days__shift__starts_at"))
        .order_by("-made_at", "-pk")
    )
    if given.get("state"):
        rows = rows.filter(state=given["state"])
    for word in given.get("words", "").split():
        rows = rows.filter(
            Q(worker_name__icontains=word)
            | Q(worker_kana__icontains=word)
            | Q(employer__name__icontains=word)
            | Q(posting__title__icontains=word)
        )
    page = paginate(request, rows, per_page=25)
    record_looks(
        staff=request.user,
        persons={row.person_id for row in page},
        what=LOOK,
        municipality=request.town,
    )
    context = {
        "page": page,
        "rows": [{"contract": row, "tag": tag(row.state)} for row in page],
        "form": form,
        "town": request.town,
        "crumbs": office_crumbs(request, (_("仕事の契約"), "")),
    }
    return render(request, "jobs/contracts/office_list.html", context)


def _crumbs(request: Any, contract: Contract, *rest: tuple[str, str]) -> Any:
    listed_url = reverse("jobs:office-contracts", kwargs={"code": request.town.code})
    here = _url(request, contract) if rest else ""
    return office_crumbs(request, (_("仕事の契約"), listed_url), (contract.worker_name, here), *rest)


def _url(request: Any, contract: Contract) -> str:
    return reverse("jobs:office-contract", kwargs={"code": request.town.code, "contract_id": contract.pk})


@require_safe
def one(request: Any, code: str, contract_id: int) -> HttpResponse:
    """A contract."""
    contract = contract_of_town(request, contract_id)
    record_look(staff=request.user, person=contract.person, what=LOOK, municipality=request.town)
    arguments = {"code": code, "contract_id": contract.pk}
    context = {
        **contract_shown.context_of(contract, "jobs:office-notice", arguments),
        "may_cancel": serves_work(request.user, contract),
        "crumbs": _crumbs(request, contract),
    }
    return render(request, "jobs/contracts/office_one.html", context)


@require_safe
def notice(request: Any, code: str, contract_id: int, number: int) -> HttpResponse:
    """The notice as PDF."""
    contract = contract_of_town(request, contract_id)
    record_look(staff=request.user, person=contract.person, what=LOOK, municipality=request.town)
    return notice_file(request, contract, number)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: Any, code: str, contract_id: int) -> HttpResponse:
    """The town calls days off."""
    contract = contract_of_town(request, contract_id)
    record_look(staff=request.user, person=contract.person, what=LOOK, municipality=request.town)
    return cancel_page(
        request,
        contract,
        side="town",
        back=_url(request, contract),
        crumbs=_crumbs(request, contract, (_("日を取り消す"), "")),
    )
