"""Applications, contracts, days and wages of a worker: kept as long as the law on employment asks, then without words.

A person is not erased while a contract is under way or wages are owed.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register, register_blocker
from sosei.core.people.personal_data_here.tools import (
    DOCUMENTS_LAW,
    all_of,
    empty,
    kept,
    told_all,
    told_with_history,
)
from sosei.programmes.jobs.models import (
    Application,
    ApplicationShift,
    Cancellation,
    Contract,
    ContractConsent,
    ContractVersion,
    Correction,
    Group,
    PayRun,
    PayRunLine,
    Payslip,
    PayslipLine,
    Posting,
    Punch,
    WorkDay,
)
from sosei.programmes.jobs.personal_data_tools import kept_until, terms_of, today
from sosei.programmes.jobs.rules_pay import Paying
from sosei.programmes.jobs.services.applications import withdraw_application
from sosei.programmes.jobs.services.pay_balance import Standing, standings

OF_A_CONTRACT: dict[Any, str] = {
    Contract: "pk",
    ContractVersion: "contract",
    ContractConsent: "version__contract",
    WorkDay: "contract",
    Cancellation: "contract",
    Punch: "day__contract",
    Correction: "day__contract",
    Payslip: "contract",
    PayslipLine: "payslip__contract",
    PayRunLine: "payslip__contract",
    Application: "contract",
    ApplicationShift: "application__contract",
}
"""Table -> the way from a row to its contract."""
WORDS: dict[Any, dict[str, Any]] = {
    Contract: {"worker_name": "", "worker_kana": "", "worker_phone": ""},
    ContractVersion: {"terms": {}, "notice": b"", "reason": ""},
    Cancellation: {"reason": ""},
    Correction: {"reason": "", "answer": ""},
    Payslip: {"reason": ""},
    Application: {
        "shown_name": "",
        "shown_kana": "",
        "shown_about": "",
        "shown_skills": {},
        "message": "",
        "reason": "",
    },
}
"""Table -> what names or describes the worker, and what stands in its place afterwards."""
TRACKED = (Application, Contract, WorkDay, Correction)


def export_deals(person: Person) -> Rows:
    """Every row from the application to the wages, and what tracked ones were before; the notices as files are on
    the worker's pages."""
    others = [model for model in (*OF_A_CONTRACT, Group) if model not in TRACKED]
    return [
        *told_with_history(person, *TRACKED),
        *told_all(*(model.objects.filter(person=person) for model in others)),
    ]


def erase_deals(person: Person) -> Outcome:
    """Words of what never became a contract go at once, those of contracts when the law's term is over."""
    terms = terms_of(person)
    past = {key for key, until in terms.items() if until < today()}
    refused = Application.objects.filter(person=person, contract=None)
    for application in refused.filter(state__in=Application.LIVE).order_by("pk"):
        # As if the person had taken it back: what was kept for it is offered to the next.
        withdraw_application(application=application, actor=person)
    erased = empty(refused, WORDS[Application]) + _empty_contracts(past)
    groups = Group.objects.filter(person=person)
    nameless = sum(
        rows.count() for rows in (refused, ApplicationShift.objects.filter(application__in=refused), groups)
    )
    within = kept_until(
        "仕事の契約、出勤、賃金の記録",
        "Records of contracts, attendance and wages",
        ((until, _rows_of([key])) for key, until in terms.items() if key not in past),
    )
    return all_of(
        Outcome(erased, within),
        kept(
            "仕事の申し込みと働いた日の記録（名前とことばなし）",
            "Records of applications and days worked (without names and words)",
            DOCUMENTS_LAW,
            nameless + _rows_of(past),
        ),
    )


def _rows_of(contracts: Collection[int]) -> int:
    return sum(
        model.objects.filter(**{f"{way}__in": contracts}).count() for model, way in OF_A_CONTRACT.items()
    )


def _empty_contracts(contracts: Collection[int]) -> int:
    for model, words in WORDS.items():
        rows = model.objects.filter(**{f"{OF_A_CONTRACT[model]}__in": contracts})
        empty(rows, words, has_history=model in TRACKED)
    # The bank's file holds accounts. All slips in it were paid on its day, and since then the term has passed.
    runs = PayRunLine.objects.filter(payslip__contract__in=contracts).order_by().values("run")
    PayRun.objects.filter(pk__in=runs).exclude(file=b"").update(file=b"")
    return len(contracts)


@transaction.atomic
def forget_past_terms() -> int:
    """Empties contracts of persons who were erased, once the law's term is over; returns how many contracts.

    Called every night, outside any request.
    """
    waiting = Contract.objects.filter(person__erased_at__isnull=False).exclude(worker_name="")
    count = 0
    for person in Person.objects.filter(pk__in=waiting.order_by().values("person")).order_by("pk"):
        past = {key for key, until in terms_of(person).items() if until < today()}
        count += _empty_contracts(set(waiting.filter(pk__in=past).values_list("pk", flat=True)))
    return count


def waits_for(person: Person) -> Iterable[str]:
    """Contracts under way, and days and payslips that are not paid."""
    contracts = Contract.objects.filter(person=person).select_related("employer")
    for contract in contracts.filter(state=Contract.State.ACTIVE):
        yield _(
            "「%(employer)s」との仕事の契約が続いています。仕事が終わるか、契約を取り消したあとに消せます。"
        ) % {"employer": contract.employer}
    for contract in contracts:
        day = _first_unpaid(contract)
        if day is not None:
            yield _(
                "「%(employer)s」の%(day)sの賃金が、まだ支払われていません。支払われたあとに消せます。"
            ) % {"employer": contract.employer, "day": day.isoformat()}


def _first_unpaid(contract: Contract) -> datetime.date | None:
    slips = Payslip.objects.filter(contract=contract, replaced_by=None)
    unpaid = [one.payslip.first_day for one in standings(list(slips)) if _is_unpaid(one, contract)]
    owed = WorkDay.objects.filter(contract=contract).filter(
        Q(state=WorkDay.State.WORKED) | Q(cancellation__yen_owed__gt=0)
    )
    on_slips = set(PayslipLine.objects.filter(payslip__in=slips).values_list("day", flat=True))
    spans = list(slips.values_list("first_day", "last_day"))
    missing = [
        day
        for key, day in ((one.pk, screen_time(one.period.lower).date()) for one in owed)
        if key not in on_slips and not any(first <= day <= last for first, last in spans)
    ]
    return min([*unpaid, *missing], default=None)


def _is_unpaid(standing: Standing, contract: Contract) -> bool:
    by_hand = contract.posting.pay_method == Posting.PayMethod.CASH or standing.state is Paying.CASH
    if by_hand:
        return standing.payslip.net > 0 and standing.payslip.pay_on > today()
    return standing.state in (Paying.DUE, Paying.IN_FILE)


register(
    PersonalData(
        key="job_deals",
        title=_("仕事の申し込み、契約、賃金"),
        models=frozenset(
            {model._meta.label_lower for model in (*OF_A_CONTRACT, Group)}
            | {f"{model._meta.label_lower}event" for model in TRACKED}
        ),
        export=export_deals,
        erase=erase_deals,
        order=31,
    )
)
register_blocker(waits_for)
