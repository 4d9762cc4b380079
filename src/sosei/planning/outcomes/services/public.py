"""The sums that everybody may see: by kind, measure and fiscal year, with small cells hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Sum

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.planning.outcomes import suppression
from sosei.planning.outcomes.kinds import Kind, all_kinds
from sosei.planning.outcomes.models import Fact
from sosei.planning.strategy.models import Measure


@dataclass(frozen=True)
class Figure:
    """A cell: count and amount, both None where it is hidden."""

    count: int | None
    amount: Decimal | None

    @property
    def hidden(self) -> bool:
        """Not told."""
        return self.count is None


@dataclass(frozen=True)
class Row:
    """A measure's figures; without a measure, those of no published measure, or of all where `is_total`."""

    measure: Any
    figures: Sequence[Figure]
    is_total: bool = False


@dataclass(frozen=True)
class KindTable:
    """A kind's sums: a row a measure, a column a fiscal year, totals at the ends."""

    kind: Kind
    years: Sequence[int]
    rows: Sequence[Row]
    hides: bool


def public_sums(municipality: Municipality) -> list[KindTable]:
    """A table of every kind of which the town has facts. Counter-facts are taken off."""
    with tenancy.unguarded():
        sums = list(
            Fact.objects.of(municipality)
            .order_by()
            .values_list("kind", "measure_id", "fiscal_year")
            .annotate(units=Sum("count"), amounts=Sum("amount"))
        )
    keys = {measure for _kind, measure, *_rest in sums if measure is not None}
    measures = {
        measure.pk: measure
        for measure in Measure.objects.visible_to(AnonymousUser()).filter(pk__in=keys).order_by("pk")
    }
    by_kind: dict[str, dict[tuple[int | None, int], tuple[int, Decimal]]] = defaultdict(dict)
    for kind, measure, year, units, amount in sums:
        if not units:
            continue
        shown = measure if measure in measures else None
        held = by_kind[kind].get((shown, year), (0, Decimal(0)))
        by_kind[kind][shown, year] = (held[0] + units, held[1] + (amount or 0))
    return [_table(kind, by_kind[kind.name], measures) for kind in all_kinds() if by_kind.get(kind.name)]


def _table(
    kind: Kind, cells: dict[tuple[int | None, int], tuple[int, Decimal]], measures: dict[int, Any]
) -> KindTable:
    held_years = {year for _measure, year in cells}
    years = list(range(min(held_years), max(held_years) + 1))
    lines = sorted({measure for measure, _year in cells}, key=lambda key: (key is None, key or 0))
    nothing = (0, Decimal(0))
    counts = [[cells.get((line, year), nothing)[0] for year in years] for line in lines]
    hidden = suppression.hide(counts, smallest=kind.smallest_shown)
    all_counts = suppression.with_totals(counts)
    amounts = suppression.with_totals(
        [[cells.get((line, year), nothing)[1] for year in years] for line in lines]  # type: ignore[misc]
    )
    rows = [
        Row(
            measures.get(lines[r]) if r < len(lines) and lines[r] is not None else None,
            [
                Figure(None, None)
                if (r, c) in hidden
                else Figure(all_counts[r][c], Decimal(amounts[r][c]) if kind.has_amount else None)
                for c in range(len(years) + 1)
            ],
            is_total=r == len(lines),
        )
        for r in range(len(lines) + 1)
    ]
    # A single line is its own total.
    return KindTable(
        kind, years, rows if len(lines) > 1 or rows[0].measure else rows[-1:], bool(hidden.cells)
    )
