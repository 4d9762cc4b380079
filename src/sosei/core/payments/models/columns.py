"""Columns that several tables of this room have in common: whose a row is, an account at a bank."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Organisation

DOER = _("した人")


class Owned(models.Model):
    """Whose a row is: the town in which it is owed, to whom, by whom. Copied from the bill onto all that hangs on it.

    Attributes:
        payee: who is owed; empty where it is the town itself.
        person: who owes; empty for a guest without an account.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    payee = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("受け取る団体"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("払う人"),
    )

    class Meta:
        abstract = True


class OfPayee(models.Model):
    """Whose a row is that concerns no payer: the town's and the payee's."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    payee = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("受け取る団体"),
    )

    class Meta:
        abstract = True


def actor(label: Any = DOER) -> models.ForeignKey[Any, Any]:
    """Who did it; empty for Sosei itself and for guests without an account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=label,
    )


class AccountType(models.TextChoices):
    """Kinds of deposit, by the digits of the banks' own format."""

    ORDINARY = "1", _("普通")
    CURRENT = "2", _("当座")
    SAVINGS = "4", _("貯蓄")


class BankAccount(models.Model):
    """An account at a bank, as the banks' own format writes it; all empty, or all given."""

    bank_code = models.CharField(_("銀行コード"), max_length=4, blank=True)
    bank_name = models.CharField(_("銀行名（カナ）"), max_length=15, blank=True)
    branch_code = models.CharField(_("支店コード"), max_length=3, blank=True)
    branch_name = models.CharField(_("支店名（カナ）"), max_length=15, blank=True)
    account_type = models.CharField(
        _("預金の種類"), max_length=1, choices=AccountType, default=AccountType.ORDINARY
    )
    account_number = models.CharField(_("口座番号"), max_length=7, blank=True)
    account_holder = models.CharField(_("口座の名義（カナ）"), max_length=30, blank=True)

    class Meta:
        abstract = True

    @property
    def has_account(self) -> bool:
        """Whether an account is given."""
        return bool(self.account_number)


ACCOUNT = (
    "bank_code",
    "bank_name",
    "branch_code",
    "branch_name",
    "account_type",
    "account_number",
    "account_holder",
)
"""The columns of an account."""


def account_whole(name: str) -> models.CheckConstraint:
    """An account has its digits, or there is none."""
    return models.CheckConstraint(
        name=name,
        condition=Q(bank_code="", branch_code="", account_number="", account_holder="")
        | (
            Q(bank_code__regex=r"^[0-9]{4}$")
            & Q(branch_code__regex=r"^[0-9]{3}$")
            & Q(account_number__regex=r"^[0-9]{7}$")
            & ~Q(account_holder="")
        ),
    )
