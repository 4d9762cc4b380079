"""Contracts: the notice, changes with both consents, cancelling with what is owed, the end."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.utils import timezone

from sosei.core.people.errors import NotAllowedError
from sosei.core.records.models import Entry, Message
from sosei.programmes.jobs import contract_terms, notice_pdf
from sosei.programmes.jobs.errors_deals import DealError, NoLongerFreeError, TooLateError
from sosei.programmes.jobs.models import (
    Application,
    Cancellation,
    Contract,
    LodgingNight,
    Posting,
    Shift,
    WorkDay,
    WorkerProfile,
)
from sosei.programmes.jobs.rules_contracts import Measure, employer_grounds, late_cancellations
from sosei.programmes.jobs.services import cancelling, contracts
from sosei.programmes.jobs.services.versions import current_version, state_of, versions_of
from tests.jobs.applications_world import apply, make_contract
from tests.jobs.world import JobsWorld, at, day_from_now, make_posting, make_shift, make_workplace


@pytest.fixture
def contract(jobs: JobsWorld) -> Contract:
    """The worker comes on three days and sleeps there."""
    return make_contract(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)


def printed(contract: Contract, number: int = 1) -> list[str]:
    """What stands on the pages of a notice: it is made again, and must be the same to the byte."""
    texts: list[str] = []

    markup = notice_pdf.markup

    def noted(text: str) -> str:
        texts.append("".join(text.split()))
        return markup(text)

    version = contract.versions.get(number=number)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(notice_pdf, "markup", noted)
        english = contract.person.language == "en"
        assert notice_pdf.make_notice(version.terms, number=number, english=english) == bytes(version.notice)
    return texts


def text_of(contract: Contract, number: int = 1) -> str:
    return "|".join(printed(contract, number))


def cancel(
    contract: Contract, side: str, ground: str, actor: object, reason: str = "（理由）"
) -> Cancellation:
    day = contract.days.filter(state="planned").order_by("period")[0]
    return contracts.cancel_day(day=day, side=side, ground=ground, reason=reason, actor=actor)  # type: ignore[arg-type]


# --- The notice ------------------------------------------------------------------------------------------------------


def test_the_notice_holds_every_item_that_the_law_names(contract: Contract, jobs: JobsWorld) -> None:
    text = text_of(contract)
    for item in (
        "労働条件通知書",
        jobs.employer.name,
        jobs.employer.address,
        "".join(jobs.worker.full_name.split()),
        "契約期間",
        "契約の更新と、その基準・上限",
        jobs.posting.renewal,
        jobs.workplace.address,
        "働く場所の変更の範囲",
        jobs.posting.duties,
        jobs.posting.duties_scope,
        "08:00～16:00、休憩60分",
        "所定の時間をこえる仕事：なし",
        "休日・休暇",
        "年次有給休暇",
        "時給1,300円",
        "交通費1日500円",
        "割増賃金",
        "締め切り：毎日",
        "支払日：働いた日の7日後",
        "銀行振込",
        "昇給・賞与・退職手当",
        "労災保険：入っています",
        "退職・解雇に関すること",
        "解約可能事由",
        "台風・地震など、防ぎようのない災害",
        "相談窓口",
        jobs.employer.harassment_contact,
        "0246-00-0000",
        "受動喫煙",
        jobs.lodging.name,
    ):
        assert "".join(item.split()) in text, item
    # 3 days of 7 hours at 1,300 yen, and 500 yen a day.
    assert "28,800円" in text


def test_from_october_2026_the_notice_tells_of_the_right_to_an_explanation(jobs: JobsWorld) -> None:
    built = {
        day: contract_terms.build(
            posting=jobs.posting, shifts=jobs.shifts, worker="佐藤 試", lodging=None, made_on=day
        )
        for day in (date(2026, 9, 30), date(2026, 10, 1))
    }
    told = [["explanation" in {line.key for line in contract_terms.lines(terms)}] for terms in built.values()]
    assert told == [[False], [True]]


def test_the_same_conditions_give_the_same_bytes_and_others_others(contract: Contract) -> None:
    version = contract.versions.get()
    again = notice_pdf.make_notice(version.terms, number=1)
    assert again == bytes(version.notice)
    assert sha256(again).hexdigest() == version.notice_sha256
    assert notice_pdf.make_notice({**version.terms, "hourly_wage": 1301}, number=1) != again


def test_a_worker_who_reads_english_gets_english_pages_behind_the_japanese(jobs: JobsWorld) -> None:
    jobs.worker.language = "en"
    jobs.worker.save()
    made = make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    texts = printed(made)
    half = len(texts) // 2
    assert "労働条件通知書" in texts[:half]
    assert len(texts) == 2 * half
    assert texts[half:] != texts[:half]
    assert bytes(made.versions.get().notice).count(b"/Type /Page\n") >= 2


def test_paper_unless_the_worker_chose_electronic_delivery(jobs: JobsWorld, contract: Contract) -> None:
    assert not contract.is_electronic
    with pytest.raises(NotAllowedError):
        contracts.hand_over_paper(contract=contract, actor=jobs.worker)
    handed = contracts.hand_over_paper(contract=contract, actor=jobs.farmer)
    assert handed.paper_version == 1
    assert handed.paper_handed_at is not None
    contracts.hand_over_paper(contract=contract, actor=jobs.farmer)
    assert Entry.objects.filter(verb="contract.paper_handed").count() == 1
    WorkerProfile.objects.filter(person=jobs.friend).update(
        wants_paper=False, electronic_chosen_at=timezone.now()
    )
    electronic = make_contract(jobs.posting, jobs.friend, jobs.shifts[:1])
    assert electronic.is_electronic
    with pytest.raises(DealError, match="電子"):
        contracts.hand_over_paper(contract=electronic, actor=jobs.farmer)


# --- Changes ---------------------------------------------------------------------------------------------------------


def test_changed_conditions_count_when_the_worker_agrees_and_the_old_stay_readable(
    jobs: JobsWorld, contract: Contract
) -> None:
    version = contracts.propose_version(
        contract=contract, terms={"hourly_wage": 1400}, reason="暑さが続くため", actor=jobs.farmer
    )
    assert (version.number, state_of(version), current_version(contract).number) == (2, "asked", 1)
    with pytest.raises(NotAllowedError):
        contracts.decide_version(version=version, side="worker", agreed=True, actor=jobs.farmer)
    contracts.decide_version(version=version, side="worker", agreed=True, actor=jobs.worker)
    assert current_version(contract).terms["hourly_wage"] == 1400
    assert "時給1,400円" in text_of(contract, 2)
    assert "時給1,300円" in text_of(contract, 1)
    with pytest.raises(DealError, match="もう返事"):
        contracts.decide_version(version=version, side="worker", agreed=False, actor=jobs.worker)


def test_declined_the_old_conditions_count(jobs: JobsWorld, contract: Contract) -> None:
    version = contracts.propose_version(
        contract=contract, terms={"meals": "なし"}, reason="都合", actor=jobs.farmer
    )
    with pytest.raises(DealError, match="返事を待っています"):
        contracts.propose_version(
            contract=contract, terms={"meals": "あり"}, reason="都合", actor=jobs.farmer
        )
    contracts.decide_version(version=version, side="worker", agreed=False, actor=jobs.worker)
    assert [state_of(one) for one in versions_of(contract)] == ["agreed", "declined"]
    assert current_version(contract).number == 1


def test_new_times_move_the_days_and_never_over_other_work(jobs: JobsWorld, contract: Contract) -> None:
    other = make_posting(make_workplace(jobs.other_employer))
    make_contract(
        other, jobs.worker, [make_shift(other, day_from_now(15), ("16:30", "17:00"), break_minutes=0)]
    )
    days = [dict(day) for day in current_version(contract).terms["days"]]
    days[0]["start"] = at(day_from_now(14), "06:00").isoformat(timespec="minutes")
    days[0]["end"] = at(day_from_now(14), "14:00").isoformat(timespec="minutes")
    version = contracts.propose_version(
        contract=contract, terms={"days": days}, reason="暑さを避けるため", actor=jobs.farmer
    )
    contracts.decide_version(version=version, side="worker", agreed=True, actor=jobs.worker)
    first = contract.days.order_by("period")[0]
    assert (first.period.lower, first.period.upper) == (
        at(day_from_now(14), "06:00"),
        at(day_from_now(14), "14:00"),
    )
    days[1]["end"] = at(day_from_now(15), "17:00").isoformat(timespec="minutes")
    over = contracts.propose_version(
        contract=contract, terms={"days": days}, reason="収穫が多いため", actor=jobs.farmer
    )
    with pytest.raises(NoLongerFreeError):
        contracts.decide_version(version=over, side="worker", agreed=True, actor=jobs.worker)
    assert current_version(contract).number == 2


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"hourly_wage": 900}, "最低賃金"),
        ({"hourly_wage": 1300}, "変わった条件がありません"),
        ({"cancellation_grounds": ["rain"]}, "変えられません"),
    ],
)
def test_a_change_that_is_unlawful_or_none_is_refused(
    jobs: JobsWorld, contract: Contract, terms: dict[str, object], said: str
) -> None:
    with pytest.raises(DealError, match=said):
        contracts.propose_version(contract=contract, terms=terms, reason="都合", actor=jobs.farmer)
    assert contract.versions.count() == 1


# --- Cancelling ------------------------------------------------------------------------------------------------------


def test_a_worker_cancels_a_day_and_owes_nothing(jobs: JobsWorld, contract: Contract) -> None:
    made = cancel(contract, "worker", "illness", jobs.worker, reason="")
    assert (made.yen_owed, made.minutes_before > 13 * 24 * 60) == (0, True)
    contract.refresh_from_db()
    assert contract.state == "active"
    assert [shift.taken for shift in Shift.objects.order_by("pk")] == [0, 1, 1]
    taken = dict(LodgingNight.objects.values_list("night", "taken"))
    assert [taken[day_from_now(day)] for day in (13, 14, 15)] == [0, 1, 1]
    told = Message.objects.get(kind="contract.cancelled")
    assert told.recipient_id == jobs.farmer.pk
    assert "病気" not in told.body


def test_with_the_last_day_the_contract_is_over_and_one_may_apply_again(
    jobs: JobsWorld, contract: Contract
) -> None:
    contracts.cancel_contract(contract=contract, side="worker", ground="family", reason="", actor=jobs.worker)
    contract.refresh_from_db()
    assert contract.state == "cancelled"
    assert Application.objects.get(pk=contract.application_id).state == "withdrawn"
    assert not Shift.objects.filter(taken__gt=0).exists()
    assert not LodgingNight.objects.filter(taken__gt=0).exists()
    assert apply(jobs.posting, jobs.worker, jobs.shifts[:1]).state == "contracted"


def test_after_the_start_nobody_cancels(jobs: JobsWorld, contract: Contract) -> None:
    day = contract.days.order_by("period")[0]
    now = timezone.now()
    WorkDay.objects.filter(pk=day.pk).update(period=(now - timedelta(minutes=1), now + timedelta(hours=7)))
    day.refresh_from_db()
    for side, ground, actor in (
        ("worker", "illness", jobs.worker),
        ("employer", "other", jobs.farmer),
        ("town", "disaster", jobs.staff),
    ):
        with pytest.raises(TooLateError):
            contracts.cancel_day(day=day, side=side, ground=ground, reason="（理由）", actor=actor)
    assert not Cancellation.objects.exists()


@pytest.mark.parametrize(
    ("side", "ground", "hours_before", "yen"),
    [
        ("employer", "other", 300, 9100),
        ("employer", "rain", 300, 9100),
        ("employer", "force_majeure", 2, 0),
        ("employer", "business_volume", 300, 9100),  # not reserved in the conditions
        ("employer", "posting_error", 300, 0),  # reserved below
        ("employer", "posting_error", 23, 9100),
        ("town", "disaster", 2, 0),
        ("town", "employer_fault", 2, 9100),
        ("worker", "illness", 2, 0),
    ],
)
def test_what_is_owed_is_known_before_and_kept(
    jobs: JobsWorld, side: str, ground: str, hours_before: int, yen: int
) -> None:
    Posting.objects.filter(pk=jobs.posting.pk).update(cancellation_grounds=["force_majeure", "posting_error"])
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=hours_before, minutes=5)
    shift = Shift.objects.create(
        municipality=jobs.town,
        employer=jobs.employer,
        posting=jobs.posting,
        starts_at=start,
        ends_at=start + timedelta(hours=8),
        break_minutes=60,
        capacity=1,
    )
    # Afternoon and night shifts would add the night premium: what is asked here is the ground.
    made = make_contract(jobs.posting, jobs.worker, [shift])
    day = made.days.get()
    scheduled = contract_terms.day_pay(
        current_version(made).terms, cancelling.day_terms(day), commuting=False
    )
    owed = contracts.owed_for(day=day, side=side, ground=ground)
    assert owed.yen == (scheduled if yen else 0)
    assert scheduled >= 9100
    actor = {"employer": jobs.farmer, "town": jobs.staff, "worker": jobs.worker}[side]
    kept = contracts.cancel_day(day=day, side=side, ground=ground, reason="（理由）", actor=actor)
    assert (kept.yen_owed, kept.basis) == (owed.yen, owed.basis)
    assert kept.basis


@pytest.mark.parametrize(
    ("side", "ground", "who", "error"),
    [
        ("worker", "rain", "worker", DealError),
        ("employer", "illness", "farmer", DealError),
        ("town", "disaster", "farmer", NotAllowedError),
        ("employer", "other", "other_farmer", NotAllowedError),
        ("worker", "illness", "farmer", NotAllowedError),
    ],
)
def test_each_side_has_its_own_grounds_and_nobody_cancels_for_another(
    jobs: JobsWorld, contract: Contract, side: str, ground: str, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        cancel(contract, side, ground, getattr(jobs, who))
    assert not WorkDay.objects.filter(state="cancelled").exists()


def test_an_employer_says_why(jobs: JobsWorld, contract: Contract) -> None:
    with pytest.raises(DealError, match="理由"):
        cancel(contract, "employer", "other", jobs.farmer, reason=" ")
    cancel(contract, "employer", "other", jobs.farmer, reason="機械がこわれたため")
    told = Message.objects.get(kind="contract.cancelled", recipient=jobs.worker)
    assert "機械がこわれたため" in told.body
    assert "9,100円" in told.body


def test_a_shift_called_off_ends_every_day_of_it_and_offers_none(jobs: JobsWorld, contract: Contract) -> None:
    make_contract(jobs.posting, jobs.friend, jobs.shifts[:1])
    made = contracts.call_off_shift(
        shift=jobs.shifts[0], side="employer", ground="rain", reason="大雨のため", actor=jobs.farmer
    )
    assert [one.yen_owed for one in made] == [9100, 9100]
    shift = Shift.objects.get(pk=jobs.shifts[0].pk)
    assert (shift.taken, shift.free) == (0, 0)
    assert WorkDay.objects.filter(state="planned").count() == 2


def test_cancelling_one_day_keeps_the_other_days_of_a_posting_that_closed_itself(jobs: JobsWorld) -> None:
    posting = make_posting(jobs.workplace)
    shifts = [make_shift(posting, day_from_now(20 + n), capacity=1) for n in range(2)]
    made = make_contract(posting, jobs.worker, shifts)
    posting.refresh_from_db()
    assert posting.state == "closed"
    assert apply(posting, jobs.friend, shifts).state == "waiting"
    cancel(made, "worker", "illness", jobs.worker)
    posting.refresh_from_db()
    assert posting.state == "published"


def test_late_cancellations_lead_to_finite_measures_only() -> None:
    now = timezone.now()
    hours = 60
    cases = [
        ([], (0, 0, Measure.NONE)),
        ([(now, 24 * hours)], (0, 0, Measure.NONE)),
        ([(now, 24 * hours - 1)], (1, 4, Measure.ONE_JOB)),
        ([(now, 3 * hours)], (1, 7, Measure.ONE_JOB)),
        ([(now, 20 * hours), (now, 5 * hours)], (2, 10, Measure.PAUSE)),
        ([(now - timedelta(days=31), 1), (now, 20 * hours)], (1, 4, Measure.ONE_JOB)),
    ]
    for notices, (count, points, measure) in cases:
        told = late_cancellations(notices, now)
        assert (told.count, told.points, told.measure) == (count, points, measure)
        assert (told.until is None) == (measure is Measure.NONE)
        assert told.until is None or told.until <= now + timedelta(days=30)


def test_grounds_without_pay_are_those_of_the_law_and_those_reserved_in_time() -> None:
    now = timezone.now()
    early = dict(employer_grounds(now + timedelta(hours=24), now, ["business_volume"]))
    late = dict(employer_grounds(now + timedelta(hours=23, minutes=59), now, ["business_volume"]))
    assert (early["business_volume"], late["business_volume"]) == (False, True)
    assert early["posting_error"]
    assert not late["force_majeure"]
    assert early["rain"]


# --- The end ---------------------------------------------------------------------------------------------------------


def test_a_contract_ends_when_its_days_are_over_and_settled(jobs: JobsWorld, contract: Contract) -> None:
    assert not contracts.finish_contract(contract=contract)
    now = timezone.now()
    for number, day in enumerate(contract.days.order_by("pk")):
        start = now - timedelta(days=3 - number, hours=1)
        WorkDay.objects.filter(pk=day.pk).update(period=(start - timedelta(hours=7), start))
    assert not contracts.finish_contract(contract=contract), "days without an answer wait"
    contract.days.update(state="absent")
    assert contracts.finish_contracts() == 1
    contract.refresh_from_db()
    assert (contract.state, contracts.finish_contracts()) == ("finished", 0)
