"""Incoming transfers: a bank's list is read once, each row is proposed to what is awaited, staff decide."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import rules
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments import locks, locks_papers
from sosei.core.payments.errors_papers import TransferError
from sosei.core.payments.models import IncomingTransfer, Payment
from sosei.core.payments.rules_matching import Awaited, Candidate, candidates
from sosei.core.payments.rules_transfers import ListError, Problem, read_list
from sosei.core.payments.services import ledger, payments
from sosei.core.payments.words_papers import LIST_PROBLEMS
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry

State = IncomingTransfer.State
BY_BANK = (Payment.Way.BANK, Payment.Way.INVOICE)
LATE_DAYS = 90
"""So long after its end a payment is still thought of when money comes in."""


@dataclass(frozen=True)
class Imported:
    """What came of a list: rows kept, rows that were there, rows without money that came in."""

    new: int
    known: int
    skipped: int


def _must_handle(municipality_id: int, actor: Person) -> None:
    wanted = IncomingTransfer(municipality_id=municipality_id)
    if not rules.has_perm("payments.handle_money", actor, wanted):
        raise NotAllowedError(_("銀行の入金をあつかえるのは、市の事業担当だけです。"))


def words(problem: Problem) -> str:
    """What is wrong with a list, in the reader's language."""
    told = {"line": problem.line, "value": problem.value, "limit": problem.limit}
    return str(LIST_PROBLEMS[problem.code]) % told


@transaction.atomic
def import_list(*, municipality: Municipality, content: bytes, actor: Person) -> Imported:
    """Keeps the incoming money of a bank's list; rows that an earlier list held are not kept again.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        TransferError: everything that is wrong with the list; then nothing of it is kept.
    """
    _must_handle(municipality.pk, actor)
    try:
        read = read_list(content, today=ledger.today())
    except ListError as error:
        raise TransferError("\n".join(words(one) for one in error.problems), "file") from error
    now = timezone.now()
    with tenancy.unguarded():
        before = IncomingTransfer.objects.filter(municipality=municipality).count()
        IncomingTransfer.objects.bulk_create(
            (
                IncomingTransfer(
                    municipality_id=municipality.pk,
                    on_date=row.on_date,
                    yen=row.yen,
                    payer_kana=row.payer,
                    bank_name=row.bank,
                    reference=row.memo,
                    digest=row.digest,
                    read_at=now,
                    read_by=actor,
                )
                for row in read.rows
            ),
            ignore_conflicts=True,
            batch_size=1000,
        )
        new = IncomingTransfer.objects.filter(municipality=municipality).count() - before
        write_entry(
            actor=actor,
            verb="payments.transfers_read",
            municipality=municipality,
            data={"count": new, "known": len(read.rows) - new},
        )
    return Imported(new, len(read.rows) - new, read.skipped)


def awaited_payments(municipality: Municipality) -> dict[int, Payment]:
    """Payments of a town that may yet arrive by bank, by their keys; those whose time is over not long ago as well."""
    since = timezone.now() - datetime.timedelta(days=LATE_DAYS)
    found = (
        Payment.objects.filter(municipality=municipality, way__in=BY_BANK)
        .filter(Q(state=Payment.State.WAITING) | Q(state__in=("expired", "cancelled"), settled_at__gte=since))
        .select_related("bill", "person")
        .order_by("pk")
    )
    return {one.pk: one for one in found}


def as_awaited(payment: Payment) -> Awaited:
    """A payment as the rules compare it."""
    person = payment.person
    names = [payment.bill.payer_name]
    if person is not None:
        names += [f"{person.family_kana} {person.given_kana}", f"{person.family_name} {person.given_name}"]
    return Awaited(
        key=payment.pk,
        yen=payment.yen,
        number=payment.bill.number.rpartition("-")[2].lstrip("0"),
        names=tuple(name for name in names if name.strip()),
        is_late=payment.state != Payment.State.WAITING,
    )


def proposals(
    transfers: Iterable[IncomingTransfer], awaited: Mapping[int, Payment]
) -> dict[int, tuple[Candidate, ...]]:
    """For each open transfer what it may be for."""
    known = [as_awaited(one) for one in awaited.values()]
    return {
        one.pk: candidates(f"{one.payer_kana} {one.reference}", one.yen, known)
        for one in transfers
        if one.state == State.OPEN
    }


@transaction.atomic
def match(
    *, transfers: Iterable[IncomingTransfer], payment: Payment, actor: Person, note: str = ""
) -> Payment:
    """The payment arrived with these transfers; several together where one was too little.

    What is too much is not in the books: the note tells that it goes back to whom it came from.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        TransferError: none chosen; matched by somebody else meanwhile; of another town; too little; too much, and no note.
        PaymentError: the payment was paid already, or is not one by bank.
    """
    _must_handle(payment.municipality_id, actor)
    keys = {one.pk for one in transfers}
    with tenancy.unguarded():
        held_payment = locks.lock_payment(payment.pk)
        held = locks_papers.lock_transfers(keys)
        if not held or len(held) != len(keys):
            raise TransferError(_("結びつける入金を選んでください。"))
        for one in held:
            _must_be_open(one, payment.municipality_id)
        _check_sum(sum(one.yen for one in held), held_payment, note)
        paid = payments.pay_by_bank(
            payment=held_payment, actor=actor, on_date=max(one.on_date for one in held)
        )
        now = timezone.now()
        for one in held:
            one.state, one.payment, one.note = State.MATCHED, paid, note.strip()[:300]
            one.settled_at, one.settled_by = now, actor
            one.save()
            _record(one, "transfer_matched", actor, note, payment=paid)
    return paid


