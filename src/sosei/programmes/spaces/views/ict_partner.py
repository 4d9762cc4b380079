"""A partner's own pages: its home, its particulars, the needs of the town, its answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.programmes.spaces import words_ict_sizing as words
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.forms_ict import PartnerForm, ReasonForm
from sosei.programmes.spaces.forms_ict_answers import AnswerForm, LineForms, VariantForm
from sosei.programmes.spaces.ict_sizing import needs_in_short, shown, sizing_of, uses_text
from sosei.programmes.spaces.models import CatalogueItem, IctNeed, IctPartner, IctProposal, Installation
from sosei.programmes.spaces.querysets import partners_of
from sosei.programmes.spaces.rules_ict import Sizing
from sosei.programmes.spaces.services import ict_partners, ict_proposals
from sosei.programmes.spaces.services.ict_needs import today_in
from sosei.programmes.spaces.views.ict_common import (
    TAGS,
    own_partner,
    partner_crumbs,
    partner_url,
    shown_proposal,
    tell,
)
from sosei.programmes.spaces.views.ict_needs import missing_goods, survey_rows

LIVE = (IctProposal.State.SUGGESTED, IctProposal.State.ANSWERED)


@require_safe
def mine(request: Any) -> HttpResponse:
    """The partners one acts for; straight to the only one."""
    rows = list(
        IctPartner.objects.visible_to(request.user)
        .filter(pk__in=partners_of(request.user), ended_at__isnull=True)
        .select_related("municipality")
    )
    if len(rows) == 1:
        return redirect(partner_url("ict-partner", rows[0]))
    context = {
        "rows": [(row, partner_url("ict-partner", row)) for row in rows],
        "crumbs": [(_("ICTの会社の画面"), "")],
    }
    return render(request, "spaces/ict/mine.html", context)


@require_safe
def home(request: Any, code: str, partner_id: int) -> HttpResponse:
    """Needs that wait for answers, proposals, works."""
    partner = own_partner(request, partner_id)
    today = today_in(partner.municipality)
    needs = _needs(request, partner).order_by("answer_until", "pk")[:100]
    answered = (
        IctProposal.objects.visible_to(request.user)
        .filter(partner=partner, answered_at__isnull=False)
        .select_related("need__space")
        .order_by("-answered_at")[:50]
    )
    of_need: dict[int, list[str]] = {}
    for row in answered:
        of_need.setdefault(row.need_id, []).append(row.state)
    works = (
        Installation.objects.visible_to(request.user)
        .filter(partner=partner)
        .exclude(proposal__need__state=IctNeed.State.DROPPED)
        .select_related("space", "host")
    )
    items = CatalogueItem.objects.visible_to(request.user).filter(partner=partner, ended_at__isnull=True)
    context = {
        "partner": partner,
        "needs": [
            (need, uses_text(need), bool(need.answer_until and need.answer_until < today), need.pk in of_need)
            for need in needs
        ],
        "answers": [(row, TAGS[row.state]) for row in answered],
        "works": [(work, TAGS[work.state]) for work in works[:100]],
        "items": items.count(),
        "old_items": items.filter(valid_until__lt=today).count(),
        "crumbs": partner_crumbs(request, partner),
    }
    return render(request, "spaces/ict/partner.html", context)


def _needs(request: Any, partner: IctPartner) -> Any:
    """Needs of the town that are open, or that this partner answered."""
    seen = IctNeed.objects.visible_to(request.user).filter(municipality=partner.municipality)
    own = IctProposal.objects.filter(partner=partner, answered_at__isnull=False).values("need")
    if partner.ended_at is not None:
        return seen.filter(pk__in=own).select_related("space", "host", "municipality")
    return seen.filter(Q(state=IctNeed.State.OPEN) | Q(pk__in=own)).select_related(
        "space__municipality", "host", "municipality"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Any, code: str, partner_id: int) -> HttpResponse:
    """What the partner tells of itself."""
    partner = own_partner(request, partner_id)
    form = PartnerForm(request.POST or None, instance=partner)
    if request.method == "POST" and form.is_valid():
        try:
            ict_partners.change_partner(partner=partner, particulars=form.particulars(), actor=request.user)
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("紹介を直しました。"))
            return redirect(partner_url("ict-partner", partner))
    context = {
        "form": form,
        "heading": _("会社の紹介"),
        "submit": _("直す"),
        "cancel_url": partner_url("ict-partner", partner),
        "crumbs": partner_crumbs(request, partner, (_("会社の紹介"), "")),
    }
    return render(request, "spaces/ict/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def need(request: Any, code: str, partner_id: int, need_id: int) -> HttpResponse:
    """A need with its sizing, and this partner's proposals; POST begins a bill."""
    partner = own_partner(request, partner_id)
    row = _needs(request, partner).filter(pk=need_id).first()
    if row is None:
        raise Http404
    form = VariantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ict_proposals.begin_offer(
                need=row, partner=partner, variant=form.cleaned_data["variant"], actor=request.user
            )
        except IctError as error:
            messages.error(request, str(error))
        else:
            return redirect(partner_url("ict-answer", partner, proposal_id=made.pk))
    sizing = sizing_of(row)
    proposals = [shown_proposal(one, sizing) for one in _own_proposals(request, partner).filter(need=row)]
    items = CatalogueItem.objects.visible_to(request.user).filter(partner=partner, ended_at__isnull=True)
    may_answer = ict_proposals.may_answer(row) and partner.ended_at is None
    context = {
        "partner": partner,
        "need": row,
        "tag": TAGS[row.state],
        "uses": uses_text(row),
        "survey": survey_rows(row),
        "short": needs_in_short(sizing),
        "steps": shown(sizing.steps),
        "marks": [(words.MARKS[mark], text) for mark, text in words.MARK_HELP],
        "proposals": proposals,
        "missing": missing_goods(sizing, list(items), today_in(row.municipality)) if may_answer else "",
        "may_answer": may_answer,
        "form": form,
        "can_begin": may_answer
        and len([one for one in proposals if one.row.state in LIVE]) < len(IctProposal.Variant),
        "crumbs": partner_crumbs(request, partner, (str(row.space), "")),
    }
    return render(request, "spaces/ict/partner_need.html", context)


