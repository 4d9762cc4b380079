"""What the page of one KPI shows: its values year by year, its judgement, its neighbours, how well it is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from sosei.planning.strategy.charts.kpi import kpi_chart, planned_way, titles_of
from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.forecast import Forecast
from sosei.planning.strategy.judgement.monitoring import Quality, Upkeep, quality
from sosei.planning.strategy.judgement.words import Word
from sosei.planning.strategy.judging import JudgedKpi, JudgedYear, judge_strategy
from sosei.planning.strategy.kpi_owners import owners_of
from sosei.planning.strategy.kpi_page_records import (
    Column,
    Correction,
    ShownMark,
    ShownValue,
    ShownYear,
    Table,
    TableCell,
)
from sosei.planning.strategy.models import Kpi, KpiActual, Measure, PolicyPackage
from sosei.planning.strategy.numbers import (
    fiscal_year_today,
    print_number,
    print_share,
    print_value,
    print_year,
    today_in,
    with_unit,
)
from sosei.planning.strategy.permissions import can_report, owns_kpi, plans_for, works_on_strategy_of
from sosei.planning.strategy.services.reports import LATE_YEARS
from sosei.planning.strategy.value_cells import base_cell, cell_of


class KpiPage:
    """One KPI as `user` sees it.

    Attributes:
        judged: facts, values and judgements.
        works: sees what isn't published.
        plans: may change the KPI.
    """

    def __init__(self, kpi: Kpi, user: Any) -> None:
        self.kpi = kpi
        self.user = user
        self.strategy = kpi.strategy
        self.town = kpi.strategy.municipality
        self.today: date = today_in(self.town)
        self.works = works_on_strategy_of(user, self.town.pk)
        self.plans = plans_for(user, self.town.pk)
        self.reports = self.plans or owns_kpi(user, kpi)
        self.years = self._years()
        self.judged: JudgedKpi = judge_strategy(
            kpi.strategy, user=user, today=self.today, kpis=[kpi], years=self.years
        ).kpis[kpi.pk]

    def _years(self) -> list[int]:
        first, last = self.strategy.first_fiscal_year, self.strategy.last_fiscal_year + LATE_YEARS
        if self.kpi.base_year is not None:
            first = min(first, self.kpi.base_year)
        return list(range(first, min(last, fiscal_year_today(self.town)) + 1))

    @cached_property
    def forecast(self) -> Forecast:
        """To the final year, from everything that is known."""
        return self.judged.forecast()

    @cached_property
    def forecast_text(self) -> str:
        """The forecast in words: the value, its interval, and what that says of the target."""
        found = self.forecast
        said = wording.forecast_sentence(found)
        if found.value is None or found.low is None or found.high is None or found.final_year is None:
            return said
        low, centre, high = (
            print_number(Decimal(str(value)), self.kpi.decimals)
            for value in (found.low, found.value, found.high)
        )
        return _(
            "このまま進むと、%(year)sは%(value)sほど（%(share)sの確かさで%(low)sから%(high)s）。%(outlook)s。"
        ) % {
            "year": print_year(found.final_year),
            "value": with_unit(centre, self.kpi.local_unit),
            "share": print_share(Decimal(str(found.level))),
            "low": low,
            "high": with_unit(high, self.kpi.local_unit),
            "outlook": said,
        }

    @property
    def forecast_method(self) -> str:
        """How the forecast is made; empty where there is none."""
        return str(wording.METHODS[self.forecast.method]) if self.forecast.method is not None else ""

    @cached_property
    def chart(self) -> Any:
        """The Vega-Lite spec; None where there is nothing to draw."""
        return kpi_chart(self.judged, self.forecast)

    @cached_property
    def legend(self) -> list[tuple[str, str]]:
        """Name and title of every series that is drawn."""
        if self.chart is None:
            return []
        drawn = {row["series"] for name in ("lines", "points") for row in self.chart["datasets"][name]}
        return [(name, title) for name, title in titles_of().items() if name in drawn]

    @cached_property
    def latest(self) -> JudgedYear | None:
        """The newest year of the term with a value whose period is over; else the newest judged one with a value, or
        without."""
        judged = list(self.judged.years.values())
        term = [one for one in judged if one.year in self.strategy.fiscal_years]
        settled = [
            one
            for one in term
            if one.judgement.actual is not None and Word.PERIOD_RUNNING not in one.judgement.words
        ]
        if settled:
            return settled[-1]
        return self.judged.latest or (term[-1] if term else None)

    @property
    def latest_year(self) -> str:
        """The newest year in words."""
        return "" if self.latest is None else print_year(self.latest.year)

    @property
    def _newest(self) -> KpiActual | None:
        chosen = self.latest.values.chosen if self.latest is not None else None
        return chosen.actual if chosen is not None else None

    @property
    def latest_period(self) -> str:
        """What the newest value is about."""
        return self._newest.period if self._newest is not None else ""

    @property
    def latest_explanation(self) -> str:
        """The cause that was reported with the newest value."""
        return self._newest.explanation if self._newest is not None else ""

    @property
    def rule_label(self) -> str:
        """What the rule alone would say of the newest year."""
        return "" if self.latest is None else wording.label(self.latest.judgement)

    @property
    def pace(self) -> str:
        """Progress over what was due; empty where there is none."""
        share = self.latest.judgement.pace if self.latest is not None else None
        return "" if share is None else print_share(share)

    @property
    def progress(self) -> str:
        """The share of the way from base to target; empty where there is none."""
        share = self.latest.judgement.progress if self.latest is not None else None
        return "" if share is None else print_share(share)

    @property
    def base_value(self) -> str:
        """The base."""
        return print_value(self.kpi.base_value, self.kpi)

    @property
    def base_when(self) -> str:
        """When the base was reported, and what it is about."""
        year = print_year(self.kpi.base_year) if self.kpi.base_year is not None else ""
        period = self.kpi.base_period
        return _("%(year)s（%(period)s）") % {"year": year, "period": period} if period else year

    @property
    def final_year(self) -> str:
        """The year of the final target."""
        year = self.judged.facts.final_year
        return "" if year is None else print_year(year)

    @cached_property
    def latest_value(self) -> str:
        """The newest value that counts."""
        judged = self.latest
        if judged is None or judged.values.chosen is None:
            return ""
        return print_value(judged.values.chosen.value, self.kpi)

    @cached_property
    def base_text(self) -> str:
        """The base with what it refers to."""
        return base_cell(self.kpi)

    @cached_property
    def target_text(self) -> str:
        """The final target."""
        return print_value(self.judged.facts.target, self.kpi)

    @cached_property
    def planned_text(self) -> str:
        """What the KPI should stand at in the newest year."""
        judged = self.latest
        return "" if judged is None else print_value(judged.judgement.planned, self.kpi)

    @cached_property
    def chart_table(self) -> Table:
        """The chart in words: a line a year."""
        planned = {step.year: step.value for step in planned_way(self.judged)}
        facts = self.judged.facts
        actual = {point.reported_in: point for point in facts.actuals if point.value is not None}
        years = sorted({*planned, *actual, *facts.targets})
        lines = []
        for year in years:
            point = actual.get(year)
            value = print_value(point.value, self.kpi) if point is not None else ""
            if point is not None and point.carried_forward:
                value = _("%(value)s（据え置き）") % {"value": value}
            outlook = ""
            if self.forecast.value is not None and year == self.forecast.final_year:
                outlook = with_unit(
                    print_number(Decimal(str(self.forecast.value)), self.kpi.decimals), self.kpi.local_unit
                )
            lines.append(
                [
                    TableCell(print_year(year)),
                    TableCell(print_value(planned.get(year), self.kpi), True),
                    TableCell(print_value(facts.targets.get(year), self.kpi), True),
                    TableCell(value, True),
                    TableCell(outlook, True),
                ]
            )
        headings = [_("年度"), _("予定"), _("目標"), _("実績値"), _("このまま進むとき")]
        return Table([Column(text, at > 0) for at, text in enumerate(headings)], lines)

    @cached_property
    def rows(self) -> list[ShownYear]:
        """The table of values, the newest year first."""
        planned = {step.year: step.value for step in planned_way(self.judged)}
        targets = {target.fiscal_year: target for target in self.judged.targets}
        shown = {*self.judged.values, *targets}
        last_value = max(self.judged.values, default=self.strategy.first_fiscal_year)
        for year in self.strategy.fiscal_years:
            if year <= last_value or (self.works and year <= fiscal_year_today(self.town)):
                shown.add(year)
        if self.kpi.base_value is not None and self.kpi.base_year is not None:
            shown.add(self.kpi.base_year)
        return [self._row(year, targets.get(year), planned.get(year)) for year in sorted(shown, reverse=True)]

    def _row(self, year: int, target: Any, planned: Decimal | None) -> ShownYear:
        held = self.judged.values.get(year)
        values = tuple(
            ShownValue(
                candidate,
                cell_of(self.kpi, candidate.actual)
                if candidate.actual is not None
                else print_value(candidate.value, self.kpi),
                held is not None and candidate is held.chosen,
                self._facts_url(year) if candidate.fed is not None else "",
            )
            for candidate in (held.candidates if held is not None else ())
        )
        written = any(value.row is not None for value in values)
        return ShownYear(
            year=year,
            target=print_value(target.value, self.kpi) if target is not None else "",
            planned=print_value(planned, self.kpi) if planned is not None else "",
            values=values,
            judged=self.judged.years.get(year),
            is_base=year == self.kpi.base_year and self.kpi.base_value is not None,
            may_record=self.reports
            and not written
            and self.kpi.ended_on is None
            and self.strategy.first_fiscal_year <= year <= fiscal_year_today(self.town),
        )

    def _facts_url(self, year: int) -> str:
        if not self.works:
            return ""
        try:
            listed = reverse("outcomes:list", kwargs={"code": self.town.code})
        except NoReverseMatch:
            return ""
        return f"{listed}?kpi={self.kpi.pk}&year={year}"

    @cached_property
    def _live_rows(self) -> list[KpiActual]:
        """The rows of the table that no later one replaced."""
        return [value.row for year in self.rows for value in year.values if value.row is not None]

    @cached_property
    def corrections(self) -> list[Correction]:
        """Every row that a later one replaced, the newest correction first."""
        if all(row.replaces_id is None for row in self._live_rows):
            return []
        later = (
            KpiActual.objects.visible_to(self.user)
            .filter(kpi=self.kpi, replaces__isnull=False)
            .select_related("replaces", "entered_by", "entered_for")
            .order_by("-entered_at", "-pk")
        )
        return [
            Correction(row.replaces, row, cell_of(self.kpi, row.replaces), cell_of(self.kpi, row))
            for row in later
        ]

    @cached_property
    def quality(self) -> Quality:
        """How well the KPI can be followed."""
        rows = self._live_rows
        fed = sum(1 for year in self.rows for value in year.values if value.candidate.fed is not None)
        upkeep = Upkeep(
            source=bool(self.kpi.source),
            values_with_source=sum(1 for row in rows if row.source) + fed,
            values=len(rows) + fed,
            department=self.kpi.department_id is not None,
            owners=owners_of(self.kpi.department_id),
        )
        return quality(self.judged.facts, upkeep, today=self.today)

    @cached_property
    def marks(self) -> list[ShownMark]:
        """The four aspects in words; what is to be done only for those who can do it."""
        return [
            ShownMark(
                mark,
                str(wording.ASPECTS[mark.aspect]),
                str(wording.GRADES[mark.grade]),
                mark.grade.value,
                wording.reason(mark),
                wording.remedy(mark) if self.works else "",
            )
            for mark in self.quality.marks
        ]

    @cached_property
    def _neighbours(self) -> list[Kpi]:
        """The same indicator under other definitions, and the same KPI in the terms before and after."""
        kpi = self.kpi
        near = Q(same_indicator_as=kpi) | Q(continues=kpi) | Q(pk=kpi.continues_id)
        if kpi.same_indicator_as_id is not None:
            near |= Q(pk=kpi.same_indicator_as_id) | Q(same_indicator_as=kpi.same_indicator_as_id)
        seen = Kpi.objects.visible_to(self.user).filter(near).exclude(pk=kpi.pk)
        return list(seen.select_related("strategy").order_by("pk"))

    @property
    def other_definitions(self) -> list[Kpi]:
        """The same indicator under other definitions, found from either side."""
        same = {self.kpi.pk, self.kpi.same_indicator_as_id} - {None}
        return [
            other
            for other in self._neighbours
            if other.pk == self.kpi.same_indicator_as_id or other.same_indicator_as_id in same
        ]

    @property
    def earlier(self) -> list[Kpi]:
        """The KPI of the term before."""
        return [other for other in self._neighbours if other.pk == self.kpi.continues_id]

    @property
    def later(self) -> list[Kpi]:
        """The KPIs of the term after."""
        return [other for other in self._neighbours if other.continues_id == self.kpi.pk]

    @cached_property
    def measures(self) -> list[Measure]:
        """The measures that work on this KPI: its own, or those of its package."""
        if self.kpi.measure is not None:
            return [self.kpi.measure]
        if self.kpi.package is None:
            return []
        return list(Measure.objects.visible_to(self.user).filter(package=self.kpi.package))

    @cached_property
    def packages(self) -> list[PolicyPackage]:
        """The packages under the goal of a goal's KPI."""
        if self.kpi.goal is None:
            return []
        return list(PolicyPackage.objects.visible_to(self.user).filter(goal=self.kpi.goal))

    def may_correct(self, row: KpiActual) -> bool:
        """Whether the reader may correct a value."""
        return self.works and can_report(self.user, row)
