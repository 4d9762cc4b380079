"""Bills, payments and refunds as payers, hosts and towns see them: sums, books, gateway, letters."""

from __future__ import annotations

import dataclasses
import datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from sosei.core.design import civil_day
from sosei.core.payments import gateways, kinds, queue
from sosei.core.payments.errors_payments import (
    BillError,
    KeyTakenError,
    NotOpenError,
    PaymentError,
    RefundError,
)
from sosei.core.payments.gateways import embedded
from sosei.core.payments.models import Bill, EmbeddedOrder, EmbeddedRefund, GatewayEvent, Payment, Refund
from sosei.core.payments.rules_money import fee_of, spread
from sosei.core.payments.services import (
    RefundAccount,
    asking,
    cancel_open_payments,
    cancel_payment,
    check_books,
    give_refund_account,
    pay_by_bank,
    pay_on_site,
    payouts,
    refund_bill,
    refund_came_back,
    refund_done,
    refund_returned,
    refund_sent,
    return_cash,
    settle,
    standing_of_bill,
)
from sosei.core.payments.tokens import bill_of, token_of
from sosei.core.people.errors import NotAllowedError
from sosei.core.records.models import Message
from tests.payments.world import KIND, World, account, at, states, told

ACCOUNT = RefundAccount("０００１", "ﾚｲｷﾞﾝｺｳ", "001", "ﾎﾝﾃﾝ", "12345", "ﾚｲ ｺﾞｳﾄﾞｳ")
A_WEEK = datetime.timedelta(days=7)


def books() -> dict[str, int]:
    """Every account that is not at nothing."""
    names = (
        "guest",
        "host",
        "town",
        "platform_fee",
        "consumption_tax",
        "gateway_fee",
        "clearing",
        "bank",
        "cash",
    )
    return {name: account(name) for name in names if account(name)}


def refund(bill: Bill, yen: int, key: str = "refund", **more: Any) -> list[Refund]:
    return refund_bill(bill=bill, yen=yen, reason="例の理由", key=key, actor=None, **more)


def told_by_mail(bill: Bill) -> list[str]:
    """Kinds of the letters about a bill, in their order."""
    found = Message.objects.filter(about_id=str(bill.pk), kind__startswith="payments.").order_by("pk")
    return list(found.values_list("kind", flat=True))


def test_a_card_payment_reaches_the_host_less_the_share_of_the_platform(town: World) -> None:
    payment = town.paid(1000)

    standing = standing_of_bill(payment.bill)
    assert (standing.charged, standing.paid, standing.open, standing.is_settled) == (1000, 1000, 0, True)
    assert books() == {
        "host": -670,
        "platform_fee": -300,
        "consumption_tax": -30,
        "gateway_fee": 36,
        "clearing": 964,
    }
    assert told[-1][1:] == ("paid", 0)
    assert told_by_mail(payment.bill) == ["payments.paid"]


def test_the_share_is_rounded_once_for_a_bill_however_it_was_paid_and_given_back(town: World) -> None:
    bill = town.bill(333)
    for yen, charged in ((333, 0), (100, 100), (67, 67)):
        if charged:
            town.charge(bill, charged)
        payment = town.ask(town.pay(bill, "card", yen=yen))
        town.card(payment)
        town.hear()
    fee = fee_of(500, bill.fee_percent, 10)
    assert (account("platform_fee"), account("consumption_tax")) == (-fee.fee, -fee.tax) == (-150, -15)

    town.charge(bill, -200)
    refund(bill, 200)
    for one in Refund.objects.all():
        asking.send_refund(one.pk)
    town.hear()

    assert states(bill) == ["paid", "paid", "paid", "done", "done", "done"]
    assert account("host") == -(300 - 90 - 9)
    assert check_books() == []


def test_a_bill_given_back_whole_leaves_no_yen_but_what_the_gateway_kept(town: World) -> None:
    bill = town.paid(997).bill
    town.charge(bill, -997)
    [one] = refund(bill, 997)
    asking.send_refund(one.pk)
    town.hear()

    assert books() == {"gateway_fee": 35, "clearing": -35}
    assert told_by_mail(bill) == ["payments.paid", "payments.refund_done"]


