"""Forms of the planner: a campaign, more time, closing, a file to take in, a layout."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.design.fields import EraDateField
from sosei.engines.conventions.folding import fold_width
from sosei.planning.strategy.excel.layouts import PARTS, Layout
from sosei.planning.strategy.excel.tables import LARGEST_FILE
from sosei.planning.strategy.models import Strategy
from sosei.planning.strategy.numbers import fiscal_year_today, print_year
from sosei.planning.strategy.services.reports import LATE_YEARS

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Of a column: a year that cannot be said in words would break every page that shows the layout."""


class DaysField(forms.CharField):
    """Days after the due date: 1, 7, 14."""

    def clean(self, value: Any) -> list[int]:
        """Numbers; none where it is empty.

        Raises:
            ValidationError: something that is no number.
        """
        text = fold_width(super().clean(value) or "").replace("日", " ").replace("、", " ").replace(",", " ")
        wrong = [word for word in text.split() if not re.fullmatch(r"\d{1,3}", word)]
        if wrong:
            raise ValidationError(
                gettext("「%(word)s」は日数ではありません。「1, 7, 14」のように書いてください。")
                % {"word": wrong[0]}
            )
        return [int(word) for word in text.split()]


class CampaignForm(forms.Form):
    """A campaign; the year only when it is made."""

    fiscal_year = forms.TypedChoiceField(label=_("どの年度の実績を聞くか"), coerce=int)
    due_on = EraDateField(label=_("締め切りの日"))
    text = forms.CharField(
        label=_("部署への文"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("お願いのメールと、部署のページに出ます。"),
    )
    reminder_days = DaysField(
        label=_("催促する日"),
        required=False,
        max_length=60,
        help_text=_("締め切りから何日たったら、まだの部署に催促のメールを送るか。例：1, 7, 14"),
    )

    def __init__(self, data: Any = None, *, strategy: Strategy, initial: Any = None, with_year: bool) -> None:
        super().__init__(data, initial=initial)
        if not with_year:
            del self.fields["fiscal_year"]
            return
        last = min(strategy.last_fiscal_year + LATE_YEARS, fiscal_year_today(strategy.municipality))
        years = range(last, strategy.first_fiscal_year - 1, -1)
        self.fields["fiscal_year"].choices = [(year, print_year(year)) for year in years]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A reason that is kept."""

    reason = forms.CharField(label=_("理由"), max_length=300, required=False)


class ExtendForm(forms.Form):
    """More time for a department."""

    due_on = EraDateField(label=_("新しい締め切り"))
    reason = forms.CharField(label=_("延ばす理由"), max_length=300)


class FileForm(forms.Form):
    """A table to take in, and in which layout it is."""

    layout = forms.ChoiceField(label=_("表の形"))
    file = forms.FileField(
        label=_("ファイル"),
        help_text=_("Excel（.xlsx）かCSV。10MBまで。取り込む前に、何が変わるかを見せます。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt", "data-max-bytes": str(LARGEST_FILE)}),
    )


class SampleForm(forms.Form):
    """A table as the city has it, from which the layout is guessed."""

    file = forms.FileField(
        label=_("市の表（見本）"),
        help_text=_("いま使っているKPIの表。見出しから、どの列に何があるかを読み取ります。値は読みません。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt", "data-max-bytes": str(LARGEST_FILE)}),
    )
    sheet = forms.CharField(
        label=_("シートの名前"), max_length=31, required=False, help_text=_("空なら、最初のシート。")
    )


PART_LABELS = {
    "key": _("Soseiの番号"),
    "number": _("番号"),
    "title": _("KPIの名称"),
    "unit": _("単位"),
    "base": _("基準値"),
    "target": _("目標値"),
    "department": _("担当の部署"),
    "explanation": _("要因"),
}


class LayoutForm(forms.Form):
    """Which column holds what; columns as letters, years as 2020=F."""

    name = forms.CharField(label=_("この形の名前"), max_length=80)
    sheet = forms.CharField(label=_("シートの名前"), max_length=31, required=False)
    heading_row = forms.IntegerField(label=_("見出しの行"), min_value=1, max_value=50)
    years = forms.CharField(
        label=_("年度の列"),
        max_length=600,
        help_text=_("年度（西暦）と列。例：2020=F, 2021=G, 2022=H"),
    )
    explanation_year = forms.IntegerField(
        label=_("要因はどの年度の値のものか（西暦）"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )
    headings = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for part in PARTS:
            self.fields[f"column_{part}"] = forms.CharField(
                label=gettext("「%(what)s」の列") % {"what": PART_LABELS[part]},
                max_length=3,
                required=part == "title",
            )
        first = ["name", "sheet", "heading_row", *(f"column_{part}" for part in PARTS)]
        self.order_fields([*first, "years", "explanation_year", "headings"])

    def clean_years(self) -> dict[int, str]:
        """Fiscal year -> column."""
        years = {}
        for pair in re.split(r"[,、\s]+", fold_width(self.cleaned_data["years"]).upper().strip(" ,")):
            found = re.fullmatch(r"(\d{4})=([A-Z]{1,3})", pair)
            if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
                raise ValidationError(
                    gettext("「%(pair)s」を読めません。「2020=F」のように、西暦の年度と列を書いてください。")
                    % {"pair": pair}
                )
            years[int(found[1])] = found[2]
        return years

    def layout(self) -> Layout:
        """As it is kept.

        Raises:
            LayoutError: a column holds two things, or is none.
        """
        given = self.cleaned_data
        headings = given["headings"] if isinstance(given.get("headings"), dict) else {}
        return Layout(
            name=given["name"],
            sheet=given["sheet"].strip(),
            heading_row=given["heading_row"],
            parts={
                part: fold_width(given[f"column_{part}"]).upper().strip()
                for part in PARTS
                if given[f"column_{part}"].strip()
            },
            years=given["years"],
            explanation_year=given["explanation_year"],
            headings={str(key)[:3]: str(text)[:60] for key, text in headings.items()},
        )

    @staticmethod
    def initial_of(layout: Layout) -> dict[str, Any]:
        """The boxes filled from a guessed layout."""
        return {
            "name": layout.name,
            "sheet": layout.sheet,
            "heading_row": layout.heading_row,
            **{f"column_{part}": letter for part, letter in layout.parts.items()},
            "years": ", ".join(f"{year}={letter}" for year, letter in sorted(layout.years.items())),
            "explanation_year": layout.explanation_year if layout.parts.get("explanation") else None,
            "headings": dict(layout.headings),
        }
