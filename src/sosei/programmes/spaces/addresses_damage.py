"""Whom the pages of damage are for; their cards, their panel on an order, and the pictures of reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office
from sosei.core.people.models import Person
from sosei.core.records.attachments.subjects import KeptFor, Subject, register_subject
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import GUEST_SIDE, Door, host_url
from sosei.programmes.spaces.booking_panels import Panel, register_order_panel
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.damage_shown import tag_of
from sosei.programmes.spaces.home import Card, Counted, register_guest_card, register_host_card
from sosei.programmes.spaces.models import Booking, DamageReport, Host
from sosei.programmes.spaces.permissions import can_see_deal, writes_for_guest
from sosei.programmes.spaces.services import damage

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)
States = DamageReport.State
CLAIM_YEARS = 5
"""A claim lapses five years after one knows of it (民法166条1項1号)."""

addresses.register(
    "spaces",
    {
        **dict.fromkeys(("my-order-damage", "my-order-damage-report"), SIGNED_IN_OR_PROXY),
        **dict.fromkeys(
            ("link-order-damage", "link-order-damage-report", "link-order-damage-picture"), EVERYBODY
        ),
        **dict.fromkeys(("host-order-damage", "host-order-damage-report", "host-damage"), _HOSTS),
        **dict.fromkeys(("damage-office", "damage-decide"), office(*roles.SEES_PERSONAL_DATA)),
    },
)


def kept_for(report: DamageReport) -> KeptFor | None:
    """Pictures by which something is or was decided about money stay; those of a report taken back do not."""
    if report.state in (States.OPEN, States.DISPUTED):
        return KeptFor("報告について決めるまで", "until the report of damage is decided")
    if not report.yen_agreed:
        return None
    decided = report.settled_at or report.answered_at or report.told_at
    until = decided.astimezone(zone_of(report.municipality)).date() + timedelta(days=366 * CLAIM_YEARS)
    return KeptFor(
        "民法166条1項1号（請求の証拠）", "Civil Code art. 166 (1) i (evidence of a claim)", until.isoformat()
    )


def mine(person: Person, request: Any) -> Card | None:
    """A report waits for one's answer."""
    rows = DamageReport.objects.visible_to(request.user).filter(person=person, side="host", state=States.OPEN)
    first = (
        rows.select_related("booking__order", "booking__space", "municipality")
        .order_by("answer_until")
        .first()
    )
    if first is None:
        return None
    told = {
        "space": first.booking.space,
        "until": moment_text(first.answer_until, zone_of(first.municipality)) if first.answer_until else "",
    }
    url = reverse(
        "spaces:my-order-damage-report",
        kwargs={"number": first.booking.order.number, "report_id": first.pk},
    )
    text = _("「%(space)s」について報告が届きました。%(until)sまでに返事をしてください。") % told
    return Card(_("こわれた・よごれたの報告"), text, url, urgent=True, order=8)


def of_host(host: Host, request: Any) -> Counted:
    """Reports that wait for the host's answer, and the way to all of them."""

    def card(count: int) -> Card:
        text = (
            _("返事を待っている報告：%(count)s") % {"count": count}
            if count
            else _("使う人からの報告、あなたが出した報告を見る")
        )
        url = host_url("host-damage", host)
        return Card(_("こわれた・よごれたの報告"), text, url, urgent=count > 0, order=62)

    rows = DamageReport.objects.visible_to(request.user).filter(host=host, side="guest", state=States.OPEN)
    return Counted(rows, card)


def on_order(bookings: Sequence[Booking], door: Door) -> Panel | None:
    """Reports about the order, and the dates about which one may tell something."""
    now = timezone.now()
    open_ones = [one for one in bookings if damage.reportable(one, door.side, now)]
    by_guest = door.is_host and writes_for_guest(door.actor, door.order)
    called = [one for one in bookings if by_guest and damage.reportable(one, "guest", now)]
    rows = DamageReport.objects.filter(booking__order=door.order).select_related("booking", "municipality")
    found = list(rows.order_by("-told_at", "-pk"))
    if not open_ones and not found and not called:
        return None
    context = {
        "reports": [
            {
                "report": one,
                "tag": tag_of(one),
                "url": door.url("damage-report", report_id=one.pk),
                "waits": one.state == States.OPEN and one.side != door.side,
            }
            for one in found
        ],
        "open": [(one, door.url("damage", booking_id=one.pk)) for one in open_ones],
        "called": [(one, f"{door.url('damage', booking_id=one.pk)}{GUEST_SIDE}") for one in called],
        "has_pictures": door.is_host or door.order.person_id is not None,
    }
    return Panel("spaces/damage/_order.html", context, order=50)


register_guest_card(mine)
register_host_card(of_host)
register_order_panel(on_order)
register_subject(Subject(DamageReport, can_see_deal, DamageReport.objects.visible_to, kept_for))
