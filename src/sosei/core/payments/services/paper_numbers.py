"""Numbers of papers: each issuer counts its papers of a year without a gap."""

from __future__ import annotations

from django.db import connection

from sosei.core.payments.rules_invoices import Issuer

_LETTERS = {Issuer.HOST: "H", Issuer.TOWN: "T", Issuer.PLATFORM: "P"}
INVOICE, RECEIPT, STATEMENT = "I", "R", "S"

_NEXT = """
INSERT INTO payments_papercount AS held (municipality_id, series, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (municipality_id, series, year) DO UPDATE SET last = held.last + 1 RETURNING last
"""


def next_number(
    *, town_code: str, town_id: int, paper: str, issuer: Issuer, payee_id: int | None, year: int
) -> str:
    """The next number of an issuer's papers, inside the transaction that keeps the paper.

    The count stays locked until that transaction ends: one that is undone gives its number back, and the next one waits.

    Args:
        paper: INVOICE, RECEIPT or STATEMENT.
        payee_id: the host, where the host is the issuer.
    """
    series = f"{paper}{_LETTERS[issuer]}{payee_id if issuer is Issuer.HOST else ''}"
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [town_id, series, year])
        return f"{town_code}-{series}-{year}-{int(cursor.fetchone()[0]):06d}"
