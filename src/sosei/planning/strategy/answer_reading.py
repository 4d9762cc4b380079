"""What a department typed for a KPI, understood: the value, what is wrong with it, and what looks unlikely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from sosei.planning.strategy.cells import Absence, Basis, Cell, CellError, read_cell
from sosei.planning.strategy.errors_kpis import ActualError
from sosei.planning.strategy.judgement.progress import planned_value
from sosei.planning.strategy.judgement.records import Direction, KpiFacts
from sosei.planning.strategy.judgement.records import Kind as JudgedKind
from sosei.planning.strategy.models import Answer, Kpi, KpiActual
from sosei.planning.strategy.numbers import check_number, print_value, print_year, read_number

Availability = KpiActual.Availability
LATER = frozenset({Absence.NOT_YET_PUBLISHED, Absence.UNDER_SURVEY})
FACTOR = 2
SMALL = Decimal(10)


@dataclass(frozen=True)
class Value:
    """A cell's content as the tables keep it."""

    availability: str = Availability.VALUE.value
    value: Decimal | None = None
    yearly_value: Decimal | None = None
    period: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    printed: str = ""
    carried_forward: bool = False


@dataclass(frozen=True)
class Reading:
    """An answer understood.

    Attributes:
        value: None where there is nothing yet or it cannot be read.
        problem: why it cannot be sent, with the remedy; empty where it can.
        doubt: what looks unlikely; the sender says that it is right.
        needs_cause: behind its path, so the cause is asked for.
    """

    value: Value | None = None
    problem: str = ""
    doubt: str = ""
    needs_cause: bool = False


@dataclass(frozen=True)
class Known:
    """What is known of a KPI before the answer.

    Attributes:
        past: fiscal year -> the value that counts.
        targets: fiscal year -> target.
    """

    past: Mapping[int, KpiActual] = field(default_factory=dict)
    targets: Mapping[int, Decimal] = field(default_factory=dict)

    def last_before(self, year: int) -> KpiActual | None:
        """The latest row with a value before `year`."""
        years = [one for one, row in self.past.items() if one < year and row.value is not None]
        return self.past[max(years)] if years else None


def basis_of(kpi: Kpi) -> Basis:
    """What a bare year such as H26 means for this KPI."""
    if kpi.kind == Kpi.Kind.CENSUS:
        return Basis.CENSUS
    return Basis.CALENDAR if kpi.year_kind == Kpi.YearKind.CALENDAR else Basis.FISCAL


def read_value(text: str, kpi: Kpi, *, what: str = "") -> Value | None:
    """A typed or pasted cell; None where it is blank.

    Raises:
        ActualError: neither a number nor a word for a missing one, another unit, or too many decimal places.
    """
    if not text.strip():
        return None
    try:
        cell = read_cell(text.strip(), basis=basis_of(kpi), unit=kpi.unit)
    except CellError as error:
        # The field's own reader says in words what is wrong with most texts.
        read_number(text, what=what or str(kpi), unit=kpi.unit, decimals=kpi.decimals)
        raise ActualError(
            _(
                "%(what)sの「%(value)s」を値として読めません。「1,234」「△5.6」「未公表」のように書き、"
                "時点は「時点・期間」の欄に書いてください。"
            )
            % {"what": what or kpi, "value": text.strip()[:40]}
        ) from error
    return _value_of(cell, text.strip(), kpi, what or str(kpi))


def _value_of(cell: Cell, text: str, kpi: Kpi, what: str) -> Value | None:
    if cell.absence is Absence.BLANK:
        return None
    period = cell.period
    words = {
        "period": cell.words,
        "starts_on": period.start if period else None,
        "ends_on": period.end if period else None,
    }
    if cell.figure is None:
        later = Availability.NOT_YET_PUBLISHED if cell.absence in LATER else Availability.NOT_AVAILABLE
        return Value(availability=later.value, printed=text[:80], **words)  # type: ignore[arg-type]
    yearly = cell.yearly.value if cell.yearly is not None else None
    for number in filter(None, (cell.figure.value, yearly)):
        check_number(number, what=what, decimals=kpi.decimals)
    printed = text[:80] if period is not None or yearly is not None else ""
    return Value(value=cell.figure.value, yearly_value=yearly, printed=printed, **words)  # type: ignore[arg-type]


