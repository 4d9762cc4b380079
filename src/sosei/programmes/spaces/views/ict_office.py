"""The town's staff: partners admitted and ended, every need and work of the town."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.views.members import office_crumbs
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.forms_ict import AdmitForm, ReasonForm
from sosei.programmes.spaces.ict_sizing import uses_text
from sosei.programmes.spaces.models import IctNeed, IctPartner, Installation
from sosei.programmes.spaces.services import ict_partners as services
from sosei.programmes.spaces.views.host_common import serves, town_of
from sosei.programmes.spaces.views.ict_common import TAGS, office_url, tell


@require_safe
def office(request: Any, code: str) -> HttpResponse:
    """Partners, needs and works."""
    town = town_of(request)
    partners = IctPartner.objects.visible_to(request.user).filter(municipality=town, ended_at__isnull=True)
    needs = (
        IctNeed.objects.visible_to(request.user)
        .filter(municipality=town)
        .select_related("space", "host")
        .order_by("-asked_at", "-pk")
    )
    page = paginate(request, needs)
    works = {
        work.proposal.need_id: work
        for work in Installation.objects.visible_to(request.user)
        .filter(proposal__need__in=[need.pk for need in page.items])
        .select_related("proposal")
    }
    context = {
        "town": town,
        "serves": serves(request),
        "partners": partners.order_by("name", "pk")[:200],
        "page": page,
        "needs": [(need, uses_text(need), TAGS[need.state], works.get(need.pk)) for need in page.items],
        "work_tags": TAGS,
        "crumbs": office_crumbs(request, (_("場所のICT設備"), "")),
    }
    return render(request, "spaces/ict/office.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def admit(request: Any, code: str) -> HttpResponse:
    """A new partner."""
    town = town_of(request)
    form = AdmitForm(request.POST or None, town=town, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            partner = services.admit_partner(
                municipality=town,
                particulars=form.particulars(),
                organisation=form.cleaned_data["organisation"],
                actor=request.user,
            )
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(
                request,
                _("「%(partner)s」を認めました。次に、この団体の担当の人を招いてください。")
                % {"partner": partner},
            )
            return redirect("people:invite", code=code)
    context = {
        "form": form,
        "heading": _("ICTの会社を認める"),
        "submit": _("認める"),
        "cancel_url": office_url(request),
        "crumbs": office_crumbs(
            request, (_("場所のICT設備"), office_url(request)), (_("ICTの会社を認める"), "")
        ),
    }
    return render(request, "spaces/ict/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Any, code: str, partner_id: int) -> HttpResponse:
    """A partner that makes no more proposals."""
    partner = (
        IctPartner.objects.visible_to(request.user)
        .filter(municipality=town_of(request), pk=partner_id)
        .first()
    )
    if partner is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_partner(partner=partner, actor=request.user, reason=form.cleaned_data["reason"])
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("「%(partner)s」をはずしました。") % {"partner": partner})
            return redirect("spaces:ict-office", code=code)
    context = {
        "form": form,
        "heading": _("「%(partner)s」をはずす") % {"partner": partner},
        "lead": _(
            "新しい相談は届かなくなり、まだ決まっていない提案はことわったことになります。決まった工事は続きます。"
        ),
        "submit": _("はずす"),
        "danger": True,
        "cancel_url": reverse("spaces:ict-office", kwargs={"code": code}),
        "crumbs": office_crumbs(request, (_("場所のICT設備"), office_url(request)), (_("はずす"), "")),
    }
    return render(request, "spaces/ict/form.html", context)
