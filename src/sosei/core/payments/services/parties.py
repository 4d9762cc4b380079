"""Who is named on papers, and whose account collects: read from the settings of host, town and platform."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from sosei.core.payments.models import Bill, PayeeSettings
from sosei.core.payments.rules_invoices import Issuer, Issuing, Party, who_issues
from sosei.core.people.models import Municipality, Organisation

Of = PayeeSettings.Of


def settings_of(
    municipality: Municipality, payee: Organisation | None = None
) -> dict[str, PayeeSettings | None]:
    """The settings of town, platform and, where one is named, host; None where nobody entered any."""
    rows = PayeeSettings.objects.filter(municipality=municipality.pk)
    found = {row.of: row for row in rows.filter(payee=None)}
    host = rows.filter(payee=payee.pk).first() if payee is not None else None
    return {Of.TOWN: found.get(Of.TOWN), Of.PLATFORM: found.get(Of.PLATFORM), Of.HOST: host}


def _party(issuer: Issuer, row: PayeeSettings | None, name: str) -> Party:
    if row is None:
        return Party(issuer, name)
    return Party(
        issuer, row.issuer_name or name, row.issuer_address, row.registration_number, row.mediated_from
    )


def town_party(municipality: Municipality, row: PayeeSettings | None) -> Party:
    """The town on papers."""
    return _party(Issuer.TOWN, row, municipality.name)


def platform_party(municipality: Municipality, rows: dict[str, PayeeSettings | None]) -> Party:
    """Who runs the site, on papers; the town itself where nobody else is entered."""
    row = rows[Of.PLATFORM]
    if row is None:
        town = town_party(municipality, rows[Of.TOWN])
        return Party(Issuer.PLATFORM, town.name, town.address, town.number)
    return _party(Issuer.PLATFORM, row, municipality.name)


def issuing_of(bill: Bill, on: datetime.date) -> Issuing:
    """In whose name the papers of a bill are."""
    rows = settings_of(bill.municipality, bill.payee)
    host = None if bill.payee is None else _party(Issuer.HOST, rows[Of.HOST], bill.payee.name)
    return who_issues(
        host=host,
        town=town_party(bill.municipality, rows[Of.TOWN]),
        platform=platform_party(bill.municipality, rows),
        on=on,
    )


def collecting_account(municipality: Municipality) -> PayeeSettings | None:
    """The account to which payers transfer and from which hosts are paid: the platform's, or else the town's."""
    rows = settings_of(municipality)
    return next(
        (row for row in (rows[Of.PLATFORM], rows[Of.TOWN]) if row is not None and row.has_account), None
    )


def with_account(payees: Iterable[int]) -> set[int]:
    """Which of these hosts have an account to be paid to."""
    rows = PayeeSettings.objects.filter(payee__in=list(payees)).exclude(account_number="")
    return set(rows.values_list("payee_id", flat=True))
