"""Pages of wages: from the list of what is due to the payslip on the worker's phone, the file, and the town's list."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sosei.core.people.models import Look
from sosei.programmes.jobs.models import PayRun, Payslip, WorkDay
from sosei.programmes.jobs.services import days_closing
from tests.jobs.conftest import JobsWorld, SignedIn
from tests.jobs.days_world import DaysWorld, make_clock
from tests.jobs.test_pay import PAYER, account, agree, issue, run_of, worked

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
DAY = datetime.timedelta(days=1)


@pytest.fixture
def world(jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> DaysWorld:
    """One day worked and closed, no payslip yet."""
    made = DaysWorld(jobs, make_clock(monkeypatch))
    return worked(made, "18:00")


def address(world: DaysWorld, name: str, **more: object) -> str:
    return reverse(
        f"jobs:{name}", kwargs={"code": world.jobs.town.code, "employer_id": world.jobs.employer.pk, **more}
    )


def test_an_employer_checks_issues_and_the_worker_reads_it(world: DaysWorld, signed_in: SignedIn) -> None:
    farmer = signed_in(world.jobs.farmer)
    home = farmer.get(address(world, "employer-pay")).content.decode()
    assert world.contract.worker_name in home and f'value="{world.contract.pk}"' in home
    issue_url = f"{address(world, 'employer-pay-issue')}?pick={world.contract.pk}"
    preview = farmer.get(issue_url).content.decode()
    # 540 minutes at 1,300 yen, an hour of overtime, the way to work, tax of 12,025 yen.
    assert "11,700円" in preview and "325円" in preview and "労基法37条1項" in preview
    pay_on = (world.date + 7 * DAY).isoformat()
    sent = {"pick": world.contract.pk, f"{world.contract.pk}-pay_on": pay_on}
    assert farmer.post(address(world, "employer-pay-issue"), sent).status_code == 302
    slip = Payslip.objects.get()
    assert (slip.gross, slip.pay_on.isoformat()) == (12525, pay_on)
    mine = signed_in(world.jobs.worker)
    page = mine.get(reverse("jobs:my-payslip", kwargs={"payslip_id": slip.pk})).content.decode()
    assert f"{slip.net:,}円" in page and "9時間00分 × 1時間1,300円" in page
    file = mine.get(reverse("jobs:my-payslip-file", kwargs={"payslip_id": slip.pk}))
    assert file.content.startswith(b"%PDF") and "attachment" in file["Content-Disposition"]
    assert "振込先の口座がありません" in mine.get(reverse("jobs:my-work")).content.decode()
    for other in (world.jobs.friend, world.jobs.farmer):
        client = signed_in(other)
        assert client.get(reverse("jobs:my-payslip", kwargs={"payslip_id": slip.pk})).status_code == 404


def test_a_tax_that_cannot_be_read_shows_why_and_a_box_for_it(world: DaysWorld, signed_in: SignedIn) -> None:
    world.clock(datetime.date(2027, 1, 4), "09:00")
    farmer = signed_in(world.jobs.farmer)
    url, key = address(world, "employer-pay-issue"), world.contract.pk
    sent = {"pick": key, f"{key}-pay_on": "2027-01-15"}
    refused = farmer.post(url, sent)
    assert refused.status_code == 422 and "2027" in refused.content.decode()
    assert f'name="{key}-tax"' in refused.content.decode() and not Payslip.objects.exists()
    farmer.post(url, {**sent, f"{key}-tax": "70", f"{key}-column": "otsu"})
    assert Payslip.objects.get().deducted == 70


def test_the_file_is_made_taken_and_marked_by_staff_on_the_phone(
    world: DaysWorld, signed_in: SignedIn
) -> None:
    account(world)
    slip = issue(world)
    staff = signed_in(world.jobs.staff)
    day = slip.pay_on + (7 - slip.pay_on.weekday()) * DAY
    payer = {name: getattr(PAYER, name) for name in PAYER.__dataclass_fields__}
    sent = {"pick": slip.pk, "pay_on": day.isoformat(), "kind": "21", **payer}
    wrong = staff.post(address(world, "employer-pay-run-new"), {**sent, "name": "見本"})
    assert wrong.status_code == 422 and not PayRun.objects.exists()
    assert staff.post(address(world, "employer-pay-run-new"), sent).status_code == 302
    run = PayRun.objects.get()
    looks = Look.objects.filter(person=world.jobs.worker, staff=world.jobs.staff, what="jobs_pay")
    before = looks.count()
    file = staff.post(address(world, "employer-pay-run-file", run_id=run.pk))
    assert looks.count() == before + 1
    assert file.content == bytes(run.file) and "ﾐﾎﾝ ﾊﾅｺ".encode("cp932") in file.content
    assert "0000007" not in staff.get(address(world, "employer-pay-run", run_id=run.pk)).content.decode()
    staff.post(address(world, "employer-pay-run-settle", run_id=run.pk))
    run.refresh_from_db()
    assert run.state == "paid"
    again = staff.get(address(world, "employer-pay-runs")).content.decode()
    assert "振り込む給与明細は、いまありません" in again


def test_what_is_paid_by_hand_pushes_no_transfer_off_the_list_and_one_transfer_comes_back_whole(
    world: DaysWorld, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(world)
    agree(world, "cash")
    world.set("23:10")
    issue(world)
    world.set("23:20")
    agree(world, "bank")
    slips = []
    for number, day in enumerate(world.contract.days.order_by("period")[1:], 1):
        WorkDay.objects.filter(pk=day.pk).update(state="worked")
        world.set("23:00", days=number)
        slips.append(issue(world, days=[day], pay_on=world.date + (7 + number) * DAY))
    farmer = signed_in(world.jobs.farmer)
    monkeypatch.setattr("sosei.programmes.jobs.views.pay_runs.MOST", 1)
    (row,) = farmer.get(address(world, "employer-pay-run-new")).context["rows"]
    assert row["standing"].payslip == slips[0]
    line = run_of(world, *slips).lines.order_by("pk")[0]
    url = address(world, "employer-pay-run-return", run_id=line.run_id, line_id=line.pk)
    page = farmer.get(url).content.decode()
    assert "給与明細2件" in page and f"{sum(one.net for one in slips):,}円" in page
    assert farmer.post(url, {"reason": "名義がちがう"}).status_code == 302
    assert not line.run.lines.filter(counts=True).exists()


def test_ledger_and_yearly_slips_as_page_and_files_and_another_employer_sees_none(
    world: DaysWorld, signed_in: SignedIn
) -> None:
    slip = issue(world)
    year = slip.pay_on.year
    farmer = signed_in(world.jobs.farmer)
    ledger = farmer.get(f"{address(world, 'employer-ledger')}?year={year}").content.decode()
    assert "9時間00分" in ledger and "12,525" in ledger
    rows = farmer.get(address(world, "employer-ledger-file", year=year)).content.decode()
    assert rows.startswith("\ufeff名前,性別") and ",540,60,0,0,11700,325,500,0,12525," in rows
    assert farmer.get(address(world, "employer-pay-years-csv", year=year)).content.startswith(b"\xef\xbb\xbf")
    assert farmer.get(address(world, "employer-pay-years-pdf", year=year)).content.startswith(b"%PDF")
    other = signed_in(world.jobs.other_farmer)
    mine = signed_in(world.jobs.worker)
    own = mine.get(reverse("jobs:my-pay-year", kwargs={"year": year})).content.decode()
    assert "12,025円" in own and f"{slip.deducted:,}円" in own
    for name, more in (
        ("employer-pay", {}),
        ("employer-payslip", {"payslip_id": slip.pk}),
        ("employer-ledger-file", {"year": year}),
        ("employer-pay-years-pdf", {"year": year}),
    ):
        assert other.get(address(world, name, **more)).status_code in (403, 404)


def test_lists_ask_a_constant_number_of_questions(world: DaysWorld, signed_in: SignedIn) -> None:
    days_closing.close_ended(world.set("23:00", days=9))
    farmer, staff = signed_in(world.jobs.farmer), signed_in(world.jobs.staff)
    pages = [
        (farmer, address(world, "employer-pay")),
        (farmer, f"{address(world, 'employer-pay-issue')}?pick={world.contract.pk}"),
        (farmer, address(world, "employer-payslips")),
        (farmer, address(world, "employer-pay-run-new")),
        (staff, reverse("jobs:office-pay", kwargs={"code": world.jobs.town.code})),
    ]
    for client, url in pages:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        passing = ("set_config", "SAVEPOINT")
        questions = [one["sql"] for one in asked if not any(word in one["sql"] for word in passing)]
        assert len(questions) <= MOST_QUERIES, "\n".join(one[:160] for one in questions)
    assert world.jobs.employer.name in staff.get(pages[-1][1]).content.decode()
