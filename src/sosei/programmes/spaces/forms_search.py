"""The form of the search: what somebody wishes of a space; sent as an address, so that it can be kept and passed on."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.map_fields import PlaceWidget
from sosei.core.design.maps import MapPoint
from sosei.core.people.models import Municipality
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.booking_times import length_text
from sosei.programmes.spaces.forms_bookings import DayField
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.rules_periods import DAY
from sosei.programmes.spaces.search_places import place_called
from sosei.programmes.spaces.search_wishes import MOST_DAYS, WEEKS_AHEAD, Wishes
from sosei.programmes.spaces.search_words import words_of

LENGTHS = (30, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720)
DISTANCES = ("0.5", "1", "2", "5", "10", "20")
FOLDS = {"facts": ("use", "seats", "yen", "flat"), "have": ("have",), "near": ("near", "km")}
"""The folded parts of the form and their boxes."""
MOST_KNOWN = 30


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "1800"}, format="%H:%M"),
    )


class SearchForm(forms.Form):
    """What is looked for; a box with an error asks for nothing and says why."""

    q = forms.CharField(
        label=gettext_lazy("探すことば"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=gettext_lazy("1文字でも探せます（例：畳、会議、駅前）。"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("場所の種類"), required=False)
    day = forms.TypedMultipleChoiceField(
        label=gettext_lazy("曜日"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    start = _time_field(gettext_lazy("始まり"))
    end = _time_field(gettext_lazy("終わり"))
    part = forms.ChoiceField(
        label=gettext_lazy("または、この間のどこかで"),
        required=False,
        choices=[
            ("", gettext_lazy("一日のどこかで")),
            ("morning", gettext_lazy("午前（6時～12時）")),
            ("afternoon", gettext_lazy("午後（12時～18時）")),
            ("evening", gettext_lazy("夜（18時～24時）")),
        ],
    )
    length = forms.TypedChoiceField(label=gettext_lazy("使う長さ"), required=False, coerce=int, empty_value=0)
    use = forms.ChoiceField(label=gettext_lazy("使い道"), required=False)
    seats = forms.IntegerField(label=gettext_lazy("人数"), required=False, min_value=1, max_value=100_000)
    yen = forms.IntegerField(
        label=gettext_lazy("料金（円まで）"),
        required=False,
        min_value=0,
        max_value=100_000_000,
        help_text=gettext_lazy("日と時間を決めたときは、その時間の料金です。決めないときは1時間の料金です。"),
    )
    have = forms.MultipleChoiceField(
        label=gettext_lazy("設備（えらんだものが全部ある所）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    flat = forms.BooleanField(label=gettext_lazy("段差がない"), required=False)
    resident = forms.BooleanField(label=gettext_lazy("市内に住む・勤める・通う人として"), required=False)
    near = forms.CharField(
        label=gettext_lazy("ここからの距離"),
        required=False,
        max_length=80,
        widget=PlaceWidget,
        help_text=gettext_lazy(
            "町の名前、郵便番号、または緯度と経度を書くか、地図を押します（例：小名浜、971-8101）。"
        ),
    )
    km = forms.TypedChoiceField(label=gettext_lazy("距離"), required=False, coerce=float, empty_value=0.0)

    def __init__(self, given: QueryDict, *, town: Municipality, today: datetime.date) -> None:
        super().__init__(given)
        self.town, self.today = town, today
        self.place: tuple[tuple[float, float], str] | None = None
        fields: Any = self.fields
        fields["from"] = DayField(label=_("この日から"), required=False, widget=_day_input())
        fields["to"] = DayField(label=_("この日まで"), required=False, widget=_day_input())
        anything = ("", _("どれでも"))
        fields["kind"].choices = [anything, *Space.Kind.choices]
        fields["day"].choices = [(number, str(name)) for number, name in WEEKDAYS_ABBR.items()]
        fields["length"].choices = [("", _("1時間")), *((n, length_text(n)) for n in LENGTHS if n != 60)]
        fields["use"].choices = [anything, *((item.slug, item.name) for item in kinds.USES)]
        fields["have"].choices = kinds.grouped(kinds.EQUIPMENT)
        fields["near"].widget.known = _known(town)
        fields["km"].choices = [
            ("", _("どこまででも")),
            *((each, _("%(km)s kmまで") % {"km": each}) for each in DISTANCES),
        ]

    def clean_near(self) -> str:
        """The place that is meant."""
        text = str(self.cleaned_data["near"]).strip()
        if text:
            self.place = place_called(text, self.town)
        return text

    def clean_from(self) -> datetime.date | None:
        """Not a day that is over."""
        return self._not_over("from")

    def clean_to(self) -> datetime.date | None:
        """Not a day that is over."""
        return self._not_over("to")

    def _not_over(self, name: str) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data[name]
        if day is not None and day < self.today:
            raise ValidationError(_("過ぎた日です。今日か、これからの日を選んでください。"))
        return day

    def clean(self) -> dict[str, Any]:
        """Days and times that go together."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("from"), given.get("to")
        if first and last and last < first:
            self.add_error("to", _("終わりの日が始まりの日より前です。"))
        if given.get("end") is not None and given.get("start") is None:
            self.add_error("start", _("始まりの時刻も書いてください。"))
        if given.get("km") and self.place is None and not self.has_error("near"):
            self.add_error("near", _("どこからの距離か、町の名前か郵便番号を書いてください。"))
        timed = given.get("start") is not None or given.get("part") or given.get("length")
        if timed and not (
            first or last or given.get("day") or self.has_error("from") or self.has_error("to")
        ):
            self.add_error("from", _("時間で探すときは、日か曜日も選んでください。"))
        if len(list(self._read(given).days())) > MOST_DAYS:
            self.add_error(
                "to",
                _("一度に探せるのは%(days)s日分までです。期間を短くしてください。") % {"days": MOST_DAYS},
            )
        return given

    @property
    def wishes(self) -> Wishes:
        """What is looked for."""
        return self._read(self.cleaned_data)

    def _read(self, given: dict[str, Any]) -> Wishes:
        first, last, weekdays = given.get("from"), given.get("to"), tuple(given.get("day") or ())
        start, end = _minutes(given.get("start")), _minutes(given.get("end"))
        if first is None and (last or weekdays):
            first = self.today
            last = last or first + datetime.timedelta(days=7 * WEEKS_AHEAD - 1)
        if start is not None:
            end = start + (given.get("length") or 60) if end is None else end if end > start else end + DAY
        return Wishes(
            words=words_of(given.get("q", "")),
            kind=given.get("kind", ""),
            use=given.get("use", ""),
            seats=given.get("seats") or 0,
            equipment=tuple(given.get("have") or ()),
            yen=given.get("yen"),
            step_free=given.get("flat", False),
            near=self.place[0] if self.place else None,
            near_name=self.place[1] if self.place else "",
            km=given.get("km") or 0,
            resident=given.get("resident", False),
            first=first,
            last=last,
            weekdays=weekdays,
            start=start if first else None,
            end=end if first and start is not None else None,
            part=given.get("part", ""),
            minutes=given.get("length") or 0,
        )

    @property
    def folds(self) -> dict[str, bool]:
        """Which folded parts stand open: those in which something is asked for, or wrong."""
        return {
            fold: any(self.cleaned_data.get(name) or self.has_error(name) for name in names)
            or any(key.startswith("near_") and key != "near_frame" for key in self.data if fold == "near")
            for fold, names in FOLDS.items()
        }


def _known(town: Municipality) -> list[MapPoint]:
    """Some places of the town, by which one finds one's way on the map."""
    rows = Space.objects.published().filter(municipality=town, parent__isnull=True)
    return [
        MapPoint(float(row.latitude), float(row.longitude), str(row))
        for row in rows.only("name", "name_en", "latitude", "longitude").order_by("pk")[:MOST_KNOWN]
    ]


def _minutes(clock: datetime.time | None) -> int | None:
    return None if clock is None else clock.hour * 60 + clock.minute


def search_form(given: QueryDict, town: Municipality, today: datetime.date) -> SearchForm:
    """The form of an address, read whatever stands in it."""
    form = SearchForm(given, town=town, today=today)
    form.is_valid()
    return form
