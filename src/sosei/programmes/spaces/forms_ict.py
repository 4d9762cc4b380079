"""Forms of ICT equipment; what may be kept is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.core.people.models import Municipality, Organisation
from sosei.core.people.phones import PhoneField
from sosei.engines.conventions.folding import fold_width
from sosei.programmes.spaces.ict_sizing import EMPTY_BASIS, SITE_FIGURES
from sosei.programmes.spaces.models import CatalogueItem, IctNeed, IctPartner, Space
from sosei.programmes.spaces.open_data import LARGEST
from sosei.programmes.spaces.services.ict_catalogue import Offer
from sosei.programmes.spaces.services.ict_needs import Wanted
from sosei.programmes.spaces.services.ict_partners import Particulars
from sosei.programmes.spaces.words_ict_sizing import (
    CAPACITIES,
    GOODS,
    LINES,
    NEEDED_CAPACITIES,
    PURPOSE_HELP,
    PURPOSES,
    SPEEDS,
    WALLS,
)

NUMERIC = {"inputmode": "numeric", "size": "8"}
DECIMAL = {"inputmode": "decimal", "size": "8"}


class Number(forms.IntegerField):
    """A whole number; full-width digits, commas and 円 are taken as they are."""

    def __init__(self, least: int = 0, most: int = 100_000_000, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(NUMERIC))
        super().__init__(**options)
        self.validators += [MinValueValidator(least), MaxValueValidator(most)]

    def to_python(self, value: Any) -> int | None:
        """The number."""
        return super().to_python(folded(value))


class Speed(forms.DecimalField):
    """Mbit/s with at most two decimals."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(DECIMAL))
        super().__init__(max_digits=8, decimal_places=2, **options)
        self.validators += [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100_000))]

    def to_python(self, value: Any) -> Decimal | None:
        """The number."""
        return super().to_python(folded(value))


def folded(value: Any) -> Any:
    """What was typed, in plain digits."""
    if not isinstance(value, str):
        return value
    return fold_width(value).replace(",", "").replace("円", "").strip()


