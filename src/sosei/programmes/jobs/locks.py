"""The only row locks of seasonal work, taken in this order: persons, then the posting, then its applications.

Places and beds are counters that the database holds within their bounds; they are changed in the order of keys.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from sosei.programmes.jobs.models import Application, Contract, Posting


def lock_persons(keys: Iterable[int]) -> None:
    """Until the transaction ends, no other one books these persons: their hours are added over all employers.

    An advisory lock, for a person's row is written by the core and by signing in.
    """
    with connection.cursor() as cursor:
        for key in sorted(set(keys)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jobs.worker:{key}"])


def lock_posting(key: int) -> Posting:
    """One posting: who applies, accepts, cancels or is offered a place does so alone, in the order of arrival.

    Raises:
        Posting.DoesNotExist: no such posting.
    """
    found: Posting = (
        Posting.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "employer__organisation", "workplace", "lodging", "round")
        .get(pk=key)
    )
    return found


def lock_application(key: int) -> Application:
    """One application; its person and posting are locked before.

    Raises:
        Application.DoesNotExist: no such application.
    """
    found: Application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "municipality", "group")
        .get(pk=key)
    )
    return found


def lock_contract(key: int) -> Contract:
    """One contract; its posting is locked before.

    Raises:
        Contract.DoesNotExist: no such contract.
    """
    found: Contract = (
        Contract.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "municipality", "employer", "application", "lodging", "posting__workplace")
        .get(pk=key)
    )
    return found
