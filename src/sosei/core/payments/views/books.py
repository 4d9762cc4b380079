"""The last check of a town's books, and notices of gateways that nobody could handle yet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.payments.models import GatewayEvent
from sosei.core.payments.services.checking import last_check
from sosei.core.payments.words_books import FLAWS, TABLES
from sosei.core.payments.words_payments import OUTCOMES
from sosei.core.people import tenancy

SHOWN = 50


@never_cache
@require_safe
def books(request: Any, code: str) -> HttpResponse:
    """What the nightly check found."""
    town = request.town
    with tenancy.unguarded():
        check = last_check(town)
    events = GatewayEvent.objects.visible_to(request.user).filter(municipality=town.pk)
    contradicting = events.filter(outcome="contradicts").order_by("-pk")[:SHOWN]
    context = {
        "check": check,
        "sorts": [
            {"label": FLAWS.get(code, code), "count": count}
            for code, count in (check.data["codes"] if check else {}).items()
        ],
        "flaws": [
            {
                "label": FLAWS.get(one["code"], one["code"]),
                "table": TABLES.get(one["table"], one["table"]),
                "key": one["key"],
            }
            for one in (check.data["first"] if check else [])
        ],
        "events": [{"row": one, "outcome": OUTCOMES.get(one.outcome, one.outcome)} for one in contradicting],
        "crumbs": [
            (str(town), reverse("people:office", args=[code])),
            (_("帳簿の点検"), ""),
        ],
    }
    return render(request, "payments/books.html", context)
