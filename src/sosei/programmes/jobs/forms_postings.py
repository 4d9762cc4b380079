"""The form of a posting, of its series of shifts, of one shift, of a question; a draft may be saved half filled."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sosei.core.design.fields import EraDateField
from sosei.core.people.person_forms import AboutForm
from sosei.engines.labour.cancellation import ALWAYS_WITHOUT_PAY, EmployerReason
from sosei.programmes.jobs import kinds
from sosei.programmes.jobs.forms_employers import limit_length
from sosei.programmes.jobs.models import Crop, Employer, Lodging, Posting, Round, Workplace
from sosei.programmes.jobs.services.postings import COLUMNS, today_in_japan
from sosei.programmes.jobs.services.shifts import Series
from sosei.programmes.jobs.words_contracts import GROUNDS

WEEKDAYS = (
    (0, _("月")),
    (1, _("火")),
    (2, _("水")),
    (3, _("木")),
    (4, _("金")),
    (5, _("土")),
    (6, _("日")),
)
_LINES = {"rows": 3}
FARTHEST = 3 * 366
"""Days from today for which shifts can be planned."""
SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("what", _("どんな仕事か"), ("title", "title_en", "kind", "crop", "duties", "duties_en", "duties_scope")),
    ("where", _("どこで"), ("workplace", "place_scope", "lodging", "meals", "transport")),
    ("when", _("いつ"), ("whole_series", "half_day", "has_overtime", "holidays", "rain")),
    (
        "pay",
        _("賃金"),
        (
            "hourly_wage",
            "commuting_yen",
            "fixed_overtime",
            "pay_method",
            "pay_closing",
            "pay_day",
            "raise_and_bonus",
        ),
    ),
    (
        "contract",
        _("契約"),
        ("term", "renewal", "trial_period", "insurance", "ending", "cancellation_grounds"),
    ),
    ("who", _("どんな人を"), ("licences", "skills", "belongings", "is_hazardous", "min_age", "age_reason")),
    ("how", _("決めかた"), ("mode", "round", "closes_at")),
)
STARTS = {
    "duties_scope": "変更はありません。",
    "place_scope": "変更はありません。",
    "renewal": "更新はありません。",
    "trial_period": "ありません。",
    "fixed_overtime": "ありません。",
    "raise_and_bonus": "昇給・賞与・退職手当はありません。",
    "term": "申し込んだ日だけの契約です。",
    "holidays": "申し込んだ日のほかは休みです。",
    "insurance": "労災保険に入っています。雇用保険・健康保険・厚生年金は、条件に合うときに入ります。",
    "ending": "契約の期間が終わると退職になります。やむを得ない事由があるときの解雇は、法律のとおりにします。",
    "pay_closing": "毎日",
}
"""What a new draft says from the beginning, in the language of the law; the employer changes what is different."""


class PostingForm(forms.ModelForm):
    """Everything of a posting but its shifts."""

    kind = forms.ChoiceField(
        label=_("仕事の種類"),
        required=False,
        choices=[("", _("（選んでください）")), *kinds.choices(kinds.WORK_KIND)],
    )
    has_overtime = forms.TypedChoiceField(
        label=_("時間外の仕事"),
        required=False,
        choices=[("", _("（選んでください）")), ("no", _("ない")), ("yes", _("ある（36協定が必要）"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    licences = forms.MultipleChoiceField(
        label=_("必要な資格"),
        required=False,
        choices=kinds.choices(kinds.ASKED_LICENCE),
        widget=forms.CheckboxSelectMultiple,
    )
    skills = forms.MultipleChoiceField(
        label=_("役に立つ経験（なくてもよい）"),
        required=False,
        choices=kinds.choices(kinds.SKILL),
        widget=forms.CheckboxSelectMultiple,
    )
    cancellation_grounds = forms.MultipleChoiceField(
        label=_("雇用主が、直前でも賃金を払わずに解約できる事由"),
        required=False,
        choices=[
            (ground.value, GROUNDS[ground]) for ground in EmployerReason if ground in ALWAYS_WITHOUT_PAY
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("ここにある事由だけです。雨や仕事の量で取りやめるときは、予定の賃金の全額を払います。"),
    )
    closes_at = forms.DateTimeField(
        label=_("申し込みの締め切り"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("空けておくと、仕事が始まるまで申し込めます。"),
    )

    class Meta:
        model = Posting
        fields = COLUMNS
        widgets = {
            "duties": forms.Textarea(_LINES),
            "duties_en": forms.Textarea(_LINES),
            "duties_scope": forms.Textarea({"rows": 2}),
            "place_scope": forms.Textarea({"rows": 2}),
        }
        help_texts = {
            "title": _("例：桃の収穫（初めての人も歓迎）"),
            "duties": _("何を、どうするか。重いもの、高い所、立ったままの時間も書きます。"),
            "duties_scope": _("変わらないときも、そう書きます。"),
            "place_scope": _("変わらないときも、そう書きます。"),
            "whole_series": _("チェックを入れると、週の合計時間と休日も調べます。"),
            "rain": _("小雨・大雨・雷のとき、どう知らせるか。"),
            "commuting_yen": _("最低賃金には数えません。ないときは 0。"),
            "fixed_overtime": _(
                "ないときは「ありません」。あるときは、金額・時間・こえた分を払うことを書きます。"
            ),
            "pay_day": _("例：働いた日の7日後"),
            "raise_and_bonus": _("昇給・賞与・退職手当のそれぞれを、あるかないか書きます。"),
            "renewal": _("更新することがあるときは、決めかたと、上限があるかも書きます。"),
            "trial_period": _("ないときは「ありません」。"),
            "insurance": _("労災・雇用保険・健康保険・厚生年金のそれぞれを書きます。"),
            "min_age": _("危険な仕事か、22時から5時までの仕事のときだけ、18と書けます。"),
            "belongings": _("持ってくるもの、服、靴。貸せるものも書くと親切です。"),
            "is_hazardous": _("高い所、重い荷物、機械、農薬など、法律で決まっている仕事。"),
        }

    def __init__(self, *arguments: Any, employer: Employer, person: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._zone = ZoneInfo(employer.municipality.zone)
        held = self.instance
        if held.closes_at is not None:
            self.initial["closes_at"] = held.closes_at.astimezone(self._zone).replace(tzinfo=None)
        if held.pk is None and not self.is_bound:
            for name, text in STARTS.items():
                self.initial[name] = str(text)
            self.initial["has_overtime"] = "no"
            self.initial["cancellation_grounds"] = ["force_majeure", "worker_unable"]
        elif not self.is_bound:
            self.initial["has_overtime"] = {True: "yes", False: "no"}.get(held.has_overtime, "")  # type: ignore[arg-type]
        for name in ("title", "pay_method", "mode", "commuting_yen"):
            self.fields[name].required = False
        limit_length(self, ("duties", "duties_en", "duties_scope", "place_scope"))
        self._narrow(employer, person)

    def _narrow(self, employer: Employer, person: Any) -> None:
        own = {"employer": employer, "closed_at__isnull": True}
        town = employer.municipality_id
        rows = {
            "workplace": Workplace.objects.visible_to(person).filter(**own),
            "lodging": Lodging.objects.visible_to(person).filter(**own),
            "crop": Crop.objects.visible_to(person).filter(municipality=town),
            "round": Round.objects.visible_to(person).filter(municipality=town, state="open"),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("（選んでください）") if name == "workplace" else _("なし")  # type: ignore[attr-defined]

    def clean_closes_at(self) -> datetime.datetime | None:
        """The moment in the town's own zone, whatever zone the program counts in."""
        moment: datetime.datetime | None = self.cleaned_data["closes_at"]
        return None if moment is None else moment.replace(tzinfo=self._zone)

    def columns(self) -> dict[str, Any]:
        """As the service takes them."""
        given = {name: self.cleaned_data[name] for name in COLUMNS}
        # A heading is the subject of messages, which have no line breaks.
        given |= {name: " ".join(given[name].split()) for name in ("title", "title_en")}
        given["commuting_yen"] = given["commuting_yen"] or 0
        given["pay_method"] = given["pay_method"] or Posting.PayMethod.BANK
        given["mode"] = given["mode"] or Posting.Mode.INSTANT
        return given

    def sections(self) -> list[tuple[str, Any, list[Any]]]:
        """Anchor, heading and boxes of each section."""
        return [(anchor, heading, [self[name] for name in names]) for anchor, heading, names in SECTIONS]


