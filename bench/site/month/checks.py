"""What must hold after a month, from the rows alone: the books, each booking's due, each refund once, nothing lost."""

from __future__ import annotations

from typing import Any

from bench.site.month.statements import reckon_bookings, rows

Flaws = dict[str, list[Any]]

# Each finds what must not be there.
_NEVER = {
    "a transaction of the books that does not add up to zero": """
        SELECT transaction_id, sum(yen), count(*) FROM payments_ledgerline GROUP BY transaction_id
        HAVING sum(yen) <> 0 OR count(*) < 2""",
    "a charge without a booking": """
        SELECT l.id, l.code FROM payments_chargeline l JOIN payments_bill b ON b.id = l.bill_id
        WHERE b.kind = 'spaces.order' AND NOT EXISTS (
            SELECT 1 FROM spaces_booking k WHERE l.code = 'booking:' || k.id AND k.order_id = b.object_key::bigint)""",
    "a booking that was settled and has no bill": """
        SELECT k.id, k.yen FROM spaces_booking k WHERE k.yen > 0 AND k.confirmed_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM payments_bill b WHERE b.kind = 'spaces.order' AND b.object_key = k.order_id::text)""",
    "a booking confirmed that is neither paid nor agreed to be paid later": """
        SELECT o.id, o.way_to_pay, s.* FROM spaces_order o JOIN payments_bill b
            ON b.kind = 'spaces.order' AND b.object_key = o.id::text
        CROSS JOIN LATERAL (SELECT
            (SELECT coalesce(sum(yen), 0) FROM payments_charge WHERE bill_id = b.id) AS charged,
            (SELECT coalesce(sum(yen), 0) FROM payments_payment WHERE bill_id = b.id AND state = 'paid') AS paid,
            (SELECT coalesce(sum(yen), 0) FROM payments_payment
                WHERE bill_id = b.id AND state IN ('asked', 'waiting')) AS waiting,
            (SELECT coalesce(sum(yen), 0) FROM payments_refund WHERE bill_id = b.id AND state <> 'failed') AS back,
            (SELECT coalesce(sum(c.new_yen - c.old_yen), 0) FROM spaces_bookingchange c
                JOIN spaces_booking k ON k.id = c.booking_id WHERE k.order_id = o.id AND c.new_yen > c.old_yen) AS dearer
            ) s
        WHERE EXISTS (SELECT 1 FROM spaces_booking k
                WHERE k.order_id = o.id AND k.state IN ('confirmed', 'used', 'no_show') AND k.yen > 0)
            AND s.charged > s.paid - s.back + CASE WHEN o.way_to_pay IN ('invoice', 'on_site') THEN s.waiting ELSE 0 END
                + s.dearer""",
    "too much kept": """
        SELECT b.id FROM payments_bill b WHERE
            (SELECT coalesce(sum(yen), 0) FROM payments_payment WHERE bill_id = b.id AND state = 'paid')
            - (SELECT coalesce(sum(yen), 0) FROM payments_refund WHERE bill_id = b.id AND state <> 'failed')
            > (SELECT coalesce(sum(yen), 0) FROM payments_charge WHERE bill_id = b.id)""",
    "a booking that waits for ever": """
        SELECT id, state FROM spaces_booking WHERE state IN ('held', 'requested')""",
    "a refund that is not given": """
        SELECT id, way, state FROM payments_refund WHERE state NOT IN ('done', 'failed')""",
    "a payment at the gateway that is not over": """
        SELECT id, state FROM payments_payment WHERE gateway <> '' AND state IN ('asked', 'waiting')""",
    "paid at the gateway and not here, here and not there, or another sum": """
        SELECT e.key, e.state, e.yen, p.id, p.state, p.yen FROM payments_embeddedorder e
        FULL JOIN (SELECT * FROM payments_payment WHERE gateway = 'embedded' AND gateway_key <> '') p
            ON p.gateway_key = e.key
        WHERE (coalesce(e.state, '') = 'paid') <> (coalesce(p.state, '') = 'paid')
            OR (e.state = 'paid' AND e.yen <> p.yen)""",
    "paid here without an order at the gateway": """
        SELECT id FROM payments_payment WHERE gateway <> '' AND state = 'paid' AND gateway_key = ''""",
    "one attempt that is two orders at the gateway": """
        SELECT idempotency_key, count(*) FROM payments_embeddedorder GROUP BY 1 HAVING count(*) > 1""",
    "a refund of the gateway that is not exactly one here, or the other way": """
        SELECT e.key, e.state, e.yen, r.id, r.state, r.yen FROM payments_embeddedrefund e
        FULL JOIN (SELECT *, key || ':' || part AS asked FROM payments_refund WHERE way = 'gateway') r
            ON r.asked = e.idempotency_key
        WHERE e.id IS NULL OR r.id IS NULL OR e.state <> r.state OR e.yen <> r.yen OR e.key <> r.gateway_key""",
    "a refund promised twice": """
        SELECT key, part, count(*) FROM payments_refund GROUP BY 1, 2 HAVING count(*) > 1""",
    "more given back at the gateway than was paid there": """
        SELECT e.key, e.yen, e.refunded, coalesce(sum(r.yen), 0) FROM payments_embeddedorder e
        LEFT JOIN payments_embeddedrefund r ON r.order_id = e.id AND r.state = 'done' GROUP BY e.id
        HAVING e.refunded <> coalesce(sum(r.yen), 0) OR e.refunded > e.yen""",
    "a transfer matched with another sum": """
        SELECT p.id, p.yen, sum(t.yen) FROM payments_incomingtransfer t JOIN payments_payment p ON p.id = t.payment_id
        WHERE t.state = 'matched' GROUP BY p.id HAVING sum(t.yen) NOT IN (p.yen, p.yen + 50)""",
    "an order made twice": "SELECT key, count(*) FROM spaces_order GROUP BY key HAVING count(*) > 1",
    "a place taken twice": """
        SELECT a.id, b.id FROM spaces_occupancy a JOIN spaces_occupancy b
        ON a.space_id = b.space_id AND a.id < b.id AND a.period && b.period""",
    "two bookings that stand in one place": """
        SELECT a.id, b.id FROM spaces_booking a JOIN spaces_booking b ON a.space_id = b.space_id AND a.id < b.id
        AND a.period && b.period WHERE a.state IN ('held', 'confirmed', 'used', 'no_show')
        AND b.state IN ('held', 'confirmed', 'used', 'no_show')""",
    "a place kept for nobody": """
        SELECT o.id FROM spaces_occupancy o LEFT JOIN spaces_booking b ON b.id = o.booking_id
        WHERE o.key IS NOT NULL OR b.state IN ('cancelled', 'lapsed', 'declined')""",
    "a notice that was taken and not handled": """
        SELECT id, kind FROM payments_gatewayevent WHERE handled_at IS NULL""",
}
# What an account of the books must come to, from the rows that are no books.
_ACCOUNTS = {
    "guest": """
        (SELECT coalesce(sum(yen), 0) FROM payments_charge)
        - (SELECT coalesce(sum(yen), 0) FROM payments_payment WHERE state = 'paid')
        + (SELECT coalesce(sum(yen), 0) FROM payments_refund WHERE state = 'done')""",
    "clearing": """
        (SELECT coalesce(sum(yen - refunded - yen * 36 / 1000), 0) FROM payments_embeddedorder WHERE state = 'paid')""",
    "gateway_fee": """
        (SELECT coalesce(sum(yen * 36 / 1000), 0) FROM payments_embeddedorder WHERE state = 'paid')""",
    "bank": """
        (SELECT coalesce(sum(yen), 0) FROM payments_payment WHERE state = 'paid' AND way IN ('bank', 'invoice'))
        - (SELECT coalesce(sum(yen), 0) FROM payments_refund WHERE state = 'done' AND way = 'bank')
        - (SELECT coalesce(sum(yen), 0) FROM payments_payout WHERE state = 'paid')""",
}
_COUNTS = {
    "orders": "SELECT count(*) AS n FROM spaces_order",
    "bookings": "SELECT count(*) AS n FROM spaces_booking",
    "moves": "SELECT count(*) AS n FROM spaces_bookingchange",
    "cancellations": "SELECT count(*) AS n FROM spaces_bookingcancellation",
    "payments": "SELECT count(*) AS n FROM payments_payment",
    "refunds": "SELECT count(*) AS n FROM payments_refund",
    "notices": "SELECT count(*) AS n FROM payments_gatewayevent",
    "notices_that_came_again": "SELECT coalesce(sum(times - 1), 0) AS n FROM payments_gatewayevent",
    "transactions_of_the_books": "SELECT count(*) AS n FROM payments_ledgertransaction",
    "statements": "SELECT count(*) AS n FROM payments_statement",
    "payouts": "SELECT count(*) AS n FROM payments_payout",
    "yen_charged": "SELECT coalesce(sum(yen), 0) AS n FROM payments_charge WHERE yen > 0",
}


