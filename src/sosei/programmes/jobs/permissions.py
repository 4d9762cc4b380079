"""Who may do what with seasonal work: predicates, registered once, asked by views and services.

`view` agrees with `visible_to` of the same table; a test compares the two for every table and kind of user.
"""

from __future__ import annotations

from typing import Any

import rules as permission_rules

from sosei.core.people import roles
from sosei.core.people.permissions import (
    Predicate,
    anybody,
    can_see_personal_data,
    can_serve_person,
    is_oneself,
    nobody,
    register,
    serves_town_of,
    signed_in,
)
from sosei.core.people.standing import standing_of
from sosei.programmes.jobs.querysets import employers_of, towns_of


def acts_for_employer(user: Any, target: Any) -> bool:
    """Acts for the row's employer."""
    return target.employer_id is not None and target.employer_id in employers_of(user)


def serves_work(user: Any, target: Any) -> bool:
    """Programme staff of the row's town."""
    return standing_of(user).holds(roles.PROGRAMME_STAFF, target.municipality_id)


def is_partial(user: Any, target: Any) -> bool:
    """Acts for the employer whom the row is about."""
    key = target.about_id if hasattr(target, "about_id") else target.employer_id
    return key is not None and key in employers_of(user)


def decides_impartially(user: Any, target: Any) -> bool:
    """Programme staff of the row's town who are neither the person nor act for the employer whom it is about."""
    return serves_work(user, target) and not is_partial(user, target) and not is_oneself(user, target)


def sees_deals_of_town(user: Any, target: Any) -> bool:
    """Staff of the row's town who see its workers, contracts and wages."""
    return target.municipality_id in towns_of(user)


def runs_employer(user: Any, target: Any) -> bool:
    """Acts for the row's employer, or serves the town: staff may do each step for somebody on the phone."""
    return acts_for_employer(user, target) or serves_work(user, target)


def may_act_for(user: Any, target: Any) -> bool:
    """The worker, and programme staff who serve the worker."""
    return is_oneself(user, target) or can_serve_person(user, target)


def of_both_sides(user: Any, target: Any) -> bool:
    """The worker, those who act for the employer, programme staff of the town."""
    return is_oneself(user, target) or runs_employer(user, target)


def can_see_employer(user: Any, target: Any) -> bool:
    """Approved ones for everybody."""
    return target.is_approved or serves_town_of(user, target) or acts_for_employer(user, target)


def can_see_of_employer(user: Any, target: Any) -> bool:
    """As the employer."""
    return target.employer.is_approved or serves_town_of(user, target) or acts_for_employer(user, target)


def can_see_business(user: Any, target: Any) -> bool:
    """Those who act for the employer, and staff who see contracts."""
    return acts_for_employer(user, target) or sees_deals_of_town(user, target)


def can_see_posting(user: Any, target: Any) -> bool:
    """Published ones for everybody."""
    return target.published_at is not None or serves_town_of(user, target) or acts_for_employer(user, target)


def can_drop_posting(user: Any, target: Any) -> bool:
    """Who runs the employer, as long as it is a draft."""
    return target.published_at is None and runs_employer(user, target)


def can_see_of_posting(user: Any, target: Any) -> bool:
    """As the posting."""
    return can_see_posting(user, target.posting)


def can_drop_of_posting(user: Any, target: Any) -> bool:
    """Who runs the employer, as long as the posting is a draft."""
    return can_drop_posting(user, target.posting)


def can_see_question(user: Any, target: Any) -> bool:
    """Answered ones for everybody."""
    return (
        target.answered_at is not None
        or is_oneself(user, target)
        or acts_for_employer(user, target)
        or sees_deals_of_town(user, target)
    )


def can_see_deal(user: Any, target: Any) -> bool:
    """The worker, those who act for the employer, and staff who see contracts."""
    return is_oneself(user, target) or acts_for_employer(user, target) or sees_deals_of_town(user, target)


def can_see_with_town(user: Any, target: Any) -> bool:
    """The person, and staff who see contracts; never the employer."""
    return is_oneself(user, target) or sees_deals_of_town(user, target)


def can_see_complaint(user: Any, target: Any) -> bool:
    """The person, and staff who see contracts; never the employer, in whatever other role."""
    return is_oneself(user, target) or (sees_deals_of_town(user, target) and not is_partial(user, target))


def can_see_review(user: Any, target: Any) -> bool:
    """One's own words; the other side's when shown; what workers said of an employer is then public."""
    shown = target.shown_at is not None and target.hidden_at is None
    return (
        (shown and target.side == "worker")
        or (is_oneself(user, target) and (target.side == "worker" or shown))
        or (acts_for_employer(user, target) and (target.side == "employer" or shown))
        or sees_deals_of_town(user, target)
    )


def speaks_for_its_side(user: Any, target: Any) -> bool:
    """The worker for the worker's side, the employer for his own; programme staff for either on the phone."""
    if target.side == "worker":
        return may_act_for(user, target)
    return serves_work(user, target) if target.side == "town" else runs_employer(user, target)


def can_see_safety_notice(user: Any, target: Any) -> bool:
    """Those on site, those who act for the employer, staff who see contracts."""
    person = standing_of(user).person
    on_site = person is not None and target.answers.filter(person=person).exists()
    return on_site or can_see_business(user, target)


def can_see_run(user: Any, target: Any) -> bool:
    """Public when the round is published."""
    return target.round.state == "published" or sees_deals_of_town(user, target)


