"""Row locks of wages: contracts in the order of their keys, then the file; no posting or person is locked after them."""

from __future__ import annotations

from collections.abc import Iterable

from sosei.programmes.jobs.models import Contract, PayRun


def lock_contracts(keys: Iterable[int]) -> dict[int, Contract]:
    """Contracts whose payslips are issued, replaced or paid: one at a time, so that no day is paid twice."""
    rows = (
        Contract.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=set(keys))
        .select_related("person", "municipality", "employer", "posting__workplace")
        .order_by("pk")
    )
    return {one.pk: one for one in rows}


def lock_run(key: int) -> PayRun:
    """One payment file.

    Raises:
        PayRun.DoesNotExist: no such file.
    """
    found: PayRun = (
        PayRun.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "employer")
        .get(pk=key)
    )
    return found
