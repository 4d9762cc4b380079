"""The town's page of wages: employers with days whose pay day is over and no payslip is out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.people import roles
from sosei.core.people.services.looks import record_looks
from sosei.core.people.standing import standing_of
from sosei.core.people.views.subject import office_crumbs
from sosei.programmes.jobs.models import PayRun
from sosei.programmes.jobs.services import pay_lists
from sosei.programmes.jobs.words_pay import LOOK


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """The longest late first; and files that nobody has settled although their day is over."""
    late = pay_lists.late_in(request.town)
    persons = {one.contract.person_id for row in late for one in row.contracts}
    record_looks(staff=request.user, persons=persons, what=LOOK, municipality=request.town)
    runs = PayRun.objects.visible_to(request.user).filter(
        municipality=request.town, state=PayRun.State.MADE, pay_on__lt=pay_lists.today()
    )
    context = {
        "late": late,
        "runs": runs.defer("file").select_related("employer").order_by("pay_on", "pk")[:50],
        "may_open": standing_of(request.user).holds(roles.PROGRAMME_STAFF, request.town.pk),
        "crumbs": office_crumbs(request, (_("賃金の支払い"), "")),
    }
    return render(request, "jobs/pay/office.html", context)
