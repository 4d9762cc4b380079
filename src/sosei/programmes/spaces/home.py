"""Cards of the two homes: what a guest finds on `/me/spaces`, what a host finds on `/<code>/host/<id>/`.

Each subject registers its own from its `addresses_<x>.py`, so that the homes need not know them:

    register_guest_card(open_offers)      # open_offers(person, request) -> Card | None
    register_host_card(to_decide)      # to_decide(host, request) -> Card | None

A card is one thing to do or to know, with the page where it is done. None when there is nothing to say. A card that
needs nothing but a number is `Counted`: a home asks for all such numbers in one query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Count, Value

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from sosei.core.people.models import Person
    from sosei.programmes.spaces.models import Host


@dataclass(frozen=True)
class Card:
    """One thing to do or to know.

    Attributes:
        title: what it is, translated.
        text: how it stands, in a sentence; may name a number or a time.
        url: the page where it is done; "" for none.
        urgent: somebody waits, or a time runs out: shown first and marked.
        order: place among the others, small ones first.
    """

    title: str
    text: str
    url: str = ""
    urgent: bool = False
    order: int = 100


@dataclass(frozen=True)
class Counted:
    """A card that says how many rows there are.

    Attributes:
        card: makes the card from the number.
    """

    rows: QuerySet[Any]
    card: Callable[[int], Card | None]


GuestCard: TypeAlias = "Callable[[Person, HttpRequest], Card | None]"
HostCard: TypeAlias = "Callable[[Host, HttpRequest], Card | Counted | None]"

_guest_cards: list[GuestCard] = []
_host_cards: list[HostCard] = []


def register_guest_card(card: GuestCard) -> None:
    """Adds a card to the home of every guest; called once, at start."""
    if card not in _guest_cards:
        _guest_cards.append(card)


def register_host_card(card: HostCard) -> None:
    """Adds a card to the home of every host; called once, at start."""
    if card not in _host_cards:
        _host_cards.append(card)


def guest_cards(person: Person, request: HttpRequest) -> list[Card]:
    """What there is for a guest, urgent ones first."""
    return _in_order(card(person, request) for card in _guest_cards)


def host_cards(host: Host, request: HttpRequest) -> list[Card]:
    """What there is for a host, urgent ones first."""
    found = [card(host, request) for card in _host_cards]
    numbers = _numbers([one for one in found if isinstance(one, Counted)])
    return _in_order(one.card(next(numbers)) if isinstance(one, Counted) else one for one in found)


def _numbers(counted: Sequence[Counted]) -> Iterator[int]:
    """The numbers of all of them, in their order."""
    parts = [
        one.rows.order_by().annotate(place=Value(place)).values("place").annotate(number=Count("pk"))
        for place, one in enumerate(counted)
    ]
    rows = parts[0].union(*parts[1:], all=True) if parts else []
    told = {row["place"]: row["number"] for row in rows}
    return iter([told.get(place, 0) for place in range(len(counted))])


def _in_order(cards: Any) -> list[Card]:
    return sorted(
        (card for card in cards if card is not None), key=lambda card: (not card.urgent, card.order)
    )
