"""The page of an order, for its guest and its host: how it stands, each date, money, what was shown, files and paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.rate_limits import Limit, Per, TooManyError, attempt, too_many
from sosei.programmes.spaces import booking_law
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import Door, for_guest, for_host, for_link
from sosei.programmes.spaces.booking_file import calendar_file
from sosei.programmes.spaces.booking_panels import booking_panels, order_panels
from sosei.programmes.spaces.booking_standing import standing_of
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_booking_steps import MessageForm, NoShowForm
from sosei.programmes.spaces.kinds import USES_BY_SLUG
from sosei.programmes.spaces.ladder_picture import LadderPicture, ladder_picture
from sosei.programmes.spaces.letters_bookings import send_words
from sosei.programmes.spaces.models import Booking, Space
from sosei.programmes.spaces.services import bookings as booking_services
from sosei.programmes.spaces.services import cancelling, money
from sosei.programmes.spaces.views.bookings_pay import bill_of, bill_page, failed_words

LIVE = ("held", "requested", "confirmed")
WORDS_LIMITS = (Limit(10, minutes=60, per=Per.NAME),)
"""Letters of one side about one order: nobody's mailbox is to be filled."""
MOST_PANELS = 3
"""Rooms of the next time that show their panels (door codes); later dates of a series show them when they are next."""
RELATED = ("space", "municipality", "host", "cancellation")


def bookings_of(door: Door) -> list[Booking]:
    """The dates of an order in their order, each with what its page needs."""
    rows = door.order.bookings.select_related(*RELATED).prefetch_related("changes")
    found = list(rows.order_by("period", "position", "pk"))
    for one in found:
        one.order = door.order
    return found


def _rows(
    door: Door, found: Sequence[Booking], request: Any, *, on_paper: bool = False
) -> list[dict[str, Any]]:
    now = timezone.now()
    rows = []
    coming = [one for one in found if one.state == "confirmed" and one.period.upper > now]
    near = [one.pk for one in coming if one.period.lower == coming[0].period.lower][:MOST_PANELS]
    for one in found:
        panels = booking_panels(one, door, request, on_paper=on_paper) if one.pk in near else []
        live = one.state in LIVE
        begun = one.period.lower <= now
        rows.append(
            {
                "booking": one,
                "when": when_text(one.period, zone_of(one.municipality)),
                "panels": panels,
                "may_change": live
                and not begun
                and one.state == "confirmed"
                and (door.is_host or one.space.way != Space.Way.REQUEST),
                "ask_host": not door.is_host
                and one.state == "confirmed"
                and one.space.way == Space.Way.REQUEST,
                "change_url": door.url("change", booking_id=one.pk),
                "may_mark": door.is_host and begun and one.state in ("confirmed", "used", "no_show"),
                "answer_url": door.url("answer", booking_id=one.pk)
                if door.is_host and one.state == "requested"
                else "",
                "cancellation": (called_off := getattr(one, "cancellation", None)),
                "by_phone": called_off is not None
                and called_off.side == "guest"
                and called_off.by_id is not None
                and door.order.person_id is None,
                "changes": list(one.changes.all()),
            }
        )
    return rows


def _context(request: Any, door: Door, *, on_paper: bool = False) -> dict[str, Any]:
    order = door.order
    found = bookings_of(door)
    now = timezone.now()
    standing = standing_of(order, found, for_host=door.is_host, now=now)
    open_ones = [one for one in found if one.state in LIVE and one.period.lower > now]
    first = next((one for one in open_ones if one.state == "confirmed"), open_ones[0] if open_ones else None)
    zone = zone_of(order.municipality)
    bill, paid = bill_of(order)
    may_pay = not door.is_host and standing.state == "held" and paid is not None and paid.open > 0
    return {
        "door": door,
        "links": door.links,
        "order": order,
        "host": order.host,
        "rows": _rows(door, found, request, on_paper=on_paper),
        "panels": order_panels(found, door, request, on_paper=on_paper),
        "standing": standing,
        "paid": paid,
        "bill_url": bill_page(bill, door),
        "may_pay": may_pay,
        "failed": failed_words(bill) if may_pay else "",
        "owes": _owes(found, now) if not door.is_host else 0,
        "may_cancel": bool(open_ones),
        "picture": drawn(first, now) if first and first.yen else None,
        "ladder_for": when_text(first.period, zone) if first and len(found) > 1 else "",
        "purpose": USES_BY_SLUG[order.purpose].name if order.purpose in USES_BY_SLUG else order.purpose,
        "way": booking_law.WAYS.get(order.way_to_pay, ""),
        "sections": booking_law.sections(order.shown) if order.shown else [],
        "space_url": _space_url(found[0]),
        "note": next((one.note for one in found if one.note), ""),
    }


