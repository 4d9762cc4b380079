"""A guest's own pages: the home with the next booking, all bookings, and what one waits for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Max, Min, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Membership, Municipality
from sosei.core.people.views.subject import subject_page
from sosei.programmes.spaces import booking_law
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import Door, door_after_order, my_crumbs
from sosei.programmes.spaces.booking_panels import booking_panels
from sosei.programmes.spaces.booking_standing import standing_of
from sosei.programmes.spaces.booking_times import day_from, when_text
from sosei.programmes.spaces.errors_bookings import why
from sosei.programmes.spaces.forms_bookings import OF_FORMS, LastPageForm
from sosei.programmes.spaces.home import guest_cards
from sosei.programmes.spaces.kinds import USES_BY_SLUG
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.models import Booking, Order, Space, WaitingEntry
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_periods import span_on
from sosei.programmes.spaces.services import orders, waiting
from sosei.programmes.spaces.services.terms import terms_of
from sosei.programmes.spaces.views.bookings_pay import way_on
from sosei.programmes.spaces.views.host_common import town_of

COMING = 5
MOST_HEADS = 100_000
RELATED = ("space", "municipality", "host", "order")


def _mine(request: Any) -> Any:
    return Booking.objects.visible_to(request.user).filter(person=request.subject)


@never_cache
@require_safe
@subject_page
def my_spaces(request: Any) -> HttpResponse:
    """The home: the next booking, what there is to do, where to look for spaces."""
    now = timezone.now()
    coming = list(
        _mine(request)
        .filter(state="confirmed", period__endswith__gt=now)
        .select_related(*RELATED)
        .order_by("period")[:COMING]
    )
    first = coming[0] if coming else None
    door = Door(first.order, "my", "guest", request.user) if first else None
    context = {
        "subject": request.subject,
        "first": first,
        "first_when": when_text(first.period, zone_of(first.municipality)) if first else "",
        "panels": booking_panels(first, door, request) if first and door else [],
        "later": [
            {"booking": one, "when": when_text(one.period, zone_of(one.municipality))} for one in coming[1:]
        ],
        "cards": guest_cards(request.subject, request),
        "towns": _towns(request),
        "crumbs": my_crumbs(),
    }
    return render(request, "spaces/bookings/my_spaces.html", context)


def _towns(request: Any) -> list[Municipality]:
    """Towns in which the person may look for spaces: those of a role first, else all."""
    towns = Municipality.objects.filter(closed_at__isnull=True, opened_at__isnull=False).order_by("code")
    own = Membership.objects.held().filter(person=request.subject, role__in=sorted(roles.CIVIL))
    mine = list(towns.filter(pk__in=own.order_by().values("municipality"))[:5])
    return mine or list(towns[:5])


SHOWN = {
    "open": Q(bookings__state__in=("held", "requested", "confirmed")),
    "over": ~Q(bookings__state__in=("held", "requested", "confirmed")),
}


@never_cache
@require_safe
@subject_page
def my_bookings(request: Any) -> HttpResponse:
    """All orders, those that are open first."""
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "open"
    live = Order.objects.visible_to(request.user).filter(person=request.subject)
    open_keys = Booking.objects.filter(state__in=("held", "requested", "confirmed")).values("order")
    rows = live.filter(pk__in=open_keys) if shown == "open" else live.exclude(pk__in=open_keys)
    rows = rows.annotate(first=Min("bookings__period__startswith"), last=Max("bookings__period__startswith"))
    ordered = rows.order_by("first") if shown == "open" else rows.order_by("-last")
    page = paginate(
        request,
        ordered.select_related("host", "municipality").prefetch_related("bookings__space"),
        per_page=20,
    )
    now = timezone.now()
    context = {
        "page": page,
        "rows": [_row(one, now) for one in page],
        "shown": shown,
        "crumbs": my_crumbs((_("予約の一覧"), "")),
    }
    return render(request, "spaces/bookings/my_bookings.html", context)


def _row(order: Order, now: datetime) -> dict[str, Any]:
    found = sorted(order.bookings.all(), key=lambda one: one.period.lower)
    coming = [one for one in found if one.state in ("held", "requested", "confirmed")]
    first = coming[0] if coming else found[0]
    zone = zone_of(order.municipality)
    return {
        "order": order,
        "standing": standing_of(order, found, for_host=False, now=now),
        "when": when_text(first.period, zone),
        "space": first.space,
        "more": max(0, (len(coming) or len(found)) - 1),
    }


# --- Waiting -----------------------------------------------------------------------------------------------------------


def _entries(request: Any) -> Any:
    return WaitingEntry.objects.visible_to(request.user).filter(person=request.subject)


@never_cache
@require_safe
@subject_page
def my_waiting(request: Any) -> HttpResponse:
    """What one waits for, an offer first."""
    rows = list(
        _entries(request)
        .filter(Q(state__in=("waiting", "offered")) | Q(asked_at__gt=timezone.now() - timedelta(days=60)))
        .select_related("space", "municipality", "host")
        .order_by("-state", "period")[:50]
    )
    rows.sort(key=lambda one: (one.state != "offered", one.state != "waiting"))
    context = {
        "subject": request.subject,
        "rows": [
            {
                "entry": one,
                "when": when_text(one.period, zone_of(one.municipality)),
                "place": waiting.place_in_queue(one) if one.state == "waiting" and number < 5 else None,
            }
            for number, one in enumerate(rows)
        ],
        "crumbs": my_crumbs((_("空き待ち"), "")),
    }
    return render(request, "spaces/bookings/my_waiting.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def join(request: Any, code: str, space_id: int) -> HttpResponse:
    """Waits for a time that somebody else has; the button stands on the page of booking."""
    space = get_object_or_404(
        Space.objects.published()
        .filter(municipality=town_of(request))
        .select_related("municipality", "host"),
        pk=space_id,
    )
    back = reverse("spaces:book", kwargs={"code": code, "space_id": space.pk})
    if request.method != "POST":
        return redirect(back)
    try:
        period = span_on(
            day_from(request.POST.get("day", "")),
            int(request.POST.get("opens", "")),
            int(request.POST.get("closes", "")),
            zone_of(space.municipality),
        )
        heads = min(max(1, int(request.POST.get("heads") or 1)), MOST_HEADS)
    except (ValueError, OverflowError):
        period = None
    if period is None:
        messages.error(request, _("待つ時間を選んでください。"))
        return redirect(back)
    try:
        waiting.join(
            person=request.subject,
            space=space,
            period=period,
            heads=heads,
            purpose=request.POST.get("purpose") if request.POST.get("purpose") in USES_BY_SLUG else "other",
            actor=request.user,
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(back)
    messages.success(request, _("待つ人に入りました。空いたら、すぐに知らせます。"))
    return redirect("spaces:my-waiting")


@require_POST
@subject_page
def leave(request: Any, entry_id: int) -> HttpResponse:
    """Waits no longer, or lets an offer go."""
    entry = get_object_or_404(_entries(request).select_related("space", "municipality"), pk=entry_id)
    try:
        if entry.state == "offered":
            waiting.decline(entry=entry, actor=request.user)
            messages.success(request, _("ことわりました。次の人に知らせます。"))
        else:
            waiting.leave(entry=entry, actor=request.user)
            messages.success(request, _("待つのをやめました。"))
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("spaces:my-waiting")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def take(request: Any, entry_id: int) -> HttpResponse:
    """An offer from the waiting list: the last page, and the order."""
    rows = _entries(request).select_related(
        "space__host", "space__municipality", "space__ladder", "municipality", "host"
    )
    entry = get_object_or_404(rows, pk=entry_id)
    now = timezone.now()
    if entry.state != "offered" or entry.offered_until is None or entry.offered_until <= now:
        messages.info(request, _("この空きは、もうあなたのためにおさえていません。"))
        return redirect("spaces:my-waiting")
    tier = request.POST.get("tier") or request.GET.get("tier") or Order.Tier.RESIDENT.value
    tier = tier if tier in Order.Tier.values else Order.Tier.OUTSIDE.value
    try:
        quoted = orders.quote(
            wanted=[orders.Wanted(entry.space, period_of(entry.period))],
            tier=tier,
            now=now,
            heads=entry.heads,
            waiting=entry.pk,
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("spaces:my-waiting")
    part = quoted.parts[0]
    if part.refusal is not None:
        messages.error(request, why(part.refusal, zone_of(entry.municipality)))
        return redirect("spaces:my-waiting")
    ways = list(quoted.ways) if part.yen else ["free"]
    choices = booking_law.way_choices(ways)
    last = LastPageForm(
        request.POST if "key" in request.POST else None, ways=choices, initial={"key": uuid4()}
    )
    terms = terms_of(entry.municipality, entry.host)
    if last.is_bound and last.is_valid():
        answer = _accept(request, entry, tier, last)
        if answer is not None:
            return answer
    return _offer_page(request, entry, quoted, last, ways, tier, terms, now)


def _accept(request: Any, entry: WaitingEntry, tier: str, last: LastPageForm) -> HttpResponse | None:
    shown = booking_law.signed(last.cleaned_data["shown"])
    way = last.cleaned_data["way_to_pay"]
    if last.cleaned_data["key"].version != OF_FORMS:
        raise Http404
    if shown is None:
        last.add_error(None, _("時間がたったので、内容をもう一度確かめてください。"))
        return None
    try:
        order = waiting.accept(
            entry=entry,
            tier=tier,
            way_to_pay="" if way == "free" else way,
            shown=shown,
            key=UUID(str(last.cleaned_data["key"])),
            actor=request.user,
        )
    except RefusedError as error:
        last.add_error(None, str(error))
        return None
    door = door_after_order(request, order)
    return redirect(way_on(order, door) or door.url("done"))


def _offer_page(
    request: Any,
    entry: WaitingEntry,
    quoted: Any,
    last: LastPageForm,
    ways: list[str],
    tier: str,
    terms: Any,
    now: datetime,
) -> HttpResponse:
    zone = zone_of(entry.municipality)
    shown: dict[str, Any] = booking_law.items_of(
        quoted, host=entry.host, ways=ways, heads=entry.heads, terms=terms, now=now
    )
    shown |= {**booking_law.shown_at(), "digest": quoted.digest}
    token = booking_law.sign(shown)
    if last.is_bound:
        data = last.data.copy()  # type: ignore[attr-defined]
        data["shown"] = token
        last.data = data
    else:
        last.initial["shown"] = token
    parts = list(quoted.parts)
    context = {
        "entry": entry,
        "space": entry.space,
        "host": entry.host,
        "subject": request.subject,
        "form": last,
        "quoted": quoted,
        "yen": sum(part.yen for part in parts),
        "lines": booking_law.lines_of(parts),
        "taxes": [row for row in booking_law.tax_within(parts) if row[2]],
        "when": when_text(entry.period, zone),
        "parts": [
            {
                "part": part,
                "when": when_text(part.wanted.period, zone),
                "picture": ladder_picture(part.steps, zone=zone) if part.yen and part.steps else None,
            }
            for part in parts
        ],
        "sections": {item: lines for item, _title, lines in booking_law.sections(shown)},
        "rules_of_cancelling": booking_law.rules_of_cancelling(entry.host),
        "titles": {item.value: str(title) for item, title in booking_law.TITLES.items()},
        "terms": terms,
        "tier": tier,
        "tiers": [
            (Order.Tier.RESIDENT.value, _("%(town)sに住む・勤める・通う人") % {"town": entry.municipality}),
            (Order.Tier.OUTSIDE.value, _("そのほかの人")),
        ],
        "crumbs": my_crumbs((_("空き待ち"), reverse("spaces:my-waiting")), (_("空きが出ました"), "")),
    }
    return render(
        request, "spaces/bookings/offer.html", context, status=422 if last.is_bound and last.errors else 200
    )
