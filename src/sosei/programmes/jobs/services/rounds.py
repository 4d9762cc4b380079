"""Rounds opened and changed by the town's staff: names, times, method, caps; the lottery bound before anybody applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import rules
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs.errors_rounds import RoundError
from sosei.programmes.jobs.locks_rounds import lock_round
from sosei.programmes.jobs.models import Round, RoundCap
from sosei.programmes.jobs.rules_rounds import MOST_WISHES, digest_of, is_region, seed_of
from sosei.programmes.jobs.services.rounds_run import must_serve

SHORTEST = timedelta(hours=1)


@dataclass(frozen=True)
class Cap:
    """At most so many for a region: a municipality's five digits, or a prefecture's two."""

    region: str
    name: str
    cap: int


@dataclass(frozen=True)
class Plan:
    """What staff decide of a round."""

    name: str
    name_en: str
    method: str
    opens_at: datetime
    closes_at: datetime
    max_wishes: int
    caps: tuple[Cap, ...] = ()


@transaction.atomic
def open_round(*, municipality: Municipality, plan: Plan, actor: Person) -> Round:
    """Makes a round; the digest of its lottery's seed is public from now on, the seed from the draw on.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        RoundError: something of the plan cannot be so.
    """
    made = Round(municipality=municipality, created_at=timezone.now(), created_by=actor)
    if not rules.has_perm("jobs.add_round", actor, made):
        raise NotAllowedError(_("割り当ての回をあつかえるのは、その町の事業の担当者だけです。"))
    _check(plan)
    if plan.closes_at <= timezone.now():
        raise RoundError(_("受付の終わりは、これからの時刻にしてください。"), "closes_at")
    with tenancy.unguarded():
        _take(made, plan)
        made.save()
        # The key is part of what the seed is made of.
        made.refresh_from_db()
        made.seed_digest = digest_of(seed_of(settings.SECRET_KEY, made.pk, made.created_at.isoformat()))
        made.save(update_fields=["seed_digest"])
        _set_caps(made, plan.caps)
        _record("round.opened", made, actor)
    return made


@transaction.atomic
def change_round(*, round: Round, plan: Plan, actor: Person) -> Round:
    """Changes a round: all of it before applications open, later only its names and a later end.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        RoundError: applications are over, the rules would change while people apply, or the plan cannot be so.
    """
    must_serve(round, actor)
    _check(plan)
    with tenancy.unguarded():
        held = lock_round(round.pk)
        now = timezone.now()
        if held.state != Round.State.OPEN or held.closes_at <= now:
            raise RoundError(_("受付が終わった回は変えられません。"))
        if held.opens_at <= now:
            _must_keep_its_rules(held, plan)
        _take(held, plan)
        held.save()
        _set_caps(held, plan.caps)
        _record("round.changed", held, actor)
    return held


def _check(plan: Plan) -> None:
    if not plan.name.strip():
        raise RoundError(_("回の名前を書いてください。"), "name")
    if plan.closes_at - plan.opens_at < SHORTEST:
        raise RoundError(_("受付の終わりは、始まりより1時間以上あとにしてください。"), "closes_at")
    if not 1 <= plan.max_wishes <= MOST_WISHES:
        raise RoundError(
            _("希望の数の上限は、1から%(most)sまでの数にしてください。") % {"most": MOST_WISHES}, "max_wishes"
        )
    if plan.caps and plan.method != Round.Method.STABLE:
        raise RoundError(
            _("地域の上限は、安定な割り当てでだけ使えます。方法を変えるか、上限を消してください。"), "caps"
        )
    _check_caps(plan.caps)


def _check_caps(caps: Sequence[Cap]) -> None:
    known: set[str] = set()
    for one in caps:
        if not is_region(one.region):
            raise RoundError(
                _("「%(code)s」は地域のコードではありません。市町村は5けた、県は2けたで書いてください。")
                % {"code": one.region},
                "caps",
            )
        if one.region in known:
            raise RoundError(
                _("地域「%(code)s」が2回あります。片方を消してください。") % {"code": one.region}, "caps"
            )
        known.add(one.region)


def _must_keep_its_rules(held: Round, plan: Plan) -> None:
    caps = {(one.region, one.cap) for one in plan.caps}
    same = (held.method, held.opens_at, held.max_wishes) == (
        plan.method,
        plan.opens_at,
        plan.max_wishes,
    ) and caps == set(held.caps.values_list("region", "cap"))
    if not same:
        raise RoundError(
            _(
                "受付が始まってからは、方法・始まり・希望の数・地域の上限は変えられません。名前と、受付の終わりだけを変えられます。"
            )
        )
    if plan.closes_at < held.closes_at:
        raise RoundError(
            _("受付が始まってからは、受付の終わりを早くできません。あとにのばすことはできます。"), "closes_at"
        )


def _take(held: Round, plan: Plan) -> None:
    held.name, held.name_en, held.method = plan.name.strip(), plan.name_en.strip(), plan.method
    held.opens_at, held.closes_at, held.max_wishes = plan.opens_at, plan.closes_at, plan.max_wishes


def _set_caps(held: Round, caps: Sequence[Cap]) -> None:
    held.caps.exclude(region__in=[one.region for one in caps]).delete()
    for one in caps:
        RoundCap.objects.update_or_create(
            municipality=held.municipality,
            round=held,
            region=one.region,
            defaults={"name": one.name.strip() or one.region, "cap": one.cap},
        )


def _record(verb: str, held: Round, actor: Person) -> None:
    write_entry(
        actor=actor, verb=verb, subject=held, municipality=held.municipality, data={"round": held.name}
    )
