"""Payments: started for what is open, taken at the counter or by bank, given up, expired.

The room that calls has asked its own permissions; what staff do by themselves is asked here.
"""

from __future__ import annotations

import datetime

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments import gateways, locks, queue
from sosei.core.payments.errors_payments import KeyTakenError, NotOpenError, PaymentError
from sosei.core.payments.models import Bill, Payment
from sosei.core.payments.rules_money import KONBINI_LIMIT
from sosei.core.payments.rules_states import AT_A_GATEWAY, UNDER_WAY
from sosei.core.payments.services import ledger, settling
from sosei.core.payments.services.bills import standing_of_bill, tell_change
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person

Way = Payment.Way
State = Payment.State
CARD_MINUTES = 30
VALID_DAYS = {Way.KONBINI: 3, Way.BANK: 7}
"""How long a payment may be made where the room that asks says nothing else."""


def ways_offered(*, yen: int, invoice: bool = False, on_site: bool = False, bank: bool = True) -> list[str]:
    """The ways by which this site can take an amount, in the order in which they are shown."""
    if yen == 0:
        return [Way.FREE]
    by_gateway = bool(gateways.current())
    offered = {
        Way.CARD: by_gateway,
        Way.KONBINI: by_gateway and yen <= KONBINI_LIMIT,
        Way.BANK: bank,
        Way.INVOICE: invoice,
        Way.ON_SITE: on_site,
    }
    return [way for way, is_there in offered.items() if is_there]


@transaction.atomic
def start_payment(
    *,
    bill: Bill,
    way: str,
    yen: int,
    key: str,
    actor: Person | None,
    expires_at: datetime.datetime | None = None,
) -> Payment:
    """Begins to pay what is open of a bill; the same key again gives the payment that is there.

    A gateway is asked after the transaction is complete, by the worker. Nothing open is paid at once, as free.

    Args:
        yen: what is open, as the payer saw it.
        expires_at: when the room that asks gives the thing away; no way waits longer.

    Raises:
        KeyTakenError: the key belongs to a payment of something else.
        NotOpenError: another sum is open by now, or another payment of it is under way.
        PaymentError: this site or this way cannot take it.
    """
    with tenancy.unguarded():
        held = locks.lock_bill(bill.pk)
        before: Payment | None = Payment.objects.filter(key=key).first()
        if before is not None:
            if (before.bill_id, before.way, before.yen) != (held.pk, way, yen):
                raise KeyTakenError(f"the key of a payment {key!r} belongs to another payment, {before.pk}")
            before.bill = held
            return before
        now = timezone.now()
        _check(held, way, yen, expires_at, now)
        payment: Payment = Payment.objects.create(
            municipality_id=held.municipality_id,
            payee_id=held.payee_id,
            person_id=held.person_id,
            bill=held,
            way=way,
            yen=yen,
            key=key,
            state=State.ASKED,
            gateway=gateways.current() if way in AT_A_GATEWAY else "",
            transferred=_handed_on(held, way, yen),
            expires_at=expires_at or _until(way, now),
            made_at=now,
            actor=actor,
        )
        settling.note_step(payment, "started", actor)
        if way in AT_A_GATEWAY:
            queue.leave(queue.ASK, payment_id=payment.pk)
            tell_change(held)
        elif way == Way.FREE:
            settling.enter(payment, State.PAID, "free", actor=actor)
        else:
            settling.enter(payment, State.WAITING, f"waits_{way}", actor=actor)
    return payment


def _check(
    bill: Bill, way: str, yen: int, expires_at: datetime.datetime | None, now: datetime.datetime
) -> None:
    if way not in Way.values:
        raise ValueError(f"there is no way to pay {way!r}")
    standing = standing_of_bill(bill)
    if yen != standing.open:
        told = {"yen": f"{yen:,}", "open": f"{standing.open:,}"}
        if standing.waiting:
            raise NotOpenError(
                _("ほかの支払いの手続きが残っています。先にそれを終えるか、取り消してください。"),
                standing.open,
            )
        raise NotOpenError(
            _("支払う額が変わりました。%(yen)s円ではなく、今は%(open)s円です。画面を読み直してください。")
            % told,
            standing.open,
        )
    if (way == Way.FREE) != (yen == 0):
        raise PaymentError(
            _("0円のときだけ、支払いなしで終えられます。支払い方法を選び直してください。"), "way"
        )
    if way in AT_A_GATEWAY and not gateways.current():
        raise PaymentError(
            _("このサイトでは、カードとコンビニは使えません。ほかの支払い方法を選んでください。"), "way"
        )
    if way == Way.KONBINI and yen > KONBINI_LIMIT:
        raise PaymentError(
            _("コンビニで払えるのは%(limit)s円までです。ほかの支払い方法を選んでください。")
            % {"limit": f"{KONBINI_LIMIT:,}"},
            "way",
        )
    if expires_at is not None and expires_at <= now:
        raise PaymentError(_("支払い期限が過ぎています。もう一度、予約などからやり直してください。"))


