"""Bills: opened for a thing of another room, charged and reduced; how they stand is asked of their rows.

The room that calls has asked its own permissions; these functions write for payer and payee at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments import kinds, locks
from sosei.core.payments.errors_payments import BillError, KeyTakenError
from sosei.core.payments.models import Bill, Charge, ChargeLine, ExemptionRule, FeeRate
from sosei.core.payments.rules_money import TAX_RATES
from sosei.core.payments.rules_states import AGREED_REFUNDS, UNDER_WAY
from sosei.core.payments.services import ledger
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.records.services import write_entry


@dataclass(frozen=True)
class Line:
    """One line of a charge.

    Attributes:
        yen: with the consumption tax; below zero for what is taken off.
        tax_percent: the rate of the day of use.
        code: what the room that charges calls it.
    """

    text: str
    yen: int
    tax_percent: int = 10
    text_en: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    unit_yen: int | None = None
    code: str = ""


@dataclass(frozen=True)
class BillStanding:
    """What the rows of a bill come to.

    Attributes:
        charged: what is owed in all.
        paid: what arrived, refunded or not.
        refunded: what went back.
        refunding: refunds that are promised and not given yet.
        waiting: payments under way.
    """

    charged: int
    paid: int
    refunded: int
    refunding: int
    waiting: int

    @property
    def balance(self) -> int:
        """What is neither paid nor under way; below zero is too much paid."""
        return self.charged - self.paid + self.refunded + self.refunding - self.waiting

    @property
    def open(self) -> int:
        """What may be paid now."""
        return max(0, self.balance)

    @property
    def overpaid(self) -> int:
        """What was paid beyond what is owed, and is not being refunded."""
        return max(0, -(self.charged - self.paid + self.refunded + self.refunding))

    @property
    def kept(self) -> int:
        """What was paid and stays paid."""
        return self.paid - self.refunded - self.refunding

    @property
    def is_settled(self) -> bool:
        """Everything owed has arrived."""
        return self.kept >= self.charged


_STANDING = """
SELECT
    (SELECT COALESCE(sum(yen), 0)::bigint FROM payments_charge WHERE bill_id = %(bill)s),
    (SELECT COALESCE(sum(yen), 0)::bigint FROM payments_payment WHERE bill_id = %(bill)s AND state = 'paid'),
    (SELECT COALESCE(sum(yen), 0)::bigint FROM payments_refund WHERE bill_id = %(bill)s AND state = 'done'),
    (SELECT COALESCE(sum(yen), 0)::bigint FROM payments_refund WHERE bill_id = %(bill)s AND state = ANY(%(agreed)s)),
    (SELECT COALESCE(sum(yen), 0)::bigint FROM payments_payment WHERE bill_id = %(bill)s AND state = ANY(%(waiting)s))
"""


def standing_of_bill(bill: Bill) -> BillStanding:
    """How a bill stands now, from its rows, in one query: `with_standing` for one, which every step of money asks for."""
    given = {"bill": bill.pk, "waiting": sorted(UNDER_WAY), "agreed": sorted(AGREED_REFUNDS)}
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(_STANDING, given)
        return BillStanding(*cursor.fetchone())


@transaction.atomic
def open_bill(
    *,
    municipality: Municipality,
    kind: str,
    object_key: str | int,
    person: Person | None,
    payer_name: str,
    payer_email: str,
    payee: Organisation | None,
    is_public_fee: bool,
    actor: Person | None,
    payer_phone: str = "",
    payer_language: str = "ja",
) -> Bill:
    """The bill of a thing; the same thing again gives the bill that is there.

    Args:
        payee: who is owed; None for the town itself, from which the platform takes nothing.
        person: who owes; None for a guest, who then needs an address of mail or a telephone.

    Raises:
        UndeclaredPayableError: nobody declared the kind.
        BillError: a guest whom nobody can reach; the thing has a bill of somebody else.
    """
    kinds.payable(kind)
    if person is None and not (payer_email or payer_phone):
        raise BillError(
            _("メールアドレスか電話番号を入れてください。支払いの案内をするために要ります。"), "payer_email"
        )
    with tenancy.unguarded():
        rate = fee_rate_on(municipality, ledger.today()) if payee is not None and not is_public_fee else None
        key = _next_key()
        now = timezone.now()
        Bill.objects.bulk_create(
            [
                Bill(
                    pk=key,
                    municipality_id=municipality.pk,
                    payee=payee,
                    person=person,
                    kind=kind,
                    object_key=str(object_key),
                    number=f"{municipality.code}-{key:07d}",
                    payer_name=payer_name,
                    payer_email=payer_email,
                    payer_phone=payer_phone,
                    payer_language=payer_language if payer_language in ("ja", "en") else "ja",
                    is_public_fee=is_public_fee,
                    fee_percent=rate.percent if rate else Decimal(0),
                    fee_tax_percent=rate.tax_percent if rate else 10,
                    made_at=now,
                    actor=actor,
                )
            ],
            ignore_conflicts=True,
        )
        bill: Bill = Bill.objects.select_related("municipality", "payee", "person").get(
            kind=kind, object_key=str(object_key)
        )
    if (bill.payee_id, bill.person_id) != (payee.pk if payee else None, person.pk if person else None):
        raise BillError(_("この予約などの請求は、ほかの人のものとして、もう作られています。"))
    return bill


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('payments_bill', 'id'))")
        return int(cursor.fetchone()[0])


def fee_rate_on(municipality: Municipality, day: datetime.date) -> FeeRate | None:
    """The platform's share in a town on a day; None where it takes none."""
    found: FeeRate | None = (
        FeeRate.objects.filter(municipality=municipality.pk, starts_on__lte=day)
        .order_by("-starts_on")
        .first()
    )
    return found


