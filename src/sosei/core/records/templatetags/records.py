"""The tag that shows the history of an object on its own page: `{% load records %}{% history thing %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model

from sosei.core.design.pagination import paginate
from sosei.core.records.models import Entry

register = template.Library()


@register.inclusion_tag("records/history.html", takes_context=True)
def history(context: Any, thing: Model, per_page: int = 10, level: int = 2) -> dict[str, Any]:
    """The entries about `thing` that the user may see, newest first; `level` is that of the heading."""
    request = context["request"]
    found = Entry.objects.visible_to(request.user).about(thing).newest_first()
    return {
        "page": paginate(request, found, per_page=per_page, key="history"),
        "level": level,
        "request": request,
    }
