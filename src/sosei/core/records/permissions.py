"""Who may do what with entries and messages: predicates, registered once, asked by views and tests.

`view` agrees with `visible_to` of the same table; a test compares the two for every table and kind of user.
"""

from __future__ import annotations

from typing import Any

import rules as permission_rules
from django.conf import settings

from sosei.core.people.addresses import EVERYBODY, OPERATORS, SIGNED_IN, SIGNED_IN_OR_PROXY, Audience, office
from sosei.core.people.addresses import register as register_addresses
from sosei.core.people.permissions import Predicate, is_oneself, nobody, register
from sosei.core.people.standing import standing_of
from sosei.core.records import rules


def can_read_entry(user: Any, target: Any) -> bool:
    """What one did, had done, or was done for one; for staff, what their roles read in their towns."""
    standing = standing_of(user)
    if standing.person is None:
        return False
    own = standing.person in (target.actor_id, target.on_behalf_of_id, target.person_id)
    return own or rules.may_read(standing, scope=target.scope, municipality=target.municipality_id)


def can_read_message(user: Any, target: Any) -> bool:
    """Those to oneself; for staff, those of their towns that their roles read, without codes and links in them."""
    standing = standing_of(user)
    if standing.person is None:
        return False
    if standing.person == target.recipient_id:
        return True
    harmless = not target.is_secret or target.emptied_at is not None
    return harmless and rules.may_read(standing, scope=target.scope, municipality=target.municipality_id)


def can_read_attempt(user: Any, target: Any) -> bool:
    """Who sees the message."""
    return can_read_message(user, target.message)


def can_change_message(user: Any, target: Any) -> bool:
    """The recipient marks it read, staff who may have it sent again do so."""
    standing = standing_of(user)
    return (standing.person is not None and standing.person == target.recipient_id) or can_send_again(
        user, target
    )


def can_send_again(user: Any, target: Any) -> bool:
    """Staff whose roles work with what the message is about; those who audit read only."""
    if target.is_secret and target.emptied_at is None:
        return False
    return rules.may_mend(standing_of(user), scope=target.scope, municipality=target.municipality_id)


def in_the_demonstration(user: Any, target: Any = None) -> bool:
    """Public in the demonstration, closed elsewhere."""
    return bool(getattr(settings, "DEMONSTRATION", False))


PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "entry": {"view": can_read_entry, "add": nobody, "change": nobody, "delete": nobody},
    "message": {"view": can_read_message, "add": nobody, "change": can_change_message, "delete": nobody},
    "messageattempt": {"view": can_read_attempt, "add": nobody, "change": nobody, "delete": nobody},
    "preference": {"view": is_oneself, "add": is_oneself, "change": is_oneself, "delete": nobody},
    "demonstrationmail": {"view": in_the_demonstration, "add": nobody, "change": nobody, "delete": nobody},
}
"""Table -> action -> predicate(user, row)."""

register("records", PERMISSIONS, frozenset())
permission_rules.add_perm("records.send_again_message", can_send_again)

_READERS = frozenset().union(*rules.READERS.values())
_MENDERS = frozenset().union(*rules.MENDERS.values())

# Which entries and messages a page shows, `visible_to` decides.
ADDRESSES: dict[str, Audience] = {
    "notifications": SIGNED_IN_OR_PROXY,
    "notifications-read": SIGNED_IN,
    "notification-settings": SIGNED_IN_OR_PROXY,
    "entries": office(*_READERS),
    "entries-file": office(*_READERS),
    "undelivered": office(*_READERS),
    "send-again": office(*_MENDERS),
    "operator-entries": OPERATORS,
    "operator-entries-file": OPERATORS,
    "operator-undelivered": OPERATORS,
    "operator-send-again": OPERATORS,
    # Not there outside the demonstration.
    "mailbox": EVERYBODY,
}
register_addresses("records", ADDRESSES)
