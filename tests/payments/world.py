"""A small town of payments: a payer, a host, a thing that is paid for, and a gateway that is driven by hand."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.db.models import Sum
from django.utils import timezone

from sosei.core.payments import kinds
from sosei.core.payments.errors_payments import NoticeRefusedError
from sosei.core.payments.gateways import embedded
from sosei.core.payments.models import (
    Bill,
    EmbeddedNotice,
    FeeRate,
    LedgerLine,
    Payment,
    Refund,
)
from sosei.core.payments.services import Line, add_charge, asking, open_bill, receive_notice, start_payment
from sosei.core.people import roles
from sosei.core.people.models import Membership, Municipality, Organisation, Person

KIND = "tests.thing"
told: list[tuple[str, str, int]] = []
"""What the room above was told: (key of the thing, states of its payments, what is open)."""


def _on_change(bill: Bill) -> None:
    states = ",".join(bill.payments.order_by("pk").values_list("state", flat=True))
    told.append((bill.object_key, states, bill.open))  # type: ignore[attr-defined]


def declare() -> None:
    """Makes the kind of the tests known, once a process."""
    if KIND not in {one.name for one in kinds.all_payables()}:
        kinds.declare_payable(
            KIND,
            "例",
            describe=lambda key: f"例の部屋 {key}",
            on_change=_on_change,
            page=lambda bill, person: f"/example/{bill.object_key}",
        )


@dataclass
class World:
    """Town, host and people, and the verbs of the tests."""

    town: Municipality
    host: Organisation
    payer: Person
    staff: Person
    manager: Person
    made: int = 0
    answers: dict[str, int] = field(default_factory=dict)

    def bill(self, yen: int = 1000, *, guest: bool = False, public: bool = False) -> Bill:
        """A bill over so much, of the host or the town."""
        self.made += 1
        bill = open_bill(
            municipality=self.town,
            kind=KIND,
            object_key=f"{self.made}-{uuid.uuid4().hex[:8]}",
            person=None if guest else self.payer,
            payer_name="例の払う人",
            payer_email="guest@example.jp" if guest else "",
            payee=None if public else self.host,
            is_public_fee=public,
            actor=None,
        )
        if yen:
            self.charge(bill, yen)
        return bill

    def charge(self, bill: Bill, yen: int) -> Any:
        """More, or less, is owed."""
        return add_charge(
            bill=bill, lines=[Line("使用料", yen)], reason="例", key=uuid.uuid4().hex, actor=None
        )

    def pay(self, bill: Bill, way: str, **more: Any) -> Payment:
        """Starts to pay what is open."""
        from sosei.core.payments.services import standing_of_bill

        yen = more.pop("yen", standing_of_bill(bill).open)
        return start_payment(
            bill=bill, way=way, yen=yen, key=more.pop("key", uuid.uuid4().hex), actor=self.payer, **more
        )

    def ask(self, payment: Payment) -> Payment:
        """The worker hands the payment to the gateway."""
        asking.ask_gateway(payment.pk)
        payment.refresh_from_db()
        return payment

    def card(self, payment: Payment, number: str = "4242424242424242") -> None:
        """The payer enters a card at the gateway."""
        embedded.pay(payment.gateway_key, number)

    def till(self, payment: Payment, button: str = "now") -> None:
        """The payer pays at a till."""
        embedded.pay(payment.gateway_key, button, at_till=True)

    def hear(self, *, until: datetime.timedelta = datetime.timedelta(days=1)) -> int:
        """The gateway's notices arrive, all that are due until then; how many were taken.

        The same notice sent twice within a second is refused as played again, and sent once more.
        """
        taken, begun = 0, timezone.now()
        for later in range(0, 6, 2):
            with at(begun + datetime.timedelta(seconds=later)):
                taken += embedded.deliver_due(begun + until + datetime.timedelta(seconds=later), self._post)
        return taken

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert url.endswith("/payments/notices/embedded")
        try:
            receive_notice(gateway="embedded", body=body, headers=headers)
        except NoticeRefusedError:
            return 400
        return 200

    def paid(self, yen: int = 1000, way: str = "card", **more: Any) -> Payment:
        """A bill paid through the gateway."""
        payment = self.ask(self.pay(self.bill(yen, **more), way))
        if way == "card":
            self.card(payment)
        else:
            self.till(payment)
        self.hear()
        payment.refresh_from_db()
        assert payment.state == "paid"
        return payment


def build() -> World:
    """The town of the tests."""
    declare()
    told.clear()
    now = timezone.now()
    town, _made = Municipality.objects.get_or_create(
        code="07204", defaults={"name": "例の市", "opened_at": now}
    )
    host = Organisation.objects.create(municipality=town, kind="host", name="例の会館")
    FeeRate.objects.create(
        municipality=town,
        percent=30,
        starts_on=datetime.date(2020, 1, 1),
        reason="例",
        set_at=now,
    )
    return World(
        town,
        host,
        _person("payer", town, roles.CITIZEN),
        _person("staff", town, roles.PROGRAMME_STAFF),
        _person("manager", town, roles.SPACE_HOST, host),
    )


def _person(name: str, town: Municipality, role: str, organisation: Organisation | None = None) -> Person:
    from allauth.mfa.models import Authenticator

    person = Person.objects.create(email=f"{name}@example.jp", family_name="例", given_name=name)
    Membership.objects.create(
        person=person,
        role=role,
        municipality=town,
        organisation=organisation,
        granted_at=timezone.now(),
    )
    if role in roles.STAFF:
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return person


def account(name: str, **conditions: Any) -> int:
    """What an account of the books comes to."""
    found = LedgerLine.objects.filter(account=name, **conditions).aggregate(total=Sum("yen"))
    return int(found["total"] or 0)


def at(moment: datetime.datetime) -> Any:
    """For the time of a block, the clock of the program stands there."""
    return patch("django.utils.timezone.now", lambda: moment)


def notices_waiting() -> int:
    """Notices of the practice gateway that nobody took yet."""
    return EmbeddedNotice.objects.filter(delivered_at__isnull=True).count()


def states(bill: Bill) -> list[str]:
    """States of a bill's payments and refunds, oldest first."""
    return [
        *Payment.objects.filter(bill=bill).order_by("pk").values_list("state", flat=True),
        *Refund.objects.filter(bill=bill).order_by("pk").values_list("state", flat=True),
    ]
