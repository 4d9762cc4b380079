"""The words of messages about payments, in both languages; to the account of the payer, or to a guest's address of mail."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.payments import kinds
from sosei.core.payments.models import Bill, PayeeSettings, Payment, Refund
from sosei.core.payments.reasons import reason_words
from sosei.core.payments.tokens import token_of
from sosei.core.payments.words_payments import PROBLEMS
from sosei.core.people.letters import Letter, in_both_languages, paragraphs
from sosei.core.records.services import send_message

State = Payment.State
Way = Payment.Way


def own_page(bill: Bill) -> str:
    """Where the payer sees the bill, pays and names an account: his own page, or a guest's signed link."""
    if bill.person_id is not None:
        return f"{settings.SITE_ADDRESS}{reverse('payments:bill', args=[bill.pk])}"
    return f"{settings.SITE_ADDRESS}{reverse('payments:guest-bill', args=[token_of(bill)])}"


def _send(bill: Bill, key: str, kind: str, letter: Letter) -> None:
    to = (
        {"recipient": bill.person}
        if bill.person is not None
        else {"to_address": bill.payer_email, "language": bill.payer_language}
    )
    if bill.person is None and not bill.payer_email:
        # Taken out at the payer's wish: nobody is left to be told.
        return
    send_message(
        key=key, kind=kind, municipality=bill.municipality, about=bill, **to, **letter.as_arguments()
    )


def _facts(bill: Bill, yen: int) -> dict[str, str]:
    return {"thing": kinds.describe(bill), "yen": f"{yen:,}", "number": bill.number}


def _moment(moment: datetime.datetime) -> str:
    return date_format(screen_time(moment), "DATETIME_FORMAT")


def tell_payment(payment: Payment) -> None:
    """Tells the payer once of each state that matters to him."""
    writers = {
        State.PAID: paid,
        State.WAITING: {Way.KONBINI: slip, Way.BANK: transfer}.get(Way(payment.way)),
        State.FAILED: failed,
        State.EXPIRED: expired,
    }
    writer = writers.get(State(payment.state))
    if writer is None or not payment.yen:
        return
    kind = f"payments.{payment.state}"
    _send(payment.bill, f"payment:{payment.pk}:{payment.state}", kind, writer(payment))


def paid(payment: Payment) -> Letter:
    """The money arrived."""

    def words() -> tuple[str, str]:
        told = {**_facts(payment.bill, payment.yen), "way": payment.get_way_display()}
        return _("支払いを受け取りました：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の支払い %(yen)s円を受け取りました。ありがとうございます。") % told,
            _("支払い方法：%(way)s") % told,
            _("請求の番号：%(number)s") % told,
            _("領収書は、次のページから取り出せます。"),
            own_page(payment.bill),
        )

    return in_both_languages(words)


def slip(payment: Payment) -> Letter:
    """The number to be given at a shop's till, and until when."""

    def words() -> tuple[str, str]:
        told = {
            **_facts(payment.bill, payment.yen),
            "code": payment.code,
            "confirmation": payment.confirmation,
            "until": _moment(payment.expires_at) if payment.expires_at else "",
        }
        return _("コンビニで支払う番号：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の %(yen)s円を、コンビニで支払ってください。") % told,
            _("お客様番号：%(code)s") % told,
            _("確認番号：%(confirmation)s") % told if payment.confirmation else "",
            _("支払い期限：%(until)s。これを過ぎると、支払えません。") % told if payment.expires_at else "",
            _("コンビニで払ったお金は、お店では返せません。返金するときは、あなたの銀行口座に振り込みます。"),
            own_page(payment.bill),
        )

    return in_both_languages(words)


def transfer(payment: Payment) -> Letter:
    """The account to transfer to, and until when."""
    account = receiving_account(payment.bill)

    def words() -> tuple[str, str]:
        told = {
            **_facts(payment.bill, payment.yen),
            "until": _moment(payment.expires_at) if payment.expires_at else "",
        }
        return _("銀行振込のお願い：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の %(yen)s円を、振り込んでください。") % told,
            _("振込先：%(account)s") % {"account": account_in_words(account)} if account is not None else "",
            _("振込人の名前の前に、この番号を付けてください：%(number)s") % told,
            _("支払い期限：%(until)s。これを過ぎると、支払えません。") % told if payment.expires_at else "",
            own_page(payment.bill),
        )

    return in_both_languages(words)