def test_a_public_fee_belongs_to_the_town_and_the_platform_takes_nothing(town: World) -> None:
    town.paid(1200, public=True)

    assert books() == {"town": -1200, "gateway_fee": 43, "clearing": 1157}


def test_a_guest_pays_in_a_shop_with_the_code_that_came_by_mail(town: World) -> None:
    payment = town.ask(town.pay(town.bill(3000, guest=True), "konbini"))

    assert (payment.state, len(payment.code), len(payment.confirmation)) == ("waiting", 11, 4)
    letter = Message.objects.get(kind="payments.waiting")
    assert letter.to_address == "guest@example.jp"
    assert payment.code in letter.body
    assert payment.confirmation in letter.body_en
    assert standing_of_bill(payment.bill).open == 0

    town.till(payment)
    town.hear()
    payment.refresh_from_db()
    assert payment.state == "paid"
    opened = bill_of(token_of(payment.bill))
    assert opened == payment.bill
    assert bill_of(token_of(payment.bill)[:-1]) is None


def test_the_same_key_is_one_payment_and_one_refund(town: World) -> None:
    bill = town.bill(1000)
    first = town.pay(bill, "card", key="once")

    assert town.pay(bill, "card", key="once", yen=1000) == first
    with pytest.raises(KeyTakenError):
        town.pay(bill, "card", key="once", yen=999)
    town.card(town.ask(first))
    town.hear()
    assert refund(bill, 400) == refund(bill, 400)
    assert Refund.objects.count() == 1
    with pytest.raises(KeyTakenError):
        refund(town.bill(5), 400)


def test_only_what_is_open_is_paid_and_one_payment_at_a_time(town: World) -> None:
    bill = town.bill(1000)
    with pytest.raises(NotOpenError, match="今は1,000円"):
        town.pay(bill, "card", yen=900)
    town.pay(bill, "card")
    with pytest.raises(NotOpenError, match="手続きが残っています") as refused:
        town.pay(bill, "konbini", yen=1000)
    assert refused.value.open == 0

    cancel_open_payments(bill=bill, reason="ほかの方法にした", actor=town.payer)
    assert town.pay(bill, "bank").state == "waiting"
    with pytest.raises(PaymentError, match="299,999円まで"):
        town.pay(town.bill(300_000), "konbini")
    with pytest.raises(BillError):
        town.charge(bill, -1001)


def test_nothing_to_pay_is_paid_at_once_and_books_nothing(town: World) -> None:
    payment = town.pay(town.bill(0), "free")

    assert payment.state == "paid"
    assert books() == {}
    with pytest.raises(PaymentError):
        town.pay(town.bill(10), "free")


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("4000000000000002", "card_declined"),
        ("4000000000009995", "insufficient_funds"),
        ("4000000000000069", "expired_card"),
    ],
)
def test_a_card_that_is_refused_leaves_the_bill_open_and_says_why(
    town: World, number: str, problem: str
) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    town.card(payment, number)
    town.hear()

    payment.refresh_from_db()
    assert (payment.state, payment.problem) == ("failed", problem)
    assert standing_of_bill(payment.bill).open == 1000
    assert told_by_mail(payment.bill) == ["payments.failed"]
    assert books() == {"guest": 1000, "host": -1000}


@pytest.mark.parametrize("number", ["4000000000000010", "4000000000000028", "4000000000000036"])
def test_notices_that_come_twice_late_or_out_of_order_change_nothing_twice(town: World, number: str) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    town.card(payment, number)
    town.hear()

    assert states(payment.bill) == ["paid"]
    assert account("clearing") == 964
    assert told_by_mail(payment.bill) == ["payments.paid"]
    twice = GatewayEvent.objects.filter(kind="payment.paid").get()
    assert twice.times == (2 if number.endswith("10") else 1)


def test_a_notice_before_the_answer_waits_until_its_payment_is_known(town: World) -> None:
    payment = town.pay(town.bill(), "card")
    embedded.EmbeddedGateway().create_payment(
        asking.order_of(Payment.objects.select_related("bill__person").get(pk=payment.pk))
    )
    embedded.pay(EmbeddedOrder.objects.get().key, "4242424242424242")
    town.hear()
    assert set(GatewayEvent.objects.values_list("outcome", flat=True)) == {"unknown"}
    assert states(payment.bill) == ["asked"]

    town.ask(payment)

    assert states(payment.bill) == ["paid"]
    assert not GatewayEvent.objects.filter(handled_at=None).exists()
    assert account("clearing") == 964


