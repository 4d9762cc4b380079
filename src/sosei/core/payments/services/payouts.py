"""Payouts: what statements owe hosts and what payers are refunded by bank, in one file; settled, dropped or sent back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from hashlib import sha256

import rules
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.payments import bank_file, locks, locks_papers
from sosei.core.payments import letters_papers as letters
from sosei.core.payments.bank_file import BankFileError, Kind, Payer, Transfer
from sosei.core.payments.bank_text import (
    HOLDER_LETTERS,
    NAME_LETTERS,
    Account,
    BankTextError,
    fold_bank_text,
)
from sosei.core.payments.errors_papers import PayoutError
from sosei.core.payments.models import PayeeSettings, Payout, PayoutLine, Refund, Statement, TransferFile
from sosei.core.payments.models.columns import ACCOUNT, BankAccount
from sosei.core.payments.services import ledger, refunds
from sosei.core.payments.services.parties import collecting_account
from sosei.core.payments.services.statements import payable_by_host, unpaid_lines
from sosei.core.payments.words_bank import PARTS
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry

SATURDAY = 5
State = Payout.State
Files = TransferFile.State


@transaction.atomic
def make_file(
    *,
    municipality: Municipality,
    statements: Iterable[Statement],
    refunds_due: Iterable[Refund],
    pay_on: datetime.date,
    actor: Person,
) -> TransferFile:
    """The bank's file that pays these statements and refunds: one transfer for each.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PayoutError: nothing chosen; a statement that is paid, not the latest or owes nothing; no account here or there; a
            day on which no bank works; something that the file cannot hold. All accounts that are missing are named.
    """
    _must_handle(municipality, actor)
    _check_day(pay_on)
    chosen, to_refund = {one.pk for one in statements}, {one.pk for one in refunds_due}
    if not chosen and not to_refund:
        raise PayoutError(_("振り込む明細書か返金を選んでください。"))
    with tenancy.unguarded():
        backs = _refunds(municipality, to_refund)
        held = locks_papers.lock_statements(chosen)
        if len(held) != len(chosen) or any(one.municipality_id != municipality.pk for one in held):
            raise PayoutError(_("この自治体のものではない明細書があります。選び直してください。"))
        payer = _payer(municipality)
        payouts = _payouts(held, pay_on, actor)
        transfers = [_transfer(f"P{one.pk}", one.payee.name, one, one.yen) for one, _lines in payouts]
        transfers += [_transfer(f"R{one.pk}", one.account_holder, one, one.yen) for one in backs]
        try:
            content = bank_file.write(payer=payer, transfers=transfers, on=pay_on, kind=Kind.GENERAL)
        except BankFileError:
            problems = bank_file.problems(payer, transfers)
            raise PayoutError("\n".join(words(one) for one in problems)) from None
        file: TransferFile = TransferFile.objects.create(
            municipality=municipality,
            pay_on=pay_on,
            count=len(transfers),
            total=sum(one.yen for one in transfers),
            content=content,
            sha256=sha256(content).hexdigest(),
            made_at=timezone.now(),
            actor=actor,
        )
        _keep(file, payouts)
        for one in backs:
            refunds.refund_sent(refund=one, file=file, actor=actor)
        _record(file, "file_made", actor)
    return file


def _must_handle(municipality: Municipality, actor: Person) -> None:
    if not rules.has_perm("payments.handle_money", actor, TransferFile(municipality_id=municipality.pk)):
        raise NotAllowedError(_("振込をあつかえるのは、市の事業担当だけです。"))


def _check_day(pay_on: datetime.date) -> None:
    told = {"day": date_format(pay_on, "DATE_FORMAT")}
    if pay_on < ledger.today():
        raise PayoutError(_("振込日%(day)sは過ぎています。今日からあとの日にしてください。") % told, "pay_on")
    if pay_on.weekday() >= SATURDAY:
        raise PayoutError(
            _("振込日%(day)sは土曜日か日曜日で、銀行が休みです。銀行の営業日にしてください。") % told,
            "pay_on",
        )


def _payer(municipality: Municipality) -> Payer:
    row = collecting_account(municipality)
    if row is None or not row.payer_code:
        raise PayoutError(
            _(
                "振込元の口座と依頼人コードがまだありません。「受け取りの設定」で、運営者か自治体の口座を入れてください。"
            )
        )
    return Payer(
        code=row.payer_code,
        name=row.account_holder,
        bank_code=row.bank_code,
        bank_name=row.bank_name,
        branch_code=row.branch_code,
        branch_name=row.branch_name,
        type=row.account_type,
        number=row.account_number,
    )


def _refunds(municipality: Municipality, keys: set[int]) -> list[Refund]:
    """The refunds, their bills locked in order; those that are in a file by now are refused."""
    bills = Refund.objects.filter(pk__in=keys).values_list("bill_id", flat=True)
    locks.lock_bills(bills)
    found = list(Refund.objects.for_bank().filter(pk__in=keys, municipality=municipality).order_by("pk"))
    if len(found) != len(keys):
        raise PayoutError(
            _("もう振込ファイルに入っている返金があります。画面を読み直して、選び直してください。")
        )
    return found


def _payouts(
    held: Sequence[Statement], pay_on: datetime.date, actor: Person
) -> list[tuple[Payout, list[PayoutLine]]]:
    accounts = {
        row.payee_id: row for row in PayeeSettings.objects.filter(payee__in=[one.payee_id for one in held])
    }
    missing = [
        one.payee.name
        for one in held
        if one.payee_id not in accounts or not accounts[one.payee_id].has_account
    ]
    if missing:
        raise PayoutError(
            _("振込先の口座がない団体：%(names)s。口座を入れるようにたのむか、選択を外してください。")
            % {"names": _("、").join(missing)}
        )
    return [_payout(one, accounts[one.payee_id], pay_on, actor) for one in held]


def _payout(
    statement: Statement, account: PayeeSettings, pay_on: datetime.date, actor: Person
) -> tuple[Payout, list[PayoutLine]]:
    told = {"number": statement.number, "host": statement.payee.name}
    newer = Statement.objects.filter(
        municipality=statement.municipality_id, payee=statement.payee_id, last_day__gt=statement.last_day
    ).first()
    if newer is not None:
        raise PayoutError(
            _("%(host)sの明細書 %(number)s のあとに、%(newer)s が出ています。新しいほうを選んでください。")
            % {**told, "newer": newer.number}
        )
    unpaid = [one for one in unpaid_lines(statement.municipality_id, statement.payee_id) if not one.waits]
    yen = sum(one.yen for one in unpaid)
    if yen <= 0:
        raise PayoutError(
            _("%(host)sの明細書 %(number)s は、振り込む額がないか、もう振込ファイルに入っています。") % told
        )
    attempt = Payout.objects.filter(statement=statement).count() + 1
    payout = Payout(
        municipality_id=statement.municipality_id,
        payee=statement.payee,
        first_day=statement.first_day,
        last_day=statement.last_day,
        pay_on=pay_on,
        yen=yen,
        key=f"statement:{statement.pk}:{attempt}",
        statement=statement,
        made_at=timezone.now(),
        actor=actor,
        **{name: getattr(account, name) for name in ACCOUNT},
    )
    lines = [
        PayoutLine(
            municipality_id=statement.municipality_id,
            payee_id=statement.payee_id,
            ledger_line_id=one.line,
            bill_id=one.bill,
            yen=one.yen,
        )
        for one in unpaid
    ]
    return payout, lines


def _transfer(reference: str, whom: str, account: BankAccount, yen: int) -> Transfer:
    digits = "".join(letter for letter in reference if letter.isdigit())[-9:]
    return Transfer(
        whom,
        Account(
            bank_code=account.bank_code,
            bank_name=_as_files_hold(account.bank_name, NAME_LETTERS),
            branch_code=account.branch_code,
            branch_name=_as_files_hold(account.branch_name, NAME_LETTERS),
            type=account.account_type,
            number=account.account_number,
            holder=_as_files_hold(account.account_holder, HOLDER_LETTERS),
        ),
        yen,
        ("1" if reference.startswith("P") else "2") + digits.zfill(9),
    )


def _as_files_hold(text: str, letters: int) -> str:
    """A name as it goes into the file; one that cannot is left as it is, and refused when the file is written."""
    try:
        return fold_bank_text(text, letters=letters)
    except BankTextError:
        return text


def words(problem: BankFileError) -> str:
    """What the file cannot hold, where, and what to do."""
    told = {
        "name": problem.whom or _("振込元"),
        "part": PARTS[problem.part],
        "value": problem.value,
        "letters": problem.letters,
    }
    if problem.letters:
        return (
            _(
                "%(name)s：%(part)s「%(value)s」の「%(letters)s」は、振込ファイルで使えない文字です。通帳のカナのとおりに直してください。"
            )
            % told
        )
    return _("%(name)s：%(part)s「%(value)s」は、振込ファイルに書けません。直してください。") % told


def _keep(file: TransferFile, payouts: Sequence[tuple[Payout, list[PayoutLine]]]) -> None:
    try:
        with transaction.atomic():
            for payout, lines in payouts:
                payout.file = file
                payout.save(force_insert=True)
                for line in lines:
                    line.payout = payout
                PayoutLine.objects.bulk_create(lines)
    except IntegrityError as error:
        raise PayoutError(
            _("ほかの振込ファイルに入っている分があります。画面を読み直してください。")
        ) from error


def _record(file: TransferFile, verb: str, actor: Person, reason: str = "") -> None:
    write_entry(
        actor=actor,
        verb=f"payments.{verb}",
        subject=file,
        municipality=file.municipality,
        reason=reason,
        data={"count": file.count, "yen": file.total, "day": file.pay_on.isoformat()},
    )


@transaction.atomic
def take_file(*, file: TransferFile, actor: Person) -> bytes:
    """The file for the bank; that somebody took it stays on record.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PayoutError: the file was dropped.
    """
    _must_handle(file.municipality, actor)
    with tenancy.unguarded():
        held = locks.lock_file(file.pk)
        if held.state == Files.DROPPED:
            raise PayoutError(_("この振込は取りやめたので、ファイルは取り出せません。"))
        _record(held, "file_taken", actor)
    return bytes(held.content)


def _lock_all(file: TransferFile) -> tuple[TransferFile, list[Payout], list[Refund]]:
    """A file that is not settled, after the bills of its refunds."""
    locks.lock_bills(Refund.objects.filter(file=file.pk).values_list("bill_id", flat=True))
    held = locks.lock_file(file.pk)
    if held.state != Files.MADE:
        raise PayoutError(
            _("この振込は、もう「%(state)s」になっています。") % {"state": held.get_state_display()}
        )
    payouts = [locks.lock_payout(key) for key in held.payouts.order_by("pk").values_list("pk", flat=True)]
    return held, payouts, list(Refund.objects.filter(file=held).order_by("pk"))


@transaction.atomic
def mark_sent(*, file: TransferFile, on_date: datetime.date, actor: Person) -> TransferFile:
    """The bank has transferred it: the books are written, refunds are done.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PayoutError: a day to come, or the file is settled already.
    """
    _must_handle(file.municipality, actor)
    if on_date > ledger.today():
        raise PayoutError(_("振り込んだ日は、今日までの日にしてください。"), "on_date")
    with tenancy.unguarded():
        held, payouts, backs = _lock_all(file)
        now = timezone.now()
        for one in payouts:
            one.state, one.settled_at = State.PAID, now
            one.save()
            ledger.book_payout(one, on_date=on_date)
        for back in backs:
            refunds.refund_done(refund=back, on_date=on_date, actor=actor)
        held.state, held.settled_at = Files.SENT, now
        held.save()
        _record(held, "file_sent", actor)
    return held


@transaction.atomic
def drop_file(*, file: TransferFile, reason: str, actor: Person) -> TransferFile:
    """The file is not used: its statements and refunds are due again.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PayoutError: no reason, or the file is settled already.
    """
    _must_handle(file.municipality, actor)
    if not reason.strip():
        raise PayoutError(_("取りやめる理由を書いてください。"), "reason")
    with tenancy.unguarded():
        held, payouts, backs = _lock_all(file)
        now = timezone.now()
        for one in payouts:
            one.state, one.settled_at = State.DROPPED, now
            one.save()
        PayoutLine.objects.filter(payout__file=held).update(counts=False)
        for back in backs:
            refunds.refund_unsent(refund=back, actor=actor)
        held.state, held.settled_at = Files.DROPPED, now
        held.save()
        _record(held, "file_dropped", actor, reason.strip())
    return held


@transaction.atomic
def return_payout(*, payout: Payout, on_date: datetime.date, reason: str, actor: Person) -> Payout:
    """The bank sent one transfer back: what it settled is due again, and the host is told to look at the account.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PayoutError: no reason, or it was not paid.
    """
    _must_handle(payout.municipality, actor)
    if not reason.strip():
        raise PayoutError(_("銀行から言われた理由を書いてください。団体にも伝わります。"), "reason")
    with tenancy.unguarded():
        held = locks.lock_payout(payout.pk)
        if held.state != State.PAID:
            raise PayoutError(
                _("この振込は「%(state)s」なので、戻ったと記録できません。")
                % {"state": held.get_state_display()}
            )
        held.state, held.settled_at, held.problem = State.RETURNED, timezone.now(), reason.strip()[:300]
        held.save()
        held.lines.update(counts=False)
        ledger.book_payout(held, on_date=on_date, returned=True)
        write_entry(
            actor=actor,
            verb="payments.payout_returned",
            subject=held,
            municipality=held.municipality,
            reason=reason.strip(),
            data={"yen": held.yen, "host": held.payee.name},
        )
        letters.tell_returned(held)
    return held


@transaction.atomic
def return_refund(*, refund: Refund, reason: str, actor: Person) -> Refund:
    """The bank could not pay one refund of a file, or it came back: the payer is asked for another account.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        PayoutError: no reason.
        RefundError: it is in no file.
    """
    _must_handle(refund.municipality, actor)
    if not reason.strip():
        raise PayoutError(_("銀行から言われた理由を書いてください。"), "reason")
    if refund.state == Refund.State.DONE:
        return refunds.refund_came_back(refund=refund, reason=reason.strip(), actor=actor)
    return refunds.refund_returned(refund=refund, reason=reason.strip(), actor=actor)


def due_statements(municipality: Municipality) -> list[Statement]:
    """The latest statement of each host of a town, where it owes something that no payout settles yet.

    Each gets `payable`, what would be transferred now; run outside the guard by whoever may handle the money.
    """
    with tenancy.unguarded():
        payable = payable_by_host(municipality.pk)
        latest = list(
            Statement.objects.filter(municipality=municipality, payee__in=payable)
            .order_by("payee_id", "-last_day")
            .distinct("payee_id")
            .select_related("payee")
        )
    for one in latest:
        one.payable = payable[one.payee_id]  # type: ignore[attr-defined]
    return latest
