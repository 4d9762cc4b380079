"""What was really done in Sosei about a strategy, out of the town's entries; for the public without names and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from sosei.core.people import tenancy
from sosei.core.records.models import Entry
from sosei.core.records.verbs import verb_title
from sosei.planning.strategy.models import Strategy
from sosei.planning.strategy.permissions import works_on_strategy_of

_logged: dict[str, tuple[str, bool]] = {}


def register(verb: str, model: str, *, public: bool) -> None:
    """Entries of `verb` stand on the formation page.

    Args:
        model: the table their object is a row of; "Strategy", or one with a column `strategy`.
        public: whether everybody may read that it was done.
    """
    _logged[verb] = (model, public)


for _verb in ("written", "next_term_written", "changed"):
    register(f"strategy.{_verb}", "Strategy", public=False)
register("strategy.published", "Strategy", public=True)
register("strategy.rule_adopted", "Strategy", public=True)
register("campaign.opened", "Campaign", public=True)
register("campaign.closed", "Campaign", public=True)
register("strategy.measure_ended", "Strategy", public=True)
register("strategy.measure_resumed", "Strategy", public=True)


@dataclass(frozen=True)
class Logged:
    """One thing that was done: when, in words without names, what it was done to, and why (for the town's people)."""

    at: datetime
    title: str
    thing: str = ""
    reason: str = ""


def logged(strategy: Strategy, user: Any, at_most: int = 200) -> list[Logged]:
    """What was done, the earliest first; the public reads what is public of it."""
    works_here = works_on_strategy_of(user, strategy.municipality_id)
    verbs = {verb: model for verb, (model, public) in _logged.items() if public or works_here}
    # Entries are for staff; of these few, the verb and the day are shown to whoever sees the strategy.
    with tenancy.unguarded():
        wanted = Q(pk__in=())
        for model in sorted(set(verbs.values())):
            wanted |= Q(verb__in=[verb for verb in verbs if verbs[verb] == model]) & _objects(strategy, model)
        found = Entry.objects.filter(wanted, municipality=strategy.municipality_id).order_by("-pk")
        entries = list(found[:at_most])
    return [
        Logged(
            entry.at,
            verb_title(entry.verb),
            str(entry.data.get("title", "")),
            entry.reason if works_here else "",
        )
        for entry in reversed(entries)
    ]


def _objects(strategy: Strategy, model: str) -> Q:
    table: Any = apps.get_model("strategy", model)
    kind = ContentType.objects.get_for_model(table)
    if table is Strategy:
        return Q(object_type=kind, object_id=str(strategy.pk))
    keys = table.objects.filter(strategy=strategy).values_list("pk", flat=True)
    return Q(object_type=kind, object_id__in=[str(key) for key in keys])