def test_a_late_card_payment_is_given_back_whole_and_the_payer_is_told(town: World) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    town.card(payment)
    with at(timezone.now() + datetime.timedelta(hours=1)):
        # The gateway does not answer when it is asked, and its notice is under way.
        Payment.objects.filter(pk=payment.pk).update(gateway_key="ep_elsewhere")
        asking.expire_due(timezone.now())
        Payment.objects.filter(pk=payment.pk).update(gateway_key=payment.gateway_key)
    assert states(payment.bill) == ["expired"]
    told.clear()

    town.hear()
    [one] = Refund.objects.all()
    asking.send_refund(one.pk)
    town.hear()

    assert states(payment.bill) == ["paid", "done"]
    assert told_by_mail(payment.bill) == ["payments.expired", "payments.too_much", "payments.refund_done"]
    assert (told[0], standing_of_bill(payment.bill).open) == ((payment.bill.object_key, "paid", 1000), 1000)
    assert "期限のあと" in Message.objects.get(kind="payments.too_much").body


def test_money_paid_in_a_shop_after_cancelling_goes_back_to_an_account(town: World) -> None:
    payment = town.ask(town.pay(town.bill(5000, guest=True), "konbini"))
    town.till(payment)
    cancel_payment(payment=payment, reason="やめた", actor=town.payer)
    asking.cancel_at_gateway(payment.pk)
    [one] = Refund.objects.all()
    assert (one.state, one.way, one.yen) == ("waiting_account", "bank", 5000)

    with pytest.raises(RefundError, match="4けたの数字"):
        give_refund_account(
            refund=one, account=RefundAccount("12", "", "001", "", "1234567", "ﾚｲ"), actor=None
        )
    with pytest.raises(NotAllowedError):
        give_refund_account(refund=one, account=ACCOUNT, actor=town.payer)
    one = give_refund_account(refund=one, account=ACCOUNT, actor=None)
    assert (one.bank_code, one.account_number) == ("0001", "0012345")
    assert list(Refund.objects.for_bank()) == [one]
    refund_sent(refund=one, file=_file(town), actor=town.staff)
    one = refund_returned(refund=one, reason="名義がちがう", actor=town.staff)
    assert (one.state, one.account_number) == ("waiting_account", "")
    one = give_refund_account(refund=one, account=ACCOUNT, actor=town.staff)
    refund_sent(refund=one, file=_file(town), actor=town.staff)
    refund_done(refund=one, actor=town.staff)

    assert books() == {"guest": 5000, "host": -5000, "bank": -5000, "clearing": 4820, "gateway_fee": 180}
    assert told_by_mail(one.bill) == [
        "payments.waiting",
        "payments.refund_account",
        "payments.too_much",
        "payments.refund_account",
        "payments.refund_done",
    ]


def _file(town: World) -> Any:
    from sosei.core.payments.models import TransferFile

    return TransferFile.objects.create(
        municipality=town.town,
        pay_on=civil_day.today(),
        count=1,
        total=5000,
        content=b"",
        sha256="0" * 64,
        made_at=timezone.now(),
    )


def test_the_second_of_two_payments_is_given_back(town: World) -> None:
    bill = town.bill()
    first = town.ask(town.pay(bill, "card"))
    cancel_payment(payment=first, reason="ほかの方法にした", actor=town.payer)
    second = town.ask(town.pay(bill, "konbini"))
    town.till(second)
    town.card(first)
    town.hear()

    assert states(bill) == ["paid", "paid", "asked"]
    assert Refund.objects.get().payment == first
    standing = standing_of_bill(bill)
    assert (standing.open, standing.overpaid) == (0, 0)


def test_what_is_no_longer_owed_when_it_arrives_is_given_back(town: World) -> None:
    payment = town.ask(town.pay(town.bill(1000), "konbini"))
    town.charge(payment.bill, -400)
    town.till(payment)
    town.hear()

    assert Refund.objects.get().yen == 400
    assert account("host") == -(600 - 180 - 18)


