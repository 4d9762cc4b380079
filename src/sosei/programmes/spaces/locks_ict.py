"""The only row locks of ICT equipment: a partner, then a need, then its proposals, then the work on site."""

from __future__ import annotations

from sosei.programmes.spaces.models import IctNeed, IctPartner, IctProposal, Installation


def lock_partner(key: int) -> IctPartner:
    """One partner: its catalogue is changed by one at a time.

    Raises:
        IctPartner.DoesNotExist: no such partner.
    """
    rows = IctPartner.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("municipality", "organisation").get(pk=key)  # type: ignore[no-any-return]


def lock_need(key: int) -> IctNeed:
    """One need: whoever changes, opens, chooses or drops it does so alone.

    Raises:
        IctNeed.DoesNotExist: no such need.
    """
    rows = IctNeed.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("municipality", "host__organisation", "space").get(pk=key)  # type: ignore[no-any-return]


def lock_proposal(key: int) -> IctProposal:
    """One proposal, under the lock of its need.

    Raises:
        IctProposal.DoesNotExist: no such proposal.
    """
    rows = IctProposal.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("municipality", "host", "partner", "need__space").get(pk=key)  # type: ignore[no-any-return]


def lock_installation(key: int) -> Installation:
    """One piece of work on site.

    Raises:
        Installation.DoesNotExist: no such work.
    """
    rows = Installation.objects.select_for_update(of=("self",), no_key=True)
    related = rows.select_related("municipality", "host", "partner", "space", "proposal__need")
    return related.get(pk=key)  # type: ignore[no-any-return]
