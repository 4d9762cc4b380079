"""Changes of agreed conditions: the employer proposes, both sides agree, and the old conditions stay readable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rules
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.engines.labour.errors import LabourError
from sosei.engines.labour.minimum_wage import below_minimum
from sosei.programmes.jobs import contract_terms, letters_deals, locks
from sosei.programmes.jobs.errors_deals import DealError, NoLongerFreeError
from sosei.programmes.jobs.models import Contract, ContractVersion, WorkDay
from sosei.programmes.jobs.rules_contracts import differences
from sosei.programmes.jobs.services.versions import (
    asked_version,
    current_version,
    on_behalf_of,
    state_of,
    versions_of,
    write_consent,
    write_version,
)

CHANGEABLE = frozenset(
    {
        *contract_terms.TEXTS,
        "title",
        "workplace",
        "workplace_address",
        "days",
        "has_overtime",
        "hourly_wage",
        "commuting_yen",
        "pay_method",
    }
)


@transaction.atomic
def propose_version(
    *, contract: Contract, terms: Mapping[str, Any], reason: str, actor: Person
) -> ContractVersion:
    """The employer proposes other conditions; the worker agrees or declines.

    Args:
        terms: the conditions that change, by their keys; `days` whole.

    Raises:
        NotAllowedError: `actor` does not act for the employer.
        DealError: no reason, nothing changes, a condition that cannot be changed, a change that waits for its answer,
            a wage under the minimum, or hours that the law's rules refuse.
    """
    if not rules.has_perm("jobs.run_employer", actor, contract):
        raise NotAllowedError(_("この雇用主の担当者だけが、条件の変更を申し出られます。"))
    if not reason.strip():
        raise DealError(_("条件を変える理由を書いてください。働く人に伝わります。"), "reason")
    with tenancy.unguarded():
        locks.lock_posting(contract.posting_id)
        held = locks.lock_contract(contract.pk)
        if held.state != Contract.State.ACTIVE:
            raise DealError(_("この契約は、もう終わっています。"))
        known = versions_of(held)
        if asked_version(held, known) is not None:
            raise DealError(_("前の変更の返事を待っています。返事があるまで、次の変更は申し出られません。"))
        before = current_version(held, known).terms
        unknown = sorted(set(terms) - CHANGEABLE)
        if unknown:
            raise DealError(_("この条件は変えられません：%(keys)s") % {"keys": "、".join(unknown)})
        after = {**before, **terms, "made_on": before["made_on"]}
        if not differences(before, after):
            raise DealError(_("変わった条件がありません。"))
        _must_be_lawful(held, after)
        after["made_on"] = timezone.now().astimezone(contract_terms.JST).date().isoformat()
        version = write_version(
            held, after, number=known[-1].number + 1, reason=reason.strip()[:300], made_by=actor
        )
        write_consent(version, "employer", agreed=True, by=actor)
        _record(version, "contract.version_proposed", actor, "employer", reason.strip())
        letters_deals.tell(
            f"contract.change:{version.pk}",
            "contract.change",
            held.person,
            letters_deals.change_proposed(version, to_worker=True),
            version,
        )
        return version


def _must_be_lawful(contract: Contract, terms: Mapping[str, Any]) -> None:
    prefecture = contract.posting.workplace.prefecture
    try:
        for day in terms["days"]:
            shift = contract_terms.day_shift(terms, day)
            finding = below_minimum(contract_terms.wage_terms(terms), prefecture, shift.day)
            if finding is not None:
                raise DealError(
                    _("時給%(yen)s円は、最低賃金の%(minimum)s円を下回ります。")
                    % {"yen": terms["hourly_wage"], "minimum": finding.values["minimum"]},
                    "hourly_wage",
                )
    except LabourError as error:
        language = "en" if (get_language() or "ja").startswith("en") else "ja"
        raise DealError(error.text(language)) from error


@transaction.atomic
def decide_version(*, version: ContractVersion, side: str, agreed: bool, actor: Person) -> ContractVersion:
    """One side's answer to changed conditions; when both agreed they are in force, and the days follow them.

    Raises:
        NotAllowedError: `actor` is not of that side.
        DealError: answered already.
        NoLongerFreeError: the new times lie over other work of the worker.
    """
    asked = {"worker": "jobs.add_application", "employer": "jobs.run_employer"}
    if side not in asked or not rules.has_perm(asked[side], actor, version.contract):
        raise NotAllowedError(_("本人と雇用主だけが返事できます。"))
    with tenancy.unguarded():
        locks.lock_persons([version.person_id])
        locks.lock_posting(version.contract.posting_id)
        contract = locks.lock_contract(version.contract_id)
        held = next(one for one in versions_of(contract) if one.pk == version.pk)
        if state_of(held) != "asked" or held.consents.filter(side=side).exists():
            raise DealError(_("この変更には、もう返事をしています。"))
        if contract.state != Contract.State.ACTIVE:
            raise DealError(_("この契約は、もう終わっています。"))
        write_consent(held, side, agreed=agreed, by=actor)
        if agreed:
            _move_days(contract, held.terms)
        verb = "contract.version_agreed" if agreed else "contract.version_declined"
        _record(held, verb, actor, side, "")
        letters_deals.tell_employer(
            f"contract.change.decided:{held.pk}",
            "contract.change",
            letters_deals.change_decided(held, agreed=agreed, worker=contract.worker_name),
            held,
        )
        return held


def _move_days(contract: Contract, terms: Mapping[str, Any]) -> None:
    """Agreed days that have not begun take the new times."""
    told = {day["shift"]: day for day in terms["days"]}
    days = contract.days.filter(state=WorkDay.State.PLANNED, period__startswith__gt=timezone.now())
    try:
        with transaction.atomic():
            for day in days.order_by("pk"):
                new = told.get(day.shift_id)
                if new is None:
                    continue
                day.period = (datetime.fromisoformat(new["start"]), datetime.fromisoformat(new["end"]))
                day.break_minutes = new["break_minutes"]
                day.save(update_fields=["period", "break_minutes"])
    except IntegrityError as error:
        if "work_day_never_two_at_a_time" not in str(error):
            raise
        raise NoLongerFreeError(_("新しい時間には、別の仕事が決まっています。同意できません。")) from error


def _record(version: ContractVersion, verb: str, actor: Person, side: str, reason: str) -> None:
    contract = version.contract
    write_entry(
        actor=actor,
        verb=verb,
        subject=contract,
        person=contract.person,
        municipality=version.municipality,
        on_behalf_of=on_behalf_of(actor, contract.person, contract) if side == "worker" else None,
        reason=reason,
        data={"posting": contract.posting.title, "number": version.number},
    )
