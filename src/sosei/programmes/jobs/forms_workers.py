"""Forms of a worker's own pages; what may be kept is decided by the services and by `rules_workers`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design import civil_day
from sosei.core.design.fields import EraDateField
from sosei.core.design.map_fields import Place, PlaceField
from sosei.core.payments.bank_text import (
    HOLDER_LETTERS,
    NAME_LETTERS,
    Account,
    BankCode,
    BankTextError,
    looks_like_postal_symbol,
)
from sosei.core.payments.forms_bank import BankTextField, DigitsField, bank_error
from sosei.core.people.person_forms import AboutForm
from sosei.core.records.attachments.forms import AttachmentField
from sosei.core.records.attachments.types import JPEG, PDF, PNG, WEBP
from sosei.engines.conventions.folding import fold_width
from sosei.programmes.jobs.kinds import LICENCE, SKILL, WORK_KIND, choices
from sosei.programmes.jobs.models import BankAccount, WorkerProfile
from sosei.programmes.jobs.rules_workers import read_day
from sosei.programmes.jobs.services.workers import Wishes

WEEKDAYS = tuple((day, WEEKDAYS_ABBR[day]) for day in (6, 0, 1, 2, 3, 4, 5))
"""As a calendar on a wall stands; Monday is 0."""


class AmountField(forms.IntegerField):
    """A whole number typed in either width, with commas and a unit behind it if somebody writes one."""

    def __init__(self, *, unit: Any, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "size": 8}))
        super().__init__(**options)
        self.unit = unit

    def to_python(self, value: Any) -> int | None:
        """The number.

        Raises:
            ValidationError: names what was typed, and how to write it.
        """
        if value in self.empty_values:
            return None
        text = fold_width(str(value)).replace(",", "").removesuffix("円").removesuffix("km").strip()
        if not (text.isascii() and text.isdigit()):
            raise ValidationError(
                _("「%(value)s」は数として読めません。%(unit)sの数字だけを入れてください（例：1100）。")
                % {"value": str(value).strip(), "unit": self.unit},
                code="invalid",
            )
        return int(text)


class HoursField(forms.DecimalField):
    """Hours, with a half as .5."""

    def to_python(self, value: Any) -> Decimal | None:
        """The hours.

        Raises:
            ValidationError: names what was typed.
        """
        try:
            return super().to_python(fold_width(str(value)).removesuffix("時間").strip() if value else value)
        except ValidationError as error:
            raise ValidationError(
                _("「%(value)s」は時間として読めません。数字で入れてください（例：20、12.5）。")
                % {"value": str(value).strip()},
                code="invalid",
            ) from error


class ProfileForm(AboutForm):
    """Wishes and experience."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("したい仕事"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("選んだ仕事が、検索で上に出ます。なにも選ばなくてもかまいません。"),
    )
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("やったことがある仕事"), required=False, widget=forms.CheckboxSelectMultiple
    )
    about_oneself = forms.CharField(
        label=gettext_lazy("自己紹介"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("申し込んだ先の雇用主が読みます。電話番号や住所は書かないでください。"),
    )
    place_name = forms.CharField(
        label=gettext_lazy("出発する場所の名前"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("例：いわき駅の近く。番地は要りません。"),
    )
    place = PlaceField(label=gettext_lazy("出発する場所"), required=False)
    max_km = AmountField(
        label=gettext_lazy("通える距離（km）"), unit="km", min_value=1, max_value=500, initial=20
    )
    needs_lodging = forms.BooleanField(label=gettext_lazy("泊まる場所がいる"), required=False)
    wants_half_day = forms.BooleanField(label=gettext_lazy("半日だけ働きたい"), required=False)
    needs_desk = forms.BooleanField(label=gettext_lazy("自分の仕事をする机とネットがいる"), required=False)
    wage_wish = AmountField(
        label=gettext_lazy("希望の時給（円）"),
        unit=gettext_lazy("円"),
        required=False,
        min_value=1,
        max_value=20_000,
        help_text=gettext_lazy("なければ空のままでかまいません。"),
    )
    is_student = forms.BooleanField(
        label=gettext_lazy("昼間の学校に通う学生です"),
        required=False,
        help_text=gettext_lazy("社会保険の決まりが、学生はちがうためです。"),
    )
    other_hours = HoursField(
        label=gettext_lazy("ほかの勤め先で1週間に働く時間"),
        required=False,
        min_value=0,
        max_value=168,
        max_digits=5,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        help_text=gettext_lazy(
            "法律では、ほかの勤め先の時間も足して数えます（労働基準法38条）。ここの仕事のほかに働いていなければ0です。"
        ),
    )
    other_employers = forms.CharField(
        label=gettext_lazy("ほかの勤め先"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("名前か、仕事の種類"),
    )
    emergency_contact = forms.CharField(
        label=gettext_lazy("緊急の連絡先"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("けがや急病のときに連絡する人の名前と電話番号"),
    )
    is_listed = forms.BooleanField(
        label=gettext_lazy("雇用主や町の担当者から、仕事の声をかけられてもよい"), required=False, initial=True
    )

    def __init__(self, *args: Any, held: WorkerProfile | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {**_initial_of(held), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = choices(WORK_KIND)  # type: ignore[attr-defined]
        self.fields["skills"].choices = choices(SKILL)  # type: ignore[attr-defined]

    @property
    def wishes(self) -> Wishes:
        """What was entered, once the form is clean."""
        given = dict(self.cleaned_data)
        place: Place | None = given.pop("place")
        hours: Decimal | None = given.pop("other_hours")
        return Wishes(
            about=given["about_oneself"],
            latitude=Decimal(str(place.latitude)) if place else None,
            longitude=Decimal(str(place.longitude)) if place else None,
            kinds=tuple(given["kinds"]),
            skills=tuple(given["skills"]),
            other_weekly_minutes=int((hours or Decimal(0)) * 60),
            **{name: given[name] for name in _AS_THEY_ARE},
        )


_AS_THEY_ARE = (
    "place_name",
    "max_km",
    "needs_lodging",
    "wants_half_day",
    "needs_desk",
    "wage_wish",
    "is_student",
    "other_employers",
    "emergency_contact",
    "is_listed",
)


def _initial_of(held: WorkerProfile | None) -> dict[str, Any]:
    if held is None:
        return {}
    placed = held.latitude is not None and held.longitude is not None
    hours = Decimal(held.other_weekly_minutes) / 60
    return {
        "about_oneself": held.about,
        "place": Place(float(held.latitude), float(held.longitude)) if placed else None,
        "other_hours": int(hours) if hours == int(hours) else round(hours, 1),
        "kinds": held.kinds,
        "skills": held.skills,
        **{name: getattr(held, name) for name in _AS_THEY_ARE},
    }


class LicenceForm(AboutForm):
    """A licence with its proof."""

    kind = forms.ChoiceField(label=gettext_lazy("資格"))
    number = forms.CharField(
        label=gettext_lazy("番号"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("書いてあれば。町の担当者だけが見ます。"),
    )
    expires_on = EraDateField(
        label=gettext_lazy("有効期限"), required=False, help_text=gettext_lazy("例：2029 または 令和11")
    )
    files = AttachmentField(
        label=gettext_lazy("証明の写真かPDF"),
        allowed=(JPEG, PNG, WEBP, PDF),
        help_text=gettext_lazy(
            "免許証や修了証の、名前と資格と有効期限が読めるもの。町の事業担当が確かめるために見ます。"
        ),
    )

    def __init__(self, *args: Any, held: frozenset[str] = frozenset(), kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        if kind:
            field.choices = [(kind, LICENCE[kind].name)]  # type: ignore[attr-defined]
            field.initial = kind
            field.widget = forms.HiddenInput()
        else:
            offered = [one for slug, one in LICENCE.items() if slug not in held]
            field.choices = [("", _("（選んでください）")), *((one.slug, one.name) for one in offered)]  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """What staff say of a licence."""

    decision = forms.ChoiceField(
        label=gettext_lazy("確認の結果"),
        choices=[
            ("checked", gettext_lazy("確かめた（名前・資格・有効期限が合っている）")),
            ("refused", gettext_lazy("確認できない")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("確認できないときは必ず。本人に届きます。例：有効期限が写っていません。"),
    )


class DayField(forms.CharField):
    """A day from the browser's own calendar, or typed as 8/1."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(max_length=30, **options)

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        """The day.

        Raises:
            ValidationError: names what was typed.
        """
        text = super().clean(value)
        if not text:
            return None
        found = read_day(text, civil_day.today())
        if found is None:
            raise ValidationError(
                _("「%(value)s」は日付として読めません。8/1 か 2027-08-01 のように入れてください。")
                % {"value": text}
            )
        return found


class RangeForm(AboutForm):
    """Days to add or take away: from, to, and on which weekdays."""

    first = DayField(label=gettext_lazy("この日から"))
    last = DayField(label=gettext_lazy("この日まで"), required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("曜日"),
        coerce=int,
        required=False,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("選ばなければ、毎日です。"),
    )

    def clean(self) -> dict[str, Any]:
        """One day alone where no end is named."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("first") and not cleaned.get("last") and not self.has_error("last"):
            cleaned["last"] = cleaned["first"]
        return cleaned


class AccountForm(AboutForm):
    """Where wages go."""

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
    type = forms.ChoiceField(
        label=gettext_lazy("預金の種類"),
        choices=BankAccount.Type.choices,
        widget=forms.RadioSelect,
        initial=BankAccount.Type.ORDINARY,
    )
    number = DigitsField(
        label=gettext_lazy("口座番号"),
        digits=7,
        pad=True,
        help_text=gettext_lazy("7けた。少ないときは、前に0を足して保存します。"),
    )
    holder = BankTextField(
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
            wrong = BankTextError(BankCode.POSTAL_SYMBOL, value=typed.strip())
            self.add_error("branch_code", bank_error(wrong))
        return cleaned

    @property
    def account(self) -> Account:
        """The account, once the form is clean."""
        return Account(**{name: self.cleaned_data[name] for name in Account.__dataclass_fields__})


class DeliveryForm(AboutForm):
    """How the notice of working conditions is delivered: nothing is chosen for the worker."""

    delivery = forms.ChoiceField(
        label=gettext_lazy("労働条件通知書の受け取りかた"),
        choices=[
            ("paper", gettext_lazy("紙で受け取る")),
            ("electronic", gettext_lazy("電子（PDF）で受け取る")),
        ],
        widget=forms.RadioSelect,
    )
