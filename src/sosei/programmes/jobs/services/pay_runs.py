"""Payment files: made of payslips that are due, each in one file that counts; paid, dropped, or sent back by the bank."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import rules
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.payments import bank_file
from sosei.core.payments.bank_file import BankFileError, Kind, Payer, Transfer
from sosei.core.payments.bank_text import Account
from sosei.core.payments.words_bank import PARTS
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.models import Entry
from sosei.core.records.services import write_entry
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs import letters_pay, locks_pay
from sosei.programmes.jobs.errors_pay import PayError
from sosei.programmes.jobs.models import BankAccount, Employer, PayRun, PayRunLine, Payslip
from sosei.programmes.jobs.rules_pay import Paying
from sosei.programmes.jobs.services.pay_balance import Standing, standings

SATURDAY = 5


@transaction.atomic
def make_run(
    *,
    employer: Employer,
    payslips: Iterable[Payslip],
    pay_on: datetime.date,
    payer: Payer,
    kind: Kind,
    actor: Person,
) -> PayRun:
    """The payment file of these payslips; one transfer a worker, together what the payslips still come to.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: nothing chosen; a payslip that is not due or lies in another file; an account that is missing or
            that the file cannot hold; a day on which no bank works. All of it is named at once.
    """
    _must_run(employer, actor)
    _check_day(pay_on)
    keys = {one.pk for one in payslips}
    if not keys:
        raise PayError(_("振り込む給与明細を選んでください。"))
    with tenancy.unguarded():
        chosen = _locked(employer, keys)
        due = _due(chosen)
        transfers = _transfers(due)
        try:
            file = bank_file.write(payer=payer, transfers=transfers, on=pay_on, kind=kind)
        except BankFileError:
            raise PayError("\n".join(words(one) for one in bank_file.problems(payer, transfers))) from None
        run: PayRun = PayRun.objects.create(
            municipality=employer.municipality,
            employer=employer,
            pay_on=pay_on,
            count=len(transfers),
            total=sum(one.yen for one in transfers),
            file=file,
            file_sha256=sha256(file).hexdigest(),
            made_at=timezone.now(),
            made_by=actor,
        )
        _write_lines(run, due)
        _record(run, "pay_run.made", actor)
    return run


def _must_run(target: Employer | PayRun, actor: Person) -> None:
    if not rules.has_perm("jobs.run_employer", actor, target):
        raise NotAllowedError(_("賃金の振込をあつかえるのは、この雇用主の担当者と、市の事業担当だけです。"))


def _check_day(pay_on: datetime.date) -> None:
    told = {"day": date_format(pay_on, "DATE_FORMAT")}
    if pay_on < timezone.now().astimezone(JST).date():
        raise PayError(_("振込日%(day)sは過ぎています。今日からあとの日にしてください。") % told, "pay_on")
    if pay_on.weekday() >= SATURDAY:
        raise PayError(
            _("振込日%(day)sは土曜日か日曜日で、銀行が休みです。銀行の営業日にしてください。") % told,
            "pay_on",
        )


def _locked(employer: Employer, keys: set[int]) -> list[Payslip]:
    rows = Payslip.objects.filter(pk__in=keys, employer=employer)
    locks_pay.lock_contracts(rows.values_list("contract", flat=True))
    found = list(rows.select_related("contract").order_by("contract__worker_kana", "pk"))
    if len(found) != len(keys):
        raise PayError(_("この雇用主のものではない給与明細があります。選び直してください。"))
    return found


def _due(payslips: Sequence[Payslip]) -> list[Standing]:
    found = standings(payslips)
    wrong = [one for one in found if one.state is not Paying.DUE]
    if wrong:
        raise PayError(
            "\n".join(
                _(
                    "%(name)sさんの給与明細（支払日%(day)s）は「%(state)s」なので、入れられません。選択を外してください。"
                )
                % {
                    "name": one.payslip.contract.worker_name,
                    "day": date_format(one.payslip.pay_on, "DATE_FORMAT"),
                    "state": one.label,
                }
                for one in wrong
            )
        )
    return found


def _transfers(due: Sequence[Standing]) -> list[Transfer]:
    """One for each worker.

    Raises:
        PayError: somebody has entered no account.
    """
    accounts = BankAccount.objects.in_bulk({one.payslip.person_id for one in due})
    sums: dict[int, int] = defaultdict(int)
    names: dict[int, str] = {}
    for one in due:
        sums[one.payslip.person_id] += one.balance.to_transfer
        names[one.payslip.person_id] = one.payslip.contract.worker_name
    missing = [names[key] for key in sums if key not in accounts]
    if missing:
        raise PayError(
            _(
                "振込先の口座がない人：%(names)s。口座を入れるように本人にたのむか、この人を外して、現金などで払ってください。"
            )
            % {"names": _("、").join(missing)}
        )
    return [Transfer(names[key], _account(accounts[key]), yen, str(key)[-10:]) for key, yen in sums.items()]


def _account(row: BankAccount) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__dataclass_fields__})


def words(problem: BankFileError) -> str:
    """What the file cannot hold, where, and what to do."""
    told = {
        "name": problem.whom,
        "part": PARTS[problem.part],
        "value": problem.value,
        "letters": problem.letters,
    }
    if problem.letters and problem.whom:
        return (
            _(
                "%(name)sさんの%(part)s「%(value)s」の「%(letters)s」は、振込ファイルで使えない文字です。通帳のカナのとおりに直すよう、本人にたのんでください。"
            )
            % told
        )
    if problem.whom:
        return (
            _(
                "%(name)sさんの%(part)s「%(value)s」は、振込ファイルに書けません。直すよう、本人にたのんでください。"
            )
            % told
        )
    if problem.letters:
        return (
            _(
                "%(part)s「%(value)s」の「%(letters)s」は、振込ファイルで使えない文字です。カナで書き直してください。"
            )
            % told
        )
    return _("%(part)s「%(value)s」は、振込ファイルに書けません。直してください。") % told


def _write_lines(run: PayRun, due: Sequence[Standing]) -> None:
    try:
        with transaction.atomic():
            PayRunLine.objects.bulk_create(
                PayRunLine(
                    municipality_id=run.municipality_id,
                    employer_id=run.employer_id,
                    person_id=one.payslip.person_id,
                    run=run,
                    payslip=one.payslip,
                    yen=one.balance.to_transfer,
                )
                for one in due
            )
    except IntegrityError as error:
        raise PayError(
            _(
                "ほかの振込ファイルに入っている給与明細があります。もう一度選んでください。前に振り込んだ明細のときは、その明細を直して新しい明細を出してください。"
            )
        ) from error


def _record(
    run: PayRun, verb: str, actor: Person, reason: str = "", data: Mapping[str, object] | None = None
) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=run,
        municipality=run.municipality,
        reason=reason,
        data=dict(data or {"count": run.count, "yen": run.total}),
    )


@transaction.atomic
def note_download(*, run: PayRun, actor: Person) -> bytes:
    """The file for the bank; that somebody took it stays on record.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: the file was dropped, or is no longer kept; it was not sent yet and holds somebody who was taken
            out; a transfer service was asked for the same money.
    """
    _must_run(run, actor)
    with tenancy.unguarded():
        held = locks_pay.lock_run(run.pk)
        if held.state == PayRun.State.DROPPED or not held.file:
            raise PayError(_("この振込は取りやめたか、ファイルの保存期間が終わっています。"))
        if was(held, "pay_run.sent"):
            raise PayError(
                _("振込サービスに頼んだ振込のファイルは、取り出せません。二重に払わないためです。")
            )
        if held.state == PayRun.State.MADE and held.lines.filter(counts=False).exists():
            raise PayError(
                _(
                    "このファイルには、外した人の振込も入っています。まだ送っていないなら、取りやめて作り直してください。"
                )
            )
        _record(held, "pay_run.downloaded", actor, data={"day": date_format(held.pay_on, "DATE_FORMAT")})
    return bytes(held.file)


def was(run: PayRun, verb: str) -> bool:
    """Whether this stands on record of a payment; ask with the payment locked."""
    return bool(Entry.objects.about(run).filter(verb=verb).exists())


@transaction.atomic
def mark_paid(*, run: PayRun, actor: Person) -> PayRun:
    """The bank has transferred it.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: it is settled already.
    """
    _must_run(run, actor)
    with tenancy.unguarded():
        held = lock_open(run)
        held.state, held.settled_at = PayRun.State.PAID, timezone.now()
        held.save(update_fields=["state", "settled_at"])
        counting = list(held.lines.filter(counts=True).values_list("yen", flat=True))
        _record(held, "pay_run.paid", actor, data={"count": len(counting), "yen": sum(counting)})
    return held


@transaction.atomic
def drop_run(*, run: PayRun, reason: str, actor: Person, by_service: bool = False) -> PayRun:
    """The file is not used; its payslips are due again.

    Args:
        by_service: a transfer service refused all of it, so that none of its transfers can follow.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: no reason, it is settled already, or a transfer service was asked for it.
    """
    _must_run(run, actor)
    if not reason.strip():
        raise PayError(_("取りやめる理由を書いてください。"), "reason")
    with tenancy.unguarded():
        held = lock_open(run)
        if not by_service and was(held, "pay_run.sent"):
            raise PayError(_("振込サービスに頼んだあとは、取りやめられません。返事を聞いてください。"))
        held.state, held.settled_at = PayRun.State.DROPPED, timezone.now()
        held.save(update_fields=["state", "settled_at"])
        held.lines.update(counts=False)
        _record(held, "pay_run.dropped", actor, reason.strip())
    return held


def lock_open(run: PayRun) -> PayRun:
    """A payment that is not settled, locked.

    Raises:
        PayError: it is settled already.
    """
    held = locks_pay.lock_run(run.pk)
    if held.state != PayRun.State.MADE:
        raise PayError(
            _("この振込は、もう「%(state)s」になっています。") % {"state": held.get_state_display()}
        )
    return held


@transaction.atomic
def return_line(*, line: PayRunLine, reason: str, actor: Person) -> PayRunLine:
    """The bank could not pay one payslip: it is due again, and the worker is told to look at the account.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: no reason, the file was dropped, or the line was sent back before.
    """
    _must_run(line.run, actor)
    if not reason.strip():
        raise PayError(_("銀行から言われた理由を書いてください。働く人にも伝わります。"), "reason")
    with tenancy.unguarded():
        run = locks_pay.lock_run(line.run_id)
        held: PayRunLine = PayRunLine.objects.select_related(
            "payslip__contract__person", "payslip__employer", "municipality"
        ).get(pk=line.pk)
        if run.state == PayRun.State.DROPPED or not held.counts:
            raise PayError(_("この明細は、もう振込から外れています。"))
        held.counts = False
        held.save(update_fields=["counts"])
        write_entry(
            actor=actor,
            verb="pay.returned",
            subject=held.payslip,
            person=held.payslip.contract.person,
            municipality=held.municipality,
            reason=reason.strip(),
            data={"yen": held.yen},
        )
        letters_pay.tell_returned(held, reason.strip())
    return held


@transaction.atomic
def return_transfer(*, line: PayRunLine, reason: str, actor: Person) -> list[PayRunLine]:
    """The bank could not pay a worker: one transfer holds all payslips of a worker in a file, so all are due again.

    Raises:
        NotAllowedError: `actor` does not run the employer.
        PayError: no reason, the file was dropped, or the line was sent back before.
    """
    _must_run(line.run, actor)
    with tenancy.unguarded():
        locks_pay.lock_run(line.run_id)
        same = PayRunLine.objects.filter(run=line.run_id, person=line.person_id, counts=True)
        others = list(same.exclude(pk=line.pk).select_related("run").order_by("pk"))
    return [return_line(line=one, reason=reason, actor=actor) for one in (line, *others)]
