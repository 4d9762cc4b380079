"""Tells staff that a message could not be delivered: once a day each, with the list one click away."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.design import civil_day
from sosei.core.people import roles
from sosei.core.people.models import Membership, Municipality, Person
from sosei.core.records import kinds, rules
from sosei.core.records.models import Message, Preference

KIND = "records.undelivered"


def tell_staff(message: Message) -> int:
    """Leaves a notification for everyone who may send the message again; how many were new today."""
    today = civil_day.today()
    town = message.municipality
    place = town.code if town is not None else "operator"
    now = timezone.now()
    off = set(
        Preference.objects.filter(
            group=kinds.OPERATIONS.name, channel=Message.Channel.IN_APP, wanted=False
        ).values_list("person", flat=True)
    )
    rows = [
        Message(
            key=f"{KIND}/{place}/{today}/{person.pk}",
            recipient=person,
            municipality=town,
            kind=KIND,
            scope=rules.Scope.ADMINISTRATION,
            channel=Message.Channel.IN_APP,
            in_app=True,
            created_at=now,
            round_started_at=now,
            sent_at=now,
            state=Message.State.SENT,
            **_words(town),
        )
        for person in _who_mends(message)
        if person.pk not in off
    ]
    before = Message.objects.filter(key__in=[row.key for row in rows]).count()
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before


def _who_mends(message: Message) -> list[Person]:
    held = Membership.objects.held().filter(person__is_active=True)
    if message.municipality_id is None:
        held = held.filter(role=roles.OPERATOR)
    else:
        held = held.filter(
            municipality=message.municipality_id, role__in=sorted(rules.MENDERS[message.scope])
        )
    return list(Person.objects.filter(pk__in=held.order_by().values("person")).order_by("pk"))


def _words(town: Municipality | None) -> dict[str, str]:
    words = {}
    for language, suffix in (("ja", ""), ("en", "_en")):
        with override(language):
            words[f"subject{suffix}"] = _("届かなかったメッセージがあります")
            words[f"body{suffix}"] = _(
                "%(sender)sから送ったメッセージに、届かなかったもの、または届いたか分からないものがあります。"
                "「届かなかったメッセージ」の画面で確かめてください。"
            ) % {"sender": town if town is not None else "Sosei"}
    return words
