"""Forms of the loop: levers, the target, and the packages' weights, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.engines.demography.household_types import HOUSEHOLD_TYPES
from sosei.planning.outcomes.loop.settings import (
    MIX,
    MOST_PACE_YEARS,
    FertilitySettings,
    SettledSettings,
)
from sosei.planning.outcomes.loop_facts_shown import household_title
from sosei.planning.outcomes.loop_state import Wanted
from sosei.planning.outcomes.models import GapShare, Lever
from sosei.planning.outcomes.models.levers import LONGEST_REASON
from sosei.planning.population.vision_records import Vision
from sosei.planning.strategy.models import Kpi, PolicyPackage

WHOLE = {"inputmode": "numeric"}
DECIMAL = {"inputmode": "decimal"}


def reason_field() -> forms.CharField:
    """Why it is decided so; shown on the public page."""
    return forms.CharField(
        label=gettext_lazy("理由"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("だれでも見られるページに出ます。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def percent_field(label: Any, help_text: Any = "") -> forms.IntegerField:
    """A share in whole per cent."""
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={**WHOLE, "size": 4}),
    )


def pace_field() -> forms.IntegerField:
    """How many fiscal years make the pace."""
    return forms.IntegerField(
        label=gettext_lazy("ペースを見る年度の数"),
        help_text=gettext_lazy("終わった年度を、新しいほうからこの数だけ平均します。"),
        min_value=1,
        max_value=MOST_PACE_YEARS,
        widget=forms.NumberInput(attrs={**WHOLE, "size": 4}),
    )


ANYWAY_LABEL = gettext_lazy("事業がなくても来たと考える割合（%）")
ANYWAY_HELP = gettext_lazy(
    "この割合を差し引いたものを「寄与」とします。アンケートなどで調べた値があれば、それを使ってください。"
)


class _LoopForm(forms.Form):
    """Tells the problems of a service beside the boxes they belong to."""

    fields_of: Mapping[str, str] = {}

    def tell(self, problems: Mapping[str, str]) -> None:
        """Puts each sentence beside its box; above the form where there is none."""
        for name, text in problems.items():
            box = self.fields_of.get(name, name)
            self.add_error(box if box in self.fields else None, text)


class SettledForm(_LoopForm):
    """How settled households enter the projection."""

    in_force = forms.TypedChoiceField(
        label=gettext_lazy("移り住んだ世帯の実績を、見通しに"),
        choices=[("1", gettext_lazy("入れる")), ("", gettext_lazy("入れない"))],
        coerce=bool,
        required=False,
        empty_value=False,
        widget=forms.RadioSelect,
    )
    goes_on = forms.TypedChoiceField(
        label=gettext_lazy("これから来る世帯"),
        choices=[
            ("1", gettext_lazy("いまのペースが続くとする")),
            ("", gettext_lazy("これまでに来た世帯だけを入れる")),
        ],
        coerce=bool,
        required=False,
        empty_value=False,
        widget=forms.RadioSelect,
    )
    pace_years = pace_field()
    anyway = percent_field(ANYWAY_LABEL, ANYWAY_HELP)
    counts_persons = forms.BooleanField(
        label=gettext_lazy("一人ずつ記録した「人の定住」も足す"),
        help_text=gettext_lazy(
            "同じ人を「世帯の定住」としても記録しているときは、二重になるので足さないでください。"
        ),
        required=False,
    )
    reason = reason_field()

    def __init__(self, data: Any, settings: SettledSettings, lever: Lever | None) -> None:
        initial = {
            **settings.to_parameters(),
            "in_force": "1" if lever is None or lever.in_force else "",
            "goes_on": "1" if settings.goes_on else "",
            "anyway": round(settings.anyway * 100),
            "reason": lever.reason if lever else "",
        }
        super().__init__(data, initial=initial)

    def parameters(self) -> dict[str, Any]:
        """As the service takes them."""
        given = self.cleaned_data
        return {
            "goes_on": bool(given["goes_on"]),
            "pace_years": given["pace_years"],
            "anyway": given["anyway"] / 100,
            "counts_persons": given["counts_persons"],
        }


class FertilityForm(_LoopForm):
    """Whether and how a KPI moves the fertility rate."""

    kind = forms.ChoiceField(
        label=gettext_lazy("出生率を動かすもの"),
        choices=[
            ("", gettext_lazy("なし（基準推計のまま）")),
            (Lever.Kind.BIRTHS, gettext_lazy("出生数のKPI")),
            (Lever.Kind.MARRIAGE, gettext_lazy("婚姻率のKPI")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    kpi = forms.ModelChoiceField(
        label="KPI", queryset=Kpi.objects.none(), required=False, empty_label=gettext_lazy("選んでください")
    )
    base = forms.FloatField(
        label=gettext_lazy("推計の出発点の婚姻率"),
        help_text=gettext_lazy(
            "婚姻率のときだけ使います。人口千人あたりの件数など、KPIと同じ数え方で入れてください。"
        ),
        required=False,
        widget=forms.NumberInput(attrs={**DECIMAL, "size": 8, "step": "any"}),
    )
    passed_on = percent_field(
        gettext_lazy("婚姻率の変化のうち、出生率に伝わる割合（%）"),
        gettext_lazy("婚姻率のときだけ使います。"),
    )
    pace_years = pace_field()
    anyway = percent_field(gettext_lazy("事業がなくても変わったと考える割合（%）"), ANYWAY_HELP)
    reason = reason_field()

    def __init__(self, data: Any, lever: Lever | None, settings: FertilitySettings, kpis: Any) -> None:
        initial = {
            **settings.to_parameters(),
            "kind": lever.kind if lever else "",
            "kpi": lever.kpi_id if lever else None,
            "passed_on": round(settings.passed_on * 100),
            "anyway": round(settings.anyway * 100),
            "reason": lever.reason if lever else "",
        }
        super().__init__(data, initial=initial)
        self.fields["kpi"].queryset = kpis  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A kind needs its KPI."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") and not given.get("kpi") and "kpi" not in self.errors:
            self.add_error("kpi", _("出生率を動かすKPIを選んでください。"))
        return given

    def parameters(self) -> dict[str, Any]:
        """As the service takes them."""
        given = self.cleaned_data
        return {
            "pace_years": given["pace_years"],
            "anyway": given["anyway"] / 100,
            "passed_on": given["passed_on"] / 100,
            "base": given["base"] if given["kind"] == Lever.Kind.MARRIAGE else None,
        }


class TargetForm(_LoopForm):
    """The population that the programmes are measured against, and who closes the gap."""

    fields_of = {"mix": "mix_family_30s"}
    scenario = forms.ChoiceField(label=gettext_lazy("目標とする人口"), required=False)
    total = forms.IntegerField(
        label=gettext_lazy("決めた人口"),
        help_text=gettext_lazy("上で「数字で決める」を選んだときに入れます。例：220000"),
        required=False,
        min_value=1,
        widget=forms.NumberInput(attrs={**WHOLE, "size": 12}),
    )
    year = forms.TypedChoiceField(label=gettext_lazy("年"), coerce=int)
    reason = reason_field()

    def __init__(self, data: Any, vision: Vision, wanted: Wanted | None) -> None:
        mix = wanted.mix if wanted else MIX
        row = wanted.row if wanted else None
        initial = {
            "scenario": row.scenario if row else "",
            "total": row.total if row else None,
            "year": wanted.target.year if wanted else vision.to_year,
            "reason": row.reason if row else "",
            **{f"mix_{name}": round(mix.get(name, 0) * 100) for name in HOUSEHOLD_TYPES},
        }
        if row is None and wanted is not None:
            initial["scenario"] = next((i.name for i in vision.scenarios if i.title == wanted.title), "")
        super().__init__(data, initial=initial)
        self.fields["scenario"].choices = [  # type: ignore[attr-defined]
            *((info.name, info.title) for info in vision.scenarios if info.name != "baseline"),
            ("", _("数字で決める")),
        ]
        years = sorted({r["year"] for r in vision.tables["scenario_totals"] if r["year"] > vision.base_year})
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
        for name in HOUSEHOLD_TYPES:
            self.fields[f"mix_{name}"] = percent_field(
                _("足りない世帯のうち、%(title)sの割合（%%）") % {"title": household_title(name)}
            )
        self.order_fields(["scenario", "total", "year", *(f"mix_{n}" for n in HOUSEHOLD_TYPES), "reason"])

    def clean(self) -> dict[str, Any]:
        """A scenario or a figure."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("scenario") and given.get("total") is None and "total" not in self.errors:
            self.add_error("total", _("目標とする人口を入れるか、シナリオを選んでください。"))
        return given

    def decided(self) -> dict[str, Any]:
        """As the service takes it."""
        given = self.cleaned_data
        return {
            "year": given["year"],
            "scenario": given["scenario"],
            "total": None if given["scenario"] else given["total"],
            "mix": {name: given[f"mix_{name}"] / 100 for name in HOUSEHOLD_TYPES if given[f"mix_{name}"]},
            "reason": given["reason"],
        }


