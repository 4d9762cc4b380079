"""Who may do what with the rows of this room: predicates, registered once, asked by views, services and tests.

`view` agrees with `visible_to` of the same table; a test compares the two for every table and kind of user.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import rules

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, OPERATORS, SIGNED_IN, SIGNED_IN_OR_PROXY, Audience, office
from sosei.core.people.models import Membership, Role
from sosei.core.people.standing import standing_of

Predicate = Callable[..., bool]


def anybody(user: Any, target: Any = None) -> bool:
    """Public."""
    return True


def nobody(user: Any, target: Any = None) -> bool:
    """Written by services on their own account only, never on somebody's wish."""
    return False


def signed_in(user: Any, target: Any = None) -> bool:
    """Anybody with an account."""
    return standing_of(user).person is not None


def is_oneself(user: Any, target: Any) -> bool:
    """The row is the person's own."""
    standing = standing_of(user)
    return standing.person is not None and standing.person == getattr(target, "person_id", target.pk)


def is_operator(user: Any, target: Any = None) -> bool:
    """Runs the installation."""
    return standing_of(user).is_operator


def serves_town_of(user: Any, target: Any) -> bool:
    """Works in the town the row belongs to, in any role of the municipality's own people."""
    return target.municipality_id in standing_of(user).towns_as(roles.TOWN_STAFF)


def oversees_town_of(user: Any, target: Any) -> bool:
    """Mayor's office or auditor of the town the row belongs to."""
    return target.municipality_id in standing_of(user).towns_as(roles.READS_WHOLE_TOWN)


def can_see_organisation(user: Any, target: Any) -> bool:
    """Staff of its town, its members, operators."""
    return (
        is_operator(user) or serves_town_of(user, target) or target.pk in standing_of(user).organisations_as()
    )


def can_enter_organisation(user: Any, target: Any) -> bool:
    """Planners enter departments, programme staff all others; an operator the first departments."""
    standing = standing_of(user)
    if target.kind == target.Kind.DEPARTMENT:
        return standing.is_operator or standing.holds(roles.PLANNER, target.municipality_id)
    return standing.holds(roles.PROGRAMME_STAFF, target.municipality_id)


def can_change_organisation(user: Any, target: Any) -> bool:
    """Who may enter it, and the employers and hosts who belong to it."""
    own = target.pk in standing_of(user).organisations_as({roles.EMPLOYER, roles.SPACE_HOST})
    return own or can_enter_organisation(user, target)


def can_see_membership(user: Any, target: Membership) -> bool:
    """One's own, and those of the roles one's own role works with."""
    scopes = standing_of(user).member_scopes()
    return is_oneself(user, target) or any(s.covers(target.role, target.municipality_id) for s in scopes)


def can_grant_membership(user: Any, target: Any) -> bool:
    """Who may give that role there; anybody may become a citizen of a town by himself."""
    if target.role == Role.CITIZEN and is_oneself(user, target):
        return True
    return standing_of(user).may_grant(target.role, target.municipality_id)


def can_end_membership(user: Any, target: Any) -> bool:
    """The holder, and who may give that role there."""
    return is_oneself(user, target) or standing_of(user).may_grant(target.role, target.municipality_id)


def can_see_invitation(user: Any, target: Any) -> bool:
    """Those to the roles one's own role works with."""
    return any(s.covers(target.role, target.municipality_id) for s in standing_of(user).member_scopes())


def can_invite(user: Any, target: Any) -> bool:
    """Who may give that role there."""
    return standing_of(user).may_grant(target.role, target.municipality_id)


def can_see_person(user: Any, target: Any) -> bool:
    """Oneself, and holders of the roles one's own role works with."""
    if is_oneself(user, target):
        return True
    scopes = standing_of(user).member_scopes()
    return bool(scopes) and Membership.objects.held().within(scopes).filter(person=target.pk).exists()


def can_enter_person(user: Any, target: Any = None) -> bool:
    """Programme staff enter persons who call or come to the counter."""
    return bool(standing_of(user).towns_as(roles.SERVES_PEOPLE))


def can_serve_person(user: Any, target: Any) -> bool:
    """Programme staff of a town in which the person is a citizen, employer or host, and nowhere staff."""
    towns = standing_of(user).towns_as(roles.SERVES_PEOPLE)
    key = getattr(target, "person_id", target.pk)
    if not towns or standing_of(user).person == key:
        return False
    return _is_served_in(key, towns)


