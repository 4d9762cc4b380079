"""Cards of the two homes: what a worker finds on `/me/work`, what an employer finds on `/<code>/employer/<id>/`.

Each subject registers its own from its `addresses_<x>.py`, so that the homes need not know them:

    register_worker_card(open_offers)      # open_offers(person, request) -> Card | None
    register_employer_card(to_decide)      # to_decide(employer, request) -> Card | None

A card is one thing to do or to know, with the page where it is done. None when there is nothing to say. Two queries
a card at most: a home asks them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from django.http import HttpRequest

    from sosei.core.people.models import Person
    from sosei.programmes.jobs.models import Employer


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


WorkerCard: TypeAlias = "Callable[[Person, HttpRequest], Card | None]"
EmployerCard: TypeAlias = "Callable[[Employer, HttpRequest], Card | None]"

_worker_cards: list[WorkerCard] = []
_employer_cards: list[EmployerCard] = []


def register_worker_card(card: WorkerCard) -> None:
    """Adds a card to the home of every worker; called once, at start."""
    if card not in _worker_cards:
        _worker_cards.append(card)


def register_employer_card(card: EmployerCard) -> None:
    """Adds a card to the home of every employer; called once, at start."""
    if card not in _employer_cards:
        _employer_cards.append(card)


def worker_cards(person: Person, request: HttpRequest) -> list[Card]:
    """What there is for a worker, urgent ones first."""
    return _in_order(card(person, request) for card in _worker_cards)


def employer_cards(employer: Employer, request: HttpRequest) -> list[Card]:
    """What there is for an employer, urgent ones first."""
    return _in_order(card(employer, request) for card in _employer_cards)


def _in_order(cards: Any) -> list[Card]:
    return sorted(
        (card for card in cards if card is not None), key=lambda card: (not card.urgent, card.order)
    )
