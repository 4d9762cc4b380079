"""The check of the books: every sum reckoned anew from its rows, in SQL that shares nothing with what wrote them.

A flaw is nobody's typing error: the database refuses those. It is a fault of the program, of a restored backup, or of
somebody who wrote beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from sosei.core.payments.models import Bill
from sosei.core.payments.rules_money import fee_of
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.core.records.models import Entry
from sosei.core.records.services import write_entry

FOUND_AT_MOST = 1000
"""More flaws of one sort than these say nothing more."""


@dataclass(frozen=True)
class Flaw:
    """Something that does not agree.

    Attributes:
        code: which check found it (`words_books.FLAWS`).
        municipality_id: whose books.
        table: of the row it was found at.
        key: of that row.
        told: the sums that do not agree.
    """

    code: str
    municipality_id: int | None
    table: str
    key: int
    told: Mapping[str, Any] = field(default_factory=dict)


_CHECKS: Mapping[str, tuple[str, str]] = {
    "unbalanced": (
        "ledgertransaction",
        """SELECT t.municipality_id, t.id, coalesce(sum(l.yen), 0) AS found, count(l.id) AS expected
        FROM payments_ledgertransaction t LEFT JOIN payments_ledgerline l ON l.transaction_id = t.id
        GROUP BY t.id HAVING coalesce(sum(l.yen), 0) <> 0 OR count(l.id) < 2""",
    ),
    "charge_lines": (
        "charge",
        """SELECT c.municipality_id, c.id, coalesce(sum(l.yen), 0) AS found, c.yen AS expected
        FROM payments_charge c LEFT JOIN payments_chargeline l ON l.charge_id = c.id
        GROUP BY c.id HAVING coalesce(sum(l.yen), 0) <> c.yen""",
    ),
    "charge_booked": (
        "charge",
        """SELECT c.municipality_id, c.id, coalesce(sum(l.yen), 0) AS found, c.yen AS expected
        FROM payments_charge c
        LEFT JOIN payments_ledgertransaction t ON t.charge_id = c.id
        LEFT JOIN payments_ledgerline l ON l.transaction_id = t.id AND l.account = 'guest'
        GROUP BY c.id HAVING coalesce(sum(l.yen), 0) <> c.yen""",
    ),
    "payment_booked": (
        "payment",
        """SELECT p.municipality_id, p.id, coalesce(-sum(l.yen), 0) AS found,
            CASE WHEN p.state = 'paid' THEN p.yen ELSE 0 END AS expected
        FROM payments_payment p
        LEFT JOIN payments_ledgertransaction t ON t.payment_id = p.id
        LEFT JOIN payments_ledgerline l ON l.transaction_id = t.id AND l.account = 'guest'
        GROUP BY p.id
        HAVING coalesce(-sum(l.yen), 0) <> CASE WHEN p.state = 'paid' THEN p.yen ELSE 0 END""",
    ),
    "refund_booked": (
        "refund",
        """SELECT r.municipality_id, r.id, coalesce(sum(l.yen), 0) AS found,
            CASE WHEN r.state = 'done' THEN r.yen ELSE 0 END AS expected
        FROM payments_refund r
        LEFT JOIN payments_ledgertransaction t ON t.refund_id = r.id
        LEFT JOIN payments_ledgerline l ON l.transaction_id = t.id AND l.account = 'guest'
        GROUP BY r.id HAVING coalesce(sum(l.yen), 0) <> CASE WHEN r.state = 'done' THEN r.yen ELSE 0 END""",
    ),
    "deposit_booked": (
        "deposit",
        """SELECT d.municipality_id, d.id, coalesce(sum(l.yen), 0) AS found, d.yen AS expected
        FROM payments_deposit d
        LEFT JOIN payments_ledgertransaction t ON t.deposit_id = d.id
        LEFT JOIN payments_ledgerline l ON l.transaction_id = t.id AND l.account = 'bank'
        GROUP BY d.id HAVING coalesce(sum(l.yen), 0) <> d.yen""",
    ),
    "refunded_beyond": (
        "payment",
        """SELECT p.municipality_id, p.id, sum(r.yen) AS found,
            CASE WHEN p.state = 'paid' THEN p.yen ELSE 0 END AS expected
        FROM payments_payment p JOIN payments_refund r ON r.payment_id = p.id AND r.state NOT IN ('failed', 'returned')
        GROUP BY p.id HAVING sum(r.yen) > CASE WHEN p.state = 'paid' THEN p.yen ELSE 0 END""",
    ),
    "guest_account": (
        "bill",
        """SELECT b.municipality_id, b.id, b.booked AS found, b.charged - b.paid + b.refunded AS expected
        FROM (SELECT b.id, b.municipality_id,
            (SELECT coalesce(sum(yen), 0) FROM payments_ledgerline WHERE bill_id = b.id AND account = 'guest') AS booked,
            (SELECT coalesce(sum(yen), 0) FROM payments_charge WHERE bill_id = b.id) AS charged,
            (SELECT coalesce(sum(yen), 0) FROM payments_payment WHERE bill_id = b.id AND state = 'paid') AS paid,
            (SELECT coalesce(sum(yen), 0) FROM payments_refund WHERE bill_id = b.id AND state = 'done') AS refunded
            FROM payments_bill b) b
        WHERE b.booked <> b.charged - b.paid + b.refunded""",
    ),
    "charged_below_nothing": (
        "bill",
        """SELECT b.municipality_id, b.id, sum(c.yen) AS found, 0 AS expected
        FROM payments_bill b JOIN payments_charge c ON c.bill_id = b.id GROUP BY b.id HAVING sum(c.yen) < 0""",
    ),
    "payout_lines": (
        "payout",
        """SELECT p.municipality_id, p.id, coalesce(sum(l.yen), 0) AS found, p.yen AS expected
        FROM payments_payout p LEFT JOIN payments_payoutline l ON l.payout_id = p.id
        GROUP BY p.id HAVING coalesce(sum(l.yen), 0) <> p.yen""",
    ),
    "payout_line_ledger": (
        "payoutline",
        """SELECT o.municipality_id, o.id, o.yen AS found, -l.yen AS expected
        FROM payments_payoutline o JOIN payments_ledgerline l ON l.id = o.ledger_line_id
        WHERE o.yen <> -l.yen OR o.payee_id IS DISTINCT FROM l.payee_id""",
    ),
    "payout_booked": (
        "payout",
        """SELECT p.municipality_id, p.id, coalesce(-sum(l.yen), 0) AS found,
            CASE WHEN p.state = 'paid' THEN p.yen ELSE 0 END AS expected
        FROM payments_payout p
        LEFT JOIN payments_ledgertransaction t ON t.payout_id = p.id
        LEFT JOIN payments_ledgerline l ON l.transaction_id = t.id AND l.account = 'bank'
        GROUP BY p.id
        HAVING coalesce(-sum(l.yen), 0) <> CASE WHEN p.state = 'paid' THEN p.yen ELSE 0 END""",
    ),
    "invoice_lines": (
        "invoice",
        """SELECT i.municipality_id, i.id, coalesce(sum(l.yen), 0) AS found, i.yen AS expected
        FROM payments_invoice i LEFT JOIN payments_invoiceline l ON l.invoice_id = i.id
        GROUP BY i.id HAVING coalesce(sum(l.yen), 0) <> i.yen""",
    ),
    "transfer_matched": (
        "incomingtransfer",
        """SELECT t.municipality_id, t.id, 0 AS found, t.yen AS expected
        FROM payments_incomingtransfer t JOIN payments_payment p ON p.id = t.payment_id
        WHERE t.state = 'matched' AND p.state <> 'paid'""",
    ),
    "notice_unhandled": (
        "gatewayevent",
        """SELECT e.municipality_id, e.id, 0 AS found, 0 AS expected FROM payments_gatewayevent e
        WHERE (e.handled_at IS NULL AND e.received_at < %(yesterday)s) OR e.outcome = 'contradicts'""",
    ),
    "overpaid": (
        "bill",
        """SELECT b.municipality_id, b.id, b.paid - b.going AS found, b.charged AS expected
        FROM (SELECT b.id, b.municipality_id,
            (SELECT coalesce(sum(yen), 0) FROM payments_charge WHERE bill_id = b.id) AS charged,
            (SELECT coalesce(sum(yen), 0) FROM payments_payment WHERE bill_id = b.id AND state = 'paid') AS paid,
            (SELECT coalesce(sum(yen), 0) FROM payments_refund
                WHERE bill_id = b.id AND state NOT IN ('failed', 'returned')) AS going,
            (SELECT max(made_at) FROM payments_charge WHERE bill_id = b.id) AS last_charge,
            (SELECT max(settled_at) FROM payments_payment WHERE bill_id = b.id) AS last_payment
            FROM payments_bill b) b
        WHERE b.paid - b.going > b.charged AND greatest(b.last_charge, b.last_payment) < %(yesterday)s""",
    ),
}
"""Code -> the table of the row at fault, and a query for (town, key, what was found, what was expected)."""

_FEES = """SELECT b.municipality_id, b.id, b.fee_percent, b.fee_tax_percent, b.payee_id IS NOT NULL,
    least(paid.yen - refunded.yen, charged.yen),
    coalesce(-sum(l.yen) FILTER (WHERE l.account = 'platform_fee'), 0),
    coalesce(-sum(l.yen) FILTER (WHERE l.account = 'consumption_tax'), 0)
    FROM payments_bill b
    CROSS JOIN LATERAL (SELECT coalesce(sum(yen), 0) AS yen FROM payments_charge WHERE bill_id = b.id) charged
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(yen), 0) AS yen FROM payments_payment WHERE bill_id = b.id AND state = 'paid') paid
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(yen), 0) AS yen FROM payments_refund WHERE bill_id = b.id AND state = 'done') refunded
    LEFT JOIN payments_ledgerline l ON l.bill_id = b.id AND l.account IN ('platform_fee', 'consumption_tax')
    GROUP BY b.id, charged.yen, paid.yen, refunded.yen"""


def check_books(*, municipality: Municipality | None = None) -> list[Flaw]:
    """Every flaw of a town's books, or of all; writes nothing."""
    flaws: list[Flaw] = []
    town = municipality.pk if municipality is not None else None
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(all_of(_CHECKS), {"town": town, "yesterday": timezone.now() - timedelta(days=1)})
        flaws += [
            Flaw(code, of, _CHECKS[code][0], key, {"found": int(found), "expected": int(expected)})
            for code, of, key, found, expected in cursor.fetchall()
        ]
        cursor.execute(
            f"SELECT * FROM ({_FEES}) found WHERE %(town)s::bigint IS NULL OR municipality_id = %(town)s",  # noqa: S608
            {"town": town},
        )
        flaws += _fee_flaws(cursor)
    return flaws


