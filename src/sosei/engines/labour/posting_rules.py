"""Postings against the law: terms in, every flaw with its field and rule out; a posting without flaws may be published."""

from __future__ import annotations

from sosei.engines.labour.posting_codes import Flaw
from sosei.engines.labour.posting_hours import hours_flaws, period_flaws
from sosei.engines.labour.posting_items import missing_notice_items, missing_posting_items
from sosei.engines.labour.posting_pay import pay_flaws
from sosei.engines.labour.posting_people import money_flaws, people_flaws, protection_flaws
from sosei.engines.labour.posting_terms import PostingTerms


def posting_flaws(terms: PostingTerms) -> tuple[Flaw, ...]:
    """Every flaw that keeps a posting from being published (職安法5条の3・5条の4 and the rules each flaw names).

    Never raises for what a form may hold: what is missing or wrong is a flaw. Empty means: may be published.
    """
    return (
        *missing_posting_items(terms),
        *period_flaws(terms),
        *hours_flaws(terms),
        *pay_flaws(terms),
        *people_flaws(terms),
        *money_flaws(terms),
        *protection_flaws(terms),
    )


def notice_flaws(terms: PostingTerms) -> tuple[Flaw, ...]:
    """What the notice of working conditions still lacks beside the posting's items (労基法15条, 労基則5条, パート法6条).

    Where the contract stands at the application, the notice goes out at that moment: such a posting needs both this
    and `posting_flaws` to be empty.
    """
    return tuple(missing_notice_items(terms))
