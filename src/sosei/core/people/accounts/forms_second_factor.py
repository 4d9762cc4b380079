"""Forms of second factors."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base import forms as library
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from sosei.core.people.accounts.boxes import code_box
from sosei.engines.conventions.folding import fold_width

APP_CODE = _("認証アプリの数字")
APP_HELP = _("認証アプリに出ている6つの数字です。")
ANY_HELP = _("認証アプリに出ている6つの数字か、予備のコード（8つの数字）です。")


class _Folding:
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """In any width."""
        self.cleaned_data["code"] = fold_width(self.cleaned_data["code"]).replace(" ", "")
        return str(super().clean_code())  # type: ignore[misc]


class CodeForm(_Folding, library.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_box(APP_CODE, ANY_HELP)


class CodeAgainForm(_Folding, library.ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_box(APP_CODE, ANY_HELP)


class ActivateAppForm(_Folding, ActivateTOTPForm):  # type: ignore[misc]
    """Proves that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_box(APP_CODE, APP_HELP)


def _name_box() -> forms.CharField:
    return forms.CharField(
        label=_("名前"), max_length=60, help_text=_("見分けるための名前です。例：わたしのスマートフォン")
    )


class CredentialField(forms.JSONField):
    """What a device answered; a number too long to be read is no answer, and no fault of the server's."""

    def to_python(self, value: Any) -> Any:
        """The answer.

        Raises:
            ValidationError: not JSON, or numbers no device writes.
        """
        try:
            return super().to_python(value)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class LoginPasskeyForm(LoginWebAuthnForm):  # type: ignore[misc]
    """Signing in by a passkey alone."""

    credential = CredentialField(widget=forms.HiddenInput)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A name for the passkey; the rest comes from the device."""

    credential = CredentialField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_box()
        self.fields["name"].required = False
        self.fields["passwordless"] = forms.BooleanField(
            label=_("このパスキーだけでログインできるようにする"),
            required=False,
            initial=True,
            help_text=_(
                "指紋や顔、PINで確かめます。USBの鍵で確かめられないときは、チェックを外してください。"
            ),
        )


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_box()
