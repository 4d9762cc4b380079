"""What services of reviews, measures, complaints, certificates and invitations refuse, with the remedy."""

from __future__ import annotations

from sosei.programmes.jobs.errors_deals import DealError


class CareError(DealError):
    """Something that cannot be written, decided or issued so."""
