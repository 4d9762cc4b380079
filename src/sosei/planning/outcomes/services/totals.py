"""The sums of feeds: folded in the background, read together with what is pending, and counted anew as a check."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.core.records.services import write_entry
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.models import Feed, FeedKey, FeedPending, FeedPoint, FeedTotal
from sosei.planning.outcomes.services.locking import take_folding, take_town

logger = logging.getLogger(__name__)
AT_ONCE = 10_000

FOLD = """
WITH taken AS (
    DELETE FROM outcomes_feedpending
    WHERE id IN (SELECT id FROM outcomes_feedpending ORDER BY id LIMIT %s)
    RETURNING municipality_id, feed_id, year, facts, total, base_facts, base_total, key
), totals AS (
    INSERT INTO outcomes_feedtotal (municipality_id, feed_id, year, facts, total, base_facts, base_total)
    SELECT municipality_id, feed_id, year, sum(facts), sum(total), sum(base_facts), sum(base_total)
    FROM taken GROUP BY municipality_id, feed_id, year ORDER BY feed_id, year
    ON CONFLICT (feed_id, year) DO UPDATE SET
        facts = outcomes_feedtotal.facts + EXCLUDED.facts,
        total = outcomes_feedtotal.total + EXCLUDED.total,
        base_facts = outcomes_feedtotal.base_facts + EXCLUDED.base_facts,
        base_total = outcomes_feedtotal.base_total + EXCLUDED.base_total
), keys AS (
    INSERT INTO outcomes_feedkey (municipality_id, feed_id, year, key, facts)
    SELECT municipality_id, feed_id, year, key, sum(facts)
    FROM taken WHERE key <> '' GROUP BY municipality_id, feed_id, year, key ORDER BY feed_id, year, key
    ON CONFLICT (feed_id, year, key) DO UPDATE SET facts = outcomes_feedkey.facts + EXCLUDED.facts
)
SELECT count(*) FROM taken
"""

READ = """
WITH sums AS (
    SELECT feed_id, year, sum(facts) AS facts, sum(total) AS total,
        sum(base_facts) AS base_facts, sum(base_total) AS base_total
    FROM (
        SELECT feed_id, year, facts, total, base_facts, base_total
        FROM outcomes_feedtotal WHERE feed_id = ANY (%(feeds)s)
        UNION ALL
        SELECT feed_id, year, facts, total, base_facts, base_total
        FROM outcomes_feedpending WHERE feed_id = ANY (%(feeds)s)
    ) every GROUP BY feed_id, year
), keys AS (
    SELECT feed_id, year, key
    FROM (
        SELECT feed_id, year, key, facts FROM outcomes_feedkey WHERE feed_id = ANY (%(feeds)s)
        UNION ALL
        SELECT feed_id, year, key, facts FROM outcomes_feedpending
        WHERE feed_id = ANY (%(feeds)s) AND key <> ''
    ) every GROUP BY feed_id, year, key HAVING sum(facts) > 0
)
SELECT 'sums', feed_id, year, '', facts, total, base_facts, base_total FROM sums
UNION ALL
SELECT 'key', feed_id, year, key, 0, 0, 0, 0 FROM keys
UNION ALL
SELECT 'last', sums.feed_id, sums.year, '', 0, latest.figure, 0, 0
FROM sums CROSS JOIN LATERAL (
    SELECT figure FROM outcomes_feedpoint point
    WHERE point.feed_id = sums.feed_id AND point.year = sums.year
    ORDER BY point."on" DESC, point.fact_id DESC LIMIT 1
) latest
WHERE sums.feed_id = ANY (%(last)s)
"""
"""One statement, so that a fold between two reads can neither hide a fact nor count it twice."""


@dataclass
class Held:
    """What is known of a feed, by year."""

    sums: dict[int, feeding.Sums] = field(default_factory=dict)
    keys: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    last: dict[int, Decimal] = field(default_factory=dict)

    def values(self, rule: feeding.Rule, until: int) -> dict[int, feeding.Value]:
        """The feed's value of every year, cumulative ones up to the year `until`."""
        return feeding.values_by_year(rule, self.sums, keys=self.keys, last=self.last, until=until)

    def says(self) -> tuple[Any, ...]:
        """All of it without years that hold nothing, for comparing."""
        return (
            {year: sums for year, sums in self.sums.items() if sums != feeding.Sums()},
            {year: keys for year, keys in self.keys.items() if keys},
            self.last,
        )


