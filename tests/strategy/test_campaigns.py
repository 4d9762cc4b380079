"""Campaigns: opened with what is missing named, answered by link, sent, taken back, corrected, closed."""

from __future__ import annotations

import datetime
import threading
import time
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from sosei.core.people import roles
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.records.models import Entry, Message
from sosei.planning.strategy.errors_campaigns import AnswerError, CampaignError
from sosei.planning.strategy.models import Answer, Ask, AskLink, Campaign, Kpi, KpiActual, PolicyPackage
from sosei.planning.strategy.services import answers, ask_links, campaigns
from sosei.planning.strategy.services.answers import Typed
from tests.people.conftest import MakePerson
from tests.strategy.campaign_worlds import (
    YEAR,
    departments_with_kpis,
    fill,
    kpi_of,
    make_due,
    opened,
    prepared,
    send,
    token_for,
)
from tests.strategy.conftest import make_department, make_goal, make_kpi, make_package, make_strategy


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


def live(kpi: Kpi, year: int = YEAR) -> KpiActual:
    """The value that stands."""
    row: KpiActual = KpiActual.objects.live().get(kpi=kpi, reported_in=year)
    return row


# --- opening ------------------------------------------------------------------------------------------------------


def test_before_opening_kpis_without_department_and_departments_without_recipient_are_named(
    package: PolicyPackage, planner: Person
) -> None:
    departments_with_kpis(package, 2)
    nobody = make_kpi(package, title="だれのものでもない指標")
    silent = make_department(package.strategy.municipality, "無言課（架空）")
    make_kpi(package, title="無言課の指標", department=silent)
    gap = campaigns.gap_before_opening(prepared(package, planner))
    assert gap.without_department == [nobody]
    assert gap.without_recipient == [silent]
    assert (gap.departments, gap.kpis) == (3, 5)


def test_opening_asks_each_department_once_and_sends_each_recipient_a_link(
    package: PolicyPackage, planner: Person, make_person: MakePerson
) -> None:
    first, second = departments_with_kpis(package, 2, each=3)
    owner = make_person(roles.KPI_OWNER, package.strategy.municipality, organisation=first)
    campaign = campaigns.open_campaign(campaign=prepared(package, planner), opened_by=planner)
    assert {ask.department for ask in campaign.asks.all()} == {first, second}
    assert Answer.objects.filter(ask__campaign=campaign).count() == 6
    sent = Message.objects.filter(kind="campaign.question")
    assert {(one.recipient, one.to_address) for one in sent} == {
        (owner, ""),
        (None, first.email),
        (None, second.email),
    }
    assert all(one.is_secret for one in sent)
    tokens = {token_for(first), token_for(second)}
    assert len(tokens) == 2
    assert not AskLink.objects.filter(token_hash__in=tokens).exists(), "a token is kept as a hash alone"
    entry = Entry.objects.get(verb="campaign.opened")
    assert (entry.data["departments"], entry.data["kpis"]) == (2, 6)


