"""The policies of row-level security for attachments, in the form of `core.people.row_security`."""

from __future__ import annotations

from sosei.core.people.row_security import PERSON, Policy, in_my_towns, is_me, register


def _attachments(table: str) -> Policy:
    """One's own, those of the towns one is staff of, and bound ones of a town in which one has any role."""
    has_role = (
        f"EXISTS (SELECT 1 FROM people_membership held WHERE held.person_id = {PERSON} "
        f"AND held.municipality_id = {table}.municipality_id AND held.ended_at IS NULL)"
    )
    return Policy(table, f"{is_me('owner_id')} OR {in_my_towns()} OR (about_id IS NOT NULL AND {has_role})")


POLICIES = [
    _attachments("records_attachment"),
    _attachments("records_attachmentevent"),
    Policy("records_sentinaday", is_me("owner_id")),
]

register(POLICIES)
