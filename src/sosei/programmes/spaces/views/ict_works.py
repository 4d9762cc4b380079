"""The work on site: the partner says when it is done, the host accepts what was measured or sends it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.forms_ict import MoveForm, ReasonForm
from sosei.programmes.spaces.models import IctNeed, Installation
from sosei.programmes.spaces.services import ict_works as services
from sosei.programmes.spaces.services.ict_speed import compared, speaking_for
from sosei.programmes.spaces.views.host_common import host_url, own_host, space_url
from sosei.programmes.spaces.views.ict_common import (
    TAGS,
    ict_crumbs,
    own_partner,
    partner_crumbs,
    partner_url,
    tell,
)
from sosei.programmes.spaces.words_ict_sizing import flaw_text, mbps

_RELATED = (
    "space__municipality",
    "space__host",
    "host__municipality",
    "partner__municipality",
    "proposal__need",
    "municipality",
)


def _shown(work: Installation) -> dict[str, Any]:
    logs = speaking_for(work)
    found = compared(work, logs)
    state = Installation.State
    return {
        "work": work,
        "tag": TAGS[work.state],
        "logs": logs,
        "found": found,
        "rows": [
            (
                _("下り"),
                mbps(work.promised_down * 1000),
                mbps(found.down_kbps) if found else "",
                "down_too_slow",
            ),
            (_("上り"), mbps(work.promised_up * 1000), mbps(found.up_kbps) if found else "", "up_too_slow"),
            (
                _("応答（ping）"),
                _("%(ms)sミリ秒") % {"ms": f"{work.promised_ping:.0f}"},
                _("%(ms)sミリ秒") % {"ms": found.ping_ms} if found else "",
                "ping_too_long",
            ),
        ],
        "flaws": [flaw_text(str(flaw.code), flaw.data) for flaw in found.flaws] if found else [],
        "flawed": [str(flaw.code) for flaw in found.flaws] if found else [],
        "is_dropped": work.proposal.need.state == IctNeed.State.DROPPED,
        "steps": [
            {"label": _("工事の前"), "state": "done" if work.built_at else "current"},
            {"label": _("工事が終わった"), "state": "done" if work.built_at else "todo"},
            {
                "label": _("測って検収する"),
                "state": "done"
                if work.state == state.ACCEPTED
                else ("current" if work.state == state.BUILT else "todo"),
            },
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def of_host(request: Any, code: str, host_id: int, work_id: int) -> HttpResponse:
    """Accepts, sends back, or reverses an acceptance."""
    host = own_host(request, host_id)
    rows = Installation.objects.visible_to(request.user).filter(host=host, pk=work_id)
    work = rows.select_related(*_RELATED).first()
    if work is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if "accept" in request.POST:
                services.accept_work(work=work, actor=request.user, note=reason)
                messages.success(request, _("検収しました。場所のページに、測った速さが出ます。"))
            elif "reverse" in request.POST:
                services.reverse_acceptance(work=work, actor=request.user, reason=reason)
                messages.success(request, _("検収を取り消して、会社に戻しました。"))
            else:
                services.refuse_work(work=work, actor=request.user, reason=reason)
                messages.success(request, _("会社に戻しました。"))
        except IctError as error:
            tell(request, form, error)
        else:
            return redirect(host_url("ict-work", host, work_id=work.pk))
    context = {
        **_shown(work),
        "host": host,
        "form": form,
        "speed_url": space_url("ict-speed", work.space),
        "need_url": host_url("ict-need", host, need_id=work.proposal.need_id),
        "crumbs": ict_crumbs(request, host, (_("工事と検収：%(space)s") % {"space": work.space}, "")),
    }
    return render(request, "spaces/ict/work.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def of_partner(request: Any, code: str, partner_id: int, work_id: int) -> HttpResponse:
    """Says that the work is done, or another day."""
    partner = own_partner(request, partner_id)
    rows = Installation.objects.visible_to(request.user).filter(partner=partner, pk=work_id)
    work = rows.select_related(*_RELATED).first()
    if work is None:
        raise Http404
    moving = request.method == "POST" and "built" not in request.POST
    form = MoveForm(request.POST if moving else None, initial={"planned_on": work.planned_on})
    if request.method == "POST" and (not moving or form.is_valid()):
        try:
            if moving:
                services.move_work(
                    work=work,
                    planned_on=form.cleaned_data["planned_on"],
                    reason=form.cleaned_data["reason"],
                    actor=request.user,
                )
                messages.success(request, _("工事の日を変えて、貸す人に知らせました。"))
            else:
                services.mark_built(work=work, actor=request.user)
                messages.success(
                    request, _("工事が終わったと、貸す人に知らせました。貸す人が測って検収します。")
                )
        except IctError as error:
            tell(request, form if moving else None, error)
        else:
            return redirect(partner_url("ict-partner-work", partner, work_id=work.pk))
    context = {
        **_shown(work),
        "partner": partner,
        "form": form,
        "can_build": work.state in services.TO_BUILD and work.proposal.need.state != IctNeed.State.DROPPED,
        "crumbs": partner_crumbs(request, partner, (_("工事：%(space)s") % {"space": work.space}, "")),
    }
    return render(
        request, "spaces/ict/partner_work.html", context, status=422 if moving and form.errors else 200
    )
