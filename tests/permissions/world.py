"""Two towns with a person of every kind and a row of every table in each: the ground the permission grids walk."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import (
    Address,
    BirthDate,
    Consent,
    ConsentText,
    Erasure,
    Invitation,
    Look,
    Membership,
    Municipality,
    Organisation,
    Person,
    ProxySession,
)

HERE, THERE = "07204", "07201"
ACTIONS = ("view", "add", "change", "delete")


@dataclass(frozen=True)
class Example:
    """A row, and in whose hands it lies: of the town here, of the other town, or the asking citizen's own."""

    model: str
    name: str
    row: Any

    @property
    def is_published(self) -> bool:
        """Everybody may see it, of whichever town it is."""
        return self.name.startswith("published")


@dataclass
class World:
    """The towns, the kinds of user, the rows."""

    towns: dict[str, Municipality] = field(default_factory=dict)
    departments: dict[str, Organisation] = field(default_factory=dict)
    firms: dict[str, Organisation] = field(default_factory=dict)
    houses: dict[str, Organisation] = field(default_factory=dict)
    residents: dict[str, Person] = field(default_factory=dict)
    desks: dict[str, Person] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)
    strategies: dict[str, Any] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    def add(self, name: str, row: Any) -> Any:
        """Keeps a row as an example, with the version its history holds of it."""
        self.examples.append(Example(row._meta.label_lower, name, row))
        event = apps.get_app_config(row._meta.app_label).models.get(f"{row._meta.model_name}event")
        if event is not None:
            version = event._default_manager.filter(pgh_obj=row.pk).order_by("-pgh_id").first()
            self.examples.append(Example(event._meta.label_lower, name, version))
        return row


def make_person(
    name: str, *, role: str = "", world: World, place: str = HERE, secured: bool = True, active: bool = True
) -> Person:
    """A person with at most one role, and a second factor where staff need one."""
    person = Person.objects.create(
        email=f"{name.replace(' ', '-')}@{place}.example.jp",
        family_name="例",
        given_name=name,
        is_active=active,
    )
    if role:
        in_town = role != roles.OPERATOR
        Membership.objects.create(
            person=person,
            role=role,
            municipality=world.towns[place] if in_town else None,
            organisation={
                roles.KPI_OWNER: world.departments[place],
                roles.EMPLOYER: world.firms[place],
                roles.SPACE_HOST: world.houses[place],
            }.get(role),
            granted_at=timezone.now(),
        )
    if role in roles.STAFF and secured:
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return person


def again(user: Any) -> Any:
    """The same user as a later request reads it: nothing remembered."""
    return Person.objects.get(pk=user.pk) if isinstance(user, Person) else user


def build() -> World:
    """Everything, in the database under test."""
    world = World()
    for place, name in ((HERE, "こちら市"), (THERE, "あちら市")):
        town, _made = Municipality.objects.get_or_create(
            code=place, defaults={"name": name, "opened_at": timezone.now()}
        )
        world.towns[place] = town
        world.departments[place] = Organisation.objects.create(
            municipality=town, kind="department", name="例の課"
        )
        world.firms[place] = Organisation.objects.create(municipality=town, kind="employer", name="例の農園")
        world.houses[place] = Organisation.objects.create(municipality=town, kind="host", name="例の集会所")
    world.kinds["visitor"] = AnonymousUser()
    world.kinds["newcomer"] = make_person("newcomer", world=world)
    for role in roles.ALL:
        world.kinds[role] = make_person(role, role=role, world=world)
    world.kinds["planner without second factor"] = make_person(
        "unsecured", role=roles.PLANNER, world=world, secured=False
    )
    world.kinds["planner switched off"] = make_person("off", role=roles.PLANNER, world=world, active=False)
    for place, whose in ((HERE, "here"), (THERE, "there")):
        _fill_town(world, place, whose)
    _fill_own(world, world.kinds[roles.CITIZEN])
    for filler in FILLERS:
        filler(world)
    return world


def _fill_town(world: World, place: str, whose: str) -> None:
    town, now = world.towns[place], timezone.now()
    world.residents[place] = resident = make_person("resident", role=roles.CITIZEN, world=world, place=place)
    world.desks[place] = desk = make_person("desk", role=roles.PROGRAMME_STAFF, world=world, place=place)
    planner = make_person("second planner", role=roles.PLANNER, world=world, place=place)
    world.add(whose, town)
    world.add(f"department {whose}", world.departments[place])
    world.add(f"employer {whose}", world.firms[place])
    world.add(f"citizen {whose}", resident)
    world.add(f"planner {whose}", planner)
    world.add(f"citizen {whose}", resident.memberships.get())
    world.add(f"planner {whose}", planner.memberships.get())
    invited = {"invited_at": now, "expires_at": now + datetime.timedelta(days=14), "municipality": town}
    for role in (roles.PLANNER, roles.EMPLOYER):
        world.add(
            f"{role} {whose}",
            Invitation.objects.create(
                role=role,
                email="invited@example.jp",
                token_hash=f"{role}{place}",
                organisation=world.firms[place] if role == roles.EMPLOYER else None,
                **invited,
            ),
        )
    text = ConsentText.objects.create(
        municipality=town, key="example", version=1, title="例", body="例", purpose="例", published_at=now
    )
    world.add(whose, text)
    _fill_person(world, resident, desk, town, text, f"citizen {whose}")
    gone = Person.objects.create(is_active=False, erased_at=now)
    Membership.objects.create(
        person=gone,
        role=roles.CITIZEN,
        municipality=town,
        granted_at=now,
        ended_at=now,
        ended_because="erased",
    )
    world.add(
        f"citizen {whose}",
        Erasure.objects.create(person=gone, asked_by=gone, done_at=now, erased=[], kept=[]),
    )


def _fill_person(
    world: World, person: Person, desk: Person, town: Municipality, text: ConsentText, name: str
) -> None:
    now = timezone.now()
    world.add(
        name, Address.objects.create(person=person, postcode="9708686", prefecture="福島県", city="いわき市")
    )
    world.add(
        name,
        BirthDate.objects.create(
            person=person, date=datetime.date(1990, 4, 1), legal_basis="労働基準法第56条"
        ),
    )
    world.add(
        name,
        Consent.objects.create(person=person, text=text, decision="given", decided_at=now, entered_by=person),
    )
    session = ProxySession.objects.create(
        staff=desk,
        person=person,
        municipality=town,
        channel="phone",
        reason="電話での依頼",
        started_at=now,
        expires_at=now,
        ended_at=now,
    )
    world.add(name, session)
    world.add(name, Look.objects.create(staff=desk, person=person, municipality=town, what="address", at=now))


def _fill_own(world: World, citizen: Person) -> None:
    world.add("own of the citizen", citizen)
    world.add("own of the citizen", citizen.memberships.get())
    text = ConsentText.objects.get(municipality=world.towns[HERE], key="example")
    _fill_person(world, citizen, world.desks[HERE], world.towns[HERE], text, "own of the citizen")


FILLERS: list[Callable[[World], None]] = []
"""Rows of other rooms; each adds examples of its tables."""


def filler(function: Callable[[World], None]) -> Callable[[World], None]:
    """Decorator: the function adds examples of a room's tables."""
    FILLERS.append(function)
    return function


def own_models() -> Iterable[type[models.Model]]:
    """Every table of this project."""
    return [model for model in apps.get_models() if model.__module__.startswith("sosei.")]
