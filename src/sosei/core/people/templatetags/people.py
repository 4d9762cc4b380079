"""Template tags of this room: telephone numbers, and what pages of the sign-in library show of staff roles."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from sosei.core.people import phones, roles
from sosei.core.people.accounts.second_factor import has_second_factor
from sosei.core.people.views.door import Step

register = template.Library()


@register.filter
def phone(value: Any) -> Any:
    """An E.164 number as it is dialled at home; anything else as it is."""
    return phones.shown_phone(value) if isinstance(value, str) and value.startswith("+") else value


@register.simple_tag(takes_context=True)
def waits_for_second_factor(context: Any) -> bool:
    """Whether the person's staff roles wait for one."""
    return bool(context["request"].user.standing.waiting)


@register.simple_tag(takes_context=True)
def has_office(context: Any) -> bool:
    """Whether the person works in a town or runs the installation."""
    held = context["request"].user.standing.held
    return any(one.role in roles.STAFF for one in held)


@register.simple_tag(takes_context=True)
def second_factor_steps(context: Any) -> list[Step]:
    """The steps of somebody who was invited; none for anybody else."""
    person = context["request"].user
    standing = person.standing
    if not any(one.role in roles.STAFF for one in (*standing.held, *standing.waiting)):
        return []
    if has_second_factor(person):
        return []
    return [
        Step(_("アカウント"), "done"),
        Step(_("招待を受ける"), "done"),
        Step(_("2段階認証"), "current"),
        Step(_("使い始める"), "todo"),
    ]
