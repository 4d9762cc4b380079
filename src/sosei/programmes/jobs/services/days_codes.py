"""The QR code that hangs at a workplace: made, found by its secret, replaced when lost; and whose day it opens."""

from __future__ import annotations

import secrets

import rules
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs.locks_employers import lock_employer
from sosei.programmes.jobs.models import Punch, SiteCode, WorkDay, Workplace
from sosei.programmes.jobs.rules_days import CHECK_IN_BEFORE, CHECK_OUT_AFTER


def code_in_use(secret: str) -> SiteCode | None:
    """The code with that secret, for whoever has read it at the workplace; None where it was replaced."""
    with tenancy.unguarded():
        found: SiteCode | None = (
            SiteCode.objects.filter(secret=secret, ended_at__isnull=True)
            .select_related("workplace", "employer", "municipality")
            .first()
        )
    return found


def address_of(code: SiteCode) -> str:
    """What stands in the picture: the page opens in Japanese and offers the other language."""
    with override("ja"):
        return f"{settings.SITE_ADDRESS}{reverse('jobs:site', kwargs={'secret': code.secret})}"


@transaction.atomic
def make_code(*, workplace: Workplace, actor: Person) -> SiteCode:
    """A new code for a workplace; the one before opens nothing any more.

    Raises:
        NotAllowedError: `actor` does not run the employer.
    """
    if not rules.has_perm("jobs.run_employer", actor, workplace):
        raise NotAllowedError(_("QRコードを作れるのは、雇用主と市の担当者だけです。"))
    with tenancy.unguarded():
        lock_employer(workplace.employer_id)
        now = timezone.now()
        replaced = SiteCode.objects.filter(workplace=workplace, ended_at__isnull=True).update(ended_at=now)
        made: SiteCode = SiteCode.objects.create(
            municipality_id=workplace.municipality_id,
            employer_id=workplace.employer_id,
            workplace=workplace,
            secret=secrets.token_urlsafe(20),
            made_at=now,
        )
        write_entry(
            actor=actor,
            verb="site_code.replaced" if replaced else "site_code.made",
            subject=made,
            municipality=workplace.municipality,
            data={"workplace": workplace.name},
        )
        return made


def day_at(code: SiteCode, person: Person) -> WorkDay | None:
    """The person's day of work that a scan means now: the one under way, else the next that can be begun."""
    now = timezone.now()
    with tenancy.unguarded():
        days = list(
            WorkDay.objects.filter(
                person=person,
                contract__posting__workplace=code.workplace_id,
                period__startswith__lte=now + CHECK_IN_BEFORE,
                period__endswith__gte=now - CHECK_OUT_AFTER,
            )
            .exclude(state=WorkDay.State.CANCELLED)
            .select_related("employer", "municipality", "person", "contract__posting__workplace")
            .prefetch_related("punches", "corrections")
            .order_by("period", "pk")
        )
    return min(days, key=_rank, default=None)


def _rank(day: WorkDay) -> tuple[int, object]:
    """Somebody who is there first, then who is to come, then what is over; the earlier before the later."""
    kinds = {punch.kind for punch in day.punches.all()}
    over = day.period.upper <= timezone.now()
    if Punch.Kind.OUT in kinds:
        return 3, day.period.lower
    if Punch.Kind.IN in kinds:
        return 0, day.period.lower
    return (2 if over or day.state == WorkDay.State.ABSENT else 1), day.period.lower


def next_kind(day: WorkDay) -> str:
    """What the one button notes: came, went; "" where both are noted, or somebody is called absent."""
    kinds = {punch.kind for punch in day.punches.all()}
    if Punch.Kind.OUT in kinds or day.state == WorkDay.State.ABSENT:
        return ""
    if Punch.Kind.IN in kinds or day.period.upper <= timezone.now():
        return str(Punch.Kind.OUT)
    return str(Punch.Kind.IN)
