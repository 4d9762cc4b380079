"""Who may do what with spaces: predicates, registered once, asked by views and services.

`view` agrees with `visible_to` of the same table; a test compares the two for every table and kind of user.
"""

from __future__ import annotations

from typing import Any

import rules as permission_rules

from sosei.core.people import roles
from sosei.core.people.permissions import (
    Predicate,
    anybody,
    can_serve_person,
    is_oneself,
    nobody,
    register,
    serves_town_of,
    signed_in,
)
from sosei.core.people.standing import standing_of
from sosei.programmes.spaces.querysets import hosts_of, partners_of, towns_of


def acts_for_host(user: Any, target: Any) -> bool:
    """Acts for the row's host."""
    return target.host_id is not None and target.host_id in hosts_of(user)


def acts_for_partner(user: Any, target: Any) -> bool:
    """Acts for the row's partner."""
    return target.partner_id is not None and target.partner_id in partners_of(user)


def serves_spaces(user: Any, target: Any) -> bool:
    """Programme staff of the row's town."""
    return standing_of(user).holds(roles.PROGRAMME_STAFF, target.municipality_id)


def decides_impartially(user: Any, target: Any) -> bool:
    """Programme staff of the row's town who are neither the guest nor act for the host."""
    person = getattr(target, "person_id", None)
    return (
        serves_spaces(user, target)
        and not acts_for_host(user, target)
        and (person is None or not is_oneself(user, target))
    )


def sees_deals_of_town(user: Any, target: Any) -> bool:
    """Staff of the row's town who see its guests, bookings and payments."""
    return target.municipality_id in towns_of(user)


def runs_host(user: Any, target: Any) -> bool:
    """Acts for the row's host, or serves the town: staff may do each step for somebody on the phone."""
    return acts_for_host(user, target) or serves_spaces(user, target)


def writes_for_guest(user: Any, order: Any) -> bool:
    """Staff of the town write for a guest without an account who calls; the host's own people do not."""
    return order.person_id is None and serves_spaces(user, order) and not acts_for_host(user, order)


def is_guest(user: Any, target: Any) -> bool:
    """The row's guest; rows of guests without an account are nobody's."""
    return target.person_id is not None and is_oneself(user, target)


def may_act_for(user: Any, target: Any) -> bool:
    """The guest, and programme staff who serve the guest."""
    return is_guest(user, target) or (target.person_id is not None and can_serve_person(user, target))


def of_both_sides(user: Any, target: Any) -> bool:
    """The guest, those who act for the host, programme staff of the town."""
    return is_guest(user, target) or runs_host(user, target)


def can_see_host(user: Any, target: Any) -> bool:
    """Approved ones for everybody."""
    return target.is_approved or serves_town_of(user, target) or acts_for_host(user, target)


def can_see_business(user: Any, target: Any) -> bool:
    """Those who act for the host, and staff who see bookings."""
    return acts_for_host(user, target) or sees_deals_of_town(user, target)


def can_see_space(user: Any, target: Any) -> bool:
    """What is or was published for everybody."""
    return target.published_at is not None or serves_town_of(user, target) or acts_for_host(user, target)


def can_drop_space(user: Any, target: Any) -> bool:
    """Who runs the host, as long as the space was never published."""
    return target.published_at is None and runs_host(user, target)


def can_see_of_space(user: Any, target: Any) -> bool:
    """As the space."""
    return can_see_space(user, target.space)


def can_see_deal(user: Any, target: Any) -> bool:
    """The guest, those who act for the host, and staff who see bookings."""
    return is_guest(user, target) or can_see_business(user, target)


def can_see_with_town(user: Any, target: Any) -> bool:
    """The person, and staff who see bookings."""
    return is_guest(user, target) or sees_deals_of_town(user, target)


def can_see_review(user: Any, target: Any) -> bool:
    """One's own words; the other side's when shown; what guests said of a space is then public."""
    shown = target.shown_at is not None and target.hidden_at is None
    return (
        (shown and target.side == "guest")
        or (is_guest(user, target) and (target.side == "guest" or shown))
        or (acts_for_host(user, target) and (target.side == "host" or shown))
        or sees_deals_of_town(user, target)
    )


def speaks_for_its_side(user: Any, target: Any) -> bool:
    """The guest for the guest's side, those who run the host for the host's."""
    return may_act_for(user, target) if target.side == "guest" else runs_host(user, target)


def can_see_wish(user: Any, target: Any) -> bool:
    """The person, staff who see bookings, approved hosts of the town while it is open, and those who answered."""
    if can_see_with_town(user, target):
        return True
    if not (target.is_shown or target.offers.filter(host__in=hosts_of(user)).exists()):
        return False
    return bool(
        type(target)
        ._meta.get_field("municipality")
        .related_model.objects.filter(
            pk=target.municipality_id,
            space_hosts__in=hosts_of(user),
            space_hosts__state="approved",
        )
        .exists()
    )


def moderates(user: Any, target: Any) -> bool:
    """Programme staff of the row's town, but for what they asked for themselves."""
    return serves_spaces(user, target) and not is_guest(user, target)


def can_see_need(user: Any, target: Any) -> bool:
    """Those who act for the host, staff who see bookings, and partners of the town."""
    return can_see_business(user, target) or (
        type(target)
        ._meta.get_field("municipality")
        .related_model.objects.filter(
            pk=target.municipality_id,
            ict_partners__in=partners_of(user),
            ict_partners__ended_at__isnull=True,
        )
        .exists()
    )


def can_see_ict(user: Any, target: Any) -> bool:
    """Those who act for the host or the partner, and staff who see bookings."""
    return can_see_business(user, target) or acts_for_partner(user, target)