def test_a_refund_that_the_card_does_not_take_goes_to_an_account(town: World) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    town.card(payment, "4000000000000044")
    town.hear()
    [one] = refund(payment.bill, 1000)
    asking.send_refund(one.pk)

    assert states(payment.bill) == ["paid", "failed", "waiting_account"]
    assert standing_of_bill(payment.bill).refunding == 1000
    with pytest.raises(RefundError, match="0円まで"):
        refund(payment.bill, 1, key="another")


def test_a_refund_that_comes_back_after_it_was_done_is_undone_and_goes_to_an_account(town: World) -> None:
    payment = town.paid()
    before = books()
    [one] = refund(payment.bill, 1000)
    asking.send_refund(one.pk)
    town.hear()
    assert (states(payment.bill), standing_of_bill(payment.bill).refunded) == (["paid", "done"], 1000)
    gone = EmbeddedRefund.objects.get()
    gone.state = "failed"
    embedded.tell_refund(gone, timezone.now(), embedded.MANNERS["4242424242424242"].delays)
    town.hear()

    assert states(payment.bill) == ["paid", "returned", "waiting_account"]
    standing = standing_of_bill(payment.bill)
    assert (standing.refunded, standing.refunding, books(), check_books()) == (0, 1000, before, [])
    again = give_refund_account(refund=Refund.objects.latest("pk"), account=ACCOUNT, actor=town.staff)
    refund_sent(refund=again, file=_file(town), actor=town.staff)
    refund_done(refund=again, actor=town.staff)
    # The bank sends it back too: once more, and once only.
    again.refresh_from_db()
    payouts.return_refund(refund=again, reason="口座がない", actor=town.staff)
    with pytest.raises(RefundError):
        refund_came_back(refund=again, reason="口座がない", actor=town.staff)
    assert states(payment.bill) == ["paid", "returned", "returned", "waiting_account"]
    assert (books(), check_books(), standing_of_bill(payment.bill).refunding) == (before, [], 1000)


def test_refunds_take_the_newest_payment_first(town: World) -> None:
    bill = town.paid(1000).bill
    town.charge(bill, 500)
    pay_on_site(payment=town.pay(bill, "on_site"), actor=town.manager)

    made = refund(bill, 700)

    assert [(one.way, one.yen, one.state) for one in made] == [
        ("on_site", 500, "asked"),
        ("gateway", 200, "asked"),
    ]
    with pytest.raises(NotAllowedError):
        return_cash(refund=made[0], actor=town.payer)
    return_cash(refund=made[0], actor=town.manager)
    assert account("cash", payee=town.host) == 0


def test_a_cancelled_payment_is_given_up_at_the_gateway_too(town: World) -> None:
    payment = town.ask(town.pay(town.bill(), "konbini"))
    cancel_payment(payment=payment, reason="やめた", actor=town.payer)
    asking.cancel_at_gateway(payment.pk)

    assert EmbeddedOrder.objects.get().state == "cancelled"
    town.till(payment)
    town.hear()
    assert states(payment.bill) == ["cancelled"]
    paid = town.paid()
    with pytest.raises(PaymentError, match="返金"):
        cancel_payment(payment=paid, reason="やめた", actor=town.payer)


def test_time_ends_a_payment_once_unless_the_gateway_says_that_it_was_paid(town: World) -> None:
    unpaid = town.ask(town.pay(town.bill(), "konbini"))
    paid = town.ask(town.pay(town.bill(), "konbini"))
    town.till(paid)

    with at(timezone.now() + A_WEEK):
        assert asking.expire_due(timezone.now()) == 1
        assert asking.expire_due(timezone.now()) == 0

    assert (states(unpaid.bill), states(paid.bill)) == (["expired"], ["paid"])
    assert told_by_mail(unpaid.bill) == ["payments.waiting", "payments.expired"]


def test_what_a_dead_worker_left_is_taken_up(town: World) -> None:
    payment = town.pay(town.bill(), "card")
    done = town.paid()
    [one] = refund(done.bill, 1000)
    with at(timezone.now() + datetime.timedelta(minutes=5)):
        assert asking.ask_again(timezone.now()) == {
            "asked": 1,
            "refunds": 1,
            "notices_left": 0,
            "looked_up": 0,
        }
    payment.refresh_from_db()
    assert payment.pay_url.endswith(f"/payments/practice/{payment.gateway_key}")
    assert EmbeddedOrder.objects.count() == 2
    town.hear()
    one.refresh_from_db()
    assert one.state == "done"


