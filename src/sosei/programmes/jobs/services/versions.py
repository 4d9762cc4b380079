"""Versions of a contract's conditions: written once, in force when both sides agreed to them."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import rules
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.programmes.jobs.models import Contract, ContractConsent, ContractVersion


def _answers(version: ContractVersion) -> dict[str, bool]:
    return {consent.side: consent.agreed for consent in version.consents.all()}


def versions_of(contract: Contract) -> list[ContractVersion]:
    """All versions with their consents, first to last; without the notices, which are large."""
    return list(
        ContractVersion.objects.filter(contract=contract)
        .defer("notice")
        .select_related("contract__posting", "municipality", "employer")
        .prefetch_related("consents")
        .order_by("number")
    )


def state_of(version: ContractVersion) -> str:
    """agreed, declined or asked."""
    answers = _answers(version)
    if False in answers.values():
        return "declined"
    return "agreed" if len(answers) == 2 else "asked"


def current_version(contract: Contract, known: list[ContractVersion] | None = None) -> ContractVersion:
    """The conditions in force.

    Raises:
        ValueError: the contract has no version, which no service ever leaves so.
    """
    agreed = [one for one in known or versions_of(contract) if state_of(one) == "agreed"]
    if not agreed:
        raise ValueError(f"contract {contract.pk} has no version that both sides agreed to")
    return agreed[-1]


def asked_version(contract: Contract, known: list[ContractVersion] | None = None) -> ContractVersion | None:
    """The version that waits for an answer."""
    asked = [one for one in known or versions_of(contract) if state_of(one) == "asked"]
    return asked[-1] if asked else None


def write_version(
    contract: Contract, terms: dict[str, Any], *, number: int, reason: str, made_by: Person | None
) -> ContractVersion:
    """A version with its notice."""
    # Here: it loads reportlab, which most processes never need.
    from sosei.programmes.jobs import notice_pdf

    notice = notice_pdf.make_notice(terms, number=number, english=contract.person.language == "en")
    made: ContractVersion = ContractVersion.objects.create(
        municipality=contract.municipality,
        employer=contract.employer,
        person=contract.person,
        contract=contract,
        number=number,
        terms=terms,
        notice=notice,
        notice_sha256=sha256(notice).hexdigest(),
        reason=reason,
        made_at=timezone.now(),
        made_by=made_by,
    )
    return made


def write_consent(version: ContractVersion, side: str, *, agreed: bool, by: Person | None) -> ContractConsent:
    """One side's answer to a version."""
    made: ContractConsent = ContractConsent.objects.create(
        municipality=version.municipality,
        employer=version.employer,
        person=version.person,
        version=version,
        side=side,
        agreed=agreed,
        at=timezone.now(),
        by=by,
    )
    return made


def on_behalf_of(actor: Person | None, person: Person, target: Any) -> Person | None:
    """The worker, where staff did the worker's step; asked for steps of the worker's side alone.

    Programme staff of the town may do each side's steps, so that the side cannot be told from who acted.
    """
    if actor is None or actor.pk == person.pk or not rules.has_perm("jobs.add_application", actor, target):
        return None
    return person
