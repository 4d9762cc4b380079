"""Charges, payments, refunds and notices in any order, some of them twice: the books balance, nothing counts twice."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sosei.core.payments.errors_payments import NoticeRefusedError, PaymentError, RefundError
from sosei.core.payments.gateways import embedded
from sosei.core.payments.models import (
    Bill,
    EmbeddedNotice,
    EmbeddedOrder,
    EmbeddedRefund,
    GatewayEvent,
    LedgerLine,
    Payment,
    Refund,
)
from sosei.core.payments.services import (
    RefundAccount,
    asking,
    cancel_payment,
    check_books,
    expire_payment,
    give_refund_account,
    pay_on_site,
    receive_notice,
    refund_bill,
    refund_sent,
    return_cash,
    standing_of_bill,
)
from sosei.core.payments.services.refunds import refund_done
from tests.payments.test_payments import _file
from tests.payments.world import account, build

ACCOUNT = RefundAccount("0001", "ﾚｲ", "001", "ﾚｲ", "1234567", "ﾚｲ")
picks = st.integers(0, 1000)


class Money(RuleBasedStateMachine):
    """What payers, rooms above, gateways and clocks do, each at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        # As the test's own: gateways look whether they are called inside a transaction of the program.
        self.whole._from_testcase = True  # type: ignore[attr-defined]
        self.whole.__enter__()
        self.town = build()
        self.bills: list[Bill] = []
        self.charged: dict[int, int] = {}
        self.keys: list[tuple[Bill, str, int, str]] = []
        self.clock = timezone.now()
        self.second = 0

    def teardown(self) -> None:
        try:
            self.drain()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    def _bill(self, pick: int) -> Bill | None:
        return self.bills[pick % len(self.bills)] if self.bills else None

    def _one(self, rows: Any, pick: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[pick % len(found)] if found else None

    @rule(yen=st.integers(1, 3000), public=st.booleans(), guest=st.booleans())
    def opens_a_bill(self, yen: int, public: bool, guest: bool) -> None:
        if len(self.bills) < 4:
            bill = self.town.bill(yen, public=public, guest=guest)
            self.bills.append(bill)
            self.charged[bill.pk] = yen

    @rule(pick=picks, yen=st.integers(-2000, 2000))
    def charges_more_or_less(self, pick: int, yen: int) -> None:
        bill = self._bill(pick)
        if bill is not None and self.charged[bill.pk] + yen >= 0:
            self.town.charge(bill, yen)
            self.charged[bill.pk] += yen

    @rule(pick=picks, way=st.sampled_from(["card", "konbini", "on_site"]))
    def starts_to_pay(self, pick: int, way: str) -> None:
        bill = self._bill(pick)
        if bill is None or not standing_of_bill(bill).open:
            return
        wanted = (bill, way, standing_of_bill(bill).open, uuid.uuid4().hex)
        self.town.pay(bill, way, yen=wanted[2], key=wanted[3])
        self.keys.append(wanted)

    @rule(pick=picks)
    def sends_the_form_again(self, pick: int) -> None:
        if self.keys:
            bill, way, yen, key = self.keys[pick % len(self.keys)]
            before = Payment.objects.count()
            self.town.pay(bill, way, yen=yen, key=key)
            assert Payment.objects.count() == before

    @rule(pick=picks)
    def the_worker_asks(self, pick: int) -> None:
        payment = self._one(Payment.objects.filter(gateway__gt=""), pick)
        if payment is not None:
            asking.ask_gateway(payment.pk)

    @rule(pick=picks, manner=picks)
    def the_payer_pays_there(self, pick: int, manner: int) -> None:
        order = self._one(EmbeddedOrder.objects.all(), pick)
        if order is not None:
            cards = list(embedded.MANNERS if order.way == "card" else embedded.TILL)
            embedded.pay(order.key, cards[manner % len(cards)], at_till=order.way != "card")

    @rule(pick=picks)
    def a_notice_arrives(self, pick: int) -> None:
        """Any notice, delivered before or not: late, twice, out of order."""
        notice = self._one(EmbeddedNotice.objects.all(), pick)
        if notice is not None:
            self._deliver(notice)

    def _deliver(self, notice: EmbeddedNotice) -> None:
        self.second += 1
        moment = self.clock + datetime.timedelta(seconds=self.second % 250)
        body = notice.body.encode()
        try:
            receive_notice(
                gateway="embedded",
                body=body,
                headers={embedded.HEADER: embedded.sign(body, embedded.secret(), moment)},
            )
        except NoticeRefusedError as error:
            assert error.reason == "replayed"

    @rule(pick=picks)
    def time_runs_out(self, pick: int) -> None:
        payment = self._one(Payment.objects.filter(expires_at__isnull=False), pick)
        if payment is not None:
            expire_payment(payment=payment, now=payment.expires_at)

    @rule(pick=picks)
    def is_given_up(self, pick: int) -> None:
        payment = self._one(Payment.objects.all(), pick)
        if payment is not None:
            try:
                cancel_payment(payment=payment, reason="例", actor=None)
            except PaymentError:
                payment.refresh_from_db()
                assert payment.state == "paid"

    @rule(pick=picks)
    def is_paid_on_site(self, pick: int) -> None:
        payment = self._one(Payment.objects.filter(way="on_site", state="waiting"), pick)
        if payment is not None:
            pay_on_site(payment=payment, actor=self.town.staff)

    @rule(pick=picks, yen=st.integers(1, 3000), twice=st.booleans())
    def is_refunded(self, pick: int, yen: int, twice: bool) -> None:
        bill, key = self._bill(pick), uuid.uuid4().hex
        if bill is None:
            return
        kept = standing_of_bill(bill).kept
        for _each in range(1 + twice):
            try:
                refund_bill(bill=bill, yen=yen, reason="例", key=key, actor=None)
            except RefundError:
                assert yen > kept
                return
        assert standing_of_bill(bill).kept == kept - yen

    @rule(pick=picks)
    def the_worker_sends_a_refund(self, pick: int) -> None:
        refund = self._one(Refund.objects.filter(way="gateway"), pick)
        if refund is not None:
            asking.send_refund(refund.pk)

    @rule(pick=picks)
    def a_refund_goes_another_way(self, pick: int) -> None:
        refund = self._one(Refund.objects.exclude(way="gateway").exclude(state__in=["done", "failed"]), pick)
        if refund is not None:
            self._give(refund)

    def _give(self, refund: Refund) -> None:
        if refund.way == "on_site":
            return_cash(refund=refund, actor=self.town.staff)
            return
        give_refund_account(refund=refund, account=ACCOUNT, actor=self.town.staff)
        refund_sent(refund=refund, file=_file(self.town), actor=self.town.staff)
        refund_done(refund=refund, actor=self.town.staff)

    @invariant()
    def books_are_right(self) -> None:
        assert check_books() == []
        for listed in Bill.objects.filter(pk__in=self.charged).with_standing():
            standing = standing_of_bill(listed)
            assert standing.charged == self.charged[listed.pk]
            assert all(getattr(listed, name) == yen for name, yen in asdict(standing).items())
            assert standing.refunded + standing.refunding <= standing.paid

    def drain(self) -> None:
        """Everybody does what is left to do; then money at the gateway and money in the books are the same."""
        for _each in range(4):
            for payment in Payment.objects.filter(gateway__gt=""):
                asking.ask_gateway(payment.pk)
                if payment.state in ("expired", "cancelled"):
                    asking.cancel_at_gateway(payment.pk)
            for notice in EmbeddedNotice.objects.order_by("-pk"):
                self._deliver(notice)
            for refund in Refund.objects.exclude(state__in=["done", "failed"]).order_by("pk"):
                asking.send_refund(refund.pk) if refund.way == "gateway" else self._give(refund)
        assert not Refund.objects.exclude(state__in=["done", "failed"]).exists()
        assert not GatewayEvent.objects.filter(handled_at=None).exists()
        taken = EmbeddedOrder.objects.filter(state="paid").aggregate(all=Sum("yen"))["all"] or 0
        fees = sum(embedded.fee_of(one) for one in EmbeddedOrder.objects.filter(state="paid"))
        given = EmbeddedRefund.objects.filter(state="done").aggregate(all=Sum("yen"))["all"] or 0
        assert account("clearing") == taken - given - fees
        assert account("gateway_fee") == fees
        assert LedgerLine.objects.aggregate(all=Sum("yen"))["all"] in (0, None)
        by_bank = Refund.objects.filter(way="bank", state="done").aggregate(all=Sum("yen"))["all"] or 0
        assert account("bank") == -by_bank
        overpaid = Bill.objects.with_standing().filter(overpaid__gt=0, charged__gte=F("paid"))
        assert not overpaid.exists()
        self.books_are_right()


def test_the_books_balance_whatever_happens_in_whichever_order(db: None) -> None:
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Making a failure smaller takes minutes; the steps that lead to it are told as they are.
            phases=(Phase.generate,),
        ),
    )
