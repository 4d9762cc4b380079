"""Refunds: out of the newest payments first, through the gateway, to an account, or by hand where it was paid."""

from __future__ import annotations

import datetime
import re
from dataclasses import asdict, dataclass

import rules
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.design.fields import written
from sosei.core.payments import letters_payments as letters
from sosei.core.payments import locks, queue
from sosei.core.payments.errors_payments import KeyTakenError, RefundError
from sosei.core.payments.gateways.protocol import ToldRefund
from sosei.core.payments.models import Bill, Payment, Refund, TransferFile
from sosei.core.payments.models.columns import ACCOUNT, AccountType
from sosei.core.payments.rules_money import spread
from sosei.core.payments.rules_states import GAVE_NOTHING, REFUND_STEPS, REFUNDED_BY, may_follow
from sosei.core.payments.services import ledger
from sosei.core.payments.services.bills import tell_change
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.engines.conventions.folding import fold_width

State = Refund.State
Way = Refund.Way
FIRST_STATE = {Way.GATEWAY: State.ASKED, Way.BANK: State.WAITING_ACCOUNT, Way.ON_SITE: State.ASKED}


@dataclass(frozen=True)
class RefundAccount:
    """Where the bank is to transfer a refund, as it stands in the passbook."""

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_number: str
    account_holder: str
    account_type: str = AccountType.ORDINARY


@transaction.atomic
def refund_bill(
    *, bill: Bill, yen: int, reason: str, key: str, actor: Person | None, way: str | None = None
) -> list[Refund]:
    """Gives back part of what was paid on a bill, out of the newest payment first; the same key gives the same refunds.

    What is owed stays as it is: where less is owed now, `add_charge` said so before.

    Args:
        way: another way back than the one that belongs to how it was paid (cash at the counter).

    Raises:
        ValueError: nothing to give back, or no reason.
        KeyTakenError: the key belongs to another bill.
        RefundError: more than was paid and not given back.
    """
    if yen <= 0 or not reason.strip():
        raise ValueError("a refund has an amount above zero and a reason")
    with tenancy.unguarded():
        held = locks.lock_bill(bill.pk)
        before = list(Refund.objects.filter(key=key).select_related("payment").order_by("part"))
        if before:
            if any(one.bill_id != held.pk for one in before):
                raise KeyTakenError(f"the key of a refund {key!r} belongs to another bill")
            return before
        payments = list(held.payments.filter(state="paid", yen__gt=0).order_by("-settled_at", "-pk"))
        rooms = [refundable(one) for one in payments]
        if yen > sum(rooms):
            raise RefundError(
                _("返金できるのは%(most)s円までです（支払われた額から、返した額を引いたもの）。")
                % {"most": f"{sum(rooms):,}"},
                "yen",
            )
        made = []
        for payment, share in zip(payments, spread(yen, rooms), strict=True):
            if share:
                payment.bill = held
                made.append(
                    refund_payment(
                        payment, share, reason=reason, key=key, actor=actor, way=way, part=len(made) + 1
                    )
                )
        tell_change(held)
    return made


def refundable(payment: Payment) -> int:
    """What of a payment may still be given back."""
    if payment.state != Payment.State.PAID:
        return 0
    refunded = payment.refunds.exclude(state__in=GAVE_NOTHING).aggregate(total=Sum("yen"))["total"] or 0
    return int(payment.yen - refunded)


def refund_payment(
    payment: Payment,
    yen: int,
    *,
    reason: str,
    key: str,
    actor: Person | None,
    way: str | None = None,
    part: int = 1,
    problem: str = "",
) -> Refund:
    """Promises back part of one payment; the bill is locked and the room above is told by who calls."""
    bill, by = payment.bill, Way(way or REFUNDED_BY[payment.way])
    refund: Refund = Refund.objects.create(
        municipality_id=bill.municipality_id,
        payee_id=bill.payee_id,
        person_id=bill.person_id,
        bill=bill,
        payment=payment,
        way=by,
        yen=yen,
        reason=reason.strip()[:300],
        key=key,
        part=part,
        problem=problem,
        state=FIRST_STATE[by],
        reversed=_taken_back(payment, yen) if by == Way.GATEWAY else 0,
        made_at=timezone.now(),
        actor=actor,
    )
    write_entry(
        actor=actor,
        verb="payments.refund_decided",
        subject=bill,
        person=bill.person,
        municipality=bill.municipality,
        reason=reason.strip(),
        data={"number": bill.number, "yen": yen, "way": by},
    )
    if by == Way.GATEWAY:
        queue.leave(queue.REFUND, refund_id=refund.pk)
    if by == Way.BANK:
        letters.tell_refund(refund)
    return refund