def fold_pending(*, at_once: int = AT_ONCE) -> int:
    """Adds what is pending to the sums; the number of rows folded, 0 where another process is at it."""
    folded = 0
    while True:
        with transaction.atomic(), tenancy.unguarded():
            if not take_folding(wait=False):
                return folded
            with connection.cursor() as cursor:
                cursor.execute(FOLD, [at_once])
                done = int(cursor.fetchone()[0])
        folded += done
        if done < at_once:
            return folded


def read_sums(feeds: Iterable[Feed]) -> dict[int, Held]:
    """What is known of each feed at this moment, folded or not; feed's key -> sums. One query."""
    wanted = list(feeds)
    held: dict[int, Held] = {feed.pk: Held() for feed in wanted}
    if not wanted:
        return held
    last = [feed.pk for feed in wanted if feed.aggregation == feeding.Aggregation.LAST]
    with connection.cursor() as cursor:
        cursor.execute(READ, {"feeds": list(held), "last": last})
        for what, feed, year, key, *figures in cursor.fetchall():
            one = held[feed]
            if what == "sums":
                one.sums[year] = _sums(figures)
            elif what == "key":
                one.keys[year].add(key)
            else:
                one.last[year] = figures[1]
    return held


def _sums(figures: Sequence[Any]) -> feeding.Sums:
    facts, total, base_facts, base_total = figures
    return feeding.Sums(int(facts), Decimal(total), int(base_facts), Decimal(base_total))


def count_anew(municipality: Municipality, rule: feeding.Rule) -> Held:
    """The same from the facts themselves, all of them: for a new feed, its preview, and the nightly check."""
    held = Held()
    sql, values = _facts_sql(municipality.pk, rule)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT year, key, sum(sign * matched::int), coalesce(sum(figure) FILTER (WHERE matched), 0), "  # noqa: S608
            f"sum(sign * within::int), coalesce(sum(figure) FILTER (WHERE within), 0) "
            f"FROM ({sql}) facts GROUP BY year, key",
            values,
        )
        for year, key, *figures in cursor.fetchall():
            sums = _sums(figures)
            held.sums[year] = held.sums.get(year, feeding.Sums()) + sums
            if key and sums.facts > 0:
                held.keys[year].add(key)
        if rule.aggregation == feeding.Aggregation.LAST:
            cursor.execute(
                f"SELECT DISTINCT ON (year) year, figure FROM ({sql}) facts WHERE standing "  # noqa: S608
                f'ORDER BY year, "on" DESC, id DESC',
                values,
            )
            held.last = dict(cursor.fetchall())
    return held


def _facts_sql(municipality: int, rule: feeding.Rule) -> tuple[str, dict[str, Any]]:
    """A query of the facts a rule looks at, with year, key, figure and in what they count; and its values."""
    values: dict[str, Any] = {"municipality": municipality, "kind": rule.kind}
    year = 'extract(year FROM "on")::int' if rule.period == feeding.Period.CALENDAR else "fiscal_year"
    key = "''"
    if rule.aggregation == feeding.Aggregation.DISTINCT:
        key = "place" if rule.distinct == feeding.PLACE else "coalesce(attributes ->> %(distinct)s, '')"
        values["distinct"] = rule.distinct
    share = rule.aggregation == feeding.Aggregation.SHARE
    within = _filter_sql("within", rule.within, values) if share else "false"
    matched = _filter_sql("filter", rule.filter, values)
    where = ["municipality_id = %(municipality)s", "kind = %(kind)s"]
    if rule.measure is not None:
        where.append("measure_id = %(measure)s")
        values["measure"] = rule.measure
    if rule.since is not None:
        where.append(f"{year} >= %(since)s")
        values["since"] = rule.since
    if rule.aggregation == feeding.Aggregation.DISTINCT:
        where.append(f"{key} <> ''")
    where.append(within if share else matched)
    figure = "count::numeric" if rule.field == feeding.Field.COUNT else "coalesce(amount, 0)"
    sql = (
        f'SELECT id, "on", {year} AS year, {key} AS key, {figure} AS figure, ({matched}) AS matched, '  # noqa: S608
        f"({within}) AS within, CASE WHEN reverses_id IS NULL THEN 1 ELSE -1 END AS sign, "
        f"reverses_id IS NULL AND NOT EXISTS ("
        f"SELECT 1 FROM outcomes_fact back WHERE back.reverses_id = outcomes_fact.id) AS standing "
        f"FROM outcomes_fact WHERE {' AND '.join(where)}"
    )
    return sql, values


