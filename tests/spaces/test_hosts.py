"""Hosts: registration, the town's check, public hosts, terms, and who sees which page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sosei.core.people import roles
from sosei.core.people.models import Membership, Organisation, Person
from sosei.core.records.models import Entry, Message
from sosei.engines.conventions.corporate_number import check_digit
from sosei.programmes.spaces.errors_listings import HostError, ListingError
from sosei.programmes.spaces.models import Host, Space
from sosei.programmes.spaces.services import hosts as services
from sosei.programmes.spaces.services.listings import enter_space, submit_space
from sosei.programmes.spaces.services.terms import make_terms, terms_of
from tests.people.conftest import MakePerson, SignedIn, hold_role
from tests.spaces.bookings_world import place, wish, workday
from tests.spaces.world import SpacesWorld, make_host, make_hourly, make_hours

NUMBER = check_digit("700110000001") + "700110000001"
SHOP = services.Particulars(
    name="あたらしい店（架空）",
    representative="架空 新",
    address="福島県いわき市架空9-9",
    phone="+81246000001",
    email="mise@example.jp",
)
ROOM = {
    "kind": "room",
    "name": "奥の部屋",
    "address": "架空9-9",
    "latitude": 37.05,
    "longitude": 140.89,
    "seats": 8,
}


def register(world: SpacesWorld, person: Person, number: str = "", **changes: Any) -> Host:
    return services.register_host(
        municipality=world.town,
        particulars=replace(SHOP, **changes),
        corporate_number=number,
        person=person,
        actor=person,
    )


def test_a_newcomer_registers_and_prepares_but_submits_nothing_until_staff_have_checked(
    spaces: SpacesWorld, make_person: MakePerson
) -> None:
    person = make_person()
    made = register(spaces, person)
    assert Membership.objects.held().get(person=person).organisation_id == made.pk
    person = Person.objects.get(pk=person.pk)
    room = enter_space(host=made, columns={**ROOM, "about": "静か。", "uses": ["meeting"]}, actor=person)
    make_hours(room)
    make_hourly(room, 500)
    with pytest.raises(ListingError) as refused:
        submit_space(space=Space.objects.get(pk=room.pk), actor=person)
    assert [flaw.page for flaw in refused.value.flaws] == ["host"]  # type: ignore[attr-defined]
    services.approve_host(host=made, actor=spaces.staff)
    assert submit_space(space=Space.objects.get(pk=room.pk), actor=person).state == "asked"
    assert Message.objects.filter(recipient=person, kind="space_host.decided").count() == 1
    assert Entry.objects.filter(verb="space_host.approved", object_id=str(made.pk)).count() == 1


def test_nobody_joins_an_organisation_by_its_number_alone(
    spaces: SpacesWorld, make_person: MakePerson
) -> None:
    there = Organisation.objects.create(
        municipality=spaces.town, kind="association", name="みほん組合", corporate_number=NUMBER
    )
    person = make_person()
    with pytest.raises(HostError, match="もう町の名簿にあります") as refused:
        register(spaces, person, NUMBER)
    assert refused.value.field == "corporate_number"
    assert not Membership.objects.filter(person=person).exists()
    made = services.register_host(
        municipality=spaces.town,
        particulars=SHOP,
        corporate_number=NUMBER,
        person=spaces.owner,
        actor=spaces.staff,
    )
    assert made.pk == there.pk
    with pytest.raises(HostError) as wrong:
        register(spaces, make_person(), NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10))
    assert wrong.value.field == "corporate_number"
    with pytest.raises(HostError, match="所在地"):
        register(spaces, make_person(), address=" ")


def test_a_change_of_what_was_checked_asks_for_another_check_and_keeps_what_is_published(
    spaces: SpacesWorld,
) -> None:
    host = spaces.host
    told = services.Particulars(**{name: getattr(host, name) for name in SHOP.__dataclass_fields__})
    about = replace(told, about="山の近く。")
    assert services.change_host(host=host, particulars=about, actor=spaces.owner) == []
    moved = replace(about, phone="+81246000002")
    assert services.change_host(host=host, particulars=moved, actor=spaces.owner) == ["phone"]
    host.refresh_from_db()
    assert host.is_approved and not services.may_publish(host)
    assert Space.objects.visible_to(None).filter(host=host, state="published").count() == 5
    assert Host.objects.filter(services.waiting()).get() == host
    services.approve_host(host=host, actor=spaces.staff)
    host.refresh_from_db()
    assert services.may_publish(host)
    # A department is the town itself: nothing waits.
    own = replace(told, phone="+81246000003", name=spaces.public_host.name)
    assert services.change_host(host=spaces.public_host, particulars=own, actor=spaces.staff) == []


def test_only_impartial_staff_of_the_town_decide_and_a_refusal_needs_a_reason(
    spaces: SpacesWorld, make_person: MakePerson
) -> None:
    asked = make_host(spaces.town, "待つ店（架空）", state="asked")
    for person in (spaces.owner, spaces.other_staff, spaces.guest, spaces.planner):
        with pytest.raises(HostError):
            services.approve_host(host=asked, actor=person)

    partial = make_person(roles.PROGRAMME_STAFF, spaces.town)
    hold_role(partial, roles.SPACE_HOST, spaces.town, asked.organisation)
    with pytest.raises(HostError, match="ほかの担当者"):
        services.approve_host(host=asked, actor=partial)
    with pytest.raises(HostError) as refused:
        services.refuse_host(host=asked, actor=spaces.staff, reason=" ")
    assert refused.value.field == "reason"
    seen = services.fingerprint(asked)
    Host.objects.filter(pk=asked.pk).update(address="べつの所")
    with pytest.raises(HostError, match="もう一度読んで"):
        services.approve_host(host=asked, actor=spaces.staff, checked=seen)
    services.refuse_host(host=asked, actor=spaces.staff, reason="持ち主の同意がありません。")
    with pytest.raises(HostError, match="もう"):
        services.approve_host(host=asked, actor=spaces.staff)


def test_staff_make_a_public_host_of_a_department_and_nobody_else_does(spaces: SpacesWorld) -> None:
    department = Organisation.objects.create(
        municipality=spaces.town, kind="department", name="文化課（架空）"
    )
    with pytest.raises(HostError):
        services.make_public_host(municipality=spaces.town, particulars=SHOP, actor=spaces.owner)
    made = services.make_public_host(
        municipality=spaces.town, particulars=SHOP, actor=spaces.staff, department=department
    )
    assert made.pk == department.pk and made.is_approved and made.is_public
    with pytest.raises(HostError, match="もう登録"):
        services.make_public_host(
            municipality=spaces.town, particulars=SHOP, actor=spaces.staff, department=department
        )
    with pytest.raises(HostError) as refused:
        services.make_public_host(
            municipality=spaces.town,
            particulars=SHOP,
            actor=spaces.staff,
            department=spaces.host.organisation,
        )
    assert refused.value.field == "department"


def test_terms_are_versions_and_a_host_s_own_stand_before_the_town_s(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    first = terms_of(spaces.town, spaces.host)
    assert first == spaces.terms
    own = make_terms(municipality=spaces.town, host=spaces.host, text="土足で入らない。", actor=spaces.staff)
    assert terms_of(spaces.town, spaces.host) == own and own.number == 1
    assert terms_of(spaces.town, spaces.public_host) == spaces.terms
    with pytest.raises(ListingError, match="同じ文"):
        make_terms(municipality=spaces.town, host=spaces.host, text="土足で入らない。", actor=spaces.staff)
    with pytest.raises(ListingError):
        make_terms(municipality=spaces.town, host=None, text="新しい。", actor=spaces.owner)
    staff = signed_in(spaces.staff)
    answer = staff.post("/07204/office/spaces/terms", {"host": "", "text": "新しい町の規約。", "text_en": ""})
    assert answer.status_code == 302
    page = signed_in(spaces.guest).get("/07204/spaces/terms").content.decode()
    assert "第2版" in page and "新しい町の規約。" in page and "使ったあとは元に戻してください。" in page


def test_the_way_through_the_pages_from_registration_to_approval(
    spaces: SpacesWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    person = make_person()
    browser = signed_in(person)
    given = {
        **{name: getattr(SHOP, name) for name in ("name", "representative", "address", "email")},
        "phone": "0246-22-1111",
        "whose": str(person.uid),
    }
    answer = browser.post("/07204/spaces/hosts/new", given)
    made = Host.objects.get(name=SHOP.name)
    assert answer["Location"] == f"/07204/host/{made.pk}/"
    assert "確かめています" in browser.get(answer["Location"]).content.decode()
    staff = signed_in(spaces.staff)
    assert SHOP.name in staff.get("/07204/office/spaces/hosts").content.decode()
    page = f"/07204/office/spaces/hosts/{made.pk}"
    assert "チェックを入れて" in staff.post(page, {"decision": "approve", "identity": "on"}).content.decode()
    seen = services.fingerprint(Host.objects.get(pk=made.pk))
    assert f'value="{seen}"' in staff.get(page).content.decode()
    ticks = {"identity": "on", "contact": "on", "right": "on"}
    assert staff.post(page, {"decision": "approve", "checked": seen, **ticks}).status_code == 302
    made.refresh_from_db()
    assert made.is_approved and made.decided_at <= timezone.now()
    public = {**given, "name": "みほん公園課（架空）", "department": ""}
    assert staff.post("/07204/office/spaces/hosts/new", public).status_code == 302
    assert Host.objects.get(name="みほん公園課（架空）").is_public
    assert browser.get("/07204/office/spaces/hosts/new").status_code == 403


def test_pages_of_a_host_are_closed_to_others_and_its_home_asks_few_queries(
    spaces: SpacesWorld, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    home = f"/07204/host/{spaces.host.pk}/"
    owner = signed_in(spaces.owner)
    assert owner.get("/me/spaces/hosts")["Location"] == home
    assert owner.get(home).status_code == 200
    place(spaces.guest, wish(spaces.rooms[0]))
    place(spaces.guest, wish(spaces.meeting_room, workday(2), "09:00", "12:00"))
    with django_assert_max_num_queries(20):
        shown = owner.get(home).content.decode()
    assert "返事を待っている申し込みはありません" in shown and f'href="{home}payments/"' in shown
    clerk = signed_in(spaces.clerk).get(f"/07204/host/{spaces.public_host.pk}/").content.decode()
    assert "返事を待っている申し込み：1件" in clerk and "知らせている抽選：0件" in clerk
    assert signed_in(spaces.staff).get(home).status_code == 200
    assert signed_in(spaces.other_owner).get(home).status_code == 404
    assert signed_in(spaces.guest).get(home).status_code == 403
    assert 'href="/me/spaces/hosts"' not in signed_in(spaces.guest).get("/me/").content.decode()
    profile = signed_in(spaces.guest).get(f"/07204/spaces/hosts/{spaces.host.pk}").content.decode()
    assert spaces.hall.name in profile and spaces.rooms[0].name in profile
