"""Monthly statements to hosts: what the books moved up to the end of a month and no statement told before.

A booking of the books that is dated back into a month that is closed stands in the next statement: nothing that was told
changes, and each statement begins where the last one ended.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from typing import Any

import rules
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments import letters_papers as letters
from sosei.core.payments.errors_papers import PaperError
from sosei.core.payments.models import LedgerTransaction, Statement, StatementLine
from sosei.core.payments.rules_invoices import Issuer, Issuing
from sosei.core.payments.services import invoices, ledger
from sosei.core.payments.services.paper_numbers import STATEMENT, next_number
from sosei.core.payments.services.parties import platform_party, settings_of
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.records.services import write_entry


@dataclass(frozen=True)
class Moved:
    """What transactions of the books come to for a host."""

    sales: int
    reductions: int
    fee: int
    fee_tax: int
    on_site: int
    paid_out: int

    @property
    def change(self) -> int:
        """What the host is owed more."""
        return self.sales - self.reductions - self.fee - self.fee_tax - self.on_site - self.paid_out


def month_end(day: datetime.date) -> datetime.date:
    """The last day of the month of a day."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_end_before(day: datetime.date) -> datetime.date:
    """The last day of the month before a day."""
    return day.replace(day=1) - datetime.timedelta(days=1)


@transaction.atomic
def close_month(
    *, municipality: Municipality, last_day: datetime.date, actor: Person | None
) -> list[Statement]:
    """The statement of each host of a town up to a month's end; hosts who have one already are left out.

    Args:
        actor: None for the task that closes each month.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PaperError: not the last day of a month, or one that is not over.
    """
    wanted = Statement(municipality_id=municipality.pk)
    if actor is not None and not rules.has_perm("payments.handle_money", actor, wanted):
        raise NotAllowedError(_("月の明細書を出せるのは、市の事業担当だけです。"))
    if last_day != month_end(last_day) or last_day >= ledger.today():
        raise PaperError(
            _("%(day)sでは締められません。終わった月の、最後の日にしてください。")
            % {"day": last_day.isoformat()},
            "last_day",
        )
    with tenancy.unguarded():
        made = []
        for key in _hosts(municipality.pk, last_day):
            payee = Organisation.objects.get(pk=key)
            made.append(_close(municipality, payee, last_day, actor))
    return made


_HOSTS = """
SELECT payee_id FROM (
    SELECT t.payee_id FROM payments_ledgertransaction t
    WHERE t.municipality_id = %(town)s AND t.payee_id IS NOT NULL AND t.on_date <= %(last)s
        AND NOT EXISTS (SELECT 1 FROM payments_statementline s WHERE s.transaction_id = t.id)
    UNION
    SELECT s.payee_id FROM payments_statement s WHERE s.municipality_id = %(town)s AND s.closing <> 0
        AND s.id = (SELECT max(id) FROM payments_statement l WHERE l.payee_id = s.payee_id
            AND l.municipality_id = s.municipality_id)
) found
WHERE NOT EXISTS (SELECT 1 FROM payments_statement h
    WHERE h.municipality_id = %(town)s AND h.payee_id = found.payee_id AND h.last_day >= %(last)s)
ORDER BY payee_id
"""


def _hosts(town: int, last_day: datetime.date) -> list[int]:
    return [row[0] for row in _rows(_HOSTS, town=town, last=last_day)]


_MOVED = """
SELECT
    coalesce(sum(greatest(l.yen, 0)) FILTER (WHERE t.kind = 'charge' AND l.account = 'guest'), 0),
    coalesce(-sum(least(l.yen, 0)) FILTER (WHERE t.kind = 'charge' AND l.account = 'guest'), 0),
    coalesce(-sum(l.yen) FILTER (WHERE l.account = 'platform_fee'), 0),
    coalesce(-sum(l.yen) FILTER (WHERE l.account = 'consumption_tax'), 0),
    coalesce(sum(l.yen) FILTER (WHERE t.kind <> 'payout' AND l.account = 'cash'), 0),
    coalesce(sum(l.yen) FILTER (WHERE t.kind = 'payout' AND l.account IN ('host', 'cash')), 0)
    + coalesce(sum(l.yen) FILTER (WHERE t.kind IN ('payment', 'refund')
        AND l.account IN ('host', 'platform_fee', 'consumption_tax')), 0)
FROM payments_statementline s JOIN payments_ledgertransaction t ON t.id = s.transaction_id
    JOIN payments_ledgerline l ON l.transaction_id = t.id
WHERE s.statement_id = %(statement)s
"""
"""The last sum: what went to the host, by the bank, and by the gateway to his own account there."""

_FEES = """
SELECT b.fee_tax_percent, -sum(l.yen) FROM payments_statementline s
    JOIN payments_ledgerline l ON l.transaction_id = s.transaction_id
    JOIN payments_bill b ON b.id = l.bill_id
WHERE s.statement_id = %(statement)s AND l.account IN ('platform_fee', 'consumption_tax')
GROUP BY b.fee_tax_percent ORDER BY b.fee_tax_percent DESC
"""

