"""Settings of gateways that contradict each other are refused when the site starts, without the secret."""

from __future__ import annotations

import pytest

from tests.frame.test_environment import refused


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SOSEI_PAYMENT_GATEWAY": "embedded"}, "SOSEI_PAYMENT_GATEWAY"),
        ({"SOSEI_PAYMENT_GATEWAY": "stripe", "SOSEI_DEMONSTRATION": "1"}, "SOSEI_PAYMENT_GATEWAY"),
        ({"SOSEI_PAYMENT_GATEWAY": "stripe"}, "STRIPE_SECRET_KEY"),
        ({"SOSEI_PAYMENT_GATEWAY": "coins"}, "SOSEI_PAYMENT_GATEWAY"),
    ],
)
def test_a_gateway_is_whole_and_in_its_place(given: dict[str, str], named: str) -> None:
    assert f"1. {named}:" in refused(**given)


def test_a_secret_is_never_repeated() -> None:
    told = refused(
        SOSEI_PAYMENT_GATEWAY="stripe",
        STRIPE_SECRET_KEY="sk_live_secret",
        STRIPE_WEBHOOK_SECRET="whsec_secret",
    )
    assert "STRIPE_PUBLISHABLE_KEY" in told
    assert "secret" not in told.replace("STRIPE_SECRET_KEY", "").lower()
