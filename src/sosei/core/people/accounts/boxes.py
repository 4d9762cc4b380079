"""The boxes that the forms of the door share: one for e-mail or telephone, passwords, codes, texts to agree to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.core.people.models import ConsentText
from sosei.core.people.phones import PhoneError, read_phone
from sosei.engines.conventions.folding import fold_width

EMAIL_OR_PHONE = gettext_lazy("メールアドレスか携帯電話の番号")
EMAIL = gettext_lazy("メールアドレス")
PASSWORD = gettext_lazy("パスワード")
NEW_PASSWORD = gettext_lazy("新しいパスワード")
PASSWORD_HELP = gettext_lazy("10文字以上。ほかのサイトで使っていないものにしてください。")
CODE = gettext_lazy("届いたコード")
CODE_HELP = gettext_lazy("6つの数字です。15分以内に入力してください。")


def email_or_phone(text: str) -> tuple[str, str]:
    """What was typed, as (e-mail, "") or ("", E.164).

    Raises:
        ValidationError: neither.
    """
    folded = fold_width(text).replace(" ", "")
    if "@" in folded:
        try:
            validate_email(folded)
        except ValidationError as error:
            raise ValidationError(
                _("「%(text)s」はメールアドレスとして読めません。name@example.jp のように書いてください。")
                % {"text": text.strip()},
                code="invalid",
            ) from error
        return folded.lower(), ""
    try:
        return "", read_phone(text)
    except PhoneError as error:
        raise ValidationError(
            _(
                "「%(text)s」は読めません。メールアドレス（name@example.jp）か、携帯電話の番号（090-1234-5678）を書いてください。"
            )
            % {"text": text.strip()},
            code="invalid",
        ) from error


def contact_box(**kwargs: Any) -> forms.CharField:
    """The box for either."""
    attributes = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label=kwargs.pop("label", EMAIL_OR_PHONE),
        max_length=254,
        widget=forms.TextInput(attrs=attributes),
        **kwargs,
    )


def password_box(label: Any, *, new: bool = False, help_text: Any = "") -> forms.CharField:
    """A box for a password; nothing is stripped from it."""
    autocomplete = "new-password" if new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        help_text=help_text,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def code_box(label: Any = CODE, help_text: Any = CODE_HELP) -> forms.CharField:
    """A box for a code; full-width digits, spaces and hyphens are understood."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}
        ),
    )


def consent_boxes() -> dict[str, tuple[ConsentText, forms.BooleanField]]:
    """A box for each text without which Sosei cannot be used, with the whole text below it."""
    boxes = {}
    in_english = (get_language() or "ja").startswith("en")
    for text in ConsentText.objects.current().filter(municipality=None, is_required=True).order_by("key"):
        body = text.body_en if in_english else text.body
        purpose = text.purpose_en if in_english else text.purpose
        whole = format_html(
            "<details><summary>{}</summary><p>{}</p>{}</details>",
            _("「%(title)s」を読む") % {"title": text},
            purpose,
            mark_safe(linebreaks(body, autoescape=True)),  # noqa: S308
        )
        boxes[f"consent_{text.pk}"] = (
            text,
            forms.BooleanField(label=_("「%(title)s」に同意します") % {"title": text}, help_text=whole),
        )
    return boxes