def _must_be_open(transfer: IncomingTransfer, municipality_id: int) -> None:
    if transfer.municipality_id != municipality_id:
        raise TransferError(_("この自治体のものではない入金です。"))
    if transfer.state != State.OPEN:
        raise TransferError(
            _("%(day)sの入金 %(yen)s円は、もう「%(state)s」になっています。画面を読み直してください。")
            % {
                "day": transfer.on_date.isoformat(),
                "yen": f"{transfer.yen:,}",
                "state": transfer.get_state_display(),
            }
        )


def _check_sum(yen: int, payment: Payment, note: str) -> None:
    difference = yen - payment.yen
    told = {"yen": f"{abs(difference):,}", "number": payment.bill.number}
    if difference < 0:
        raise TransferError(
            _(
                "請求 %(number)s に %(yen)s円たりません。残りが届いたら、入金をいっしょに選んで結びつけてください。"
            )
            % told
        )
    if difference > 0 and not note.strip():
        raise TransferError(
            _(
                "請求 %(number)s より %(yen)s円多い入金です。多い分をどう返すかをメモに書いてから、結びつけてください。"
            )
            % told,
            "note",
        )


def _record(
    transfer: IncomingTransfer, verb: str, actor: Person, reason: str = "", payment: Payment | None = None
) -> None:
    write_entry(
        actor=actor,
        verb=f"payments.{verb}",
        subject=transfer,
        person=payment.person if payment is not None else None,
        municipality=transfer.municipality,
        reason=reason.strip(),
        data={
            "day": transfer.on_date.isoformat(),
            "yen": transfer.yen,
            "number": payment.bill.number if payment is not None else "",
        },
    )


@transaction.atomic
def match_exact(*, municipality: Municipality, keys: Iterable[tuple[int, int]], actor: Person) -> int:
    """Confirms proposals that are exact, as the screen showed them: (transfer, payment); how many were.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        TransferError: a proposal that is no longer so; then nothing is confirmed.
    """
    _must_handle(municipality.pk, actor)
    asked = sorted(set(keys), key=lambda one: one[1])
    with tenancy.unguarded():
        awaited = awaited_payments(municipality)
        locks.lock_bills(awaited[to].bill_id for _key, to in asked if to in awaited)
        rows = IncomingTransfer.objects.filter(municipality=municipality, pk__in=[key for key, _to in asked])
        found = {one.pk: one for one in rows}
        exact = {
            key: {one.key for one in told if one.is_exact}
            for key, told in proposals(found.values(), awaited).items()
        }
        for key, to in asked:
            if to not in exact.get(key, ()):
                raise TransferError(_("候補が変わりました。画面を読み直して、もう一度確かめてください。"))
            match(transfers=[found[key]], payment=awaited[to], actor=actor)
    return len(asked)


@transaction.atomic
def set_aside(*, transfer: IncomingTransfer, note: str, actor: Person) -> IncomingTransfer:
    """It is for nothing that is billed here.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        TransferError: no note, or it is decided already.
    """
    _must_handle(transfer.municipality_id, actor)
    if not note.strip():
        raise TransferError(_("なんの入金かをメモに書いてください。"), "note")
    return _settle(transfer, State.OPEN, State.SET_ASIDE, "transfer_set_aside", note, actor)


@transaction.atomic
def reopen(*, transfer: IncomingTransfer, actor: Person) -> IncomingTransfer:
    """It was set aside wrongly.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        TransferError: it was not set aside.
    """
    _must_handle(transfer.municipality_id, actor)
    return _settle(transfer, State.SET_ASIDE, State.OPEN, "transfer_reopened", transfer.note, actor)


def _settle(
    transfer: IncomingTransfer, before: str, after: str, verb: str, note: str, actor: Person
) -> IncomingTransfer:
    with tenancy.unguarded():
        (held,) = locks_papers.lock_transfers([transfer.pk])
        if held.state != before:
            raise TransferError(
                _("この入金は、もう「%(state)s」になっています。") % {"state": held.get_state_display()}
            )
        is_over = after != State.OPEN
        held.state, held.note = after, note.strip()[:300]
        held.settled_at, held.settled_by = (timezone.now(), actor) if is_over else (None, None)
        held.save()
        _record(held, verb, actor, note)
    return held


@dataclass(frozen=True)
class Proposal:
    """An open transfer with what it may be for.

    Attributes:
        likely: candidates with their payments, the likeliest first.
    """

    transfer: IncomingTransfer
    likely: list[tuple[Candidate, Payment]] = field(default_factory=list)

    @property
    def exact(self) -> tuple[Candidate, Payment] | None:
        """The one that is only to be confirmed."""
        return next((one for one in self.likely if one[0].is_exact), None)


def proposed(transfers: Iterable[IncomingTransfer], municipality: Municipality) -> list[Proposal]:
    """Transfers with their candidates; two exact ones for one payment are exact no longer."""
    rows = list(transfers)
    awaited = awaited_payments(municipality)
    found = proposals(rows, awaited)
    taken: dict[int, int] = {}
    for told in found.values():
        for one in told:
            taken[one.key] = taken.get(one.key, 0) + one.is_exact
    return [
        Proposal(
            row,
            [
                (_not_exact(one) if taken[one.key] > 1 else one, awaited[one.key])
                for one in found.get(row.pk, ())
            ],
        )
        for row in rows
    ]


def _not_exact(one: Candidate) -> Candidate:
    return Candidate(one.key, one.score, one.reasons, one.difference)
