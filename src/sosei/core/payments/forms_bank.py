"""Fields of bank accounts: what is typed in either width comes out as banks' files hold it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sosei.core.payments.bank_text import BankTextError, fold_bank_text, read_digits
from sosei.core.payments.words_bank import BANK_WORDS


class _BankField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, **options)

    def clean(self, value: Any) -> str:
        """As payment files hold it.

        Raises:
            ValidationError: names what was typed, what is wrong with it and what to write.
        """
        text = str(value or "")
        if not text.strip():
            if not self.required:
                return ""
            raise ValidationError(self.error_messages["required"], code="required")
        try:
            return self.read(text)
        except BankTextError as error:
            raise bank_error(error) from error

    def read(self, text: str) -> str:
        """As payment files hold it."""
        raise NotImplementedError


def bank_error(error: BankTextError) -> ValidationError:
    """What is wrong, in the reader's language."""
    return ValidationError(str(BANK_WORDS[error.code]) % error.values, code=error.code.value)


class DigitsField(_BankField):
    """A number of so many digits."""

    def __init__(self, *, digits: int, pad: bool = False, **options: Any) -> None:
        self.digits, self.pad = digits, pad
        options.setdefault(
            "widget",
            forms.TextInput(attrs={"inputmode": "numeric", "size": digits + 4, "autocomplete": "off"}),
        )
        super().__init__(**options)

    def read(self, text: str) -> str:
        """The digits."""
        return read_digits(text, digits=self.digits, pad=self.pad)


class BankTextField(_BankField):
    """A name in the letters of payment files."""

    def __init__(self, *, letters: int, **options: Any) -> None:
        self.letters = letters
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**options)

    def read(self, text: str) -> str:
        """The name."""
        return fold_bank_text(text, letters=self.letters)
