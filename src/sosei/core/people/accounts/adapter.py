"""What the sign-in library asks of Sosei: telephone numbers, limits, mails through the outbox, where to go next."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.core.people import rate_limits, roles
from sosei.core.people.accounts import known_browsers, mail, sessions
from sosei.core.people.accounts.words import ERRORS, FLASHES
from sosei.core.people.models import Person
from sosei.core.people.phones import PhoneField

TOLD_WITH_THE_CHANGE = frozenset({"totp_activated", "webauthn_added"})
"""Our views tell of these in the transaction of the change; the library would do so behind it."""
INVITED_ADDRESS = "invited_address"
"""Key of the session under which the address of an opened invitation stands."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Persons by e-mail or telephone; every mail is a row of the outbox."""

    error_messages = {**DefaultAccountAdapter.error_messages, **ERRORS}

    # --- people -------------------------------------------------------------------------------------------------

    def new_user(self, request: HttpRequest) -> Person:
        """Somebody who signs up reads the site in the language of the page they sign up on."""
        return Person(language="en" if (get_language() or "ja").startswith("en") else "ja")

    def clean_password(self, password: str, user: Any = None) -> str:
        """Django's validators, with our words for the commonest fault."""
        try:
            return str(super().clean_password(password, user))
        except ValidationError as error:
            raise ValidationError([ERRORS.get(each.code or "", each) for each in error.error_list]) from error

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """An address is replaced by another, never taken away: it is where a lost password is found again."""
        return not email_address.pk

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Who came by the link of an invitation has read the mail that was sent to that address."""
        invited = request.session.get(INVITED_ADDRESS, "")
        return bool(invited) and bool(invited == email.lower())

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Anybody may sign up; what an account may do is a matter of roles."""
        return True

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The address, the person and the letter to the former address change together."""
        with transaction.atomic():
            return bool(super().confirm_email(request, email_address))

    # --- telephone ----------------------------------------------------------------------------------------------

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        """Of mobile telephones, as a code is sent there."""
        kwargs.setdefault("label", gettext_lazy("携帯電話の番号"))
        return PhoneField(mobile=True, **kwargs)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        """The number and whether it was confirmed.

        One that staff entered for somebody who signs in by e-mail needs no confirmation to sign in.
        """
        if not user.phone:
            return None
        if not user.phone_verified and EmailAddress.objects.filter(user=user, verified=True).exists():
            return None
        return user.phone, user.phone_verified

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        """Keeps the number."""
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: Any, phone: str) -> None:
        """The code sent there was entered; in a change the number is the new one.

        Raises:
            ImmediateHttpResponse: another account confirmed the number meanwhile; leads to the sign-in page.
        """
        changed = user.phone != phone and bool(user.last_login)
        try:
            with transaction.atomic():
                self.set_phone(user, phone, True)
                if changed:
                    mail.tell_of_change(user, "phone_changed")
        except IntegrityError as error:
            messages.error(self.request, ERRORS["phone_taken"])
            raise ImmediateHttpResponse(redirect("account_login")) from error

    def get_user_by_phone(self, phone: str) -> Person | None:
        """Whose account the number opens: who confirmed it, else who is signing up with it.

        A number that staff entered opens nothing: it may be a family's, or be given to somebody else by now.
        """
        signing_up = (
            Q(email__isnull=True) & ~Q(password="") & ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        )
        found: Person | None = (
            Person.objects.filter(Q(phone_verified=True) | signing_up, phone=phone)
            .order_by("-phone_verified", "-pk")
            .first()
        )
        return found

    # --- what is sent -------------------------------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox, in the transaction under way; mails with a code are limited for each address.

        Raises:
            TooManyError: the address got too many already.
        """
        if mail.holds_code(template_prefix):
            rate_limits.attempt("send_code", self.request, name=email)
        mail.send(template_prefix, email, {**context, "request": self.request})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tells of a change to the account, by mail or short message, and leaves the entry."""
        change = template_prefix.rpartition("/")[2]
        if change not in TOLD_WITH_THE_CHANGE:
            mail.tell_of_change(user, change, former_email=email)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        """A code by short message.

        Raises:
            TooManyError: the number got too many already.
        """
        rate_limits.attempt("send_code", self.request, name=phone)
        mail.send_sms_code(phone, code, user.language)

    def send_account_already_exists_sms(self, phone: str) -> None:
        """To who signs up with a number that has an account."""
        rate_limits.attempt("send_code", self.request, name=phone)
        mail.send_sms_hint(phone, exists=True)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """To who wants to get back into an account that is none."""
        rate_limits.attempt("send_code", self.request, name=phone)
        mail.send_sms_hint(phone, exists=False)

    # --- signing in ---------------------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the attempt, and takes it out of the count again where the password is right.

        Raises:
            TooManyError: too many wrong ones.
        """
        name = str(credentials.get("email") or credentials.get("phone") or "")
        browser = known_browsers.browser_of(request, name)
        if browser:
            self._counted = rate_limits.attempt("sign_in_known", request, name=f"{browser}|{name}")
        else:
            self._counted = rate_limits.attempt("sign_in", request, name=name)

    def _rollback_login_failed_rl_usage(self) -> None:
        rate_limits.give_back(getattr(self, "_counted", []))

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing is kept in the cache; who reset a password waits no longer than the few minutes of the limit."""

    def login(self, request: HttpRequest, user: Any) -> None:
        """The session gets a new key and its beginning is noted."""
        super().login(request, user)
        sessions.begin(request)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """The browser is known from now on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_browsers.remember(request, response, user)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff to their office, all others to their own page."""
        standing = request.user.standing  # type: ignore[union-attr]
        if standing.is_operator and not standing.towns_as(roles.TOWN_STAFF):
            return reverse("people:operator")
        if any(held.role in roles.STAFF for held in (*standing.held, *standing.waiting)):
            return reverse("people:offices")
        return resolve_url("people:me")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """A new person's own page says what to do first."""
        return resolve_url("people:me")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where the account is looked after."""
        return reverse("people:account")

    def get_login_stages(self) -> list[str]:
        """As the library has them; an e-mail address needs no confirmation from who confirmed a telephone."""
        ours = "sosei.core.people.accounts.stages.EmailStage"
        return [
            ours if each.endswith("EmailVerificationStage") else each for each in super().get_login_stages()
        ]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How somebody proves once more that it is they, in our words."""
        said = {
            "reauthenticate": _("パスワードで確かめる"),
            "mfa_reauthenticate": _("認証アプリか予備のコードで確かめる"),
            "mfa_reauthenticate:webauthn": _("パスキーで確かめる"),
        }
        found = super().get_reauthentication_methods(user)
        return [{**each, "description": said.get(each["id"], each["description"])} for each in found]

    # --- what is said -------------------------------------------------------------------------------------------

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """The banners of the library, in our words; those that say nothing new are left out."""
        if message is None and message_template is not None:
            words = FLASHES.get(message_template.rpartition("/")[2].removesuffix(".txt"))
            if words is None:
                return
            message = str(words) % {
                name: value for name, value in (message_context or {}).items() if isinstance(value, str)
            }
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)
