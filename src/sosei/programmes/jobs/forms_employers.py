"""Forms of employers and their places; what may be kept is decided by the services."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.design.fields import EraDateField
from sosei.core.design.map_fields import Place, PlaceField
from sosei.core.design.maps import MapPoint
from sosei.core.people.phones import PhoneField
from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN
from sosei.programmes.jobs.models import Employer, Lodging, Workplace
from sosei.programmes.jobs.services.employers import Particulars

_LINES = {"rows": 4}
LONGEST = 4000
"""Of a text of several lines: it is copied into contracts and shown on a phone."""


def limit_length(form: forms.BaseForm, names: Sequence[str]) -> None:
    """Refuses longer texts in these boxes."""
    for name in names:
        form.fields[name].validators.append(MaxLengthValidator(LONGEST))
        form.fields[name].widget.attrs["maxlength"] = str(LONGEST)


class EmployerForm(forms.ModelForm):
    """What an employer tells of itself."""

    overtime_agreement_until = EraDateField(
        label=_("36協定の有効期限"),
        required=False,
        help_text=_("8時間をこえる仕事をたのむときに必要です。ないときは空けておきます。"),
    )
    harassment_phone = PhoneField(label=_("相談窓口の電話"), required=False)

    class Meta:
        model = Employer
        fields = (
            "name",
            "name_en",
            "industry",
            "representative",
            "address",
            "employees",
            "is_individual",
            "accident_insurance",
            "accident_insurance_number",
            "employment_insurance",
            "overtime_agreement_until",
            "is_small_special",
            "harassment_contact",
            "harassment_phone",
            "harassment_email",
            "about",
            "about_en",
        )
        widgets = {"about": forms.Textarea(_LINES), "about_en": forms.Textarea(_LINES)}
        help_texts = {
            "is_individual": _("会社でない農家など。"),
            "employees": _("家族をのぞいた、いつも働いている人の数です。いなければ 0。"),
            "accident_insurance": _(
                "人を一人でもやとうと必要です。入っていることが確かめられないと、求人を公開できません。"
            ),
            "is_small_special": _(
                "10人未満の商業・保健衛生・接客などの事業だけです。農業は当てはまりません。"
            ),
            "harassment_contact": _("働く人が相談できる人の名前。電話かメールのどちらかも書きます。"),
            "about": _("どんな所か、どんな人と働くかを、働く人に伝えてください。"),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        limit_length(self, ("about", "about_en"))
        held = self.instance.harassment_phone if self.instance.pk else ""
        self.fields["harassment_phone"].kept = held  # type: ignore[attr-defined]

    def particulars(self) -> Particulars:
        """As the service takes them."""
        return Particulars(**{name: self.cleaned_data[name] for name in self.Meta.fields})

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Headings with their boxes."""
        return [
            (heading, [self[name] for name in names if name in self.fields]) for heading, names in SECTIONS
        ]


SECTIONS = (
    (
        _("雇用主"),
        (
            "is_individual",
            "corporate_number",
            "name",
            "name_en",
            "industry",
            "representative",
            "address",
            "employees",
        ),
    ),
    (
        _("保険と36協定"),
        (
            "accident_insurance",
            "accident_insurance_number",
            "employment_insurance",
            "overtime_agreement_until",
            "is_small_special",
        ),
    ),
    (_("ハラスメントの相談窓口"), ("harassment_contact", "harassment_phone", "harassment_email")),
    (_("働く人への紹介"), ("about", "about_en")),
)


