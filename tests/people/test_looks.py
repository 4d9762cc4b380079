"""Every look of staff at personal data is left, and the person can read it."""

from __future__ import annotations

import pytest

from sosei.core.people import look_words, tenancy
from sosei.core.people.models import Look, Municipality, Person
from sosei.core.people.services.looks import record_look, record_looks
from tests.people.conftest import MakePerson, SignedIn


@pytest.fixture
def staff(make_person: MakePerson, town: Municipality) -> Person:
    """Who looks."""
    return make_person("programme_staff", town, family_name="見田", given_name="職子")


def test_a_list_leaves_one_look_for_each_person_shown_in_one_statement(
    make_person: MakePerson, staff: Person, town: Municipality, django_assert_num_queries: object
) -> None:
    keys = [make_person("citizen", town).pk for _number in range(5)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert record_looks(staff=staff, persons=[*keys, staff.pk], what="list", municipality=town) == 5
    rows = Look.objects.values_list("person", "staff", "what", "municipality")
    assert set(rows) == {(key, staff.pk, "list", town.pk) for key in keys}


def test_nobody_needs_to_account_for_looking_at_themselves(staff: Person, town: Municipality) -> None:
    assert record_look(staff=staff, person=staff, what="page", municipality=town) is None
    assert not Look.objects.exists()


def test_staff_leaves_looks_under_row_level_security_but_not_in_the_name_of_others(
    make_person: MakePerson, staff: Person, town: Municipality, other_town: Municipality
) -> None:
    from django.db import DatabaseError, transaction

    person, other = make_person("citizen", town), make_person("programme_staff", other_town)
    with tenancy.guarded(person=staff.pk, town=town.code):
        record_looks(staff=staff, persons=[person.pk], what="list", municipality=town)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            record_looks(staff=other, persons=[person.pk], what="list", municipality=other_town)
    assert Look.objects.count() == 1


def test_the_page_says_who_saw_what_when_and_for_what(
    make_person: MakePerson, signed_in: SignedIn, staff: Person, town: Municipality
) -> None:
    person = make_person("citizen", town)
    desk = signed_in(staff)
    desk.get("/07204/office/people", {"purpose": "電話の相談"})
    desk.get(f"/07204/office/people/{person.uid}")
    assert set(Look.objects.values_list("what", "purpose")) == {
        ("list", "電話の相談"),
        ("page", "電話の相談"),
    }
    page = signed_in(person).get("/me/looks").content.decode()
    assert "見田 職子" in page
    assert "いわき市" in page
    assert "連絡先、住所、同意、記録を見た" in page
    assert "電話の相談" in page


def test_everybody_sees_only_looks_at_themselves(
    make_person: MakePerson, signed_in: SignedIn, staff: Person, town: Municipality
) -> None:
    person, other = make_person("citizen", town), make_person("citizen", town)
    record_look(staff=staff, person=other, what="page", municipality=town, purpose="ほかの人のこと")
    page = signed_in(person).get("/me/looks").content.decode()
    assert "ほかの人のこと" not in page
    assert "まだ、だれも見ていません" in page


def test_every_look_that_is_left_has_words(
    make_person: MakePerson, signed_in: SignedIn, staff: Person, town: Municipality
) -> None:
    person = make_person("citizen", town)
    client = signed_in(staff)
    for page in ("", f"/{person.uid}", f"/{person.uid}/edit", f"/{person.uid}/address/home"):
        client.get(f"/07204/office/people{page}")
    assert {look.what for look in Look.objects.all()} <= set(look_words.LABELS)
    assert Look.objects.filter(person=person).count() == 4


def test_the_database_refuses_to_change_a_look(
    staff: Person, make_person: MakePerson, town: Municipality
) -> None:
    from django.db import DatabaseError

    record_look(staff=staff, person=make_person("citizen", town), what="page", municipality=town)
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        Look.objects.update(purpose="")