def receiving_account(bill: Bill) -> PayeeSettings | None:
    """The account on which transfers for a bill arrive: the platform's for hosts, the town's for public fees."""
    of = PayeeSettings.Of.TOWN if bill.payee_id is None else PayeeSettings.Of.PLATFORM
    found: PayeeSettings | None = (
        PayeeSettings.objects.filter(municipality=bill.municipality_id, payee=None, of__in=(of, "town"))
        .exclude(account_number="")
        .order_by("of" if of == PayeeSettings.Of.PLATFORM else "-of")
        .first()
    )
    return found


def account_in_words(account: PayeeSettings) -> str:
    """An account in one line."""
    return _("%(bank)s %(branch)s %(type)s %(number)s %(holder)s") % {
        "bank": account.bank_name,
        "branch": account.branch_name,
        "type": account.get_account_type_display(),
        "number": account.account_number,
        "holder": account.account_holder,
    }


def failed(payment: Payment) -> Letter:
    """The gateway did not take it."""

    def words() -> tuple[str, str]:
        told = {
            **_facts(payment.bill, payment.yen),
            "problem": PROBLEMS.get(payment.problem, PROBLEMS["other"]),
        }
        return _("支払いができませんでした：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の %(yen)s円の支払いが、できませんでした。お金は引かれていません。") % told,
            _("理由：%(problem)s") % told,
            _("次のページから、もう一度払うか、ほかの方法を選んでください。"),
            own_page(payment.bill),
        )

    return in_both_languages(words)


def expired(payment: Payment) -> Letter:
    """Its time is over."""

    def words() -> tuple[str, str]:
        told = _facts(payment.bill, payment.yen)
        return _("支払い期限が過ぎました：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の %(yen)s円は、期限までに支払われませんでした。") % told,
            _("このあとに払ってしまったときは、全額を返します。手続きは要りません。"),
            own_page(payment.bill),
        )

    return in_both_languages(words)


def tell_too_much(payment: Payment, yen: int, *, late: bool) -> None:
    """Money came that is not owed any more: it goes back by itself."""

    def words() -> tuple[str, str]:
        told = _facts(payment.bill, yen)
        by_bank = payment.way != Way.CARD
        return _("支払われたお金を返します：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の支払いは、期限のあと、または取り消したあとに届きました。") % told
            if late
            else _("「%(thing)s」の支払いは、必要な額をこえて届きました。") % told,
            _("%(yen)s円を返します。") % told,
            _("返金を受け取る銀行口座を、次のページで入れてください。")
            if by_bank
            else _("カードに戻るまで、数日から数週間かかることがあります。手続きは要りません。"),
            own_page(payment.bill),
        )

    _send(
        payment.bill,
        f"payment:{payment.pk}:too-much",
        "payments.too_much",
        in_both_languages(words),
    )


def tell_refund(refund: Refund) -> None:
    """Tells the payer once that an account is needed, and once that the money went back."""
    if refund.state == Refund.State.DONE:
        _send(refund.bill, f"refund:{refund.pk}:done", "payments.refund_done", refunded(refund))
    elif refund.state == Refund.State.WAITING_ACCOUNT:
        again = ":again" if refund.problem else ""
        _send(
            refund.bill,
            f"refund:{refund.pk}:account{again}:{refund.sent_at or ''}",
            "payments.refund_account",
            account_wanted(refund),
        )


def refunded(refund: Refund) -> Letter:
    """It went back."""

    def words() -> tuple[str, str]:
        told = {
            **_facts(refund.bill, refund.yen),
            "reason": reason_words(refund.reason),
            "way": refund.get_way_display(),
        }
        return _("返金しました：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の %(yen)s円を返しました。") % told,
            _("返し方：%(way)s") % told,
            _("理由：%(reason)s") % told,
            _("カードの明細に出るまで、数日から数週間かかることがあります。")
            if refund.way == Refund.Way.GATEWAY
            else "",
            own_page(refund.bill),
        )

    return in_both_languages(words)


def account_wanted(refund: Refund) -> Letter:
    """It waits for an account."""

    def words() -> tuple[str, str]:
        told = {**_facts(refund.bill, refund.yen), "reason": reason_words(refund.reason)}
        return _("返金の口座を入れてください：%(thing)s") % told, paragraphs(
            _("「%(thing)s」の %(yen)s円を返します。") % told,
            _("理由：%(reason)s") % told,
            _("前に入れた口座には、振り込めませんでした。番号と名義を確かめてください。")
            if refund.problem
            else "",
            _("返金を受け取る銀行口座を、次のページで入れてください。"),
            own_page(refund.bill),
        )

    return in_both_languages(words)
