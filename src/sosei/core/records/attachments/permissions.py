"""Who may do what with attachments: predicates, asked by views, services and tests."""

from __future__ import annotations

from typing import Any

from sosei.core.people.addresses import EVERYBODY, OPERATORS, SIGNED_IN_OR_PROXY
from sosei.core.people.addresses import register as register_addresses
from sosei.core.people.permissions import nobody, register
from sosei.core.people.roles import SERVES_PEOPLE
from sosei.core.people.standing import standing_of
from sosei.core.records.attachments.querysets import SEES_TOWN
from sosei.core.records.attachments.subjects import reason_to_keep, subject_of


def is_owner(user: Any, target: Any) -> bool:
    """The row is the person's own."""
    person = standing_of(user).person
    return person is not None and person == target.owner_id


def serves_its_town(user: Any, target: Any) -> bool:
    """Programme staff of the town it belongs to."""
    return target.municipality_id in standing_of(user).towns_as(SERVES_PEOPLE)


def can_see_attachment(user: Any, target: Any) -> bool:
    """The owner, who serves or oversees its town, and whoever sees what it is about."""
    if is_owner(user, target) or target.municipality_id in standing_of(user).towns_as(SEES_TOWN):
        return True
    if target.about_id is None:
        return False
    thing = target.about
    subject = subject_of(thing)
    return subject is not None and subject.may_see(user, thing)


def can_send_attachment(user: Any, target: Any) -> bool:
    """For oneself; programme staff also for somebody else, in the town they serve."""
    return is_owner(user, target) or serves_its_town(user, target)


def can_bind_attachment(user: Any, target: Any) -> bool:
    """The owner, and programme staff of its town."""
    return is_owner(user, target) or serves_its_town(user, target)


def can_remove_attachment(user: Any, target: Any) -> bool:
    """The owner and programme staff of its town, unless it is gone or something was decided by it."""
    if target.removed_at is not None or not (is_owner(user, target) or serves_its_town(user, target)):
        return False
    return reason_to_keep(target) is None


PERMISSIONS = {
    "attachment": {
        "view": can_see_attachment,
        "add": can_send_attachment,
        "change": can_bind_attachment,
        "delete": can_remove_attachment,
    },
    "sentinaday": {"view": is_owner, "add": nobody, "change": nobody, "delete": nobody},
}
register("records", PERMISSIONS, frozenset({"attachment"}))

ADDRESSES = {
    "my-files": SIGNED_IN_OR_PROXY,
    "my-file-remove": SIGNED_IN_OR_PROXY,
    # Things that everybody may see have files; the view asks `can_see_attachment`, and answers 404 to all others.
    "file": EVERYBODY,
    "file-preview": EVERYBODY,
    "operator-files": OPERATORS,
}
register_addresses("records", ADDRESSES)
