"""Tables that come in: read and reported first, written in one transaction when the planner confirms; own layouts."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.planning.strategy import locks_campaigns as locks
from sosei.planning.strategy.chosen_values import chosen_actuals
from sosei.planning.strategy.errors_campaigns import SheetError
from sosei.planning.strategy.errors_kpis import ActualsError
from sosei.planning.strategy.excel.comparing import Found, compare, exact
from sosei.planning.strategy.excel.layouts import Layout
from sosei.planning.strategy.excel.state import held_by
from sosei.planning.strategy.excel.tables import read_table
from sosei.planning.strategy.fed_values import fed_values
from sosei.planning.strategy.models import Kpi, KpiActual, Origin, SheetLayout, Strategy, ValueImport
from sosei.planning.strategy.permissions import can_plan_strategy
from sosei.planning.strategy.services.kpis import Report, record_actuals

LINES_KEPT = 5000


@transaction.atomic
def read_file(*, strategy: Strategy, path: Path, name: str, layout: Layout, read_by: Person) -> ValueImport:
    """Reads a file and keeps the report of what it would change; no value is written.

    Raises:
        NotAllowedError: `read_by` does not plan for the town.
        SheetError: the file cannot be read, or does not fit the layout.
    """
    _check_leave(strategy, read_by)
    table = read_table(path, name, sheet=layout.sheet)
    lines = compare(table, layout, held_by(strategy))
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    made: ValueImport = ValueImport.objects.create(
        strategy=strategy,
        file_name=name[:200],
        sha256=digest,
        layout_name=layout.name,
        lines=[line.as_json() for line in lines[:LINES_KEPT]],
        read_at=timezone.now(),
        read_by=read_by,
    )
    return made


def counts_of(made: ValueImport) -> Mapping[str, int]:
    """How many lines of the report there are of each sort."""
    return Counter(line["found"] for line in made.lines)


@transaction.atomic
def write_values(*, made: ValueImport, reason: str, written_by: Person) -> ValueImport:
    """Writes what the report says, all or nothing: new values, and corrections that name the rows they replace.

    Raises:
        NotAllowedError: `written_by` does not plan for the town.
        SheetError: written already, nothing to write, a correction without a reason, a value that somebody changed
            since the file was read, or one that cannot be recorded.
    """
    held = locks.lock_import(made.pk)
    _check_leave(held.strategy, written_by)
    if held.written_at is not None:
        raise SheetError(_("このファイルは、もう取り込みました。"))
    wanted = [line for line in held.lines if line["found"] in (Found.NEW, Found.CHANGED)]
    if not wanted:
        raise SheetError(_("取り込む値がありません。いまの値と同じです。"))
    counts = counts_of(held)
    if counts[Found.CHANGED] and not reason.strip():
        raise SheetError(_("値を直す理由を書いてください。記録に残ります。"), "reason")
    reports = _reports(wanted)
    try:
        record_actuals(reports=reports, origin=Origin.IMPORTED, entered_by=written_by, reason=reason.strip())
    except ActualsError as error:
        raise SheetError(
            _("取り込めませんでした。値は1つも変わっていません。%(problems)s") % {"problems": str(error)}
        ) from error
    held.written_at, held.reason = timezone.now(), reason.strip()
    held.save(update_fields=["written_at", "reason"])
    write_entry(
        actor=written_by,
        verb="strategy.values_imported",
        subject=held,
        municipality=held.strategy.municipality,
        reason=reason.strip(),
        data={"file": held.file_name, "new": counts[Found.NEW], "changed": counts[Found.CHANGED]},
    )
    return held


def _reports(lines: list[dict[str, Any]]) -> list[Report]:
    keys = sorted({line["kpi"] for line in lines})
    kpis = Kpi.objects.select_related("strategy__municipality", "department").in_bulk(keys)
    now = chosen_actuals(keys, fed_values(keys))
    reports = []
    for line in lines:
        row = now.get(line["kpi"], {}).get(line["year"])
        if (row.pk if row is not None else None) != line["held"]:
            raise SheetError(
                _(
                    "セル%(cell)s「%(title)s」の値は、ファイルを読んだあとで変わりました。値は1つも書いていません。もう一度ファイルを選んでください。"
                )
                % {"cell": line["cell"], "title": line["title"]}
            )
        reports.append(_report(line, kpis[line["kpi"]], row))
    return reports


def _report(line: dict[str, Any], kpi: Kpi, row: KpiActual | None) -> Report:
    own_period = bool(line["period"]) or row is None
    explanation = line["explanation"]
    value = exact(line["value"])
    yearly = exact(line["yearly_value"])
    if yearly is None and row is not None and value == row.value:
        yearly = row.yearly_value
    return Report(
        kpi=kpi,
        reported_in=line["year"],
        value=value,
        availability=line["availability"],
        yearly_value=yearly,
        carried_forward=row is not None and row.carried_forward and value == row.value,
        period=line["period"] if own_period or row is None else row.period,
        period_starts_on=_day(line["starts_on"]) if own_period or row is None else row.period_starts_on,
        period_ends_on=_day(line["ends_on"]) if own_period or row is None else row.period_ends_on,
        printed=line["text"] if line["period"] else "",
        source=row.source if row is not None else kpi.source,
        explanation=explanation if explanation is not None else row.explanation if row is not None else "",
        replaces=row,
    )


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


@transaction.atomic
def keep_layout(*, strategy: Strategy, layout: Layout, kept_by: Person) -> SheetLayout:
    """Keeps a city's own layout under its name.

    Raises:
        NotAllowedError: `kept_by` does not plan for the town.
        SheetError: no name, or the name is taken.
    """
    _check_leave(strategy, kept_by)
    name = " ".join(layout.name.split())
    if not name or len(name) > 80:
        raise SheetError(_("表の形の名前を、80文字までで書いてください。"), "name")
    try:
        with transaction.atomic():
            made: SheetLayout = SheetLayout.objects.create(
                strategy=strategy,
                name=name,
                sheet=layout.sheet,
                heading_row=layout.heading_row,
                columns=layout.as_json(),
                made_at=timezone.now(),
                made_by=kept_by,
            )
    except IntegrityError as error:
        raise SheetError(
            _("「%(name)s」という表の形は、もうあります。ほかの名前にしてください。") % {"name": name}, "name"
        ) from error
    _record_layout(made, "strategy.layout_kept", kept_by)
    return made


@transaction.atomic
def drop_layout(*, layout: SheetLayout, dropped_by: Person) -> None:
    """Takes a layout away; the history keeps it.

    Raises:
        NotAllowedError: `dropped_by` does not plan for the town.
    """
    _check_leave(layout.strategy, dropped_by)
    _record_layout(layout, "strategy.layout_dropped", dropped_by)
    layout.delete()


def _record_layout(layout: SheetLayout, verb: str, actor: Person) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=layout.strategy,
        municipality=layout.strategy.municipality,
        data={"layout": layout.name},
    )


def _check_leave(strategy: Strategy, person: Person) -> None:
    if not can_plan_strategy(person, strategy):
        raise NotAllowedError(_("表を取り込むのは企画担当です。企画担当に頼んでください。"))
