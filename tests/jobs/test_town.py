"""The town's overview of seasonal work, its records of free placement, and the year's report."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Address
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.models import Feed
from sosei.planning.outcomes.services.feeds import define_feed
from sosei.programmes.jobs import facts, town_queues
from sosei.programmes.jobs.models import (
    Complaint,
    Contract,
    Correction,
    Payslip,
    Posting,
    RelocationWish,
    Shift,
    WorkDay,
)
from sosei.programmes.jobs.services import contracts
from sosei.programmes.jobs.services import placement_records as records
from sosei.programmes.jobs.services.placement_records import Term, keep_until, term_of
from sosei.programmes.jobs.town_figures import Filled, achieved, fill_rates, now_in, open_hands
from tests.jobs.applications_world import make_contract
from tests.jobs.days_world import make_clock
from tests.jobs.test_facts import worked
from tests.jobs.world import JobsWorld, day_from_now, make_posting, make_shift, make_shifts
from tests.people.conftest import MakePerson, SignedIn
from tests.strategy.conftest import make_goal, make_kpi, make_package, make_strategy

pytestmark = pytest.mark.django_db
PAGES = ("", "records/openings", "records/seekers", "records/placements", "records/report")


def year_of(jobs: JobsWorld) -> int:
    return records.fiscal_year_on(now_in(jobs.town).date())


def test_open_hands_leave_out_drafts_days_called_off_and_gone_by_and_keep_work_without_a_crop(
    jobs: JobsWorld,
) -> None:
    make_shifts(make_posting(jobs.workplace, state="draft"), capacity=50)
    plain = make_posting(jobs.workplace)
    make_shift(plain, day_from_now(14), capacity=4, taken=1)
    make_shift(plain, day_from_now(15), capacity=40, called_off_at=timezone.now())
    Shift.objects.filter(pk=jobs.shifts[0].pk).update(taken=2)
    make_shift(jobs.posting, now_in(jobs.town).date(), ("00:00", "00:01"), capacity=7)
    hands = open_hands(jobs.town, jobs.planner, now_in(jobs.town))
    assert hands.crops == [jobs.crop, None]
    by_crop = [sum(row.cells[place].open for row in hands.rows) for place in (0, 1)]
    assert by_crop == [7, 3] and hands.open == 10


def test_the_fill_rate_compares_this_year_with_the_same_days_of_the_last(
    jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clock(monkeypatch)(datetime.date(2026, 11, 22), "12:00")
    for day, capacity, taken in (
        (datetime.date(2026, 11, 19), 10, 9),
        (datetime.date(2025, 11, 19), 4, 1),
        # Later in the last year than today, and before its beginning: not compared.
        (datetime.date(2025, 12, 2), 9, 9),
        (datetime.date(2025, 3, 31), 9, 9),
    ):
        make_shift(jobs.posting, day, capacity=capacity, taken=taken)
    together, [rate] = fill_rates(jobs.town, jobs.staff, now_in(jobs.town))
    assert rate.crop == "桃"
    assert (together.now, rate.now, rate.before) == (Filled(10, 9), Filled(10, 9), Filled(4, 1))
    assert (rate.now.text, rate.before.text) == ("90%", "25%")


def test_what_finished_work_achieved_comes_from_its_facts_and_withdrawn_ones_are_taken_off(
    jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clock(monkeypatch)(now_in(jobs.town).date(), "23:00")
    first = make_contract(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)
    again = make_posting(jobs.workplace)
    second = make_contract(again, jobs.friend, make_shifts(again, day_from_now(30), days=1))
    for contract in (first, second):
        worked(contract, 0)
        assert contracts.finish_contract(contract=contract)
    year = year_of(jobs)
    found = achieved(jobs.town, jobs.planner, year)[year]
    assert (found.placements, found.hours, found.nights) == (2, Decimal(28), Decimal(3))
    facts.withdraw_finished_contract(contract=second, reason="日が違っていたため")
    found = achieved(jobs.town, jobs.staff, year)[year]
    assert (found.placements, found.hours) == (1, Decimal(21))


def test_every_queue_counts_what_waits_and_what_is_late(jobs: JobsWorld) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(contract, 40)
    now, today = timezone.now(), now_in(jobs.town).date()
    day = contract.days.order_by("pk")[0]
    Correction.objects.create(
        municipality=jobs.town,
        employer=jobs.employer,
        person=jobs.worker,
        day=day,
        starts_at=now - datetime.timedelta(hours=2),
        ends_at=now,
        break_minutes=0,
        reason="片づけ",
        asked_at=now - datetime.timedelta(days=4),
    )
    common = {"municipality": jobs.town, "person": jobs.worker}
    for due in (-1, 5):
        Complaint.objects.create(
            **common,
            kind="wages",
            text="?",
            reported_at=now,
            due_on=today + datetime.timedelta(days=due),
        )
    RelocationWish.objects.create(**common, asked_at=now)
    RelocationWish.objects.create(**common, asked_at=now, answered_at=now)

    def counts() -> list[tuple[int, int | None]]:
        return [(queue.count, queue.late) for queue in town_queues.queues_of(jobs.town, jobs.staff)]

    assert counts() == [(0, None), (0, None), (1, 1), (2, 1), (0, 0), (1, None)]
    assert all(
        queue.count == 0
        for queue in town_queues.queues_of(jobs.other_town, jobs.other_staff)
        + town_queues.queues_of(jobs.town, jobs.other_staff)
    )


def test_wages_wait_without_a_payslip_or_a_transfer(jobs: JobsWorld) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(contract, 40)
    now, today = timezone.now(), now_in(jobs.town).date()

    def wages() -> tuple[int, int | None]:
        queue = town_queues.queues_of(jobs.town, jobs.staff)[4]
        return queue.count, queue.late

    contracts.finish_contract(contract=contract)
    Contract.objects.filter(pk=contract.pk).update(ended_at=now - datetime.timedelta(days=32))
    assert wages() == (1, 1), "finished a month ago, and no payslip"
    slip = {
        "municipality": jobs.town,
        "employer": jobs.employer,
        "person": jobs.worker,
        "contract": contract,
        "first_day": today,
        "last_day": today,
        "gross": 9100,
        "deducted": 0,
        "net": 9100,
        "issued_at": now,
    }
    old = Payslip.objects.create(**slip, pay_on=today - datetime.timedelta(days=1))
    assert wages() == (1, 1), "a payslip whose day is over, and no transfer"
    Payslip.objects.create(**slip, pay_on=today, replaces=old)
    assert wages() == (0, 0), "replaced by one that is paid today"


def test_the_overview_shows_the_number_of_a_kpi_before_and_now(
    jobs: JobsWorld, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clock(monkeypatch)(now_in(jobs.town).date(), "23:00")
    strategy = make_strategy(jobs.town)
    kpi = make_kpi(
        make_package(make_goal(strategy)), title="季節の仕事をした人（架空）", unit="人", decimals=0
    )
    rule = feeding.Rule("placement_finished", feeding.Aggregation.SUM)
    define_feed(kpi=kpi, rule=rule, reason="仕事の実績で数える", made_by=jobs.planner)
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    worked(contract, 0)
    contracts.finish_contract(contract=contract)
    browser = signed_in(jobs.planner)
    page = browser.get("/07204/office/work/").content.decode()
    assert "季節の仕事をした人（架空）" in page and "<strong>1人</strong>" in page
    assert "待っている用事" not in page, "a planner does not see the contracts"
    assert Feed.objects.count() == 1
    assert "待っている用事" in signed_in(jobs.staff).get("/07204/office/work/").content.decode()


@pytest.mark.parametrize(
    ("first", "last", "term"),
    [
        ("2027-07-01", "2027-07-01", Term.BY_DAY),
        ("2027-07-01", "2027-07-30", Term.BY_DAY),
        ("2027-07-15", "2027-08-13", Term.BY_DAY),
        ("2027-07-01", "2027-07-31", Term.TEMPORARY),
        ("2027-07-31", "2027-08-30", Term.TEMPORARY),
        ("2027-07-01", "2027-10-30", Term.TEMPORARY),
        ("2027-07-01", "2027-10-31", Term.REGULAR),
    ],
)
def test_how_long_a_job_is_called(first: str, last: str, term: Term) -> None:
    assert term_of(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)) == term


def test_records_are_kept_two_years_after_the_end(jobs: JobsWorld) -> None:
    ended = datetime.datetime(2028, 2, 28, 16, 0, tzinfo=datetime.UTC)  # 29 February in Japan
    assert keep_until(ended, jobs.town) == datetime.date(2030, 2, 28)
    assert keep_until(None, jobs.town) is None


def test_the_lists_and_the_report_tell_the_same_and_a_person_is_counted_once(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    Address.objects.create(
        person=jobs.worker, postcode="9708026", prefecture="福島県", city="いわき市", street="架空1-1"
    )
    other = make_posting(jobs.workplace, kind="packing")
    done = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    make_contract(other, jobs.worker, make_shifts(other, day_from_now(30), days=2))
    WorkDay.objects.filter(pk=done.days.order_by("pk")[0].pk).update(state=WorkDay.State.CANCELLED)
    year = year_of(jobs)
    made = records.yearly_report(jobs.town, jobs.staff, year)
    assert (made.total.new_seekers, made.total.introduced, made.total.hired) == (1, 2, 2)
    assert sum(line.new_seekers for line in made.kinds.values()) == 2
    assert (made.total.by_day, made.total.days, made.total.new_openings, made.total.places) == (2, 4, 2, 15)
    [seeker] = records.seekers(jobs.town, jobs.staff, year)
    assert (seeker.introduced, seeker.hired, set(seeker.kinds)) == (2, 2, {"fruit_harvest", "packing"})
    assert [row.days for row in records.placements(jobs.town, jobs.staff, year)] == [2, 2]
    page = signed_in(jobs.staff).get("/07204/office/work/records/seekers").content.decode()
    assert "架空1-1" in page and jobs.worker.family_name in page and "1995" not in page
    file = signed_in(jobs.staff).get("/07204/office/work/records/report.csv").content.decode("utf-8-sig")
    assert file.splitlines()[-1].startswith("合計,2,15,2,1,")
    assert records.yearly_report(jobs.town, jobs.other_staff, year).total.introduced == 0


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_the_database_no_more_often_when_there_is_more(
    jobs: JobsWorld, signed_in: SignedIn, make_person: MakePerson, page: str
) -> None:
    browser = signed_in(jobs.staff)
    address = f"/07204/office/work/{page}"
    browser.get(address)
    for number in range(3):
        posting: Posting = make_posting(jobs.workplace, kind=("rice", "packing", "weeding")[number])
        make_contract(posting, jobs.worker, make_shifts(posting, day_from_now(20 + 5 * number)))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(address).status_code == 200
    assert len(asked) <= 20, "\n".join(query["sql"][:120] for query in asked)


def test_mayors_office_reads_all_and_planners_no_names(
    jobs: JobsWorld, signed_in: SignedIn, make_person: MakePerson
) -> None:
    mayor = signed_in(make_person(roles.MAYORS_OFFICE, jobs.town))
    assert [mayor.get(f"/07204/office/work/{page}").status_code for page in PAGES] == [200] * 5
    planner = signed_in(jobs.planner)
    assert [planner.get(f"/07204/office/work/{page}").status_code for page in PAGES] == [200] + [403] * 4
