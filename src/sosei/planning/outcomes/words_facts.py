"""How facts are told in a line: on how many a value rests."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sosei.planning.outcomes.feeding import Rule
from sosei.planning.outcomes.kinds import Kind


def from_facts(kind: Kind, facts: int) -> str:
    """From 94 settlements."""
    return str(kind.from_count) % {"facts": f"{facts:,}"}


def too_few(kind: Kind, rule: Rule, facts: int) -> bool:
    """Whether the public could recognise somebody: few facts, or only what few people share."""
    if facts < kind.smallest_shown:
        return True
    chosen = ((kind.attribute(name), values) for name, values in (rule.filter or {}).items())
    return any(each is not None and set(values) <= each.identifying for each, values in chosen)


def few(kind: Kind) -> str:
    """From too few to say how many."""
    return _("少ない実績から（%(most)s件より少ないか、少ない人に当てはまるもの）") % {
        "most": kind.smallest_shown
    }