def _until(way: str, now: datetime.datetime) -> datetime.datetime | None:
    if way == Way.CARD:
        return now + datetime.timedelta(minutes=CARD_MINUTES)
    return now + datetime.timedelta(days=VALID_DAYS[Way(way)]) if way in VALID_DAYS else None


def _handed_on(bill: Bill, way: str, yen: int) -> int:
    """What the gateway gives to the payee's own account there: all but the platform's share."""
    if way not in AT_A_GATEWAY or not account_at_gateway(bill):
        return 0
    earned = ledger.earned_of(bill)
    fee = ledger.fee_due(bill, earned + yen) - ledger.fee_due(bill, earned)
    return yen - fee.both


def account_at_gateway(bill: Bill) -> str:
    """The payee's own account at the gateway in use; empty where it has none."""
    from sosei.core.payments.models import PayeeSettings

    if bill.payee_id is None or gateways.current() != "stripe":
        return ""
    return (
        PayeeSettings.objects.filter(payee=bill.payee_id).values_list("gateway_account", flat=True).first()
        or ""
    )


@transaction.atomic
def pay_on_site(*, payment: Payment, actor: Person, on_date: datetime.date | None = None) -> Payment:
    """The money was taken at the place or the counter.

    Raises:
        NotAllowedError: `actor` neither acts for the payee nor serves the town.
        PaymentError: it is not to be paid on site, or over already.
    """
    if not rules.has_perm("payments.run_payee", actor, payment):
        raise NotAllowedError(_("現地での支払いを記録できるのは、場所の担当者と、市の事業担当だけです。"))
    return _received(payment, {Way.ON_SITE}, "paid_on_site", actor, on_date)


@transaction.atomic
def pay_by_bank(*, payment: Payment, actor: Person, on_date: datetime.date) -> Payment:
    """The transfer has arrived on the bank account.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PaymentError: it is not to be paid by transfer, or was paid already.
    """
    if not rules.has_perm("payments.handle_money", actor, payment):
        raise NotAllowedError(_("振込の入金を記録できるのは、市の事業担当だけです。"))
    return _received(payment, {Way.BANK, Way.INVOICE}, "paid_by_bank", actor, on_date)


def _received(
    payment: Payment, ways: set[Way], what: str, actor: Person, on_date: datetime.date | None
) -> Payment:
    with tenancy.unguarded():
        held = locks.lock_payment(payment.pk)
        if held.way not in ways:
            raise PaymentError(
                _("この支払いは「%(way)s」なので、ここでは記録できません。") % {"way": held.get_way_display()}
            )
        if not settling.enter(held, State.PAID, what, actor=actor, on_date=on_date):
            raise PaymentError(
                _("この支払いは、もう「%(state)s」になっています。") % {"state": held.get_state_display()}
            )
    return held


@transaction.atomic
def cancel_payment(*, payment: Payment, reason: str, actor: Person | None) -> Payment:
    """Gives a payment up that is under way; one that is over already stays as it is.

    What is paid at the gateway all the same is refunded when it is told.

    Raises:
        PaymentError: it was paid already: then it is a refund.
    """
    with tenancy.unguarded():
        held = locks.lock_payment(payment.pk)
        if held.state == State.PAID:
            raise PaymentError(_("もう支払われています。お金を返すときは、返金をしてください。"))
        if (
            settling.enter(held, State.CANCELLED, "cancelled", actor=actor, reason=reason)
            and held.gateway_key
        ):
            queue.leave(queue.CANCEL, payment_id=held.pk)
    return held


@transaction.atomic
def cancel_open_payments(*, bill: Bill, reason: str, actor: Person | None) -> list[Payment]:
    """Gives up everything under way on a bill, so that what is open may be paid another way."""
    with tenancy.unguarded():
        locks.lock_bill(bill.pk)
        under_way = list(Payment.objects.filter(bill=bill.pk, state__in=sorted(UNDER_WAY)).order_by("pk"))
        return [cancel_payment(payment=one, reason=reason, actor=actor) for one in under_way]


@transaction.atomic
def expire_payment(*, payment: Payment, now: datetime.datetime) -> bool:
    """Ends a payment whose time is over; False where it is not, or something else came first."""
    with tenancy.unguarded():
        held = locks.lock_payment(payment.pk)
        if held.expires_at is None or held.expires_at > now:
            return False
        if not settling.enter(held, State.EXPIRED, "expired"):
            return False
        if held.gateway_key:
            queue.leave(queue.CANCEL, payment_id=held.pk)
    return True
