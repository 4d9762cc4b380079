"""How doors stand, where people look: under a booking, and on a host's home."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import Door, host_url
from sosei.programmes.spaces.booking_panels import Panel, register_booking_panel
from sosei.programmes.spaces.booking_times import day_text, when_text
from sosei.programmes.spaces.home import Card, register_host_card
from sosei.programmes.spaces.models import Booking, CalendarFeed, DoorCode, Host, Lock
from sosei.programmes.spaces.services.keys import LIVE, visible_from
from sosei.programmes.spaces.services.money import owes_for_move


def door_codes(booking: Booking, door: Door) -> Panel | None:
    """The guest reads the codes from the day before; the host that there are some.

    A guest who left a telephone number alone has no page: whoever runs the host reads them out.
    """
    with tenancy.unguarded():
        rows = DoorCode.objects.filter(booking=booking, state__in=LIVE).select_related("lock")
        codes = list(rows.order_by("lock__name", "pk"))
    if not codes:
        return None
    zone = zone_of(booking.municipality)
    since = visible_from(booking)
    read_out = door.is_host and door.order.person_id is None and not door.order.guest_email
    with tenancy.unguarded():
        owes = owes_for_move(booking) if not door.is_host or read_out else 0
    shown = (read_out or not door.is_host) and since <= timezone.now() and not owes
    context = {
        "codes": [
            {
                "lock": one.lock,
                "code": one.code if shown else "",
                "when": when_text(one.period, zone),
                "on_paper": one.lock.driver == Lock.Driver.PAPER,
                "is_failed": one.state == DoorCode.State.FAILED,
                "is_sent": one.state == DoorCode.State.SENT,
                "state": one.get_state_display(),
            }
            for one in codes
        ],
        "shown": shown,
        "owes": owes,
        "read_out": read_out,
        "since": day_text(since.astimezone(zone).date()),
        "contact": booking.host,
        "voucher_url": door.url("key", booking_id=booking.pk)
        if shown and not door.is_host and any(_needs_voucher(one) for one in codes)
        else "",
    }
    return Panel("spaces/keys/_panel.html", context, order=10, on_paper=True)


def _needs_voucher(code: DoorCode) -> bool:
    is_failed = code.state == DoorCode.State.FAILED and bool(code.lock.paper_place)
    return is_failed or bool(code.lock.driver == Lock.Driver.PAPER)


def lock_card(host: Host, request: Any) -> Card | None:
    """A lock that does not answer, else the way to the locks."""
    locks = Lock.objects.visible_to(request.user).filter(host=host, ended_at__isnull=True)
    silent = locks.exclude(problem="").order_by("pk").first()
    if silent is not None:
        url = host_url("host-lock", host, lock_id=silent.pk)
        return Card(
            _("鍵から返事がありません"), _("「%(lock)s」を調べてください。") % {"lock": silent}, url, True, 15
        )
    text = _("ドアの鍵に、予約ごとの番号を自動で送ります。紙の引きかえ券も使えます。")
    return Card(_("鍵と暗証番号"), text, host_url("host-keys", host), order=130)


def calendar_card(host: Host, request: Any) -> Card | None:
    """A calendar that clashes or cannot be read, else the way to the calendars."""
    feeds = CalendarFeed.objects.visible_to(request.user).filter(host=host, ended_at__isnull=True)
    troubled = feeds.filter(~Q(problem="") | ~Q(clashes=[])).order_by("pk").first()
    url = host_url("host-calendars", host)
    if troubled is not None:
        text = (
            _("「%(feed)s」と予約がぶつかっています。")
            if troubled.clashes
            else _("「%(feed)s」を読めません。")
        )
        title = _("ほかのカレンダーを確かめてください")
        return Card(title, text % {"feed": troubled}, url, bool(troubled.clashes), 25)
    text = _("ほかのカレンダーの予定を取り込み、ここの予約をほかのカレンダーで見ます。")
    return Card(_("カレンダーの出し入れ"), text, url, order=140)


register_booking_panel(door_codes)
register_host_card(lock_card)
register_host_card(calendar_card)
