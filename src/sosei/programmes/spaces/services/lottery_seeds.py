"""The seed of a lottery until it is drawn: sealed with the site's secret, so that who reads the database learns nothing."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.models import Lottery
from sosei.programmes.spaces.rules_lottery import digest_of, new_seed

_SEAL = "sosei.programmes.spaces.lottery.seed"
_APPLICANT = "sosei.programmes.spaces.lottery.applicant"


def new_sealed_seed() -> tuple[str, str]:
    """The digest that is published, and the seed as it is kept."""
    seed = new_seed(secrets.token_bytes)
    digest = digest_of(seed)
    return digest, _xor(seed, _mask(digest, settings.SECRET_KEY))


def opened(lottery: Lottery) -> str:
    """The seed of a lottery.

    Raises:
        BookingError: it does not fit the digest that was published: the site's secret was changed, or the row.
    """
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        seed = _xor(lottery.sealed_seed, _mask(lottery.seed_digest, secret))
        if digest_of(seed) == lottery.seed_digest:
            return seed
    raise BookingError(
        _(
            "「%(lottery)s」の種を開けません。サイトの秘密の鍵（SECRET_KEY）が変わったなら、前の鍵をSECRET_KEY_FALLBACKSに入れてください。"
        )
        % {"lottery": lottery}
    )


def applicant_token(lottery: Lottery, person: int, group: int | None) -> str:
    """Which entries are of one applicant, without telling who it is; it means nothing in another lottery."""
    named = f"{lottery.pk}:group:{group}" if group is not None else f"{lottery.pk}:person:{person}"
    return salted_hmac(_APPLICANT, named, algorithm="sha256").hexdigest()[:12]


def _mask(digest: str, secret: str | bytes) -> bytes:
    return salted_hmac(_SEAL, digest, secret=secret, algorithm="sha256").digest()


def _xor(text: str, mask: bytes) -> str:
    return bytes(one ^ other for one, other in zip(bytes.fromhex(text), mask, strict=True)).hex()
