"""What lotteries put on the homes of guests and hosts, and on the page of a space."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import host_url
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.home import Card, Counted, register_guest_card, register_host_card
from sosei.programmes.spaces.models import Host, Lottery, LotteryEntry, Space
from sosei.programmes.spaces.space_panels import Panel, register_space_panel


def mine(person: Person, request: Any) -> Card | None:
    """What was won and waits to be taken; else what one entered for."""
    rows = LotteryEntry.objects.visible_to(request.user).filter(person=person, state__in=("entered", "won"))
    found = list(rows.select_related("lottery__municipality", "space").order_by("lottery__confirm_until"))
    url = reverse("spaces:my-lotteries")
    now = timezone.now()
    won = [one for one in found if one.state == "won" and one.lottery.confirm_until > now]
    if won:
        first = won[0].lottery
        told = {
            "space": won[0].space,
            "until": moment_text(first.confirm_until, zone_of(first.municipality)),
        }
        text = _("「%(space)s」が当たりました。%(until)sまでに予約を決めてください。") % told
        return Card(_("抽選で当たった場所"), text, url, urgent=True, order=6)
    if found:
        count = sum(1 for one in found if one.state == "entered")
        return Card(_("抽選"), _("抽選を待っている申し込み：%(count)s件") % {"count": count}, url, order=61)
    return None


def lotteries(host: Host, request: Any) -> Counted | None:
    """For public hosts: the way to their lotteries."""
    if not host.is_public:
        return None

    def card(count: int) -> Card:
        text = _("知らせている抽選：%(count)s件") % {"count": count}
        return Card(_("抽選"), text, host_url("host-lotteries", host), order=55)

    return Counted(Lottery.objects.visible_to(request.user).filter(host=host, state="announced"), card)


def on_space(space: Space, request: Any) -> Panel | None:
    """A room that is drawn for says so, with the lottery that is under way."""
    if not space.by_lottery:
        return None
    now = timezone.now()
    rows = Lottery.objects.visible_to(request.user).filter(
        places__space=space, state="announced", draw_at__gt=now
    )
    found = list(rows.select_related("municipality").order_by("enter_until")[:5])
    return Panel("spaces/lotteries/_panel.html", {"lotteries": found}, order=20)


register_guest_card(mine)
register_host_card(lotteries)
register_space_panel(on_space)
