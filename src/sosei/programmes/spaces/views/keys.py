"""A host's locks: what hangs on which door, how it stands, what it told; the counter; the voucher of a booking."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.design.templatetags.design import as_written
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.letters import link
from sosei.core.people.views.subject import office_crumbs, show_refusal
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import (
    Door,
    for_guest,
    for_link,
    host_crumbs,
    host_of,
    host_url,
    leave_looks,
)
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_keys import LockForm, VoucherForm
from sosei.programmes.spaces.models import Booking, CalendarFeed, DoorCode, Host, Lock, LockUse, Space
from sosei.programmes.spaces.rules_keys import Code
from sosei.programmes.spaces.services import locks_on_doors as services
from sosei.programmes.spaces.services.keys import LIVE, visible_from
from sosei.programmes.spaces.services.money import owes_for_move
from sosei.programmes.spaces.views.host_common import serves
from sosei.programmes.spaces.words_keys import WHY


def spaces_of(request: Any, host: Host) -> dict[int, Space]:
    """The host's spaces that can be booked, for a choice."""
    seen = Space.objects.visible_to(request.user).filter(host=host, published_at__isnull=False)
    return {
        one.pk: one for one in seen.select_related("municipality", "host", "parent").order_by("name", "pk")
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def locks(request: Any, code: str, host_id: int) -> HttpResponse:
    """The locks of a host, and the form for another."""
    host = host_of(request, host_id)
    spaces = spaces_of(request, host)
    form = LockForm(request.POST or None, spaces=[(key, str(one)) for key, one in spaces.items()])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            lock = services.add_lock(**{**given, "space": spaces[given["space"]]}, actor=request.user)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("鍵を付けました。いまある予約の番号も、これから作ります。"))
            return redirect(host_url("host-lock", host, lock_id=lock.pk))
    now = timezone.now()
    coming = Count("codes", filter=Q(codes__state__in=LIVE, codes__period__endswith__gt=now))
    rows = Lock.objects.visible_to(request.user).filter(host=host, ended_at__isnull=True)
    context = {
        "host": host,
        "rows": [
            {"lock": one, "url": host_url("host-lock", host, lock_id=one.pk)}
            for one in rows.select_related("space").annotate(coming=coming)
        ],
        "form": form,
        "may_add": bool(spaces),
        "crumbs": host_crumbs(host, (_("鍵と暗証番号"), "")),
    }
    return render(request, "spaces/keys/locks.html", context, status=422 if form.errors else 200)


def _lock(request: Any, host: Host, lock_id: int) -> Lock:
    rows = Lock.objects.visible_to(request.user).filter(host=host)
    found: Lock = get_object_or_404(rows.select_related("space", "municipality", "host"), pk=lock_id)
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: Any, code: str, host_id: int, lock_id: int) -> HttpResponse:
    """One lock: how it stands, its coming codes, what it told; at a counter also the check of vouchers."""
    host = host_of(request, host_id)
    held = _lock(request, host, lock_id)
    number = request.POST.get("number") or request.GET.get("voucher", "")
    form = VoucherForm({"number": number}) if number else VoucherForm()
    found = None
    if number and held.ended_at is None and form.is_valid():
        if request.method == "POST" and "hand_over" in request.POST:
            try:
                services.hand_over(lock=held, number=number, actor=request.user)
            except RefusedError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("鍵をわたしたことを書きました。"))
            return redirect(host_url("host-lock", host, lock_id=held.pk))
        found = _voucher(request, held, number)
    zone = zone_of(held.municipality)
    uses = LockUse.objects.visible_to(request.user).filter(lock=held).select_related("code__booking__order")
    page = paginate(request, uses.order_by("-at", "-pk"), per_page=30)
    coming = (
        DoorCode.objects.visible_to(request.user)
        .filter(lock=held, state__in=LIVE, period__endswith__gt=timezone.now())
        .select_related("booking__order")
        .order_by("period", "pk")[:20]
    )
    persons = {one.booking.person_id for one in coming} | {one.person_id for one in page}
    leave_looks(request, host, persons)
    context = {
        "host": host,
        "lock": held,
        "page": page,
        "uses": [
            {"use": one, "order_url": _order_url(host, one.code), "why": WHY.get(one.why, one.why)}
            for one in page
        ],
        "codes": [
            {"code": one, "when": when_text(one.period, zone), "order_url": _order_url(host, one)}
            for one in coming
        ],
        "has_counter": bool(held.paper_place) and held.ended_at is None,
        "form": form,
        "number": number,
        "found": found,
        "test_url": host_url("host-lock-test", host, lock_id=held.pk),
        "end_url": host_url("host-lock-end", host, lock_id=held.pk),
        "crumbs": host_crumbs(
            host, (_("鍵と暗証番号"), host_url("host-keys", host)), (as_written(held.name), "")
        ),
    }
    return render(request, "spaces/keys/lock.html", context, status=422 if form.errors else 200)


def _order_url(host: Host, code: DoorCode | None) -> str:
    return host_url("host-order", host, number=code.booking.order.number) if code is not None else ""


