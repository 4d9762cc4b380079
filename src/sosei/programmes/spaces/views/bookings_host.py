"""A host's desk: the week of all spaces, requests to answer, all bookings as a list and a file, a space to book by phone."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal
from sosei.core.records.csv_file import BOM, guarded
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import Door, for_host, host_crumbs, host_of, host_url, leave_looks
from sosei.programmes.spaces.booking_times import moment_text, month_of, next_month, when_text
from sosei.programmes.spaces.booking_week import TAKES, monday_of, week_of
from sosei.programmes.spaces.forms_booking_steps import AnswerForm
from sosei.programmes.spaces.kinds import USES_BY_SLUG
from sosei.programmes.spaces.models import Block, Booking, Host, Space
from sosei.programmes.spaces.rules_periods import day_of, midnight
from sosei.programmes.spaces.services import bookings as services
from sosei.programmes.spaces.templatetags.booking_words import state_words

MOST_ROWS = 20_000
"""Rows of one file."""


def _spaces(host: Host, request: Any) -> list[Space]:
    rows = Space.objects.visible_to(request.user).filter(host=host, published_at__isnull=False)
    return list(rows.order_by("name", "pk"))


def _bookings(host: Host, request: Any) -> Any:
    # Without the person, whom a host does not read: a join would hide the row.
    return Booking.objects.visible_to(request.user).filter(host=host)


@never_cache
@require_safe
def week(request: Any, code: str, host_id: int) -> HttpResponse:
    """The week of all spaces; also on paper."""
    host = host_of(request, host_id)
    zone = zone_of(host.municipality)
    today = day_of(timezone.now(), zone)
    monday = monday_of(request.GET.get("week", ""), today)
    within = (midnight(monday, zone), midnight(monday + timedelta(days=7), zone))
    found = list(
        _bookings(host, request)
        .filter(state__in=TAKES, period__overlap=within)
        .select_related("order")
        .order_by("period", "pk")
    )
    blocks = Block.objects.visible_to(request.user).filter(
        host=host, ended_at__isnull=True, period__overlap=within
    )
    leave_looks(request, host, [one.person_id for one in found])
    spaces = _spaces(host, request)
    shown = week_of(host, spaces, found, blocks, monday=monday, today=today, zone=zone)
    here = host_url("host-calendar", host)
    context = {
        "host": host,
        "week": shown,
        "earlier": f"{here}?week={monday - timedelta(days=7)}",
        "later": f"{here}?week={monday + timedelta(days=7)}",
        "this": here,
        "is_this_week": monday == monday_of("", today),
        "links": _links(host),
        "crumbs": host_crumbs(host, (_("予約のカレンダー"), "")),
    }
    return render(request, "spaces/bookings/host_week.html", context)


def _links(host: Host) -> dict[str, str]:
    names = ("calendar", "requests", "bookings", "blocks", "phone")
    return {name: host_url(f"host-{name}", host) for name in names}


# --- Requests ----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def requests(request: Any, code: str, host_id: int) -> HttpResponse:
    """Requests that wait, the nearest end of waiting first."""
    host = host_of(request, host_id)
    zone = zone_of(host.municipality)
    page = paginate(
        request,
        _bookings(host, request)
        .filter(state="requested")
        .select_related("order__group", "space")
        .order_by("answer_until"),
        per_page=25,
    )
    leave_looks(request, host, [one.person_id for one in page])
    rows = [
        {
            "booking": one,
            "when": when_text(one.period, zone),
            "until": moment_text(one.answer_until, zone) if one.answer_until else "",
            "purpose": USES_BY_SLUG[one.order.purpose].name if one.order.purpose in USES_BY_SLUG else "",
            "url": host_url("host-order-answer", host, number=one.order.number, booking_id=one.pk),
        }
        for one in page
    ]
    context = {
        "host": host,
        "page": page,
        "rows": rows,
        "links": _links(host),
        "crumbs": host_crumbs(host, (_("返事を待つ申し込み"), "")),
    }
    return render(request, "spaces/bookings/host_requests.html", context)


def _answer(request: Any, door: Door, booking_id: int) -> HttpResponse:
    """One request: who asks, which others accepting it declines, yes or no."""
    rows = _bookings(door.order.host, request).filter(order=door.order)
    booking: Booking = get_object_or_404(rows.select_related("space", "municipality", "host"), pk=booking_id)
    zone = zone_of(booking.municipality)
    booking.order = door.order
    if booking.state != "requested":
        messages.info(request, _("この申し込みには、もう返事をしてあります。"))
        return redirect(door.url())
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept = request.POST.get("answer") == "accept"
        try:
            answered = services.answer_request(
                booking=booking, accept=accept, reason=form.cleaned_data["reason"], actor=request.user
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            _tell(request, accept, len(answered.declined))
            return redirect(host_url("host-requests", booking.host))
    others = services.competing(booking)
    leave_looks(request, booking.host, [one.person_id for one in others])
    context = {
        "door": door,
        "order": door.order,
        "booking": booking,
        "when": when_text(booking.period, zone),
        "until": moment_text(booking.answer_until, zone) if booking.answer_until else "",
        "purpose": USES_BY_SLUG[door.order.purpose].name if door.order.purpose in USES_BY_SLUG else "",
        "others": [
            {
                "booking": one,
                "name": one.order.guest_name,
                "when": when_text(one.period, zone),
                "url": host_url("host-order", booking.host, number=one.order.number),
            }
            for one in others
        ],
        "form": form,
        "back": host_url("host-requests", booking.host),
        "crumbs": door.crumbs((_("返事をする"), "")),
    }
    return render(request, "spaces/bookings/host_answer.html", context, status=422 if form.errors else 200)


def _tell(request: Any, accept: bool, declined: int) -> None:
    if not accept:
        messages.success(request, _("ことわりました。本人に知らせました。"))
    elif declined:
        messages.success(
            request,
            _("貸すことにしました。重なるほかの申し込み（%(count)s）はことわり、それぞれに知らせました。")
            % {"count": declined},
        )
    else:
        messages.success(request, _("貸すことにしました。本人に知らせました。"))


host_answer = require_http_methods(["GET", "HEAD", "POST"])(for_host(_answer))

# --- All bookings ------------------------------------------------------------------------------------------------------

GROUPS = {
    "coming": ("held", "requested", "confirmed"),
    "past": ("used", "no_show", "confirmed"),
    "over": ("cancelled", "declined", "lapsed"),
}


def _filtered(host: Host, request: Any) -> tuple[Any, dict[str, Any]]:
    zone = zone_of(host.municipality)
    now = timezone.now()
    today = day_of(now, zone)
    shown = request.GET.get("show", "coming")
    shown = shown if shown in GROUPS else "coming"
    rows = _bookings(host, request).filter(state__in=GROUPS[shown])
    if shown == "coming":
        rows = rows.filter(period__endswith__gt=now)
    elif shown == "past":
        rows = rows.filter(Q(state__in=("used", "no_show")) | Q(period__endswith__lte=now))
    space = request.GET.get("space", "")
    if space.isdecimal() and len(space) < 19:
        rows = rows.filter(space=int(space))
    month = request.GET.get("month", "")
    if month:
        year, number = month_of(month, today)
        edges = (midnight(next_month(year, number, 0), zone), midnight(next_month(year, number), zone))
        rows = rows.filter(period__overlap=edges)
        month = f"{year}-{number:02}"
    words = request.GET.get("q", "").strip()[:80]
    if words:
        rows = rows.filter(Q(order__number__iexact=words) | Q(order__guest_name__icontains=words))
    found = {"show": shown, "space": space, "month": month, "q": words}
    ordered = rows.order_by(Lower("period") if shown == "coming" else Lower("period").desc())
    return ordered.select_related("order", "space"), found


@never_cache
@require_safe
def listed(request: Any, code: str, host_id: int) -> HttpResponse:
    """All bookings of a host."""
    host = host_of(request, host_id)
    zone = zone_of(host.municipality)
    rows, asked = _filtered(host, request)
    page = paginate(request, rows, per_page=50)
    leave_looks(request, host, [one.person_id for one in page])
    context = {
        "host": host,
        "page": page,
        "rows": [
            {
                "booking": one,
                "when": when_text(one.period, zone),
                "url": host_url("host-order", host, number=one.order.number),
                "purpose": USES_BY_SLUG[one.order.purpose].name if one.order.purpose in USES_BY_SLUG else "",
            }
            for one in page
        ],
        "asked": asked,
        "spaces": _spaces(host, request),
        "file_url": f"{host_url('host-bookings-file', host)}?{urlencode(asked)}",
        "links": _links(host),
        "crumbs": host_crumbs(host, (_("予約の一覧"), "")),
    }
    return render(request, "spaces/bookings/host_list.html", context)


@never_cache
@require_safe
def listed_file(request: Any, code: str, host_id: int) -> HttpResponse:
    """The same as CSV."""
    host = host_of(request, host_id)
    zone = zone_of(host.municipality)
    rows, _asked = _filtered(host, request)
    found = list(rows[:MOST_ROWS])
    leave_looks(request, host, [one.person_id for one in found])
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(
        [
            _("予約番号"),
            _("場所"),
            _("始まり"),
            _("終わり"),
            _("状態"),
            _("名前"),
            _("電話"),
            _("メール"),
            _("人数"),
            _("使い道"),
            _("料金（円）"),
            _("支払いの方法"),
            _("申し込んだ時刻"),
        ]
    )
    for one in found:
        order = one.order
        cells = (
            order.number,
            str(one.space),
            f"{one.period.lower.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{one.period.upper.astimezone(zone):%Y-%m-%d %H:%M}",
            str(state_words(one.state)),
            order.guest_name,
            order.guest_phone,
            order.guest_email,
            str(order.heads),
            str(USES_BY_SLUG[order.purpose].name) if order.purpose in USES_BY_SLUG else order.purpose,
            str(one.yen),
            order.way_to_pay,
            f"{one.booked_at.astimezone(zone):%Y-%m-%d %H:%M}",
        )
        writer.writerow([guarded(text) for text in cells])
    response = HttpResponse((BOM + written.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="bookings.csv"'
    return response


@never_cache
@require_safe
def phone(request: Any, code: str, host_id: int) -> HttpResponse:
    """Which space is to be booked for somebody on the phone or at the desk."""
    host = host_of(request, host_id)
    rows = [
        (space, host_url("host-book", host, space_id=space.pk))
        for space in _spaces(host, request)
        if space.is_published
    ]
    if len(rows) == 1:
        return redirect(rows[0][1])
    context = {
        "host": host,
        "rows": rows,
        "links": _links(host),
        "crumbs": host_crumbs(host, (_("電話・窓口の予約"), "")),
    }
    return render(request, "spaces/bookings/host_phone.html", context)
