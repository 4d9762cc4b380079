"""Values of KPIs: record one or many, correct one by a row that names it, choose which of several counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Organisation, Person
from sosei.core.records.services import write_entry
from sosei.planning.strategy.errors_kpis import ActualError, ActualsError
from sosei.planning.strategy.fed_values import fed_values
from sosei.planning.strategy.models import Kpi, KpiActual, Origin, ValueChoice
from sosei.planning.strategy.numbers import print_day, print_value, print_year
from sosei.planning.strategy.permissions import can_plan_part
from sosei.planning.strategy.services.reports import Availability, Report, row_of, what_of


@transaction.atomic
def record_actual(
    *,
    kpi: Kpi,
    reported_in: int,
    origin: str,
    entered_by: Person | None,
    value: Decimal | None = None,
    availability: str = Availability.VALUE.value,
    yearly_value: Decimal | None = None,
    carried_forward: bool = False,
    period: str = "",
    period_starts_on: date | None = None,
    period_ends_on: date | None = None,
    explanation: str = "",
    printed: str = "",
    source: str = "",
    entered_for: Organisation | None = None,
    is_sample: bool = False,
) -> KpiActual:
    """Records the first value of a year that came in so.

    Args:
        origin: typed or imported; fed values come from the facts by themselves.
        entered_by: None for somebody who came by a department's link; then `entered_for` is that department.

    Raises:
        NotAllowedError: neither planner of the town nor KPI owner of the department in charge.
        ActualError: a value of this origin is there already, the year or a number cannot be, or value and
            availability contradict each other.
    """
    report = Report(
        kpi=kpi,
        reported_in=reported_in,
        value=value,
        availability=availability,
        yearly_value=yearly_value,
        carried_forward=carried_forward,
        period=period,
        period_starts_on=period_starts_on,
        period_ends_on=period_ends_on,
        printed=printed,
        source=source,
        explanation=explanation,
        is_sample=is_sample,
    )
    row = row_of(report, origin, entered_by, entered_for, "")
    _insert(row)
    verb = "kpi.actual_recorded" if entered_by is not None else "kpi.actual_reported"
    _record(row, verb, entered_by, "")
    return row


@transaction.atomic
def correct_actual(
    *,
    actual: KpiActual,
    reason: str,
    entered_by: Person | None,
    value: Decimal | None = None,
    availability: str = Availability.VALUE.value,
    yearly_value: Decimal | None = None,
    carried_forward: bool = False,
    period: str = "",
    period_starts_on: date | None = None,
    period_ends_on: date | None = None,
    explanation: str = "",
    printed: str = "",
    source: str = "",
    entered_for: Organisation | None = None,
    is_sample: bool = False,
) -> KpiActual:
    """Replaces a value by a new row that names it; year and origin stay. What a closed review froze stays as it is.

    Raises:
        NotAllowedError: as `record_actual`.
        ActualError: no reason, nothing changed, somebody else corrected the row, or as `record_actual`.
    """
    report = Report(
        kpi=actual.kpi,
        reported_in=actual.reported_in,
        value=value,
        availability=availability,
        yearly_value=yearly_value,
        carried_forward=carried_forward,
        period=period,
        period_starts_on=period_starts_on,
        period_ends_on=period_ends_on,
        printed=printed,
        source=source,
        explanation=explanation,
        is_sample=is_sample,
        replaces=actual,
    )
    row = row_of(report, actual.origin, entered_by, entered_for, reason)
    _insert(row)
    verb = "kpi.actual_corrected" if entered_by is not None else "kpi.actual_corrected_by_department"
    _record(row, verb, entered_by, reason)
    return row


@transaction.atomic
def record_actuals(
    *,
    reports: Sequence[Report],
    origin: str,
    entered_by: Person | None,
    entered_for: Organisation | None = None,
    reason: str = "",
) -> list[KpiActual]:
    """Records many values of one strategy, new ones and corrections, all or none, in a fixed number of queries.

    Raises:
        NotAllowedError: as `record_actual`, for any of them.
        ActualsError: some cannot be recorded; names each with its place.
        ValueError: the reports are of several strategies.
    """
    if not reports:
        return []
    if len({report.kpi.strategy_id for report in reports}) > 1:
        raise ValueError("the reports are of several strategies; record them strategy by strategy")
    rows: list[KpiActual] = []
    problems: list[tuple[int, ActualError]] = []
    seen: set[tuple[int, int]] = set()
    for place, report in enumerate(reports):
        try:
            if (report.kpi.pk, report.reported_in) in seen:
                raise ActualError(
                    _("%(what)sが2回あります。1つにしてください。") % {"what": what_of(report)}, "value"
                )
            seen.add((report.kpi.pk, report.reported_in))
            rows.append(row_of(report, origin, entered_by, entered_for, reason))
        except ActualError as error:
            problems.append((place, error))
    if problems:
        raise ActualsError(problems)
    try:
        with transaction.atomic():
            # In the order of keys, so that two who send the same KPIs at once never wait for each other in a circle.
            KpiActual.objects.bulk_create(
                sorted(rows, key=lambda row: (row.replaces_id or 0, row.kpi_id, row.reported_in))
            )
    except IntegrityError as error:
        taken = _taken(rows)
        if not taken:
            raise
        raise ActualsError([(place, _conflict(rows[place], held)) for place, held in taken]) from error
    _record_many(rows, entered_by, entered_for, origin, reason)
    return rows


@transaction.atomic
def choose_value(*, kpi: Kpi, reported_in: int, origin: str, chosen_by: Person, reason: str) -> ValueChoice:
    """Says which of the values of a year counts.

    Raises:
        NotAllowedError: `chosen_by` doesn't plan for the town.
        ActualError: no reason, or no value came in so in that year.
    """
    choice = ValueChoice(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=reported_in,
        origin=origin,
        reason=reason.strip(),
        chosen_at=timezone.now(),
        chosen_by=chosen_by,
    )
    if not can_plan_part(chosen_by, choice):
        raise NotAllowedError(_("使う値を選ぶのは企画担当です。企画担当に頼んでください。"))
    if not choice.reason:
        raise ActualError(_("この値を使う理由を書いてください。公表のときに残ります。"), "reason")
    if origin not in _origins(kpi, reported_in):
        raise ActualError(
            _("「%(kpi)s」の%(year)sには「%(origin)s」の値がありません。ある値から選んでください。")
            % {
                "kpi": kpi,
                "year": print_year(reported_in),
                "origin": Origin(origin).label if origin in Origin.values else origin,
            },
            "origin",
        )
    choice.save()
    _record(choice, "kpi.value_chosen", chosen_by, reason, origin=origin)
    return choice


def _origins(kpi: Kpi, year: int) -> set[str]:
    typed = set(kpi.actuals.live().filter(reported_in=year).values_list("origin", flat=True))
    return typed | ({Origin.FED.value} if year in fed_values([kpi.pk]).get(kpi.pk, {}) else set())


def _insert(row: KpiActual) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        taken = _taken([row])
        if not taken:
            raise
        raise _conflict(row, taken[0][1]) from error


def _taken(rows: Sequence[KpiActual]) -> list[tuple[int, KpiActual]]:
    """Places of the rows that somebody else was faster with, and what is there."""
    found = KpiActual.objects.filter(
        Q(replaces__in=[row.replaces_id for row in rows if row.replaces_id])
        | Q(replaces__isnull=True, kpi__in=[row.kpi_id for row in rows if not row.replaces_id])
    ).select_related("entered_by", "entered_for", "kpi")
    first = {(held.kpi_id, held.reported_in, held.origin): held for held in found if held.replaces_id is None}
    later = {held.replaces_id: held for held in found if held.replaces_id is not None}
    conflicts = []
    for place, row in enumerate(rows):
        held = (
            later.get(row.replaces_id)
            if row.replaces_id
            else first.get((row.kpi_id, row.reported_in, row.origin))
        )
        if held is not None:
            conflicts.append((place, held))
    return conflicts


def _conflict(row: KpiActual, held: KpiActual) -> ActualError:
    there = {
        "what": what_of(row),
        "value": held.printed or print_value(held.value, held.kpi) or held.get_availability_display(),
        "time": print_day(held.entered_at),
    }
    if row.replaces_id:
        return ActualError(
            _(
                "%(what)sは、ほかの人が先に直しました（%(value)s、%(time)s）。新しい値を見てから、直してください。"
            )
            % there,
            "value",
        )
    return ActualError(
        _("%(what)sは、もう入っています（%(value)s、%(time)s）。変えるときは、理由を添えて直してください。")
        % there,
        "value",
    )


def _record(
    row: KpiActual | ValueChoice, verb: str, actor: Person | None, reason: str, **data: object
) -> None:
    department = getattr(row, "entered_for", None)
    write_entry(
        actor=actor,
        verb=verb,
        subject=row.kpi,
        municipality=row.strategy.municipality,
        reason=reason.strip(),
        data={
            "kpi": row.kpi.title,
            "year": row.reported_in,
            "department": department.name if department is not None else "",
            **data,
        },
    )


def _record_many(
    rows: Sequence[KpiActual],
    actor: Person | None,
    department: Organisation | None,
    origin: str,
    reason: str,
) -> None:
    strategy = rows[0].strategy
    write_entry(
        actor=actor,
        verb="kpi.actuals_recorded" if actor is not None else "kpi.actuals_reported",
        subject=strategy,
        municipality=strategy.municipality,
        reason=reason.strip(),
        data={
            "strategy": strategy.title,
            "count": len(rows),
            "origin": origin,
            "department": department.name if department is not None else "",
            "years": sorted({row.reported_in for row in rows}),
        },
    )
