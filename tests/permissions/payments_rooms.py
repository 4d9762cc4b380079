"""Rows of payments, as the grids need them: bills of the town and of hosts, and all that hangs on them."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.utils import timezone

from sosei.core.payments import models as payments
from sosei.core.people import roles
from sosei.core.people.models import Organisation, Person
from tests.permissions.world import HERE, THERE, World, filler

DAY = datetime.date(2020, 8, 1)


@filler
def payments_rows(world: World) -> None:
    """A row of every table of payments, for each payer and payee that changes who sees it."""
    citizen = world.kinds[roles.CITIZEN]
    for place, whose in ((HERE, "here"), (THERE, "there")):
        other = Organisation.objects.create(
            municipality=world.towns[place], kind="host", name="例のほかの場所"
        )
        resident = world.residents[place]
        _of_town(world, place, whose)
        _of_payee(world, place, world.firms[place], f"of the employer {whose}")
        _of_payee(world, place, other, f"of another payee {whose}")
        _of_bill(world, place, world.firms[place], resident, f"owed to the employer {whose}")
        _of_bill(world, place, other, None, f"owed by a guest {whose}")
        _of_bill(world, place, None, resident, f"owed to the town {whose}")
    _of_bill(world, HERE, None, citizen, "own of the citizen")
    _of_bill(world, THERE, world.firms[THERE], citizen, "own of the citizen in the other town")


def _of_town(world: World, place: str, whose: str) -> None:
    town, now = world.towns[place], timezone.now()
    for row in (
        payments.FeeRate.objects.create(
            municipality=town, percent=Decimal(10), starts_on=DAY, reason="例", set_at=now
        ),
        payments.ExemptionRule.objects.create(
            municipality=town, code="example", title="例", percent=50, article="例", starts_on=DAY, set_at=now
        ),
    ):
        world.add(f"published: {whose}", row)
    for row in (
        payments.TransferFile.objects.create(
            municipality=town, pay_on=DAY, count=0, total=0, content=b"", sha256="0" * 64, made_at=now
        ),
        payments.IncomingTransfer.objects.create(
            municipality=town, on_date=DAY, yen=1, payer_kana="ﾚｲ", digest="0" * 64, read_at=now
        ),
        payments.Deposit.objects.create(
            municipality=town, gateway="embedded", key=place, yen=1, on_date=DAY, made_at=now
        ),
        payments.GatewayEvent.objects.create(
            municipality=town, gateway="embedded", event_id=place, kind="例", body="{}", received_at=now
        ),
        payments.NoticeDelivery.objects.create(gateway="embedded", signature=place, at=now),
        payments.RefusedNotice.objects.create(
            gateway=place, reason="wrong", hour=now, last_at=now, last_sha256=""
        ),
        payments.PayeeSettings.objects.create(municipality=town, of="town", updated_at=now),
        payments.PaperCount.objects.create(municipality=town, series="R", year=2020, last=1),
    ):
        world.add(f"of the town {whose}", row)
    order = payments.EmbeddedOrder.objects.create(
        key=place, idempotency_key=place, way="card", yen=1, notice_url="x", return_url="x", made_at=now
    )
    for row in (
        order,
        payments.EmbeddedRefund.objects.create(
            key=place, idempotency_key=place, order=order, yen=1, made_at=now
        ),
        payments.EmbeddedNotice.objects.create(event_id=place, order=order, body="{}", url="x", due_at=now),
    ):
        world.add(f"of the practice gateway {whose}", row)


def _of_payee(world: World, place: str, payee: Organisation, name: str) -> None:
    own = {"municipality": world.towns[place], "payee": payee}
    now, transaction = timezone.now(), _ledger(own, None)
    statement = payments.Statement.objects.create(
        **own,
        number=uuid.uuid4().hex[:20],
        first_day=DAY,
        last_day=DAY,
        due_on=DAY,
        issued_at=now,
        **dict.fromkeys(
            ("opening", "sales", "refunds", "fee", "fee_tax", "on_site", "paid_out", "closing"), 0
        ),
    )
    payout = payments.Payout.objects.create(
        **own, first_day=DAY, last_day=DAY, pay_on=DAY, yen=1, key=uuid.uuid4().hex, made_at=now
    )
    told = payments.StatementLine.objects.create(**own, statement=statement, transaction=transaction)
    line = payments.PayoutLine.objects.create(
        **own, payout=payout, ledger_line=transaction.lines.earliest("pk"), yen=1
    )
    settings = payments.PayeeSettings.objects.create(**own, of="host", updated_at=now)
    for row in (statement, told, payout, line, settings):
        world.add(name, row)


def _ledger(own: dict[str, Any], bill: payments.Bill | None) -> payments.LedgerTransaction:
    transaction: payments.LedgerTransaction = payments.LedgerTransaction.objects.create(
        **own, kind="charge", key=uuid.uuid4().hex, bill=bill, on_date=DAY, made_at=timezone.now()
    )
    for account, yen in (("guest", 1), ("consumption_tax", -1)):
        payments.LedgerLine.objects.create(
            **own, transaction=transaction, account=account, yen=yen, bill=bill
        )
    return transaction


def _of_bill(world: World, place: str, payee: Organisation | None, person: Person | None, name: str) -> None:
    own = {"municipality": world.towns[place], "payee": payee, "person": person}
    now = timezone.now()
    bill = payments.Bill.objects.create(
        **own, kind="example", object_key=uuid.uuid4().hex, number=uuid.uuid4().hex[:20], made_at=now
    )
    charge = payments.Charge.objects.create(
        **own, bill=bill, yen=2, reason="例", key=uuid.uuid4().hex, made_at=now
    )
    written = {"position": 1, "text": "例", "unit_yen": 2, "yen": 2, "tax_percent": 10}
    charge_line = payments.ChargeLine.objects.create(**own, charge=charge, bill=bill, **written)
    payment = payments.Payment.objects.create(
        **own,
        bill=bill,
        way="bank",
        yen=2,
        key=uuid.uuid4().hex,
        state="paid",
        made_at=now,
        settled_at=now,
    )
    step = payments.PaymentStep.objects.create(
        **own, payment=payment, state="paid", what="paid_by_bank", at=now
    )
    refund = payments.Refund.objects.create(
        **own, bill=bill, payment=payment, way="bank", yen=1, reason="例", key=uuid.uuid4().hex, made_at=now
    )
    transaction = _ledger(own, bill)
    invoice = payments.Invoice.objects.create(
        **own,
        number=uuid.uuid4().hex[:20],
        issuer="host",
        issuer_name="例",
        bill=bill,
        supplied_from=DAY,
        supplied_to=DAY,
        yen=2,
        totals=[],
        issued_at=now,
    )
    invoice_line = payments.InvoiceLine.objects.create(**own, invoice=invoice, **written)
    receipt = payments.Receipt.objects.create(
        **own,
        number=uuid.uuid4().hex[:20],
        bill=bill,
        payment=payment,
        issuer_name="例",
        purpose="例",
        yen=2,
        totals=[],
        received_on=DAY,
        issued_at=now,
    )
    for row in (
        bill,
        charge,
        charge_line,
        payment,
        step,
        refund,
        transaction,
        transaction.lines.earliest("pk"),
        invoice,
        invoice_line,
        receipt,
    ):
        world.add(name, row)
