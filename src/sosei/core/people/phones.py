"""Telephone numbers: read as people in Japan write them, kept as E.164, shown as they are dialled at home."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from sosei.engines.conventions.folding import fold_width

REGION = "JP"
MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


class PhoneError(ValueError):
    """Text that is no telephone number; the message says what to do."""


def read_phone(text: str) -> str:
    """The number as E.164: 090-1234-5678, ０９０１２３４５６７８ and +81 90 1234 5678 are all +819012345678.

    Raises:
        PhoneError: no number, or none that exists.
    """
    written = fold_width(text)
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException as error:
        raise PhoneError(_refusal(text)) from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise PhoneError(_refusal(text))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refusal(text: str) -> str:
    return _(
        "「%(text)s」は電話番号として読めません。090-1234-5678 のように、すべての数字を書いてください。"
    ) % {"text": text.strip()}


def can_receive_sms(number: str) -> bool:
    """Whether an E.164 number is one of mobile telephones, as far as its digits tell."""
    return phonenumbers.number_type(phonenumbers.parse(number)) in MOBILE


def shown_phone(number: str) -> str:
    """An E.164 number as people write it: 090-1234-5678, from other countries +1 212-555-0100."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    at_home = phonenumbers.region_code_for_number(parsed) == REGION
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


class PhoneField(forms.CharField):
    """A telephone number in a form; its value is E.164, or empty.

    `mobile=True` takes only numbers that can receive short messages. A number that is `kept` already is taken as it
    was shown, though it be one that no telephone in the country could have.
    """

    kept = ""

    def __init__(self, *, mobile: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("電話番号"))
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        )
        self.mobile = mobile
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """E.164."""
        written = str(super().clean(value) or "")
        if not written:
            return ""
        if self.kept and written == shown_phone(self.kept):
            return self.kept
        try:
            number = read_phone(written)
        except PhoneError as error:
            raise ValidationError(str(error), code="invalid_phone") from error
        if self.mobile and not can_receive_sms(number):
            raise ValidationError(
                _("「%(text)s」には SMS を送れません。携帯電話の番号を書いてください。") % {"text": written},
                code="not_mobile",
            )
        return number

    def prepare_value(self, value: Any) -> Any:
        """What the box shows of a kept number."""
        return shown_phone(value) if isinstance(value, str) and value.startswith("+") else value
