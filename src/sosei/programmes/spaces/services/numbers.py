"""Numbers of orders that are read out on the phone, and the secrets by which guests without an account find theirs."""

from __future__ import annotations

import hashlib
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

from sosei.core.people import tenancy
from sosei.programmes.spaces.models import Order

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is mistaken for something else: 0 and O, 1 and I."""
_SALT = "sosei.programmes.spaces.order"


def new_number() -> str:
    """A number such as K7M2-9QXD: one of a million million, told to nobody but guest and host."""
    letters = "".join(secrets.choice(ALPHABET) for _n in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def secret_of(order: Order) -> str:
    """The secret in the link of an order: the same whenever a letter is written, guessed by nobody."""
    return salted_hmac(_SALT, f"{order.number}:{order.key}", algorithm="sha256").hexdigest()[:40]


def hash_of(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def proves(order: Order, secret: str) -> bool:
    """Whether a secret is that of the order; an empty one never is."""
    return bool(secret and order.look_up_hash) and constant_time_compare(order.look_up_hash, hash_of(secret))


def tidy(number: str) -> str:
    """A number as people type it: small letters, spaces, another dash."""
    letters = "".join(letter for letter in number.upper() if letter in ALPHABET)
    return f"{letters[:4]}-{letters[4:]}"


def order_by_secret(number: str, secret: str) -> Order | None:
    """The order of a link; None where number and secret do not belong together."""
    order = _find(number)
    return order if order is not None and proves(order, secret) else None


def orders_by_mail(number: str, email: str) -> Order | None:
    """The order of a number and the mail it was made with; None where they do not belong together.

    The mail of somebody with an account serves as well. Whoever shows this limits how often it is tried.
    """
    order = _find(number)
    if order is None:
        return None
    known = order.guest_email or (order.person.email if order.person else "") or ""
    same = constant_time_compare(known.strip().lower().encode(), email.strip().lower().encode())
    return order if known and same else None


def _find(number: str) -> Order | None:
    with tenancy.unguarded():
        found: Order | None = (
            Order.objects.select_related("person", "municipality", "host").filter(number=tidy(number)).first()
        )
    return found
