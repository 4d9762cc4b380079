"""Forms of locks and calendars."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sosei.programmes.spaces.models import Lock
from sosei.programmes.spaces.services.locks_on_doors import MOST_MINUTES, may_be_practice


class _OfSpace(forms.Form):
    """A form that begins with one of the host's spaces."""

    space = forms.TypedChoiceField(label=_("場所"), coerce=int)

    def __init__(self, *args: Any, spaces: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["space"]
        field.choices = list(spaces)


class LockForm(_OfSpace):
    """A lock on a door."""

    name = forms.CharField(label=_("鍵の名前"), max_length=80, help_text=_("例：正面のドア"))
    driver = forms.ChoiceField(label=_("鍵の種類"), choices=Lock.Driver.choices, widget=forms.RadioSelect)
    paper_place = forms.CharField(
        label=_("鍵をわたす場所"),
        max_length=200,
        required=False,
        help_text=_("引きかえ券では必要です。電子の鍵では、鍵から返事がないときの引きかえ場所になります。"),
    )
    address = forms.CharField(
        label=_("鍵のアドレス（練習用の鍵だけ）"),
        max_length=300,
        required=False,
        help_text=_("例：http://127.0.0.1:8300"),
    )
    secret = forms.CharField(
        label=_("鍵の合言葉（練習用の鍵だけ）"),
        max_length=80,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    minutes_before = forms.IntegerField(
        label=_("何分前から開くか"), min_value=0, max_value=MOST_MINUTES, initial=10
    )
    minutes_after = forms.IntegerField(
        label=_("何分後まで開くか"), min_value=0, max_value=MOST_MINUTES, initial=10
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_practice():
            field: Any = self.fields["driver"]
            field.choices = [(Lock.Driver.PAPER.value, Lock.Driver.PAPER.label)]
            field.initial = Lock.Driver.PAPER.value
            del self.fields["address"], self.fields["secret"]


class VoucherForm(forms.Form):
    """What stands on the voucher."""

    number = forms.CharField(
        label=_("引きかえ券の番号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class FeedForm(_OfSpace):
    """A calendar to be taken in."""

    name = forms.CharField(
        label=_("カレンダーの名前"),
        max_length=80,
        help_text=_("例：家族のカレンダー。予約する人には見えません。"),
    )
    address = forms.CharField(
        label=_("iCalのアドレス"),
        max_length=500,
        help_text=_("https:// か webcal:// で始まり、多くは .ics で終わります。"),
    )