class NewEmployerForm(EmployerForm):
    """The same, with the corporate number, which is asked once."""

    corporate_number = forms.CharField(
        label=_("法人番号"),
        max_length=40,
        required=False,
        help_text=_("会社や組合だけ。13桁です。国税庁の法人番号公表サイトで調べられます。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class PlaceForm(forms.ModelForm):
    """What a workplace and a lodging have in common: a place on the map."""

    place = PlaceField(label=_("地図の場所"))

    def __init__(self, *arguments: Any, known: Sequence[MapPoint] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["place"].widget.known = known  # type: ignore[attr-defined]
        if self.instance.pk and self.instance.latitude is not None:
            self.initial["place"] = Place(float(self.instance.latitude), float(self.instance.longitude))

    def stand_still(self) -> None:
        """Shows what was typed without judging it: a click on the map saves nothing."""
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)

    def columns(self) -> dict[str, Any]:
        """As the services take them."""
        given = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        place = self.cleaned_data.get("place")
        given["latitude"] = Decimal(str(place.latitude)) if place else None
        given["longitude"] = Decimal(str(place.longitude)) if place else None
        return given


class WorkplaceForm(PlaceForm):
    """A place where people work."""

    prefecture = forms.ChoiceField(
        label=_("都道府県"),
        help_text=_("最低賃金は、この都道府県のものを使います。"),
    )
    field_order = ("name", "name_en", "prefecture", "address", "place", "access", "smoking")

    class Meta:
        model = Workplace
        fields = (
            "name",
            "name_en",
            "address",
            "access",
            "smoking",
            "exemption",
            "exemption_reason",
            "has_desk",
        )
        help_texts = {
            "name": _("例：南の畑"),
            "access": _("駅や役場からの行きかた、駐車場のこと。"),
            "exemption": _(
                "畑や牛舎や船の仕事だけ、1日8時間・休憩・休日の決まりから外せます。選果場や店は外せません。"
                "外さないで、8時間と休憩で計画することをすすめます。深夜の割増と最低賃金は、外しても必要です。"
            ),
            "exemption_reason": _("例：露地の桃畑で、天気で作業の時間が変わる。"),
        }

    def __init__(self, *arguments: Any, town_code: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.town_code = town_code
        held = self.instance.municipality_code if self.instance.pk else town_code
        self.initial["prefecture"] = held[:2]
        names = PREFECTURES_EN if (get_language() or "ja").startswith("en") else PREFECTURES
        self.fields["prefecture"].choices = sorted(names.items())  # type: ignore[attr-defined]
        self.fields["smoking"].required = True

    def columns(self) -> dict[str, Any]:
        """As the service takes them; the town's own code within its prefecture, else that of the prefecture."""
        given = super().columns()
        chosen = self.cleaned_data["prefecture"]
        given["municipality_code"] = self.town_code if self.town_code[:2] == chosen else f"{chosen}000"
        return given


class LodgingForm(PlaceForm):
    """Beds of the employer."""

    place = PlaceField(label=_("地図の場所"), required=False)
    field_order = ("name", "name_en", "address", "place", "beds", "yen_a_night", "meals", "about", "has_desk")

    class Meta:
        model = Lodging
        fields = ("name", "name_en", "address", "beds", "yen_a_night", "meals", "about", "has_desk")
        widgets = {"about": forms.Textarea(_LINES)}
        help_texts = {
            "beds": _("一晩に泊まれる人の数です。"),
            "yen_a_night": _("無料のときは 0。料金は賃金から引かないで、別に受け取ってください。"),
            "about": _("部屋、ふろ、トイレ、台所、近くの店など。"),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        limit_length(self, ("about",))


class DecisionForm(forms.Form):
    """The check list of the town's staff."""

    checked = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    insurance = forms.BooleanField(label=_("労災保険に入っていることを、書類で確かめた"), required=False)
    contact = forms.BooleanField(label=_("ハラスメントの相談窓口に連絡がつくことを確かめた"), required=False)
    agreement = forms.BooleanField(
        label=_("36協定の有効期限を確かめた（ないときは、時間外をたのまないことを確かめた）"),
        required=False,
    )
    reason = forms.CharField(
        label=_("理由・メモ"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(_LINES),
        help_text=_("認めないときは、雇用主に伝わります。直すところを書いてください。"),
    )
