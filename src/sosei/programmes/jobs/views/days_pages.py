"""What pages of the days share: whose they are, and a day as a page shows it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone

from sosei.core.people import tenancy
from sosei.core.people.phones import shown_phone
from sosei.programmes.jobs.models import Correction, Employer, Punch, WorkDay
from sosei.programmes.jobs.rules_days import ANSWER_WITHIN, MINUTE, Presence, presence
from sosei.programmes.jobs.services.days import counted_of, facts_of
from sosei.programmes.jobs.words_days import PRESENCE, RULES

_RELATED = ("employer", "municipality", "person", "shift", "contract__posting__workplace")


def my_day(request: Any, day_id: int) -> WorkDay:
    """A day of the person whom the request is for; seen although the employer may be gone by now.

    Raises:
        Http404: there is none.
    """
    with tenancy.unguarded():
        found: WorkDay | None = (
            WorkDay.objects.filter(person=request.subject, pk=day_id)
            .select_related(*_RELATED)
            .prefetch_related("punches", "corrections")
            .first()
        )
    if found is None:
        raise Http404
    return found


def day_of_employer(request: Any, employer: Employer, day_id: int) -> WorkDay:
    """A day of the employer.

    Raises:
        Http404: there is none.
    """
    seen = WorkDay.objects.visible_to(request.user).filter(employer=employer)
    found: WorkDay | None = (
        seen.select_related("employer__municipality", "municipality", "contract__posting__workplace", "shift")
        .prefetch_related("punches", "corrections")
        .filter(pk=day_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def shown(day: WorkDay) -> dict[str, Any]:
    """A day with its punches, how it stands, what counts and why, and its corrections."""
    facts = facts_of(day)
    found = counted_of(day)
    now = timezone.now()
    state = presence(facts, now)
    kind, label = PRESENCE[state]
    punches = {punch.kind: punch for punch in day.punches.all()}
    return {
        "day": day,
        "tag": kind,
        "label": label,
        "came": punches.get(Punch.Kind.IN),
        "left": punches.get(Punch.Kind.OUT),
        "late_minutes": (now - facts.agreed.starts_at) // MINUTE if state == Presence.LATE else 0,
        "counted": found,
        "minutes": found.hours.minutes if found else 0,
        "rules": [RULES[rule] for rule in found.rules] if found else [],
        "corrections": sorted(day.corrections.all(), key=lambda one: one.pk),
        "asked": next((one for one in day.corrections.all() if one.state == Correction.State.ASKED), None),
        "phone": shown_phone(day.contract.worker_phone) if day.contract.worker_phone else "",
        "phone_link": day.contract.worker_phone,
        "begun": facts.agreed.starts_at <= now,
        "over": facts.agreed.ends_at <= now,
        "soon": facts.agreed.starts_at > now,
    }


def is_overdue(correction: Correction) -> bool:
    """Nobody answered in time."""
    waits = correction.state == Correction.State.ASKED
    return waits and correction.asked_at < timezone.now() - ANSWER_WITHIN