@transaction.atomic
def add_charge(
    *,
    bill: Bill,
    lines: Sequence[Line],
    reason: str,
    key: str,
    actor: Person | None,
    exemption: ExemptionRule | None = None,
) -> Charge:
    """What a bill comes to, more or less; the same key again gives the charge that is there.

    What is paid beyond what is then owed is not refunded by itself: `refund_bill` is another decision.

    Raises:
        ValueError: no lines, no reason, a rate that the law does not know.
        KeyTakenError: the key belongs to another bill.
        BillError: the bill would come to less than nothing.
    """
    if not lines or not reason.strip():
        raise ValueError("a charge has lines and a reason")
    unknown = sorted({line.tax_percent for line in lines} - set(TAX_RATES))
    if unknown:
        raise ValueError(f"the rate of the consumption tax is 10, 8 or 0 %, not {unknown}")
    with tenancy.unguarded():
        held = locks.lock_bill(bill.pk)
        before: Charge | None = Charge.objects.filter(key=key).first()
        if before is not None:
            if before.bill_id != held.pk:
                raise KeyTakenError(f"the key of a charge {key!r} belongs to the bill {before.bill_id}")
            return before
        yen = sum(line.yen for line in lines)
        if standing_of_bill(held).charged + yen < 0:
            raise BillError(
                _("請求は0円より少なくなりません。減らす額 %(yen)s円を見直してください。")
                % {"yen": f"{-yen:,}"}
            )
        owner = {
            "municipality_id": held.municipality_id,
            "payee_id": held.payee_id,
            "person_id": held.person_id,
        }
        charge: Charge = Charge.objects.create(
            **owner,
            bill=held,
            yen=yen,
            reason=reason.strip()[:300],
            exemption=exemption,
            key=key,
            made_at=timezone.now(),
            actor=actor,
        )
        ChargeLine.objects.bulk_create(
            ChargeLine(
                **owner,
                charge=charge,
                bill=held,
                position=position,
                text=line.text[:200],
                text_en=line.text_en[:200],
                quantity=line.quantity,
                unit=line.unit,
                unit_yen=line.yen if line.unit_yen is None else line.unit_yen,
                yen=line.yen,
                tax_percent=line.tax_percent,
                code=line.code,
            )
            for position, line in enumerate(lines, start=1)
        )
        ledger.book_charge(charge, held)
        write_entry(
            actor=actor,
            verb="payments.charged",
            subject=held,
            person=held.person,
            municipality=held.municipality,
            reason=reason.strip(),
            data={"number": held.number, "yen": yen},
        )
    return charge


def tell_change(bill: Bill) -> None:
    """Tells the room whose thing the bill is for, with the standing beside the bill; in the transaction under way.

    The standing is named as `with_standing` names it.
    """
    row, now = copy(bill), standing_of_bill(bill)
    for name in ("charged", "paid", "waiting", "refunded", "refunding", "balance", "open", "overpaid"):
        setattr(row, name, getattr(now, name))
    kinds.payable(bill.kind).on_change(row)
