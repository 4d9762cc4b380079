"""The messages about wishes and offers, in both languages; hosts never read whose wish it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.letters import in_both_languages, link, paragraphs
from sosei.core.people.models import Person
from sosei.core.records.services import send_message
from sosei.programmes.spaces import wish_terms
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import moment_text, when_text
from sosei.programmes.spaces.letters_booking_people import Parts, host_link, told_people
from sosei.programmes.spaces.models import Order, SpaceWish, WishOffer


def _send(wish: SpaceWish, person: Person, key: str, kind: str, parts: Parts) -> None:
    def words() -> tuple[str, str]:
        subject, body = parts()
        return subject, paragraphs(*body)

    send_message(
        key=key,
        kind=kind,
        recipient=person,
        municipality=wish.municipality,
        about=wish,
        **in_both_languages(words).as_arguments(),
    )


def _to_hosts(wish: SpaceWish, offer: WishOffer, what: str, kind: str, parts: Parts) -> None:
    for person in told_people(offer.host):
        stamp = (offer.ended_at or offer.sent_at).isoformat()
        _send(wish, person, f"{kind}:{what}:{offer.pk}:{stamp}:{person.pk}", kind, parts)


def _told(wish: SpaceWish, offer: WishOffer | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "wish": wish_terms.title_of(wish),
        "until": moment_text(wish.answer_until, zone_of(wish.municipality)),
    }
    if offer is not None:
        told |= {
            "space": offer.space,
            "when": when_text(offer.period, zone_of(wish.municipality)),
            "yen": f"{offer.yen:,}",
            "valid": moment_text(offer.valid_until, zone_of(wish.municipality)),
        }
    return told


def _wish_link(wish: SpaceWish) -> str:
    return link("spaces:my-wish", wish_id=wish.pk)


# --- To the one who wished --------------------------------------------------------------------------------------------


def tell_offered(wish: SpaceWish, offer: WishOffer, *, is_new: bool) -> None:
    """Somebody offers a place, or has changed what he offers."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer)
        subject = (
            _("ほしい場所（%(wish)s）に、申し出が届きました")
            if is_new
            else _("ほしい場所（%(wish)s）の申し出が変わりました")
        )
        return subject % told, [
            _("「%(space)s」を、%(when)sに、%(yen)s円で借りられます。") % told,
            _("%(valid)sまでに、くらべて選んでください。選ぶまで、場所はおさえてありません。") % told,
            _wish_link(wish),
        ]

    key = f"space.wish_offered:{offer.pk}:{offer.sent_at.isoformat()}"
    _send(wish, wish.person, key, "space.wish_offered", parts)


def tell_taken_back(wish: SpaceWish, offer: WishOffer) -> None:
    """A host has taken an offer back."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer)
        return _("「%(space)s」の申し出が取り下げられました") % told, [
            _("%(when)sの「%(space)s」は、貸す人の都合で選べなくなりました。") % told,
            _("ほかの申し出を、%(until)sまで待っています。") % told,
            _wish_link(wish),
        ]

    _send(wish, wish.person, f"space.wish_offer_back:{offer.pk}", "space.wish_offer_gone", parts)


def tell_lost(wish: SpaceWish, offer: WishOffer) -> None:
    """Somebody else has booked what was offered; told to both sides."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer)
        return _("申し出のあった「%(space)s」は、ほかの人が予約しました") % told, [
            _("%(when)sの「%(space)s」は、選ぶ前に、ほかの人が予約しました。") % told,
            _("ほかの申し出を、%(until)sまで待っています。") % told,
            _wish_link(wish),
        ]

    def to_host() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer)
        return _("申し出た「%(space)s」は、ほかの人が予約しました") % told, [
            _("%(when)sの申し出は終わりました。ほかの時間なら、もう一度申し出られます。") % told,
            host_link("host-wish", offer.host, wish_id=wish.pk),
        ]

    _send(wish, wish.person, f"space.wish_offer_lost:{offer.pk}", "space.wish_offer_gone", parts)
    _to_hosts(wish, offer, "lost", "space.offer_answered", to_host)


