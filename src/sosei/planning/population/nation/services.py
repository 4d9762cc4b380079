"""Writes of the nation: a run over all municipalities, and its comparison with the official projection."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr
from django.db import connection, transaction

from sosei import __version__
from sosei.planning.population.models import Area
from sosei.planning.population.nation.census import NATIONWIDE, NationalCensus, Progress, national_census
from sosei.planning.population.nation.levers import Answer, solve_for_all
from sosei.planning.population.nation.models import NationalAnswer, NationalFigure, NationalRun
from sosei.planning.population.nation.official import compare_with_official
from sosei.planning.population.nation.projecting import (
    COLUMNS,
    SURVIVORSHIP,
    Array,
    Projected,
    figures_of,
    is_baseline,
    project_all,
    rates_for_all,
)
from sosei.planning.population.nation.scenarios import national_scenarios
from sosei.planning.population.nation.uncertainty import LEVEL, intervals

UNTIL = 2060


def silent(stage: str, done: int, total: int) -> None:
    """No progress shown."""


def run_nation(
    *,
    run_by: str,
    until: int = UNTIL,
    fewest: int = NATIONWIDE,
    base_year: int | None = None,
    compare: bool = False,
    progress: Progress = silent,
) -> tuple[NationalRun, bool]:
    """Project every municipality under every scenario and store what it gave; the same inputs give the stored run.

    Args:
        run_by: who runs it.
        until: last year.
        fewest: municipalities that a census must cover.
        base_year: the census to start from, by default the newest that suffices.
        compare: also store the differences from the official projections that are imported.
        progress: called with stage ("read", "project", "solve", "store"), done and total.

    Returns:
        The run, and whether it was made now.

    Raises:
        DemographyError: censuses are missing or do not hold; nothing is stored.
    """
    census = national_census(fewest=fewest, base_year=base_year, progress=progress)
    scenarios = national_scenarios()
    rates = rates_for_all(census, until)
    fingerprint = _fingerprint(census, rates, [scenario.to_yaml() for scenario in scenarios], until)
    stored = NationalRun.objects.filter(fingerprint=fingerprint).first()
    if stored is not None and not compare:
        return stored, False
    progress("project", 0, len(scenarios))
    projected = project_all(census, rates, scenarios, until)
    answers = [] if stored else _solved(census, rates, until, progress)
    ends = None if stored else intervals(census, next(filter(is_baseline, projected)).population)
    with transaction.atomic():
        _one_run_at_a_time(fingerprint)
        run = stored or NationalRun.objects.filter(fingerprint=fingerprint).first()
        made = run is None
        if run is None:
            run = NationalRun.objects.create(
                base_year=census.base_year,
                to_year=until,
                municipalities=census.population.sizes["area"],
                scenarios=[
                    {"name": s.name, "ja": s.title["ja"], "en": s.title.get("en", s.title["ja"])}
                    for s in scenarios
                ],
                methods={
                    "rates": str(rates.attrs["method"]),
                    "survivorship": SURVIVORSHIP,
                    "intervals": LEVEL if ends is not None else None,
                },
                source=census.source,
                source_en=census.source_en,
                fingerprint=fingerprint,
                engine_version=__version__,
                run_by=run_by,
            )
            _store_figures(run, census, projected, ends, progress)
            _store_answers(run, census, answers)
        if compare:
            compare_with_official(run, census, next(filter(is_baseline, projected)).population)
        _renew_statistics()
    return run, made


def _solved(census: NationalCensus, rates: xr.Dataset, until: int, progress: Progress) -> list[Answer]:
    progress("solve", 0, 1)
    return solve_for_all(census, rates, until=until)


def _fingerprint(census: NationalCensus, rates: xr.Dataset, documents: Sequence[str], until: int) -> str:
    digest = hashlib.sha256(f"{__version__} {census.base_year}-{until}".encode())
    digest.update(census.fingerprint().encode())
    for name in sorted(str(n) for n in rates.data_vars):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(rates[name].values, dtype=np.float64).tobytes())
    for document in documents:
        digest.update(document.encode())
    return digest.hexdigest()


def _one_run_at_a_time(fingerprint: str) -> None:
    """Two commands for the same run wait for each other, so that the second finds the first's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(fingerprint[:15], 16)])


def _store_figures(
    run: NationalRun,
    census: NationalCensus,
    projected: Sequence[Projected],
    ends: Array | None,
    progress: Progress,
) -> None:
    parents = _parents(census)
    years = projected[0].population["year"].values.tolist()
    table = NationalFigure._meta.db_table
    columns = ", ".join(("run_id", "area_id", "scenario", "year", *COLUMNS, "low", "high"))
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy,
    ):
        for number, one in enumerate(projected):
            progress("store", number, len(projected))
            figures = _with_ends(figures_of(one.population), ends if is_baseline(one) else None)
            for area, rows in _areas_and_sums(census, figures, parents):
                for year, row in zip(years, rows.tolist(), strict=True):
                    values = (None if math.isnan(value) else value for value in row)
                    copy.write_row((run.pk, area, one.scenario.name, year, *values))


def _with_ends(figures: Array, ends: Array | None) -> Array:
    """Figures and behind them the two ends of the interval, not a number where there is none."""
    none = np.full((*figures.shape[:2], 2), np.nan)
    return np.concatenate([figures, none if ends is None else ends], axis=-1)


def _parents(census: NationalCensus) -> dict[int, list[int]]:
    """Places in the census of the municipalities of each prefecture, and of the nation where it is whole."""
    codes = census.population["area"].values.tolist()
    by_code: dict[str, list[int]] = {}
    for place, code in enumerate(codes):
        by_code.setdefault(code[:2] + "000", []).append(place)
    if len(codes) >= NATIONWIDE:
        by_code["00000"] = list(range(len(codes)))
    stored = dict(Area.objects.filter(code__in=by_code).values_list("code", "pk"))
    return {stored[code]: places for code, places in by_code.items() if code in stored}


def _areas_and_sums(
    census: NationalCensus, figures: Array, parents: dict[int, list[int]]
) -> Iterator[tuple[int, Array]]:
    yield from zip(census.area_ids, figures, strict=True)
    for area, places in parents.items():
        summed = figures[places].sum(axis=0)
        # The ends of parts that err together are no ends of their sum.
        summed[:, len(COLUMNS) :] = np.nan
        yield area, summed


def _store_answers(run: NationalRun, census: NationalCensus, answers: Iterable[Answer]) -> None:
    ids = dict(zip(census.population["area"].values.tolist(), census.area_ids, strict=True))
    rows = []
    for answer in answers:
        solved = answer.solved
        values: list[Any] = [solved[name].values.tolist() for name in ("level", "reached", "best")]
        rows += [
            NationalAnswer(
                run=run,
                area_id=ids[code],
                lever=answer.lever,
                year=answer.year,
                level=level,
                reached=reached,
                best=best,
            )
            for code, level, reached, best in zip(solved["area"].values.tolist(), *values, strict=True)
        ]
    NationalAnswer.objects.bulk_create(rows, batch_size=5000)


def _renew_statistics() -> None:
    """Tell PostgreSQL's planner of the new rows at once, as an import does."""
    with connection.cursor() as cursor:
        for table in (NationalFigure, NationalAnswer):
            cursor.execute(f'ANALYZE "{table._meta.db_table}"')
