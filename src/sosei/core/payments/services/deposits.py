"""What a gateway pays into the bank account out of what it collected."""

from __future__ import annotations

import datetime

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments.errors_payments import KeyTakenError, MoneyError
from sosei.core.payments.models import Deposit
from sosei.core.payments.services import ledger
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry


@transaction.atomic
def settle(
    *,
    municipality: Municipality,
    gateway: str,
    key: str,
    yen: int,
    on_date: datetime.date,
    actor: Person | None,
    fee: int = 0,
) -> Deposit:
    """The gateway's money arrived on the bank account; the same key again gives the deposit that is there.

    Args:
        key: the number the gateway gave it.
        fee: what the gateway kept of what it collected and had not told with the payments.
        actor: None where the gateway's own notice said so.

    Raises:
        NotAllowedError: `actor` does not serve the town.
        MoneyError: no amount, or a day to come.
        KeyTakenError: the key belongs to a deposit of another town or amount.
    """
    wanted = Deposit(
        municipality_id=municipality.pk,
        gateway=gateway,
        key=key.strip(),
        yen=max(yen, 0),
        fee=max(fee, 0),
        on_date=on_date,
        made_at=timezone.now(),
        actor=actor,
    )
    if actor is not None and not rules.has_perm("payments.handle_money", actor, wanted):
        raise NotAllowedError(_("決済会社からの入金を記録できるのは、市の事業担当だけです。"))
    if yen <= 0:
        raise MoneyError(_("入金額は1円以上で入れてください。"), "yen")
    if fee < 0:
        raise MoneyError(_("手数料は0円以上で入れてください。"), "fee")
    if not wanted.key:
        raise MoneyError(_("決済会社の入金の番号を入れてください。二重に記録しないために要ります。"), "key")
    if on_date > ledger.today():
        raise MoneyError(_("入金日は、今日までの日にしてください。"), "on_date")
    with tenancy.unguarded():
        before: Deposit | None = Deposit.objects.filter(gateway=gateway, key=wanted.key).first()
        if before is not None:
            if (before.municipality_id, before.yen) != (wanted.municipality_id, yen):
                raise KeyTakenError(f"the deposit {key!r} of {gateway} is of another town or amount")
            return before
        wanted.save()
        ledger.book_deposit(wanted)
        write_entry(
            actor=actor,
            verb="payments.deposited",
            subject=wanted,
            municipality=municipality,
            data={"yen": yen, "gateway": gateway},
        )
    return wanted
