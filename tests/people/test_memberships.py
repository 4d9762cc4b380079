"""Roles: who gives and ends them, and that a town never loses its last planner."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from sosei.core.people import roles
from sosei.core.people.errors import LastHolderError, NotAllowedError, RefusedError
from sosei.core.people.models import Look, Membership, Municipality, Person
from sosei.core.people.services.memberships import end_role, grant_role
from sosei.core.people.tenancy import guarded
from sosei.core.records.models import Entry, Message
from tests.people.conftest import MakePerson, SignedIn, hold_role, organisation_for


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


def role_of(person: Person, role: str) -> Membership:
    found: Membership = Membership.objects.get(person=person, role=role)
    return found


# --- giving -----------------------------------------------------------------------------------------------------


def test_programme_staff_make_somebody_an_employer(make_person: MakePerson, town: Municipality) -> None:
    staff, person = make_person(roles.PROGRAMME_STAFF, town), make_person()
    employer = organisation_for(roles.EMPLOYER, town)
    held = grant_role(
        person=person,
        role=roles.EMPLOYER,
        municipality=town,
        organisation=employer,
        granted_by=staff,
        reason="窓口で確かめた",
    )
    assert (held.organisation, held.granted_by) == (employer, staff)
    entry = Entry.objects.get(verb="membership.granted")
    assert (entry.actor, entry.person, entry.reason) == (staff, person, "窓口で確かめた")
    assert Message.objects.get(kind="membership.changed").recipient == person


def test_somebody_becomes_a_citizen_of_a_town_by_himself_and_only_of_that_role(
    make_person: MakePerson, town: Municipality
) -> None:
    person = make_person()
    grant_role(person=person, role=roles.CITIZEN, municipality=town, granted_by=person, reason="")
    assert not Message.objects.exists()
    for role in set(roles.ALL) - {roles.CITIZEN}:
        with pytest.raises(RefusedError):
            grant_role(person=person, role=role, municipality=town, granted_by=person, reason="")


def test_staff_roles_are_by_invitation_even_for_who_may_give_them(
    make_person: MakePerson, town: Municipality
) -> None:
    with pytest.raises(NotAllowedError, match="招待"):
        grant_role(
            person=make_person(),
            role=roles.PROGRAMME_STAFF,
            municipality=town,
            granted_by=make_person(roles.PLANNER, town),
            reason="",
        )


def test_the_same_role_twice_is_one_row_one_entry_one_message(
    make_person: MakePerson, town: Municipality
) -> None:
    staff, person = make_person(roles.PROGRAMME_STAFF, town), make_person()
    for _time in range(2):
        grant_role(person=person, role=roles.CITIZEN, municipality=town, granted_by=staff, reason="電話")
    assert Membership.objects.filter(person=person).count() == 1
    assert Entry.objects.filter(verb="membership.granted").count() == 1
    assert Message.objects.count() == 1


def test_a_town_that_left_gives_no_new_roles(make_person: MakePerson, town: Municipality) -> None:
    staff = make_person(roles.PROGRAMME_STAFF, town)
    town.closed_at = timezone.now()
    town.save()
    with pytest.raises(RefusedError, match="終えて"):
        grant_role(person=make_person(), role=roles.CITIZEN, municipality=town, granted_by=staff, reason="")


def test_ten_at_once_give_one_role(transactional_db: None, make_person: MakePerson) -> None:
    town = Municipality.objects.create(code="07204", name="いわき市", opened_at=timezone.now())
    staff, person = make_person(roles.PROGRAMME_STAFF, town), make_person()

    def give() -> None:
        grant_role(person=person, role=roles.CITIZEN, municipality=town, granted_by=staff, reason="")

    run_at_once([give] * 10)
    assert Membership.objects.filter(person=person).count() == 1
    assert Entry.objects.filter(verb="membership.granted").count() == 1


def run_at_once(tasks: list[Callable[[], object]]) -> list[BaseException]:
    start = threading.Barrier(len(tasks))
    failed: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        start.wait()
        try:
            task()
        except RefusedError as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


# --- ending -----------------------------------------------------------------------------------------------------


def test_a_planner_ends_a_role_with_a_reason_that_the_person_is_told(
    make_person: MakePerson, town: Municipality
) -> None:
    planner, staff = make_person(roles.PLANNER, town), make_person(roles.PROGRAMME_STAFF, town)
    with guarded(person=planner.pk, town=town.code):
        end_role(membership=role_of(staff, roles.PROGRAMME_STAFF), ended_by=planner, reason="異動のため")
    ended = role_of(staff, roles.PROGRAMME_STAFF)
    assert ended.ended_because == Membership.Ending.REVOKED
    assert Entry.objects.get(verb="membership.ended").reason == "異動のため"
    assert "異動のため" in Message.objects.get().body
    assert Person.objects.get(pk=staff.pk).standing.held == ()


def test_without_a_reason_nothing_ends(make_person: MakePerson, town: Municipality) -> None:
    planner, staff = make_person(roles.PLANNER, town), make_person(roles.PROGRAMME_STAFF, town)
    with pytest.raises(RefusedError) as refused:
        end_role(membership=role_of(staff, roles.PROGRAMME_STAFF), ended_by=planner, reason="　")
    assert refused.value.field == "reason"
    assert role_of(staff, roles.PROGRAMME_STAFF).ended_at is None


def test_one_gives_a_role_of_ones_own_back_without_being_told(
    make_person: MakePerson, town: Municipality
) -> None:
    staff = make_person(roles.PROGRAMME_STAFF, town)
    end_role(membership=role_of(staff, roles.PROGRAMME_STAFF), ended_by=staff, reason="")
    assert role_of(staff, roles.PROGRAMME_STAFF).ended_because == Membership.Ending.LEFT
    assert not Message.objects.exists()


@pytest.mark.parametrize("role", [roles.PROGRAMME_STAFF, roles.MAYORS_OFFICE, roles.REVIEWER])
def test_who_may_not_give_a_role_may_not_end_it(
    make_person: MakePerson, town: Municipality, role: str
) -> None:
    staff, other = make_person(roles.PROGRAMME_STAFF, town), make_person(role, town)
    with pytest.raises(NotAllowedError):
        end_role(membership=role_of(other, role), ended_by=staff, reason="x")


def test_a_planner_ends_nothing_in_another_town_and_no_auditor(
    make_person: MakePerson, town: Municipality, other_town: Municipality
) -> None:
    planner = make_person(roles.PLANNER, town)
    elsewhere, auditor = make_person(roles.PROGRAMME_STAFF, other_town), make_person(roles.AUDITOR, town)
    for row in (role_of(elsewhere, roles.PROGRAMME_STAFF), role_of(auditor, roles.AUDITOR)):
        with pytest.raises(NotAllowedError):
            end_role(membership=row, ended_by=planner, reason="x")


def test_ending_twice_changes_and_tells_nothing_more(make_person: MakePerson, town: Municipality) -> None:
    planner, staff = make_person(roles.PLANNER, town), make_person(roles.PROGRAMME_STAFF, town)
    row = role_of(staff, roles.PROGRAMME_STAFF)
    for _time in range(2):
        end_role(membership=row, ended_by=planner, reason="異動のため")
    assert Entry.objects.count() == Message.objects.count() == 1


def test_the_last_planner_and_the_last_operator_stay(
    make_person: MakePerson, town: Municipality, other_town: Municipality
) -> None:
    operator, planner = make_person(roles.OPERATOR), make_person(roles.PLANNER, town)
    make_person(roles.PLANNER, other_town)
    with pytest.raises(LastHolderError, match="いわき市の最後の企画担当"):
        end_role(membership=role_of(planner, roles.PLANNER), ended_by=operator, reason="退職")
    with pytest.raises(LastHolderError, match="最後のシステム管理者"):
        end_role(membership=role_of(operator, roles.OPERATOR), ended_by=operator, reason="退職")
    second = make_person(roles.PLANNER, town)
    end_role(membership=role_of(planner, roles.PLANNER), ended_by=second, reason="退職")


def test_two_roles_of_the_same_person_count_once(make_person: MakePerson, town: Municipality) -> None:
    planner = make_person(roles.PLANNER, town)
    hold_role(planner, roles.PLANNER, town, organisation_for(roles.KPI_OWNER, town))
    with pytest.raises(LastHolderError):
        end_role(
            membership=Membership.objects.filter(person=planner).order_by("pk")[0],
            ended_by=planner,
            reason="",
        )


def test_of_planners_who_all_leave_at_once_one_stays(transactional_db: None, make_person: MakePerson) -> None:
    town = Municipality.objects.create(code="07204", name="いわき市", opened_at=timezone.now())
    planners = [make_person(roles.PLANNER, town) for _one in range(8)]

    def leave(person: Person) -> Callable[[], object]:
        return lambda: end_role(membership=role_of(person, roles.PLANNER), ended_by=person, reason="")

    failed = run_at_once([leave(person) for person in planners])
    assert Membership.objects.held().filter(role=roles.PLANNER).count() == 1
    assert [type(error) for error in failed] == [LastHolderError]


def test_two_planners_who_end_each_other_leave_one(transactional_db: None, make_person: MakePerson) -> None:
    town = Municipality.objects.create(code="07204", name="いわき市", opened_at=timezone.now())
    one, two = make_person(roles.PLANNER, town), make_person(roles.PLANNER, town)
    rows = {person.pk: role_of(person, roles.PLANNER) for person in (one, two)}

    def end(by: Person, whom: Person) -> Callable[[], object]:
        return lambda: end_role(membership=rows[whom.pk], ended_by=by, reason="x")

    run_at_once([end(one, two), end(two, one)])
    assert Membership.objects.held().filter(role=roles.PLANNER).count() == 1


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_one_may_see_and_search_finds(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality, other_town: Municipality
) -> None:
    planner = make_person(roles.PLANNER, town, family_name="企画", given_name="一郎")
    make_person(roles.PROGRAMME_STAFF, town, family_name="鈴木", given_name="二子")
    make_person(roles.PROGRAMME_STAFF, other_town, family_name="田中", given_name="三郎")
    make_person(roles.CITIZEN, town, family_name="住民", given_name="四子")
    browser = signed_in(planner)
    address = reverse("people:members", kwargs={"code": town.code})
    page = browser.get(address).content.decode()
    assert "企画 一郎" in page
    assert "鈴木 二子" in page
    assert "田中" not in page
    assert "住民 四子" not in page
    found = browser.get(address, {"words": "鈴木"}).content.decode()
    assert "鈴木 二子" in found
    assert "企画 一郎" not in found.partition("<table")[2]
    assert "当てはまる人がいません" in browser.get(address, {"words": "だれもいない"}).content.decode()
    assert "鈴木" not in browser.get(address, {"role": roles.PLANNER}).content.decode()


def test_staff_who_see_employers_leave_looks_and_colleagues_do_not(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    staff = make_person(roles.PROGRAMME_STAFF, town)
    employer = make_person(roles.EMPLOYER, town)
    make_person(roles.PLANNER, town)
    signed_in(staff).get(reverse("people:members", kwargs={"code": town.code}))
    assert list(Look.objects.values_list("staff", "person")) == [(staff.pk, employer.pk)]


def test_a_list_of_many_takes_few_questions(
    make_person: MakePerson,
    signed_in: SignedIn,
    town: Municipality,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    browser = signed_in(make_person(roles.PLANNER, town))
    for _one in range(30):
        make_person(roles.PROGRAMME_STAFF, town, second_factor=False)
    address = reverse("people:members", kwargs={"code": town.code})
    browser.get(address)
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        page = browser.get(address)
    assert "25" in page.content.decode()


def test_a_role_is_ended_on_its_page(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    planner, staff = make_person(roles.PLANNER, town), make_person(roles.PROGRAMME_STAFF, town)
    row = role_of(staff, roles.PROGRAMME_STAFF)
    browser = signed_in(planner)
    address = reverse("people:member-end", kwargs={"code": town.code, "membership_id": row.pk})
    assert str(staff) in browser.get(address).content.decode()
    assert browser.post(address, {"reason": ""}).status_code == 200
    assert browser.post(address, {"reason": "異動のため"}).status_code == 302
    assert browser.get(address).status_code == 404


def test_the_last_planner_is_told_why_it_cannot_be(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    planner = make_person(roles.PLANNER, town)
    row = role_of(planner, roles.PLANNER)
    address = reverse("people:member-end", kwargs={"code": town.code, "membership_id": row.pk})
    page = signed_in(planner).post(address, {"reason": "異動のため"}).content.decode()
    assert "最後の企画担当" in page
    assert role_of(planner, roles.PLANNER).ended_at is None


@pytest.mark.parametrize("name", ["invitation-resend", "invitation-withdraw"])
def test_nobody_reaches_an_invitation_of_another_town(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality, other_town: Municipality, name: str
) -> None:
    from sosei.core.people.services.invitations import invite

    there = make_person(roles.PLANNER, other_town)
    made = invite(
        role=roles.REVIEWER,
        municipality=other_town,
        email="x@example.jp",
        language="ja",
        invited_by=there,
        reason="x",
    )
    browser = signed_in(make_person(roles.PLANNER, town))
    key = {"invitation_id": made.invitation.pk}
    for code, status in ((town.code, 404), (other_town.code, 403)):
        assert browser.post(reverse(f"people:{name}", kwargs={"code": code, **key})).status_code == status
    made.invitation.refresh_from_db()
    assert made.invitation.withdrawn_at is None


def test_the_invite_page_sends_and_says_what_is_wrong(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    browser = signed_in(make_person(roles.PLANNER, town))
    address = reverse("people:invite", kwargs={"code": town.code})
    assert "部署がまだ登録されていない" in browser.get(address).content.decode()
    chosen = browser.get(address, {"role": roles.REVIEWER}).context["form"]["role"].value()
    assert chosen == roles.REVIEWER, "a page that leads here may choose the role"
    given = {"role": roles.REVIEWER, "email": "x@example.jp", "language": "ja", "reason": "委員の委嘱"}
    assert browser.post(address, {**given, "role": roles.AUDITOR}).status_code == 200
    assert browser.post(address, given).status_code == 302
    assert "もう送っています" in browser.post(address, given).content.decode()
    listed = browser.get(reverse("people:members", kwargs={"code": town.code})).content.decode()
    assert "x@example.jp" in listed


def test_offices_lead_to_the_only_one_and_list_several(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality, other_town: Municipality
) -> None:
    person = make_person(roles.PLANNER, town)
    browser = signed_in(person)
    assert browser.get(reverse("people:offices")).url == reverse("people:office", kwargs={"code": town.code})
    hold_role(person, roles.AUDITOR, other_town)
    page = browser.get(reverse("people:offices")).content.decode()
    assert "いわき市" in page
    assert "福島市" in page
    nobody = signed_in(make_person()).get(reverse("people:offices")).content.decode()
    assert "職員の役割はありません" in nobody


def test_the_office_shows_the_tasks_of_the_role(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    address = reverse("people:office", kwargs={"code": town.code})
    members = reverse("people:members", kwargs={"code": town.code})
    assert members in signed_in(make_person(roles.PLANNER, town)).get(address).content.decode()
    owner = signed_in(make_person(roles.KPI_OWNER, town)).get(address).content.decode()
    assert f'href="{members}"' not in owner
