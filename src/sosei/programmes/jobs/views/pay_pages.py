"""What the pages of wages share: whose payslip it is, a payslip as a page shows it, and files to download."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.services.looks import record_looks
from sosei.programmes.jobs import pay_shown
from sosei.programmes.jobs.models import Employer, Payslip
from sosei.programmes.jobs.services.pay_balance import standings
from sosei.programmes.jobs.services.pay_rows import lines_of
from sosei.programmes.jobs.views.employer_common import employer_crumbs, employer_url, serves
from sosei.programmes.jobs.words_pay import LOOK

_RELATED = (
    "contract__posting__workplace",
    "contract__employer",
    "employer__municipality",
    "municipality",
    "replaces",
    "replaced_by",
)


def leave_looks(request: Any, persons: Iterable[int]) -> None:
    """Staff who see wages leave a trace that the workers see."""
    if serves(request):
        record_looks(staff=request.user, persons=set(persons), what=LOOK, municipality=request.town)


def pay_crumbs(request: Any, employer: Employer, *more: tuple[Any, str]) -> Any:
    """The way to one of an employer's pages of wages."""
    here = employer_url("employer-pay", employer) if more else ""
    return employer_crumbs(request, employer, (_("賃金"), here), *more)


def my_payslip(request: Any, payslip_id: int) -> Payslip:
    """A payslip of the person whom the request is for; seen although the employer may be gone by now.

    Raises:
        Http404: there is none.
    """
    with tenancy.unguarded():
        return _found(Payslip.objects.filter(person=request.subject), payslip_id)


def payslip_of(request: Any, employer: Employer, payslip_id: int) -> Payslip:
    """A payslip of the employer.

    Raises:
        Http404: there is none.
    """
    return _found(Payslip.objects.visible_to(request.user).filter(employer=employer), payslip_id)


def _found(rows: Any, key: int) -> Payslip:
    found: Payslip | None = rows.select_related(*_RELATED).filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def shown(payslip: Payslip) -> dict[str, Any]:
    """A payslip with its lines by day and how its money stands."""
    with tenancy.unguarded():
        days = pay_shown.of_payslip(payslip)
        standing = standings([payslip])[0]
    before = payslip.replaces
    return {
        "payslip": payslip,
        "days": days,
        "standing": standing,
        "before": before,
        "more": None if before is None else payslip.net - before.net,
        "after": getattr(payslip, "replaced_by", None),
        "minutes": pay_shown.hours_text(minutes_of(days, payslip)),
    }


def minutes_of(days: Iterable[pay_shown.ShownDay], payslip: Payslip) -> int:
    """Minutes worked that a payslip pays."""
    return sum(int(line.quantity or 0) for line in lines_of(payslip) if line.code == "base" and line.quantity)


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response