def _own_proposals(request: Any, partner: IctPartner) -> Any:
    rows = IctProposal.objects.visible_to(request.user).filter(partner=partner)
    return (
        rows.exclude(state=IctProposal.State.NOT_CHOSEN, answered_at__isnull=True)
        .select_related("partner", "host", "municipality", "need__space", "need__municipality")
        .prefetch_related("lines__item")
        .order_by("first_yen", "pk")
    )


def _open_proposal(request: Any, partner: IctPartner, proposal_id: int) -> IctProposal:
    found = _own_proposals(request, partner).filter(pk=proposal_id, need__in=_needs(request, partner)).first()
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Any, code: str, partner_id: int, proposal_id: int) -> HttpResponse:
    """The bill as the partner stands for it."""
    partner = own_partner(request, partner_id)
    row = _open_proposal(request, partner, proposal_id)
    sizing = sizing_of(row.need)
    items = list(
        CatalogueItem.objects.visible_to(request.user).filter(partner=partner, ended_at__isnull=True)
    )
    items += [
        line.item for line in row.lines.all() if line.item is not None and line.item.ended_at is not None
    ]
    form = AnswerForm(request.POST or None, initial=_initial(row, sizing))
    lines = LineForms(
        request.POST or None,
        prefix="lines",
        form_kwargs={"items": items},
        initial=[_line(line) for line in row.lines.all()],
    )
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        given = [line for line in (one.line() for one in lines.forms) if line is not None]
        try:
            ict_proposals.answer_proposal(proposal=row, answer=form.answer(given), actor=request.user)
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("貸す人に返事をしました。期限までは、もう一度直せます。"))
            return redirect(partner_url("ict-partner-need", partner, need_id=row.need_id))
    if request.method == "POST" and not lines.is_valid():
        form.add_error(None, _("品の表に、直すところがあります。"))
    context = {
        "partner": partner,
        "need": row.need,
        "one": shown_proposal(row, sizing),
        "form": form,
        "lines": lines,
        "needed": ict_proposals.needed_promise(sizing),
        "may_answer": ict_proposals.may_answer(row.need) and row.state in LIVE,
        "crumbs": partner_crumbs(
            request,
            partner,
            (str(row.need.space), partner_url("ict-partner-need", partner, need_id=row.need_id)),
            (row.get_variant_display(), ""),
        ),
    }
    return render(request, "spaces/ict/answer.html", context, status=422 if form.errors else 200)


def _initial(row: IctProposal, sizing: Sizing) -> dict[str, Any]:
    needed = ict_proposals.needed_promise(sizing)
    return {
        "promised_down": row.promised_down or needed.down,
        "promised_up": row.promised_up or needed.up,
        "promised_ping": int(row.promised_ping or needed.ping),
        "install_on": row.install_on,
        "valid_until": row.valid_until,
        "text": row.answer,
    }


def _line(line: Any) -> dict[str, Any]:
    return {
        "item": str(line.item_id or ""),
        "kind": line.kind,
        "name": line.name,
        "quantity": line.quantity,
        "first_yen": line.first_yen,
        "monthly_yen": line.monthly_yen,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: Any, code: str, partner_id: int, proposal_id: int) -> HttpResponse:
    """The partner does not offer this."""
    partner = own_partner(request, partner_id)
    row = _open_proposal(request, partner, proposal_id)
    back = partner_url("ict-partner-need", partner, need_id=row.need_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ict_proposals.decline_proposal(
                proposal=row, actor=request.user, reason=form.cleaned_data["reason"]
            )
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("提案しないことを、貸す人に知らせました。"))
            return redirect(back)
    context = {
        "form": form,
        "heading": _("この案は提案しない"),
        "lead": f"{row.need.space}・{row.get_variant_display()}",
        "submit": _("提案しない"),
        "danger": True,
        "cancel_url": back,
        "crumbs": partner_crumbs(request, partner, (str(row.need.space), back), (_("提案しない"), "")),
    }
    return render(request, "spaces/ict/form.html", context, status=422 if form.errors else 200)
