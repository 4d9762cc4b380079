"""Persons who call or come to the counter, entered by staff without an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import locks, look_words, roles, tenancy
from sosei.core.people.models import ConsentText, Membership, Municipality, Person
from sosei.core.people.names import Name, name_problems
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.consents import give_all
from sosei.core.people.services.looks import record_looks
from sosei.core.people.services.profile import ProfileError

SHOWN_DUPLICATES = 10


@dataclass(frozen=True)
class Caller:
    """Somebody who calls or comes to the counter."""

    name: Name
    phone: str | None
    language: str


@transaction.atomic
def register_person(
    *,
    actor: Person,
    municipality: Municipality,
    caller: Caller,
    channel: str,
    reason: str,
    consents: Sequence[ConsentText] = (),
) -> Person:
    """Enters somebody without an account as a citizen of the town.

    Args:
        channel: `ProxySession.Channel`: on the phone or at the counter.
        consents: the texts that were read to the person, who agreed.

    Raises:
        ProfileError: a part of the name is missing.
        ConsentError: a text has a newer version.
    """
    for field, problem in name_problems(caller.name).items():
        raise ProfileError(problem, field)
    person = Person(phone=caller.phone, language=caller.language, **vars(caller.name))
    person.set_unusable_password()
    # A row about which nobody in the town can know anything yet: only the owner of the tables may write it.
    with tenancy.unguarded():
        person.save(force_insert=True)
        Membership.objects.create(
            person=person,
            role=roles.CITIZEN,
            municipality=municipality,
            granted_at=timezone.now(),
            granted_by=actor,
        )
    by = Acting(actor, person, municipality, reason=reason, channel=channel)
    by.record("person.registered", subject=person, data={"channel": channel})
    give_all(by=by, texts=consents)
    return person


def find_duplicates(*, actor: Person, municipality: Municipality, caller: Caller) -> list[Person]:
    """Persons of the town who may be the same: the same telephone number, name or reading. Leaves a look at each."""
    name = caller.name
    same = Q(family_name=name.family_name, given_name=name.given_name)
    if name.family_kana and name.given_kana:
        same |= Q(family_kana=name.family_kana, given_kana=name.given_kana)
    if caller.phone:
        same |= Q(phone=caller.phone)
    found = list(
        Person.objects.visible_to(actor)
        .with_role(municipality, roles.CIVIL)
        .filter(same)
        .prefetch_related("addresses")
        .order_by("family_kana", "given_kana", "pk")[:SHOWN_DUPLICATES]
    )
    record_looks(
        staff=actor,
        persons=[person.pk for person in found],
        what=look_words.DUPLICATES,
        municipality=municipality,
    )
    return found


def needed_by(person: Person) -> list[str]:
    """Why the person cannot go: towns whose only planner, or the installation whose only operator, the person is.

    Holders are counted under a lock, so that the last two cannot both go at once.
    """
    needed = (
        person.memberships.held().filter(role__in=sorted(roles.NEVER_WITHOUT)).select_related("municipality")
    )
    return [
        _why_needed(membership)
        for membership in needed.order_by("pk")
        if not any(
            other.person_id != person.pk
            for other in locks.lock_holders(membership.role, membership.municipality)
        )
    ]


def _why_needed(membership: Membership) -> str:
    if membership.role == roles.OPERATOR:
        return _("あなたは、ただ一人のシステム管理者です。先に、ほかの人を管理者に招いてください。")
    return _("あなたは、%(town)sのただ一人の企画担当です。先に、ほかの人を企画担当に招いてください。") % {
        "town": membership.municipality
    }