def can_see_outcome(user: Any, target: Any) -> bool:
    """Worker and employer when the round is published; staff who see contracts before."""
    published = target.run.round.state == "published"
    concerned = is_oneself(user, target) or acts_for_employer(user, target)
    return (published and concerned) or sees_deals_of_town(user, target)


def can_set_for_town(user: Any, target: Any) -> bool:
    """Programme staff and planners of the town."""
    return serves_work(user, target) or standing_of(user).holds(roles.PLANNER, target.municipality_id)


_PLACE: dict[str, Predicate] = {
    "view": can_see_of_employer,
    "add": runs_employer,
    "change": runs_employer,
    "delete": nobody,
}
_OF_TOWN: dict[str, Predicate] = {
    "view": anybody,
    "add": can_set_for_town,
    "change": can_set_for_town,
    "delete": can_set_for_town,
}
_OWN: dict[str, Predicate] = {
    "view": is_oneself,
    "add": may_act_for,
    "change": may_act_for,
    "delete": may_act_for,
}
_OF_PERSON: dict[str, Predicate] = {**_OWN, "view": can_see_personal_data}
_KEPT: dict[str, Predicate] = {"view": can_see_deal, "add": nobody, "change": nobody, "delete": nobody}
"""Written by services while they do something else."""
_SERVED: dict[str, Predicate] = {
    "view": can_see_with_town,
    "add": may_act_for,
    "change": serves_work,
    "delete": nobody,
}

PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "employer": {"view": can_see_employer, "add": signed_in, "change": runs_employer, "delete": nobody},
    "workplace": _PLACE,
    "lodging": _PLACE,
    "lodgingnight": {"view": can_see_of_employer, "add": nobody, "change": nobody, "delete": nobody},
    "crop": _OF_TOWN,
    "harvestneed": _OF_TOWN,
    "fitweights": {**_OF_TOWN, "delete": nobody},
    "posting": {
        "view": can_see_posting,
        "add": runs_employer,
        "change": runs_employer,
        "delete": can_drop_posting,
    },
    "shift": {
        "view": can_see_of_posting,
        "add": runs_employer,
        "change": runs_employer,
        "delete": can_drop_of_posting,
    },
    "question": {"view": can_see_question, "add": may_act_for, "change": runs_employer, "delete": nobody},
    "workerprofile": _OF_PERSON,
    "licence": _OF_PERSON,
    "availability": _OF_PERSON,
    "bankaccount": _OWN,
    "savedsearch": _OWN,
    "round": {"view": anybody, "add": serves_work, "change": serves_work, "delete": nobody},
    "roundcap": {"view": anybody, "add": serves_work, "change": serves_work, "delete": serves_work},
    "roundrun": {"view": can_see_run, "add": serves_work, "change": nobody, "delete": nobody},
    "roundoutcome": {"view": can_see_outcome, "add": nobody, "change": nobody, "delete": nobody},
    "group": {"view": can_see_deal, "add": may_act_for, "change": nobody, "delete": nobody},
    "application": {"view": can_see_deal, "add": may_act_for, "change": of_both_sides, "delete": nobody},
    "applicationshift": _KEPT,
    "contract": _KEPT,
    "contractversion": {**_KEPT, "add": runs_employer},
    "contractconsent": {**_KEPT, "add": speaks_for_its_side},
    "workday": _KEPT,
    "cancellation": {**_KEPT, "add": speaks_for_its_side},
    "sitecode": {"view": can_see_business, "add": runs_employer, "change": runs_employer, "delete": nobody},
    "punch": {**_KEPT, "add": of_both_sides},
    "correction": {"view": can_see_deal, "add": may_act_for, "change": runs_employer, "delete": nobody},
    "safetynotice": {
        "view": can_see_safety_notice,
        "add": runs_employer,
        "change": nobody,
        "delete": nobody,
    },
    "safetyanswer": {**_KEPT, "change": may_act_for},
    "payslip": {**_KEPT, "add": runs_employer},
    "payslipline": _KEPT,
    "payrun": {"view": can_see_business, "add": runs_employer, "change": runs_employer, "delete": nobody},
    "payrunline": _KEPT,
    "review": {
        "view": can_see_review,
        "add": speaks_for_its_side,
        "change": decides_impartially,
        "delete": nobody,
    },
    "restriction": {
        "view": can_see_deal,
        "add": decides_impartially,
        "change": decides_impartially,
        "delete": nobody,
    },
    "complaint": {**_SERVED, "view": can_see_complaint, "change": decides_impartially},
    "certificate": {**_SERVED, "change": nobody},
    "returninvitation": {**_KEPT, "add": runs_employer},
    "relocationwish": _SERVED,
    "matchingchange": {"view": nobody, "add": nobody, "change": nobody, "delete": nobody},
}
"""Table -> action -> predicate(user, row); `add` is asked with the row as it would be."""

TRACKED = frozenset(
    {
        "employer",
        "workplace",
        "lodging",
        "crop",
        "harvestneed",
        "posting",
        "shift",
        "workerprofile",
        "licence",
        "round",
        "roundcap",
        "application",
        "contract",
        "workday",
        "correction",
        "payrun",
        "review",
        "restriction",
        "complaint",
        "fitweights",
    }
)

register("jobs", PERMISSIONS, TRACKED)
permission_rules.add_perm("jobs.decide_employer", serves_work)
permission_rules.add_perm("jobs.decide_licence", can_serve_person)
permission_rules.add_perm("jobs.run_employer", runs_employer)
