"""Employers: registration, the town's check, changes that need another check, places."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Membership, Organisation, Person
from sosei.core.records.models import Entry, Message
from sosei.engines.conventions.corporate_number import check_digit
from sosei.programmes.jobs.errors_postings import EmployerError, PostingError
from sosei.programmes.jobs.models import Employer, Posting
from sosei.programmes.jobs.services import employer_places as places
from sosei.programmes.jobs.services import employers as services
from sosei.programmes.jobs.services.postings import publish_posting, write_posting
from tests.jobs.world import (
    JobsWorld,
    day_from_now,
    make_employer,
    make_nights,
    make_posting,
    make_shifts,
    make_workplace,
)
from tests.people.conftest import MakePerson, SignedIn, hold_role

NUMBER = check_digit("700110000001") + "700110000001"
FARM = services.Particulars(
    name="あたらしい農園（架空）",
    industry="farming",
    representative="架空 新",
    address="福島県いわき市架空9-9",
    employees=0,
    harassment_contact="架空 新",
    harassment_phone="+81246000001",
    is_individual=True,
    accident_insurance=True,
)


def register(jobs: JobsWorld, person: Person, number: str = "", **changes: Any) -> Employer:
    return services.register_employer(
        municipality=jobs.town,
        particulars=replace(FARM, **changes),
        corporate_number=number,
        person=person,
        actor=person,
    )


def test_a_newcomer_registers_and_may_prepare_but_publish_nothing_until_staff_have_checked(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    person = make_person()
    made = register(jobs, person)
    assert made.state == "asked"
    assert Membership.objects.held().get(person=person).organisation_id == made.pk
    person = Person.objects.get(pk=person.pk)
    draft = make_posting(make_workplace(made), state="draft")
    make_shifts(draft)
    assert write_posting(employer=made, columns={"title": "下書き"}, actor=person).state == "draft"
    with pytest.raises(PostingError, match="確かめてから"):
        publish_posting(posting=draft, actor=person)
    services.approve_employer(employer=made, actor=jobs.staff)
    assert publish_posting(posting=draft, actor=person).is_open
    assert Message.objects.filter(recipient=person, kind="employer.decided").count() == 1
    assert Entry.objects.filter(verb="employer.approved", object_id=str(made.pk)).count() == 1


def test_an_organisation_of_that_number_is_taken_by_staff_alone_and_no_second_one_made(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    there = Organisation.objects.create(
        municipality=jobs.town, kind="association", name="みほん組合", corporate_number=NUMBER
    )
    person = make_person()
    with pytest.raises(EmployerError, match="もう町の名簿にあります"):
        register(jobs, person, NUMBER, is_individual=False)
    assert not Membership.objects.filter(person=person).exists()
    hold_role(person, roles.CITIZEN, jobs.town)
    made = services.register_employer(
        municipality=jobs.town,
        particulars=replace(FARM, is_individual=False),
        corporate_number=NUMBER,
        person=person,
        actor=jobs.staff,
    )
    assert made.pk == there.pk


def test_nobody_joins_an_organisation_that_others_act_for_by_its_number_alone(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    register(jobs, make_person(), NUMBER, is_individual=False)
    with pytest.raises(EmployerError, match="もう") as refused:
        register(jobs, make_person(), NUMBER, is_individual=False)
    assert refused.value.field == "corporate_number"
    assert Employer.objects.filter(organisation__corporate_number=NUMBER).count() == 1


@pytest.mark.parametrize(
    ("number", "changes", "field"),
    [
        ("", {"is_individual": False}, "corporate_number"),
        (NUMBER, {}, "corporate_number"),
        (NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10), {"is_individual": False}, "corporate_number"),
        ("", {"harassment_phone": ""}, "harassment_phone"),
        ("", {"representative": " "}, "representative"),
        ("", {"industry": "piracy"}, "industry"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_box(
    jobs: JobsWorld, make_person: MakePerson, number: str, changes: dict[str, Any], field: str
) -> None:
    person = make_person()
    with pytest.raises(EmployerError) as refused:
        register(jobs, person, number, **changes)
    assert refused.value.field == field
    assert not Membership.objects.filter(person=person).exists()


def test_a_change_of_what_was_checked_asks_for_another_check_and_keeps_what_is_published(
    jobs: JobsWorld,
) -> None:
    employer = jobs.employer
    told = {name: getattr(employer, name) for name in services.Particulars.__dataclass_fields__}
    about = services.Particulars(**{**told, "about": "山の近くです。"})
    assert services.change_employer(employer=employer, particulars=about, actor=jobs.farmer) == []
    assert services.may_publish(employer)
    moved = replace(about, harassment_contact="べつの人")
    assert services.change_employer(employer=employer, particulars=moved, actor=jobs.farmer) == [
        "harassment_contact"
    ]
    employer.refresh_from_db()
    assert employer.is_approved and not services.may_publish(employer)
    assert list(Posting.objects.visible_to(None)) == [jobs.posting]
    assert Employer.objects.filter(services.waiting()).get() == employer
    services.approve_employer(employer=employer, actor=jobs.staff)
    employer.refresh_from_db()
    assert services.may_publish(employer)


def test_who_gives_up_accident_insurance_is_no_longer_approved(jobs: JobsWorld) -> None:
    told = {name: getattr(jobs.employer, name) for name in services.Particulars.__dataclass_fields__}
    without = services.Particulars(**{**told, "accident_insurance": False})
    services.change_employer(employer=jobs.employer, particulars=without, actor=jobs.farmer)
    jobs.employer.refresh_from_db()
    assert jobs.employer.state == "asked"
    with pytest.raises(EmployerError, match="労災保険"):
        services.approve_employer(employer=jobs.employer, actor=jobs.staff)


def test_only_staff_of_the_town_decide_and_a_refusal_needs_a_reason(jobs: JobsWorld) -> None:
    asked = make_employer(jobs.town, "待つ農園（架空）", state="asked")
    for person in (jobs.farmer, jobs.other_staff, jobs.worker, jobs.planner):
        with pytest.raises(EmployerError):
            services.approve_employer(employer=asked, actor=person)
    with pytest.raises(EmployerError) as refused:
        services.refuse_employer(employer=asked, actor=jobs.staff, reason=" ")
    assert refused.value.field == "reason"
    services.refuse_employer(employer=asked, actor=jobs.staff, reason="労災の書類がありません。")
    with pytest.raises(EmployerError, match="もう"):
        services.approve_employer(employer=asked, actor=jobs.staff)


def test_another_employer_changes_neither_places_nor_beds(jobs: JobsWorld) -> None:
    with pytest.raises(EmployerError):
        places.change_lodging(lodging=jobs.lodging, columns={"beds": 9}, actor=jobs.other_farmer)
    with pytest.raises(EmployerError):
        places.close_place(place=jobs.workplace, actor=jobs.worker)


def test_beds_never_fall_below_what_is_promised_and_nights_to_come_follow(
    jobs: JobsWorld,
) -> None:
    night = make_nights(jobs.lodging, day_from_now(40), 1)[0]
    night.taken = 2
    night.save()
    with pytest.raises(EmployerError) as refused:
        places.change_lodging(lodging=jobs.lodging, columns={"beds": 1}, actor=jobs.farmer)
    assert refused.value.field == "beds"
    places.change_lodging(lodging=jobs.lodging, columns={"beds": 5}, actor=jobs.farmer)
    night.refresh_from_db()
    assert night.beds == 5


def test_the_place_of_a_published_posting_keeps_its_law_and_is_not_closed(jobs: JobsWorld) -> None:
    with pytest.raises(EmployerError, match="公開中"):
        places.change_workplace(
            workplace=jobs.workplace, columns={"municipality_code": "13101"}, actor=jobs.farmer
        )
    with pytest.raises(EmployerError, match="公開中"):
        places.close_place(place=jobs.workplace, actor=jobs.farmer)
    with pytest.raises(EmployerError) as refused:
        places.change_workplace(
            workplace=jobs.workplace, columns={"exemption": "agriculture"}, actor=jobs.farmer
        )
    assert refused.value.field == "exemption_reason"


def test_the_way_through_the_pages_from_registration_to_approval(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    person = make_person()
    browser = signed_in(person)
    given = {
        **{name: getattr(FARM, name) for name in ("name", "industry", "representative", "address")},
        "employees": "0",
        "is_individual": "on",
        "accident_insurance": "on",
        "harassment_contact": "架空 新",
        "harassment_phone": "0246-22-1111",
        "whose": str(person.uid),
    }
    answer = browser.post("/07204/work/employers/new", given)
    made = Employer.objects.get(name=FARM.name)
    assert answer["Location"] == f"/07204/employer/{made.pk}/"
    assert "確かめています" in browser.get(answer["Location"]).content.decode()
    staff = signed_in(jobs.staff)
    assert FARM.name in staff.get("/07204/office/work/employers").content.decode()
    page = f"/07204/office/work/employers/{made.pk}"
    assert "チェックを入れて" in staff.post(page, {"decision": "approve", "insurance": "on"}).content.decode()
    made.refresh_from_db()
    assert made.state == "asked"
    ticks = {"insurance": "on", "contact": "on", "agreement": "on"}
    made.refresh_from_db()
    seen = services.fingerprint(made)
    assert f'value="{seen}"' in staff.get(page).content.decode()
    assert staff.post(page, {"decision": "approve", "checked": seen, **ticks}).status_code == 302
    made.refresh_from_db()
    assert made.is_approved


def test_a_click_on_the_map_moves_the_place_and_saves_nothing(jobs: JobsWorld, signed_in: SignedIn) -> None:
    browser = signed_in(jobs.farmer)
    page = f"/07204/employer/{jobs.employer.pk}/places/new"
    frame = "37.050000,140.890000,10"
    given = {"name": "北の畑", "place": "", "place_frame": frame, "place_map.x": "160", "place_map.y": "40"}
    answer = browser.post(page, given)
    # A hundred pixels above the middle, ten metres each: one kilometre north.
    assert 'value="37.058993, 140.890000"' in answer.content.decode()
    assert "北の畑" in answer.content.decode() and "error-summary" not in answer.content.decode()
    assert jobs.employer.workplaces.count() == 1
    whole = {
        "name": "北の畑",
        "prefecture": "07",
        "address": "福島県いわき市架空7",
        "smoking": "outdoor_work",
        "place": "３７．０６, 140.9",
    }
    assert browser.post(page, whole).status_code == 302
    made = jobs.employer.workplaces.get(name="北の畑")
    assert (made.latitude, made.longitude) == (Decimal("37.060000"), Decimal("140.900000"))
    assert made.municipality_code == "07204"


def test_pages_of_an_employer_are_closed_to_others(
    jobs: JobsWorld, signed_in: SignedIn, make_person: MakePerson
) -> None:
    home = f"/07204/employer/{jobs.employer.pk}/"
    farmer = signed_in(jobs.farmer)
    assert 'href="/me/employers"' in farmer.get(home).content.decode()
    assert farmer.get("/me/employers")["Location"] == home
    assert 'href="/me/employers"' not in signed_in(jobs.worker).get("/me/").content.decode()
    assert signed_in(jobs.staff).get(home).status_code == 200
    assert signed_in(jobs.other_farmer).get(home).status_code == 404
    assert signed_in(jobs.worker).get(home).status_code == 403
    check = f"/07204/office/work/employers/{jobs.employer.pk}"
    assert signed_in(jobs.farmer).get(check).status_code == 403
    auditor = make_person(roles.AUDITOR, jobs.town)
    assert signed_in(auditor).get(check).status_code == 200
    assert signed_in(auditor).post(check, {"decision": "refuse", "reason": "x"}).status_code == 404


def test_asked_at_stands_after_the_decision_only_while_a_check_is_due(jobs: JobsWorld) -> None:
    assert not services.waits_for_check(jobs.employer)
    jobs.employer.asked_at = timezone.now() + datetime.timedelta(days=1)
    assert services.waits_for_check(jobs.employer)
