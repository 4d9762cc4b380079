"""What the loop reads: settled people by month and by package, and the births or marriages of a KPI.

Only sums are read here, so that everybody's page rests on the same numbers; who sees which of them is decided where
they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Count, Max, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncMonth

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.loop.fertility import Observed
from sosei.planning.outcomes.loop.settings import FertilitySettings
from sosei.planning.outcomes.loop.settled import Settled
from sosei.planning.outcomes.models import Fact, Feed, Lever
from sosei.planning.outcomes.rules import fiscal_year as fact_year
from sosei.planning.outcomes.services.public import KindTable, public_sums
from sosei.planning.outcomes.services.recording import today_in
from sosei.planning.outcomes.services.totals import read_sums
from sosei.planning.strategy.chosen_values import chosen_actuals
from sosei.planning.strategy.models import Kpi

HOUSEHOLDS, PERSONS = "household_settled", "person_settled"
KINDS = (HOUSEHOLDS, PERSONS)


@dataclass(frozen=True)
class OfPackage:
    """Settled households that a package's measures achieved in a fiscal year; package None: no measure is named."""

    package: int | None
    fiscal_year: int
    households: int


@dataclass(frozen=True)
class Fed:
    """A feed of settled people with its KPI, and the values that it makes by fiscal year."""

    feed: Feed
    values: Mapping[int, feeding.Value]


@dataclass(frozen=True)
class FactsRead:
    """What the facts of a town add up to.

    Attributes:
        settled: sums by month.
        by_package, public, fed: read for the whole page only; `public` is the table that everybody may see.
    """

    settled: tuple[Settled, ...]
    by_package: Sequence[OfPackage] = ()
    public: KindTable | None = None
    fed: Sequence[Fed] = ()


def read_settled(town: Municipality, *, counts_persons: bool) -> FactsRead:
    """The sums by month, withdrawn facts taken off; kept while no other fact is recorded."""
    with tenancy.unguarded():
        return FactsRead(_settled(town.pk, _state(town), counts_persons))


def read_everything(town: Municipality, *, counts_persons: bool, since: int, sees_small: bool) -> FactsRead:
    """As `read_settled`, and by package from the fiscal year `since` on, and the values of the KPIs they feed.

    Args:
        sees_small: the households of each package are read as they are, else the table that everybody may see.
    """
    with tenancy.unguarded():
        return FactsRead(
            settled=_settled(town.pk, _state(town), counts_persons),
            by_package=_by_package(town, since) if sees_small else (),
            public=None
            if sees_small
            else next((one for one in public_sums(town) if one.kind.name == HOUSEHOLDS), None),
            fed=_fed(town),
        )


def _state(town: Municipality) -> tuple[int, int]:
    """Newest key and number of the facts and counter-facts about settled people: rows are only ever added.

    The number as well, because a row with a smaller key may become visible after one with a larger key.
    """
    found = Fact.objects.filter(municipality=town, kind__in=KINDS).aggregate(
        newest=Max("id"), number=Count("id")
    )
    return found["newest"] or 0, found["number"]


def _by_package(town: Municipality, since: int) -> list[OfPackage]:
    rows = (
        Fact.objects.filter(municipality=town, kind=HOUSEHOLDS, fiscal_year__gte=since)
        .values("measure__package", "fiscal_year")
        .annotate(number=Sum("count"))
        .order_by("measure__package", "fiscal_year")
    )
    return [OfPackage(r["measure__package"], r["fiscal_year"], r["number"]) for r in rows if r["number"]]


def _fed(town: Municipality) -> list[Fed]:
    feeds = list(
        Feed.objects.active()
        .filter(municipality=town, kind__in=KINDS)
        .select_related("kpi__strategy")
        .order_by("pk")
    )
    if not feeds:
        return []
    sums, until = read_sums(feeds), fact_year(today_in(town))
    return [Fed(feed, sums[feed.pk].values(feed.rule, until)) for feed in feeds]


@lru_cache(maxsize=256)
def _settled(town: int, state: tuple[int, int], counts_persons: bool) -> tuple[Settled, ...]:
    attributes = {
        name: KeyTextTransform(name, "attributes") for name in ("household_type", "head_age", "age")
    }
    kinds = KINDS if counts_persons else (HOUSEHOLDS,)
    rows = list(
        Fact.objects.filter(municipality=town, kind__in=kinds)
        .annotate(month=TruncMonth("on"), **{f"by_{name}": made for name, made in attributes.items()})
        .values("kind", "month", "by_household_type", "by_head_age", "by_age")
        .annotate(number=Sum("count"), amounts=Sum("amount"))
        .order_by("month", "kind", "by_household_type", "by_head_age", "by_age")
    )
    return tuple(_one(row) for row in rows if row["number"] or row["amounts"])


def _one(row: Mapping[str, object]) -> Settled:
    number, amounts, month = row["number"], row["amounts"], row["month"]
    assert isinstance(number, int) and isinstance(month, date)
    if row["kind"] == PERSONS:
        return Settled(month, persons=float(number), age=str(row["by_age"] or ""))
    return Settled(
        month,
        households=float(number),
        persons=None if amounts is None else float(str(amounts)),
        household_type=str(row["by_household_type"] or ""),
        head_age=str(row["by_head_age"] or ""),
    )


def observed_by(lever: Lever, settings: FertilitySettings) -> Observed:
    """The published values of the lever's KPI by the year that they are about."""
    return Observed(
        method="births" if lever.kind == Lever.Kind.BIRTHS else "marriage",
        values=published_values(lever.kpi),
        base=settings.base,
        passed_on=settings.passed_on,
    )


def published_values(kpi: Kpi) -> dict[int, float]:
    """Year -> value in force; a value carried forward says nothing of its own year and is left out."""
    through = kpi.strategy.published_through
    if kpi.strategy.published_at is None or through is None:
        return {}
    values = {}
    for reported_in, row in chosen_actuals([kpi.pk]).get(kpi.pk, {}).items():
        yearly = row.yearly_value if kpi.kind == Kpi.Kind.CUMULATIVE else row.value
        if reported_in <= through and yearly is not None and not row.carried_forward:
            values[row.period_starts_on.year if row.period_starts_on else reported_in] = float(yearly)
    return values
