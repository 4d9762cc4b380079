"""Who is told of a booking, and how: guests with and without an account, and those who act for the host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sosei.core.people import roles
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Membership, Person
from sosei.core.records.services import send_message
from sosei.programmes.spaces.models import Host, Order, WaitingEntry
from sosei.programmes.spaces.services import numbers

Parts = Callable[[], tuple[str, Sequence[str]]]
"""Subject and paragraphs, in the language of the moment."""


def told_people(host: Host) -> list[Person]:
    """Who acts for a host; programme staff of the town where a public host has nobody of its own."""
    held = Membership.objects.held().select_related("person").order_by("pk")
    found = [one.person for one in held.filter(role=roles.SPACE_HOST, organisation=host.pk)]
    if found or not host.is_public:
        return found
    staff = held.filter(role=roles.PROGRAMME_STAFF, municipality=host.municipality_id)
    return list({one.person_id: one.person for one in staff}.values())


def order_link(order: Order) -> str:
    """The order's page for its guest: by the secret link where there is no account."""
    if order.person_id is None:
        return link("spaces:link-open", number=order.number, secret=numbers.secret_of(order))
    return link("spaces:my-order", number=order.number)


def host_link(name: str, host: Host, **more: Any) -> str:
    """A page of the host."""
    return link(f"spaces:{name}", code=host.municipality.code, host_id=host.pk, **more)


def tell_guest(order: Order, key: str, kind: str, parts: Parts) -> None:
    """Sends a letter to the guest of an order, once; nobody where only a telephone number is known."""
    letter = _letter(parts)
    if order.person is not None:
        send_message(
            key=key,
            kind=kind,
            recipient=order.person,
            municipality=order.municipality,
            about=order,
            **letter.as_arguments(),
        )
    elif order.guest_email:
        send_message(
            key=key,
            kind="space.to_guest",
            to_address=order.guest_email,
            language=order.guest_language,
            municipality=order.municipality,
            about=order,
            **letter.as_arguments(),
        )


def tell_host(order: Order, key: str, kind: str, parts: Parts, *, but: Person | None = None) -> None:
    """Sends a letter to all who act for the host, but to the one who did it."""
    letter = _letter(parts)
    for person in told_people(order.host):
        if but is None or person.pk != but.pk:
            send_message(
                key=f"{key}:{person.pk}",
                kind=kind,
                recipient=person,
                municipality=order.municipality,
                about=order,
                **letter.as_arguments(),
            )


def _letter(parts: Parts) -> Letter:
    def words() -> tuple[str, str]:
        subject, body = parts()
        return subject, paragraphs(*body)

    return in_both_languages(words)


def tell_waiting(entry: WaitingEntry, key: str, kind: str, parts: Parts) -> None:
    """Sends a letter to who waits, once."""
    send_message(
        key=key,
        kind=kind,
        recipient=entry.person,
        municipality=entry.municipality,
        about=entry,
        **_letter(parts).as_arguments(),
    )
