"""An employer's pages of payslips: what is to be paid, the preview, issuing, one payslip, and putting one right."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.engines.labour.insurance import Cover
from sosei.programmes.jobs import pay_shown, payslip_pdf
from sosei.programmes.jobs.errors_pay import TaxByHandError
from sosei.programmes.jobs.forms_pay import ReplaceForm, SlipForm, UntilForm
from sosei.programmes.jobs.models import Contract, Employer, Payslip
from sosei.programmes.jobs.services import pay, pay_balance, pay_lists
from sosei.programmes.jobs.services.pay_lists import Unpaid
from sosei.programmes.jobs.services.pay_reading import Reading
from sosei.programmes.jobs.views.employer_common import employer_url, own_employer
from sosei.programmes.jobs.views.pay_pages import (
    download,
    leave_looks,
    pay_crumbs,
    payslip_of,
    shown,
)
from sosei.programmes.jobs.views.workers.common import done

MOST_AT_ONCE = 30
PDF = "application/pdf"


def _until(request: Any) -> tuple[UntilForm, datetime.date | None]:
    form = UntilForm(request.GET)
    return form, form.cleaned_data["until"] if form.is_valid() else None


@never_cache
@require_safe
def home(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Contracts with days to pay, the earliest pay day first; payslips that no longer fit; what is to be transferred."""
    employer = own_employer(request, employer_id)
    form, until = _until(request)
    unpaid = pay_lists.unpaid_of(Contract.objects.visible_to(request.user).filter(employer=employer), until)
    changed = pay_lists.changed_of(employer)
    shown = [*(one.contract for one in unpaid), *(one.payslip for one in changed)]
    leave_looks(request, [one.person_id for one in shown])
    context = {
        "employer": employer,
        "unpaid": unpaid,
        "changed": changed,
        "form": form,
        "until": until,
        "most": MOST_AT_ONCE,
        "today": pay_lists.today(),
        "crumbs": pay_crumbs(request, employer),
    }
    return render(request, "jobs/pay/employer_home.html", context)


@dataclass
class Preview:
    """One payslip on the page before it is issued.

    Attributes:
        terms: the conditions in force.
        unsure: whether employment insurance covers has to be asked of the labour office.
        error: why it was not issued.
    """

    unpaid: Unpaid
    draft: pay.Draft
    form: SlipForm
    terms: dict[str, Any]
    unsure: bool
    error: str = ""

    @property
    def days(self) -> list[pay_shown.ShownDay]:
        """Its lines."""
        return pay_shown.of_draft(self.draft)

    @property
    def charged_lodging(self) -> str:
        """The lodging that costs something; it is not taken off the wage."""
        held = self.terms.get("lodging") or {}
        return str(held["name"]) if held.get("yen_a_night") else ""

    @property
    def shorter(self) -> list[Any]:
        """Days on which fewer minutes count than were agreed."""
        return [one for one in self.draft.days if one.shorter]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: Any, code: str, employer_id: int) -> HttpResponse:
    """The chosen payslips line by line; then they are issued, each by itself."""
    employer = own_employer(request, employer_id)
    given = request.POST if request.method == "POST" else request.GET
    keys = [int(key) for key in given.getlist("pick") if key.isdecimal()][:MOST_AT_ONCE]
    _form, until = _until(request)
    if not keys:
        messages.info(request, _("給与明細を出す人を選んでください。"))
        return redirect(employer_url("employer-pay", employer))
    chosen = Contract.objects.visible_to(request.user).filter(employer=employer, pk__in=keys)
    unpaid, reading = pay_lists.read_unpaid(chosen, until)
    leave_looks(request, [one.contract.person_id for one in unpaid])
    previews = [_preview(request, reading, one) for one in unpaid]
    if request.method == "POST" and all(one.form.is_valid() for one in previews):
        previews = _issue(request, previews)
        if not previews:
            return redirect(employer_url("employer-payslips", employer))
    context = {
        "employer": employer,
        "previews": previews,
        "net": sum(one.draft.slip.net for one in previews if one.draft.slip),
        "until": until,
        "cancel_url": employer_url("employer-pay", employer),
        "crumbs": pay_crumbs(request, employer, (_("給与明細を確かめる"), "")),
    }
    status = 422 if request.method == "POST" and previews else 200
    return render(request, "jobs/pay/issue.html", context, status=status)


def _preview(request: Any, reading: Reading, one: Unpaid) -> Preview:
    contract = reading.contracts[one.contract.pk]
    insurances = reading.insurances(contract)
    given: dict[str, Any] = {
        "data": request.POST if request.method == "POST" else None,
        "prefix": str(contract.pk),
        "initial": {"pay_on": one.pay_on if one.readable else None},
        "insured": insurances.social is not Cover.NO,
    }
    # Which boxes the form has depends on the pay day, whose year chooses the tax table.
    form = SlipForm(by_hand=True, **given)
    sent = form.is_bound and form.is_valid()
    pay_on = form.cleaned_data["pay_on"] if sent else one.pay_on
    draft = pay.draft_of(reading, contract, one.days, pay_on=pay_on)
    if not isinstance(draft.refusal, TaxByHandError) and not given["insured"]:
        form = SlipForm(by_hand=False, **given)
    elif sent and form.by_hand is not None:
        draft = pay.draft_of(reading, contract, one.days, pay_on=pay_on, by_hand=form.by_hand)
    return Preview(one, draft, form, reading.terms(contract), insurances.employment_unsure)