_PAID_OUT = """
SELECT
    coalesce((SELECT sum(p.yen) FROM payments_payoutline p
        WHERE p.payee_id = %(payee)s AND p.municipality_id = %(town)s AND p.counts), 0)
    - coalesce((SELECT sum(l.yen) FROM payments_statementline s
        JOIN payments_ledgertransaction t ON t.id = s.transaction_id AND t.kind = 'payout'
        JOIN payments_ledgerline l ON l.transaction_id = t.id AND l.account IN ('host', 'cash')
        WHERE s.payee_id = %(payee)s AND s.municipality_id = %(town)s), 0)
"""
"""Payouts that count, less those that statements told: what is under way (below zero: what came back since)."""

_UNPAID = """
WITH stated AS (
    SELECT l.id, l.bill_id, l.account, l.yen, t.kind FROM payments_statementline s
    JOIN payments_ledgertransaction t ON t.id = s.transaction_id
    JOIN payments_ledgerline l ON l.transaction_id = t.id
    WHERE s.payee_id = %(payee)s AND s.municipality_id = %(town)s
), owing AS (
    SELECT bill_id FROM stated WHERE account = 'guest' GROUP BY bill_id HAVING sum(yen) > 0
)
SELECT stated.id, stated.bill_id, -stated.yen, stated.bill_id IN (SELECT bill_id FROM owing) FROM stated
WHERE kind <> 'payout' AND account IN ('host', 'cash')
    AND NOT EXISTS (SELECT 1 FROM payments_payoutline p WHERE p.ledger_line_id = stated.id AND p.counts)
ORDER BY stated.id
"""


@dataclass(frozen=True)
class Unpaid:
    """A line of the books that a host was told of and that no payout settles yet.

    Attributes:
        waits: its bill is not wholly paid.
    """

    line: int
    bill: int | None
    yen: int
    waits: bool


def unpaid_lines(town: int, payee: int) -> list[Unpaid]:
    """What statements told a host and no payout settles yet."""
    found = _rows(_UNPAID, town=town, payee=payee)
    return [Unpaid(line, bill, int(yen), bool(waits)) for line, bill, yen, waits in found]


_PAYABLE = """
WITH stated AS (
    SELECT s.payee_id, l.id, l.bill_id, l.account, l.yen, t.kind FROM payments_statementline s
    JOIN payments_ledgertransaction t ON t.id = s.transaction_id
    JOIN payments_ledgerline l ON l.transaction_id = t.id WHERE s.municipality_id = %(town)s
), owing AS (
    SELECT bill_id FROM stated WHERE account = 'guest' GROUP BY bill_id HAVING sum(yen) > 0
)
SELECT payee_id, -sum(yen) FROM stated
WHERE kind <> 'payout' AND account IN ('host', 'cash')
    AND NOT EXISTS (SELECT 1 FROM owing WHERE owing.bill_id = stated.bill_id)
    AND NOT EXISTS (SELECT 1 FROM payments_payoutline p WHERE p.ledger_line_id = stated.id AND p.counts)
GROUP BY payee_id HAVING -sum(yen) > 0
"""


def payable_by_host(town: int) -> dict[int, int]:
    """What would be transferred now to each host of a town: key of the host -> yen, above zero."""
    return {payee: int(yen) for payee, yen in _rows(_PAYABLE, town=town)}


def _close(
    municipality: Municipality, payee: Organisation, last_day: datetime.date, actor: Person | None
) -> Statement:
    number = next_number(
        town_code=municipality.code,
        town_id=municipality.pk,
        paper=STATEMENT,
        issuer=Issuer.PLATFORM,
        payee_id=None,
        year=ledger.today().year,
    )
    before = Statement.objects.filter(municipality=municipality, payee=payee).order_by("-last_day").first()
    key = _next_key()
    statement = Statement(
        pk=key,
        municipality=municipality,
        payee=payee,
        number=number,
        first_day=last_day.replace(day=1) if before is None else before.last_day + datetime.timedelta(days=1),
        last_day=last_day,
        opening=before.closing if before is not None else 0,
        due_on=month_end(last_day + datetime.timedelta(days=1)),
        issued_at=timezone.now(),
        issued_by=actor,
    )
    # The foreign key is looked at when the transaction ends: the sums are those of the lines.
    untold = _untold(municipality.pk, payee.pk, last_day)
    StatementLine.objects.bulk_create(
        StatementLine(municipality=municipality, payee=payee, statement_id=key, transaction_id=one)
        for one, _on in untold
    )
    if before is None:
        statement.first_day = min([statement.first_day, *(on for _one, on in untold)])
    _fill(statement)
    statement.save(force_insert=True)
    fees = _rows(_FEES, statement=key)
    parties = settings_of(municipality)
    invoices.issue_fee_invoice(
        statement,
        Issuing(platform_party(municipality, parties)),
        [(int(percent), int(yen)) for percent, yen in fees],
    )
    write_entry(
        actor=actor,
        verb="payments.statement_issued",
        subject=payee,
        municipality=municipality,
        data={"number": number, "yen": statement.due, "host": payee.name},
    )
    letters.tell_statement(statement)
    return statement


def _rows(query: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())


