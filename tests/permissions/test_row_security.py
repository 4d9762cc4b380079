"""The database holds back other towns' rows even where the application forgets to ask."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from sosei.core.people import roles, tenancy
from sosei.core.people.models import Address, Membership, Person
from sosei.core.people.tenancy import guarded, unguarded
from tests.permissions.test_grid import PUBLIC
from tests.permissions.world import HERE, THERE, World, again, own_models


def private_tables() -> set[str]:
    return {model._meta.db_table for model in own_models() if model._meta.label_lower not in public_labels()}


def public_labels() -> set[str]:
    published = {m._meta.label_lower for m in own_models() if m._meta.app_label == "population"}
    return PUBLIC | published | NOT_OF_A_TOWN


NOT_OF_A_TOWN = {
    "jobs.matchingchange",
    "records.demonstrationmail",
    "strategy.nationalframework",
    "strategy.grantprogramme",
}
"""Tables that hold nothing of any town: the mailbox of the demonstration, the nation's tables, keys of rows that
changed."""


def test_every_private_table_is_under_row_level_security(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        secured = {name for (name,) in cursor.fetchall()}
    assert private_tables() - secured == set()


def test_with_the_filter_removed_the_database_still_gives_nothing_of_another_town(world: World) -> None:
    leaks = []
    for example in world.examples:
        if not example.name.endswith("there") or example.model in public_labels() or example.is_published:
            continue
        for kind, user in world.kinds.items():
            if kind == roles.OPERATOR:
                continue
            with guarded(person=user.pk):
                if type(example.row)._base_manager.filter(pk=example.row.pk).exists():
                    leaks.append((example.model, example.name, kind))
    assert leaks == []


def test_the_database_lets_through_all_that_the_permissions_allow(world: World) -> None:
    held_back = []
    for kind, user in world.kinds.items():
        asking = again(user)
        allowed = [
            example
            for example in world.examples
            if type(example.row)._default_manager.visible_to(asking).filter(pk=example.row.pk).exists()
        ]
        with guarded(person=user.pk):
            under_guard = again(user)
            held_back += [
                (example.model, example.name, kind)
                for example in allowed
                if not type(example.row)
                ._default_manager.visible_to(under_guard)
                .filter(pk=example.row.pk)
                .exists()
            ]
    assert held_back == []


def test_who_works_in_two_towns_sees_on_a_towns_page_that_town_alone(world: World) -> None:
    desk = world.desks[HERE]
    Membership.objects.create(
        person=desk,
        role=roles.PROGRAMME_STAFF,
        municipality=world.towns[THERE],
        granted_at=desk.joined_at,
    )
    with guarded(person=desk.pk, town=HERE):
        assert set(Address.objects.values_list("person", flat=True)) & {world.residents[THERE].pk} == set()
        assert world.residents[HERE].pk in Address.objects.values_list("person", flat=True)
    with guarded(person=desk.pk):
        assert world.residents[THERE].pk in Address.objects.values_list("person", flat=True)


def test_a_row_of_another_town_can_neither_be_written_nor_changed(world: World) -> None:
    planner = world.kinds[roles.PLANNER]
    with guarded(person=planner.pk):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Membership.objects.create(
                person=planner,
                role=roles.PLANNER,
                municipality=world.towns[THERE],
                granted_at=planner.joined_at,
                granted_by=planner,
            )
        assert Address.objects.filter(person=world.residents[THERE]).update(town="書き換え") == 0
    assert Address.objects.get(person=world.residents[THERE]).town == ""


def test_what_another_town_published_can_be_read_but_neither_changed_nor_deleted(world: World) -> None:
    reached = []
    published = [e for e in world.examples if e.is_published and e.name.endswith("there")]
    planner, staff = world.kinds[roles.PLANNER], world.kinds[roles.PROGRAMME_STAFF]
    for example in published:
        rows = type(example.row)._base_manager.filter(pk=example.row.pk)
        same = {example.row._meta.fields[-1].name: getattr(example.row, example.row._meta.fields[-1].attname)}
        for user in (planner, staff):
            with guarded(person=user.pk):
                if rows.update(**same) or rows._raw_delete(rows.db):
                    reached.append((example.model, example.name))
    assert len(published) > 20
    assert not reached, reached


def test_a_visitor_reaches_no_private_row_at_all(world: World) -> None:
    public = public_labels()
    with guarded(person=None):
        found = {
            (example.model, example.name)
            for example in world.examples
            if example.model not in public
            and not example.is_published
            and type(example.row)._base_manager.filter(pk=example.row.pk).exists()
        }
    assert found == set()


def test_a_service_that_must_reach_further_comes_back_under_guard(world: World) -> None:
    with guarded(person=None):
        with unguarded():
            assert Person.objects.exists()
        assert not Person.objects.exists()


def test_a_failure_inside_leaves_no_guard_behind_and_lifts_none(world: World) -> None:
    with guarded(person=None):
        with pytest.raises(DatabaseError), transaction.atomic(), unguarded():
            Person.objects.create(phone="not a number")
        assert not Person.objects.exists()
    assert Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_role_of_the_web_owns_nothing_and_bypasses_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = %s", [tenancy.WEB_ROLE]
        )
        assert cursor.fetchall() == [(False, False, False)]
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = %s", [tenancy.WEB_ROLE])
        assert cursor.fetchone() == (0,)


def test_an_operator_reaches_no_citizen_even_with_the_filter_removed(world: World) -> None:
    citizen, staff = world.residents[HERE], world.desks[HERE]
    with guarded(person=world.kinds[roles.OPERATOR].pk):
        assert not Person.objects.filter(pk=citizen.pk).exists()
        assert not Membership.objects.filter(person=citizen).exists()
        assert Person.objects.filter(pk=staff.pk).exists()


def test_a_temporary_table_gives_nobody_a_role(world: World) -> None:
    citizen, neighbour = world.kinds[roles.CITIZEN], world.residents[HERE]
    with guarded(person=citizen.pk):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE people_membership (LIKE public.people_membership) ON COMMIT DROP"
            )
            cursor.execute(
                "INSERT INTO pg_temp.people_membership (id, person_id, role, municipality_id, granted_at, ended_because)"
                " VALUES (1, %s, 'auditor', %s, now(), '')",
                [citizen.pk, world.towns[HERE].pk],
            )
            cursor.execute("SELECT sosei_staff_towns(), sosei_is_operator()")
            assert cursor.fetchone() == ([], False)
        assert not Address.objects.filter(person=neighbour).exists()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_opened_anew_within_a_request_is_guarded_too() -> None:
    somebody, other = (Person.objects.create(email=f"{name}@example.jp") for name in ("a", "b"))
    with guarded(person=somebody.pk):
        connection.close()
        assert list(Person.objects.all()) == [somebody]
    assert Person.objects.filter(pk__in=[somebody.pk, other.pk]).count() == 2


def test_a_fault_within_an_unguarded_block_is_told_as_it_is_and_the_guard_stands_again(world: World) -> None:
    stranger = world.residents[THERE]
    with guarded(person=world.kinds[roles.CITIZEN].pk):
        fault = pytest.raises(DatabaseError, match="division by zero")
        with fault, transaction.atomic(), unguarded(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert not Person.objects.filter(pk=stranger.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_at_the_end_of_a_request_serves_the_next_as_it_should() -> None:
    somebody = Person.objects.create(email="a@example.jp")
    with guarded(person=None):
        connection.connection.close()
    connection.close()
    assert Person.objects.get() == somebody