def _taken_back(payment: Payment, yen: int) -> int:
    """What the gateway takes back from the payee's own account: in proportion, the last refund all that is left."""
    if not payment.transferred:
        return 0
    # What came back to us after the gateway had taken it from the host is taken back already.
    so_far = payment.refunds.exclude(state=State.FAILED).aggregate(
        yen=Sum("yen", filter=~Q(state=State.RETURNED)), reversed=Sum("reversed")
    )
    refunded, taken = int(so_far["yen"] or 0), int(so_far["reversed"] or 0)
    return payment.transferred * (refunded + yen) // payment.yen - taken


def enter(
    refund: Refund,
    state: str,
    *,
    actor: Person | None = None,
    reason: str = "",
    on_date: datetime.date | None = None,
) -> bool:
    """Takes a refund into a state, with the books and the letter; False where that does not follow. The bill is locked."""
    if not may_follow(REFUND_STEPS, refund.state, state):
        return False
    refund.state, now = state, timezone.now()
    if state == State.SENT:
        refund.sent_at = now
    if state in (State.DONE, State.FAILED):
        refund.settled_at = now
    refund.save()
    bill = refund.bill
    if state == State.DONE:
        ledger.book_refund(refund, bill, on_date=on_date)
    if state == State.RETURNED:
        ledger.book_refund_returned(refund, bill, on_date=on_date)
    write_entry(
        actor=actor,
        verb=f"payments.refund_{state}",
        subject=bill,
        person=bill.person,
        municipality=bill.municipality,
        reason=reason,
        data={"number": bill.number, "yen": refund.yen, "way": refund.way, "problem": refund.problem},
    )
    if state in (State.DONE, State.WAITING_ACCOUNT):
        letters.tell_refund(refund)
    if state == State.FAILED and refund.way == Way.GATEWAY:
        # What the card does not take back goes to an account.
        refund_payment(
            refund.payment,
            refund.yen,
            reason=refund.reason,
            key=f"{refund.key}:{refund.part}:bank"[-120:],
            actor=None,
            way=Way.BANK,
        )
    if state == State.RETURNED:
        refund_payment(
            refund.payment,
            refund.yen,
            reason=refund.reason,
            key=f"{refund.key}:{refund.part}:returned"[-120:],
            actor=actor,
            way=Way.BANK,
            problem="account" if refund.way == Way.BANK else "",
        )
    tell_change(bill)
    return True


def take(refund: Refund, told: ToldRefund) -> bool:
    """What the gateway tells of a refund; whether anything came of it. The bill is locked."""
    if told.gateway_key and not refund.gateway_key:
        refund.gateway_key = told.gateway_key
        if told.reversed is not None:
            refund.reversed = told.reversed
        refund.save(update_fields=["gateway_key", "reversed"])
    if told.problem and not refund.problem:
        refund.problem = told.problem
    if refund.state == State.DONE and told.state == State.FAILED:
        # A card's bank sent it back days later.
        return enter(refund, State.RETURNED)
    return told.state != refund.state and enter(refund, told.state)


@transaction.atomic
def give_refund_account(*, refund: Refund, account: RefundAccount, actor: Person | None) -> Refund:
    """The payer, or staff for somebody on the phone, names the account; the next bank file carries the refund.

    Args:
        actor: None for a guest who came by his own link, which the view has checked.

    Raises:
        NotAllowedError: it is somebody else's refund.
        RefundError: it waits for no account, or the account cannot be one.
    """
    if actor is not None and not rules.has_perm("payments.give_account", actor, refund):
        raise NotAllowedError(_("返金の口座を入れられるのは、払った人と、市の事業担当だけです。"))
    checked = _checked(account)
    with tenancy.unguarded():
        held = locks.lock_refund(refund.pk)
        if held.state != State.WAITING_ACCOUNT:
            raise RefundError(
                _("この返金は「%(state)s」なので、口座は要りません。") % {"state": held.get_state_display()}
            )
        for name, value in asdict(checked).items():
            setattr(held, name, value)
        enter(held, State.ASKED, actor=actor)
    return held


def _checked(account: RefundAccount) -> RefundAccount:
    folded = {name: fold_width(str(value)).strip() for name, value in asdict(account).items()}
    for name, digits, label in (
        ("bank_code", 4, _("銀行コード")),
        ("branch_code", 3, _("支店コード")),
        ("account_number", 7, _("口座番号")),
    ):
        value = folded[name].replace("-", "")
        if name == "account_number" and re.fullmatch(r"[0-9]{4,6}", value):
            value = value.zfill(7)
        if not re.fullmatch(rf"[0-9]{{{digits}}}", value):
            raise RefundError(
                _("%(label)s「%(value)s」は、%(digits)sけたの数字で入れてください。")
                % {"label": label, "value": folded[name], "digits": digits},
                name,
            )
        folded[name] = value
    if folded["account_type"] not in AccountType.values:
        raise RefundError(_("預金の種類を選んでください。"), "account_type")
    if not folded["account_holder"]:
        raise RefundError(_("口座の名義を、通帳のカナのとおりに入れてください。"), "account_holder")
    longest = {"bank_name": 15, "branch_name": 15, "account_holder": 30}
    for name, most in longest.items():
        if len(folded[name]) > most:
            raise RefundError(
                _("「%(value)s」は長すぎます。%(most)s文字までで入れてください。")
                % {"value": folded[name], "most": most},
                name,
            )
    return RefundAccount(**folded)