def tell_lapsed(wish: SpaceWish, offers: int) -> None:
    """The time of a wish is over."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish) | {"offers": offers}
        return _("ほしい場所（%(wish)s）の募集が終わりました") % told, [
            _("%(until)sの期限が過ぎました。選ばなかった申し出：%(offers)s件") % told,
            _("まだ場所がいるときは、同じ内容でもう一度出せます。"),
            _wish_link(wish),
        ]

    _send(wish, wish.person, f"space.wish_lapsed:{wish.pk}", "space.wish_ended", parts)


def tell_hidden(wish: SpaceWish) -> None:
    """The town keeps a wish from hosts."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish) | {"town": wish.municipality, "reason": wish.hidden_reason}
        return _("ほしい場所（%(wish)s）の募集を、いま出していません") % told, [
            _("%(town)sの担当者が確かめて、貸す人に見えないようにしました。") % told,
            _("理由：%(reason)s") % told,
            _("内容を直すと、担当者がもう一度確かめます。"),
            _wish_link(wish),
        ]

    at = wish.hidden_at.isoformat() if wish.hidden_at else ""
    _send(wish, wish.person, f"space.wish_hidden:{wish.pk}:{at}", "space.wish_hidden", parts)


def tell_shown(wish: SpaceWish) -> None:
    """The town shows a wish to hosts again."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish)
        return _("ほしい場所（%(wish)s）の募集を、また出しました") % told, [
            _("貸す人の申し出を、%(until)sまで待ちます。") % told,
            _wish_link(wish),
        ]

    key = f"space.wish_shown:{wish.pk}:{timezone.now().isoformat()}"
    _send(wish, wish.person, key, "space.wish_hidden", parts)


# --- To hosts ---------------------------------------------------------------------------------------------------------


def tell_changed(wish: SpaceWish, offer: WishOffer) -> None:
    """A wish was mended after an offer."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer)
        return _("申し出た募集（%(wish)s）の内容が変わりました") % told, [
            _("「%(space)s」の申し出はそのままです。合わなくなったときは、変えるか取り下げてください。")
            % told,
            host_link("host-wish", offer.host, wish_id=wish.pk),
        ]

    _to_hosts(wish, offer, f"changed{wish.answer_until}", "space.offer_answered", parts)


def tell_closed(wish: SpaceWish, offer: WishOffer) -> None:
    """Who wished does not look any more."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer)
        said = [_("「%(space)s」（%(when)s）の申し出は終わりました。ありがとうございました。") % told]
        if wish.end_reason:
            said.append(_("理由：%(reason)s") % {"reason": wish.end_reason})
        return _("募集（%(wish)s）が取り下げられました") % told, said

    _to_hosts(wish, offer, "closed", "space.offer_answered", parts)


def tell_not_chosen(wish: SpaceWish, offer: WishOffer) -> None:
    """Another offer was chosen, or none in time."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer)
        return _("「%(space)s」の申し出は、選ばれませんでした") % told, [
            _("募集（%(wish)s）は終わりました。%(when)sは、ほかの人に貸せます。") % told,
            host_link("host-wishes", offer.host),
        ]

    _to_hosts(wish, offer, "not_chosen", "space.offer_answered", parts)


def tell_declined(wish: SpaceWish, offer: WishOffer) -> None:
    """Who wished does not want this one."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer) | {"reason": offer.answer}
        return _("「%(space)s」の申し出は、ことわられました") % told, [
            _("理由：%(reason)s") % told,
            _("%(when)sは、ほかの人に貸せます。") % told,
            host_link("host-wish", offer.host, wish_id=wish.pk),
        ]

    _to_hosts(wish, offer, "declined", "space.offer_answered", parts)


def tell_chosen(wish: SpaceWish, offer: WishOffer, order: Order) -> None:
    """The offer was chosen, and is booked."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(wish, offer) | {"number": order.number}
        return _("「%(space)s」の申し出が選ばれました") % told, [
            _("%(when)s、%(yen)s円の申し出が選ばれて、予約 %(number)s が入りました。") % told,
            host_link("host-order", offer.host, number=order.number),
        ]

    _to_hosts(wish, offer, "chosen", "space.offer_chosen", parts)