def _voucher(request: Any, held: Lock, number: str) -> dict[str, Any]:
    found = services.find_voucher(lock=held, number=number, actor=request.user)
    code = found.code if found.why not in (Code.WRONG, Code.LOCKED_OUT) else None
    return {
        "good": found.why is None and code is not None,
        "why": WHY.get(str(found.why), ""),
        "code": code,
        "when": when_text(code.booking.period, zone_of(held.municipality)) if code is not None else "",
    }


@require_POST
def test(request: Any, code: str, host_id: int, lock_id: int) -> HttpResponse:
    """Asks the lock for an answer."""
    host = host_of(request, host_id)
    tried = services.try_lock(lock=_lock(request, host, lock_id), actor=request.user)
    if tried.answers:
        messages.success(
            request, _("鍵から返事がありました。入っている番号：%(count)s") % {"count": tried.codes}
        )
    else:
        messages.error(request, _("鍵から返事がありません。%(problem)s") % {"problem": tried.problem})
    return redirect(host_url("host-lock", host, lock_id=lock_id))


@require_POST
def end(request: Any, code: str, host_id: int, lock_id: int) -> HttpResponse:
    """Takes the lock off."""
    host = host_of(request, host_id)
    services.end_lock(lock=_lock(request, host, lock_id), actor=request.user)
    messages.success(request, _("鍵を外しました。この鍵の番号は、もう使えません。"))
    return redirect(host_url("host-keys", host))


# --- The voucher of a booking -------------------------------------------------------------------------------------------


def _voucher_page(request: Any, door: Door, booking_id: int) -> HttpResponse:
    """What the guest shows at the counter, on paper or on the screen; from the day before."""
    booking = get_object_or_404(
        Booking.objects.filter(order=door.order).select_related("space", "municipality", "host"),
        pk=booking_id,
    )
    booking.order = door.order
    now = timezone.now()
    if booking.state != "confirmed" or visible_from(booking) > now or booking.period.upper <= now:
        raise Http404(_("引きかえ券は、予約の前の日から見られます。"))
    with tenancy.unguarded():
        owes = owes_for_move(booking)
    if owes:
        raise Http404(_("引きかえ券は、時間を変えて増えた料金を払うと見られます。"))
    with tenancy.unguarded():
        codes = list(
            DoorCode.objects.filter(needs_voucher(), booking=booking, state__in=LIVE)
            .select_related("lock")
            .order_by("lock__name", "pk")
        )
    if not codes:
        raise Http404
    zone = zone_of(booking.municipality)
    context = {
        "door": door,
        "booking": booking,
        "when": when_text(booking.period, zone),
        "rows": [
            {"code": one, "when": when_text(one.period, zone), "picture": _picture(booking, one)}
            for one in codes
        ],
        "back_url": door.url(),
        "crumbs": door.crumbs((_("引きかえ券"), "")),
    }
    return render(request, "spaces/keys/voucher.html", context)


def needs_voucher() -> Q:
    """Codes that a counter exchanges: by design, or because the lock does not answer."""
    by_design = Q(lock__driver=Lock.Driver.PAPER)
    return by_design | (Q(state=DoorCode.State.FAILED) & ~Q(lock__paper_place=""))


def _picture(booking: Booking, code: DoorCode) -> SafeString:
    """The way to the counter's check, for whoever stands there with a camera; of use to the host's people alone."""
    way = link(
        "spaces:host-lock", code=booking.municipality.code, host_id=booking.host_id, lock_id=code.lock_id
    )
    made = segno.make(f"{way}?voucher={code.code}", error="m", micro=False)
    # The address is made here; the library writes shapes only.
    return mark_safe(made.svg_inline(border=2, omitsize=True, svgclass="voucher__picture", lineclass=None))  # noqa: S308


my_voucher, link_voucher = (require_safe(wrap(_voucher_page)) for wrap in (for_guest, for_link))


# --- The town -----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def office(request: Any, code: str) -> HttpResponse:
    """Locks and calendars of the town, those with a problem first."""
    seen = Lock.objects.visible_to(request.user).filter(municipality=request.town, ended_at__isnull=True)
    page = paginate(
        request,
        seen.select_related("space", "host__municipality").order_by("-failures", "name", "pk"),
        per_page=50,
    )
    feeds = troubled(CalendarFeed.objects.visible_to(request.user).filter(municipality=request.town))
    context = {
        "page": page,
        "rows": [{"lock": one, "url": host_url("host-lock", one.host, lock_id=one.pk)} for one in page],
        "feeds": [
            {"feed": one, "url": host_url("host-calendars", one.host)}
            for one in feeds.select_related("space", "host__municipality").order_by("name", "pk")[:50]
        ],
        "may_serve": serves(request),
        "here": reverse("spaces:office-keys", kwargs={"code": code}),
        "crumbs": office_crumbs(request, (_("鍵とカレンダー"), "")),
    }
    return render(request, "spaces/keys/office.html", context)


def troubled(feeds: Any) -> Any:
    """Calendars that cannot be read, or that clash with bookings."""
    return feeds.filter(ended_at__isnull=True).exclude(problem="", clashes=[])
