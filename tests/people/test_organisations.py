"""Organisations and municipalities: entered, corrected, closed, by who may and with what is right."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from sosei.core.people import roles
from sosei.core.people.errors import MunicipalityError, NotAllowedError, OrganisationError
from sosei.core.people.models import Invitation, Municipality, Organisation, Person
from sosei.core.people.services.municipalities import change_municipality, names_of, open_municipality
from sosei.core.people.services.organisations import (
    Particulars,
    change_organisation,
    close_organisation,
    enter_organisation,
)
from sosei.core.people.tenancy import guarded
from sosei.core.records.models import Entry
from tests.people.conftest import MakePerson, SignedIn, make_town, organisation_for

Kind = Organisation.Kind


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


@pytest.fixture
def planner(make_person: MakePerson, town: Municipality) -> Person:
    return make_person(roles.PLANNER, town)


@pytest.fixture
def staff(make_person: MakePerson, town: Municipality) -> Person:
    return make_person(roles.PROGRAMME_STAFF, town)


def entered(by: Person, town: Municipality, kind: str = Kind.DEPARTMENT, **more: Any) -> Organisation:
    given = {"name": "企画課（架空）", **more}
    return enter_organisation(municipality=town, particulars=Particulars(kind=kind, **given), entered_by=by)


def test_a_planner_enters_departments_and_programme_staff_all_others(
    planner: Person, staff: Person, town: Municipality
) -> None:
    for person, kinds in ((planner, {Kind.DEPARTMENT}), (staff, set(Kind) - {Kind.DEPARTMENT})):
        for kind in Kind:
            with guarded(person=person.pk, town=town.code):
                if kind in kinds:
                    entered(person, town, kind, name=f"{kind.label}（架空）")
                else:
                    with pytest.raises(NotAllowedError):
                        entered(person, town, kind)
    assert Organisation.objects.count() == len(Kind)
    assert Entry.objects.filter(verb="organisation.entered").count() == len(Kind)


def test_nobody_enters_anything_in_another_town(planner: Person, other_town: Municipality) -> None:
    with pytest.raises(NotAllowedError):
        entered(planner, other_town)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "　"}, "name"),
        ({"corporate_number": "7000012050003"}, "corporate_number"),
        ({"corporate_number": "123"}, "corporate_number"),
    ],
)
def test_what_is_wrong_is_told_at_its_box(
    staff: Person, town: Municipality, more: dict[str, str], field: str
) -> None:
    with pytest.raises(OrganisationError) as refused:
        entered(staff, town, Kind.EMPLOYER, **more)
    assert refused.value.field == field
    assert not Organisation.objects.exists()


def test_a_corporate_number_is_kept_as_digits_and_once_in_a_town(
    staff: Person, town: Municipality, other_town: Municipality, make_person: MakePerson
) -> None:
    assert entered(staff, town, Kind.EMPLOYER, corporate_number="７-0000-1205-0002").corporate_number == (
        "7000012050002"
    )
    with pytest.raises(OrganisationError, match="もう登録"):
        entered(staff, town, Kind.NPO, name="別（架空）", corporate_number="7000012050002")
    there = make_person(roles.PROGRAMME_STAFF, other_town)
    entered(there, other_town, Kind.EMPLOYER, corporate_number="7000012050002")


def test_departments_stand_under_departments_of_their_town_and_never_under_themselves(
    planner: Person, town: Municipality, other_town: Municipality
) -> None:
    above = entered(planner, town, name="総務部（架空）")
    under = entered(planner, town, name="人事課（架空）", parent=above)
    foreign = organisation_for(roles.KPI_OWNER, other_town)
    with pytest.raises(OrganisationError):
        entered(planner, town, name="x", parent=foreign)
    with pytest.raises(OrganisationError, match="自分の下"):
        change_organisation(
            organisation=above,
            particulars=Particulars(Kind.DEPARTMENT, "総務部（架空）", parent=under),
            changed_by=planner,
        )


def test_a_correction_is_recorded_and_no_correction_is_not(planner: Person, town: Municipality) -> None:
    held = entered(planner, town)
    for name in ("企画政策課（架空）", "企画政策課（架空）"):
        change_organisation(
            organisation=held, particulars=Particulars(Kind.DEPARTMENT, name), changed_by=planner
        )
    assert Organisation.objects.get().name == "企画政策課（架空）"
    assert Entry.objects.filter(verb="organisation.changed").count() == 1
    with pytest.raises(OrganisationError):
        change_organisation(organisation=held, particulars=Particulars(Kind.NPO, "x"), changed_by=planner)


def test_an_employer_corrects_its_own_but_closes_nothing(make_person: MakePerson, town: Municipality) -> None:
    employer = make_person(roles.EMPLOYER, town)
    own = organisation_for(roles.EMPLOYER, town)
    change_organisation(
        organisation=own, particulars=Particulars(Kind.EMPLOYER, "新しい名（架空）"), changed_by=employer
    )
    with pytest.raises(NotAllowedError):
        close_organisation(organisation=own, closed_by=employer, reason="x")


def test_an_organisation_in_which_somebody_holds_a_role_stays(
    planner: Person, make_person: MakePerson, town: Municipality
) -> None:
    make_person(roles.KPI_OWNER, town)
    department = organisation_for(roles.KPI_OWNER, town)
    with pytest.raises(OrganisationError, match="1人"):
        close_organisation(organisation=department, closed_by=planner, reason="合併")
    empty = entered(planner, town)
    with pytest.raises(OrganisationError) as refused:
        close_organisation(organisation=empty, closed_by=planner, reason="")
    assert refused.value.field == "reason"
    close_organisation(organisation=empty, closed_by=planner, reason="合併")
    assert Entry.objects.get(verb="organisation.closed").reason == "合併"
    assert list(Organisation.objects.of(town)) == [department]


# --- pages ------------------------------------------------------------------------------------------------------


def test_an_organisation_is_entered_corrected_and_closed_on_its_pages(
    staff: Person, signed_in: SignedIn, town: Municipality
) -> None:
    browser = signed_in(staff)
    code = {"code": town.code}
    assert (
        "まだ登録がありません" in browser.get(reverse("people:organisations", kwargs=code)).content.decode()
    )
    new = reverse("people:organisation-new", kwargs=code)
    given = {"kind": Kind.EMPLOYER, "name": "いわき製作所（架空）", "phone": "0246-22-1111"}
    assert "検査数字" in browser.post(new, {**given, "corporate_number": "1000012050002"}).content.decode()
    assert browser.post(new, {**given, "kind": Kind.DEPARTMENT}).status_code == 200
    assert browser.post(new, given).status_code == 302
    held = Organisation.objects.get()
    assert held.phone == "+81246221111"
    one = reverse("people:organisation", kwargs={**code, "organisation_id": held.pk})
    assert 'value="0246-22-1111"' in browser.get(one).content.decode()
    assert browser.post(one, {**given, "name": "いわき製作（架空）"}).status_code == 302
    listed = browser.get(reverse("people:organisations", kwargs=code)).content.decode()
    assert "いわき製作（架空）" in listed
    close = reverse("people:organisation-close", kwargs={**code, "organisation_id": held.pk})
    assert browser.post(close, {"reason": "廃業"}).status_code == 302
    assert browser.get(one).status_code == 404


def test_organisations_of_another_town_cannot_be_reached(
    staff: Person, signed_in: SignedIn, town: Municipality, other_town: Municipality
) -> None:
    foreign = organisation_for(roles.EMPLOYER, other_town)
    browser = signed_in(staff)
    for code, status in ((town.code, 404), (other_town.code, 403)):
        address = reverse("people:organisation", kwargs={"code": code, "organisation_id": foreign.pk})
        assert browser.get(address).status_code == status
        assert browser.post(address, {"name": "x"}).status_code == status


# --- municipalities ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name", "english"),
    [
        ("07204", "いわき市", ""),
        ("07000", "福島県", "Fukushima"),
        ("47382", "与那国町", ""),
        ("07999", "", ""),
    ],
)
def test_names_are_known_from_the_code(code: str, name: str, english: str) -> None:
    known = names_of(code)
    assert known.name.endswith(name)
    assert bool(known.name) == bool(name)
    assert known.name_en == english


@pytest.mark.parametrize("code", ["072045", "いわき", "00000", "", "07999"])
def test_what_is_no_code_is_refused(make_person: MakePerson, code: str) -> None:
    with pytest.raises(MunicipalityError) as refused:
        open_municipality(code=code, opened_by=make_person(roles.OPERATOR), reason="x")
    assert refused.value.field in {"code", "name"}
    assert not Municipality.objects.exists()


def test_only_operators_open_and_change_municipalities(planner: Person, town: Municipality) -> None:
    with pytest.raises(NotAllowedError):
        open_municipality(code="07201", opened_by=planner, reason="x")
    with pytest.raises(NotAllowedError):
        change_municipality(
            municipality=town, name="x", name_en="", contact_email="", contact_phone="", changed_by=planner
        )


def test_an_operator_opens_a_town_and_invites_its_first_planner(
    make_person: MakePerson, signed_in: SignedIn
) -> None:
    browser = signed_in(make_person(roles.OPERATOR))
    assert "まだ自治体がありません" in browser.get(reverse("people:operator")).content.decode()
    new = reverse("people:operator-open")
    assert "検査数字" in browser.post(new, {"code": "072045", "reason": "申込み"}).content.decode()
    answer = browser.post(new, {"code": "０７２０４４", "name_en": "Iwaki City", "reason": "申込み"})
    assert answer.url == reverse("people:operator-invite", kwargs={"code": "07204"})
    assert Municipality.objects.get().name.endswith("いわき市")
    assert "もう使い始めて" in browser.post(new, {"code": "07204", "reason": "x"}).content.decode()
    given = {"role": roles.PLANNER, "email": "p@example.jp", "language": "ja", "reason": "最初の担当"}
    assert browser.post(answer.url, {**given, "role": roles.PROGRAMME_STAFF}).status_code == 200
    assert browser.post(answer.url, given).status_code == 302
    assert Invitation.objects.get().municipality == Municipality.objects.get()
    page = browser.get(reverse("people:operator-municipality", kwargs={"code": "07204"})).content.decode()
    assert "p@example.jp" in page


def test_an_operator_corrects_contacts_and_invites_operators(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    browser = signed_in(make_person(roles.OPERATOR))
    change = reverse("people:operator-change", kwargs={"code": town.code})
    given = {"name": "いわき市", "contact_email": "kikaku@city.example.jp", "contact_phone": "0246-22-1111"}
    assert browser.post(change, {**given, "reason": "窓口の変更"}).status_code == 302
    town.refresh_from_db()
    assert (town.contact_email, town.contact_phone) == ("kikaku@city.example.jp", "+81246221111")
    assert Entry.objects.get(verb="municipality.changed").reason == "窓口の変更"
    given = {"role": roles.OPERATOR, "email": "op2@example.jp", "language": "ja", "reason": "増員"}
    assert browser.post(reverse("people:operator-invite-operator"), given).status_code == 302
    page = browser.get(reverse("people:operator")).content.decode()
    assert "op2@example.jp" in page
    made = Invitation.objects.get()
    for name in ("resend", "withdraw"):
        address = reverse(f"people:operator-invitation-{name}", kwargs={"invitation_id": made.pk})
        assert browser.post(address).status_code == 302
    made.refresh_from_db()
    assert made.withdrawn_at is not None


def test_nobody_else_sees_the_operators_pages(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    browser = signed_in(make_person(roles.PLANNER, town))
    for name, kwargs in (
        ("operator", {}),
        ("operator-open", {}),
        ("operator-municipality", {"code": town.code}),
        ("operator-invite-operator", {}),
    ):
        assert browser.get(reverse(f"people:{name}", kwargs=kwargs)).status_code == 403


def test_towns_are_counted_apart(make_person: MakePerson, signed_in: SignedIn, town: Municipality) -> None:
    make_town("07201", "福島市", "Fukushima City")
    make_person(roles.PLANNER, town)
    page = signed_in(make_person(roles.OPERATOR)).get(reverse("people:operator")).content.decode()
    assert reverse("people:operator-invite", kwargs={"code": "07201"}) in page
    assert reverse("people:operator-invite", kwargs={"code": "07204"}) not in page
