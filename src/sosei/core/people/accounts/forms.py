"""Forms of the door: one box for e-mail or telephone, few questions, words a citizen reads."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as library
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.internal.userkit import filter_users_by_email
from allauth.socialaccount.forms import SignupForm as LibraryDirectorySignUpForm
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.people import journal
from sosei.core.people.accounts.boxes import (
    EMAIL,
    NEW_PASSWORD,
    PASSWORD,
    PASSWORD_HELP,
    code_box,
    consent_boxes,
    contact_box,
    email_or_phone,
    password_box,
)
from sosei.core.people.models import Person
from sosei.core.people.phones import can_receive_sms
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.consents import give_all
from sosei.engines.conventions.folding import fold_width


class SignInForm(library.LoginForm):  # type: ignore[misc]
    """E-mail or telephone, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = contact_box()
        self.fields["password"] = password_box(PASSWORD)

    def clean_login(self) -> str:
        """As it is kept."""
        return "".join(email_or_phone(self.cleaned_data["login"]))


def _is_name_taken(error: IntegrityError) -> bool:
    return any(name in str(error) for name in ("people_person_email", "people_person_phone"))


class SignUpForm(library.SignupForm):  # type: ignore[misc]
    """E-mail or telephone, a password, and the texts to agree to; everything else later."""

    field_order = ["contact", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"], self.fields["phone"]
        self.fields["contact"] = contact_box()
        initial = kwargs.get("initial") or {}
        if initial.get("email"):
            self.fields["contact"].initial = initial["email"]
        if not journal.can_send_sms():
            self.fields["contact"].label = EMAIL
        self.fields["password1"] = password_box(PASSWORD, new=True, help_text=PASSWORD_HELP)
        self._texts = {}
        for name, (text, box) in consent_boxes().items():
            self._texts[name] = text
            self.fields[name] = box
        self.order_fields(self.field_order)

    def clean_contact(self) -> str:
        """Either; a telephone only where the site can send short messages."""
        email, phone = email_or_phone(self.cleaned_data["contact"])
        if phone and not journal.can_send_sms():
            raise ValidationError(
                _(
                    "このサイトは SMS を送れないため、電話番号では登録できません。メールアドレスを書いてください。"
                ),
                code="no_sms",
            )
        if phone and not can_receive_sms(phone):
            raise ValidationError(
                _("「%(text)s」には SMS を送れません。携帯電話の番号か、メールアドレスを書いてください。")
                % {"text": self.cleaned_data["contact"]},
                code="not_mobile",
            )
        if email:
            email = self.validate_unique_email(get_adapter().clean_email(email))
        self.cleaned_data["email"], self.cleaned_data["phone"] = email or None, phone or None
        return email or phone

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """Makes the account; where there is one already, says so by mail and looks the same from outside.

        Of two who sign up with one address at the same moment the second is told so too.
        """
        try:
            saved: tuple[Person | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError as error:
            if not _is_name_taken(error):
                raise
            email, phone = self.cleaned_data.get("email"), self.cleaned_data.get("phone")
            return None, prevent_enumeration(request, email=email, phone=phone)
        return saved

    @transaction.atomic
    def save(self, request: HttpRequest) -> Person:
        """The person, the address, the consents and the entry together."""
        person: Person = super().save(request)
        journal.write_entry(actor=person, verb="account.signed_up", subject=person, person=person)
        give_all(by=Acting.for_oneself(person), texts=self._texts.values())
        return person


class DirectorySignUpForm(LibraryDirectorySignUpForm):  # type: ignore[misc]
    """For somebody new from the city's directory: only the texts to agree to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            del self.fields[name]
        self._texts = {}
        for name, (text, box) in consent_boxes().items():
            self._texts[name] = text
            self.fields[name] = box

    def clean(self) -> dict[str, Any]:
        """The address is the directory's."""
        cleaned: dict[str, Any] = forms.Form.clean(self) or {}
        email = self.sociallogin.user.email
        cleaned["email"] = self.validate_unique_email(email) if email else None
        cleaned["phone"] = None
        return cleaned

    @transaction.atomic
    def save(self, request: HttpRequest) -> Person:
        """As anybody who signs up."""
        person: Person = super().save(request)
        journal.write_entry(actor=person, verb="account.signed_up", subject=person, person=person)
        give_all(by=Acting.for_oneself(person), texts=self._texts.values())
        return person


def _email_box(label: Any) -> forms.EmailField:
    return forms.EmailField(
        label=label, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ChangeEmailForm(library.AddEmailForm):  # type: ignore[misc]
    """A new address for an account; it counts when the code sent there was entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = _email_box(gettext_lazy("新しいメールアドレス"))


class CorrectEmailForm(library.ChangeEmailForm):  # type: ignore[misc]
    """Another address while signing up, where the first was mistyped."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = _email_box(gettext_lazy("正しいメールアドレス"))

    def clean_email(self) -> str:
        """Lower case, as it is kept."""
        self.cleaned_data["email"] = self.cleaned_data["email"].lower()
        return str(super().clean_email())


class ChangePhoneForm(library.ChangePhoneForm):  # type: ignore[misc]
    """A new number for an account; it counts when the code sent there was entered."""

    def clean_phone(self) -> str:
        """Only where the site can send the code."""
        if not journal.can_send_sms():
            raise ValidationError(
                _(
                    "このサイトは SMS を送れないため、電話番号を確かめられません。メールアドレスを使ってください。"
                ),
                code="no_sms",
            )
        return str(super().clean_phone())


class PasswordAgainForm(library.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_box(PASSWORD)


class ChangePasswordForm(library.ChangePasswordForm):  # type: ignore[misc]
    """The old and the new one; once, as it can be shown while typing and reset."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_box(gettext_lazy("いまのパスワード"))
        _new_password_box(self)


class SetPasswordForm(library.SetPasswordForm):  # type: ignore[misc]
    """A password for somebody who had none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password_box(self)


class NewPasswordForm(library.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password after the code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password_box(self)


def _new_password_box(form: Any) -> None:
    field = form.fields["password1"]
    field.label, field.help_text, field.max_length = NEW_PASSWORD, PASSWORD_HELP, 256
    field.widget.attrs.pop("placeholder", None)
    del form.fields["password2"]


class ResetPasswordForm(library.ResetPasswordForm):  # type: ignore[misc]
    """Where the code goes with which a new password may be chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = contact_box()

    def clean_email(self) -> str:
        """Either; whether there is such an account is not said."""
        email, phone = email_or_phone(self.cleaned_data["email"])
        if phone and not journal.can_send_sms():
            raise ValidationError(
                _(
                    "このサイトは SMS を送れません。メールアドレスを書くか、市区町村の担当者に相談してください。"
                ),
                code="no_sms",
            )
        self._phone = phone
        if phone:
            person = get_adapter().get_user_by_phone(phone)
            # A number that staff entered opens no account whose owner confirmed an e-mail address.
            open_to = person is not None and person.is_active and get_adapter().get_phone(person) is not None
            self.users = [person] if open_to else []
        else:
            self.users = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
        return email or phone

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Sends the code, or to an address without an account a hint."""
        person = self.users[0] if self.users else None
        contact = str(self.cleaned_data["email"])
        if not self._phone:
            PasswordResetVerificationProcess.initiate(request=request, user=person, email=contact)
            return contact
        state = PasswordResetVerificationProcess.initial_state(person, contact)
        process = PasswordResetVerificationProcess(request, state=state, user=person)
        adapter = get_adapter()
        if person is None:
            adapter.send_unknown_account_sms(contact)
        else:
            state["code"] = adapter.generate_password_reset_code()
            adapter.send_verification_code_sms(person, contact, state["code"])
        process.persist()
        return contact


class _CodeMixin:
    """Our box, which understands full-width digits."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def _use_our_box(self) -> None:
        self.fields["code"] = code_box()

    def _fold(self) -> None:
        self.cleaned_data["code"] = fold_width(self.cleaned_data["code"])


class EmailCodeForm(_CodeMixin, library.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code from the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._use_our_box()

    def clean_code(self) -> str:
        """In any width."""
        self._fold()
        return str(super().clean_code())


class PhoneCodeForm(_CodeMixin, library.VerifyPhoneForm):  # type: ignore[misc]
    """The code from the short message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._use_our_box()

    def clean_code(self) -> str:
        """In any width."""
        self._fold()
        return str(super().clean_code())


class ResetCodeForm(_CodeMixin, library.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code with which a new password may be chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._use_our_box()

    def clean_code(self) -> str:
        """In any width."""
        self._fold()
        return str(super().clean_code())
