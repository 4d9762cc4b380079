"""Fills a database with a country of towns: strategies, KPIs, actuals, facts, feeds; `python -m bench.site.facts many`.

Rows of large tables go in by COPY, triggers and foreign keys resting meanwhile; all values are made up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TOWNS, KPIS, YEARS = 1741, 60, range(2016, 2026)
FED = 6
"""KPIs of a town that have a feed."""
FIRST_CODE = 10_000
KIND = "household_settled"
TYPES = ("single", "couple", "couple_with_children")


@dataclass(frozen=True)
class Size:
    """How much there is: towns, facts in all, and those of the first town, behind the measured feed."""

    name: str
    towns: int
    facts: int
    feed: int

    @property
    def actuals(self) -> int:
        """Rows of KPI actuals."""
        return self.towns * KPIS * len(YEARS)


MANY = Size("many", TOWNS, 5_000_000, 1_000_000)
FEW = Size("few", 1, 10_000, 10_000)
SIZES = {size.name: size for size in (MANY, FEW)}


def town_code(number: int) -> str:
    """Code of the town of that number, from 1."""
    return f"{FIRST_CODE + number:05d}"


def main(name: str) -> None:
    """Fills the database of the environment."""
    import django

    django.setup()
    from django.db import connection, transaction

    size = SIZES[name]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        _plans(size)
        _actuals(size)
        _facts(size)
        _totals()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _plans(size: Size) -> None:
    """Towns with a published strategy of one goal, one package and KPIS KPIs, some fed; keys run from 1."""
    from django.utils import timezone

    from sosei.core.people.models import Municipality
    from sosei.planning.outcomes.models import Feed
    from sosei.planning.strategy.models import BasicGoal, Kpi, KpiTarget, PolicyPackage, Strategy

    now, numbers = timezone.now(), range(1, size.towns + 1)
    last = YEARS[-1]
    Municipality.objects.bulk_create(
        Municipality(pk=n, code=town_code(n), name=f"測定{n}市", name_en=f"Measured {n}", opened_at=now)
        for n in numbers
    )
    Strategy.objects.bulk_create(
        Strategy(
            pk=n,
            municipality_id=n,
            title="測定の総合戦略",
            first_fiscal_year=YEARS[0],
            last_fiscal_year=last + 1,
            published_at=now,
            published_through=last,
        )
        for n in numbers
    )
    BasicGoal.objects.bulk_create(BasicGoal(pk=n, strategy_id=n, number=1, title="目標") for n in numbers)
    PolicyPackage.objects.bulk_create(
        PolicyPackage(pk=n, strategy_id=n, goal_id=n, number="1-1", title="パッケージ") for n in numbers
    )
    kpis = [((n - 1) * KPIS + k + 1, n, k) for n in numbers for k in range(KPIS)]
    Kpi.objects.bulk_create(
        (
            Kpi(
                pk=pk,
                strategy_id=n,
                package_id=n,
                position=k,
                title=f"指標{k}",
                unit="件",
                base_value=100,
                base_year=YEARS[0] - 1,
            )
            for pk, n, k in kpis
        ),
        batch_size=2000,
    )
    KpiTarget.objects.bulk_create(
        (KpiTarget(strategy_id=n, kpi_id=pk, fiscal_year=last + 1, value=200) for pk, n, _k in kpis),
        batch_size=2000,
    )
    Feed.objects.bulk_create(
        (
            Feed(
                municipality_id=n,
                kpi_id=pk,
                kind=KIND,
                aggregation="sum",
                filter={"household_type": [TYPES[k % 3], TYPES[(k + 1) % 3]]},
                reason="測定",
                made_at=now,
            )
            for pk, n, k in kpis
            if k < FED
        ),
        batch_size=2000,
    )


def _actuals(size: Size) -> None:
    columns = (
        "strategy_id, kpi_id, reported_in, origin, availability, value, carried_forward, period, printed, source, "
        "explanation, is_sample, entered_at, reason"
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for n in range(1, size.towns + 1):
            for k in range(KPIS):
                kpi = (n - 1) * KPIS + k + 1
                for at, year in enumerate(YEARS):
                    value = 100 + (kpi * 7 + at * 13) % 120
                    yield (
                        n,
                        kpi,
                        year,
                        "typed",
                        "value",
                        value,
                        False,
                        "",
                        "",
                        "",
                        "",
                        False,
                        "2026-01-01",
                        "",
                    )

    _copy(f"strategy_kpiactual ({columns})", rows())


def _facts(size: Size) -> None:
    columns = (
        'municipality_id, kind, "on", fiscal_year, place, count, amount, attributes, object_type, object_key, round, '
        "origin, recorded_at"
    )
    documents = [f'{{"household_type": "{each}"}}' for each in TYPES]

    def row(town: int, number: int) -> tuple[Any, ...]:
        year = YEARS[number % len(YEARS)]
        day = f"{year}-{4 + number % 9:02d}-{1 + number % 28:02d}"
        said = documents[number % 3]
        return (
            town,
            KIND,
            day,
            year,
            "",
            1,
            1 + number % 4,
            said,
            "bench",
            number,
            0,
            "programme",
            "2026-01-01",
        )

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(size.feed):
            yield row(1, number)
        others = size.towns - 1
        for number in range(size.facts - size.feed):
            yield row(2 + number % others, number)

    _copy(f"outcomes_fact ({columns})", rows())


def _copy(into: str, rows: Iterator[tuple[Any, ...]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        block: list[str] = []
        for row in rows:
            block.append("\t".join(map(str, row)))
            if len(block) == 20_000:
                copy.write("\n".join(block) + "\n")
                block.clear()
        if block:
            copy.write("\n".join(block) + "\n")


def _totals() -> None:
    """The sums of all feeds, as the nightly check would find them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outcomes_feedtotal (municipality_id, feed_id, year, facts, total, base_facts, base_total) "
            "SELECT feed.municipality_id, feed.id, fact.fiscal_year, sum(fact.facts), sum(fact.units), 0, 0 "
            "FROM outcomes_feed feed JOIN (SELECT municipality_id, fiscal_year, attributes ->> 'household_type' AS kind, "
            "count(*) AS facts, sum(count) AS units FROM outcomes_fact GROUP BY 1, 2, 3) fact "
            "ON fact.municipality_id = feed.municipality_id "
            "AND feed.filter -> 'household_type' @> to_jsonb(fact.kind) GROUP BY 1, 2, 3"
        )
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(name, 'id'), 10000000) FROM unnest(ARRAY["
            "'people_municipality', 'strategy_strategy', 'strategy_kpi', 'outcomes_feed']) name"
        )


if __name__ == "__main__":
    main(sys.argv[1])