def _next_key() -> int:
    return int(_rows("SELECT nextval(pg_get_serial_sequence('payments_statement', 'id'))")[0][0])


def _untold(town: int, payee: int, last_day: datetime.date) -> list[tuple[int, datetime.date]]:
    """Transactions that no statement told, with their days."""
    rows = LedgerTransaction.objects.filter(
        municipality=town, payee=payee, on_date__lte=last_day, statement_line__isnull=True
    )
    return list(rows.order_by("pk").values_list("pk", "on_date"))


def moved_by(statement: Statement) -> Moved:
    """What the transactions of a statement come to."""
    return Moved(*(int(value) for value in _rows(_MOVED, statement=statement.pk)[0]))


def _fill(statement: Statement) -> None:
    """The sums, from the lines that are kept; what is unpaid from those of all statements so far."""
    whose = {"town": statement.municipality_id, "payee": statement.payee_id}
    moved = moved_by(statement)
    for name in ("sales", "fee", "fee_tax", "on_site", "paid_out"):
        setattr(statement, name, getattr(moved, name))
    statement.refunds = moved.reductions
    statement.closing = statement.opening + moved.change
    statement.waiting = sum(one.yen for one in unpaid_lines(**whose) if one.waits)
    statement.under_way = int(_rows(_PAID_OUT, **whose)[0][0])
    statement.due = statement.closing - statement.waiting - statement.under_way


@dataclass(frozen=True)
class BillRow:
    """A bill in a statement.

    Attributes:
        thing: the first line that was charged on it.
        fee: the platform's share with its tax.
        paid: what payers paid, less what they got back.
    """

    bill: int
    number: str
    thing: str
    first: datetime.date
    sales: int
    reductions: int
    paid: int
    fee: int
    on_site: int

    @property
    def change(self) -> int:
        """What the host is owed more for it."""
        return self.sales - self.reductions - self.fee - self.on_site


_BILLS = """
SELECT b.id, b.number, (SELECT c.text FROM payments_chargeline c WHERE c.bill_id = b.id ORDER BY c.id LIMIT 1),
    min(t.on_date),
    coalesce(sum(greatest(l.yen, 0)) FILTER (WHERE t.kind = 'charge' AND l.account = 'guest'), 0),
    coalesce(-sum(least(l.yen, 0)) FILTER (WHERE t.kind = 'charge' AND l.account = 'guest'), 0),
    coalesce(-sum(l.yen) FILTER (WHERE t.kind IN ('payment', 'refund') AND l.account = 'guest'), 0),
    coalesce(-sum(l.yen) FILTER (WHERE l.account IN ('platform_fee', 'consumption_tax')), 0),
    coalesce(sum(l.yen) FILTER (WHERE l.account = 'cash'), 0)
FROM payments_statementline s JOIN payments_ledgertransaction t ON t.id = s.transaction_id
    JOIN payments_ledgerline l ON l.transaction_id = t.id JOIN payments_bill b ON b.id = t.bill_id
WHERE s.statement_id = %(statement)s GROUP BY b.id ORDER BY min(t.on_date), b.id
"""


def bill_rows(statement: Statement) -> list[BillRow]:
    """The bills that a statement tells; read outside the guard, by whoever may see the statement."""
    with tenancy.unguarded():
        found = _rows(_BILLS, statement=statement.pk)
    return [
        BillRow(key, number, thing or "", first, *(int(yen) for yen in sums))
        for key, number, thing, first, *sums in found
    ]


@dataclass(frozen=True)
class HostStanding:
    """How a host stands at this moment, by the books.

    Attributes:
        owed: what the books owe the host in all; below zero he owes.
        waiting: of it, bookings that are not wholly paid yet.
        under_way: of it, payouts that are made and not booked yet.
    """

    owed: int
    waiting: int
    under_way: int

    @property
    def to_come(self) -> int:
        """What is to be transferred once the month is closed."""
        return self.owed - self.waiting - self.under_way


_STANDING = """
WITH mine AS (
    SELECT l.bill_id, l.account, l.yen FROM payments_ledgerline l
    WHERE l.payee_id = %(payee)s AND l.municipality_id = %(town)s AND l.account IN ('host', 'cash', 'guest')
), owing AS (
    SELECT bill_id FROM mine WHERE account = 'guest' GROUP BY bill_id HAVING sum(yen) > 0
)
SELECT coalesce(-sum(yen) FILTER (WHERE account <> 'guest'), 0),
    coalesce(-sum(yen) FILTER (WHERE account <> 'guest' AND bill_id IN (SELECT bill_id FROM owing)), 0),
    coalesce((SELECT sum(p.yen) FROM payments_payout p WHERE p.payee_id = %(payee)s
        AND p.municipality_id = %(town)s AND p.state = 'made'), 0)
FROM mine
"""


def host_standing(host: Organisation) -> HostStanding:
    """How a host stands now; asked outside the guard, by whoever may see it."""
    with tenancy.unguarded():
        owed, waiting, under_way = _rows(_STANDING, payee=host.pk, town=host.municipality_id)[0]
    return HostStanding(int(owed), int(waiting), int(under_way))
