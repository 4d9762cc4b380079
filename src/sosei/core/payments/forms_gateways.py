"""The card form of the practice gateway: it takes the numbers it shows, and no card of anybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.gateways.embedded import MANNERS, TILL
from sosei.engines.conventions.folding import fold_width


class _NeverRepeated(forms.TextInput):
    """A box that comes back empty: what somebody typed in error may be a real card."""

    def format_value(self, value: Any) -> None:
        return None


class PracticeCardForm(forms.Form):
    """One of the practice numbers."""

    number = forms.CharField(
        label=_("練習用のカード番号"),
        help_text=_("下の表の番号を入れてください。本物のカードの番号は入れないでください。"),
        max_length=30,
        widget=_NeverRepeated(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """The number, where it is one of the practice ones; any other is neither kept nor repeated."""
        number = fold_width(self.cleaned_data["number"]).replace(" ", "").replace("-", "")
        if number not in MANNERS:
            raise forms.ValidationError(
                gettext(
                    "練習用の番号ではありません。下の表の番号だけを使ってください。本物のカードは使えません。"
                )
            )
        return number


class TillForm(forms.Form):
    """A button of the till."""

    button = forms.ChoiceField(choices=[(key, key) for key in TILL])


def cards() -> list[dict[str, Any]]:
    """The practice numbers as they are shown, in groups of four digits."""
    return [
        {"number": " ".join(number[at : at + 4] for at in range(0, 16, 4)), "label": manner.label}
        for number, manner in MANNERS.items()
    ]