def _issue(request: Any, previews: list[Preview]) -> list[Preview]:
    """Issues what can be issued; those that cannot stay, with the reason."""
    left, count = [], 0
    for one in previews:
        try:
            pay.issue_payslip(
                contract=one.unpaid.contract,
                days=[each.day for each in one.unpaid.days],
                pay_on=one.form.cleaned_data["pay_on"],
                by_hand=one.form.by_hand,
                actor=request.user,
            )
            count += 1
        except RefusedError as error:
            one.error = str(error)
            left.append(one)
    if count:
        messages.success(
            request, _("給与明細を%(count)s件出しました。働く人に知らせました。") % {"count": count}
        )
    return left


@never_cache
@require_safe
def slips(request: Any, code: str, employer_id: int) -> HttpResponse:
    """All payslips, the latest pay day first."""
    employer = own_employer(request, employer_id)
    rows = (
        Payslip.objects.visible_to(request.user)
        .filter(employer=employer, replaced_by__isnull=True)
        .select_related("contract__posting")
        .order_by("-pay_on", "-pk")
    )
    page = paginate(request, rows, per_page=50)
    leave_looks(request, [row.person_id for row in page])
    context = {
        "employer": employer,
        "page": page,
        "rows": pay_balance.standings(list(page)),
        "crumbs": pay_crumbs(request, employer, (_("給与明細"), "")),
    }
    return render(request, "jobs/pay/employer_slips.html", context)


def _slip_crumbs(request: Any, employer: Employer, payslip: Payslip, *more: tuple[Any, str]) -> Any:
    here = slip_url(payslip) if more else ""
    return pay_crumbs(
        request,
        employer,
        (_("給与明細"), employer_url("employer-payslips", employer)),
        (payslip.contract.worker_name, here),
        *more,
    )


def slip_url(payslip: Payslip) -> str:
    """An employer's page of a payslip."""
    return employer_url("employer-payslip", payslip.employer, payslip_id=payslip.pk)


@never_cache
@require_safe
def one(request: Any, code: str, employer_id: int, payslip_id: int) -> HttpResponse:
    """One payslip."""
    employer = own_employer(request, employer_id)
    payslip = payslip_of(request, employer, payslip_id)
    leave_looks(request, [payslip.person_id])
    context = {
        **shown(payslip),
        "employer": employer,
        "crumbs": _slip_crumbs(request, employer, payslip),
    }
    return render(request, "jobs/pay/employer_slip.html", context)


@never_cache
@require_safe
def file(request: Any, code: str, employer_id: int, payslip_id: int) -> HttpResponse:
    """The payslip as PDF."""
    employer = own_employer(request, employer_id)
    payslip = payslip_of(request, employer, payslip_id)
    leave_looks(request, [payslip.person_id])
    # The sheet is in the worker's language, which the employer does not read.
    with tenancy.unguarded():
        return download(payslip_pdf.make_payslip(payslip), payslip_pdf.file_name(payslip), PDF)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: Any, code: str, employer_id: int, payslip_id: int) -> HttpResponse:
    """The payslip beside what its days come to now; then a new one takes its place."""
    employer = own_employer(request, employer_id)
    payslip = payslip_of(request, employer, payslip_id)
    leave_looks(request, [payslip.person_id])
    reading = Reading([payslip.contract])
    plain = pay.replacement_of(payslip, reading=reading)
    contract = payslip.contract
    social = reading.is_known(contract) and reading.insurances(contract).social is not Cover.NO
    by_hand = isinstance(plain.refusal, TaxByHandError) or social
    form = ReplaceForm(request.POST or None, by_hand=by_hand, insured=social)
    draft = plain
    if form.is_bound and form.is_valid():
        draft = pay.replacement_of(payslip, by_hand=form.by_hand, reading=reading)
    made: list[Payslip] = []
    if request.method == "POST" and done(
        form,
        lambda: made.append(
            pay.replace_payslip(
                payslip=payslip,
                reason=form.cleaned_data["reason"],
                by_hand=form.by_hand,
                actor=request.user,
            )
        ),
    ):
        messages.success(request, _("新しい給与明細を出しました。働く人に知らせました。"))
        return redirect(slip_url(made[0]))
    context = {
        **shown(payslip),
        "employer": employer,
        "draft": draft,
        "draft_days": pay_shown.of_draft(draft),
        "difference": None if draft.slip is None else draft.slip.net - payslip.net,
        "form": form,
        "cancel_url": slip_url(payslip),
        "crumbs": _slip_crumbs(request, employer, payslip, (_("直す"), "")),
    }
    status = 422 if form.errors else 200
    return render(request, "jobs/pay/replace.html", context, status=status)
