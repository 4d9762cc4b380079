"""The work on site: planned, built, measured, accepted or sent back; an accepted one is told to outcomes."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import letters_ict as letters
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.facts_ict import record_installed, withdraw_installed
from sosei.programmes.spaces.locks_ict import lock_installation, lock_need
from sosei.programmes.spaces.models import IctNeed, Installation
from sosei.programmes.spaces.services.ict_needs import check_runs, today_in
from sosei.programmes.spaces.services.ict_partners import check_not_both
from sosei.programmes.spaces.services.ict_partners import check_runs as check_runs_partner
from sosei.programmes.spaces.services.ict_speed import compared, speaking_for
from sosei.programmes.spaces.words_ict_sizing import flaw_text

MOST_REASON = 300
TO_BUILD = (Installation.State.PLANNED, Installation.State.REFUSED)


@transaction.atomic
def move_work(*, work: Installation, planned_on: datetime.date, reason: str, actor: Person) -> Installation:
    """The partner works on another day.

    Raises:
        IctError: `actor` does not run the partner, no reason, a day in the past, or it is built already.
    """
    check_runs_partner(actor, work)
    _need_reason(reason)
    with tenancy.unguarded():
        held = _held(work)
        if held.state not in TO_BUILD:
            raise IctError(
                _("この工事は、もう終わっています（%(state)s）。") % {"state": held.get_state_display()}
            )
        if planned_on < today_in(held.municipality):
            raise IctError(_("工事の日は、今日からあとの日にしてください。"), "planned_on")
        held.planned_on = planned_on
        held.save(update_fields=["planned_on"])
        key = f"ict.work:{held.pk}:moved:{timezone.now().isoformat()}"
        letters.tell_host(key, "ict.work", letters.work_moved(held, reason.strip()), held)
        _record("work_moved", held, actor, reason=reason, day=planned_on.isoformat())
    return held


@transaction.atomic
def mark_built(*, work: Installation, actor: Person) -> Installation:
    """The partner is done, for the first time or again: from now on measurements speak for the work.

    Raises:
        IctError: `actor` does not run the partner, the need was dropped, or it is built already.
    """
    check_runs_partner(actor, work)
    with tenancy.unguarded():
        held = _held(work)
        if held.state not in TO_BUILD:
            raise IctError(
                _("この工事は、もう終わっています（%(state)s）。") % {"state": held.get_state_display()}
            )
        held.state, held.built_at = Installation.State.BUILT, timezone.now()
        held.save(update_fields=["state", "built_at"])
        key = f"ict.work:{held.pk}:built:{held.built_at.isoformat()}"
        letters.tell_host(key, "ict.work", letters.work_built(held), held)
        _record("work_built", held, actor)
    return held


@transaction.atomic
def accept_work(*, work: Installation, actor: Person, note: str = "") -> Installation:
    """The host accepts what was measured since the work was built: it is what was promised.

    Raises:
        IctError: `actor` does not run the host or acts for the partner, it is not built, nothing was measured, or what
            was measured falls short.
    """
    check_runs(actor, work)
    check_not_both(actor, work)
    with tenancy.unguarded():
        held = _held(work)
        if held.state != Installation.State.BUILT:
            raise IctError(
                _("工事が終わってから検収します（今は%(state)s）。") % {"state": held.get_state_display()}
            )
        found = compared(held, speaking_for(held))
        if found is None:
            raise IctError(_("まだ測っていません。場所で3回以上測ってから検収してください。"))
        if not found.passed:
            told = " ".join(flaw_text(str(flaw.code), flaw.data) for flaw in found.flaws)
            raise IctError(_("まだ検収できません。%(flaws)s") % {"flaws": told})
        _decide(held, Installation.State.ACCEPTED, actor, note)
        need = lock_need(held.proposal.need_id)
        need.state = IctNeed.State.DONE
        need.save(update_fields=["state"])
        record_installed(held, today_in(held.municipality))
        _record("work_accepted", held, actor, reason=note)
    return held


@transaction.atomic
def refuse_work(*, work: Installation, actor: Person, reason: str) -> Installation:
    """The host sends the work back with a reason; the partner mends it and says so.

    Raises:
        IctError: `actor` does not run the host or acts for the partner, no reason, or it is not built.
    """
    check_runs(actor, work)
    check_not_both(actor, work)
    _need_reason(reason)
    with tenancy.unguarded():
        held = _held(work)
        if held.state != Installation.State.BUILT:
            raise IctError(
                _("工事が終わってから検収します（今は%(state)s）。") % {"state": held.get_state_display()}
            )
        _decide(held, Installation.State.REFUSED, actor, reason)
        _record("work_refused", held, actor, reason=reason)
    return held


@transaction.atomic
def reverse_acceptance(*, work: Installation, actor: Person, reason: str) -> Installation:
    """What was accepted turns out otherwise: the work goes back to the partner, and its fact is withdrawn.

    Raises:
        IctError: `actor` does not run the host or acts for the partner, no reason, or it is not accepted.
    """
    check_runs(actor, work)
    check_not_both(actor, work)
    _need_reason(reason)
    with tenancy.unguarded():
        held = _held(work)
        if held.state != Installation.State.ACCEPTED:
            raise IctError(_("まだ検収していない工事です。"))
        _decide(held, Installation.State.REFUSED, actor, reason)
        need = lock_need(held.proposal.need_id)
        need.state = IctNeed.State.CHOSEN
        need.save(update_fields=["state"])
        withdraw_installed(work=held, reason=reason.strip(), withdrawn_by=actor)
        _record("acceptance_reversed", held, actor, reason=reason)
    return held


def _held(work: Installation) -> Installation:
    lock_need(work.proposal.need_id)
    held = lock_installation(work.pk)
    if held.proposal.need.state == IctNeed.State.DROPPED:
        raise IctError(_("この相談は取りやめになりました。"))
    return held


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise IctError(_("理由を書いてください。相手に伝わります。"), "reason")
    if len(reason.strip()) > MOST_REASON:
        raise IctError(_("理由は%(most)s字までで書いてください。") % {"most": MOST_REASON}, "reason")


def _decide(work: Installation, state: str, actor: Person, reason: str) -> None:
    work.state = state
    work.decided_at, work.decided_by = timezone.now(), actor
    work.decision_reason = reason.strip()[:MOST_REASON]
    work.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
    key = f"ict.work:{work.pk}:{state}:{work.decided_at.isoformat()}"
    letters.tell_partner(key, "ict.work", work.partner, letters.work_decided(work), work)


def _record(verb: str, work: Installation, actor: Person, *, reason: str = "", **data: str) -> None:
    write_entry(
        actor=actor,
        verb=f"ict.{verb}",
        subject=work,
        municipality=work.municipality,
        reason=reason.strip(),
        data={"space": work.space.name, **data},
    )
