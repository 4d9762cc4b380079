"""What a town decides about money: the platform's share by date, exemptions by ordinance, and payees' settings."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

import rules
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments import locks_papers
from sosei.core.payments.bank_text import Account
from sosei.core.payments.errors_papers import TownRuleError
from sosei.core.payments.models import ExemptionRule, FeeRate, PayeeSettings
from sosei.core.payments.rules_invoices import RegistrationError, read_registration_number
from sosei.core.payments.services import ledger
from sosei.core.payments.words_papers import REGISTRATION
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.records.services import write_entry

Of = PayeeSettings.Of


def exemption_for(*, municipality: Municipality, code: str, on: datetime.date) -> ExemptionRule | None:
    """The reduction that the ordinance gives on a day under a code; None for no code, or none in force that day."""
    if not code:
        return None
    found: ExemptionRule | None = (
        ExemptionRule.objects.filter(municipality=municipality.pk, code=code, starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .order_by("-starts_on")
        .first()
    )
    return found


def exemptions_on(municipality: Municipality, on: datetime.date) -> list[ExemptionRule]:
    """The reductions in force on a day, for a choice."""
    rows = ExemptionRule.objects.filter(municipality=municipality.pk, starts_on__lte=on)
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on)).order_by("code", "-starts_on")
    return list(rows.distinct("code"))


@transaction.atomic
def set_fee_rate(
    *,
    municipality: Municipality,
    percent: Decimal,
    tax_percent: int,
    starts_on: datetime.date,
    reason: str,
    actor: Person,
) -> FeeRate:
    """The platform's share from a day on; bills that exist keep theirs.

    Raises:
        NotAllowedError: `actor` does not decide for the town.
        TownRuleError: no reason; a day that is past; a rate that begins that day already; a percentage that cannot be.
    """
    wanted = FeeRate(
        municipality_id=municipality.pk,
        percent=percent,
        tax_percent=tax_percent,
        starts_on=starts_on,
        reason=reason.strip()[:300],
        set_at=timezone.now(),
        set_by=actor,
    )
    if not rules.has_perm("payments.set_rates", actor, wanted):
        raise NotAllowedError(_("手数料を決められるのは、市の企画担当と事業担当だけです。"))
    if not reason.strip():
        raise TownRuleError(_("決めた理由（会議や契約の名前など）を書いてください。"), "reason")
    if starts_on < ledger.today():
        raise TownRuleError(
            _("始まる日は、今日からあとにしてください。過ぎた日の請求の手数料は変わりません。"), "starts_on"
        )
    if not 0 <= percent <= 100:
        raise TownRuleError(_("手数料は0％から100％までで入れてください。"), "percent")
    with tenancy.unguarded():
        _save_once(wanted, _("その日から始まる手数料が、もうあります。別の日にしてください。"))
        write_entry(
            actor=actor,
            verb="payments.fee_set",
            municipality=municipality,
            reason=reason.strip(),
            data={"percent": str(percent), "day": starts_on.isoformat()},
        )
    return wanted


def _save_once(row: FeeRate | ExemptionRule, told: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise TownRuleError(told, "starts_on") from error


@dataclass(frozen=True)
class Exemption:
    """A reduction as the ordinance has it."""

    code: str
    title: str
    percent: int
    article: str
    starts_on: datetime.date
    ends_on: datetime.date | None = None
    title_en: str = ""


@transaction.atomic
def save_exemption(
    *, municipality: Municipality, given: Exemption, actor: Person, rule: ExemptionRule | None = None
) -> ExemptionRule:
    """A new reduction, or the end of one: what was in force is not rewritten, another row follows it.

    Args:
        rule: the one that is changed; of one that has begun only words and last day change.

    Raises:
        NotAllowedError: `actor` does not decide for the town.
        TownRuleError: the percentage or first day of one that has begun; an end before the beginning; the same code and day.
    """
    wanted = rule or ExemptionRule(municipality_id=municipality.pk)
    if not rules.has_perm("payments.set_rates", actor, wanted):
        raise NotAllowedError(_("減免を決められるのは、市の企画担当と事業担当だけです。"))
    if given.ends_on is not None and given.ends_on < given.starts_on:
        raise TownRuleError(_("終わる日は、始まる日からあとにしてください。"), "ends_on")
    if not 1 <= given.percent <= 100:
        raise TownRuleError(_("減らす割合は1％から100％までで入れてください。"), "percent")
    begun = rule is not None and rule.starts_on <= ledger.today()
    if begun and (rule.code, rule.percent, rule.starts_on) != (given.code, given.percent, given.starts_on):
        raise TownRuleError(
            _("もう始まっている減免の割合は変えられません。終わる日を入れて、新しい減免を作ってください。"),
            "percent",
        )
    for name in Exemption.__dataclass_fields__:
        setattr(wanted, name, getattr(given, name))
    wanted.set_at, wanted.set_by = timezone.now(), actor
    with tenancy.unguarded():
        _save_once(wanted, _("同じ記号で、その日から始まる減免が、もうあります。"))
        write_entry(
            actor=actor,
            verb="payments.exemption_set",
            subject=wanted,
            municipality=municipality,
            data={"title": given.title, "percent": given.percent, "day": given.starts_on.isoformat()},
        )
    return wanted


@dataclass(frozen=True)
class Payee:
    """Settings as somebody entered them.

    Attributes:
        mediated: the platform may issue invoices for the host; the day on which this was first said is kept.
        account: as banks' files hold it; None for none yet.
    """

    issuer_name: str = ""
    issuer_address: str = ""
    issuer_phone: str = ""
    registration_number: str = ""
    is_corporation: bool = True
    mediated: bool = False
    account: Account | None = None
    payer_code: str = ""


_ACCOUNT = {"account_type": "type", "account_number": "number", "account_holder": "holder"}


@transaction.atomic
def save_payee(
    *, municipality: Municipality, of: str, payee: Organisation | None, given: Payee, actor: Person
) -> PayeeSettings:
    """How a host, the town or the platform stands on papers, and where its money goes.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        TownRuleError: a registration number that cannot be.
    """
    wanted = PayeeSettings(municipality_id=municipality.pk, payee=payee, of=of)
    if not rules.has_perm("payments.set_payee", actor, wanted):
        raise NotAllowedError(_("受け取りの設定を変えられるのは、場所の担当者と、市の事業担当だけです。"))
    try:
        number = read_registration_number(given.registration_number, is_corporation=given.is_corporation)
    except RegistrationError as error:
        raise TownRuleError(
            str(REGISTRATION[error.code]) % {"value": error.value}, "registration_number"
        ) from error
    with tenancy.unguarded():
        key = (
            PayeeSettings.objects.filter(municipality=municipality.pk, of=of, payee=payee)
            .values_list("pk", flat=True)
            .first()
        )
        row = locks_papers.lock_settings(key) if key is not None else wanted
        for name in ("issuer_name", "issuer_address", "issuer_phone", "payer_code", "is_corporation"):
            setattr(row, name, getattr(given, name))
        row.registration_number = number
        if of == Of.HOST:
            row.mediated_from = (row.mediated_from or ledger.today()) if given.mediated else None
        if given.account is not None:
            for name in (
                "bank_code",
                "bank_name",
                "branch_code",
                "branch_name",
                "account_type",
                "account_number",
                "account_holder",
            ):
                setattr(row, name, getattr(given.account, _ACCOUNT.get(name, name)))
        row.updated_at, row.updated_by = timezone.now(), actor
        row.save()
        write_entry(
            actor=actor,
            verb="payments.settings_set",
            subject=row,
            municipality=municipality,
            data={"payee": str(row.issuer_name or payee or municipality)},
        )
    return row
