"""Forms of a space in its steps: what it is, when it is open, how it is booked, its pictures."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sosei.core.design.fields import EraDateField
from sosei.core.design.map_fields import Place, PlaceField
from sosei.core.design.maps import MapPoint
from sosei.core.records.attachments.forms import AttachmentField
from sosei.core.records.attachments.types import JPEG, PNG, WEBP
from sosei.engines.conventions.folding import fold_width
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.forms_hosts import LINES, LONGEST
from sosei.programmes.spaces.models import Host, OpeningHour, Space
from sosei.programmes.spaces.rules_hours import GRIDS, Band
from sosei.programmes.spaces.services.listing_hours import Repeat, Shut
from sosei.programmes.spaces.services.listing_seasons import Season
from sosei.programmes.spaces.services.listings import ABOUT, BOOKING
from sosei.programmes.spaces.week_texts import HoursTextError, bands_text, read_bands

USUALLY = Season(None, None)
"""No season: the week that holds where none does."""
FARTHEST = datetime.timedelta(days=3 * 366)


def _texts(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONGEST, widget=forms.Textarea(LINES), **options
    )


class AboutSpaceForm(forms.ModelForm):
    """What a space is and where."""

    place = PlaceField(label=_("地図の場所"))
    postcode = forms.CharField(
        label=_("郵便番号"),
        required=False,
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "size": 10, "autocomplete": "postal-code"}),
    )
    about = _texts(_("場所の紹介"), help_text=_("広さの感じ、明るさ、まわりの様子、向いている使い方。"))
    about_en = _texts(_("場所の紹介（英語）"))
    rules = _texts(_("きまり"), help_text=_("火・音・飲食・かたづけ・ごみなど。予約する前に読む人が見ます。"))
    rules_en = _texts(_("きまり（英語）"))
    equipment = forms.MultipleChoiceField(
        label=_("設備"), required=False, widget=forms.CheckboxSelectMultiple
    )
    uses = forms.MultipleChoiceField(label=_("使い道"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Space
        fields = tuple(name for name in ABOUT if name not in ("latitude", "longitude"))
        help_texts = {
            "name": _("例：みほん会館 ホール"),
            "official_id": _(
                "公共施設一覧の番号（ID）。取り込みのときに、同じ施設かどうかをこれで見分けます。"
            ),
            "access": _("駅やバス停からの行きかた、駐車場のこと。"),
            "seats": _("いちばん多いときの人数です。"),
            "step_free_note": _("入口の段差、トイレ、通路の幅など。"),
            "floor": _("例：2階"),
        }

    def __init__(self, *arguments: Any, host: Host, known: Sequence[MapPoint] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.host = host
        if not host.is_public:
            del self.fields["official_id"]
        for name in ("equipment", "uses"):
            known_items = kinds.EQUIPMENT if name == "equipment" else kinds.USES
            self.fields[name].choices = kinds.grouped(known_items)  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("（選んでください）")), *Space.Kind.choices]  # type: ignore[attr-defined]
        self.fields["place"].widget.known = known  # type: ignore[attr-defined]
        if self.instance.latitude is not None:
            self.initial["place"] = Place(float(self.instance.latitude), float(self.instance.longitude))

    def clean_postcode(self) -> str:
        """Seven digits, however they were written."""
        digits = fold_width(self.cleaned_data["postcode"]).replace("-", "").replace("〒", "").strip()
        if digits and (len(digits) != 7 or not digits.isdigit()):
            raise ValidationError(_("郵便番号は7桁の数字です（例：970-8026）。"), code="postcode")
        return digits

    def stand_still(self) -> None:
        """Shows what was typed without judging it: a click on the map saves nothing."""
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)

    def columns(self) -> dict[str, Any]:
        """As the services take them."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        place = self.cleaned_data["place"]
        return {
            **given,
            "latitude": Decimal(str(place.latitude)),
            "longitude": Decimal(str(place.longitude)),
        }

    def sections(self) -> list[tuple[str, Any, list[Any]]]:
        """Anchor, heading and boxes of each section."""
        return [
            (anchor, heading, [self[name] for name in names if name in self.fields])
            for anchor, heading, names in ABOUT_SECTIONS
        ]


ABOUT_SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("what", _("どんな場所か"), ("name", "kind", "seats", "area_m2", "floor", "about", "official_id")),
    ("where", _("どこにあるか"), ("postcode", "address", "place", "access")),
    ("uses", _("何に使えるか"), ("uses", "rules")),
    ("equipment", _("設備と段差"), ("equipment", "step_free", "step_free_note")),
    ("english", _("英語（あれば）"), ("name_en", "about_en", "rules_en")),
)


