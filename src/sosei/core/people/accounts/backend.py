"""Who may be signed in at all: an account that is switched on, and one of the invented people in a demonstration alone."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from sosei.core.people import demonstration


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Knows passwords, and is asked on every request whether the account still counts."""

    def user_can_authenticate(self, user: Any) -> bool:
        """False for the invented people once the site is a demonstration no more: everybody knows their password."""
        return not _is_published(user) and bool(super().user_can_authenticate(user))

    def _check_password(self, user: Any, password: str) -> Any:
        # The library tells somebody switched off so; of these accounts nothing is said, as if there were none.
        return super()._check_password(None if user is not None and _is_published(user) else user, password)


def _is_published(user: Any) -> bool:
    return not settings.DEMONSTRATION and demonstration.has_invented_address(user)