@pytest.mark.parametrize(
    "off",
    [datetime.timedelta(hours=3), datetime.timedelta(days=20)],
    ids=["no worker for three hours", "no worker for twenty days"],
)
def test_a_payment_whose_worker_died_before_the_answer_is_known_though_its_time_ran_out(
    town: World, off: datetime.timedelta
) -> None:
    payment = town.pay(town.bill(), "konbini", expires_at=timezone.now() + datetime.timedelta(minutes=30))
    Payment.objects.filter(pk=payment.pk).update(asked_at=timezone.now())
    # The gateway had the order; what it answered was lost with the worker.
    gateways.named("embedded").create_payment(asking.order_of(payment))
    town.hear()
    assert GatewayEvent.objects.filter(handled_at=None).count() == 1
    with at(timezone.now() + off):
        asking.expire_due(timezone.now())
        asking.ask_again(timezone.now())
        asking.ask_again(timezone.now())

    payment.refresh_from_db()
    assert (payment.state, EmbeddedOrder.objects.get().state) == ("expired", "expired")
    assert payment.gateway_key == EmbeddedOrder.objects.get().key
    assert GatewayEvent.objects.filter(handled_at=None).count() == 0


def test_a_payment_given_up_before_the_gateway_had_it_is_asked_for_once_more_and_then_never(
    town: World,
) -> None:
    payment = town.pay(town.bill(), "konbini", expires_at=timezone.now() + datetime.timedelta(minutes=30))
    Payment.objects.filter(pk=payment.pk).update(asked_at=timezone.now())
    with at(timezone.now() + datetime.timedelta(days=6)):
        asking.expire_due(timezone.now())
        asked = [asking.ask_again(timezone.now())["asked"] for _minute in range(2)]

    payment.refresh_from_db()
    assert (asked, payment.state, EmbeddedOrder.objects.count()) == ([1, 0], "expired", 0)


def test_a_payment_that_waits_is_looked_up_once_an_hour(town: World) -> None:
    town.ask(town.pay(town.bill(), "konbini"))
    started, found = timezone.now(), []
    for minutes in (5, 61, 62, 100, 122, 123, 190):
        with at(started + datetime.timedelta(minutes=minutes)):
            found.append(asking.ask_again(timezone.now())["looked_up"])

    assert found == [0, 1, 0, 0, 1, 0, 1]


def test_transfers_and_money_on_site_are_taken_by_those_who_may(town: World) -> None:
    by_bank = town.pay(town.bill(2000), "bank")
    on_site = town.pay(town.bill(500), "on_site")
    today = civil_day.today()
    for actor in (town.payer, town.manager):
        with pytest.raises(NotAllowedError):
            pay_by_bank(payment=by_bank, actor=actor, on_date=today)
    with pytest.raises(NotAllowedError):
        pay_on_site(payment=on_site, actor=town.payer)
    with pytest.raises(PaymentError):
        pay_on_site(payment=by_bank, actor=town.staff)
    pay_by_bank(payment=by_bank, actor=town.staff, on_date=today)
    pay_on_site(payment=on_site, actor=town.manager)
    with pytest.raises(PaymentError, match="もう"):
        pay_on_site(payment=on_site, actor=town.manager)

    assert (account("bank"), account("cash", payee=town.host)) == (2000, 500)


def test_a_deposit_of_the_gateway_is_booked_once(town: World) -> None:
    town.paid(1000)
    deposit = {
        "municipality": town.town,
        "gateway": "embedded",
        "key": "po_1",
        "yen": 900,
        "fee": 10,
        "on_date": civil_day.today(),
        "actor": town.staff,
    }
    assert settle(**deposit) == settle(**deposit)
    assert (account("bank"), account("clearing"), account("gateway_fee")) == (900, 54, 46)
    with pytest.raises(KeyTakenError):
        settle(**{**deposit, "yen": 901})
    with pytest.raises(NotAllowedError):
        settle(**{**deposit, "key": "po_2", "actor": town.manager})


def test_amounts_are_spread_in_order_and_never_beyond_what_there_is_room_for() -> None:
    assert spread(700, [500, 300, 100]) == [500, 200, 0]
    with pytest.raises(ValueError, match="900"):
        spread(901, [500, 300, 100])


