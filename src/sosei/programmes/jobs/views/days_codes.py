"""An employer's pages of QR codes: one a workplace, to be printed and hung up, replaced when lost."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.programmes.jobs.models import SiteCode, Workplace
from sosei.programmes.jobs.services.days_codes import address_of, make_code
from sosei.programmes.jobs.views.employer_common import employer_crumbs, employer_url, own_employer


@require_safe
def listed(request: Any, code: str, employer_id: int) -> HttpResponse:
    """The workplaces and whether each has a code."""
    employer = own_employer(request, employer_id)
    places = Workplace.objects.visible_to(request.user).filter(employer=employer, closed_at__isnull=True)
    codes = SiteCode.objects.visible_to(request.user).filter(employer=employer, ended_at__isnull=True)
    made = {each.workplace_id: each for each in codes}
    context = {
        "employer": employer,
        "rows": [{"place": place, "code": made.get(place.pk)} for place in places],
        "crumbs": employer_crumbs(request, employer, (_("現場のQRコード"), "")),
    }
    return render(request, "jobs/days/codes.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Any, code: str, employer_id: int, place_id: int) -> HttpResponse:
    """The sheet to print; a POST makes the code, or another one."""
    employer = own_employer(request, employer_id)
    place = get_object_or_404(
        Workplace.objects.visible_to(request.user).filter(employer=employer), pk=place_id
    )
    if request.method == "POST":
        make_code(workplace=place, actor=request.user)
        messages.success(
            request, _("新しいQRコードを作りました。印刷してはってください。前のものは、もう使えません。")
        )
        return redirect(employer_url("employer-site-code", employer, place_id=place.pk))
    found = (
        SiteCode.objects.visible_to(request.user)
        .filter(workplace=place, ended_at__isnull=True)
        .select_related("workplace")
        .first()
    )
    list_url = employer_url("employer-site-codes", employer)
    context = {
        "employer": employer,
        "place": place,
        "code": found,
        "picture": picture(address_of(found)) if found is not None else "",
        "crumbs": employer_crumbs(request, employer, (_("現場のQRコード"), list_url), (str(place), "")),
    }
    return render(request, "jobs/days/code.html", context)


def picture(address: str) -> str:
    """The code as SVG without styles of its own; damage of a quarter leaves it readable."""
    code = segno.make(address, error="q", micro=False)
    # The address is made here; the library writes shapes only.
    return mark_safe(code.svg_inline(border=2, omitsize=True, svgclass="site-code__picture", lineclass=None))  # noqa: S308