def _time(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options
    )


def _not_far_off(day: datetime.date) -> None:
    """Nobody plans shifts for later, and a calendar has an end."""
    if day > today_in_japan() + datetime.timedelta(days=FARTHEST):
        raise ValidationError(_("この日は先すぎます。3年より先の日は入れられません。"), code="far_off")


class SeriesForm(forms.Form):
    """Shifts on some weekdays from a day to a day."""

    first = EraDateField(label=_("始まりの日"), validators=[_not_far_off])
    last = EraDateField(label=_("終わりの日"), validators=[_not_far_off])
    weekdays = forms.TypedMultipleChoiceField(
        label=_("曜日"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, initial=range(7)
    )
    starts = _time(_("始業"))
    ends = _time(_("終業"), help_text=_("始業より前の時刻は、次の日になります。"))
    break_minutes = forms.IntegerField(
        label=_("休憩（分）"),
        min_value=0,
        max_value=600,
        initial=60,
        help_text=_("6時間をこえると45分、8時間をこえると60分。仕事の途中に取ります。"),
    )
    capacity = forms.IntegerField(label=_("人数"), min_value=1, max_value=500, initial=1)

    def series(self) -> Series:
        """As the service takes it."""
        return Series(**self.cleaned_data)


class ShiftForm(forms.Form):
    """One shift."""

    day = EraDateField(label=_("日"), validators=[_not_far_off])
    starts = _time(_("始業"))
    ends = _time(_("終業"), help_text=_("始業より前の時刻は、次の日になります。"))
    break_minutes = forms.IntegerField(label=_("休憩（分）"), min_value=0, max_value=600)
    capacity = forms.IntegerField(label=_("人数"), min_value=1, max_value=500)

    def times(self, zone: Any) -> tuple[datetime.datetime, datetime.datetime]:
        """Start and end."""
        given = self.cleaned_data
        day = given["day"]
        one = Series(day, day, (day.weekday(),), given["starts"], given["ends"], 0, 1)
        return one.times(day, zone)


class QuestionForm(AboutForm):
    """A question before applying."""

    text = forms.CharField(
        label=_("質問"),
        max_length=1000,
        widget=forms.Textarea(_LINES),
        help_text=_(
            "質問と答えは、みんなが読めます。名前や電話番号は書かないでください。あなたの名前は出ません。"
        ),
    )


class AnswerForm(forms.Form):
    """The employer's answer."""

    answer = forms.CharField(label=_("答え"), max_length=1000, widget=forms.Textarea(_LINES))


class ClosingForm(forms.Form):
    """Why a call for hands ends."""

    reason = forms.CharField(
        label=_("募集を終える理由"), max_length=200, help_text=_("求人のページに出ます。例：人数がそろった")
    )
