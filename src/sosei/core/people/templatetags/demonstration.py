"""The list of invented people on the sign-in page of a demonstration."""

from __future__ import annotations

from typing import Any

from django import template

from sosei.core.people import demonstration

register = template.Library()


@register.inclusion_tag("people/demonstration/examples.html", takes_context=True)
def demonstration_sign_in(context: Any) -> dict[str, Any]:
    """Nothing at all where this is no demonstration."""
    return {
        "examples": demonstration.examples(),
        "password": demonstration.PASSWORD,
        "totp_secret": demonstration.TOTP_SECRET,
        "csrf_token": context.get("csrf_token"),
    }
