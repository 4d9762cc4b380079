"""The check of papers: statements, invoices, receipts and their numbers are reckoned anew from the rows they tell of."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from sosei.core.payments.models import Invoice, Statement
from sosei.core.payments.services.checking import FOUND_AT_MOST, Flaw, all_of
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.core.records.services import write_entry
from sosei.engines.conventions.tax import totals_by_rate

_MOVED = """
SELECT s.municipality_id, s.id, s.closing - s.opening AS expected, -coalesce(sum(l.yen), 0) AS found
FROM payments_statement s LEFT JOIN payments_statementline n ON n.statement_id = s.id
    LEFT JOIN payments_ledgerline l ON l.transaction_id = n.transaction_id AND l.account IN ('host', 'cash')
GROUP BY s.id HAVING s.closing - s.opening <> -coalesce(sum(l.yen), 0)
"""
_FEES = """
SELECT s.municipality_id, s.id, s.fee + s.fee_tax AS expected, -coalesce(sum(l.yen), 0) AS found
FROM payments_statement s LEFT JOIN payments_statementline n ON n.statement_id = s.id
    LEFT JOIN payments_ledgerline l ON l.transaction_id = n.transaction_id
        AND l.account IN ('platform_fee', 'consumption_tax')
GROUP BY s.id HAVING s.fee + s.fee_tax <> -coalesce(sum(l.yen), 0)
"""
_CHARGED = """
SELECT s.municipality_id, s.id, s.sales - s.refunds AS expected, coalesce(sum(c.yen), 0) AS found
FROM payments_statement s LEFT JOIN payments_statementline n ON n.statement_id = s.id
    LEFT JOIN payments_ledgertransaction t ON t.id = n.transaction_id LEFT JOIN payments_charge c ON c.id = t.charge_id
GROUP BY s.id HAVING s.sales - s.refunds <> coalesce(sum(c.yen), 0)
"""
_CHAIN = """
SELECT s.municipality_id, s.id, s.opening AS expected, s.before AS found FROM (
    SELECT id, municipality_id, opening, coalesce(lag(closing)
        OVER (PARTITION BY municipality_id, payee_id ORDER BY last_day), 0) AS before FROM payments_statement
) s WHERE s.opening <> s.before
"""
_GAPS = """
SELECT k.municipality_id, k.id, k.last AS expected, count(p.number) AS found FROM payments_papercount k
LEFT JOIN (
    SELECT municipality_id, number FROM payments_invoice UNION ALL
    SELECT municipality_id, number FROM payments_receipt UNION ALL
    SELECT municipality_id, number FROM payments_statement
) p ON p.municipality_id = k.municipality_id
    AND split_part(p.number, '-', 2) = k.series AND split_part(p.number, '-', 3) = k.year::text
GROUP BY k.id HAVING count(p.number) <> k.last
"""
_RECEIPTS = """
SELECT r.municipality_id, r.id, r.yen + r.refunded AS expected, p.yen AS found
FROM payments_receipt r JOIN payments_payment p ON p.id = r.payment_id WHERE r.yen + r.refunded <> p.yen
"""

_CHECKS: Mapping[str, tuple[str, str]] = {
    "statement_moved": ("statement", _MOVED),
    "statement_fee": ("statement", _FEES),
    "statement_charged": ("statement", _CHARGED),
    "statement_chain": ("statement", _CHAIN),
    "paper_gap": ("papercount", _GAPS),
    "receipt_yen": ("receipt", _RECEIPTS),
}
"""Code -> the table of the row at fault, and a query for (town, key, what was expected, what was found)."""


def check_papers(*, municipality: Municipality | None = None) -> list[Flaw]:
    """Every flaw of a town's papers, or of all; writes nothing."""
    town = municipality.pk if municipality is not None else None
    flaws: list[Flaw] = []
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(all_of(_CHECKS), {"town": town})
        flaws += [
            Flaw(code, of, _CHECKS[code][0], key, {"expected": int(expected), "found": int(found)})
            for code, of, key, expected, found in cursor.fetchall()
        ]
        flaws += _invoice_flaws(town)
    return flaws


def _invoice_flaws(town: int | None) -> list[Flaw]:
    rows = Invoice.objects.prefetch_related("lines")
    flaws = []
    for one in (rows.filter(municipality=town) if town is not None else rows).iterator(chunk_size=2000):
        totals = totals_by_rate((line.yen, line.tax_percent) for line in one.lines.all())
        told = [{"percent": t.percent, "yen": t.yen, "tax": t.tax} for t in totals]
        if told != one.totals or one.yen != sum(t.yen for t in totals):
            found = sum(t.tax for t in totals)
            kept = sum(int(t["tax"]) for t in one.totals)
            flaws.append(
                Flaw(
                    "invoice_totals",
                    one.municipality_id,
                    "invoice",
                    one.pk,
                    {"expected": kept, "found": found},
                )
            )
    return flaws[:FOUND_AT_MOST]


@transaction.atomic
def check_every_town() -> int:
    """The nightly check of papers: an entry for each town that has statements or flaws; how many flaws there are."""
    flaws = check_papers()
    with tenancy.unguarded():
        towns = set(Statement.objects.order_by().values_list("municipality", flat=True).distinct())
        towns |= {one.municipality_id for one in flaws if one.municipality_id is not None}
        for town in Municipality.objects.filter(pk__in=towns).order_by("pk"):
            here = [one for one in flaws if one.municipality_id == town.pk]
            first = [{"code": one.code, "table": one.table, "key": one.key} for one in here[:20]]
            write_entry(
                actor=None,
                verb="payments.papers_checked",
                municipality=town,
                data={"count": len(here), "first": first},
            )
    return len(flaws)
