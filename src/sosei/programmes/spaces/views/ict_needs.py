"""A host's needs: drafted, sized with every step shown, opened to partners, compared, chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.programmes.spaces import words_ict_sizing as words
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.forms_ict import BasisForm, NeedForm, OpenForm, ReasonForm
from sosei.programmes.spaces.ict_bill_file import as_csv, as_workbook
from sosei.programmes.spaces.ict_sizing import (
    income_of,
    needs_in_short,
    shown,
    sizing_of,
    survey_of_space,
    things_of,
    uses_text,
)
from sosei.programmes.spaces.models import Host, IctNeed, IctProposal, Installation, Space
from sosei.programmes.spaces.rules_ict import Sizing
from sosei.programmes.spaces.rules_ict_offers import propose
from sosei.programmes.spaces.services import ict_needs, ict_proposals
from sosei.programmes.spaces.services.ict_partners import partners_in
from sosei.programmes.spaces.views.host_common import host_url, own_host
from sosei.programmes.spaces.views.ict_common import (
    TAGS,
    ShownProposal,
    ict_crumbs,
    need_crumbs,
    own_need,
    shown_proposal,
    tell,
)

EDITABLE = (IctNeed.State.DRAFT, IctNeed.State.OPEN)
LIVE_SPACES = (Space.State.PUBLISHED, Space.State.DRAFT, Space.State.ASKED, Space.State.REFUSED)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def listed(request: Any, code: str, host_id: int) -> HttpResponse:
    """All needs and works of a host, and the ways to a new one and to measuring."""
    host = own_host(request, host_id)
    needs = IctNeed.objects.visible_to(request.user).filter(host=host).select_related("space")
    works = (
        Installation.objects.visible_to(request.user)
        .filter(host=host)
        .exclude(proposal__need__state=IctNeed.State.DROPPED)
        .select_related("space", "partner")
    )
    context = {
        "host": host,
        "needs": [(need, uses_text(need), TAGS[need.state]) for need in needs[:200]],
        "works": [(work, TAGS[work.state]) for work in works[:200]],
        "spaces": _spaces(request, host),
        "crumbs": ict_crumbs(request, host),
    }
    return render(request, "spaces/ict/host.html", context)


def _spaces(request: Any, host: Host) -> Sequence[Space]:
    rows = Space.objects.visible_to(request.user).filter(host=host, state__in=LIVE_SPACES)
    return list(rows.select_related("municipality", "host").order_by("name", "pk")[:300])


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str, host_id: int) -> HttpResponse:
    """A draft for the space of `?space=`."""
    host = own_host(request, host_id)
    spaces = _spaces(request, host)
    asked = request.POST.get("space") or request.GET.get("space", "")
    space = next((one for one in spaces if str(one.pk) == asked), None)
    form = None
    if space is not None:
        begin = {**survey_of_space(space), "kept": ict_needs.kept_percent(space.municipality)}
        form = NeedForm(request.POST or None, initial=begin)
    if request.method == "POST" and form is not None and space is not None and form.is_valid():
        try:
            need = ict_needs.draft_need(space=space, wanted=form.wanted(), actor=request.user)
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("下書きを作り、会社のカタログから案を計算しました。"))
            return redirect(host_url("ict-need", host, need_id=need.pk))
    context = {
        "host": host,
        "space": space,
        "spaces": spaces,
        "form": form,
        "heading": _("ICT設備の相談を書く"),
        "submit": _("計算する"),
        "cancel_url": host_url("ict-host", host),
        "crumbs": ict_crumbs(request, host, (_("ICT設備の相談を書く"), "")),
    }
    return render(
        request, "spaces/ict/need_form.html", context, status=422 if form is not None and form.errors else 200
    )


@require_safe
def one(request: Any, code: str, host_id: int, need_id: int) -> HttpResponse:
    """The need, its sizing, and the proposals."""
    need = own_need(request, host_id, need_id)
    sizing = sizing_of(need)
    proposals = _proposals(request, need, sizing)
    works = Installation.objects.visible_to(request.user).filter(proposal__need=need)
    is_open = need.state == IctNeed.State.OPEN
    waits = ict_proposals.choosing_waits(need) if is_open else ""
    context = {
        "need": need,
        "tag": TAGS[need.state],
        "uses": uses_text(need),
        "survey": survey_rows(need),
        "short": needs_in_short(sizing),
        "steps": shown(sizing.steps),
        "marks": [(words.MARKS[mark], text) for mark, text in words.MARK_HELP],
        "income": shown([income_of(need)])[0],
        "proposals": [one for one in proposals if one.row.state != IctProposal.State.DECLINED],
        "declined": [one for one in proposals if one.row.state == IctProposal.State.DECLINED],
        "lacking": _lacking(need, sizing, proposals),
        "waits": waits,
        "may_choose": is_open
        and not waits
        and any(one.row.state == IctProposal.State.ANSWERED for one in proposals),
        "work": works.first(),
        "is_draft": need.state == IctNeed.State.DRAFT,
        "is_editable": need.state in EDITABLE,
        "can_drop": need.state in (*EDITABLE, IctNeed.State.CHOSEN),
        "open_form": OpenForm(),
        "drop_form": ReasonForm(prefix="drop"),
        "crumbs": need_crumbs(request, need),
    }
    return render(request, "spaces/ict/need.html", context)


def survey_rows(need: IctNeed) -> list[tuple[str, str]]:
    """What was found on site, in words; what is assumed is said to be."""
    survey, rows = need.survey, []
    assumed = set(survey.get("assumed", ()))
    for name, field in NeedForm.base_fields.items():
        if name not in NeedForm.SURVEY or survey.get(name) in (None, ""):
            continue
        value = survey[name]
        text = {"walls": words.WALLS, "line": words.LINES}.get(name, {}).get(value, value)
        shown_text = f"{text:g}" if isinstance(text, float) else str(text)
        if name in assumed:
            shown_text = _("%(value)s（仮の値。現地で測ってください）") % {"value": shown_text}
        rows.append((str(field.label), shown_text))
    return rows


def _proposals(request: Any, need: IctNeed, sizing: Sizing) -> list[ShownProposal]:
    rows = (
        IctProposal.objects.visible_to(request.user)
        .filter(need=need)
        # A suggestion that was put aside was never anybody's offer.
        .exclude(state=IctProposal.State.NOT_CHOSEN, answered_at__isnull=True)
        .select_related("partner")
        .prefetch_related("lines__item")
        .order_by("first_yen", "pk")
    )
    if need.state not in EDITABLE:
        rows = rows.filter(answered_at__isnull=False)
    order = (IctProposal.State.CHOSEN, IctProposal.State.ANSWERED)
    return sorted(
        (shown_proposal(row, sizing) for row in rows),
        key=lambda one: order.index(one.row.state) if one.row.state in order else len(order),
    )


def _lacking(need: IctNeed, sizing: Sizing, proposals: Sequence[ShownProposal]) -> list[tuple[Any, str]]:
    """Partners from whose catalogue nothing could be reckoned, and what it lacks."""
    if need.state not in EDITABLE:
        return []
    with_some = {one.row.partner_id for one in proposals}
    without = [partner for partner in partners_in(need.municipality_id) if partner.pk not in with_some]
    if not without:
        return []
    items = ict_needs.catalogue_of(need.municipality_id)
    today = ict_needs.today_in(need.municipality)
    return [
        (partner, missing_goods(sizing, [item for item in items if item.partner_id == partner.pk], today))
        for partner in without
    ]


def missing_goods(sizing: Sizing, items: Sequence[Any], today: Any) -> str:
    """Kinds of goods that a catalogue lacks, or has too small, in words."""
    refused = propose(sizing, things_of(items, today)).refused
    goods = dict.fromkeys(str(words.GOODS[str(one.data["goods"])]) for one in refused)
    return _("、").join(goods)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, host_id: int, need_id: int) -> HttpResponse:
    """Corrects uses, survey, income and wishes."""
    need = own_need(request, host_id, need_id)
    form = NeedForm(request.POST or None, need=need)
    if request.method == "POST" and form.is_valid():
        try:
            ict_needs.change_need(need=need, wanted=form.wanted(), actor=request.user)
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("直して、計算し直しました。"))
            return redirect(host_url("ict-need", need.host, need_id=need.pk))
    context = {
        "host": need.host,
        "space": need.space,
        "form": form,
        "heading": _("ICT設備の相談を直す"),
        "submit": _("計算し直す"),
        "cancel_url": host_url("ict-need", need.host, need_id=need.pk),
        "crumbs": need_crumbs(request, need, (_("直す"), "")),
    }
    return render(request, "spaces/ict/need_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def income(request: Any, code: str, host_id: int, need_id: int) -> HttpResponse:
    """Changes what the unmet searches are expected to bring."""
    need = own_need(request, host_id, need_id)
    form = BasisForm(request.POST or None, initial=need.income_basis)
    if request.method == "POST" and form.is_valid():
        try:
            ict_needs.set_income(need=need, basis=form.basis(), actor=request.user)
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("見込みを変えて、元がとれるまでの月を計算し直しました。"))
            return redirect(host_url("ict-need", need.host, need_id=need.pk) + "#income")
    context = {
        "form": form,
        "heading": _("増える収入の見込みを変える"),
        "lead": _(
            "月の検索 × 予約になる割合 × 1回の料金 × 手もとに残る割合。ひかえめに見込むと、あとで困りません。"
        ),
        "submit": _("計算し直す"),
        "cancel_url": host_url("ict-need", need.host, need_id=need.pk),
        "crumbs": need_crumbs(request, need, (_("増える収入の見込み"), "")),
    }
    return render(request, "spaces/ict/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def open_to_partners(request: Any, code: str, host_id: int, need_id: int) -> HttpResponse:
    """Asks every partner of the town."""
    need = own_need(request, host_id, need_id)
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ict_needs.open_need(need=need, answer_until=form.cleaned_data["answer_until"], actor=request.user)
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("町のICTの会社に知らせました。"))
            return redirect(host_url("ict-need", need.host, need_id=need.pk))
    context = {
        "form": form,
        "heading": _("会社に提案を求める"),
        "lead": _(
            "町が認めたすべてのICTの会社に、同時に知らせます。会社には、ほかの会社の提案は見えません。"
        ),
        "submit": _("提案を求める"),
        "cancel_url": host_url("ict-need", need.host, need_id=need.pk),
        "crumbs": need_crumbs(request, need, (_("会社に提案を求める"), "")),
    }
    return render(request, "spaces/ict/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: Any, code: str, host_id: int, need_id: int) -> HttpResponse:
    """Nothing comes of it."""
    need = own_need(request, host_id, need_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ict_needs.drop_need(need=need, actor=request.user, reason=form.cleaned_data["reason"])
        except IctError as error:
            tell(request, form, error)
        else:
            messages.success(request, _("相談を取りやめました。"))
            return redirect(host_url("ict-host", need.host))
    context = {
        "form": form,
        "heading": _("相談を取りやめる"),
        "submit": _("取りやめる"),
        "danger": True,
        "cancel_url": host_url("ict-need", need.host, need_id=need.pk),
        "crumbs": need_crumbs(request, need, (_("取りやめる"), "")),
    }
    return render(request, "spaces/ict/form.html", context, status=422 if form.errors else 200)


@require_safe
def compare(request: Any, code: str, host_id: int, need_id: int) -> HttpResponse:
    """The proposals side by side, also on paper."""
    need = own_need(request, host_id, need_id)
    sizing = sizing_of(need)
    proposals = [
        one for one in _proposals(request, need, sizing) if one.row.state != IctProposal.State.DECLINED
    ]
    goods = list(dict.fromkeys(line.row.kind for one in proposals for line in one.lines))
    ordered = [kind for kind in words.GOODS if kind in goods]
    context = {
        "need": need,
        "uses": uses_text(need),
        "short": needs_in_short(sizing),
        "proposals": proposals,
        "rows": [
            (words.GOODS[kind], [[line for line in one.lines if line.row.kind == kind] for one in proposals])
            for kind in ordered
        ],
        "crumbs": need_crumbs(request, need, (_("並べてくらべる"), "")),
    }
    return render(request, "spaces/ict/compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: Any, code: str, host_id: int, need_id: int, proposal_id: int) -> HttpResponse:
    """One bill with the reckoning behind it; POST chooses it."""
    need = own_need(request, host_id, need_id)
    row = _one_proposal(request, need, proposal_id)
    if request.method == "POST":
        try:
            work = ict_proposals.choose_proposal(proposal=row, actor=request.user)
        except IctError as error:
            messages.error(request, str(error))
            return redirect(host_url("ict-proposal", need.host, need_id=need.pk, proposal_id=row.pk))
        messages.success(request, _("この提案に決めました。会社に知らせました。"))
        return redirect(host_url("ict-work", need.host, work_id=work.pk))
    waits = ict_proposals.choosing_waits(need) if need.state == IctNeed.State.OPEN else ""
    context = {
        "need": need,
        "one": shown_proposal(row, sizing_of(need)),
        "can_choose": need.state == IctNeed.State.OPEN
        and row.state == IctProposal.State.ANSWERED
        and not waits,
        "waits": waits,
        "marks": [(words.MARKS[mark], text) for mark, text in words.MARK_HELP],
        "crumbs": need_crumbs(request, need, (f"{row.partner}・{row.get_variant_display()}", "")),
    }
    return render(request, "spaces/ict/proposal.html", context)


def _one_proposal(request: Any, need: IctNeed, proposal_id: int) -> IctProposal:
    rows = IctProposal.objects.visible_to(request.user).filter(need=need, pk=proposal_id)
    found = (
        rows.select_related("partner", "need__space", "host", "municipality")
        .prefetch_related("lines__item")
        .first()
    )
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


@require_safe
def bill_file(
    request: Any, code: str, host_id: int, need_id: int, proposal_id: int, form: str
) -> HttpResponse:
    """The bill as `bill.csv` or `bill.xlsx`."""
    need = own_need(request, host_id, need_id)
    row = _one_proposal(request, need, proposal_id)
    lines = list(row.lines.all())
    if form == "bill.csv":
        answer = HttpResponse(as_csv(row, lines), content_type="text/csv; charset=utf-8")
    elif form == "bill.xlsx":
        answer = HttpResponse(as_workbook(row, lines), content_type=XLSX)
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="ict_{row.pk}_{form}"'
    return answer
