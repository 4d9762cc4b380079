"""What wishes and offers put on the homes of guests and hosts."""

from __future__ import annotations

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
from sosei.programmes.spaces.models import Host, SpaceWish, WishOffer


def mine(person: Person, request: Any) -> Card | None:
    """Offers to compare; else what one waits for."""
    now = timezone.now()
    rows = SpaceWish.objects.visible_to(request.user).filter(
        person=person, state="open", answer_until__gt=now
    )
    standing = Count("offers", filter=Q(offers__state="sent", offers__valid_until__gt=now))
    found = list(rows.annotate(standing=standing).select_related("municipality").order_by("answer_until"))
    offered = next((one for one in found if one.standing), None)
    if offered is not None:
        told = {
            "count": sum(one.standing for one in found),
            "until": moment_text(offered.answer_until, zone_of(offered.municipality)),
        }
        text = _("申し出が%(count)s件あります。%(until)sまでに選んでください。") % told
        url = reverse("spaces:my-wish", kwargs={"wish_id": offered.pk})
        return Card(_("ほしい場所の申し出"), text, url, urgent=True, order=7)
    if found:
        text = _("申し出を待っている募集：%(count)s件") % {"count": len(found)}
        return Card(_("こんな場所がほしい"), text, reverse("spaces:my-wishes"), order=62)
    return None


def to_answer(host: Host, request: Any) -> Counted | None:
    """Open wishes of the town that the host has not answered."""
    if not host.is_approved:
        return None
    answered = WishOffer.objects.filter(host=host).order_by().values("wish")
    rows = SpaceWish.objects.visible_to(request.user).filter(municipality=host.municipality_id)

    def card(count: int) -> Card:
        text = _("町の人がさがしている場所で、まだ答えていないもの：%(count)s件") % {"count": count}
        return Card(_("こんな場所がほしい"), text, host_url("host-wishes", host), order=40)

    return Counted(rows.open(timezone.now()).exclude(pk__in=answered), card)


register_guest_card(mine)
register_host_card(to_answer)
