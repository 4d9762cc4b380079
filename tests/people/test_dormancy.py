"""Staff roles that nobody uses end by themselves, after two warnings; the last planner's is reported instead."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from sosei.core.people import roles, tasks, tenancy
from sosei.core.people.models import Membership, Municipality, Person
from sosei.core.people.services import dormancy
from sosei.core.records.models import Entry, Message
from tests.people.conftest import MakePerson, SignedIn, hold_role

TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def ninety_days(settings: Any) -> None:
    settings.DORMANT_DAYS = 90
    translation.activate("ja")


def used(person: Person, days_ago: int | None, granted_days_ago: int = 400) -> Membership:
    """The person's one role, last used so many days before today."""
    row: Membership = Membership.objects.get(person=person)
    row.last_used_on = None if days_ago is None else TODAY - datetime.timedelta(days=days_ago)
    row.granted_at = datetime.datetime(2026, 11, 21, 3, tzinfo=datetime.UTC) - datetime.timedelta(
        days=granted_days_ago
    )
    row.save()
    return row


@pytest.fixture
def staff(make_person: MakePerson, town: Municipality) -> Person:
    make_person(roles.PLANNER, town)
    return make_person(roles.PROGRAMME_STAFF, town)


@pytest.mark.parametrize(("days_ago", "ends"), [(90, False), (91, True), (400, True), (0, False)])
def test_a_role_ends_after_more_than_the_set_time(staff: Person, days_ago: int, ends: bool) -> None:
    used(staff, days_ago)
    assert dormancy.end_dormant_roles(on=TODAY) == int(ends)
    row = Membership.objects.get(person=staff)
    assert (row.ended_because == Membership.Ending.DORMANT) == ends
    assert Entry.objects.filter(verb="membership.ended_dormant", actor=None, person=staff).exists() == ends
    assert Message.objects.filter(kind="membership.changed", recipient=staff).exists() == ends


def test_a_role_never_used_counts_from_its_granting(staff: Person) -> None:
    used(staff, None, granted_days_ago=90)
    assert dormancy.end_dormant_roles(on=TODAY) == 0
    used(staff, None, granted_days_ago=91)
    assert dormancy.end_dormant_roles(on=TODAY) == 1


@pytest.mark.parametrize("role", [roles.CITIZEN, roles.EMPLOYER, roles.SPACE_HOST, roles.REVIEWER])
def test_roles_of_the_people_of_the_town_do_not_end(
    make_person: MakePerson, town: Municipality, role: str
) -> None:
    used(make_person(role, town), 4000, granted_days_ago=5000)
    assert dormancy.warn_of_dormancy(on=TODAY) == 0
    assert dormancy.end_dormant_roles(on=TODAY) == 0


@pytest.mark.parametrize(
    ("days_ago", "left"), [(76, None), (77, 14), (80, 11), (87, 4), (88, 3), (90, 1), (91, None)]
)
def test_a_warning_says_how_many_days_are_left(staff: Person, days_ago: int, left: int | None) -> None:
    used(staff, days_ago)
    assert dormancy.warn_of_dormancy(on=TODAY) == int(left is not None)
    if left is not None:
        letter = Message.objects.get(kind="membership.dormancy")
        assert letter.recipient == staff
        assert f"あと{left}日" in letter.subject


def test_each_warning_goes_once_and_both_go(staff: Person) -> None:
    used(staff, 77)
    for day in range(15):
        for _twice in range(2):
            dormancy.warn_of_dormancy(on=TODAY + datetime.timedelta(days=day))
    assert [m.subject for m in Message.objects.order_by("pk")] == [
        "いわき市の「事業担当」の役割が、あと14日で終わります",
        "いわき市の「事業担当」の役割が、あと3日で終わります",
    ]


def test_who_comes_back_is_warned_anew_the_next_time(staff: Person) -> None:
    used(staff, 77)
    dormancy.warn_of_dormancy(on=TODAY)
    used(staff, 0)
    assert dormancy.warn_of_dormancy(on=TODAY) == 0
    dormancy.warn_of_dormancy(on=TODAY + datetime.timedelta(days=77))
    assert Message.objects.filter(kind="membership.dormancy", recipient=staff).count() == 2


