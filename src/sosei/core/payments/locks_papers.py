"""Row locks of papers and transfers: bills first (`locks`), then incoming transfers and statements by their keys."""

from __future__ import annotations

from collections.abc import Iterable

from sosei.core.payments.models import IncomingTransfer, PayeeSettings, Statement


def lock_transfers(keys: Iterable[int]) -> list[IncomingTransfer]:
    """Incoming transfers, in the order of their keys."""
    return list(
        IncomingTransfer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality")
        .filter(pk__in=set(keys))
        .order_by("pk")
    )


def lock_statements(keys: Iterable[int]) -> list[Statement]:
    """Statements that are about to be paid, in the order of their keys."""
    return list(
        Statement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "payee")
        .filter(pk__in=set(keys))
        .order_by("pk")
    )


def lock_settings(key: int) -> PayeeSettings:
    """The settings of one payee.

    Raises:
        PayeeSettings.DoesNotExist: no such settings.
    """
    found: PayeeSettings = (
        PayeeSettings.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "payee")
        .get(pk=key)
    )
    return found
