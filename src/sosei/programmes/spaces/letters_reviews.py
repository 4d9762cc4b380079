"""The words of messages about reviews, in both languages, to guests, hosts and the town's staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people import roles
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Membership, Municipality
from sosei.core.records.services import send_message
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import moment_text, when_text
from sosei.programmes.spaces.letters_booking_people import (
    Parts,
    host_link,
    order_link,
    tell_guest,
    tell_host,
)
from sosei.programmes.spaces.models import Booking, Space, SpaceReview
from sosei.programmes.spaces.rules_care import REVIEW_TERM

ASK, ASK_HOST, REMIND = "space_review.ask:", "space_review.host_asked:", "space_review.remind:"
"""How the keys of these messages begin; the key of the order follows: whoever was asked has one."""


def name_of(space: Space) -> str:
    """A space in the language of the moment."""
    return space.name_en if get_language() == "en" and space.name_en else space.name


def times_of(booking: Booking) -> str:
    """When it was, on the clock of its town."""
    return when_text(booking.period, zone_of(booking.municipality))


def tell_staff(key: str, kind: str, town: Municipality, about: Any, parts: Parts) -> None:
    """Sends a letter to the programme staff of a town."""

    def words() -> tuple[str, str]:
        subject, body = parts()
        return subject, paragraphs(*body)

    letter: Letter = in_both_languages(words)
    held = Membership.objects.held().filter(role=roles.PROGRAMME_STAFF, municipality=town)
    for person in {
        one.person_id: one.person for one in held.select_related("person").order_by("pk")
    }.values():
        send_message(
            key=f"{key}:{person.pk}",
            kind=kind,
            recipient=person,
            municipality=town,
            about=about,
            **letter.as_arguments(),
        )


def _to_write(booking: Booking, over_at: datetime, reminds: bool) -> Parts:
    def parts() -> tuple[str, Sequence[str]]:
        told = {
            "space": name_of(booking.space),
            "when": times_of(booking),
            "until": moment_text(over_at + REVIEW_TERM, zone_of(booking.municipality)),
        }
        subject = (
            _("評価を書けるのは、もうすこしの間です：%(space)s")
            if reminds
            else _("使ってみて、どうでしたか：%(space)s")
        )
        return subject % told, [
            _("「%(space)s」（%(when)s）を使っていただき、ありがとうございました。") % told,
            _("次に使う人のために、評価を書いてください。3分ほどで終わります。名前は出ません。"),
            _(
                "貸した人もあなたの評価を書きます。両方が書くか、%(until)sになると、たがいに見えるようになります。"
            )
            % told,
            order_link(booking.order),
        ]

    return parts


def ask_guest(booking: Booking, over_at: datetime) -> None:
    """Asks the guest of an order, once."""
    tell_guest(
        booking.order, f"{ASK}{booking.order_id}", "space_review.ask", _to_write(booking, over_at, False)
    )


def remind_guest(booking: Booking, over_at: datetime) -> None:
    """Reminds the guest of an order, once."""
    key = f"{REMIND}{booking.order_id}"
    tell_guest(booking.order, key, "space_review.ask", _to_write(booking, over_at, True))


def ask_host(booking: Booking, over_at: datetime) -> None:
    """Asks the host of an order, once."""
    order = booking.order

    def parts() -> tuple[str, Sequence[str]]:
        told = {
            "name": order.guest_name,
            "space": name_of(booking.space),
            "when": times_of(booking),
            "until": moment_text(over_at + REVIEW_TERM, zone_of(booking.municipality)),
        }
        return _("使った人の評価を書いてください：%(name)sさん") % told, [
            _("%(name)sさんが「%(space)s」（%(when)s）を使いました。どうでしたか。") % told,
            _("両方が書くか、%(until)sになると、たがいに見えるようになります。それまで相手には見えません。")
            % told,
            host_link("host-order", order.host, number=order.number),
        ]

    tell_host(order, f"{ASK_HOST}{order.pk}", "space_review.ask", parts)


def tell_shown(booking: Booking) -> None:
    """Tells both sides that the reviews of a booking are on show."""

    def parts(page: str) -> tuple[str, Sequence[str]]:
        told = {"space": name_of(booking.space), "when": times_of(booking)}
        return _("評価が見えるようになりました：%(space)s") % told, [
            _("「%(space)s」（%(when)s）の評価が、たがいに見えるようになりました。") % told,
            page,
        ]

    order, key = booking.order, f"space_review.shown:{booking.pk}"
    tell_guest(order, key, "space_review.shown", lambda: parts(order_link(order)))
    tell_host(
        order, f"{key}:host", "space_review.shown", lambda: parts(host_link("host-reviews", order.host))
    )


def tell_replied(review: SpaceReview) -> None:
    """Tells the guest what the host answered."""
    booking = review.booking

    def parts() -> tuple[str, Sequence[str]]:
        told = {"space": name_of(review.space), "host": review.host}
        return _("あなたの評価に返事がありました：%(space)s") % told, [
            _("%(host)sが、「%(space)s」の評価に返事を書きました。") % told,
            review.reply,
            link("spaces:reviews", code=review.municipality.code, space_id=review.space_id),
        ]

    tell_guest(booking.order, f"space_review.replied:{review.pk}", "space_review.replied", parts)


def tell_staff_of_report(review: SpaceReview, key: str) -> None:
    """Tells the town's staff that somebody asked them to look at a review, without its words."""
    town = review.municipality

    def parts() -> tuple[str, Sequence[str]]:
        told = {"space": name_of(review.space)}
        return _("評価を見てほしいという知らせ：%(space)s") % told, [
            _("「%(space)s」の評価について、見てほしいという知らせがありました。読んで、決めてください。")
            % told,
            link("spaces:review-office", code=town.code, review_id=review.pk),
        ]

    tell_staff(key, "space_review.reported", town, review, parts)


def tell_moderated(review: SpaceReview, *, verb: str, reason: str, key: str) -> None:
    """Tells both sides what the staff decided and why; before it was shown, only who wrote it."""
    order = review.booking.order

    def parts() -> tuple[str, Sequence[str]]:
        told = {
            "space": name_of(review.space),
            "side": review.get_side_display(),
            "town": review.municipality,
            "reason": reason,
        }
        texts = {
            "hidden": _("%(town)sの担当者が、「%(space)s」の評価（%(side)s）を見えないようにしました。"),
            "unhidden": _("%(town)sの担当者が、「%(space)s」の評価（%(side)s）を見えるように戻しました。"),
            "kept": _("%(town)sの担当者が、「%(space)s」の評価（%(side)s）を読んで、そのままにしました。"),
        }
        return _("評価について決めました：%(space)s") % told, [
            texts[verb] % told,
            _("理由：%(reason)s") % told,
            _("納得できないときは、%(town)sの担当者に相談してください。") % told,
        ]

    both = review.shown_at is not None
    if both or review.side == SpaceReview.Side.GUEST:
        tell_guest(order, f"{key}:guest", "space_review.moderated", parts)
    if both or review.side == SpaceReview.Side.HOST:
        tell_host(order, f"{key}:host", "space_review.moderated", parts)
