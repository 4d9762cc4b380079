"""Certificates of activities: issued to a worker, and checked by anybody who holds one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people.models import Municipality
from sosei.core.people.rate_limits import Limit, TooManyError, attempt, too_many
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs import certificate_pdf
from sosei.programmes.jobs.forms_care import CertificateForm, CheckForm
from sosei.programmes.jobs.models import Certificate
from sosei.programmes.jobs.rules_care import normal_number
from sosei.programmes.jobs.services import certificates, complaints
from sosei.programmes.jobs.views.employer_common import town_of
from sosei.programmes.jobs.views.posting_page import to_work
from sosei.programmes.jobs.views.workers.common import done, work_crumbs

CHECKS = (Limit(60, minutes=60),)
"""A code is guessed in a million million tries; this many an hour from one address."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def mine(request: Any) -> HttpResponse:
    """What one has done in each town, certificates, and a new one."""
    towns = []
    for town in complaints.towns_of_person(request.subject):
        days = certificates.worked_days(request.subject, town)
        if days:
            towns.append(_Town(town, certificates.years_of(days), len(days)))
    asked = next((one for one in towns if str(one.town.pk) == request.POST.get("town", "")), None)
    if request.method == "POST" and asked is not None and _issued(request, asked):
        return redirect("jobs:my-certificates")
    rows = Certificate.objects.visible_to(request.user).filter(person=request.subject)
    context = {
        "towns": towns,
        "rows": list(rows.select_related("municipality").exclude(pdf=b"").defer("pdf")[:50]),
        "subject": request.subject,
        "crumbs": work_crumbs((_("活動の証明書"), "")),
    }
    return render(request, "jobs/care/my_certificates.html", context)


class _Town:
    """A town where somebody worked, with the form for a certificate."""

    def __init__(self, town: Municipality, years: list[int], days: int) -> None:
        self.town, self.days, self.years = town, days, years
        self.form = CertificateForm(years=years, prefix=f"t{town.pk}")


def _issued(request: Any, asked: _Town) -> bool:
    asked.form = form = CertificateForm(request.POST, years=asked.years, prefix=f"t{asked.town.pk}")
    saved = done(
        form,
        lambda: certificates.issue_certificate(
            municipality=asked.town,
            person=request.subject,
            actor=request.user,
            year=form.cleaned_data["year"],
        ),
    )
    if saved:
        messages.success(request, _("証明書を作りました。"))
    return saved


@never_cache
@require_safe
@subject_page
def file(request: Any, number: str) -> HttpResponse:
    """The certificate as PDF."""
    rows = Certificate.objects.visible_to(request.user).filter(person=request.subject, number=number)
    found = rows.first()
    if found is None or not bytes(found.pdf):
        raise Http404
    response = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="certificate-{found.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@never_cache
@require_safe
def ask_check(request: Any, code: str) -> HttpResponse:
    """Asks for the number, and leads to its page."""
    town_of(request)
    form = CheckForm(request.GET or None)
    if form.is_valid():
        # No slash of what somebody typed becomes a part of the address.
        number = normal_number(form.cleaned_data["number"]).replace("/", "") or "-"
        way = reverse("jobs:certificate-check", kwargs={"code": code, "number": number})
        return redirect(f"{way}?{urlencode({'check': normal_number(form.cleaned_data['check'])})}")
    return _page(request, form)


@never_cache
@require_safe
def check(request: Any, code: str, number: str) -> HttpResponse:
    """Whether number and code belong together, and what the paper must say then."""
    town = town_of(request)
    typed = request.GET.get("check", "")
    form = CheckForm((request.GET and {"number": number, "check": typed}) or None, initial={"number": number})
    if not typed:
        return _page(request, CheckForm(initial={"number": number}))
    try:
        attempt("jobs.certificate-check", request, limits=CHECKS)
    except TooManyError as error:
        return too_many(request, error)
    found = certificates.check_certificate(municipality=town, number=number, code=typed)
    employers = [certificate_pdf.employer_line(one) for one in found.employers] if found else []
    hours = certificate_pdf.hours_text(found.minutes) if found else ""
    return _page(request, form, found=found, asked=True, hours=hours, employers=employers)


def _page(request: Any, form: CheckForm, **more: Any) -> HttpResponse:
    context = {"form": form, "crumbs": [*to_work(request), (_("証明書を確かめる"), "")], **more}
    response = render(request, "jobs/care/certificate_check.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