def runs_partner(user: Any, target: Any) -> bool:
    """Acts for the partner, or serves the town."""
    return acts_for_partner(user, target) or serves_spaces(user, target)


def of_host_or_partner(user: Any, target: Any) -> bool:
    """Those who act for the host or the partner, and programme staff."""
    return runs_host(user, target) or acts_for_partner(user, target)


_OF_SPACE: dict[str, Predicate] = {
    "view": can_see_of_space,
    "add": runs_host,
    "change": runs_host,
    "delete": runs_host,
}
_BUSINESS: dict[str, Predicate] = {
    "view": can_see_business,
    "add": runs_host,
    "change": runs_host,
    "delete": nobody,
}
_KEPT: dict[str, Predicate] = {"view": can_see_deal, "add": nobody, "change": nobody, "delete": nobody}
"""Written by services while they do something else."""
_PUBLIC_OF_HOST: dict[str, Predicate] = {
    "view": anybody,
    "add": runs_host,
    "change": runs_host,
    "delete": nobody,
}
_FIXED_OF_HOST: dict[str, Predicate] = {**_PUBLIC_OF_HOST, "change": nobody}
_ICT: dict[str, Predicate] = {
    "view": can_see_ict,
    "add": nobody,
    "change": of_host_or_partner,
    "delete": nobody,
}

PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "host": {"view": can_see_host, "add": signed_in, "change": runs_host, "delete": nobody},
    "usageterms": {"view": anybody, "add": serves_spaces, "change": nobody, "delete": nobody},
    "usergroup": {
        "view": can_see_with_town,
        "add": may_act_for,
        "change": serves_spaces,
        "delete": nobody,
    },
    "ladder": {"view": anybody, "add": nobody, "change": nobody, "delete": nobody},
    "space": {"view": can_see_space, "add": runs_host, "change": runs_host, "delete": can_drop_space},
    "spaceindex": {"view": anybody, "add": nobody, "change": nobody, "delete": nobody},
    "spacephoto": _OF_SPACE,
    "openinghour": _OF_SPACE,
    "closure": {**_PUBLIC_OF_HOST, "delete": runs_host},
    "pricelist": _OF_SPACE,
    "priceitem": _OF_SPACE,
    "extra": {**_OF_SPACE, "delete": nobody},
    "calendarfeed": _BUSINESS,
    "calendarlink": _BUSINESS,
    "order": {"view": can_see_deal, "add": of_both_sides, "change": nobody, "delete": nobody},
    "booking": {"view": can_see_deal, "add": of_both_sides, "change": of_both_sides, "delete": nobody},
    "block": _BUSINESS,
    "occupancy": {"view": anybody, "add": nobody, "change": nobody, "delete": nobody},
    "bookingchange": _KEPT,
    "bookingcancellation": _KEPT,
    "waitingentry": {"view": can_see_deal, "add": may_act_for, "change": may_act_for, "delete": nobody},
    "lottery": _PUBLIC_OF_HOST,
    "lotteryspace": _FIXED_OF_HOST,
    "lotteryentry": {"view": can_see_deal, "add": may_act_for, "change": may_act_for, "delete": nobody},
    "lotterydraw": _FIXED_OF_HOST,
    "lock": _BUSINESS,
    "doorcode": {**_KEPT, "view": of_both_sides, "change": runs_host},
    "lockuse": _KEPT,
    "spacereview": {
        "view": can_see_review,
        "add": speaks_for_its_side,
        "change": decides_impartially,
        "delete": nobody,
    },
    "damagereport": {
        "view": can_see_deal,
        "add": speaks_for_its_side,
        "change": of_both_sides,
        "delete": nobody,
    },
    "searchmiss": {"view": serves_town_of, "add": nobody, "change": nobody, "delete": nobody},
    "spacewish": {"view": can_see_wish, "add": may_act_for, "change": may_act_for, "delete": nobody},
    "wishoffer": {"view": can_see_deal, "add": runs_host, "change": of_both_sides, "delete": nobody},
    "ictpartner": {"view": anybody, "add": serves_spaces, "change": runs_partner, "delete": nobody},
    "catalogueitem": {"view": anybody, "add": runs_partner, "change": runs_partner, "delete": nobody},
    "ictneed": {"view": can_see_need, "add": runs_host, "change": runs_host, "delete": nobody},
    "ictproposal": _ICT,
    "ictline": {**_ICT, "change": nobody},
    "installation": _ICT,
    "speedlog": {
        "view": can_see_of_space,
        "add": runs_host,
        "change": nobody,
        "delete": nobody,
    },
}
"""Table -> action -> predicate(user, row); `add` is asked with the row as it would be."""

TRACKED = frozenset(
    {
        "host",
        "usergroup",
        "ladder",
        "space",
        "pricelist",
        "extra",
        "calendarfeed",
        "order",
        "booking",
        "waitingentry",
        "lottery",
        "lotteryentry",
        "lock",
        "spacereview",
        "damagereport",
        "spacewish",
        "wishoffer",
        "ictpartner",
        "catalogueitem",
        "ictneed",
        "ictproposal",
        "installation",
    }
)

register("spaces", PERMISSIONS, TRACKED)
permission_rules.add_perm("spaces.decide_host", decides_impartially)
permission_rules.add_perm("spaces.decide_space", decides_impartially)
permission_rules.add_perm("spaces.run_host", runs_host)
permission_rules.add_perm("spaces.run_partner", runs_partner)
permission_rules.add_perm("spaces.serve", serves_spaces)
permission_rules.add_perm("spaces.hide_wish", moderates)