def is_a_month() -> bool:
    """Whether there was a move and a cancellation: with few bookings chance may have brought none so far."""
    query = "SELECT EXISTS (SELECT FROM {}) AS there"
    tables = ("spaces_bookingchange", "spaces_bookingcancellation")
    return all(rows(query.format(table))[0]["there"] for table in tables)


def everything(month: Any) -> Flaws:
    """Everything that is wrong."""
    from sosei.core.payments.services import check_books
    from sosei.core.payments.services.checking_papers import check_papers

    flaws: Flaws = {name: [tuple(row.values()) for row in rows(query)] for name, query in _NEVER.items()}
    flaws["the nightly check of the books"] = [str(flaw) for flaw in check_books()]
    flaws["the nightly check of the papers"] = [str(flaw) for flaw in check_papers()]
    flaws["accounts of the books"] = _accounts()
    flaws["what bookings owe"] = _due()
    flaws["answered and then lost"] = _lost(month)
    flaws["faults"] = [file.read_text()[-4000:] for file in sorted(month.folder.glob("faults-*"))]
    flaws["tasks that failed"] = [
        tuple(row.values())
        for row in rows(
            "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1 ORDER BY 1"
        )
    ]
    return flaws


def counts() -> dict[str, int]:
    """How much there was."""
    found = {name: int(rows(query)[0]["n"]) for name, query in _COUNTS.items()}
    for table, column in (
        ("spaces_booking", "state"),
        ("payments_payment", "state"),
        ("payments_payment", "way"),
    ):
        for row in rows(f"SELECT {column} AS what, count(*) AS n FROM {table} GROUP BY 1 ORDER BY 1"):  # noqa: S608
            found[f"{table.partition('_')[2]} {row['what']}"] = row["n"]
    return found


