"""Second factors: their secrets are kept encrypted, their names in our words; the first ends all other sessions."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from sosei.core.people.accounts.words import SECOND_FACTOR_ERRORS
from sosei.core.people.models import Person


class UnreadableSecretError(RuntimeError):
    """A secret that none of the site's keys opens."""

    def __init__(self) -> None:
        super().__init__(
            "a second factor cannot be read: SOSEI_SECRET_KEY is not the one it was stored under. Remedy: put the "
            "former secret key back, or have the person's second factor removed (sosei remove_second_factor)"
        )


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key))) for key in keys])


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sosei.core.people.second_factor")
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What the library asks about second factors."""

    error_messages = {**DefaultMFAAdapter.error_messages, **SECOND_FACTOR_ERRORS}

    def encrypt(self, text: str) -> str:
        """Under a key derived from the site's secret key: a copy of the database alone opens no account."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The other way round.

        Raises:
            UnreadableSecretError: no key fits.
        """
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise UnreadableSecretError from error

    def generate_authenticator_name(self, user: Any, type: str) -> str:
        """A name to begin with."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("パスキー %(number)s") % {"number": number}

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        """What the person's device shows when it asks which passkey to use."""
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.full_name or self._get_user_identifier(user)}

    def get_totp_label(self, user: Person) -> str:
        """What the authenticator app calls the account."""
        return self._get_user_identifier(user)

    def _get_user_identifier(self, user: Person) -> str:
        return user.email or user.phone or str(user)


def has_second_factor(person: Person) -> bool:
    """Whether an app or a passkey is set up; codes on paper alone are none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=person, type__in=kinds).exists()
