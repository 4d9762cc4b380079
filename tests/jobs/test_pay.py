"""Wages: payslips equal to the labour engine, corrections that replace, money that moves once, and who is late."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sosei.core.payments.bank_file import Kind, Payer
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.personal_data_here.tools import without_protection
from sosei.core.records.models import Entry, Message
from sosei.engines.labour.payslip import Payslip as EnginePayslip
from sosei.engines.labour.payslip import day_payslip
from sosei.engines.labour.spans import Shift, Span
from sosei.engines.labour.wages import Allowance, AllowanceKind, WageTerms
from sosei.engines.labour.withholding import Engagement
from sosei.engines.labour.working_time import classify
from sosei.programmes.jobs.errors_pay import PayError, TaxByHandError
from sosei.programmes.jobs.models import (
    BankAccount,
    Contract,
    ContractConsent,
    ContractVersion,
    PayRun,
    PayRunLine,
    Payslip,
    Posting,
    WorkDay,
)
from sosei.programmes.jobs.payouts import EmbeddedGateway
from sosei.programmes.jobs.personal_data_deals import waits_for
from sosei.programmes.jobs.rules_pay import ByHand, Column, Paying, engagement_since, line_yen
from sosei.programmes.jobs.rules_pay_day import due_day
from sosei.programmes.jobs.services import (
    contracts,
    days,
    days_closing,
    pay,
    pay_ledger,
    pay_lists,
    pay_runs,
    pay_sending,
    pay_year,
)
from sosei.programmes.jobs.services.pay_balance import standings
from tests.jobs.conftest import SignedIn
from tests.jobs.days_world import DaysWorld, make_clock
from tests.jobs.world import JobsWorld, make_shift

pytestmark = pytest.mark.django_db
D = datetime.date
DAY = datetime.timedelta(days=1)
PAYER = Payer("0000000001", "ﾐﾎﾝ", "0999", "ﾐﾎﾝ", "999", "ﾐﾎﾝ", "1", "0000001")


@pytest.fixture
def world(jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> DaysWorld:
    """A contract of three days (8:00-16:00, an hour's break, 1,300 yen, 500 yen for the way to work)."""
    made = DaysWorld(jobs, make_clock(monkeypatch))
    made.set("06:00")
    return made


def worked(world: DaysWorld, left: str = "16:00") -> DaysWorld:
    """The first day is worked until then and closed."""
    world.punch("in", "07:55")
    world.punch("out", left)
    days_closing.close_ended(world.set("23:00"))
    return world


def issue(world: DaysWorld, **options: Any) -> Payslip:
    given: dict[str, Any] = {
        "contract": world.contract,
        "days": [world.day],
        "pay_on": world.date + 7 * DAY,
        "actor": world.jobs.farmer,
    }
    return pay.issue_payslip(**{**given, **options})


def account(world: DaysWorld, **columns: Any) -> BankAccount:
    given = {"bank_code": "0999", "bank_name": "ﾐﾎﾝ", "branch_code": "999", "branch_name": "ﾐﾎﾝ"}
    more = {"number": "0000007", "holder": "ﾐﾎﾝ ﾊﾅｺ", "updated_at": world.set("23:00")}
    made: BankAccount = BankAccount.objects.create(person=world.jobs.worker, **{**given, **more, **columns})
    return made


def run_of(world: DaysWorld, *payslips: Payslip) -> PayRun:
    day = world.date + 7 * DAY
    while day.weekday() >= 5:
        day += DAY
    return pay_runs.make_run(
        employer=world.jobs.employer,
        payslips=payslips,
        pay_on=day,
        payer=PAYER,
        kind=Kind.GENERAL,
        actor=world.jobs.farmer,
    )


def second_of_the_date(world: DaysWorld, state: str) -> WorkDay:
    """Two hours more in the evening of the first day."""
    shift = make_shift(world.jobs.posting, world.date, ("18:00", "20:00"), break_minutes=0)
    made = world.fresh()
    made.pk, made.shift, made.break_minutes = None, shift, 0
    made.period, made.state = (shift.starts_at, shift.ends_at), state
    made.save(force_insert=True)
    found: WorkDay = WorkDay.objects.get(pk=made.pk)
    return found


def two_slips(world: DaysWorld) -> list[Payslip]:
    """One for each of the first two days."""
    worked(world)
    following = world.contract.days.order_by("period")[1]
    WorkDay.objects.filter(pk=following.pk).update(state="worked")
    world.set("23:00", days=1)
    return [issue(world), issue(world, days=[following], pay_on=world.date + 8 * DAY)]


def agree(world: DaysWorld, method: str) -> None:
    """Both sides agree now to be paid that way."""
    last = world.contract.versions.order_by("-number")[0]
    sides = list(last.consents.values("municipality_id", "employer_id", "person_id", "side", "agreed"))
    last.pk, last.number, last.terms = None, last.number + 1, {**last.terms, "pay_method": method}
    last.save(force_insert=True)
    for one in sides:
        ContractConsent.objects.create(version=last, at=timezone.now(), **one)


def owed(world: DaysWorld) -> bool:
    """Whether unpaid wages keep the worker from being erased."""
    return any("まだ支払われていません" in reason for reason in waits_for(world.jobs.worker))


def money(payslip: Payslip) -> tuple[str, int, int]:
    found = standings([payslip])[0]
    return found.state.value, found.balance.to_transfer, found.balance.overpaid


def lines(payslip: Payslip) -> list[tuple[str, int, str]]:
    return [(line.code, line.yen, line.basis) for line in payslip.lines.order_by("position")]


# --- Payslips ---------------------------------------------------------------------------------------------------------


def test_a_payslip_holds_each_line_with_its_rule_and_the_worker_is_told(world: DaysWorld) -> None:
    made = issue(worked(world, "16:05"))
    # 425 minutes at 1,300 yen an hour.
    assert lines(made) == [("base", 9208, "労基法24条1項"), ("allowance_commuting", 500, "労基法24条1項")]
    assert (made.gross, made.deducted, made.net) == (9708, 0, 9708)
    assert Message.objects.get(kind="payslip.issued").recipient == world.jobs.worker
    assert Entry.objects.get(verb="payslip.issued").data["yen"] == 9708


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.integers(5 * 60, 13 * 60), length=st.integers(60, 14 * 60), pause=st.sampled_from([0, 45, 60])
)
def test_every_slip_is_the_engines_to_the_yen_adds_up_and_a_minute_more_never_pays_less(
    world: DaysWorld, start: int, length: int, pause: int
) -> None:
    begin = world.at("00:00") + datetime.timedelta(minutes=start)
    before = None
    for minutes in (length, length + 1):
        end = begin + datetime.timedelta(minutes=minutes)
        WorkDay.objects.filter(pk=world.day.pk).update(
            period=(begin, end), break_minutes=pause, state="worked"
        )
        reading = pay.Reading([world.contract])
        found = reading.slip(world.contract, reading.payable(world.contract, end), pay_on=D(2026, 12, 1))
        same = _by_the_engine(world.date, Span(begin, end), pause)
        assert (found.gross, found.deducted, found.net) == (same.gross, same.deducted, same.net)
        assert sum(line.yen for line in found.lines) == found.gross - found.deducted
        for line in found.lines:
            if line.rate is not None and line.quantity is not None:
                assert abs(line_yen(line.quantity, line.unit, line.rate) - line.yen) <= 1 / 2
        assert before is None or (found.gross >= before.gross and found.net >= before.net)
        before = found


