"""Forms of applying and of answering applications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.person_forms import AboutForm
from sosei.programmes.jobs.models import Posting, Shift
from sosei.programmes.jobs.services.groups import LARGEST, SMALLEST


def shift_label(shift: Shift, *, with_places: bool = True) -> str:
    """A shift in words: day, times, break, and how many places are open."""
    start, end = screen_time(shift.starts_at), screen_time(shift.ends_at)
    text = _("%(day)s（%(weekday)s）%(start)s～%(end)s 休憩%(minutes)s分") % {
        "day": date_format(start, "n/j"),
        "weekday": date_format(start, "D"),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "minutes": shift.break_minutes,
    }
    if not with_places:
        return text
    places = (
        _("あと%(count)s人") % {"count": shift.free}
        if shift.free > 0
        else _("いっぱい（順番待ちになります）")
    )
    return f"{text} — {places}"


class ApplyForm(AboutForm):
    """Which days, and what else is wanted; the date of birth only where it is not known yet."""

    shifts = forms.TypedMultipleChoiceField(
        label=gettext_lazy("働く日"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("働く日を1日以上選んでください。")},
    )
    rank = forms.TypedChoiceField(label=gettext_lazy("何番目の希望か"), coerce=int)
    needs_lodging = forms.BooleanField(label=gettext_lazy("泊まる場所を使う"), required=False)
    birth_date = EraDateField(
        label=gettext_lazy("生年月日"),
        help_text=gettext_lazy(
            "法律で、働ける年齢かを確かめます（労働基準法56条・57条）。雇用主には見せません。"
        ),
    )
    message = forms.CharField(
        label=gettext_lazy("雇用主へのことば"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("書かなくてもかまいません。電話番号や住所は書かないでください。"),
    )
    code = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)

    def __init__(
        self,
        *args: Any,
        posting: Posting,
        shifts: Iterable[Shift],
        ask_birth: bool,
        wishes: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shifts"].choices = [(shift.pk, shift_label(shift)) for shift in shifts]  # type: ignore[attr-defined]
        if posting.whole_series:
            self.fields["shifts"].help_text = _("すべての日に来られる人だけの求人です。")
        if not ask_birth:
            del self.fields["birth_date"]
        if posting.lodging is None:
            del self.fields["needs_lodging"]
        else:
            self.fields["needs_lodging"].help_text = (
                _("%(name)s（1泊%(yen)s円）")
                % {"name": posting.lodging, "yen": f"{posting.lodging.yen_a_night:,}"}
                if posting.lodging.yen_a_night
                else _("%(name)s（無料）") % {"name": posting.lodging}
            )
        if wishes is None:
            del self.fields["rank"]
        else:
            self.fields["rank"].choices = [  # type: ignore[attr-defined]
                (rank, _("%(rank)s番目") % {"rank": rank}) for rank in range(1, wishes + 1)
            ]


class GroupForm(AboutForm):
    """How many friends apply together."""

    size = forms.IntegerField(
        label=gettext_lazy("あなたを入れた人数"), min_value=SMALLEST, max_value=LARGEST, initial=2
    )


class CodeForm(forms.Form):
    """The code that a friend passed on."""

    code = forms.CharField(label=gettext_lazy("友だちからもらった合い言葉"), max_length=12)


class RefuseForm(forms.Form):
    """Why somebody is not taken."""

    reason = forms.CharField(
        label=gettext_lazy("選ばなかった理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("本人にそのまま伝わります。年齢・性別・国籍などを理由にはできません。"),
    )