def test_the_last_planner_stays_and_operators_are_told_once_a_month(
    make_person: MakePerson, town: Municipality
) -> None:
    operator = make_person(roles.OPERATOR)
    used(operator, 0)
    planner = make_person(roles.PLANNER, town)
    used(planner, 91)
    for day in (0, 1, 2):
        assert dormancy.end_dormant_roles(on=TODAY + datetime.timedelta(days=day)) == 0
    assert Membership.objects.get(person=planner).ended_at is None
    told = Message.objects.get(kind="membership.last_dormant")
    assert told.recipient == operator
    assert "いわき市" in told.subject
    dormancy.end_dormant_roles(on=TODAY + datetime.timedelta(days=30))
    assert Message.objects.filter(kind="membership.last_dormant").count() == 2


def test_of_two_dormant_planners_one_stays(make_person: MakePerson, town: Municipality) -> None:
    for _one in range(2):
        used(make_person(roles.PLANNER, town), 200)
    assert dormancy.end_dormant_roles(on=TODAY) == 1
    assert Membership.objects.held().filter(role=roles.PLANNER).count() == 1


def test_one_failing_role_keeps_no_other_from_ending(make_person: MakePerson, town: Municipality) -> None:
    used(make_person(roles.PLANNER, town), 200)
    used(make_person(roles.PROGRAMME_STAFF, town), 200)
    assert dormancy.end_dormant_roles(on=TODAY) == 1


# --- use is noted -----------------------------------------------------------------------------------------------


def test_opening_the_office_notes_the_role_once_a_day(
    make_person: MakePerson,
    signed_in: SignedIn,
    town: Municipality,
    other_town: Municipality,
) -> None:
    person = make_person(roles.PLANNER, town)
    hold_role(person, roles.PLANNER, other_town)
    hold_role(person, roles.CITIZEN, town)
    browser = signed_in(person)
    address = reverse("people:office", kwargs={"code": town.code})
    browser.get(reverse("people:account"))
    assert not Membership.objects.filter(last_used_on__isnull=False).exists()
    browser.get(address)
    assert list(
        Membership.objects.filter(last_used_on=dormancy.today()).values_list("role", "municipality")
    ) == [(roles.PLANNER, town.pk)]
    with CaptureQueriesContext(connection) as asked:
        browser.get(address)
    assert not [one for one in asked.captured_queries if "UPDATE" in one["sql"]]


def test_a_new_day_is_noted_again(make_person: MakePerson, town: Municipality) -> None:
    person = make_person(roles.PLANNER, town)
    for day, written in ((TODAY, 1), (TODAY, 0), (TODAY + datetime.timedelta(days=1), 1)):
        assert (
            dormancy.note_use(person=person.pk, roles=roles.TOWN_STAFF, municipality=town.pk, on=day)
            == written
        )


def test_the_use_of_a_role_from_outside_the_town_is_noted_under_row_security(
    make_person: MakePerson, town: Municipality
) -> None:
    expert = make_person(roles.REVIEWER, town)
    with tenancy.guarded(person=expert.pk, town=town.code):
        noted = dormancy.note_use(person=expert.pk, roles={roles.REVIEWER}, municipality=town.pk, on=TODAY)
    assert noted == 1
    assert Membership.objects.get(person=expert).last_used_on == TODAY


def test_a_page_refused_is_no_use(make_person: MakePerson, signed_in: SignedIn, town: Municipality) -> None:
    person = make_person(roles.KPI_OWNER, town)
    assert signed_in(person).get(reverse("people:invite", kwargs={"code": town.code})).status_code == 403
    assert not Membership.objects.filter(last_used_on__isnull=False).exists()


def test_the_night_does_both_and_twice_does_no_more(
    staff: Person, make_person: MakePerson, town: Municipality
) -> None:
    row = Membership.objects.get(person=staff)
    Membership.objects.filter(pk=row.pk).update(
        last_used_on=dormancy.today() - datetime.timedelta(days=91),
        granted_at=timezone.now() - datetime.timedelta(days=400),
    )
    warned = make_person(roles.MAYORS_OFFICE, town)
    Membership.objects.filter(person=warned).update(
        last_used_on=dormancy.today() - datetime.timedelta(days=80)
    )
    for _twice in range(2):
        tasks.look_after_dormant_roles(timestamp=0)
    assert Message.objects.filter(recipient=staff).count() == 1
    assert Message.objects.filter(recipient=warned).count() == 1
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {
        "people.look_after_dormant_roles",
        "people.forget_past_attempts",
        "people.forget_past_sessions",
    } <= periodic
