"""What rounds put on a worker's home and on the page of a posting that is filled by a round."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Person
from sosei.programmes.jobs.home import Card, register_worker_card
from sosei.programmes.jobs.models import Application, Posting, Round
from sosei.programmes.jobs.panels import Panel, register_posting_panel
from sosei.programmes.jobs.services.rounds_wishes import is_taking


def my_round(person: Person, request: Any) -> Card | None:
    """The latest round in which the person takes part, else one that takes wishes in a town of the person."""
    wishes = Application.objects.visible_to(request.user).filter(person=person, posting__round=OuterRef("pk"))
    now = timezone.now()
    towns = person.memberships.held().filter(municipality__isnull=False).values("municipality")
    is_open = Q(state=Round.State.OPEN, opens_at__lte=now, closes_at__gt=now, municipality__in=towns)
    rounds = list(
        Round.objects.visible_to(request.user)
        .annotate(is_mine=Exists(wishes.exclude(state__in=("withdrawn", "lapsed"))))
        .filter(is_open | Q(is_mine=True))
        .select_related("municipality")
        .order_by("closes_at", "pk")
    )
    mine = [one for one in rounds if one.is_mine]
    if mine:
        return _own(mine[-1])
    if not rounds:
        return None
    open_one = rounds[0]
    told = {"name": open_one, "until": date_format(screen_time(open_one.closes_at), "n/j H:i")}
    return Card(
        _("まとめて割り当てる仕事"),
        _("「%(name)s」の希望を、%(until)sまで出せます。") % told,
        reverse("jobs:round", kwargs={"code": open_one.municipality.code, "round_id": open_one.pk}),
        order=35,
    )


def _own(held: Round) -> Card:
    told = {"name": held, "until": date_format(screen_time(held.closes_at), "n/j H:i")}
    if held.state == Round.State.PUBLISHED:
        text = _("「%(name)s」の結果と、その理由を見られます。") % told
    elif is_taking(held):
        text = _("「%(name)s」に希望を出しています。%(until)sまで変えられます。") % told
    else:
        text = _("「%(name)s」の受付が終わりました。結果を待ってください。") % told
    return Card(
        _("まとめて割り当てる仕事"), text, reverse("jobs:my-round", kwargs={"round_id": held.pk}), order=35
    )


def round_panel(posting: Posting, request: Any) -> Panel | None:
    """The round by which a posting is filled."""
    if posting.mode != Posting.Mode.ROUND or posting.round is None or posting.published_at is None:
        return None
    held = posting.round
    return Panel("jobs/rounds/_panel.html", {"round": held, "taking": is_taking(held)}, order=9)


register_worker_card(my_round)
register_posting_panel(round_panel)