def _owes(found: Sequence[Booking], now: datetime) -> int:
    """What is unpaid of what the guest's own moves added."""
    coming = [one for one in found if one.state == "confirmed" and one.period.upper > now]
    dearer = [one for one in coming if any(row.new_yen > row.old_yen for row in one.changes.all())]
    with tenancy.unguarded():
        return max((money.owes_for_move(one) for one in dearer), default=0)


def drawn(booking: Booking, now: datetime) -> LadderPicture | None:
    """What cancelling costs from now on, as a picture."""
    steps = cancelling.steps_now(booking, now)
    return ladder_picture(steps, zone=zone_of(booking.municipality)) if steps else None


def _space_url(booking: Booking) -> str:
    named = {"code": booking.municipality.code, "space_id": booking.space_id}
    return reverse("spaces:space", kwargs=named)


def _order(request: Any, door: Door) -> HttpResponse:
    """The page; a POST marks a booking as used or as missed (host)."""
    if request.method == "POST" and door.is_host:
        return _mark(request, door)
    context = _context(request, door) | {
        "may_write": _can_be_written_to(door),
        "crumbs": door.crumbs(),
    }
    return render(request, "spaces/bookings/order.html", context)


def _mark(request: Any, door: Door) -> HttpResponse:
    found = {str(one.pk): one for one in bookings_of(door)}
    booking = found.get(request.POST.get("booking", ""))
    try:
        if booking is None:
            messages.error(request, _("その日は、この予約にありません。"))
        elif request.POST.get("mark") == "used":
            booking_services.mark_used(booking=booking, actor=request.user, now=timezone.now())
            messages.success(request, _("「使った」にしました。"))
        elif request.POST.get("mark") == "no_show":
            form = NoShowForm(request.POST)
            if form.is_valid():
                booking_services.mark_no_show(
                    booking=booking, reason=form.cleaned_data["reason"], actor=request.user
                )
                messages.success(request, _("「来なかった」にしました。"))
            else:
                messages.error(request, _("「来なかった」にするときは、分かったことを書いてください。"))
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect(door.url())


def _done(request: Any, door: Door) -> HttpResponse:
    """What comes after booking: the number, what happens next, the file for one's calendar."""
    context = _context(request, door) | {"crumbs": door.crumbs((_("受け付けました"), ""))}
    return render(request, "spaces/bookings/done.html", context)


def _paper(request: Any, door: Door) -> HttpResponse:
    """The order on one sheet, for the desk or one's bag."""
    context = _context(request, door, on_paper=True) | {"crumbs": door.crumbs((_("印刷する"), ""))}
    return render(request, "spaces/bookings/paper.html", context)


def _calendar(request: Any, door: Door) -> HttpResponse:
    """The dates that stand, as a file for a calendar."""
    response = HttpResponse(
        calendar_file(door.order, bookings_of(door)), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="sosei-{door.order.number}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _can_be_written_to(door: Door) -> bool:
    """The other side has an account or an address of mail."""
    return not door.is_host or door.order.person_id is not None or bool(door.order.guest_email)


def _message(request: Any, door: Door) -> HttpResponse:
    """Some words to the other side, by mail."""
    if not _can_be_written_to(door):
        messages.error(request, _("この人は、メールを書いていません。電話をしてください。"))
        return redirect(door.url())
    form = MessageForm(request.POST or None, person=door.about)
    if request.method == "POST" and form.is_valid():
        try:
            attempt("spaces.words", request, name=f"{door.order.number} {door.side}", limits=WORDS_LIMITS)
        except TooManyError as error:
            return too_many(request, error)
        send_words(
            order=door.order,
            text=form.cleaned_data["text"],
            key=form.cleaned_data["key"],
            from_host=door.is_host,
            actor=door.actor,
        )
        messages.success(request, _("送りました。返事はメールで届きます。"))
        return redirect(door.url())
    context = {
        "door": door,
        "order": door.order,
        "form": form,
        "cancel_url": door.url(),
        "crumbs": door.crumbs((_("ことばを送る"), "")),
    }
    return render(request, "spaces/bookings/message.html", context, status=422 if form.errors else 200)


_methods = require_http_methods(["GET", "HEAD", "POST"])
my_order, link_order, host_order = (_methods(wrap(_order)) for wrap in (for_guest, for_link, for_host))
my_done, link_done = (require_safe(wrap(_done)) for wrap in (for_guest, for_link))
my_paper, link_paper, host_paper = (require_safe(wrap(_paper)) for wrap in (for_guest, for_link, for_host))
my_calendar, link_calendar, host_calendar_file = (
    require_safe(wrap(_calendar)) for wrap in (for_guest, for_link, for_host)
)
my_message, link_message, host_message = (
    _methods(wrap(_message)) for wrap in (for_guest, for_link, for_host)
)
