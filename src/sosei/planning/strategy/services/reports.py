"""One value of a KPI as it is reported, and what is checked before it becomes a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Organisation, Person
from sosei.engines.conventions.fiscal_years import fiscal_year_of
from sosei.planning.strategy.errors_kpis import ActualError
from sosei.planning.strategy.models import Kpi, KpiActual, Origin
from sosei.planning.strategy.numbers import check_number, fiscal_year_today, print_year
from sosei.planning.strategy.permissions import can_report

Availability = KpiActual.Availability
LATE_YEARS = 3
"""A term's last results come out after its end: so many years later a value may still be reported."""


@dataclass(frozen=True)
class Report:
    """One value as it is reported in a fiscal year.

    Attributes:
        replaces: the row that this one corrects; None for the first value of a year.
        period: the reference period in words as printed, such as H30 or 2015国勢調査; the days beside it where known.
        yearly_value: the year's own part of a cumulative value.
        printed: the cell as the document prints it, where it was read from one.
    """

    kpi: Kpi
    reported_in: int
    value: Decimal | None = None
    availability: str = Availability.VALUE.value
    yearly_value: Decimal | None = None
    carried_forward: bool = False
    period: str = ""
    period_starts_on: date | None = None
    period_ends_on: date | None = None
    printed: str = ""
    source: str = ""
    explanation: str = ""
    is_sample: bool = False
    replaces: KpiActual | None = None


def row_of(
    report: Report, origin: str, entered_by: Person | None, entered_for: Organisation | None, reason: str
) -> KpiActual:
    """The row of a report, checked.

    Raises:
        NotAllowedError, ActualError: as `record_actual` and `correct_actual`.
    """
    replaced = report.replaces
    row = KpiActual(
        strategy=report.kpi.strategy,
        kpi=report.kpi,
        reported_in=report.reported_in,
        origin=replaced.origin if replaced is not None else origin,
        availability=report.availability,
        value=report.value,
        yearly_value=report.yearly_value,
        carried_forward=report.carried_forward,
        period=report.period.strip(),
        period_starts_on=report.period_starts_on,
        period_ends_on=report.period_ends_on,
        printed=report.printed,
        source=report.source.strip(),
        explanation=report.explanation.strip(),
        is_sample=report.is_sample,
        entered_at=timezone.now(),
        entered_by=entered_by,
        entered_for=entered_for,
        replaces=replaced,
        reason=reason.strip() if replaced is not None else "",
    )
    _check_leave(row, entered_by, entered_for)
    _check_row(row)
    if replaced is not None:
        _check_correction(row, replaced)
    return row


def _check_leave(row: KpiActual, person: Person | None, department: Organisation | None) -> None:
    kpi = row.kpi
    # By a link that a department was sent: whoever has it speaks for that department and for no other.
    by_link = person is None and department is not None and department.pk == kpi.department_id
    if not (by_link if person is None else can_report(person, row)):
        raise NotAllowedError(
            _("「%(kpi)s」の実績を入れられるのは、企画担当と%(department)sのKPI担当です。")
            % {"kpi": kpi, "department": kpi.department or _("担当の部署")}
        )


def what_of(row: KpiActual | Report) -> str:
    """The value by KPI and year, for the beginning of an error."""
    return _("「%(kpi)s」の%(year)sの実績") % {"kpi": row.kpi, "year": print_year(row.reported_in)}


def _check_row(row: KpiActual) -> None:
    what = what_of(row)
    if row.origin == Origin.FED or row.origin not in Origin.values:
        raise ActualError(
            _("%(what)sは、入力かファイルからだけ入れられます。事業の実績からの値は自動で入ります。")
            % {"what": what},
            "origin",
        )
    _check_year(row, what)
    if row.availability not in Availability.values:
        raise ActualError(
            _("%(what)sの「値の有無」の「%(value)s」は選べません。")
            % {"what": what, "value": row.availability},
            "availability",
        )
    if (row.value is not None) != (row.availability == Availability.VALUE):
        raise ActualError(
            _("%(what)sに値を書くか、「値がない」「まだ公表されていない」のどちらかを選んでください。")
            % {"what": what},
            "value",
        )
    for name, value in (("value", row.value), ("yearly_value", row.yearly_value)):
        if value is None:
            continue
        try:
            check_number(value, what=what, decimals=row.kpi.decimals)
        except ActualError as error:
            raise ActualError(str(error), name) from error
    if row.yearly_value is not None and (row.kpi.kind != Kpi.Kind.CUMULATIVE or row.value is None):
        raise ActualError(
            _(
                "%(what)sに「その年の値」は書けません。累計のKPIで、累計の値があるときだけ書きます。空にしてください。"
            )
            % {"what": what},
            "yearly_value",
        )
    if row.carried_forward and row.value is None:
        raise ActualError(
            _("%(what)sを据え置くときは、据え置いた値も書いてください。") % {"what": what}, "value"
        )
    starts, ends = row.period_starts_on, row.period_ends_on
    if starts and ends and ends < starts:
        raise ActualError(
            _("%(what)sの期間の終わり（%(end)s）が始まり（%(start)s）より前です。どちらかを直してください。")
            % {"what": what, "end": ends, "start": starts},
            "period_ends_on",
        )
    for name in ("period", "printed", "source", "reason"):
        longest = KpiActual._meta.get_field(name).max_length
        if longest is not None and len(getattr(row, name)) > longest:
            raise ActualError(
                _("%(what)sの「%(field)s」が長すぎます。%(longest)s文字までにしてください。")
                % {
                    "what": what,
                    "field": KpiActual._meta.get_field(name).verbose_name,
                    "longest": longest,
                },
                name,
            )


def _check_year(row: KpiActual, what: str) -> None:
    strategy, kpi = row.strategy, row.kpi
    first = min(strategy.first_fiscal_year, kpi.base_year or strategy.first_fiscal_year)
    last = min(strategy.last_fiscal_year + LATE_YEARS, fiscal_year_today(strategy.municipality))
    if kpi.ended_on is not None:
        last = min(last, fiscal_year_of(kpi.ended_on.year, kpi.ended_on.month))
    if not first <= row.reported_in <= last:
        raise ActualError(
            _("%(what)sは入れられません。入れられるのは%(first)sから%(last)sまでです。年度を直してください。")
            % {"what": what, "first": print_year(first), "last": print_year(last)},
            "reported_in",
        )


SAID = (
    "availability",
    "value",
    "yearly_value",
    "carried_forward",
    "period",
    "period_starts_on",
    "period_ends_on",
    "printed",
    "source",
    "explanation",
)
"""What a report says of a year: where nothing of it differs, there is no news."""


def _check_correction(row: KpiActual, replaced: KpiActual) -> None:
    what = what_of(row)
    if (replaced.kpi_id, replaced.reported_in) != (row.kpi_id, row.reported_in):
        raise ActualError(
            _("%(what)sで、別のKPIか別の年度の値を直そうとしました。") % {"what": what}, "reported_in"
        )
    if not row.reason:
        raise ActualError(
            _("%(what)sを直す理由を書いてください。記録に残ります。") % {"what": what}, "reason"
        )
    if all(getattr(row, name) == getattr(replaced, name) for name in (*SAID, "is_sample")):
        raise ActualError(
            _("%(what)sは前と同じです。直すところを変えてから送ってください。") % {"what": what}, "value"
        )
