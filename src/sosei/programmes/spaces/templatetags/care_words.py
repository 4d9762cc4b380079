"""What templates of reviews and damage say: stars, a mean, what a host knows of a guest."""

from __future__ import annotations

from typing import Any

from django import template

from sosei.programmes.spaces import review_shown
from sosei.programmes.spaces.damage_shown import tag_of
from sosei.programmes.spaces.models import DamageReport, Order
from sosei.programmes.spaces.rules_care import Mean
from sosei.programmes.spaces.services import reviews

register = template.Library()


@register.filter
def stars(value: int) -> str:
    """★★★★☆."""
    return review_shown.stars_text(value)


@register.filter
def mean(value: Mean) -> str:
    """4.3."""
    return review_shown.mean_text(value)


@register.inclusion_tag("spaces/reviews/_guest.html", takes_context=True)
def what_hosts_say(context: Any, order: Order) -> dict[str, Any]:
    """What hosts gave the guest of an order, for the host who answers."""
    found = reviews.of_guest(order, context["request"].user)
    known, own = found if found is not None else (None, [])
    return {"has_account": found is not None, "mean": known, "rows": [review_shown.shown(one) for one in own]}


@register.filter
def damage_tag(report: DamageReport) -> str:
    """The kind of chip in which the state of a report is shown."""
    return tag_of(report)