def test_a_kpi_that_ended_before_the_year_is_not_asked_for(package: PolicyPackage, planner: Person) -> None:
    departments_with_kpis(package, 1, each=1)
    kpi = Kpi.objects.latest("pk")
    make_kpi(package, title="終わった", department=kpi.department, ended_on=datetime.date(YEAR, 3, 31))
    campaign = campaigns.open_campaign(campaign=prepared(package, planner), opened_by=planner)
    assert list(Answer.objects.filter(ask__campaign=campaign).values_list("kpi", flat=True)) == [kpi.pk]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"fiscal_year": 2019}, "令和元年度"),
        ({"fiscal_year": 2190}, "実績は聞けません"),
        ({"due_on": datetime.date(2000, 4, 1)}, "2000-04-01"),
        ({"reminder_days": [0, 7]}, "催促する日"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_with_the_value(
    package: PolicyPackage, planner: Person, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(CampaignError, match=words):
        prepared(package, planner, **given)


def test_one_year_has_one_campaign_under_way(package: PolicyPackage, planner: Person) -> None:
    campaign = opened(package, planner)
    with pytest.raises(CampaignError, match="もう準備中か調査中"):
        prepared(package, planner)
    campaigns.close_campaign(campaign=campaign, closed_by=planner, reason="やり直す")
    assert prepared(package, planner).state == Campaign.State.DRAFT


def test_planners_alone_lead_campaigns(
    package: PolicyPackage, planner: Person, kpi_owner: Person, other_planner: Person
) -> None:
    campaign = opened(package, planner)
    ask = campaign.asks.get()
    for person in (kpi_owner, other_planner):
        with pytest.raises(NotAllowedError):
            prepared(package, person)
        with pytest.raises(NotAllowedError):
            campaigns.close_campaign(campaign=campaign, closed_by=person, reason="x")
        with pytest.raises(NotAllowedError):
            ask_links.remind(ask=ask, reminded_by=person)
        with pytest.raises(NotAllowedError):
            answers.save_answers(ask=ask, given={}, person=person)


def test_kpis_that_come_later_are_taken_in_and_open_the_departments_page_again(
    package: PolicyPackage, planner: Person
) -> None:
    campaign = opened(package, planner, each=1)
    ask = campaign.asks.get()
    fill(ask)
    send(ask)
    late = make_kpi(package, title="あとから", department=ask.department)
    assert campaigns.kpis_not_asked(campaign) == [late]
    assert campaigns.take_in_kpis(campaign=campaign, taken_in_by=planner) == 1
    ask.refresh_from_db()
    assert not ask.is_sent
    assert {answer.kpi for answer in ask.answers.all()} == {kpi_of(ask), late}


# --- answering ----------------------------------------------------------------------------------------------------


def test_what_a_department_sends_by_link_becomes_typed_values_with_department_and_name(
    package: PolicyPackage, planner: Person
) -> None:
    campaign = opened(package, planner)
    ask = campaign.asks.get()
    fill(ask, value="１３１世帯")
    sent = send(ask)
    row = live(kpi_of(ask))
    assert (row.value, row.origin, row.entered_by, row.entered_for) == (131, "typed", None, ask.department)
    assert row.explanation == "広報をふやした"
    assert (sent.sent_name, sent.rounds) == ("山田（架空）", 1)
    assert Message.objects.filter(kind="campaign.receipt", to_address=ask.department.email).count() == 1
    assert Message.objects.get(kind="campaign.all_in").recipient == planner


def test_drafts_stay_drafts_until_they_are_sent(package: PolicyPackage, planner: Person) -> None:
    ask = opened(package, planner).asks.get()
    fill(ask)
    assert not KpiActual.objects.filter(reported_in=YEAR).exists()


def test_nothing_is_sent_while_a_value_is_missing_or_unreadable(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner).asks.get()
    with pytest.raises(AnswerError) as refused:
        send(ask)
    assert len(refused.value.problems) == 2
    fill(ask, value="たくさん")
    with pytest.raises(AnswerError) as refused:
        send(ask)
    assert "1課の指標1" in refused.value.problems[0]
    assert "「たくさん」" in refused.value.problems[0]
    assert not KpiActual.objects.filter(reported_in=YEAR).exists()


@pytest.mark.parametrize(
    ("columns", "availability", "value", "carried"),
    [
        ({"kind": "not_available", "typed": ""}, "not_available", None, False),
        ({"kind": "not_yet_published", "typed": ""}, "not_yet_published", None, False),
        ({"kind": "carried_forward", "typed": ""}, "value", 120, True),
        ({"kind": "carried_forward", "typed": "", "carried_from": 2021}, "value", 110, True),
        ({"typed": "未公表"}, "not_yet_published", None, False),
        ({"typed": "△12世帯"}, "value", -12, False),
        ({"typed": "131 (R4)"}, "value", 131, False),
    ],
)
def test_each_kind_of_answer_becomes_its_row(
    package: PolicyPackage,
    planner: Person,
    columns: dict[str, Any],
    availability: str,
    value: int | None,
    carried: bool,
) -> None:
    ask = opened(package, planner, each=1).asks.get()
    given = {"typed": "", **columns}
    text = given.pop("typed")
    fill(ask, value=text, sure=True, **given)
    send(ask)
    row = live(kpi_of(ask))
    assert (row.availability, row.value, row.carried_forward) == (availability, value, carried)
    if "R4" in text:
        assert (row.period, row.period_starts_on) == ("R4", datetime.date(2022, 4, 1))


def test_an_unlikely_value_is_asked_about_and_sent_when_the_sender_is_sure(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner, each=1).asks.get()
    sheet = fill(ask, value="1,310")
    assert "大きく変わっています" in sheet.lines[0].reading.doubt
    with pytest.raises(AnswerError):
        send(ask)
    fill(ask, value="1,310", sure=True)
    send(ask)
    assert live(kpi_of(ask)).value == 1310


def test_the_cause_is_asked_for_where_the_kpi_is_behind_its_path(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner, each=1).asks.get()
    answer = ask.answers.get()
    # From 100 in 2019 to 180 in 2024: 164 are due in 2023.
    for value, behind in (("163", True), ("164", False)):
        sheet = answers.save_answers(
            ask=ask, given={answer.pk: Typed(version=answer.version, typed=value)}, person=None
        )
        assert sheet.lines[0].reading.needs_cause is behind
        answer.refresh_from_db()


def test_two_on_the_same_page_lose_nothing_silently(package: PolicyPackage, planner: Person) -> None:
    ask = opened(package, planner, each=1).asks.get()
    key = ask.answers.get().pk
    answers.save_answers(ask=ask, given={key: Typed(version=0, typed="131")}, person=None)
    sheet = answers.save_answers(ask=ask, given={key: Typed(version=0, typed="140")}, person=None)
    assert sheet.lines[0].answer.typed == "131"
    assert sheet.lines[0].clash is not None
    assert sheet.lines[0].clash.typed == "140"
    sheet = answers.save_answers(ask=ask, given={key: Typed(version=1, typed="140")}, person=None)
    assert (sheet.lines[0].answer.typed, sheet.lines[0].clash) == ("140", None)


def test_answers_of_another_department_are_out_of_reach(package: PolicyPackage, planner: Person) -> None:
    first, second = opened(package, planner, departments=2).asks.order_by("pk")
    foreign = second.answers.first()
    answers.save_answers(ask=first, given={foreign.pk: Typed(version=0, typed="999")}, person=None)
    foreign.refresh_from_db()
    assert foreign.typed == ""


def test_after_taking_back_a_correction_is_a_row_that_names_the_one_it_replaces_with_a_reason(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner).asks.get()
    fill(ask)
    send(ask)
    first = live(kpi_of(ask))
    with pytest.raises(AnswerError, match="取り戻して"):
        fill(ask, value="132")
    answers.take_back(ask=ask, person=None)
    assert live(kpi_of(ask)) == first, "the value stands until the department sends again"
    one = ask.answers.order_by("pk").first()
    given = Typed(version=one.version, typed="135", explanation=one.explanation, source=one.source)
    answers.save_answers(ask=ask, given={one.pk: given}, person=None)
    with pytest.raises(AnswerError, match="理由"):
        send(ask)
    send(ask, reason="数え直した")
    row = live(kpi_of(ask))
    assert (row.value, row.replaces, row.reason) == (135, first, "数え直した")
    assert KpiActual.objects.filter(reported_in=YEAR).count() == 3, "what did not change has no new row"


def test_a_value_that_the_planner_typed_before_is_corrected_not_doubled(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner, each=1).asks.get()
    kpi = kpi_of(ask)
    before = KpiActual.objects.create(
        strategy=kpi.strategy, kpi=kpi, reported_in=YEAR, value=125, entered_at=timezone.now()
    )
    fill(ask)
    send(ask)
    assert live(kpi).replaces == before


def test_nothing_is_sent_that_was_not_looked_over(package: PolicyPackage, planner: Person) -> None:
    ask = opened(package, planner).asks.get()
    seen = fill(ask).seen
    fill_again = {a.pk: Typed(version=a.version, typed="133") for a in ask.answers.all()}
    answers.save_answers(ask=ask, given=fill_again, person=None)
    with pytest.raises(AnswerError, match="ほかの人が値を変えました"):
        answers.send_answers(ask=ask, person=None, name="山田", seen=seen)


def test_a_crash_while_sending_leaves_neither_values_nor_a_sent_ask(
    package: PolicyPackage, planner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = opened(package, planner).asks.get()
    fill(ask)

    def crash(**_arguments: object) -> None:
        raise OSError("the machine stopped")

    monkeypatch.setattr(answers, "send_message", crash)
    with pytest.raises(OSError, match="stopped"):
        send(ask)
    ask.refresh_from_db()
    assert not ask.is_sent
    assert not KpiActual.objects.filter(reported_in=YEAR).exists()


# --- closing ------------------------------------------------------------------------------------------------------


def test_closing_with_departments_missing_needs_a_reason_and_ends_links_and_saving(
    package: PolicyPackage, planner: Person
) -> None:
    campaign = opened(package, planner, departments=2)
    first, second = campaign.asks.order_by("pk")
    fill(first)
    send(first)
    with pytest.raises(CampaignError, match="部署が1あります"):
        campaigns.close_campaign(campaign=campaign, closed_by=planner)
    closed = campaigns.close_campaign(campaign=campaign, closed_by=planner, reason="議会に間に合わせる")
    assert closed.state == Campaign.State.CLOSED
    for ask in (first, second):
        with pytest.raises(AnswerError, match="締め切りました"):
            fill(ask)
    with pytest.raises(AnswerError, match="締め切りました"):
        answers.take_back(ask=first, person=None)
    assert Entry.objects.get(verb="campaign.closed").reason == "議会に間に合わせる"


def test_one_department_gets_more_time_with_a_reason(package: PolicyPackage, planner: Person) -> None:
    campaign = opened(package, planner, departments=2)
    ask = campaign.asks.first()
    later = campaign.due_on + datetime.timedelta(days=10)
    with pytest.raises(CampaignError, match="理由"):
        campaigns.extend_due_date(ask=ask, due_on=later, extended_by=planner, reason=" ")
    assert (
        campaigns.extend_due_date(ask=ask, due_on=later, extended_by=planner, reason="統計が遅い").due
        == later
    )


# --- links --------------------------------------------------------------------------------------------------------


def test_a_link_opens_its_own_department_until_it_is_withdrawn_or_replaced(
    package: PolicyPackage, planner: Person
) -> None:
    campaign = opened(package, planner, departments=2)
    first, second = campaign.asks.order_by("pk")
    token = token_for(first.department)
    assert ask_links.find(token) == first
    assert ask_links.find(token[:-1]) is None
    assert ask_links.find("") is None
    ask_links.send_links_again(ask=first, sent_by=planner)
    assert ask_links.find(token) is None
    again = token_for(first.department)
    assert ask_links.find(again) == first
    by_hand = ask_links.make_link(ask=first, made_by=planner)
    assert ask_links.find(by_hand) == first
    assert ask_links.find(again) == first
    ask_links.withdraw_links(ask=first, withdrawn_by=planner)
    assert ask_links.find(by_hand) is None
    assert ask_links.find(token_for(second.department)) == second


# --- reminders ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "sent"), [(0, 0), (1, 1), (2, 1), (6, 1), (7, 1), (13, 1), (14, 1), (40, 1)]
)
def test_the_worker_reminds_after_1_7_and_14_days_and_twice_run_sends_once(
    package: PolicyPackage, planner: Person, days: int, sent: int
) -> None:
    campaign = opened(package, planner)
    make_due(campaign, days)
    assert [ask_links.remind_late(), ask_links.remind_late()] == [sent, 0]
    assert Message.objects.filter(kind="campaign.reminder").count() == sent


def test_day_by_day_three_reminders_go_out_and_none_to_those_who_sent(
    package: PolicyPackage, planner: Person
) -> None:
    campaign = opened(package, planner, departments=2)
    done, late = campaign.asks.order_by("pk")
    fill(done)
    send(done)
    for days in range(25):
        make_due(campaign, 0)
        today = campaigns.today_in(campaign.strategy.municipality) + datetime.timedelta(days=days)
        ask_links.remind_late(on=today)
    reminders = Message.objects.filter(kind="campaign.reminder")
    assert {one.to_address for one in reminders} == {late.department.email}
    assert reminders.count() == 3
    assert "14日" in reminders.latest("pk").body
    assert ask_links.find(token_for(late.department, "campaign.reminder")) == late


def test_more_time_begins_the_reminders_anew(package: PolicyPackage, planner: Person) -> None:
    campaign = opened(package, planner)
    ask = campaign.asks.get()
    make_due(campaign, 20)
    assert ask_links.remind_late() == 1
    later = campaigns.today_in(campaign.strategy.municipality) + datetime.timedelta(days=5)
    campaigns.extend_due_date(ask=ask, due_on=later, extended_by=planner, reason="統計が遅い")
    assert ask_links.remind_late() == 0
    assert ask_links.remind_late(on=later + datetime.timedelta(days=1)) == 1


def test_a_closed_campaign_reminds_nobody(package: PolicyPackage, planner: Person) -> None:
    campaign = opened(package, planner)
    make_due(campaign, 1)
    campaigns.close_campaign(campaign=campaign, closed_by=planner, reason="x")
    assert ask_links.remind_late() == 0


def test_a_crash_between_two_departments_loses_and_doubles_no_reminder(
    package: PolicyPackage, planner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = opened(package, planner, departments=3)
    make_due(campaign, 7)
    whole, calls = ask_links._remind, 0

    def crash_at_second(ask: Ask, today: datetime.date) -> int:
        nonlocal calls
        calls += 1
        sent = whole(ask, today)
        if calls == 2:
            raise OSError("the machine stopped")
        return sent

    monkeypatch.setattr(ask_links, "_remind", crash_at_second)
    with pytest.raises(OSError, match="stopped"):
        ask_links.remind_late()
    assert Message.objects.filter(kind="campaign.reminder").count() == 1
    assert ask_links.remind_late() == 2
    addresses = Message.objects.filter(kind="campaign.reminder").values_list("to_address", flat=True)
    assert len(set(addresses)) == len(addresses) == 3


# --- at once ------------------------------------------------------------------------------------------------------


def at_once(*works: Any) -> list[BaseException | None]:
    """Runs all of them in threads that begin together; what each raised."""
    barrier = threading.Barrier(len(works))
    raised: list[BaseException | None] = [None] * len(works)

    def run(place: int, work: Any) -> None:
        try:
            barrier.wait(10)
            work()
        except Exception as error:
            raised[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


@pytest.fixture
def race(transactional_db: None) -> PolicyPackage:
    """A package that other connections see."""
    town = Municipality.objects.create(
        code="07204", name="いわき市", name_en="Iwaki", opened_at=timezone.now()
    )
    return make_package(make_goal(make_strategy(town)))


def planner_of(package: PolicyPackage, make: MakePerson) -> Person:
    return make(roles.PLANNER, package.strategy.municipality)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_at_once_one_sends(race: PolicyPackage, make_person: MakePerson) -> None:
    ask = opened(race, planner_of(race, make_person)).asks.get()
    seen = fill(ask).seen

    def work(name: str) -> Any:
        return lambda: answers.send_answers(ask=ask, person=None, name=name, seen=seen)

    raised = at_once(*(work(f"{number}人目") for number in range(4)))
    assert sum(error is None for error in raised) == 1
    assert all(isinstance(error, AnswerError) for error in raised if error is not None)
    assert KpiActual.objects.filter(reported_in=YEAR).count() == 2


@pytest.mark.django_db(transaction=True)
def test_when_the_last_departments_send_at_once_the_planner_is_told_exactly_once(
    race: PolicyPackage, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = opened(race, planner_of(race, make_person), departments=4, each=1)
    asks = list(campaign.asks.all())
    for ask in asks:
        fill(ask)
    # Receipts would make them wait for each other in the queue.
    Organisation.objects.update(email="")
    whole, all_sent = answers._tell, threading.Barrier(4)

    def together(*arguments: Any) -> None:
        all_sent.wait(10)
        whole(*arguments)
        # Long enough for all to have looked before the first one's transaction ends.
        time.sleep(0.5)

    monkeypatch.setattr(answers, "_tell", together)
    assert at_once(*((lambda one=ask: send(one)) for ask in asks)) == [None] * 4
    assert Message.objects.filter(kind="campaign.all_in").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_reminds(race: PolicyPackage, make_person: MakePerson) -> None:
    campaign = opened(race, planner_of(race, make_person), departments=3)
    make_due(campaign, 1)
    assert at_once(*[ask_links.remind_late] * 3) == [None] * 3
    assert Message.objects.filter(kind="campaign.reminder").count() == 3


@pytest.mark.django_db(transaction=True)
def test_sending_and_closing_at_once_leave_all_or_nothing(
    race: PolicyPackage, make_person: MakePerson
) -> None:
    planner = planner_of(race, make_person)
    campaign = opened(race, planner)
    ask = campaign.asks.get()
    fill(ask)
    raised = at_once(
        lambda: send(ask), lambda: campaigns.close_campaign(campaign=campaign, closed_by=planner, reason="x")
    )
    assert raised[1] is None
    ask.refresh_from_db()
    assert KpiActual.objects.filter(reported_in=YEAR).count() == (2 if ask.is_sent else 0)
    assert ask.is_sent == (raised[0] is None)


def test_a_kpi_owner_sends_signed_in_and_is_named_as_the_hand(
    package: PolicyPackage, planner: Person, kpi_owner: Person, department: Organisation
) -> None:
    kpi = make_kpi(package, department=department, actuals={2022: 120})
    ask = campaigns.open_campaign(campaign=prepared(package, planner), opened_by=planner).asks.get()
    fill(ask, kpi_owner)
    send(ask, kpi_owner)
    assert (live(kpi).entered_by, live(kpi).value) == (kpi_owner, Decimal(131))
