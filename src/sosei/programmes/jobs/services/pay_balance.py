"""How the money of payslips stands: due, in a file, paid; what a correction still pays, and what was paid too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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

    Read outside the guard, for a worker does not see the files: only sums come out.
    """
    keys = {one.contract_id for one in payslips}
    with tenancy.unguarded():
        replaces = dict(Payslip.objects.filter(contract__in=keys).values_list("pk", "replaces"))
        sums: dict[int, dict[str, int]] = defaultdict(dict)
        rows = PayRunLine.objects.filter(payslip__contract__in=keys, counts=True).order_by()
        for payslip, state, yen in rows.values_list("payslip", "run__state").annotate(Sum("yen")):
            sums[payslip][state] = yen
        agreed = conditions(keys)
    replaced = set(replaces.values())
    cash = {
        key for key, versions in agreed.items() if versions[-1][1].get("pay_method") == Posting.PayMethod.CASH
    }
    return [
        _standing(one, replaces, sums, replaced=one.pk in replaced, cash=one.contract_id in cash)
        for one in payslips
    ]


def _standing(
    payslip: Payslip,
    replaces: dict[int, int | None],
    sums: dict[int, dict[str, int]],
    *,
    replaced: bool,
    cash: bool,
) -> Standing:
    paid = in_file = 0
    key: int | None = payslip.pk
    while key is not None:
        paid += sums.get(key, {}).get(PayRun.State.PAID, 0)
        in_file += sums.get(key, {}).get(PayRun.State.MADE, 0)
        key = replaces[key]
    balance = Balance(payslip.net, paid, in_file)
    return Standing(payslip, balance, balance.state(replaced=replaced, cash=cash))