@transaction.atomic
def return_cash(*, refund: Refund, actor: Person, on_date: datetime.date | None = None) -> Refund:
    """The money was handed back at the place or the counter.

    Raises:
        NotAllowedError: `actor` neither acts for the payee nor serves the town.
        RefundError: it goes back another way, or is over.
    """
    if not rules.has_perm("payments.run_payee", actor, refund):
        raise NotAllowedError(_("窓口での返金を記録できるのは、場所の担当者と、市の事業担当だけです。"))
    return _change(refund, Way.ON_SITE, State.DONE, actor=actor, on_date=on_date)


@transaction.atomic
def refund_sent(*, refund: Refund, file: TransferFile, actor: Person | None) -> Refund:
    """A bank file carries the refund.

    Raises:
        RefundError: it is not one for the bank, or has no account.
    """
    return _change(refund, Way.BANK, State.SENT, actor=actor, file=file)


@transaction.atomic
def refund_done(*, refund: Refund, actor: Person | None, on_date: datetime.date | None = None) -> Refund:
    """The bank has transferred the refund.

    Raises:
        RefundError: it is not one for the bank, or is over.
    """
    return _change(refund, Way.BANK, State.DONE, actor=actor, on_date=on_date)


@transaction.atomic
def refund_returned(*, refund: Refund, reason: str, actor: Person | None) -> Refund:
    """The bank could not pay the refund, or its file was dropped: it waits for an account, and the payer is told.

    Raises:
        RefundError: it is in no bank file.
    """
    return _change(refund, Way.BANK, State.WAITING_ACCOUNT, actor=actor, reason=reason)


@transaction.atomic
def refund_came_back(
    *, refund: Refund, reason: str, actor: Person | None, on_date: datetime.date | None = None
) -> Refund:
    """A refund that was done came back: the books are undone by their mirror, and another one waits for an account.

    Raises:
        RefundError: it is not done, or was handed over in cash; or it was not given yet on that day.
    """
    with tenancy.unguarded():
        held = locks.lock_refund(refund.pk)
        told = {"way": held.get_way_display(), "state": held.get_state_display()}
        given = ledger.day_of_refund(held)
        if on_date is not None and given is not None and on_date < given:
            raise RefundError(
                _("返金したのは%(day)sです。戻った日は、その日からあとの日を入れてください。")
                % {"day": written(given)},
                "on_date",
            )
        if held.way == Way.ON_SITE:
            raise RefundError(_("この返金は「%(way)s」なので、ここでは記録できません。") % told)
        if not enter(held, State.RETURNED, actor=actor, reason=reason, on_date=on_date):
            raise RefundError(_("この返金は、もう「%(state)s」になっています。") % told)
    return held


@transaction.atomic
def refund_unsent(*, refund: Refund, actor: Person | None) -> Refund:
    """Its bank file was dropped before the bank had it: it keeps its account and goes into the next file.

    Raises:
        RefundError: it is in no bank file.
    """
    with tenancy.unguarded():
        held = locks.lock_refund(refund.pk)
        if held.state != State.SENT or held.way != Way.BANK:
            raise RefundError(_("この返金は、振込ファイルに入っていません。"))
        held.state, held.file, held.sent_at = State.ASKED, None, None
        held.save()
    return held


def _change(
    refund: Refund,
    way: str,
    state: str,
    *,
    actor: Person | None,
    reason: str = "",
    on_date: datetime.date | None = None,
    file: TransferFile | None = None,
) -> Refund:
    with tenancy.unguarded():
        held = locks.lock_refund(refund.pk)
        told = {"way": held.get_way_display(), "state": held.get_state_display()}
        if held.way != way:
            raise RefundError(_("この返金は「%(way)s」なので、ここでは記録できません。") % told)
        if state == State.SENT:
            if not held.has_account:
                raise RefundError(_("返金の口座がまだありません。払った人に入れてもらってください。"))
            held.file = file
        if state == State.WAITING_ACCOUNT:
            held.file = None
            for name in ACCOUNT:
                setattr(held, name, AccountType.ORDINARY if name == "account_type" else "")
            held.problem = "account"
        if not enter(held, state, actor=actor, reason=reason, on_date=on_date):
            raise RefundError(_("この返金は、もう「%(state)s」になっています。") % told)
    return held
