"""What the search puts on other pages: a card on the worker's home, a panel on a posting."""

from __future__ import annotations

from typing import Any

import rules
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.jobs.home import Card
from sosei.programmes.jobs.models import Posting, SavedSearch
from sosei.programmes.jobs.panels import Panel


def searches_card(person: Person, request: HttpRequest) -> Card | None:
    """The searches somebody keeps."""
    rows = SavedSearch.objects.visible_to(person).filter(person=person)
    counts = rows.aggregate(all=Count("pk"), told=Count("pk", filter=Q(is_told=True)))
    if not counts["all"]:
        return None
    text = _("%(all)s個の条件を保存しています。%(told)s個は、新しい求人が出ると知らせます。") % counts
    return Card(_("保存した条件"), text, reverse("jobs:my-searches"), order=120)


def fit_panel(posting: Posting, request: Any) -> Panel | None:
    """The way to why a posting fits or does not; for those who run the employer, to the people it fits."""
    if not posting.is_open or not request.user.is_authenticated:
        return None
    runs = rules.has_perm("jobs.run_employer", request.user, posting)
    return Panel("jobs/search/_panel.html", {"runs": runs}, order=40)
