"""Reads of payments: for the payer, those who act for the payee, and the town's staff who see personal data."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import BigIntegerField, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from sosei.core.payments.rules_states import AGREED_REFUNDS, UNDER_WAY
from sosei.core.people import roles
from sosei.core.people.standing import standing_of

ACTS_FOR_PAYEE = roles.CIVIL - {roles.CITIZEN}
"""Roles in an organisation that deal with its money."""
SEES_MONEY = roles.SEES_PERSONAL_DATA
"""Roles of a town that see its bills."""


def payees_of(user: object) -> frozenset[int]:
    """Keys of the organisations whose money `user` looks after."""
    return standing_of(user).organisations_as(ACTS_FOR_PAYEE)


def towns_of(user: object) -> frozenset[int]:
    """Towns whose bills `user` sees."""
    return standing_of(user).towns_as(SEES_MONEY)


class PublicQuerySet(models.QuerySet[Any]):
    """Reads of what everybody may know."""

    def visible_to(self, user: object) -> Self:
        """Public."""
        return self.all()


class NobodysQuerySet(models.QuerySet[Any]):
    """Rows that only the program itself reads."""

    def visible_to(self, user: object) -> Self:
        """Nobody."""
        return self.none()


class OfTownQuerySet(models.QuerySet[Any]):
    """Reads of what is the town's own business."""

    def visible_to(self, user: object) -> Self:
        """For the town's staff who see its money."""
        return self.filter(municipality__in=towns_of(user))


class OfPayeeQuerySet(models.QuerySet[Any]):
    """Reads of what is a payee's own business."""

    def visible_to(self, user: object) -> Self:
        """For those who act for the payee, and the town's staff who see its money."""
        return self.filter(Q(payee__in=payees_of(user)) | Q(municipality__in=towns_of(user)))


class OwnedQuerySet(models.QuerySet[Any]):
    """Reads of what payer, payee and town share."""

    def visible_to(self, user: object) -> Self:
        """For the payer, those who act for the payee, and the town's staff who see its money."""
        standing = standing_of(user)
        if standing.person is None:
            return self.none()
        return self.filter(
            Q(person=standing.person) | Q(payee__in=payees_of(user)) | Q(municipality__in=towns_of(user))
        )


class BillQuerySet(OwnedQuerySet):
    """Reads of bills."""

    def with_standing(self) -> Self:
        """Each bill with what its rows come to, in the same query.

        Adds `charged`, `paid`, `refunded` (given back), `refunding` (promised, not given yet), `waiting` (payments
        under way), `balance` (what is owed; below zero is too much paid), `open` and `overpaid` (never below zero).
        """
        return (
            self.annotate(
                charged=_sum("Charge"),
                paid=_sum("Payment", state="paid"),
                waiting=_sum("Payment", state__in=sorted(UNDER_WAY)),
                refunded=_sum("Refund", state="done"),
                refunding=_sum("Refund", state__in=sorted(AGREED_REFUNDS)),
            )
            .annotate(
                balance=ExpressionWrapper(
                    F("charged") - F("paid") + F("refunded") + F("refunding") - F("waiting"),
                    output_field=BigIntegerField(),
                )
            )
            .annotate(
                open=Greatest(F("balance"), Value(0)),
                overpaid=Greatest(
                    F("paid") - F("refunded") - F("refunding") - F("charged"),
                    Value(0),
                    output_field=BigIntegerField(),
                ),
            )
        )

    def owing(self) -> Self:
        """Bills of which something is open; after `with_standing`."""
        return self.filter(balance__gt=0)


def _sum(model: str, **conditions: Any) -> Coalesce:
    from django.apps import apps

    rows = apps.get_model("payments", model)._base_manager.filter(bill=OuterRef("pk"), **conditions)
    total = rows.order_by().values("bill").annotate(total=Sum("yen")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), Value(0, output_field=BigIntegerField()))


class PaymentQuerySet(OwnedQuerySet):
    """Reads of payments."""

    def under_way(self) -> Self:
        """Neither paid nor given up."""
        return self.filter(state__in=sorted(UNDER_WAY))


class RefundQuerySet(OwnedQuerySet):
    """Reads of refunds."""

    def for_bank(self) -> Self:
        """To be transferred to an account that is given, and in no file yet."""
        return self.filter(way="bank", state="asked", file__isnull=True)

    def waiting_account(self) -> Self:
        """Waits until the payer names an account."""
        return self.filter(state="waiting_account")
