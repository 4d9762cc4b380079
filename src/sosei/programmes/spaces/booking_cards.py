"""What bookings put on the homes of guests and hosts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import host_url
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.home import Card, Counted, register_guest_card, register_host_card
from sosei.programmes.spaces.models import Block, Booking, Host, WaitingEntry
from sosei.programmes.spaces.rules_periods import day_of, midnight


def offers(person: Person, request: Any) -> Card | None:
    """A time is kept for who waited for it."""
    rows = WaitingEntry.objects.visible_to(request.user).filter(
        person=person, state__in=("waiting", "offered")
    )
    found = list(rows.select_related("space", "municipality").order_by("offered_until"))
    now = timezone.now()
    open_ones = [one for one in found if one.state == "offered" and one.offered_until > now]
    url = reverse("spaces:my-waiting")
    if open_ones:
        first = open_ones[0]
        told = {
            "space": first.space,
            "until": moment_text(first.offered_until, zone_of(first.municipality)),
        }
        text = _("「%(space)s」が空きました。%(until)sまでに返事をしてください。") % told
        return Card(_("待っていた時間が空きました"), text, url, urgent=True, order=5)
    if found:
        return Card(_("空き待ち"), _("待っている時間：%(count)s件") % {"count": len(found)}, url, order=60)
    return None


def to_pay(person: Person, request: Any) -> Card | None:
    """A place is kept until it is paid, or waits for the host's answer."""
    rows = Booking.objects.visible_to(request.user).filter(
        person=person, state__in=("held", "requested"), answer_until__gt=timezone.now()
    )
    found = list(rows.select_related("order", "space", "municipality").order_by("answer_until"))
    held = next((one for one in found if one.state == "held"), None)
    if held is not None:
        told = {"space": held.space, "until": moment_text(held.answer_until, zone_of(held.municipality))}
        return Card(
            _("支払いを待っている予約"),
            _("「%(space)s」は、%(until)sまでに払うと決まります。") % told,
            reverse("spaces:my-order", kwargs={"number": held.order.number}),
            urgent=True,
            order=10,
        )
    if found:
        return Card(
            _("返事を待っている申し込み"),
            _("貸す人の返事を待っています：%(count)s件") % {"count": len(found)},
            reverse("spaces:my-bookings"),
            order=30,
        )
    return None


def all_mine(person: Person, request: Any) -> Card | None:
    """The way to all bookings."""
    return Card(
        _("予約の一覧"), _("これからの予約と、終わった予約を見る"), reverse("spaces:my-bookings"), order=50
    )


def money(person: Person, request: Any) -> Card | None:
    """The way to what was paid."""
    return Card(
        _("支払いと領収書"),
        _("請求書や領収書を出す、返金を確かめる"),
        reverse("payments:my-payments"),
        order=55,
    )


def to_answer(host: Host, request: Any) -> Counted:
    """Requests that wait for an answer."""

    def card(count: int) -> Card:
        text = (
            _("返事を待っている申し込み：%(count)s件") % {"count": count}
            if count
            else _("返事を待っている申し込みはありません")
        )
        return Card(_("申し込みへの返事"), text, host_url("host-requests", host), urgent=count > 0, order=10)

    return Counted(Booking.objects.visible_to(request.user).filter(host=host, state="requested"), card)


def this_day(host: Host, request: Any) -> Card | None:
    """Who comes today, and the way to the week."""
    zone = zone_of(host.municipality)
    today = day_of(timezone.now(), zone)
    edges = (midnight(today, zone), midnight(today + timedelta(days=1), zone))
    counted = (
        Booking.objects.visible_to(request.user)
        .filter(host=host)
        .aggregate(
            today=Count("pk", filter=Q(state__in=("confirmed", "used"), period__overlap=edges)),
            held=Count("pk", filter=Q(state="held")),
        )
    )
    text = _("今日の予約：%(today)s件、支払い待ち：%(held)s件") % counted
    return Card(_("予約のカレンダー"), text, host_url("host-calendar", host), order=20)


def all_bookings(host: Host, request: Any) -> Card | None:
    """The list and its file."""
    return Card(_("予約の一覧"), _("さがす、CSVで取り出す"), host_url("host-bookings", host), order=40)


def by_phone(host: Host, request: Any) -> Card | None:
    """Booking for somebody else."""
    return Card(
        _("電話・窓口の予約"), _("使う人のかわりに予約を入れる"), host_url("host-phone", host), order=45
    )


def blocked(host: Host, request: Any) -> Counted:
    """Times the host keeps."""

    def card(count: int) -> Card:
        text = _("これからの使えない時間：%(count)s") % {"count": count}
        return Card(_("使えない時間"), text, host_url("host-blocks", host), order=50)

    rows = Block.objects.visible_to(request.user).filter(
        host=host, ended_at__isnull=True, period__endswith__gt=timezone.now()
    )
    return Counted(rows, card)


def money_of_host(host: Host, request: Any) -> Card | None:
    """The way to what was earned."""
    here = {"code": host.municipality.code, "organisation_id": host.pk}
    return Card(
        _("売上と受け取り"),
        _("請求、毎月の明細、受け取る口座"),
        reverse("payments:host", kwargs=here),
        order=48,
    )


register_guest_card(offers)
register_guest_card(to_pay)
register_guest_card(all_mine)
register_guest_card(money)
register_host_card(to_answer)
register_host_card(this_day)
register_host_card(all_bookings)
register_host_card(by_phone)
register_host_card(blocked)
register_host_card(money_of_host)
