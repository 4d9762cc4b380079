"""What a contract's page shows, whoever reads it: days, conditions line by line, versions and their differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from sosei.programmes.jobs import contract_terms
from sosei.programmes.jobs.forms_contracts import day_label
from sosei.programmes.jobs.models import Cancellation, Contract, ContractVersion
from sosei.programmes.jobs.services.cancelling import day_terms
from sosei.programmes.jobs.services.versions import asked_version, current_version, state_of, versions_of
from sosei.programmes.jobs.views.deal_pages import tag
from sosei.programmes.jobs.words_contracts import LABELS, ground_label


def context_of(contract: Contract, notice: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The contract as a page shows it; `notice` names the address of a version's PDF."""
    known = versions_of(contract)
    current = current_version(contract, known)
    now = timezone.now()
    days = list(contract.days.select_related("cancellation").order_by("period"))
    return {
        "contract": contract,
        "tag": tag(contract.state),
        "current": current,
        "asked": asked_version(contract, known),
        "lines": [{"label": line.label, "value": line.text} for line in contract_terms.lines(current.terms)],
        "expected": sum(
            contract_terms.day_pay(current.terms, day_terms(day))
            for day in days
            if day.state in ("planned", "worked")
        ),
        "days": [_day(day, now) for day in days],
        "open_days": [day for day in days if day.state == "planned" and day.period.lower > now],
        "versions": [
            {
                "version": one,
                "state": state_of(one),
                "url": reverse(notice, kwargs={**arguments, "number": one.number}),
            }
            for one in known
        ],
        "paper_due": not contract.is_electronic and contract.paper_version < current.number,
    }


def _day(day: Any, now: Any) -> dict[str, Any]:
    cancelled: Cancellation | None = getattr(day, "cancellation", None)
    return {
        "day": day,
        "label": day_label(day),
        "tag": tag(day.state),
        "open": day.state == "planned" and day.period.lower > now,
        "cancelled": cancelled,
        "ground": ground_label(cancelled.ground) if cancelled is not None else "",
    }


def differences_of(version: ContractVersion, known: Sequence[ContractVersion]) -> list[dict[str, str]]:
    """Lines of the conditions that are not as in the version in force before."""
    before = [one for one in known if one.number < version.number and state_of(one) == "agreed"][-1]
    old = {line.key: line.text for line in contract_terms.lines(before.terms)}
    new = {line.key: line.text for line in contract_terms.lines(version.terms)}
    return [
        {
            "label": str(label),
            "before": _only_in(old.get(key, ""), new.get(key, "")),
            "after": _only_in(new.get(key, ""), old.get(key, "")),
        }
        for key, label in LABELS.items()
        if old.get(key) != new.get(key)
    ]


def _only_in(text: str, other: str) -> str:
    """The lines that the other text has not."""
    known = other.splitlines()
    return "\n".join(line for line in text.splitlines() if line not in known) or "—"
