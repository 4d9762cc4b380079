"""Towns and persons in every role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Membership, Municipality, Organisation, Person

MakePerson = Callable[..., Person]
SignedIn = Callable[[Person], Client]
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


def make_town(code: str, name: str, name_en: str) -> Municipality:
    """A town that uses Sosei."""
    return Municipality.objects.create(code=code, name=name, name_en=name_en, opened_at=timezone.now())


@pytest.fixture
def town(db: None) -> Municipality:
    """The town most tests are about."""
    return make_town("07204", "いわき市", "Iwaki City")


@pytest.fixture
def other_town(db: None) -> Municipality:
    """Another town, whose staff must see nothing of the first."""
    return make_town("07201", "福島市", "Fukushima City")


def organisation_for(role: str, town: Municipality) -> Organisation:
    """A department, employer or host for a role that is held in one."""
    kinds = {
        roles.KPI_OWNER: Organisation.Kind.DEPARTMENT,
        roles.EMPLOYER: Organisation.Kind.EMPLOYER,
        roles.SPACE_HOST: Organisation.Kind.HOST,
    }
    kind = kinds[role]
    found: Organisation = Organisation.objects.get_or_create(
        municipality=town, kind=kind, name=f"{town.name}の{kind.label}（架空）"
    )[0]
    return found


def hold_role(
    person: Person,
    role: str,
    town: Municipality | None,
    organisation: Organisation | None = None,
) -> Membership:
    """The person holds the role from now on."""
    if organisation is None and town is not None and role in roles.OF_AN_ORGANISATION:
        organisation = organisation_for(role, town)
    held: Membership = Membership.objects.create(
        person=person,
        role=role,
        municipality=None if role == roles.OPERATOR else town,
        organisation=organisation,
        granted_at=timezone.now(),
    )
    person.__dict__.pop("standing", None)
    return held


def add_second_factor(person: Person) -> Authenticator:
    """Sets up one-time codes from `TOTP_SECRET`."""
    made: Authenticator = Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(TOTP_SECRET)}
    )
    person.__dict__.pop("standing", None)
    return made


def person_maker() -> MakePerson:
    """`make_person(role="planner", town=town)`: a person who holds the role, with a second factor where staff need one.

    Without a role somebody who only has an account; `second_factor=False` for staff whose roles still wait;
    `has_account=False` for somebody entered by staff on the phone; `password=` for one who signs in by a form. Any
    other argument is a column of `Person`. A person made without names gets invented ones.
    """

    made: int | None = None

    def make(
        role: str | None = None,
        town: Municipality | None = None,
        *,
        organisation: Organisation | None = None,
        second_factor: bool | None = None,
        has_account: bool = True,
        password: str | None = None,
        **columns: Any,
    ) -> Person:
        nonlocal made
        # The world that a test starts from has people already.
        made = (Person.objects.count() if made is None else made) + 1
        columns.setdefault("family_name", "佐藤")
        columns.setdefault("given_name", f"試{made}")
        columns.setdefault("family_kana", "サトウ")
        columns.setdefault("given_kana", "タメシ")
        if has_account and "phone" not in columns:
            columns.setdefault("email", f"person-{made}@example.jp")
        person = Person(**columns)
        if password is None:
            person.set_unusable_password()
        else:
            person.set_password(password)
        person.save()
        if person.email:
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        if role is not None:
            hold_role(person, role, town, organisation)
        if (role in roles.STAFF) if second_factor is None else second_factor:
            add_second_factor(person)
        return person

    return make


@pytest.fixture
def make_person(db: None) -> MakePerson:
    """What `person_maker` gives."""
    return person_maker()


@pytest.fixture
def signed_in() -> SignedIn:
    """`signed_in(person)`: a browser in which the person has just signed in."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        session = client.session
        # What the sign-in library notes after a password, so that it does not ask for it again at once.
        session["account_authentication_methods"] = [
            {"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}
        ]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        return client

    return sign_in
