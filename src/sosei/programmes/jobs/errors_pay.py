"""What services of wages refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.engines.labour.errors import LabourError, RefusedWithholdingError, UnknownTableError
from sosei.programmes.jobs.errors_deals import DealError


class PayError(DealError):
    """A payslip or a payment that cannot be made so."""


class TaxByHandError(PayError):
    """The program cannot read the tax: the employer reads it from the official table and enters it."""


def refused(error: LabourError) -> PayError:
    """What the labour engine refused, in the reader's language."""
    text = error.text("en" if (get_language() or "ja").startswith("en") else "ja")
    if isinstance(error, RefusedWithholdingError | UnknownTableError):
        by_hand = _("税額を表から読んで、下の「所得税」に入れてください。税務署にも相談できます。")
        return TaxByHandError(f"{text} {by_hand}", "tax")
    return PayError(text)
