"""Who may do what with money: predicates, registered once, asked by views and services.

`view` agrees with `visible_to` of the same table; a test compares the two for every table and kind of user.
"""

from __future__ import annotations

from typing import Any

import rules as permission_rules

from sosei.core.payments.querysets import payees_of, towns_of
from sosei.core.people import roles
from sosei.core.people.permissions import Predicate, anybody, nobody, register
from sosei.core.people.standing import standing_of


def acts_for_payee(user: Any, target: Any) -> bool:
    """Looks after the payee's money."""
    return target.payee_id is not None and target.payee_id in payees_of(user)


def sees_money_of_town(user: Any, target: Any) -> bool:
    """Staff of the row's town who see its bills."""
    return target.municipality_id in towns_of(user)


def handles_money(user: Any, target: Any) -> bool:
    """Programme staff of the row's town."""
    return standing_of(user).holds(roles.PROGRAMME_STAFF, target.municipality_id)


def is_payer(user: Any, target: Any) -> bool:
    """Owes it, with an account."""
    standing = standing_of(user)
    return standing.person is not None and standing.person == target.person_id


def can_see(user: Any, target: Any) -> bool:
    """The payer, those who act for the payee, staff who see the town's money."""
    return is_payer(user, target) or acts_for_payee(user, target) or sees_money_of_town(user, target)


def can_see_of_payee(user: Any, target: Any) -> bool:
    """Those who act for the payee, staff who see the town's money."""
    return acts_for_payee(user, target) or sees_money_of_town(user, target)


def can_pay(user: Any, target: Any) -> bool:
    """The payer, and programme staff at the counter."""
    return is_payer(user, target) or handles_money(user, target)


def runs_payee(user: Any, target: Any) -> bool:
    """Acts for the payee, or programme staff of the town; of what is owed to the town, staff alone."""
    return acts_for_payee(user, target) or handles_money(user, target)


def can_have_paper(user: Any, target: Any) -> bool:
    """The payer and the payee; programme staff for either. Who only looks on numbers no papers."""
    return is_payer(user, target) or runs_payee(user, target)


def can_give_account(user: Any, target: Any) -> bool:
    """The payer, and programme staff for somebody on the phone."""
    return is_payer(user, target) or handles_money(user, target)


def decides_for_town(user: Any, target: Any) -> bool:
    """Programme staff and planners of the town."""
    return handles_money(user, target) or standing_of(user).holds(roles.PLANNER, target.municipality_id)


def can_set_payee(user: Any, target: Any) -> bool:
    """A host's own by the host; the town's and the platform's by staff; programme staff for both."""
    return acts_for_payee(user, target) or handles_money(user, target)


_KEPT: dict[str, Predicate] = {"view": can_see, "add": nobody, "change": nobody, "delete": nobody}
"""Written by services while they do something else."""
_OF_PAYEE: dict[str, Predicate] = {**_KEPT, "view": can_see_of_payee}
_OF_TOWN: dict[str, Predicate] = {**_KEPT, "view": sees_money_of_town}
_NOBODYS: dict[str, Predicate] = {"view": nobody, "add": nobody, "change": nobody, "delete": nobody}

PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "bill": _KEPT,
    "charge": {**_KEPT, "add": runs_payee},
    "chargeline": _KEPT,
    "payment": {**_KEPT, "add": can_pay, "change": runs_payee},
    "paymentstep": _KEPT,
    "refund": {**_KEPT, "add": runs_payee, "change": can_give_account},
    "ledgertransaction": _KEPT,
    "ledgerline": _KEPT,
    "invoice": {**_KEPT, "add": can_have_paper},
    "invoiceline": _KEPT,
    "receipt": {**_KEPT, "add": can_have_paper},
    "statement": _OF_PAYEE,
    "payout": {**_OF_PAYEE, "add": handles_money, "change": handles_money},
    "payoutline": _OF_PAYEE,
    "transferfile": {**_OF_TOWN, "add": handles_money, "change": handles_money},
    "incomingtransfer": {**_OF_TOWN, "add": handles_money, "change": handles_money},
    "deposit": {**_OF_TOWN, "add": handles_money},
    "gatewayevent": _OF_TOWN,
    "noticedelivery": _NOBODYS,
    "refusednotice": _NOBODYS,
    "feerate": {**_KEPT, "view": anybody, "add": decides_for_town},
    "exemptionrule": {
        "view": anybody,
        "add": decides_for_town,
        "change": decides_for_town,
        "delete": nobody,
    },
    "payeesettings": {
        "view": can_see_of_payee,
        "add": can_set_payee,
        "change": can_set_payee,
        "delete": nobody,
    },
    "embeddedorder": _NOBODYS,
    "embeddedrefund": _NOBODYS,
    "embeddednotice": _NOBODYS,
}
"""Table -> action -> predicate(user, row); `add` is asked with the row as it would be."""

TRACKED = frozenset(
    {
        "bill",
        "payment",
        "refund",
        "payout",
        "transferfile",
        "incomingtransfer",
        "exemptionrule",
        "payeesettings",
    }
)

register("payments", PERMISSIONS, TRACKED)
permission_rules.add_perm("payments.handle_money", handles_money)
permission_rules.add_perm("payments.run_payee", runs_payee)
permission_rules.add_perm("payments.pay", can_pay)
permission_rules.add_perm("payments.refund", runs_payee)
permission_rules.add_perm("payments.give_account", can_give_account)
