"""Forms of payers' bills, hosts' settings and the town's money."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import written
from sosei.core.payments.bank_text import (
    HOLDER_LETTERS,
    NAME_LETTERS,
    Account,
    BankCode,
    BankTextError,
    looks_like_postal_symbol,
)
from sosei.core.payments.forms_bank import BankTextField, DigitsField, bank_error
from sosei.core.payments.models import ExemptionRule, PayeeSettings
from sosei.core.payments.models.columns import AccountType
from sosei.core.payments.services import ledger
from sosei.core.payments.services.town_rules import Exemption, Payee

TAX_RATES = [(10, "10％"), (8, "8％"), (0, gettext_lazy("かからない"))]


def date_box() -> forms.DateInput:
    """A box for a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _words(label: Any, rows: int = 2, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


class RecipientForm(forms.Form):
    """To whom a paper is made out."""

    recipient_name = forms.CharField(
        label=gettext_lazy("宛名"),
        max_length=120,
        help_text=gettext_lazy("あなたの名前か、会社や団体の名前。"),
    )


class InvoiceForm(RecipientForm):
    """To whom an invoice is made out; without a name it is a simplified one."""

    recipient_name = forms.CharField(
        label=gettext_lazy("宛名"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("会社や団体の名前など。空のときは、宛名のない簡易な請求書になります。"),
    )


class CorrectForm(InvoiceForm):
    """An invoice that replaces another one, and why."""

    reason = _words(
        gettext_lazy("直す理由"), help_text=gettext_lazy("新しい請求書に書かれます。例：宛名を会社の名前に")
    )


class AccountForm(forms.Form):
    """An account at a bank, as the passbook has it."""

    bank_name = BankTextField(
        label=gettext_lazy("銀行の名前（カナ）"),
        letters=NAME_LETTERS,
        help_text=gettext_lazy("ひらがなでもかまいません。「銀行」は要りません。例：トウホウ"),
    )
    bank_code = DigitsField(
        label=gettext_lazy("銀行コード"), digits=4, help_text=gettext_lazy("4けた。ゆうちょ銀行は9900です。")
    )
    branch_name = BankTextField(
        label=gettext_lazy("支店の名前（カナ）"),
        letters=NAME_LETTERS,
        help_text=gettext_lazy("例：イワキ。ゆうちょ銀行は店名（例：ニイハチ）"),
    )
    branch_code = DigitsField(
        label=gettext_lazy("支店コード"), digits=3, help_text=gettext_lazy("3けた。ゆうちょ銀行は店番です。")
    )
    account_type = forms.ChoiceField(
        label=gettext_lazy("預金の種類"),
        choices=AccountType.choices,
        widget=forms.RadioSelect,
        initial=AccountType.ORDINARY,
    )
    account_number = DigitsField(
        label=gettext_lazy("口座番号"),
        digits=7,
        pad=True,
        help_text=gettext_lazy("7けた。少ないときは、前に0を足して保存します。"),
    )
    account_holder = BankTextField(
        label=gettext_lazy("口座の名義（カナ）"),
        letters=HOLDER_LETTERS,
        help_text=gettext_lazy("通帳のカナのとおり。姓と名の間を空けます。例：サトウ ハナコ"),
    )

    def clean(self) -> dict[str, Any]:
        """記号 of the postal bank in the box of the branch is a mistake of its own."""
        cleaned: dict[str, Any] = super().clean() or {}
        typed = str(self.data.get(self.add_prefix("branch_code"), ""))
        if looks_like_postal_symbol(cleaned.get("bank_code", ""), typed):
            self.errors.pop("branch_code", None)
            self.add_error(
                "branch_code", bank_error(BankTextError(BankCode.POSTAL_SYMBOL, value=typed.strip()))
            )
        return cleaned

    @property
    def given_account(self) -> Account | None:
        """The account, once the form is clean; None where none was entered."""
        given = self.cleaned_data
        if not given["account_number"]:
            return None
        return Account(
            bank_code=given["bank_code"],
            bank_name=given["bank_name"],
            branch_code=given["branch_code"],
            branch_name=given["branch_name"],
            type=given["account_type"],
            number=given["account_number"],
            holder=given["account_holder"],
        )


_ACCOUNT_BOXES = ("bank_name", "bank_code", "branch_name", "branch_code", "account_number", "account_holder")


class PayeeForm(AccountForm):
    """How a host, the town or the platform stands on papers, and where its money goes."""

    issuer_name = forms.CharField(
        label=gettext_lazy("請求書に書く名前"),
        max_length=120,
        help_text=gettext_lazy("インボイスに登録した名前"),
    )
    issuer_address = forms.CharField(label=gettext_lazy("請求書に書く住所"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("法人か個人か"),
        choices=[("corporation", gettext_lazy("法人・自治体")), ("person", gettext_lazy("個人"))],
        widget=forms.RadioSelect,
        initial="corporation",
    )
    registration_number = forms.CharField(
        label=gettext_lazy("インボイスの登録番号"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Tと13けた。登録していないときは、空のままにします。"),
    )
    mediated = forms.BooleanField(
        label=gettext_lazy("サイトの運営者が、代わりに適格請求書を出すことに同意する（媒介者交付特例）"),
        required=False,
        help_text=gettext_lazy(
            "両方が登録しているときだけ使えます。登録をやめたときは、すぐにここを外してください。"
        ),
    )
    payer_code = DigitsField(
        label=gettext_lazy("依頼人コード"),
        digits=10,
        pad=True,
        required=False,
        help_text=gettext_lazy("振込ファイルに使う、銀行からもらった番号（10けた）"),
    )

    field_order = [
        "issuer_name",
        "issuer_address",
        "kind",
        "registration_number",
        "mediated",
        "bank_name",
        "bank_code",
        "branch_name",
        "branch_code",
        "account_type",
        "account_number",
        "account_holder",
        "payer_code",
    ]

    def __init__(
        self, *args: Any, of: str, name: str = "", held: PayeeSettings | None = None, **kwargs: Any
    ) -> None:
        initial = {"issuer_name": name}
        if held is not None:
            names = [*_ACCOUNT_BOXES, "account_type", "issuer_name", "issuer_address", "registration_number"]
            initial = {one: getattr(held, one) for one in [*names, "payer_code"]}
            initial |= {
                "kind": "corporation" if held.is_corporation else "person",
                "mediated": held.mediated_from is not None,
            }
        super().__init__(*args, initial=initial, **kwargs)
        for box in _ACCOUNT_BOXES:
            self.fields[box].required = False
        del self.fields["payer_code" if of == PayeeSettings.Of.HOST else "mediated"]

    def clean(self) -> dict[str, Any]:
        """An account is entered whole, or not at all."""
        cleaned = super().clean()
        given = [box for box in _ACCOUNT_BOXES if cleaned.get(box)]
        if given:
            for box in _ACCOUNT_BOXES:
                if not cleaned.get(box) and not self.has_error(box):
                    self.add_error(box, _("口座を入れるときは、ここも入れてください。"))
        return cleaned

    @property
    def payee(self) -> Payee:
        """What was entered, once the form is clean."""
        given = self.cleaned_data
        return Payee(
            issuer_name=given["issuer_name"],
            issuer_address=given["issuer_address"],
            registration_number=given["registration_number"],
            is_corporation=given["kind"] == "corporation",
            mediated=bool(given.get("mediated")),
            account=self.given_account,
            payer_code=given.get("payer_code", ""),
        )


class ReasonForm(forms.Form):
    """Why."""

    reason = _words(gettext_lazy("理由"))


class ReturnedForm(ReasonForm):
    """A transfer that the bank sent back."""

    on_date = forms.DateField(label=gettext_lazy("戻った日"), widget=date_box())
    field_order = ["on_date", "reason"]

    def clean_on_date(self) -> datetime.date:
        """Nothing has come back tomorrow."""
        day: datetime.date = self.cleaned_data["on_date"]
        if day > ledger.today():
            raise forms.ValidationError(
                _("戻った日%(day)sは、まだ来ていません。今日までの日を入れてください。"),
                params={"day": written(day)},
            )
        return day


class NoteForm(forms.Form):
    """A note of staff."""

    note = _words(gettext_lazy("メモ"), required=False)


class SentForm(forms.Form):
    """When the bank transferred."""

    on_date = forms.DateField(label=gettext_lazy("振り込んだ日"), widget=date_box())


class FileForm(forms.Form):
    """When the bank is to transfer."""

    pay_on = forms.DateField(label=gettext_lazy("振込日"), widget=date_box())


class ListForm(forms.Form):
    """A bank's list of incoming money."""

    file = forms.FileField(
        label=gettext_lazy("銀行のファイル"),
        help_text=gettext_lazy(
            "CSV（UTF-8 か Shift_JIS）、または全銀形式の振込入金通知・入出金取引明細。5MBまで。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.dat"}),
    )


class CloseForm(forms.Form):
    """Up to which month's end."""

    last_day = forms.DateField(label=gettext_lazy("この日まで（月の最後の日）"), widget=date_box())


class FeeForm(forms.Form):
    """The platform's share from a day on."""

    percent = forms.DecimalField(
        label=gettext_lazy("手数料（％）"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    tax_percent = forms.TypedChoiceField(
        label=gettext_lazy("手数料の消費税"), choices=TAX_RATES, coerce=int, initial=10
    )
    starts_on = forms.DateField(label=gettext_lazy("始まる日"), widget=date_box())
    reason = _words(gettext_lazy("理由"), help_text=gettext_lazy("例：運営の契約 第5条"))


class ExemptionForm(forms.Form):
    """A reduction as the ordinance has it."""

    code = forms.SlugField(
        label=gettext_lazy("区分の記号"),
        max_length=40,
        help_text=gettext_lazy("半角の英数字。団体の登録で、この記号を選びます。例：children"),
    )
    title = forms.CharField(
        label=gettext_lazy("名前"), max_length=120, help_text=gettext_lazy("例：子ども会の活動")
    )
    title_en = forms.CharField(label=gettext_lazy("名前（英語）"), max_length=120, required=False)
    percent = forms.IntegerField(label=gettext_lazy("減らす割合（％）"), min_value=1, max_value=100)
    article = forms.CharField(
        label=gettext_lazy("条例の条文"), max_length=200, help_text=gettext_lazy("例：公民館条例 第9条第1号")
    )
    starts_on = forms.DateField(label=gettext_lazy("始まる日"), widget=date_box())
    ends_on = forms.DateField(label=gettext_lazy("終わる日"), required=False, widget=date_box())

    def __init__(self, *args: Any, held: ExemptionRule | None = None, **kwargs: Any) -> None:
        if held is not None:
            kwargs["initial"] = {name: getattr(held, name) for name in Exemption.__dataclass_fields__}
        super().__init__(*args, **kwargs)

    @property
    def exemption(self) -> Exemption:
        """What was entered, once the form is clean."""
        return Exemption(**{name: self.cleaned_data[name] for name in Exemption.__dataclass_fields__})


class BillsForm(forms.Form):
    """Which bills are listed."""

    state = forms.ChoiceField(
        label=gettext_lazy("状態"),
        required=False,
        choices=[
            ("", gettext_lazy("すべて")),
            ("open", gettext_lazy("未払い")),
            ("waiting", gettext_lazy("支払い待ち")),
            ("paid", gettext_lazy("支払い済み")),
            ("refunding", gettext_lazy("返金の手続き中")),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("番号か払う人"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    first = forms.DateField(label=gettext_lazy("この日から"), required=False, widget=date_box())
    last = forms.DateField(label=gettext_lazy("この日まで"), required=False, widget=date_box())
