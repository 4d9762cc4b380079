"""Importing a file: read it whole, check it whole, then store all of it in one transaction, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction

from sosei.core.design import civil_day
from sosei.planning.population.importing.areas import AreaRegister, known_areas
from sosei.planning.population.importing.findings import Findings, ImportRefusedError
from sosei.planning.population.importing.parsed import Context, ParsedFile, Progress
from sosei.planning.population.importing.recognise import recognise
from sosei.planning.population.importing.text import Source, open_source, read_text, sha256_of
from sosei.planning.population.importing.validate import CheckedObservation, validate
from sosei.planning.population.models import (
    Area,
    ImportBatch,
    Observation,
    ObservationCell,
    VitalStatistic,
)
from sosei.planning.population.nation.models import Boundary
from sosei.planning.population.tasks import refresh_projections

ONE_IMPORT_AT_A_TIME = 0x536F_7365_6901
"""Key of the advisory lock that keeps two imports from making the same area or storing the same file twice."""
CHUNK = 5000
LARGE = 10_000
"""Cells from which on an import changes what the database should know of its tables."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes:
        batch: the stored batch; None on a dry run.
        already: the same bytes had been imported before as `batch`; nothing was changed.
        report: counts and notes by line, as stored with the batch.
    """

    file_name: str
    recognised_format: str
    encoding: str
    batch: ImportBatch | None
    already: bool
    report: dict[str, object]
    findings: Findings


@dataclass(frozen=True)
class _ReadFile:
    path: Path
    recognised_format: str
    encoding: str
    parsed: ParsedFile
    observations: list[CheckedObservation]


def silent(stage: str, done: int, total: int) -> None:
    """No progress shown."""


def import_file(
    *,
    path: Path,
    imported_by: str,
    source: str | None = None,
    source_en: str | None = None,
    source_url: str | None = None,
    format_name: str | None = None,
    dry_run: bool = False,
    today: date | None = None,
    progress: Progress = silent,
) -> ImportResult:
    """Import one file, all or nothing.

    Args:
        path: the file; it may be gzipped.
        imported_by: who imports it.
        source: where the figures come from, instead of what the file's format says.
        source_en: the same in English.
        source_url: its address.
        format_name: a key of `recognise.FORMATS`, instead of recognising it.
        dry_run: read and check, but store nothing.
        today: the day that no count may lie after; by default today's civil day.
        progress: called with stage ("read", "check", "store"), done and total.

    Returns:
        What was stored; for a file whose bytes were imported before, the earlier batch.

    Raises:
        ImportRefusedError: with every problem by line. Nothing was stored.
    """
    opened = open_source(path)
    sha256 = sha256_of(path)
    earlier = _earlier(sha256)
    if earlier is not None:
        return _as_before(path, earlier)
    day = today or civil_day.today()
    context = Context(today=day, known_areas=known_areas(), progress=progress)
    read = _read(opened, format_name, context)
    if dry_run:
        return _result(read, None, _report(read, []))
    with transaction.atomic():
        _wait_for_other_imports()
        earlier = _earlier(sha256)
        if earlier is not None:
            return _as_before(path, earlier)
        register = AreaRegister(read.parsed.findings)
        areas = register.settle(
            [
                *(found.area for found in read.observations),
                *(vital.area for vital in read.parsed.vitals),
                *(boundary.area for boundary in read.parsed.boundaries),
            ]
        )
        report = _report(read, register.created)
        batch = ImportBatch.objects.create(
            file_name=path.name[-255:],
            sha256=sha256,
            recognised_format=read.recognised_format,
            encoding=read.encoding,
            source=(source or read.parsed.source)[:300],
            source_en=((source_en or "") if source else read.parsed.source_en)[:300],
            source_url=source_url if source_url is not None else ("" if source else read.parsed.source_url),
            imported_by=imported_by,
            report=report,
        )
        _store_observations(read.observations, areas, batch, progress)
        _store_vitals(read.parsed, areas, batch)
        _store_boundaries(read.parsed, areas, batch)
        # In the same transaction: the worker sees the task if and only if the figures are stored.
        _renew_statistics(sum(len(found.rows) for found in read.observations))
        _ask_for_projections(areas.values())
    return _result(read, batch, report)


def _read(opened: Source, format_name: str | None, context: Context) -> _ReadFile:
    path = opened.path
    chosen = recognise(opened, context, named=format_name)
    text, encoding = read_text(opened)
    parsed = chosen.parse(text, context)
    observations = validate(parsed, context)
    if not (parsed.findings.refused or observations or parsed.vitals or parsed.boundaries):
        parsed.findings.problem("nothing_published")
    if parsed.findings.refused:
        raise ImportRefusedError(path.name, parsed.findings)
    return _ReadFile(path, chosen.NAME, encoding, parsed, observations)


def _renew_statistics(cells: int) -> None:
    """Tell the planner of PostgreSQL about a large import at once: with yesterday's row counts, the first pages
    after the whole nation was imported would take minutes instead of milliseconds."""
    if cells < LARGE:
        return
    with connection.cursor() as cursor:
        for table in (Area, Observation, ObservationCell, VitalStatistic):
            cursor.execute(f'ANALYZE "{table._meta.db_table}"')


def _ask_for_projections(areas: Iterable[Area]) -> None:
    """Leave the worker a task for the areas whose stored projections the new figures may change."""
    codes = Area.objects.filter(pk__in={area.pk for area in areas}, assumption_sets__isnull=False)
    named = sorted(set(codes.values_list("code", flat=True)))
    if named:
        refresh_projections.defer(codes=named)


def _wait_for_other_imports() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_IMPORT_AT_A_TIME])


def _earlier(sha256: str) -> ImportBatch | None:
    return ImportBatch.objects.filter(sha256=sha256).order_by("-id").first()


def _as_before(path: Path, batch: ImportBatch) -> ImportResult:
    return ImportResult(
        path.name, batch.recognised_format, batch.encoding, batch, True, batch.report, Findings()
    )


def _result(read: _ReadFile, batch: ImportBatch | None, report: dict[str, object]) -> ImportResult:
    return ImportResult(
        read.path.name, read.recognised_format, read.encoding, batch, False, report, read.parsed.findings
    )


def _report(read: _ReadFile, created: list[Area]) -> dict[str, object]:
    """Counts, totals by kind and day (which `check-data` adds up again), and notes by line."""
    totals: Counter[str] = Counter()
    for observation in read.observations:
        totals[f"{observation.kind} {observation.date.isoformat()}"] += observation.persons
    findings = read.parsed.findings
    return {
        "lines": read.parsed.lines,
        "observations": len(read.observations),
        "cells": sum(len(observation.rows) for observation in read.observations),
        "vital_statistics": len(read.parsed.vitals),
        "areas": len(
            {found.area for found in read.observations}
            | {vital.area for vital in read.parsed.vitals}
            | {boundary.area for boundary in read.parsed.boundaries}
        ),
        "boundaries": len(read.parsed.boundaries),
        "areas_created": len(created),
        "persons": {key: _plain(value) for key, value in sorted(totals.items())},
        "note_total": findings.note_total,
        "note_counts": dict(findings.note_counts),
        "notes": [note.as_json() for note in findings.notes],
    }


def _plain(value: int | Decimal) -> int | str:
    return value if isinstance(value, int) else str(value.normalize())


def _store_observations(
    checked: Sequence[CheckedObservation],
    areas: dict[object, Area],
    batch: ImportBatch,
    progress: Progress,
) -> None:
    """Observations by bulk insert, their cells by COPY (a nationwide file has half a million)."""
    done, total = 0, sum(len(observation.rows) for observation in checked)
    for chunk in _chunks(checked):
        stored = Observation.objects.bulk_create(
            [
                Observation(
                    area=areas[found.area],
                    date=found.date,
                    kind=found.kind,
                    provisional=found.provisional,
                    note=found.note[:500],
                    note_en=found.note_en[:500],
                    batch=batch,
                )
                for found in chunk
            ]
        )
        _copy_cells(stored, chunk)
        done += sum(len(observation.rows) for observation in chunk)
        progress("store", done, total)


def _copy_cells(stored: Sequence[Observation], chunk: Sequence[CheckedObservation]) -> None:
    table = ObservationCell._meta.db_table
    lines = (
        f"{observation.pk}\t{sex}\t{_null(first)}\t{_null(last)}\t{persons}\n"
        for observation, found in zip(stored, chunk, strict=True)
        for sex, first, last, persons in found.rows
    )
    columns = "observation_id, sex, age_from, age_to, persons"
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy,
    ):
        copy.write("".join(lines))


def _null(age: int | None) -> str:
    return "\\N" if age is None else str(age)


def _store_vitals(parsed: ParsedFile, areas: dict[object, Area], batch: ImportBatch) -> None:
    VitalStatistic.objects.bulk_create(
        [
            VitalStatistic(
                area=areas[vital.area],
                year=vital.year,
                kind=vital.kind,
                value=vital.value,
                note=vital.note[:500],
                note_en=vital.note_en[:500],
                batch=batch,
            )
            for vital in parsed.vitals
        ],
        batch_size=CHUNK,
    )


def _store_boundaries(parsed: ParsedFile, areas: dict[object, Area], batch: ImportBatch) -> None:
    Boundary.objects.bulk_create(
        [
            Boundary(
                area=areas[found.area],
                rings=[[part for point in ring for part in point] for ring in found.rings],
                batch=batch,
            )
            for found in parsed.boundaries
        ],
        batch_size=CHUNK,
    )


def _chunks(items: Sequence[CheckedObservation]) -> Iterator[Sequence[CheckedObservation]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