class BookingRulesForm(forms.ModelForm):
    """How a space is booked."""

    step_minutes = forms.TypedChoiceField(
        label=_("予約のきざみ（分）"), choices=[(grid, grid) for grid in GRIDS if grid <= 240], coerce=int
    )
    ways_to_pay = forms.MultipleChoiceField(
        label=_("支払いの方法"), required=False, widget=forms.CheckboxSelectMultiple
    )
    notice_hours = forms.DecimalField(
        label=_("何時間前まで予約できるか"),
        min_value=0,
        max_value=24 * 60,
        decimal_places=1,
        help_text=_("準備に必要な時間です。すぐ使えるときは 0。"),
    )

    class Meta:
        model = Space
        fields = tuple(name for name in BOOKING if name != "notice_minutes")
        widgets = {"way": forms.RadioSelect}
        help_texts = {
            "by_lottery": _("何か月も先の分を、抽選で決めてから先着で受けます。"),
            "residents_only": _("町の人だけに貸す場所です。ほかの人は予約できません。"),
            "overnight": _("夜中の0時をまたいで使えます。泊まる場所として貸すには、許可が必要です。"),
            "buffer_before": _("準備のために、前の予約との間に空けます。"),
            "buffer_after": _("かたづけと換気のために、次の予約との間に空けます。"),
            "min_minutes": _("1時間なら60。"),
            "max_minutes": _("空けておくと、時間のかぎり使えます。"),
            "horizon_days": _("市内の人が予約できる、いちばん先の日。3か月なら90。"),
            "horizon_days_outside": _("空けておくと、市内の人と同じです。"),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["ways_to_pay"].choices = [  # type: ignore[attr-defined]
            (item.slug, item.name) for item in kinds.WAYS_TO_PAY
        ]
        self.initial["notice_hours"] = Decimal(self.instance.notice_minutes) / 60

    def columns(self) -> dict[str, Any]:
        """As the service takes them."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**given, "notice_minutes": int(self.cleaned_data["notice_hours"] * 60)}

    def sections(self) -> list[tuple[str, Any, list[Any]]]:
        """Anchor, heading and boxes of each section."""
        return [
            (anchor, heading, [self[name] for name in names]) for anchor, heading, names in BOOKING_SECTIONS
        ]


BOOKING_SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("way", _("予約の決まり方"), ("way", "by_lottery", "residents_only")),
    ("length", _("長さときざみ"), ("step_minutes", "min_minutes", "max_minutes")),
    ("buffers", _("前と後に空ける時間"), ("buffer_before", "buffer_after")),
    ("ahead", _("いつから、いつまで"), ("notice_hours", "horizon_days", "horizon_days_outside")),
    ("overnight", _("夜"), ("overnight", "lodging_permit")),
    ("paying", _("支払い"), ("ways_to_pay",)),
)

KINDS = OpeningHour.Kind
FILLS = (
    ("weekdays", _("月～金"), range(5)),
    ("weekend", _("土・日"), (5, 6)),
    ("every", _("毎日"), range(7)),
)


class WeekForm(forms.Form):
    """The week of a space: one box a day for opening, one for booking; filled for several days by a button."""

    same = forms.BooleanField(label=_("予約できる時間は、開いている時間と同じ"), required=False, initial=True)
    closed_on_holidays = forms.BooleanField(
        label=_("祝日は休み"),
        required=False,
        help_text=_("チェックがなく祝日の欄も空いていると、その曜日の時間になります。"),
    )
    fill = forms.CharField(
        label=_("まとめて入れる時間"),
        required=False,
        help_text=_("例：9:00-17:00。午前・午後・夜間に分けるときは 9:00-12:00, 13:00-17:00, 18:00-21:00"),
    )

    def __init__(self, *arguments: Any, space: Space, season: Season = USUALLY, **options: Any) -> None:
        super().__init__(*arguments, **options)
        held = held_week(space, season)
        self.initial["same"] = held[KINDS.OPENING] == held[KINDS.BOOKABLE]
        self.initial["closed_on_holidays"] = space.closed_on_holidays
        for kind in KINDS:
            for day in OpeningHour.Day:
                name = f"{kind.value}_{day.value}"
                self.fields[name] = forms.CharField(
                    label=_("%(day)s・%(kind)s") % {"day": day.label, "kind": kind.label},
                    required=False,
                    max_length=120,
                    initial=bands_text(held[kind].get(day.value, ())),
                    widget=forms.TextInput({"autocomplete": "off"}),
                )

    def filled(self, days: Sequence[int]) -> dict[str, str]:
        """What was sent, with the time to fill put into the boxes of these days."""
        data = {name: value for name, value in self.data.items() if not name.startswith("fill_")}
        for day in days:
            data[f"{KINDS.OPENING.value}_{day}"] = str(self.data.get("fill", ""))
        return data

    def clean(self) -> dict[str, Any]:
        """Reads every box, and tells all that cannot be read."""
        given = super().clean() or {}
        weeks: dict[str, dict[int, tuple[Band, ...]]] = {kind.value: {} for kind in KINDS}
        for kind in KINDS:
            source = KINDS.OPENING if given.get("same") else kind
            for day in OpeningHour.Day:
                name = f"{source.value}_{day.value}"
                try:
                    bands = read_bands(given.get(name, ""))
                except HoursTextError as error:
                    if not self.has_error(name):
                        self.add_error(name, str(error))
                    continue
                if bands:
                    weeks[kind.value][day.value] = bands
        return {**given, **weeks}

    def days(self) -> list[tuple[Any, Any, Any]]:
        """Each day with its two boxes."""
        return [
            (
                day.label,
                self[f"{KINDS.OPENING.value}_{day.value}"],
                self[f"{KINDS.BOOKABLE.value}_{day.value}"],
            )
            for day in OpeningHour.Day
        ]


class SeasonForm(WeekForm):
    """The week of a season and its days."""

    closed_on_holidays = None  # type: ignore[assignment]
    first_day = EraDateField(
        label=_("最初の日"),
        required=False,
        help_text=_("空けておくと、いままでもずっとその時間だったことになります。"),
    )
    last_day = EraDateField(
        label=_("最後の日"), required=False, help_text=_("空けておくと、そのあとずっとその時間です。")
    )
    repeat = forms.ChoiceField(
        label=_("くり返し"),
        choices=[
            (Repeat.ONCE.value, _("くり返さない")),
            (Repeat.YEARLY.value, _("毎年の同じ日（3年分）")),
        ],
    )

    def __init__(self, *arguments: Any, space: Space, season: Season | None, **options: Any) -> None:
        # A new season begins with the usual week, of which mostly an hour changes.
        super().__init__(*arguments, space=space, season=season or USUALLY, **options)
        if season is not None:
            self.initial |= {"first_day": season.first_day, "last_day": season.last_day}
            del self.fields["repeat"]

    def season(self) -> Season:
        """Its days."""
        return Season(self.cleaned_data["first_day"], self.cleaned_data["last_day"])

    def every_year(self) -> bool:
        """Whether it comes again."""
        return bool(self.cleaned_data.get("repeat") == Repeat.YEARLY.value)


def held_week(space: Space, season: Season = USUALLY) -> dict[Any, dict[int, tuple[Band, ...]]]:
    """The bands of a space by kind and day: of the usual week, or of a season."""
    weeks: dict[Any, dict[int, tuple[Band, ...]]] = {kind: {} for kind in KINDS}
    for row in sorted(space.hours.all(), key=lambda row: (row.day, row.opens)):
        if (row.valid_from, row.valid_until) == (season.first_day, season.last_day):
            week = weeks[KINDS(row.kind)]
            week[row.day] = (*week.get(row.day, ()), (row.opens, row.closes))
    return weeks


class ClosureForm(forms.Form):
    """Days on which something stays shut."""

    first_day = EraDateField(label=_("最初の日"), help_text="")
    last_day = EraDateField(label=_("最後の日"), required=False, help_text=_("1日だけなら空けておきます。"))
    reason = forms.CharField(
        label=_("理由"), max_length=120, help_text=_("例：年末年始、点検。みんなに見えます。")
    )
    scope = forms.ChoiceField(
        label=_("どこが休みか"),
        choices=[("space", _("この場所だけ")), ("host", _("貸しているすべての場所"))],
        widget=forms.RadioSelect,
        initial="space",
    )
    repeat = forms.ChoiceField(
        label=_("くり返し"),
        choices=[
            (Repeat.ONCE.value, _("くり返さない")),
            (Repeat.YEARLY.value, _("毎年の同じ日（3年分）")),
            (Repeat.MONTHLY.value, _("毎月の同じ週の同じ曜日（12か月分）")),
        ],
    )

    def shut(self) -> Shut:
        """As the service takes it."""
        given = self.cleaned_data
        return Shut(
            given["first_day"],
            given["last_day"] or given["first_day"],
            given["reason"],
            Repeat(given["repeat"]),
        )


class PhotoForm(forms.Form):
    """Pictures of a space."""

    files = AttachmentField(label=_("写真か間取り図"), allowed=(JPEG, PNG, WEBP), multiple=False)
    shows = forms.CharField(
        label=_("写っているもの"),
        max_length=200,
        help_text=_("例：南の窓から見たホール。机を3列に並べたところ"),
    )
    is_plan = forms.BooleanField(label=_("間取り図"), required=False)


class ClosingForm(forms.Form):
    """Why nothing new is booked."""

    reason = forms.CharField(
        label=_("受け付けを終える理由"),
        max_length=200,
        help_text=_("場所のページに出ます。例：修理のため。4月にまた始めます"),
    )