def _by_the_engine(on: D, span: Span, pause: int) -> EnginePayslip:
    middle = span.start + datetime.timedelta(minutes=(span.minutes - pause) // 2)
    breaks = (Span(middle, middle + datetime.timedelta(minutes=pause)),) if pause else ()
    return day_payslip(
        classify([Shift("1", "1", span, breaks)]),
        WageTerms(1300, (Allowance(AllowanceKind.COMMUTING, 500),)),
        worked_on=on,
        paid_on=D(2026, 12, 1),
        engagement=Engagement(on, on),
        commuting_limit=150_000,
    )


def test_a_day_is_paid_once_and_only_when_it_is_over_and_by_who_runs_the_employer(world: DaysWorld) -> None:
    with pytest.raises(PayError, match="まだ終わっていない"):
        issue(world)
    with pytest.raises(NotAllowedError):
        issue(worked(world), actor=world.jobs.other_farmer)
    issue(world, actor=world.jobs.staff)
    with pytest.raises(PayError, match="もう給与明細に入って"):
        issue(world)
    assert Payslip.objects.count() == 1


def test_a_date_with_two_shifts_is_paid_as_a_whole_when_both_are_over(world: DaysWorld) -> None:
    more = second_of_the_date(worked(world), "planned")
    assert not pay_lists.unpaid_of(Contract.objects.all())
    assert pay_lists.unpaid_days_of(world.jobs.employer) == 0
    with pytest.raises(PayError, match="まだ終わっていない"):
        issue(world)
    WorkDay.objects.filter(pk=more.pk).update(state="worked")
    (one,) = pay_lists.unpaid_of(Contract.objects.all())
    assert len(one.days) == pay_lists.unpaid_days_of(world.jobs.employer) == 2
    slip = issue(world)
    assert ("base", 11700, "労基法24条1項") in lines(slip)
    assert pay_lists.unpaid_days_of(world.jobs.employer) == 0
    assert not pay_lists.changed_of(world.jobs.employer)
    # The lines name the first shift alone; a change of the other one is seen all the same.
    world.set("23:30")
    hours = {"starts_at": world.at("18:00"), "ends_at": world.at("21:00"), "break_minutes": 0}
    days.grant_hours(day=more, **hours, reason="片づけ", actor=world.jobs.farmer)
    (changed,) = pay_lists.changed_of(world.jobs.employer)
    assert changed.payslip == slip and changed.more is not None and changed.more > 0


def test_what_is_owed_for_a_day_called_off_is_paid_without_the_way_to_work(world: DaysWorld) -> None:
    contracts.cancel_day(
        day=world.day, side="employer", ground="business_volume", reason="量が少ない", actor=world.jobs.farmer
    )
    with pytest.raises(PayError):
        issue(world)
    world.set("23:00")
    made = issue(world)
    # Seven hours at 1,300 yen, known only as agreed.
    assert [(code, yen) for code, yen, _basis in lines(made)] == [("absence", 9100)]


def test_a_tax_that_the_program_cannot_read_is_refused_with_a_remedy_and_then_entered_by_hand(
    world: DaysWorld,
) -> None:
    worked(world)
    with pytest.raises(TaxByHandError, match="2027") as refused:
        issue(world, pay_on=D(2027, 1, 20))
    assert refused.value.field == "tax" and "税額を表から" in str(refused.value)
    made = issue(world, pay_on=D(2027, 1, 20), by_hand=ByHand(Column.OTSU, 294))
    assert lines(made)[-1] == ("income_tax_otsu", -294, "所得税法185条1項2号")
    assert (made.gross, made.deducted, made.net) == (9600, 294, 9306)


def test_contracts_that_follow_on_another_are_one_engagement() -> None:
    spans = [
        (D(2026, 6, 1), D(2026, 6, 20)),
        (D(2026, 7, 10), D(2026, 7, 31)),
        (D(2026, 9, 15), D(2026, 9, 16)),
    ]
    assert engagement_since(spans, D(2026, 7, 31)) == D(2026, 6, 1)
    assert engagement_since(spans, D(2026, 9, 16)) == D(2026, 9, 15)


@pytest.mark.parametrize(
    ("words", "closing", "due"),
    [
        ("働いた日の７日後", "毎日", D(2026, 8, 12)),
        ("当日", "毎日", D(2026, 8, 5)),
        ("翌日", "", D(2026, 8, 6)),
        ("毎月25日", "毎月15日", D(2026, 8, 25)),
        ("翌月10日", "月末", D(2026, 9, 10)),
        ("翌月末日", "毎月3日", D(2026, 10, 31)),
        ("翌週の金曜日", "毎週日曜日", D(2026, 8, 14)),
        ("相談して決めます", "", None),
        ("毎月25日（土日祝の場合は翌営業日）", "毎月15日", D(2026, 8, 25)),
        ("毎月25日。ただし土日祝のときは、前営業日に払います", "毎月15日", D(2026, 8, 25)),
        ("翌週の土曜日（祝日の場合は前日）", "", D(2026, 8, 15)),
        ("月末締め翌月15日払い", "毎日", D(2026, 9, 15)),
        ("15日締め25日払い", "", D(2026, 8, 25)),
        ("２０日〆・翌月５日払い", "毎日", D(2026, 9, 5)),
        ("翌月10日払い（末日締切）", "毎日", D(2026, 9, 10)),
        ("月末締め、翌営業日払い", "", D(2026, 9, 1)),
        ("毎月末日払い", "15日締め月末払い", D(2026, 8, 31)),
        ("締日の翌日", "月末", None),
    ],
)
def test_the_pay_day_is_read_from_the_conditions(words: str, closing: str, due: D | None) -> None:
    assert due_day(words, closing, D(2026, 8, 5)) == due


# --- Corrections ------------------------------------------------------------------------------------------------------


def test_a_disputed_day_is_paid_as_agreed_and_the_rest_with_a_payslip_that_replaces_it(
    world: DaysWorld, signed_in: SignedIn
) -> None:
    account(world)
    world.punch("in", "08:30")
    world.punch("out", "16:00")
    days_closing.close_ended(world.set("20:00"))
    asked = world.ask("08:00", "17:00")
    first = issue(world)
    assert first.gross == 9600
    run = run_of(world, first)
    world.set("21:00")
    days.answer_correction(correction=asked, accepted=True, reason="そのとおり", actor=world.jobs.farmer)
    (changed,) = pay_lists.changed_of(world.jobs.employer)
    assert (changed.payslip, changed.more) == (first, 1278)
    with pytest.raises(PayError):
        pay.replace_payslip(payslip=first, reason=" ", actor=world.jobs.farmer)
    second = pay.replace_payslip(payslip=first, reason="修正を認めた", actor=world.jobs.farmer)
    assert second.net == 10878 and money(first)[0] == Paying.REPLACED
    # What lies in a file waits; afterwards the difference alone is due.
    assert money(second) == ("in_file", 1278, 0)
    pay_runs.mark_paid(run=run, actor=world.jobs.farmer)
    assert money(second) == ("due", 1278, 0) and owed(world)
    other = run_of(world, second)
    assert other.total == 1278 and owed(world)
    with pytest.raises(PayError):
        pay.replace_payslip(payslip=first, reason="もう一度", actor=world.jobs.farmer)
    assert not pay_lists.changed_of(world.jobs.employer)
    # The bank sends the first transfer back: the remedy is another payslip, for this one stands in a file.
    pay_runs.mark_paid(run=other, actor=world.jobs.farmer)
    assert not owed(world)
    pay_runs.return_line(line=run.lines.get(), reason="名義がちがう", actor=world.jobs.farmer)
    assert money(second) == ("due", 9600, 0)
    where = {"code": world.jobs.town.code, "employer_id": world.jobs.employer.pk}
    page = signed_in(world.jobs.farmer).get(reverse("jobs:employer-pay-run-new", kwargs=where))
    assert [row["standing"].payslip for row in page.context["rows"]] == [second]
    with pytest.raises(PayError, match="その明細を直して新しい明細を"):
        run_of(world, second)
    third = pay.replace_payslip(payslip=second, reason="戻ってきた", actor=world.jobs.farmer)
    assert run_of(world, third).total == 9600


def test_what_was_paid_too_much_is_shown_and_never_taken_off(world: DaysWorld) -> None:
    account(world)
    world.punch("in", "09:30")
    world.punch("out", "16:00")
    days_closing.close_ended(world.set("20:00"))
    asked = world.ask("08:00", "16:00")
    first = issue(world)
    pay_runs.mark_paid(run=run_of(world, first), actor=world.jobs.farmer)
    world.set("21:00")
    days.answer_correction(correction=asked, accepted=False, reason="9時半から", actor=world.jobs.farmer)
    second = pay.replace_payslip(payslip=first, reason="認めなかった", actor=world.jobs.farmer)
    assert money(second) == ("overpaid", 0, first.net - second.net) and first.net > second.net
    assert not owed(world)


# --- Payments ---------------------------------------------------------------------------------------------------------


def test_a_payslip_is_in_one_file_that_counts_until_that_is_dropped_or_sent_back(world: DaysWorld) -> None:
    account(world)
    slip = issue(worked(world))
    run = run_of(world, slip)
    assert (run.count, run.total) == (1, slip.net) and run.file.count(b"\r\n") == 4
    with pytest.raises(PayError, match="振込ファイルに入れた"):
        run_of(world, slip)
    pay_runs.drop_run(run=run, reason="日を変える", actor=world.jobs.farmer)
    again = run_of(world, slip)
    pay_runs.mark_paid(run=again, actor=world.jobs.farmer)
    with pytest.raises(PayError, match="振り込んだ"):
        pay_runs.drop_run(run=again, reason="まちがい", actor=world.jobs.farmer)
    assert money(slip)[0] == Paying.PAID
    pay_runs.return_line(line=again.lines.get(), reason="名義がちがう", actor=world.jobs.farmer)
    assert money(slip) == ("due", slip.net, 0)
    assert Message.objects.get(kind="pay.returned").recipient == world.jobs.worker


def test_one_transfer_comes_back_as_a_whole_and_its_file_is_not_handed_out_any_more(world: DaysWorld) -> None:
    account(world)
    slips = two_slips(world)
    run = run_of(world, *slips)
    assert (run.count, run.lines.count()) == (1, 2)
    line = run.lines.order_by("pk")[0]
    with pytest.raises(NotAllowedError):
        pay_runs.return_transfer(line=line, reason="名義", actor=world.jobs.other_farmer)
    pay_runs.return_transfer(line=line, reason="名義がちがう", actor=world.jobs.farmer)
    assert [money(one)[0] for one in slips] == ["due", "due"]
    with pytest.raises(PayError, match="外した人の振込も入っています"):
        pay_runs.note_download(run=run, actor=world.jobs.farmer)


def test_by_hand_is_paid_what_was_agreed_so_when_the_payslip_was_issued(world: DaysWorld) -> None:
    worked(world)
    agree(world, "cash")
    world.set("23:10")
    slip = issue(world)
    world.set("23:20")
    agree(world, "bank")
    assert money(slip)[0] == Paying.CASH
    again = pay.replace_payslip(payslip=slip, reason="もう一度", actor=world.jobs.farmer)
    assert money(again)[0] == Paying.CASH
    with without_protection(ContractVersion):
        world.contract.versions.update(terms={})
    assert money(again)[0] == Paying.DUE
    Posting.objects.filter(pk=world.jobs.posting.pk).update(pay_method="cash")
    assert money(again)[0] == Paying.CASH


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (None, "振込先の口座がない人：.*口座を入れるように"),
        ({"holder": "ｦﾀﾞ ﾊﾅｺ"}, "口座の名義「ｦﾀﾞ ﾊﾅｺ」の「ヲ」.*通帳のカナ"),
        ({"branch_name": "支店"}, "支店の名前「支店」の「支店」"),
    ],
)
def test_an_account_that_cannot_be_paid_is_refused_with_name_place_and_remedy(
    world: DaysWorld, columns: dict[str, str] | None, said: str
) -> None:
    if columns is not None:
        account(world, **columns)
    slip = issue(worked(world))
    with pytest.raises(PayError, match=said) as refused:
        run_of(world, slip)
    assert slip.contract.worker_name in str(refused.value) and not PayRun.objects.exists()


