"""A bill and its papers, as the payer, a guest with a link, the host and the town's staff see them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sosei.core.design.templatetags.design import screen_time
from sosei.core.payments import kinds, papers_shown
from sosei.core.payments.errors_payments import KeyTakenError
from sosei.core.payments.forms_papers import AccountForm, InvoiceForm, RecipientForm, ReturnedForm
from sosei.core.payments.letters_payments import account_in_words, receiving_account
from sosei.core.payments.models import Bill, Invoice, Payment, Receipt, Refund
from sosei.core.payments.rules_states import AGREED_REFUNDS, GAVE_NOTHING, UNDER_WAY
from sosei.core.payments.services import (
    BillStanding,
    RefundAccount,
    cancel_payment,
    give_refund_account,
    pay_on_site,
    refund_came_back,
    return_cash,
    standing_of_bill,
    start_payment,
    ways_offered,
)
from sosei.core.payments.services.invoices import issue_invoice, told_charges
from sosei.core.payments.services.ledger import today
from sosei.core.payments.services.receipts import issue_receipt
from sosei.core.payments.views.papers_common import Door, done
from sosei.core.payments.views.papers_doors import by_every_door
from sosei.core.payments.words_papers import SHAPES
from sosei.core.payments.words_payments import PROBLEMS, STEPS
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError

State = Payment.State

HOW = {
    "card": gettext_lazy("すぐに払えます。次の画面でカードの番号を入れます。"),
    "konbini": gettext_lazy(
        "番号が出ます。期限までに、コンビニのレジで払います。返金は、お店ではなく銀行口座に振り込みます。"
    ),
    "bank": gettext_lazy("振込先が出ます。期限までに振り込みます。"),
}


def _bill(request: Any, door: Door) -> HttpResponse:
    """What is owed, paid and given back, the papers, and what can be done."""
    forms_of_page: dict[str, forms.Form] = {}
    if request.method == "POST":
        answer = _do(request, door, forms_of_page)
        if answer is not None:
            return answer
    with tenancy.unguarded():
        context = _context(door, forms_of_page)
    broken = any(form.errors for form in forms_of_page.values())
    return render(request, "payments/papers/bill.html", context, status=422 if broken else 200)


def _context(door: Door, broken: dict[str, forms.Form]) -> dict[str, Any]:
    bill = door.bill
    payments = list(bill.payments.prefetch_related("steps", "receipts").order_by("pk"))
    refunds = list(bill.refunds.select_related("payment").order_by("pk"))
    lines = list(bill.lines.select_related("charge").order_by("charge", "position"))
    charges = {line.charge_id: line.charge.yen for line in lines}
    standing = standing_from(charges.values(), payments, refunds)
    account = receiving_account(bill)
    thing = kinds.payable(bill.kind)
    return {
        "door": door,
        "door_url": door.url(),
        "bill": bill,
        "thing": kinds.describe(bill),
        "thing_url": thing.page(bill, bill.person) if door.is_payer else "",
        "standing": standing,
        "lines": lines,
        "payments": [_payment_row(one, bill, refunds, broken) for one in payments],
        "refunds": [
            {
                "refund": one,
                "problem": PROBLEMS.get(one.problem, "") if one.problem else "",
                "form": broken.get(f"refund-{one.pk}") or AccountForm(prefix=f"a{one.pk}"),
                "back": _back_form(door, one, broken),
            }
            for one in refunds
        ],
        **_invoices(bill, charges, broken),
        "ways": _ways(standing.open, has_account=account is not None)
        if door.is_payer and not standing.waiting
        else [],
        "pay_to": account_in_words(account) if account is not None else "",
        "key": uuid.uuid4(),
        "crumbs": door.crumbs(),
    }


def standing_from(
    charged: Iterable[int], payments: Iterable[Payment], refunds: Iterable[Refund]
) -> BillStanding:
    """How a bill stands, from rows that were read already."""
    given = list(refunds)
    paying = list(payments)
    return BillStanding(
        charged=sum(charged),
        paid=sum(one.yen for one in paying if one.state == State.PAID),
        refunded=sum(one.yen for one in given if one.state == "done"),
        refunding=sum(one.yen for one in given if one.state in AGREED_REFUNDS),
        waiting=sum(one.yen for one in paying if one.state in UNDER_WAY),
    )


def _payment_row(
    payment: Payment, bill: Bill, refunds: list[Refund], broken: dict[str, forms.Form]
) -> dict[str, Any]:
    receipts = sorted(payment.receipts.all(), key=lambda row: -row.pk)
    name = receipts[0].recipient_name if receipts else bill.payer_name
    return {
        "payment": payment,
        "steps": [(step, STEPS.get(step.what, step.what)) for step in payment.steps.all()],
        "problem": PROBLEMS.get(payment.problem, "") if payment.problem else "",
        "under_way": payment.state in UNDER_WAY,
        "receipts": receipts,
        "kept": _kept(payment, refunds),
        "receipt_form": broken.get(f"receipt-{payment.pk}")
        or RecipientForm(prefix=f"r{payment.pk}", initial={"recipient_name": name}),
    }


def _invoices(bill: Bill, charges: dict[int, int], broken: dict[str, forms.Form]) -> dict[str, Any]:
    found = list(bill.invoices.select_related("replaces", "reverses").order_by("issued_at", "pk"))
    replaced = {one.replaces_id for one in found}
    current = [one for one in found if one.pk not in replaced]
    told = told_charges(bill)
    untold = [yen for key, yen in charges.items() if key not in told]
    name = current[-1].recipient_name if current else bill.payer_name
    return {
        "invoices": [(one, SHAPES[papers_shown.shape(one)], one.pk in replaced) for one in found],
        "invoice_wanted": bool(untold) and (bool(told) or sum(untold) > 0),
        "invoice_form": broken.get("invoice") or InvoiceForm(prefix="i", initial={"recipient_name": name}),
    }


def _kept(payment: Payment, refunds: list[Refund]) -> int:
    if payment.state != State.PAID:
        return 0
    gone = sum(one.yen for one in refunds if one.payment_id == payment.pk and one.state not in GAVE_NOTHING)
    return int(payment.yen - gone)


def _ways(open_yen: int, *, has_account: bool) -> list[tuple[str, Any, Any]]:
    if not open_yen:
        return []
    labels = dict(Payment.Way.choices)
    return [
        (way, labels[Payment.Way(way)], HOW[way])
        for way in ways_offered(yen=open_yen, bank=has_account)
        if way in HOW
    ]


def _do(request: Any, door: Door, broken: dict[str, forms.Form]) -> HttpResponse | None:
    """What a button of the page asks for; None where the page is shown again with what was wrong."""
    if not door.may_act:
        raise Http404
    what, _sep, key = request.POST.get("do", "").partition(":")
    action = _ACTIONS.get(what)
    if action is None:
        raise Http404
    try:
        return action(request, door, int(key) if key.isascii() and key.isdigit() else 0, broken)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(door.url())
    except KeyTakenError:
        messages.error(request, _("この画面は古くなっています。もう一度選んでください。"))
        return redirect(door.url())


def _pay(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    if not door.is_payer:
        raise Http404
    way, bill = request.POST.get("way", ""), door.bill
    with tenancy.unguarded():
        standing = standing_of_bill(bill)
        has_account = receiving_account(bill) is not None
    offered = [one for one, _label, _how in _ways(standing.open, has_account=has_account)]
    if way not in offered:
        messages.error(request, _("支払いの方法を選んでください。"))
        return redirect(door.url())
    start_payment(
        bill=bill,
        way=way,
        yen=_number(request.POST.get("yen", "")),
        key=f"page:{bill.pk}:{_uuid(request.POST.get('key', ''))}",
        actor=door.actor,
        expires_at=_kept_until(bill),
    )
    messages.success(request, _("支払いの手続きを始めました。"))
    return redirect(door.url())


def _kept_until(bill: Bill) -> datetime.datetime | None:
    """Until when the room above keeps the thing: as long as it said for an earlier payment that is not over yet."""
    with tenancy.unguarded():
        last = bill.payments.exclude(expires_at=None).order_by("-pk").first()
    if last is None or last.expires_at is None or last.expires_at <= timezone.now():
        return None
    return last.expires_at


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _payment(door: Door, key: int) -> Payment:
    with tenancy.unguarded():
        found: Payment | None = (
            Payment.objects.select_related("bill__municipality", "bill__payee", "bill__person")
            .filter(bill=door.bill, pk=key)
            .first()
        )
    if found is None:
        raise Http404
    return found


def _give_up(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    if door.kind == "host":
        raise Http404
    payment = _payment(door, key)
    cancel_payment(payment=payment, reason=_("支払い方法を変えるため"), actor=door.actor)
    messages.success(request, _("支払いの手続きをやめました。別の方法を選べます。"))
    return redirect(door.url())


def _receive(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    if door.actor is None or door.is_payer:
        raise Http404
    pay_on_site(payment=_payment(door, key), actor=door.actor)
    messages.success(request, _("現地で受け取ったと記録しました。"))
    return redirect(door.url())


def _hand_back(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    if door.actor is None or door.is_payer:
        raise Http404
    return_cash(refund=_refund(door, key), actor=door.actor)
    messages.success(request, _("窓口で返したと記録しました。"))
    return redirect(door.url())


def _refund(door: Door, key: int) -> Refund:
    with tenancy.unguarded():
        found: Refund | None = Refund.objects.select_related("bill").filter(bill=door.bill, pk=key).first()
    if found is None:
        raise Http404
    return found


def _account(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    if door.kind == "host":
        raise Http404
    refund = _refund(door, key)
    form = AccountForm(request.POST, prefix=f"a{refund.pk}")
    boxes = RefundAccount.__dataclass_fields__

    def save() -> None:
        account = RefundAccount(**{name: form.cleaned_data[name] for name in boxes})
        give_refund_account(refund=refund, account=account, actor=door.actor)

    if not done(form, save):
        broken[f"refund-{refund.pk}"] = form
        return None
    messages.success(request, _("口座を受け取りました。次の振込の日に返します。"))
    return redirect(door.url())


def _back_form(door: Door, refund: Refund, broken: dict[str, forms.Form]) -> forms.Form | None:
    """Where staff write down that a gateway gave a refund back which it had said was done; others have no such form."""
    if not _may_come_back(door, refund):
        return None
    if (form := broken.get(f"back-{refund.pk}")) is not None:
        return form
    if refund.state != Refund.State.DONE:
        return None
    return ReturnedForm(prefix=f"b{refund.pk}", initial={"on_date": today()})


def _may_come_back(door: Door, refund: Refund) -> bool:
    return door.kind == "office" and door.may_act and refund.way == Refund.Way.GATEWAY


def _came_back(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    refund = _refund(door, key)
    if not _may_come_back(door, refund):
        raise Http404
    form = ReturnedForm(request.POST, prefix=f"b{refund.pk}")

    def save() -> None:
        refund_came_back(
            refund=refund,
            reason=form.cleaned_data["reason"],
            actor=door.actor,
            on_date=form.cleaned_data["on_date"],
        )

    if not done(form, save):
        broken[f"back-{refund.pk}"] = form
        return None
    messages.success(request, _("戻ったと記録しました。払った人に、返金を受け取る口座をたのみました。"))
    return redirect(door.url())


def _issue_invoice(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    form = InvoiceForm(request.POST, prefix="i")
    made: list[Invoice] = []

    def save() -> None:
        made.extend(
            issue_invoice(
                bill=door.bill,
                recipient_name=form.cleaned_data["recipient_name"],
                actor=door.actor,
                due_on=_due_on(door.bill),
                by_link=door.by_link,
            )
        )

    if not done(form, save):
        broken["invoice"] = form
        return None
    messages.success(request, _("請求書を出しました。"))
    return redirect(door.url("invoice", invoice_id=made[0].pk))


def _due_on(bill: Bill) -> datetime.date | None:
    """The day on which the time of a payment ends that is under way."""
    with tenancy.unguarded():
        waiting = bill.payments.filter(state=State.WAITING, expires_at__isnull=False).order_by("-pk").first()
    return None if waiting is None else screen_time(waiting.expires_at).date()


def _issue_receipt(request: Any, door: Door, key: int, broken: dict[str, forms.Form]) -> HttpResponse | None:
    payment = _payment(door, key)
    form = RecipientForm(request.POST, prefix=f"r{payment.pk}")
    made: list[Receipt] = []

    def save() -> None:
        made.append(
            issue_receipt(
                payment=payment,
                recipient_name=form.cleaned_data["recipient_name"],
                actor=door.actor,
                by_link=door.by_link,
            )
        )

    if not done(form, save):
        broken[f"receipt-{payment.pk}"] = form
        return None
    return redirect(door.url("receipt", receipt_id=made[0].pk))


_ACTIONS: dict[str, Callable[[Any, Door, int, dict[str, forms.Form]], HttpResponse | None]] = {
    "pay": _pay,
    "came-back": _came_back,
    "give-up": _give_up,
    "receive": _receive,
    "hand-back": _hand_back,
    "account": _account,
    "invoice": _issue_invoice,
    "receipt": _issue_receipt,
}

bill = by_every_door(_bill, require_http_methods(["GET", "HEAD", "POST"]))
