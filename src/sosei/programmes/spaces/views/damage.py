"""Pages of damage for both sides: telling, reading, answering, taking back; the host's repair and what is out of use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.records.attachments import serving
from sosei.core.records.models import Attachment
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import (
    GUEST_SIDE,
    Door,
    for_guest,
    for_host,
    for_link,
    host_crumbs,
    host_of,
    host_url,
    in_guests_words,
    leave_looks,
)
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.damage_shown import shown
from sosei.programmes.spaces.forms_damage import AnswerForm, GiveUpForm, RepairForm, ReportForm
from sosei.programmes.spaces.models import Booking, DamageReport
from sosei.programmes.spaces.permissions import writes_for_guest
from sosei.programmes.spaces.services import damage, damage_bill, repairs
from sosei.programmes.spaces.views.bookings_pay import bill_of, bill_page
from sosei.programmes.spaces.views.reviews import done

_methods = require_http_methods(["GET", "HEAD", "POST"])
NAMED = 5
"""So many clashes are named one by one."""


def _can_send_pictures(door: Door) -> bool:
    """Files belong to somebody with an account."""
    return door.is_host or door.order.person_id is not None


# --- Telling ----------------------------------------------------------------------------------------------------------


def _tell(request: Any, door: Door, booking_id: int) -> HttpResponse:
    """A new report about one date."""
    door = in_guests_words(request, door)
    rows = door.order.bookings.select_related("space", "municipality", "host")
    booking: Booking = get_object_or_404(rows, pk=booking_id)
    booking.order = door.order
    if not damage.reportable(booking, door.side, timezone.now()):
        messages.info(request, _("この予約について報告できる期間ではありません。"))
        return redirect(door.url())
    form = ReportForm(
        request.POST or None,
        request.FILES or None,
        side=door.side,
        pictures=_can_send_pictures(door),
        person=door.about,
    )
    told: list[DamageReport] = []
    if request.method == "POST" and done(
        form,
        lambda: told.append(
            damage.tell(booking=booking, side=door.side, actor=door.actor, secret=door.secret, **form.given())
        ),
    ):
        messages.success(request, _("報告しました。相手に知らせました。"))
        return redirect(door.url("damage-report", report_id=told[0].pk))
    context = {
        "door": door,
        "order": door.order,
        "booking": booking,
        "form": form,
        "pictures": _can_send_pictures(door),
        "cancel_url": door.url(),
        "crumbs": door.crumbs((_("報告する"), "")),
    }
    return render(request, "spaces/damage/tell.html", context, status=422 if form.errors else 200)


my_tell, link_tell, host_tell = (_methods(wrap(_tell)) for wrap in (for_guest, for_link, for_host))


# --- One report -------------------------------------------------------------------------------------------------------


def _one(request: Any, door: Door, report_id: int) -> HttpResponse:
    """What was told, the answer, the decision; what this side may do about it now."""
    door = in_guests_words(request, door)
    report = _report(door, report_id)
    mine = report.side == door.side
    answers = not mine and report.state == DamageReport.State.OPEN
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = AnswerForm(
        request.POST if do in ("accept", "dispute") else None,
        request.FILES if do in ("accept", "dispute") else None,
        pictures=_can_send_pictures(door),
        person=door.about,
    )
    if do and _done(request, door, report, form, do):
        return redirect(door.url("damage-report", report_id=report.pk))
    bill, paid = bill_of(door.order)
    is_open = report.state == DamageReport.State.OPEN
    called = is_open and door.is_host and writes_for_guest(request.user, door.order)
    context = {
        "door": door,
        "order": door.order,
        "report": report,
        "row": shown(report, door=door),
        "mine": mine,
        "answers": answers,
        "withdraws": mine and is_open,
        "for_guest_url": GUEST_SIDE if called else "",
        "form": form,
        "to_pay": paid.open if paid is not None and report.yen_agreed and report.side == "host" else 0,
        "bill_url": bill_page(bill, door),
        "crumbs": door.crumbs((_("報告"), "")),
        **(_repairs(report) if door.is_host else {}),
        **(giving_up(report) if door.is_host else {}),
    }
    return render(request, "spaces/damage/report.html", context, status=422 if form.errors else 200)


def _report(door: Door, report_id: int) -> DamageReport:
    rows = DamageReport.objects.filter(booking__order=door.order)
    # The person is the guest of the order, whom a host does not read: a join would hide the row.
    related = ("booking__space__municipality", "booking__space__host", "municipality", "host")
    report: DamageReport = get_object_or_404(rows.select_related(*related), pk=report_id)
    report.booking.order = door.order
    return report


def giving_up(report: DamageReport) -> dict[str, Any]:
    """What the pages of a claim need that holds back its bill."""
    return {
        "given_up": damage_bill.given_up(report),
        "unpaid": damage_bill.unpaid_of(report),
        "give_up_form": GiveUpForm(prefix="give-up"),
    }


def give_up(request: Any, report: DamageReport) -> None:
    """Does it, and says so; or says why not."""
    form = GiveUpForm(request.POST, prefix="give-up")
    if not form.is_valid():
        messages.error(request, _("あきらめる理由を書いてください。"))
        return
    yen = damage_bill.give_up(report=report, reason=form.cleaned_data["reason"], actor=request.user)
    messages.success(
        request, _("%(yen)s円の請求をやめました。使った人に知らせました。") % {"yen": f"{yen:,}"}
    )


def _repairs(report: DamageReport) -> dict[str, Any]:
    space = report.booking.space
    return {
        "repair_form": RepairForm(),
        "equipment": [
            (slug, kinds.EQUIPMENT_BY_SLUG[slug].name, slug in space.out_of_order)
            for slug in space.equipment
            if slug in kinds.EQUIPMENT_BY_SLUG
        ],
    }


def _done(request: Any, door: Door, report: DamageReport, form: AnswerForm, do: str) -> bool:
    """Takes a step; whether there is nothing to be mended in the form."""
    if do in ("accept", "dispute"):
        return _answer(request, door, report, form, accept=do == "accept")
    try:
        if do == "withdraw":
            damage.withdraw(report=report, actor=door.actor, secret=door.secret)
            messages.success(request, _("報告を取り下げました。相手に知らせました。"))
        elif do == "give_up" and door.is_host:
            give_up(request, report)
        elif do == "repair" and door.is_host:
            _block(request, report)
        elif do == "equipment" and door.is_host:
            repairs.mark_equipment(
                space=report.booking.space, broken=request.POST.getlist("broken"), actor=request.user
            )
            messages.success(request, _("場所のページを書きかえました。"))
        else:
            raise Http404
    except RefusedError as error:
        messages.error(request, str(error))
    return True


def _answer(request: Any, door: Door, report: DamageReport, form: AnswerForm, *, accept: bool) -> bool:
    ok = done(
        form,
        lambda: damage.answer(
            report=report,
            accept=accept,
            text=form.cleaned_data["text"],
            files=form.cleaned_data.get("files") or [],
            actor=door.actor,
            secret=door.secret,
        ),
    )
    if ok:
        messages.success(
            request,
            _("報告を認めました。相手に知らせました。")
            if accept
            else _("認めないと返事しました。市の担当者が、両方の話を読んで決めます。"),
        )
    return ok


def _block(request: Any, report: DamageReport) -> None:
    form = RepairForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("修理の日数を選んでください。"))
        return
    made = repairs.block_for_repair(report=report, days=form.cleaned_data["days"], actor=request.user)
    messages.success(
        request,
        _("今から%(days)s日間、新しい予約を止めました。「使えない時間」の画面でやめられます。")
        % {"days": form.cleaned_data["days"]},
    )
    if made.clashes:
        zone = zone_of(report.municipality)
        named = _("、").join(when_text(one, zone) for one in made.clashes[:NAMED])
        messages.warning(
            request,
            _("予約があるため、次の時間はそのままです（%(count)s）：%(times)s")
            % {"count": len(made.clashes), "times": named},
        )


my_report, link_report, host_report = (_methods(wrap(_one)) for wrap in (for_guest, for_link, for_host))


def _picture(request: Any, door: Door, report_id: int, uid: UUID) -> HttpResponseBase:
    """A picture of a report, for a guest without an account: whoever opened the order sees what belongs to it."""
    report = _report(door, report_id)
    row: Attachment | None = Attachment.objects.about(report).with_file().filter(uid=uid).first()
    if row is None or not row.is_served:
        raise Http404
    return serving.answer(request, row)


link_picture = require_safe(for_link(_picture))


# --- The host's list --------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def of_host(request: Any, code: str, host_id: int) -> HttpResponse:
    """All reports about a host's spaces, those that wait for the host first."""
    host = host_of(request, host_id)
    rows = DamageReport.objects.visible_to(request.user).filter(host=host)
    page = paginate(
        request,
        rows.select_related("booking__order", "booking__space", "municipality").order_by(
            *damage.waiting_first("guest"), "-told_at", "-pk"
        ),
        per_page=25,
    )
    leave_looks(request, host, [one.person_id for one in page])
    context = {
        "host": host,
        "page": page,
        "rows": [
            (
                one,
                host_url("host-order-damage-report", host, number=one.booking.order.number, report_id=one.pk),
            )
            for one in page
        ],
        "bookings_url": f"{host_url('host-bookings', host)}?show=past",
        "crumbs": host_crumbs(host, (_("こわれた・よごれたの報告"), "")),
    }
    return render(request, "spaces/damage/host.html", context)
