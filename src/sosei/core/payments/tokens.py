"""Signed links by which a guest without an account reaches his own bill."""

from __future__ import annotations

from django.core import signing

from sosei.core.payments.models import Bill
from sosei.core.people import tenancy

_SALT = "sosei.core.payments.bill"


def token_of(bill: Bill) -> str:
    """What stands in a guest's link; it opens this bill and nothing else."""
    return signing.dumps(bill.pk, salt=_SALT)


def bill_of(token: str) -> Bill | None:
    """The bill that a link opens, with town, payee and person; None where nobody gave out that link."""
    try:
        key = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    with tenancy.unguarded():
        found: Bill | None = (
            Bill.objects.select_related("municipality", "payee", "person").filter(pk=key).first()
        )
    return found