def read_answer(answer: Answer, kpi: Kpi, known: Known, year: int) -> Reading:
    """An answer as it would be sent."""
    try:
        value = _read(answer, kpi, known, year)
    except ActualError as error:
        return Reading(problem=str(error))
    if value is None:
        return Reading(
            problem=_(
                "「%(kpi)s」の値がまだです。値を入れるか、値がないときは「値がない」などを選んでください。"
            )
            % {"kpi": kpi}
        )
    doubt = "" if value.value is None or value.carried_forward else _doubt(value.value, kpi, known, year)
    behind = value.value is not None and is_behind(kpi, known, value.value, year)
    return Reading(value, "", doubt, behind and not answer.explanation.strip())


def _read(answer: Answer, kpi: Kpi, known: Known, year: int) -> Value | None:
    if answer.kind == Answer.Kind.CARRIED_FORWARD:
        return _carried(answer, kpi, known, year)
    if answer.kind != Answer.Kind.VALUE:
        return Value(availability=answer.kind, period=answer.period)
    value = read_value(answer.typed, kpi)
    if value is None:
        return None
    yearly = value.yearly_value
    if answer.yearly_typed.strip():
        what = _("「%(kpi)s」のうちその年の値") % {"kpi": kpi}
        yearly = read_number(answer.yearly_typed, what=what, unit=kpi.unit, decimals=kpi.decimals)
    own = bool(answer.period.strip()) and answer.period.strip() != value.period
    return Value(
        availability=value.availability,
        value=value.value,
        yearly_value=yearly,
        period=answer.period.strip() or value.period,
        starts_on=None if own else value.starts_on,
        ends_on=None if own else value.ends_on,
        printed="" if own else value.printed,
    )


def _carried(answer: Answer, kpi: Kpi, known: Known, year: int) -> Value:
    last = known.last_before(year)
    wanted = answer.carried_from if answer.carried_from is not None else last.reported_in if last else None
    row = known.past.get(wanted) if wanted is not None and wanted < year else None
    if row is None or row.value is None:
        where = print_year(wanted) if wanted is not None else _("前の年度")
        raise ActualError(
            _(
                "「%(kpi)s」には%(year)sの値がないため、据え置きにできません。値を入れるか、ほかの年度を選んでください。"
            )
            % {"kpi": kpi, "year": where}
        )
    return Value(
        value=row.value,
        period=row.period,
        starts_on=row.period_starts_on,
        ends_on=row.period_ends_on,
        printed=row.printed,
        carried_forward=True,
    )


def _doubt(value: Decimal, kpi: Kpi, known: Known, year: int) -> str:
    last = known.last_before(year)
    if last is None or last.value is None:
        return ""
    before = last.value
    told = {
        "kpi": kpi,
        "value": print_value(value, kpi),
        "before": print_value(before, kpi),
        "year": print_year(last.reported_in),
    }
    if kpi.kind == Kpi.Kind.CUMULATIVE and value < before:
        return _("累計の%(value)sが%(year)sの%(before)sより小さくなっています。まちがいありませんか。") % told
    if max(abs(value), abs(before)) < SMALL or before == 0:
        return ""
    if value * before < 0 or abs(value) > FACTOR * abs(before) or FACTOR * abs(value) < abs(before):
        return (
            _("%(value)sは、%(year)sの%(before)sから大きく変わっています。けた違いではありませんか。") % told
        )
    return ""


def is_behind(kpi: Kpi, known: Known, value: Decimal, year: int) -> bool:
    """Whether a value is worse than the straight way from the base through the targets says for the year."""
    targets = dict(known.targets)
    if kpi.direction == Kpi.Direction.KEEP:
        target = targets.get(year, targets.get(max(targets, default=0)))
        return target is not None and abs(value - target) > (kpi.tolerance or 0)
    facts = KpiFacts(
        direction=Direction(kpi.direction),
        kind=JudgedKind(kpi.kind),
        base=kpi.base_value,
        base_year=kpi.base_year,
        targets=targets,
        actuals=(),
    )
    planned = planned_value(facts, year)
    if planned is None:
        return False
    have = value * planned.under
    return have < planned.over if kpi.direction == Kpi.Direction.UP else have > planned.over