def _accounts() -> list[Any]:
    flaws: list[Any] = []
    kept = {
        row["account"]: int(row["yen"])
        for row in rows("SELECT account, sum(yen) AS yen FROM payments_ledgerline GROUP BY 1")
    }
    for name, query in _ACCOUNTS.items():
        wanted = int(rows(f"SELECT {query} AS yen")[0]["yen"])
        if kept.get(name, 0) != wanted:
            flaws.append((name, kept.get(name, 0), wanted))
    if sum(kept.values()):
        flaws.append(("all together", sum(kept.values()), 0))
    return flaws


def _due() -> list[Any]:
    """What the bills say that each booking owes, against what the booking itself says."""
    reckoned = reckon_bookings()
    lines = "SELECT code, sum(yen) AS yen FROM payments_chargeline WHERE starts_with(code, 'booking:') GROUP BY code"
    kept = {int(row["code"].partition(":")[2]): int(row["yen"]) for row in rows(lines)}
    return [
        {"booking": key, "bill": kept.get(key, 0), "owes": owes}
        for key, owes in reckoned.owes.items()
        if kept.get(key, 0) != owes
    ]


def _lost(month: Any) -> list[Any]:
    """What was answered must be there, whatever was killed or crashed since."""
    there = {(str(row["key"]), row["id"]) for row in rows("SELECT key, id FROM spaces_order")}
    told = [
        line.split()
        for file in sorted(month.folder.glob("answered-*"))
        for line in file.read_text().splitlines()
    ]
    return [line for line in told if (line[0], int(line[1])) not in there]
