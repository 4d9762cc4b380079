"""How the money of payslips stands: due, in a file, paid; what a correction still pays, and what was paid too much."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from sosei.core.people import tenancy
from sosei.programmes.jobs.models import PayRun, PayRunLine, Payslip, Posting
from sosei.programmes.jobs.rules_pay import Balance, Paying
from sosei.programmes.jobs.services.pay_rows import conditions
from sosei.programmes.jobs.words_pay import PAYING


@dataclass(frozen=True)
class Standing:
    """A payslip and its money."""

    payslip: Payslip
    balance: Balance
    state: Paying

    @property
    def tag(self) -> str:
        """Kind of chip."""
        return PAYING[self.state][0]

    @property
    def label(self) -> Any:
        """In a word."""
        return PAYING[self.state][1]


def standings(payslips: Sequence[Payslip]) -> list[Standing]:
    """The money of each payslip, in their order; three queries for all.

    By hand is paid what was agreed so when the first payslip of the days was issued, whatever was agreed later.

    Read outside the guard, for a worker does not see the files: only sums come out.
    """
    keys = {one.contract_id for one in payslips}
    with tenancy.unguarded():
        known = {
            one.pk: one
            for one in Payslip.objects.filter(contract__in=keys).select_related("contract__posting")
        }
        sums: dict[int, dict[str, int]] = defaultdict(dict)
        rows = PayRunLine.objects.filter(payslip__contract__in=keys, counts=True).order_by()
        for payslip, state, yen in rows.values_list("payslip", "run__state").annotate(Sum("yen")):
            sums[payslip][state] = yen
        agreed = conditions(keys)
    replaced = {one.replaces_id for one in known.values()}
    found = []
    for payslip in payslips:
        chain = _chain(payslip, known)
        cash = _is_cash(known[chain[-1].pk], agreed.get(payslip.contract_id, []))
        found.append(_standing(chain, sums, replaced=payslip.pk in replaced, cash=cash))
    return found


def _chain(payslip: Payslip, known: Mapping[int, Payslip]) -> list[Payslip]:
    """A payslip with all that it replaces, back to the first one."""
    chain = [payslip]
    while chain[-1].replaces_id is not None:
        chain.append(known[chain[-1].replaces_id])
    return chain


def _is_cash(first: Payslip, versions: Sequence[tuple[datetime.datetime, dict[str, Any]]]) -> bool:
    """Paid by hand, by the conditions of that time; by the posting where they were emptied since."""
    in_force = [terms for agreed_at, terms in versions if agreed_at <= first.issued_at]
    terms = in_force[-1] if in_force else {}
    method = terms.get("pay_method") or first.contract.posting.pay_method
    return bool(method == Posting.PayMethod.CASH)


def _standing(
    chain: Sequence[Payslip], sums: Mapping[int, Mapping[str, int]], *, replaced: bool, cash: bool
) -> Standing:
    paid = sum(sums.get(one.pk, {}).get(PayRun.State.PAID, 0) for one in chain)
    in_file = sum(sums.get(one.pk, {}).get(PayRun.State.MADE, 0) for one in chain)
    balance = Balance(chain[0].net, paid, in_file)
    return Standing(chain[0], balance, balance.state(replaced=replaced, cash=cash))