@pytest.mark.parametrize(
    ("number", "state", "counts"), [("0000007", "paid", 1), ("0000008", "made", 1), ("0000009", "dropped", 0)]
)
def test_a_transfer_service_answers_for_each_payslip_and_never_pays_twice(
    world: DaysWorld, number: str, state: str, counts: int
) -> None:
    account(world, number=number)
    run = run_of(world, issue(worked(world)))
    pay_sending.send_run(run=run, gateway=EmbeddedGateway(), actor=world.jobs.farmer)
    run.refresh_from_db()
    assert (run.state, run.lines.filter(counts=True).count()) == (state, counts)
    if state == "made":
        sent = pay_sending.send_run(run=run, gateway=EmbeddedGateway(), actor=world.jobs.farmer)
        assert (sent.paid, sent.waiting) == (1, 0) and PayRun.objects.get().state == "paid"


def test_money_leaves_through_the_service_or_the_file_and_never_both(world: DaysWorld) -> None:
    kept = account(world, number="0000008")
    slip, farmer = issue(worked(world)), world.jobs.farmer
    run = run_of(world, slip)
    pay_runs.note_download(run=run, actor=farmer)
    with pytest.raises(PayError, match="サービスに頼めません"):
        pay_sending.send_run(run=run, gateway=EmbeddedGateway(), actor=farmer)
    pay_runs.drop_run(run=run, reason="日を変える", actor=farmer)
    run = run_of(world, slip)
    assert pay_sending.send_run(run=run, gateway=EmbeddedGateway(), actor=farmer).waiting == 1
    with pytest.raises(PayError, match="取りやめられません"):
        pay_runs.drop_run(run=run, reason="待てない", actor=farmer)
    with pytest.raises(PayError, match="取り出せません"):
        pay_runs.note_download(run=run, actor=farmer)
    kept.delete()
    with pytest.raises(PayError, match="口座が消された人の返事"):
        pay_sending.send_run(run=run, gateway=EmbeddedGateway(), actor=farmer)
    assert money(slip)[0] == Paying.IN_FILE