class PartnerForm(forms.ModelForm):
    """What a partner tells of itself."""

    phone = PhoneField(label=gettext_lazy("電話"), required=False)
    about = forms.CharField(
        label=gettext_lazy("紹介"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("できること、実績、対応する地域。だれでも読めます。"),
    )

    class Meta:
        model = IctPartner
        fields = ("name", "name_en", "email", "phone", "about")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["phone"].kept = self.instance.phone if self.instance.pk else ""  # type: ignore[attr-defined]

    def particulars(self) -> Particulars:
        """As the service takes them."""
        return Particulars(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class AdmitForm(PartnerForm):
    """The same, with the organisation."""

    field_order = ("organisation", "name", "name_en", "email", "phone", "about")
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("団体"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=gettext_lazy("新しい団体として登録する"),
        help_text=gettext_lazy("この団体で役割を持つ人が、会社の画面を使えます。"),
    )

    def __init__(self, *arguments: Any, town: Municipality, person: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rows = Organisation.objects.visible_to(person).filter(municipality=town, closed_at__isnull=True)
        rows = rows.exclude(kind=Organisation.Kind.DEPARTMENT).exclude(
            ict_partner__ended_at__isnull=True, ict_partner__isnull=False
        )
        self.fields["organisation"].queryset = rows  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        required=False,
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("相手に伝わります。"),
    )


class KindForm(forms.Form):
    """Which kind of thing is to be entered."""

    kind = forms.ChoiceField(
        label=gettext_lazy("種類"), choices=lambda: [(str(slug), name) for slug, name in GOODS.items()]
    )


class ItemForm(forms.Form):
    """A thing of a catalogue; asks for the numbers that its kind needs."""

    code = forms.CharField(label=gettext_lazy("型番"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名前"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("名前（英語）"), max_length=120, required=False)
    first_yen = Number(
        label=gettext_lazy("初めの費用（税込・円）"), help_text=gettext_lazy("1つの値段。ないときは0。")
    )
    monthly_yen = Number(label=gettext_lazy("月の費用（税込・円）"), required=False)
    valid_until = EraDateField(
        label=gettext_lazy("価格の期限"),
        required=False,
        help_text=gettext_lazy("過ぎると、提案に使われません。空けておくと、ずっと有効です。"),
    )

    def __init__(self, *arguments: Any, kind: str, item: CatalogueItem | None = None, **options: Any) -> None:
        if item is not None:
            options["initial"] = {
                name: getattr(item, name)
                for name in ("code", "name", "name_en", "first_yen", "monthly_yen", "valid_until")
            } | {
                name: Decimal(value) / 1000 if name in SPEEDS else value
                for name, value in item.capacity.items()
            }
        super().__init__(*arguments, **options)
        self.kind = kind
        for name in NEEDED_CAPACITIES[kind]:
            label = CAPACITIES[name]
            self.fields[str(name)] = Speed(label=label) if name in SPEEDS else Number(label=label, least=1)
        for name in SPEEDS:
            if name in self.fields and item is not None and item.capacity.get(name):
                self.initial[str(name)] = f"{Decimal(item.capacity[name]) / 1000:f}"

    def offer(self) -> Offer:
        """As the service takes it."""
        given = self.cleaned_data
        return Offer(
            kind=self.kind,
            code=given["code"],
            name=given["name"],
            name_en=given["name_en"],
            first_yen=given["first_yen"],
            monthly_yen=given["monthly_yen"] or 0,
            capacity={
                str(name): int(given[name] * 1000) if name in SPEEDS else given[name]
                for name in NEEDED_CAPACITIES[self.kind]
            },
            valid_until=given["valid_until"],
        )


class FileForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(
        label=gettext_lazy("CSVのファイル"),
        help_text=gettext_lazy(
            "UTF-8 でも Shift_JIS（CP932）でも読めます。選んだだけでは、何も変わりません。"
        ),
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv", "data-max-bytes": str(LARGEST)}),
    )


class BasisForm(forms.Form):
    """What the unmet searches would bring."""

    searches = Number(label=gettext_lazy("月に見つからなかった検索（回）"), most=1_000_000, initial=0)
    share = Number(label=gettext_lazy("そのうち予約になる割合（％）"), most=100, initial=EMPTY_BASIS["share"])
    yen = Number(label=gettext_lazy("1回の予約の料金（円）"), most=10_000_000, initial=0)
    kept = Number(label=gettext_lazy("手数料を引いて残る割合（％）"), most=100, initial=EMPTY_BASIS["kept"])

    def basis(self) -> dict[str, int]:
        """As the service takes it."""
        return {name: self.cleaned_data[name] for name in EMPTY_BASIS}


class NeedForm(BasisForm):
    """What a space shall be used for, and what was found on site."""

    area_m2 = Number(label=gettext_lazy("広さ（㎡）"), least=1, most=100_000)
    seats = Number(label=gettext_lazy("席（人）"), least=1, most=5000)
    doors = Number(label=gettext_lazy("鍵を付ける扉"), most=100)
    cameras = Number(label=gettext_lazy("見守りのカメラ"), most=500, required=False)
    wired_seats = Number(label=gettext_lazy("LANのケーブルをつなぐ席"), most=5000, required=False)
    depth_cm = Number(
        label=gettext_lazy("画面からいちばん後ろの席まで（cm）"),
        least=50,
        most=10_000,
        required=False,
        help_text=gettext_lazy("わからなければ空けておきます。広さから計算します。"),
    )
    walls = forms.ChoiceField(label=gettext_lazy("壁"), choices=list(WALLS.items()))
    line = forms.ChoiceField(label=gettext_lazy("今の回線"), choices=list(LINES.items()))
    present_down = Speed(label=gettext_lazy("今の下り（Mbps）"), required=False)
    present_up = Speed(label=gettext_lazy("今の上り（Mbps）"), required=False)
    sockets = Number(label=gettext_lazy("今あるコンセントの口"), most=10_000, required=False)
    note = forms.CharField(
        label=gettext_lazy("現地の説明"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    wishes = forms.CharField(
        label=gettext_lazy("希望"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("例：工事は月曜だけ。壁に穴をあけない。"),
    )
    SURVEY = (*SITE_FIGURES, "walls", "line", "present_down", "present_up", "sockets", "note")
    INCOME = tuple(EMPTY_BASIS)

    def __init__(self, *arguments: Any, need: IctNeed | None = None, **options: Any) -> None:
        if need is not None:
            held = {one["purpose"]: one["users"] for one in need.uses}
            options["initial"] = {
                **need.survey,
                **need.income_basis,
                "wishes": need.wishes,
                **{f"users_{purpose}": held.get(purpose) for purpose in PURPOSES},
            }
        super().__init__(*arguments, **options)
        for purpose, label in PURPOSES.items():
            self.fields[f"users_{purpose}"] = Number(
                label=label, help_text=PURPOSE_HELP[purpose], most=5000, required=False
            )

    def boxes(self, names: Iterable[str]) -> list[Any]:
        """Boxes in an order."""
        return [self[name] for name in names]

    @property
    def uses(self) -> list[Any]:
        """The boxes of the purposes."""
        return self.boxes(f"users_{purpose}" for purpose in PURPOSES)

    @property
    def survey(self) -> list[Any]:
        """The boxes of what was found on site."""
        return self.boxes(self.SURVEY)

    @property
    def income(self) -> list[Any]:
        """The boxes of the expected income."""
        return self.boxes(self.INCOME)

    def clean(self) -> dict[str, Any]:
        """At least one use."""
        given = super().clean() or self.cleaned_data
        if not self.errors and not any(given.get(f"users_{purpose}") for purpose in PURPOSES):
            self.add_error("users_video_meeting", _("使い道を1つ以上、人数と一緒に書いてください。"))
        return given

    def wanted(self) -> Wanted:
        """As the service takes it."""
        given = self.cleaned_data
        survey = {name: given[name] for name in self.SURVEY}
        for name in ("present_down", "present_up"):
            survey[name] = float(survey[name]) if survey[name] is not None else None
        for name in ("cameras", "wired_seats"):
            survey[name] = survey[name] or 0
        return Wanted(
            uses=[
                (str(purpose), given[f"users_{purpose}"]) for purpose in PURPOSES if given[f"users_{purpose}"]
            ],
            survey={**survey, "assumed": []},
            basis=self.basis(),
            wishes=given["wishes"],
        )


class OpenForm(forms.Form):
    """Until when partners may answer."""

    answer_until = EraDateField(
        label=gettext_lazy("提案の期限"),
        help_text=gettext_lazy(
            "この日の終わりまで、町のすべてのICTの会社が提案できます。そのあとで選びます。"
        ),
    )


class SpaceChoice(forms.Form):
    """One of the host's spaces."""

    space = forms.ModelChoiceField(
        label=gettext_lazy("場所"), queryset=Space.objects.none(), empty_label=None
    )

    def __init__(self, *arguments: Any, spaces: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["space"].queryset = spaces  # type: ignore[attr-defined]


class MoveForm(ReasonForm):
    """Another day of work."""

    field_order = ("planned_on", "reason")
    planned_on = EraDateField(label=gettext_lazy("工事の日"), help_text="")


class MeasuredForm(forms.Form):
    """What the page measured."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    spot = forms.CharField(
        label=gettext_lazy("測った場所"),
        max_length=60,
        help_text=gettext_lazy("例：入口の席、奥の個室（Wi-Fi）、有線の席"),
    )
    down = Speed(widget=forms.HiddenInput)
    up = Speed(widget=forms.HiddenInput)
    ping = Speed(widget=forms.HiddenInput)
