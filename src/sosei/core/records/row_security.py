"""The tenant-private tables of this room, and the condition under which the web role reaches a row of each."""

from __future__ import annotations

from sosei.core.people.row_security import OPERATOR, Policy, about_a_person, in_my_towns, is_me, register
from sosei.core.records.rules import NEVER_OPERATORS, OPERATOR_SCOPE

_OF_OPERATORS = f"scope = '{OPERATOR_SCOPE}' OR (municipality_id IS NULL AND scope <> '{NEVER_OPERATORS}')"
_OPERATORS_OWN = f"({OPERATOR} AND ({_OF_OPERATORS}))"
_HARMLESS = "(NOT is_secret OR emptied_at IS NOT NULL)"

POLICIES = [
    Policy(
        "records_entry",
        f"{is_me('actor_id')} OR {is_me('on_behalf_of_id')} OR {is_me()} OR {in_my_towns()} OR {_OPERATORS_OWN}",
    ),
    Policy(
        "records_message",
        f"{is_me('recipient_id')} OR (({in_my_towns()} OR {_OPERATORS_OWN}) AND {_HARMLESS})",
    ),
    # The messages this asks for are those the policy above lets through.
    Policy(
        "records_messageattempt",
        "EXISTS (SELECT 1 FROM records_message told WHERE told.id = records_messageattempt.message_id)",
    ),
    about_a_person("records_preference"),
]
PUBLIC = frozenset({"records_demonstrationmail"})
"""Empty but in the demonstration, where everybody reads it."""

register(POLICIES)
