"""Cancelling in two steps: which dates and why, then what is owed and returned for each, said before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import Door, for_guest, for_host, for_link
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_booking_steps import CancelForm
from sosei.programmes.spaces.models import Booking
from sosei.programmes.spaces.querysets import hosts_of
from sosei.programmes.spaces.services import cancelling, money
from sosei.programmes.spaces.services.steps import takes_calls
from sosei.programmes.spaces.views.bookings_order import LIVE, bookings_of, drawn
from sosei.programmes.spaces.words_bookings import REASONS

SENT = ("side", "reason_code", "reason", "key", "about", "bookings")
"""What the second step hands on."""


def _sides(request: Any, door: Door) -> list[tuple[str, Any]]:
    """On whose side this reader may cancel."""
    guest = ("guest", _("使う人の都合（取り消しの決まりのとおり）"))
    if not door.is_host:
        return [guest]
    own = (
        ("host", _("貸す人の都合（全部返します）"))
        if door.order.host_id in hosts_of(request.user)
        else ("town", _("%(town)sの都合（全部返します）") % {"town": door.order.municipality})
    )
    # Who takes the call of a guest cancels in the guest's name, by the guest's ladder.
    return [own, guest] if own[0] == "town" or takes_calls(request.user, door.order) else [own]


def _cancel(request: Any, door: Door) -> HttpResponse:
    """Both steps."""
    now = timezone.now()
    zone = zone_of(door.order.municipality)
    open_ones = [one for one in bookings_of(door) if one.state in LIVE and one.period.upper > now]
    if not door.is_host:
        open_ones = [one for one in open_ones if one.period.lower > now]
    if not open_ones:
        messages.info(request, _("取り消せる日はありません。"))
        return redirect(door.url())
    days = [(one.pk, f"{when_text(one.period, zone)} {one.space}") for one in open_ones]
    sides = _sides(request, door)
    # A page that was answered once has its key; the confirmation hands the same one on.
    form = CancelForm(
        request.POST or None,
        days=days,
        sides=sides,
        reasons=REASONS,
        person=door.about,
        initial={"bookings": _chosen(request, days)},
    )
    context = {
        "door": door,
        "order": door.order,
        "form": form,
        "cancel_url": door.url(),
        "one_side": len(sides) == 1,
        "crumbs": door.crumbs((_("予約を取り消す"), "")),
    }
    if request.method == "POST" and form.is_valid():
        chosen = [one for one in open_ones if one.pk in form.cleaned_data["bookings"]]
        # A step of the ladder that was crossed since the page was shown is shown again; a second click changes nothing.
        cost = _cost(door, chosen, form, zone)
        if "confirm" in request.POST and request.POST.get("told", cost["told"]) == cost["told"]:
            try:
                _do(door, chosen, form)
            except RefusedError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("取り消しました。返すお金があるときは、この画面に出ます。"))
                return redirect(door.url())
        else:
            context |= cost | {"changed": "confirm" in request.POST}
            return render(request, "spaces/bookings/cancel_confirm.html", context)
    if request.method != "POST":
        context["ladders"] = [
            {
                "when": when_text(one.period, zone),
                "booking": one,
                "picture": drawn(one, now),
                "owed": cancelling.owed_now(one, now, side="guest"),
            }
            for one in open_ones[:1]
            if one.yen
        ]
    return render(request, "spaces/bookings/cancel.html", context, status=422 if form.errors else 200)


def _chosen(request: Any, days: Sequence[tuple[int, str]]) -> list[int]:
    """The dates that are ticked at first: the one of the address, all where it says so, the only one."""
    asked = request.GET.get("booking", "")
    keys = [key for key, _label in days]
    if asked == "all" or len(keys) == 1:
        return keys
    return [key for key in keys if str(key) == asked]


def _do(door: Door, chosen: Sequence[Booking], form: CancelForm) -> None:
    given = form.cleaned_data
    cancelling.cancel(
        bookings=list(chosen),
        side=given["side"],
        reason_code=given["reason_code"],
        reason=given["reason"],
        key=given["key"],
        actor=door.actor,
        secret=door.secret,
    )


def _cost(door: Door, chosen: Sequence[Booking], form: CancelForm, zone: Any) -> dict[str, Any]:
    now = timezone.now()
    given = form.cleaned_data
    rows = []
    for one in chosen:
        owed = cancelling.owed_now(one, now, side=given["side"])
        picture = drawn(one, now) if one.yen and given["side"] == "guest" else None
        rows.append({"when": when_text(one.period, zone), "booking": one, "owed": owed, "picture": picture})
    with tenancy.unguarded():
        standing = money.standing(door.order)
    kept = sum(row["owed"].yen for row in rows)
    freed = sum(row["owed"].refund for row in rows)
    paid = standing.kept if standing is not None else 0
    # What is not paid yet needs no returning: less is owed instead.
    left = (standing.charged if standing is not None else 0) - freed
    told = f"{kept}:{freed}"
    return {
        "rows": rows,
        "told": told,
        "kept": kept,
        "returned": max(0, paid - max(0, left)),
        "still_owed": max(0, left - paid),
        "is_paid": paid > 0,
        "reason_label": form.reasons[given["side"]][given["reason_code"]],
        "reason": given["reason"],
        "sent": [
            *((name, value) for name in SENT for value in form.data.getlist(name)),  # type: ignore[attr-defined]
            ("told", told),
        ],
    }


_methods = require_http_methods(["GET", "HEAD", "POST"])
my_cancel, link_cancel, host_cancel = (_methods(wrap(_cancel)) for wrap in (for_guest, for_link, for_host))