class SharesForm(_LoopForm):
    """A weight and a reason for each package; a weight left empty or 0 means that it takes no part."""

    def __init__(self, data: Any, packages: Sequence[PolicyPackage], held: Mapping[int, GapShare]) -> None:
        super().__init__(data)
        self.packages = list(packages)
        self.held = held
        for package in self.packages:
            share = held.get(package.pk)
            named = {"number": package.number, "title": package.local_title}
            self.fields[f"weight_{package.pk}"] = forms.DecimalField(
                label=_("%(number)sの重み") % named,
                required=False,
                min_value=0,
                max_digits=8,
                decimal_places=2,
                initial=share.weight.normalize() if share else None,
                widget=forms.NumberInput(attrs={**DECIMAL, "size": 6, "step": "any"}),
            )
            self.fields[f"reason_{package.pk}"] = forms.CharField(
                label=_("%(number)sをこの重みにした理由") % named,
                required=False,
                max_length=LONGEST_REASON,
                initial=share.reason if share else "",
            )
        self.fields_of = {package.number: f"reason_{package.pk}" for package in self.packages}

    def rows(self) -> list[tuple[PolicyPackage, Any, Any]]:
        """Each package with its two boxes."""
        return [(p, self[f"weight_{p.pk}"], self[f"reason_{p.pk}"]) for p in self.packages]

    def decided(self) -> dict[PolicyPackage, tuple[Decimal, str]]:
        """What the service takes: the packages with a weight, and those that had one before."""
        given = self.cleaned_data
        return {
            package: (given[f"weight_{package.pk}"] or Decimal(0), given[f"reason_{package.pk}"])
            for package in self.packages
            if given[f"weight_{package.pk}"] or package.pk in self.held
        }