def jobs(name: str) -> list[dict[str, Any]]:
    """What was left for the worker under that name."""
    found = ProcrastinateJob.objects.filter(task_name=name).order_by("pk")
    return list(found.values_list("args", flat=True))


def test_what_is_left_for_the_worker_is_known_to_it(town: World) -> None:
    import_module("sosei.core.payments.tasks")
    payment = town.pay(town.bill(), "card")

    assert jobs(queue.ASK) == [{"payment_id": payment.pk}]
    assert {queue.ASK, queue.CANCEL, queue.REFUND, queue.DELIVER} <= set(app.tasks)
    assert app.tasks[queue.ASK](payment_id=payment.pk) == "waiting"


def test_a_payment_given_up_while_the_gateway_is_asked_is_given_up_there(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = town.pay(town.bill(), "card")
    create = embedded.EmbeddedGateway.create_payment

    def slow(self: Any, order: Any) -> Any:
        told_now = create(self, order)
        cancel_payment(payment=payment, reason="やめた", actor=town.payer)
        return told_now

    monkeypatch.setattr(embedded.EmbeddedGateway, "create_payment", slow)
    town.ask(payment)

    assert states(payment.bill) == ["cancelled"]
    [left] = jobs(queue.CANCEL)
    asking.cancel_at_gateway(**left)
    assert EmbeddedOrder.objects.get().state == "cancelled"


def test_no_gateway_is_called_inside_a_transaction(town: World) -> None:
    payment = town.pay(town.bill(), "card")
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        asking.ask_gateway(payment.pk)


def test_an_error_of_the_room_above_undoes_the_change_and_the_notice_may_come_again(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    town.card(payment)
    kind = kinds.payable(KIND)
    failing = dataclasses.replace(kind, on_change=lambda _bill: 1 / 0)
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setitem(kinds._kinds, KIND, failing)
        town.hear()

    assert states(payment.bill) == ["waiting"]
    assert not GatewayEvent.objects.filter(kind="payment.paid").exists()
    assert account("clearing") == 0
    town.hear()
    assert states(payment.bill) == ["paid"]


def test_a_payment_at_which_the_room_above_fails_holds_up_no_other(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = (town.pay(town.bill(), "bank") for _each in range(2))
    kind = kinds.payable(KIND)

    def fails_once(bill: Bill) -> None:
        assert bill.pk != broken.bill_id

    monkeypatch.setitem(kinds._kinds, KIND, dataclasses.replace(kind, on_change=fails_once))
    with at(timezone.now() + 2 * A_WEEK):
        assert asking.expire_due(timezone.now()) == 1
    assert (states(broken.bill), states(fine.bill)) == (["waiting"], ["expired"])


def test_the_thing_is_locked_before_its_bill(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    locked: list[str] = []
    kind = dataclasses.replace(kinds.payable(KIND), lock=locked.append)
    monkeypatch.setitem(kinds._kinds, KIND, kind)
    with CaptureQueriesContext(connection) as asked:
        cancel_payment(payment=payment, reason="やめた", actor=None)

    assert locked[0] == payment.bill.object_key
    assert sum("FOR NO KEY UPDATE" in one["sql"] for one in asked) >= 1


def test_bills_are_listed_with_their_sums_in_one_query(town: World) -> None:
    for yen in (100, 200, 300):
        town.bill(yen)
    paid = town.paid(400).bill
    with CaptureQueriesContext(connection) as asked:
        found = {one.pk: one.open for one in Bill.objects.visible_to(town.manager).with_standing()}
    assert len(asked) == 2  # the roles of who asks, and the bills
    assert sorted(found.values()) == [0, 100, 200, 300]
    assert found[paid.pk] == 0
    assert not Bill.objects.visible_to(town.manager).with_standing().owing().filter(pk=paid.pk).exists()


def test_the_office_sees_what_the_check_of_the_books_found(town: World, client: Any) -> None:
    from sosei.core.payments.services.checking import check_every_town

    client.force_login(town.staff)
    page = f"/{town.town.code}/office/payments/books"
    assert "まだ点検していません" in client.get(page).content.decode()
    town.paid()
    check_every_town()
    assert "すべて合っています" in client.get(page).content.decode()
    client.force_login(town.payer)
    assert client.get(page).status_code == 403
