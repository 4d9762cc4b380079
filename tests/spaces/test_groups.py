"""Groups registered for public facilities: asked, decided with tier and reduction, used at booking, running out."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from sosei.core.payments.models import ExemptionRule
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.models import Entry, Message
from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.models import Occupancy, UserGroup
from sosei.programmes.spaces.services import groups
from sosei.programmes.spaces.services.groups import Particulars
from sosei.programmes.spaces.services.orders import quote
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import place, wish
from tests.spaces.world import SpacesWorld, day_from_now, make_hourly, make_hours, make_space

CHOIR = Particulars("みほん合唱団（架空）", "毎週の合唱の練習", 20, 12)


def asked(spaces: SpacesWorld, person: Person | None = None, **changes: Any) -> UserGroup:
    given = Particulars(**{**CHOIR.__dict__, **changes})
    person = person or spaces.guest
    return groups.ask(municipality=spaces.town, person=person, particulars=given, actor=person)


def half_price(spaces: SpacesWorld) -> ExemptionRule:
    return ExemptionRule.objects.create(
        municipality=spaces.town,
        code="culture",
        title="文化団体",
        percent=50,
        article="条例第9条（架空）",
        starts_on=day_from_now(-30),
        set_at=timezone.now(),
    )


def approved(spaces: SpacesWorld, group: UserGroup, days: int = 365, **changes: Any) -> UserGroup:
    given: dict[str, Any] = {"tier": "resident", "exemption": None, "reason": "", "actor": spaces.staff}
    return groups.approve(group=group, **{**given, "valid_until": day_from_now(days), **changes})


@pytest.mark.django_db
def test_staff_register_a_group_and_its_reduction_is_in_the_price(spaces: SpacesWorld) -> None:
    group = approved(spaces, asked(spaces), exemption=half_price(spaces))
    room = make_space(spaces.public_host, "減免の部屋（架空）")
    make_hours(room)
    make_hourly(room, 1000)
    now = timezone.now()
    assert quote(wanted=[wish(room)], tier="outside", now=now).yen == 2000
    assert quote(wanted=[wish(room)], tier="resident", group=group, now=now).yen == 1000
    assert Message.objects.get(kind="space_group.decided").recipient == spaces.guest
    assert Entry.objects.get(verb="space_group.approved").actor == spaces.staff


@pytest.mark.django_db
def test_only_the_towns_own_staff_decide_and_never_about_their_own_group(spaces: SpacesWorld) -> None:
    group = asked(spaces)
    for person in (spaces.guest, spaces.other_staff, spaces.clerk):
        with pytest.raises(NotAllowedError):
            approved(spaces, group, actor=person)
    with pytest.raises(NotAllowedError):
        approved(spaces, asked(spaces, spaces.staff))
    with pytest.raises(BookingError) as no_reason:
        groups.refuse(group=group, reason=" ", actor=spaces.staff)
    assert no_reason.value.field == "reason"
    groups.refuse(group=group, reason="名簿がありません。", actor=spaces.staff)
    with pytest.raises(BookingError, match="もう決まっています"):
        approved(spaces, group)


@pytest.mark.django_db
def test_what_cannot_be_is_refused_beside_its_box(spaces: SpacesWorld) -> None:
    for changes, field in (
        ({"name": " "}, "name"),
        ({"purpose": ""}, "purpose"),
        ({"members": 0, "resident_members": 0}, "members"),
        ({"resident_members": 21}, "resident_members"),
    ):
        with pytest.raises(BookingError) as wrong:
            asked(spaces, **changes)
        assert wrong.value.field == field
    group = asked(spaces)
    with pytest.raises(BookingError, match="同じ名前"):
        asked(spaces)
    with pytest.raises(BookingError) as past:
        approved(spaces, group, days=0)
    assert past.value.field == "valid_until"
    with pytest.raises(NotAllowedError):
        groups.ask(municipality=spaces.town, person=spaces.guest, particulars=CHOIR, actor=spaces.friend)


@pytest.mark.django_db
def test_a_registration_runs_out_is_told_once_before_and_can_be_asked_for_again(spaces: SpacesWorld) -> None:
    group = approved(spaces, asked(spaces), days=100)
    with pytest.raises(BookingError, match="30日前から"):
        groups.ask_again(group=group, particulars=CHOIR, actor=spaces.guest)
    UserGroup.objects.filter(pk=group.pk).update(valid_until=day_from_now(10))
    for _time in range(2):
        groups.warn_due(now=timezone.now())
    assert Message.objects.filter(kind="space_group.ending").count() == 1
    UserGroup.objects.filter(pk=group.pk).update(valid_until=day_from_now(-1))
    group.refresh_from_db()
    assert not groups.is_current(group, day_from_now(0))
    assert groups.is_current(group, day_from_now(0) - timedelta(days=1))
    assert groups.ask_again(group=group, particulars=CHOIR, actor=spaces.guest).state == "asked"


@pytest.mark.django_db
def test_a_group_books_through_its_representative_in_its_town_while_it_is_registered(
    spaces: SpacesWorld,
) -> None:
    group = approved(spaces, asked(spaces))
    for wrong in (
        {"valid_until": day_from_now(-1)},
        {"state": "refused"},
        {"person": spaces.friend},
        {"municipality": spaces.other_town},
    ):
        kept = {name: getattr(group, name) for name in wrong}
        UserGroup.objects.filter(pk=group.pk).update(**wrong)
        with pytest.raises(BookingError, match="この団体としては") as refused:
            place(spaces.guest, wish(spaces.rooms[0]), group=UserGroup.objects.get(pk=group.pk))
        assert refused.value.field == "group"
        UserGroup.objects.filter(pk=group.pk).update(**kept)
    assert not Occupancy.objects.exists()
    UserGroup.objects.filter(pk=group.pk).update(valid_until=day_from_now(0))
    group.refresh_from_db()
    key = uuid.uuid4()
    order = place(spaces.guest, wish(spaces.rooms[0]), group=group, tier="outside", key=key)
    assert (order.group, order.tier) == (group, "resident")
    UserGroup.objects.filter(pk=group.pk).update(valid_until=day_from_now(-1))
    group.refresh_from_db()
    assert place(spaces.guest, wish(spaces.rooms[0]), group=group, key=key) == order


@pytest.mark.django_db
def test_from_the_form_to_the_registration_in_the_browser(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    rule = half_price(spaces)
    guest, staff = signed_in(spaces.guest), signed_in(spaces.staff)
    town = {"code": spaces.town.code}
    form = {**CHOIR.__dict__, "about": str(spaces.guest.uid)}
    wrong = guest.post(reverse("spaces:group-new", kwargs=town), {**form, "resident_members": 50})
    assert wrong.status_code == 422
    assert guest.post(reverse("spaces:group-new", kwargs=town), form).status_code == 302
    group = UserGroup.objects.get()
    office = staff.get(reverse("spaces:groups-office", kwargs=town)).content.decode()
    assert CHOIR.name in office, office[office.index("<main") :]
    page = reverse("spaces:group-decide", kwargs={**town, "group_id": group.pk})
    assert "条例第9条" in staff.get(page).content.decode()
    answer = {"decision": "approve", "tier": "resident", "exemption": rule.pk, "reason": ""}
    assert staff.post(page, answer).status_code == 422
    answer["valid_until"] = day_from_now(300).isoformat()
    assert staff.post(page, answer).status_code == 302
    group.refresh_from_db()
    assert (group.state, group.tier, group.exemption_code) == ("approved", "resident", str(rule.pk))
    assert CHOIR.name in guest.get(reverse("spaces:my-groups")).content.decode()
    booking = {**town, "space_id": spaces.meeting_room.pk}
    assert CHOIR.name in guest.get(reverse("spaces:book", kwargs=booking)).content.decode()
    assert signed_in(spaces.friend).get(page).status_code != 200
