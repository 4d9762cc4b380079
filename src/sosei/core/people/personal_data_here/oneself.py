"""A person's name, addresses, date of birth and account: exported and erased."""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from sosei.core.people.models import (
    Address,
    BirthDate,
    Person,
)
from sosei.core.people.personal_data import Outcome, Rows
from sosei.core.people.personal_data_here.tools import (
    columns,
    forget,
    history_of,
    moment,
)
from sosei.core.people.proxy import TYPED_KEY

PERSON_COLUMNS = (
    "email",
    "phone",
    "phone_verified",
    "family_name",
    "given_name",
    "family_kana",
    "given_kana",
    "language",
)


def export_person(person: Person) -> Rows:
    """The row of the person itself."""
    row = {column: getattr(person, column) for column in PERSON_COLUMNS}
    return [
        {
            "id": str(person.uid),
            **row,
            "joined_at": moment(person.joined_at),
            "last_login": moment(person.last_login),
        }
    ]


def export_person_versions(person: Person) -> Rows:
    """What the row was before."""
    versions = history_of(Person).filter(pgh_obj_id=person.pk).order_by("pgh_id")
    return [
        {"at": moment(one.pgh_created_at), **{column: getattr(one, column) for column in PERSON_COLUMNS}}
        for one in versions
    ]


def erase_person(person: Person) -> Outcome:
    """Empties the row; the database itself refuses a row that is erased and not empty."""
    person.email = person.phone = None
    person.phone_verified = person.is_active = False
    person.family_name = person.given_name = person.family_kana = person.given_kana = ""
    person.last_login = None
    person.erased_at = timezone.now()
    person.set_unusable_password()
    person.save()
    return Outcome(1)


def erase_person_versions(person: Person) -> Outcome:
    """Takes away what the row was before."""
    deleted, _each = history_of(Person).filter(pgh_obj_id=person.pk).delete()
    return Outcome(deleted)


ADDRESS_COLUMNS = (
    "kind",
    "postcode",
    "municipality_code",
    "prefecture",
    "city",
    "town",
    "street",
    "building",
)


def export_addresses(person: Person) -> Rows:
    """Addresses, and what they were before."""
    now = [{"version": "current", **columns(a, ADDRESS_COLUMNS)} for a in person.addresses.order_by("kind")]
    before = history_of(Address).filter(person_id=person.pk).order_by("pgh_id")
    return now + [{"version": moment(one.pgh_created_at), **columns(one, ADDRESS_COLUMNS)} for one in before]


def erase_addresses(person: Person) -> Outcome:
    """Addresses with their history, that of addresses long removed too."""
    erased = forget(Address.objects.filter(person=person))
    history_of(Address).filter(person_id=person.pk).delete()
    return Outcome(erased)


def export_birth_date(person: Person) -> Rows:
    """The date of birth and the law that asks for it."""
    return [
        {"date": moment(one.date), "legal_basis": one.legal_basis}
        for one in BirthDate.objects.filter(person=person)
    ]


def erase_birth_date(person: Person) -> Outcome:
    """The date of birth with its history."""
    erased = forget(BirthDate.objects.filter(person=person))
    history_of(BirthDate).filter(person_id=person.pk).delete()
    return Outcome(erased)


def export_account(person: Person) -> Rows:
    """Ways to sign in, without their secrets."""
    addresses = [
        {"kind": "email", "value": one.email, "verified": one.verified, "primary": one.primary}
        for one in EmailAddress.objects.filter(user=person).order_by("pk")
    ]
    factors = [
        {"kind": one.type, "created_at": moment(one.created_at), "last_used_at": moment(one.last_used_at)}
        for one in Authenticator.objects.filter(user=person).order_by("pk")
    ]
    directories = [
        {
            "kind": "directory",
            "provider": one.provider,
            "value": one.uid,
            "created_at": moment(one.date_joined),
        }
        for one in SocialAccount.objects.filter(user=person).order_by("pk")
    ]
    return [*addresses, *factors, *directories]


def erase_account(person: Person) -> Outcome:
    """Every way to sign in, and every browser that is signed in."""
    owned = (
        EmailConfirmation.objects.filter(email_address__user=person),
        EmailAddress.objects.filter(user=person),
        Authenticator.objects.filter(user=person),
        SocialToken.objects.filter(account__user=person),
        SocialAccount.objects.filter(user=person),
    )
    return Outcome(sum(rows.delete()[0] for rows in owned) + _erase_sessions(person))


def _erase_sessions(person: Person) -> int:
    # A session names its person only within, so each has to be opened.
    own = []
    for session in Session.objects.iterator(chunk_size=2000):
        held = session.get_decoded()
        if held.get(SESSION_KEY) == str(person.pk):
            own.append(session.pk)
        elif held.get(TYPED_KEY, {}).get("about") == str(person.uid):
            # What staff typed for the person and could not save.
            del held[TYPED_KEY]
            Session.objects.filter(pk=session.pk).update(session_data=SessionStore().encode(held))
    return int(Session.objects.filter(pk__in=own).delete()[0])
