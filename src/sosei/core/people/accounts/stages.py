"""Which steps lie between the right password and being signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import EmailVerificationStage


class EmailStage(EmailVerificationStage):  # type: ignore[misc]
    """An e-mail address is confirmed before it opens an account; who comes by a confirmed telephone needs none."""

    def handle(self) -> Any:
        """Passes who signs in by telephone."""
        person = self.login.user
        if person is not None and person.phone_verified and not self.login.email:
            return None, True
        return super().handle()