def all_of(checks: Mapping[str, tuple[str, str]]) -> str:
    """Several checks as one query: code, town, key, and two figures."""
    return " UNION ALL ".join(
        f"(SELECT '{code}', found.* FROM ({query}) found "  # noqa: S608 - our own queries
        f"WHERE %(town)s::bigint IS NULL OR municipality_id = %(town)s ORDER BY 3 LIMIT {FOUND_AT_MOST})"
        for code, (_table, query) in checks.items()
    )


def _fee_flaws(rows: Iterable[Any]) -> list[Flaw]:
    flaws = []
    for town, key, percent, tax_percent, of_host, earned, fee, tax in rows:
        due = fee_of(int(earned), percent, tax_percent)
        expected = due.both if of_host else 0
        if int(fee + tax) != expected or (of_host and int(fee) != due.fee):
            flaws.append(Flaw("fee", town, "bill", key, {"found": int(fee + tax), "expected": expected}))
    return flaws[:FOUND_AT_MOST]


def last_check(town: Municipality) -> Entry | None:
    """The entry that the last nightly check of a town left."""
    found: Entry | None = (
        Entry.objects.filter(municipality=town.pk, verb="payments.books_checked").order_by("-pk").first()
    )
    return found


def check_every_town() -> int:
    """The nightly check: each town with bills gets an entry with what was found; how many flaws there are."""
    flaws = check_books()
    by_town: dict[int | None, list[Flaw]] = {}
    for flaw in flaws:
        by_town.setdefault(flaw.municipality_id, []).append(flaw)
    towns = Municipality.objects.filter(pk__in=Bill.objects.order_by().values("municipality")).order_by("pk")
    for town in towns:
        _write(town, by_town.pop(town.pk, []))
    if by_town:
        _write(None, [flaw for found in by_town.values() for flaw in found])
    return len(flaws)


@transaction.atomic
def _write(town: Municipality | None, flaws: list[Flaw]) -> None:
    counts: dict[str, int] = {}
    for flaw in flaws:
        counts[flaw.code] = counts.get(flaw.code, 0) + 1
    write_entry(
        actor=None,
        verb="payments.books_checked",
        municipality=town,
        data={
            "count": len(flaws),
            "codes": counts,
            "first": [{"code": one.code, "table": one.table, "key": one.key} for one in flaws[:20]],
        },
    )