def _is_served_in(person: int, towns: Collection[int]) -> bool:
    """A role of the people of one of the towns is held, and no role of staff: staff keep their own data themselves."""
    held = Membership.objects.held().filter(person=person)
    return (
        held.filter(municipality__in=towns, role__in=sorted(roles.CIVIL)).exists()
        and not held.filter(role__in=sorted(roles.STAFF)).exists()
    )


def can_change_person(user: Any, target: Any) -> bool:
    """Oneself, and programme staff for those they serve."""
    return is_oneself(user, target) or can_serve_person(user, target)


def can_see_personal_data(user: Any, target: Any) -> bool:
    """One's own, and those of persons one's role serves or oversees."""
    if is_oneself(user, target):
        return True
    scopes = standing_of(user).personal_scopes()
    held = Membership.objects.held()
    return bool(scopes) and held.within(scopes).filter(person=target.person_id).exists()


def can_see_look(user: Any, target: Any) -> bool:
    """Whose data were seen, who saw them, who oversees the town."""
    standing = standing_of(user)
    if standing.person is None:
        return False
    return standing.person in (target.person_id, target.staff_id) or oversees_town_of(user, target)


def can_act_for(user: Any, target: Any) -> bool:
    """Programme staff, for a person they serve, in the town where they serve."""
    standing = standing_of(user)
    return (
        standing.person == target.staff_id
        and standing.holds(roles.PROGRAMME_STAFF, target.municipality_id)
        and target.person_id != standing.person
        and _is_served_in(target.person_id, {target.municipality_id})
    )


def can_stop_acting(user: Any, target: Any) -> bool:
    """Who acts."""
    return standing_of(user).person == target.staff_id


def can_see_erasure(user: Any, target: Any) -> bool:
    """The person, and who oversees a town in which the person had a role."""
    if is_oneself(user, target):
        return True
    towns = standing_of(user).towns_as(roles.READS_WHOLE_TOWN)
    return bool(towns) and Membership.objects.filter(person=target.person_id, municipality__in=towns).exists()


def can_publish_consent_text(user: Any, target: Any) -> bool:
    """Planners for their town, operators for the installation."""
    if target.municipality_id is None:
        return is_operator(user)
    return standing_of(user).holds(roles.PLANNER, target.municipality_id)


PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "municipality": {"view": anybody, "add": is_operator, "change": is_operator, "delete": nobody},
    "organisation": {
        "view": can_see_organisation,
        "add": can_enter_organisation,
        "change": can_change_organisation,
        "delete": nobody,
    },
    "person": {
        "view": can_see_person,
        "add": can_enter_person,
        "change": can_change_person,
        "delete": is_oneself,
    },
    "address": {
        "view": can_see_personal_data,
        "add": can_change_person,
        "change": can_change_person,
        "delete": can_change_person,
    },
    "birthdate": {
        "view": can_see_personal_data,
        "add": can_change_person,
        "change": can_change_person,
        "delete": can_change_person,
    },
    "membership": {
        "view": can_see_membership,
        "add": can_grant_membership,
        "change": can_end_membership,
        "delete": nobody,
    },
    "invitation": {"view": can_see_invitation, "add": can_invite, "change": can_invite, "delete": nobody},
    "consenttext": {"view": anybody, "add": can_publish_consent_text, "change": nobody, "delete": nobody},
    "consent": {
        "view": can_see_personal_data,
        "add": can_change_person,
        "change": nobody,
        "delete": nobody,
    },
    "look": {"view": can_see_look, "add": nobody, "change": nobody, "delete": nobody},
    "proxysession": {
        "view": can_see_look,
        "add": can_act_for,
        "change": can_stop_acting,
        "delete": nobody,
    },
    "erasure": {"view": can_see_erasure, "add": is_oneself, "change": nobody, "delete": nobody},
}
"""Table -> action -> predicate(user, row); `add` is asked with the row as it would be."""


def _history_of(view: Predicate) -> Predicate:
    def can_see_version(user: Any, target: Any) -> bool:
        """Whoever sees the row sees what it was."""
        return target.pgh_obj is not None and view(user, target.pgh_obj)

    return can_see_version


def register(
    app_label: str, table: dict[str, dict[str, Predicate]], tracked: frozenset[str] = frozenset()
) -> None:
    """Registers a room's table with rules as `<app>.<action>_<model>`, and that of its histories.

    Args:
        app_label: the room.
        table: model name -> action -> predicate.
        tracked: names of the models whose history is kept.
    """
    for model, actions in table.items():
        for action, predicate in actions.items():
            rules.add_perm(f"{app_label}.{action}_{model}", predicate)
        if model in tracked:
            rules.add_perm(f"{app_label}.view_{model}event", _history_of(actions["view"]))
            for action in ("add", "change", "delete"):
                rules.add_perm(f"{app_label}.{action}_{model}event", nobody)


