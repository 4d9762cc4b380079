"""Pages of the sign-in library where Sosei adds something: limits, an invited address, an end to other sessions."""

from __future__ import annotations

from typing import Any

from allauth.account import views as library
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sosei.core.people import rate_limits
from sosei.core.people.accounts import mail, sessions
from sosei.core.people.accounts.adapter import INVITED_ADDRESS
from sosei.core.people.accounts.second_factor import has_second_factor


class SignUpView(library.SignupView):  # type: ignore[misc]
    """Signing up; whoever follows an invitation finds its address filled in."""

    def get_initial(self) -> dict[str, Any]:
        """The invited address."""
        initial: dict[str, Any] = super().get_initial()
        invited = self.request.session.get(INVITED_ADDRESS)
        return {**initial, "email": invited} if invited else initial

    def form_valid(self, form: Any) -> HttpResponse:
        """Counts accounts made, not slips of the pen."""
        rate_limits.attempt("sign_up", self.request)
        return super().form_valid(form)  # type: ignore[no-any-return]


class ResetPasswordView(library.PasswordResetView):  # type: ignore[misc]
    """Asking for a code to choose a new password."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Counts codes asked for."""
        rate_limits.attempt("reset", self.request, name=form.cleaned_data["email"])
        return super().form_valid(form)  # type: ignore[no-any-return]


class AuthenticateWithSecondFactorView(AuthenticateView):  # type: ignore[misc]
    """The second step of signing in; whoever gives up is signed out of the first."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which ways the person has."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        kinds = set(self.stage.login.user.authenticator_set.values_list("type", flat=True))
        return {**context, "has_passkey": "webauthn" in kinds, "has_code": bool(kinds - {"webauthn"})}


class _NewSecondFactorMixin:
    """The factor, the entry and the letter in one transaction; the first one ends the other sessions.

    A session that began with a password alone gains nothing by a second factor set up elsewhere.
    """

    request: HttpRequest
    change = ""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keeps the factor."""
        person: Any = self.request.user
        first = not has_second_factor(person)
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            mail.tell_of_change(person, self.change)
        if first:
            sessions.end_others(self.request, person)
        return response


class ActivateAppView(_NewSecondFactorMixin, ActivateTOTPView):  # type: ignore[misc]
    """Setting up an authenticator app."""

    change = "totp_activated"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The secret in groups of four, for who types it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        return {**context, "secret": groups, "cancel_url": reverse("mfa_index")}


class AddPasskeyView(_NewSecondFactorMixin, AddWebAuthnView):  # type: ignore[misc]
    """Setting up a passkey."""

    change = "webauthn_added"