def _filter_sql(prefix: str, wanted: Mapping[str, Sequence[str]] | None, values: dict[str, Any]) -> str:
    parts = []
    for number, (name, allowed) in enumerate(sorted((wanted or {}).items())):
        values[f"{prefix}_name_{number}"] = name
        values[f"{prefix}_{number}"] = list(allowed)
        parts.append(
            f"coalesce(attributes ->> %({prefix}_name_{number})s = ANY (%({prefix}_{number})s), false)"
        )
    return " AND ".join(parts) or "true"


def build(feed: Feed) -> None:
    """Fills a feed's sums from the facts, in the transaction under way; nobody records meanwhile.

    Raises:
        FeedError: a recording under way does not end.
    """
    take_town(feed.municipality_id)
    _replace_sums(feed, count_anew(feed.municipality, feed.rule))


def _replace_sums(feed: Feed, held: Held) -> None:
    for table in (FeedTotal, FeedKey, FeedPoint, FeedPending):
        table.objects.filter(feed=feed).delete()
    shared = {"municipality": feed.municipality, "feed": feed}
    FeedTotal.objects.bulk_create(
        FeedTotal(
            **shared,
            year=year,
            facts=sums.facts,
            total=sums.total,
            base_facts=sums.base_facts,
            base_total=sums.base_total,
        )
        for year, sums in sorted(held.sums.items())
    )
    if feed.aggregation == feeding.Aggregation.DISTINCT:
        _insert_keys(feed)
    if feed.aggregation == feeding.Aggregation.LAST:
        _insert_points(feed)


def _insert_keys(feed: Feed) -> None:
    sql, values = _facts_sql(feed.municipality_id, feed.rule)
    _insert_from(
        "outcomes_feedkey (municipality_id, feed_id, year, key, facts)",
        f"SELECT %(municipality)s, %(feed)s, year, key, sum(sign) FROM ({sql}) facts "  # noqa: S608
        f"GROUP BY year, key HAVING sum(sign) <> 0",
        {**values, "feed": feed.pk},
    )


def _insert_points(feed: Feed) -> None:
    sql, values = _facts_sql(feed.municipality_id, feed.rule)
    _insert_from(
        'outcomes_feedpoint (municipality_id, feed_id, year, fact_id, "on", figure)',
        f'SELECT %(municipality)s, %(feed)s, year, id, "on", figure FROM ({sql}) facts WHERE standing',  # noqa: S608
        {**values, "feed": feed.pk},
    )


def _insert_from(into: str, sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} {sql}", values)


def check_sums() -> list[Feed]:
    """Counts every active feed anew; the feeds whose sums said something else, each put right and entered."""
    wrong = []
    for feed in Feed.objects.active().select_related("municipality").order_by("municipality", "pk"):
        with transaction.atomic(), tenancy.unguarded():
            take_folding(wait=True)
            take_town(feed.municipality_id)
            counted = count_anew(feed.municipality, feed.rule)
            if read_sums([feed])[feed.pk].says() == counted.says():
                continue
            _replace_sums(feed, counted)
            write_entry(
                actor=None,
                verb="outcomes.feed_sums_corrected",
                subject=feed,
                municipality=feed.municipality,
                data={"kind": feed.kind, "kpi": feed.kpi_id},
            )
        logger.error(
            "the sums of feed %s of %s differed from its facts and were put right", feed.pk, feed.municipality
        )
        wrong.append(feed)
    return wrong
