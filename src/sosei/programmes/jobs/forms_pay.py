"""Forms of wages: the pay day and what is read from tables, reasons, the payer of a payment file."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.payments.bank_file import Kind, Payer
from sosei.core.payments.bank_text import NAME_LETTERS
from sosei.core.payments.forms_bank import BankTextField, DigitsField
from sosei.programmes.jobs.models import BankAccount
from sosei.programmes.jobs.rules_pay import ByHand, Column
from sosei.programmes.jobs.words_pay import COLUMNS, FILE_KINDS


def date_box() -> forms.DateInput:
    """A box for a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _yen(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=10_000_000,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        **options,
    )


class UntilForm(forms.Form):
    """Which days are paid."""

    until = forms.DateField(label=gettext_lazy("この日までの分"), required=False, widget=date_box())


class SlipForm(forms.Form):
    """What one payslip needs beside its days; the boxes of tables only where the program cannot read them."""

    pay_on = forms.DateField(label=gettext_lazy("支払日"), widget=date_box())
    column = forms.ChoiceField(
        label=gettext_lazy("税額表のどの欄を読みましたか"), choices=[*COLUMNS.items()], required=False
    )
    tax = _yen(gettext_lazy("所得税（円）"), help_text=gettext_lazy("税がかからないときは0"))
    health = _yen(gettext_lazy("健康保険料（円）"))
    pension = _yen(gettext_lazy("厚生年金保険料（円）"))

    def __init__(self, *args: Any, by_hand: bool, insured: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_hand:
            del self.fields["tax"], self.fields["column"]
        if not insured:
            del self.fields["health"], self.fields["pension"]

    def clean(self) -> dict[str, Any]:
        """Social insurance is taken off before the tax is read, so that both come from the same hand."""
        cleaned: dict[str, Any] = super().clean() or {}
        insured = cleaned.get("health") or cleaned.get("pension")
        if insured and cleaned.get("tax") is None and "tax" in self.fields:
            self.add_error("tax", _("社会保険料を引いたあとの額で表を読んで、所得税を入れてください。"))
        return cleaned

    @property
    def by_hand(self) -> ByHand | None:
        """What was read from tables, once the form is clean; None where nothing was."""
        given = self.cleaned_data
        if given.get("tax") is None:
            return None
        return ByHand(
            Column(given.get("column") or Column.OTSU),
            given["tax"],
            given.get("health") or 0,
            given.get("pension") or 0,
        )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReplaceForm(SlipForm):
    """A payslip that replaces another one, and why."""

    reason = forms.CharField(
        label=gettext_lazy("直す理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("働く人にそのまま伝わります。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["pay_on"]
        self.order_fields(["reason", "column", "tax", "health", "pension"])


class RunForm(forms.Form):
    """The day of the transfer and who transfers, as the bank knows them."""

    pay_on = forms.DateField(label=gettext_lazy("振込日"), widget=date_box())
    kind = forms.ChoiceField(
        label=gettext_lazy("ファイルの種類"),
        choices=[*FILE_KINDS.items()],
        widget=forms.RadioSelect,
        initial=Kind.GENERAL,
        help_text=gettext_lazy("銀行との契約に合うほうを選びます。わからないときは、銀行に聞いてください。"),
    )
    code = DigitsField(
        label=gettext_lazy("依頼人コード"),
        digits=10,
        pad=True,
        help_text=gettext_lazy("銀行からもらった番号（10けた）"),
    )
    name = BankTextField(
        label=gettext_lazy("依頼人の名前（カナ）"), letters=40, help_text=gettext_lazy("例：ミホンモモエン")
    )
    bank_name = BankTextField(label=gettext_lazy("銀行の名前（カナ）"), letters=NAME_LETTERS)
    bank_code = DigitsField(label=gettext_lazy("銀行コード"), digits=4)
    branch_name = BankTextField(label=gettext_lazy("支店の名前（カナ）"), letters=NAME_LETTERS)
    branch_code = DigitsField(label=gettext_lazy("支店コード"), digits=3)
    type = forms.ChoiceField(
        label=gettext_lazy("預金の種類"),
        choices=BankAccount.Type.choices[:2],
        widget=forms.RadioSelect,
        initial="1",
    )
    number = DigitsField(label=gettext_lazy("口座番号"), digits=7, pad=True)

    @property
    def payer(self) -> Payer:
        """Who transfers, once the form is clean."""
        return Payer(**{name: self.cleaned_data[name] for name in Payer.__dataclass_fields__})


FIRST_YEAR, LAST_YEAR = 2020, 2100


class YearForm(forms.Form):
    """A year."""

    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)


def read_year(text: str, default: datetime.date) -> int:
    """The year that is named; of `default` where none is."""
    form = YearForm({"year": text})
    return int(form.cleaned_data["year"]) if form.is_valid() else default.year


def year_of(year: int) -> int:
    """The year of an address.

    Raises:
        Http404: none in which the program has payslips.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return year