@pytest.mark.django_db(transaction=True)
def test_of_many_who_pay_the_same_day_and_payslip_at_once_one_does(world: DaysWorld) -> None:
    account(world)
    worked(world)
    done: list[str] = []

    def step(name: str, work: Any) -> None:
        try:
            work()
            done.append(name)
        except PayError:
            pass
        finally:
            connection.close()

    for name in ("issue", "run"):
        slips = list(Payslip.objects.all())
        works = {"issue": lambda: issue(world), "run": lambda: run_of(world, *slips)}  # noqa: B023
        threads = [threading.Thread(target=step, args=(name, works[name])) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert done == ["issue", "run"]
    assert Payslip.objects.count() == 1 and PayRunLine.objects.filter(counts=True).count() == 1


# --- Who is late, the ledger, the year --------------------------------------------------------------------------------


def test_the_list_names_the_pay_day_and_the_town_sees_who_is_late(world: DaysWorld) -> None:
    worked(world)
    (one,) = pay_lists.unpaid_of(Contract.objects.all())
    assert (one.pay_on, one.readable, one.overdue) == (world.date + 7 * DAY, True, False)
    assert not pay_lists.late_in(world.jobs.town)
    world.set("09:00", days=8)
    (late,) = pay_lists.late_in(world.jobs.town)
    assert (late.employer, late.days, late.persons) == (world.jobs.employer, 1, 1)
    assert not pay_lists.late_in(world.jobs.other_town)
    issue(world)
    assert not pay_lists.late_in(world.jobs.town) and not pay_lists.unpaid_of(Contract.objects.all())


def test_the_ledger_and_the_year_count_the_payslips_that_stand(world: DaysWorld) -> None:
    slip = issue(worked(world, "19:00"))
    year = slip.pay_on.year
    pay.replace_payslip(payslip=slip, reason="もう一度", actor=world.jobs.farmer)
    (row,) = pay_ledger.ledger_of(world.jobs.employer, year)
    assert (row.days, row.minutes, row.overtime, row.base) == (1, 600, 120, 13000)
    assert (row.premiums, row.commuting, row.tax) == (650, 500, slip.deducted)
    (mine,) = pay_year.of_person(world.jobs.worker, year)
    assert (mine.gross, mine.tax_free, mine.paid, mine.tax) == (14150, 500, 13650, slip.deducted)
    assert slip.deducted > 0 and not pay_year.of_employer(world.jobs.other_employer, year)
