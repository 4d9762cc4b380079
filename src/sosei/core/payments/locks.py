"""Row locks of payments: first the thing that is paid for, then its bill, then nothing more; several bills by their keys.

Everything that changes what stands on a bill holds its lock, so that no two payments or refunds count the same yen.
"""

from __future__ import annotations

from collections.abc import Iterable

from sosei.core.payments import kinds
from sosei.core.payments.models import Bill, Payment, Payout, Refund, TransferFile

_THING = ("bill", "bill__kind", "bill__object_key")


def lock_bill(key: int) -> Bill:
    """A bill, after the thing it is for.

    Raises:
        Bill.DoesNotExist: no such bill.
    """
    return _lock_bill(key, *Bill.objects.values_list("kind", "object_key").get(pk=key))


def _lock_bill(key: int, kind: str, object_key: str) -> Bill:
    kinds.payable(kind).lock(object_key)
    found: Bill = (
        Bill.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "payee", "person")
        .get(pk=key)
    )
    return found


def lock_bills(keys: Iterable[int]) -> dict[int, Bill]:
    """Several bills, in the order of their keys."""
    return {key: lock_bill(key) for key in sorted(set(keys))}


def lock_payment(key: int) -> Payment:
    """A payment as it is now, its bill locked.

    Raises:
        Payment.DoesNotExist: no such payment.
    """
    bill = _lock_bill(*Payment.objects.values_list(*_THING).get(pk=key))
    found: Payment = Payment.objects.get(pk=key)
    found.bill = bill
    return found


def lock_refund(key: int) -> Refund:
    """A refund as it is now, its bill locked.

    Raises:
        Refund.DoesNotExist: no such refund.
    """
    bill = _lock_bill(*Refund.objects.values_list(*_THING).get(pk=key))
    found: Refund = Refund.objects.select_related("payment").get(pk=key)
    found.bill = bill
    found.payment.bill = bill
    return found


def lock_payout(key: int) -> Payout:
    """One payout.

    Raises:
        Payout.DoesNotExist: no such payout.
    """
    found: Payout = (
        Payout.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "payee")
        .get(pk=key)
    )
    return found


def lock_file(key: int) -> TransferFile:
    """One file of transfers.

    Raises:
        TransferFile.DoesNotExist: no such file.
    """
    found: TransferFile = (
        TransferFile.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality")
        .get(pk=key)
    )
    return found
