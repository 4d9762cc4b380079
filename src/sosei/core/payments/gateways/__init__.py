"""Gateways behind one protocol: `protocol.py` says what they do, `named()` gives the one of a name."""

from __future__ import annotations

from django.conf import settings

from sosei.core.payments.gateways.protocol import Gateway

NAMES = ("embedded", "stripe")


def named(name: str) -> Gateway:
    """The gateway of that name.

    Raises:
        LookupError: no such gateway, or the site does not use it and never did so with these settings.
    """
    if name == "embedded" and settings.PAYMENT_GATEWAY == "embedded":
        from sosei.core.payments.gateways.embedded import EmbeddedGateway

        return EmbeddedGateway()
    if name == "stripe" and settings.STRIPE_SECRET_KEY:
        from sosei.core.payments.gateways.stripe import StripeGateway

        return StripeGateway(
            secret_key=settings.STRIPE_SECRET_KEY,
            webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
            address=settings.STRIPE_ADDRESS,
        )
    raise LookupError(f"no gateway {name!r} on this site")


def current() -> str:
    """Name of the gateway that takes cards and slips here; empty where none does."""
    return str(settings.PAYMENT_GATEWAY)