register(
    "people",
    PERMISSIONS,
    frozenset({"municipality", "organisation", "person", "address", "birthdate", "membership", "invitation"}),
)


# The pages of the sign-in library look after themselves; their names are listed so that a new one is noticed.
DOOR: dict[str, Audience] = {
    **dict.fromkeys(
        (
            "account_login",
            "account_logout",
            "account_inactive",
            "account_signup",
            "account_email_verification_sent",
            "account_verify_phone",
            "account_reset_password",
            "account_confirm_password_reset_code",
            "account_complete_password_reset",
            "account_password_reset_completed",
            "mfa_authenticate",
            "mfa_login_webauthn",
            "socialaccount_signup",
            "socialaccount_login_cancelled",
            "socialaccount_login_error",
            "openid_connect_login",
            "openid_connect_callback",
        ),
        EVERYBODY,
    ),
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "account_email",
            "account_change_phone",
            "account_change_password",
            "account_set_password",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_remove_webauthn",
            "mfa_edit_webauthn",
            "mfa_reauthenticate_webauthn",
            "socialaccount_connections",
        ),
        SIGNED_IN,
    ),
}

_ACCOUNTS: dict[str, Audience] = {
    "account": SIGNED_IN,
    "sign-out-elsewhere": SIGNED_IN,
    "invitation-link": EVERYBODY,
    "invitation": EVERYBODY,
    "offices": SIGNED_IN,
    "office": office(),
    "members": office(roles.PLANNER, roles.PROGRAMME_STAFF, roles.MAYORS_OFFICE, roles.AUDITOR),
    "invite": office(roles.PLANNER),
    "invitation-resend": office(roles.PLANNER),
    "invitation-withdraw": office(roles.PLANNER),
    "member-end": office(),
    "organisations": office(),
    "organisation-new": office(roles.PLANNER, roles.PROGRAMME_STAFF),
    "organisation": office(roles.PLANNER, roles.PROGRAMME_STAFF),
    "organisation-close": office(roles.PLANNER, roles.PROGRAMME_STAFF),
    "operator": OPERATORS,
    "operator-open": OPERATORS,
    "operator-municipality": OPERATORS,
    "operator-change": OPERATORS,
    "operator-invite": OPERATORS,
    "operator-invite-operator": OPERATORS,
    "operator-invitation-resend": OPERATORS,
    "operator-invitation-withdraw": OPERATORS,
    "operator-member-end": OPERATORS,
}

_SERVING = office(roles.PROGRAMME_STAFF)
_SERVING_OR_READING = office(roles.PROGRAMME_STAFF, *roles.READS_WHOLE_TOWN)
_PERSONS: dict[str, Audience] = {
    "me": SIGNED_IN_OR_PROXY,
    "profile": SIGNED_IN_OR_PROXY,
    "address": SIGNED_IN_OR_PROXY,
    "address-lookup": SIGNED_IN_OR_PROXY,
    "address-remove": SIGNED_IN_OR_PROXY,
    "birth-date": SIGNED_IN_OR_PROXY,
    "join-town": SIGNED_IN,
    "leave-role": SIGNED_IN,
    "looks": SIGNED_IN_OR_PROXY,
    "consents": SIGNED_IN_OR_PROXY,
    "consents-due": SIGNED_IN,
    "consent": SIGNED_IN_OR_PROXY,
    "consent-decide": SIGNED_IN_OR_PROXY,
    "data": SIGNED_IN,
    "data-file": SIGNED_IN,
    "erase": SIGNED_IN,
    "erased": EVERYBODY,
    "stop-acting": SIGNED_IN_OR_PROXY,
    "demonstration-sign-in": EVERYBODY,
    "people": _SERVING_OR_READING,
    "person": _SERVING_OR_READING,
    "register": _SERVING,
    "person-edit": _SERVING,
    "person-address": _SERVING,
    "person-address-lookup": _SERVING,
    "act": _SERVING,
    "operator-consents": OPERATORS,
    "office-consents": office(roles.PLANNER, *roles.READS_WHOLE_TOWN),
}

ADDRESSES: dict[str, Audience] = {**_ACCOUNTS, **_PERSONS}

addresses.register("", DOOR)
addresses.register("people", ADDRESSES)
# The room under this one knows no people; its one page shows components.
addresses.register("design", {"components": EVERYBODY})
