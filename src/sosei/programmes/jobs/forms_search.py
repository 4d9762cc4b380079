"""The forms of the search: what is looked for, a name to keep it under, a town's weights, a stay."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.people.person_forms import AboutForm
from sosei.programmes.jobs import kinds
from sosei.programmes.jobs.models import FitWeights
from sosei.programmes.jobs.models.fit import PARTS
from sosei.programmes.jobs.search_filters import Filters, words_of

LONGEST_STAY = 28
"""Nights of one stay."""
SCALES = ("wage_from", "wage_span", "distance_scale")


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SearchForm(forms.Form):
    """What is looked for; sent as an address, so that it can be kept and passed on."""

    q = forms.CharField(
        label=gettext_lazy("ことば"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=gettext_lazy("1文字でも探せます（例：桃、宿、朝）。"),
    )
    kind = forms.MultipleChoiceField(
        label=gettext_lazy("仕事の種類"), required=False, widget=forms.CheckboxSelectMultiple
    )
    wage = forms.IntegerField(
        label=gettext_lazy("時給（円以上）"), required=False, min_value=0, max_value=100_000
    )
    half = forms.ChoiceField(
        label=gettext_lazy("一日か半日か"),
        required=False,
        choices=[
            ("", gettext_lazy("どちらでも")),
            ("morning", gettext_lazy("午前だけ")),
            ("afternoon", gettext_lazy("午後だけ")),
        ],
    )
    lodging = forms.BooleanField(label=gettext_lazy("泊まる場所がある"), required=False)
    desk = forms.BooleanField(label=gettext_lazy("机仕事ができる"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.DateField(label=_("この日から"), required=False, widget=_day_input())
        self.fields["to"] = forms.DateField(label=_("この日まで"), required=False, widget=_day_input())
        self.fields["kind"].choices = kinds.choices(kinds.WORK_KIND)  # type: ignore[attr-defined]
        self.order_fields(["q", "from", "to", "kind", "wage", "half", "lodging", "desk"])

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("from"), given.get("to")
        if first and last and last < first:
            self.add_error("to", _("終わりの日が始まりの日より前です。"))
        return given

    @property
    def filters(self) -> Filters:
        """What is looked for; a box with an error asks for nothing."""
        given = self.cleaned_data
        return Filters(
            words=words_of(given.get("q", "")),
            kinds=tuple(given.get("kind", ())),
            first=given.get("from"),
            last=given.get("to"),
            wage=given.get("wage") or 0,
            half=given.get("half", ""),
            lodging=given.get("lodging", False),
            desk=given.get("desk", False),
        )


def search_form(given: QueryDict) -> SearchForm:
    """The form of an address, read whatever stands in it."""
    form = SearchForm(given)
    form.is_valid()
    return form


class KeepForm(AboutForm):
    """A name for a search that is kept."""

    name = forms.CharField(
        label=gettext_lazy("条件の名前"), max_length=80, help_text=gettext_lazy("例：8月の桃、泊まれる仕事")
    )


class WeightsForm(forms.Form):
    """A town's weights with the reason."""

    def __init__(self, *args: Any, held: FitWeights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PARTS:
            self.fields[name] = forms.IntegerField(
                label=held._meta.get_field(name).verbose_name,
                min_value=0,
                max_value=1000,
                initial=getattr(held, name),
            )
        helps: Mapping[str, str] = {
            "wage_from": _("希望の時給を書いていない人は、この時給をめやすにします。"),
            "wage_span": _("めやすよりこの額だけ高いと満点、低いと0点です。"),
            "distance_scale": _("この距離で0点になります。近いほど高くなります。"),
        }
        for name in SCALES:
            self.fields[name] = forms.IntegerField(
                label=held._meta.get_field(name).verbose_name,
                min_value=1,
                initial=getattr(held, name),
                help_text=helps[name],
            )
        self.fields["reason"] = forms.CharField(
            label=_("変える理由"),
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("みんなが読めます。"),
        )

    @property
    def weights(self) -> dict[str, int]:
        """The numbers alone."""
        return {name: self.cleaned_data[name] for name in (*PARTS, *SCALES)}


class StayForm(forms.Form):
    """From which day to which day somebody stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.DateField(label=_("来る日"), widget=_day_input())
        self.fields["to"] = forms.DateField(label=_("帰る日"), widget=_day_input())
        self.fields["desk"] = forms.BooleanField(label=_("自分の仕事をする机がいる"), required=False)
        self.fields["half"] = forms.BooleanField(label=_("半日だけ働く"), required=False)

    def clean(self) -> dict[str, Any]:
        """A stay of at least a night."""
        given: dict[str, Any] = super().clean() or {}
        first: datetime.date | None = given.get("from")
        last: datetime.date | None = given.get("to")
        if first and last and last <= first:
            self.add_error("to", _("帰る日は、来る日よりあとにしてください。"))
        elif first and last and (last - first).days > LONGEST_STAY:
            self.add_error("to", _("一度に調べられるのは%(nights)s泊までです。") % {"nights": LONGEST_STAY})
        return given
