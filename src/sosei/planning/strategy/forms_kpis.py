"""Forms of KPIs: what a KPI is, its targets, its end, and what the dashboard shows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.core.people.models import Organisation
from sosei.planning.strategy.form_fields_kpis import NumberField, YearField, plain_number
from sosei.planning.strategy.models import Kpi, Strategy
from sosei.planning.strategy.numbers import (
    print_year,
)
from sosei.planning.strategy.services.kpis import Definition


class KpiForm(forms.Form):
    """What a KPI is."""

    title = forms.CharField(label=gettext_lazy("KPIの名前"), max_length=200)
    title_en = forms.CharField(label=gettext_lazy("KPIの名前（英語）"), max_length=200, required=False)
    text = forms.CharField(
        label=gettext_lazy("定義"),
        required=False,
        help_text=gettext_lazy("何を、どの範囲で、いつ数えるか。数え方が変わったら、別のKPIにします。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    text_en = forms.CharField(
        label=gettext_lazy("定義（英語）"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    unit = forms.CharField(
        label=gettext_lazy("単位"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("例：人、件、%、億円"),
    )
    unit_en = forms.CharField(label=gettext_lazy("単位（英語）"), max_length=40, required=False)
    decimals = forms.IntegerField(
        label=gettext_lazy("小数点以下の桁数"),
        min_value=0,
        max_value=6,
        initial=0,
        help_text=gettext_lazy("整数なら0。"),
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("めざす向き"), choices=Kpi.Direction.choices, widget=forms.RadioSelect
    )
    tolerance = NumberField(
        label=gettext_lazy("保つときの許される差"),
        required=False,
        help_text=gettext_lazy("めざす向きが「保つ」のときだけ。目標値からどれだけまで離れてよいか。"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("値の種類"), choices=Kpi.Kind.choices, widget=forms.RadioSelect
    )
    year_kind = forms.ChoiceField(
        label=gettext_lazy("年の数え方"), choices=Kpi.YearKind.choices, widget=forms.RadioSelect
    )
    base_value = NumberField(label=gettext_lazy("基準値"), required=False)
    base_year = YearField(label=gettext_lazy("基準値を報告した年度"), required=False)
    base_period = forms.CharField(
        label=gettext_lazy("基準値の時点"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("例：H26、H27国勢調査"),
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("担当の部署"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=gettext_lazy("決まっていない"),
    )
    source = forms.CharField(
        label=gettext_lazy("出典"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("例：人口動態統計（厚生労働省）"),
    )
    source_en = forms.CharField(label=gettext_lazy("出典（英語）"), max_length=300, required=False)
    same_indicator_as = forms.ModelChoiceField(
        label=gettext_lazy("同じ指標で定義が違うKPI"),
        queryset=Kpi.objects.none(),
        required=False,
        empty_label=gettext_lazy("なし"),
    )
    continues = forms.ModelChoiceField(
        label=gettext_lazy("前の期のKPI"),
        queryset=Kpi.objects.none(),
        required=False,
        empty_label=gettext_lazy("なし"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, required=False, help_text=gettext_lazy("記録に残ります。")
    )

    def __init__(self, strategy: Strategy, user: Any, data: Any = None, held: Kpi | None = None) -> None:
        initial = {"direction": "up", "kind": "yearly", "year_kind": "fiscal"}
        if held is not None:
            initial = {name: getattr(held, name) for name in self.base_fields if hasattr(held, name)}
            initial |= {
                name: plain_number(getattr(held, name), held.decimals) for name in ("base_value", "tolerance")
            }
        super().__init__(data, initial=initial)
        first = strategy.first_fiscal_year - 6
        fields: Any = self.fields
        fields["base_year"].offer(range(first, strategy.last_fiscal_year + 1), none=_("基準値なし"))
        fields["department"].queryset = (
            Organisation.objects.visible_to(user)
            .of(strategy.municipality)
            .filter(kind=Organisation.Kind.DEPARTMENT)
        )
        near = Kpi.objects.visible_to(user).filter(strategy__municipality=strategy.municipality)
        near = near.exclude(pk=held.pk) if held is not None else near
        fields["same_indicator_as"].queryset = near.select_related("strategy")
        fields["continues"].queryset = near.filter(
            strategy__first_fiscal_year__lt=strategy.first_fiscal_year
        ).select_related("strategy")
        for name in ("same_indicator_as", "continues"):
            fields[name].label_from_instance = _with_term
        # The unit behind the number is the one that stands in the same form.
        for name in ("base_value", "tolerance"):
            fields[name].unit = (self.data if self.is_bound else initial).get("unit", "")
        self.held = held

    def definition(self) -> Definition:
        """As the service takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        if self.held is not None:
            given |= {"position": self.held.position, "is_sample": self.held.is_sample}
            same = (given["base_value"], given["base_period"]) == (
                self.held.base_value,
                self.held.base_period,
            )
            given["base_printed"] = self.held.base_printed if same else ""
        return Definition(**given)


def _with_term(kpi: Kpi) -> str:
    return f"{kpi.strategy.local_short_title}：{kpi.local_title}"


class TargetsForm(forms.Form):
    """The target of every year; all but the last may stay empty."""

    def __init__(self, kpi: Kpi, held: Mapping[int, Decimal], data: Any = None) -> None:
        super().__init__(data)
        self.years = sorted({*kpi.strategy.fiscal_years, *held})
        for year in self.years:
            self.fields[f"target_{year}"] = NumberField(
                label=print_year(year),
                required=False,
                unit=kpi.unit,
                decimals=kpi.decimals,
                initial=plain_number(held.get(year), kpi.decimals),
                help_text=_("最後の年度の目標値です。") if year == kpi.strategy.last_fiscal_year else "",
            )
        self.fields["reason"] = forms.CharField(
            label=_("理由"),
            max_length=300,
            required=False,
            help_text=_("公表した目標値を変えるときは必ず書きます。記録に残ります。"),
        )

    def targets(self) -> dict[int, Decimal]:
        """Year -> target, where one was written."""
        values = {year: self.cleaned_data.get(f"target_{year}") for year in self.years}
        return {year: value for year, value in values.items() if value is not None}


class EndForm(forms.Form):
    """The last day of a KPI, and why."""

    ended_on = EraDateField(label=gettext_lazy("終える日"))
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("記録に残ります。")
    )


class BoardForm(forms.Form):
    """What the dashboard shows."""

    year = YearField(label=gettext_lazy("年度"), required=False)
    goal = forms.ChoiceField(label=gettext_lazy("基本目標"), required=False)
    package = forms.ChoiceField(label=gettext_lazy("政策パッケージ"), required=False)
    department = forms.ChoiceField(label=gettext_lazy("担当の部署"), required=False)
    model = forms.ChoiceField(label=gettext_lazy("重点推進モデル"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("状況"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("並べる順"), required=False)
