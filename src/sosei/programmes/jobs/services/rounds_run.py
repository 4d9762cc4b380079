"""The draw of a round: the lottery's seed shown, the assignment computed, each run kept with its reasons."""

from __future__ import annotations

from typing import Any

import rules
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.engines.matching.assignment import PostingReason
from sosei.programmes.jobs.errors_rounds import RoundError
from sosei.programmes.jobs.locks_rounds import lock_all, lock_round
from sosei.programmes.jobs.models import Application, Round, RoundOutcome, RoundRun
from sosei.programmes.jobs.rules_rounds import Moved, digest_of, moves_between, seed_of
from sosei.programmes.jobs.services.rounds_market import Entered, read
from sosei.programmes.jobs.services.rounds_solving import Solved, solve

AT_ONCE = 2_000
"""Applications up to which a draw is made while the page waits; more are left to the worker."""


def secret_seed(round_: Round) -> str:
    """The seed that the digest of a round was published for; secret until the draw.

    Raises:
        RoundError: the server's key was exchanged since, and the old one is not among the fallbacks.
    """
    made = round_.created_at.isoformat()
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        seed = seed_of(str(key), round_.pk, made)
        if digest_of(seed) == round_.seed_digest:
            return seed
    raise RoundError(
        _(
            "公開したハッシュに合う抽選の種を作れません。サーバーの鍵（SECRET_KEY）が替わっています。"
            "前の鍵を SECRET_KEY_FALLBACKS に入れてから、もう一度計算してください。"
        )
    )


def must_serve(round_: Round, actor: Person) -> None:
    """Rounds are made and drawn by programme staff of the town.

    Raises:
        NotAllowedError: `actor` is none of them.
    """
    if not rules.has_perm("jobs.change_round", actor, round_):
        raise NotAllowedError(_("割り当ての回をあつかえるのは、その町の事業の担当者だけです。"))


def is_large(round_: Round) -> bool:
    """Too many applications for a page to wait for the draw."""
    rows = Application.objects.filter(posting__round=round_, state=Application.State.APPLIED)
    return bool(rows.count() > AT_ONCE)


@transaction.atomic
def draw(*, round: Round, actor: Person, reason: str = "") -> RoundRun:
    """Draws the lottery and computes who goes where; later ones compute again, from the same lottery.

    Args:
        reason: why it is computed again; the first draw needs none.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        RoundError: applications are still open, nobody applied, it is published, or no reason for computing again.
    """
    must_serve(round, actor)
    with tenancy.unguarded():
        held = lock_round(round.pk)
        last = held.runs.order_by("-number").first()
        must_be_drawable(held, last, reason)
        seed = secret_seed(held)
        # Wishes that were sent in the last second are in by then.
        lock_all((), held.postings.values_list("pk", flat=True))
        entered = read(held, seed)
        if not entered.entrants:
            raise RoundError(_("申し込みが一つもありません。割り当てるものがありません。"))
        solved = solve(entered, seed)
        run = _keep(solved, held, 1 if last is None else last.number + 1, reason.strip(), actor)
        held.seed, held.state = seed, Round.State.DRAWN
        held.save(update_fields=["seed", "state"])
        write_entry(
            actor=actor,
            verb="round.drawn" if last is None else "round.drawn_again",
            subject=held,
            municipality=held.municipality,
            reason=reason.strip(),
            data={"round": held.name, "number": run.number, "placed": run.summary["placed"]},
        )
        return run


def must_be_drawable(held: Round, last: RoundRun | None, reason: str) -> None:
    """Applications are closed, nothing is published, and computing again has a reason.

    Raises:
        RoundError: one of these is not so.
    """
    if held.state == Round.State.PUBLISHED:
        raise RoundError(_("この回はもう発表しました。計算し直すことはできません。"))
    if timezone.now() < held.closes_at:
        raise RoundError(_("受付がまだ終わっていません。終わってから計算してください。"))
    if last is not None and not reason.strip():
        raise RoundError(_("計算し直す理由を書いてください。理由は記録に残ります。"), "reason")


# --- What is kept -----------------------------------------------------------------------------------------------------


def _keep(solved: Solved, held: Round, number: int, reason: str, actor: Person) -> RoundRun:
    entered = solved.entered
    run: RoundRun = RoundRun.objects.create(
        municipality=held.municipality,
        round=held,
        number=number,
        digest=entered.digest(),
        summary=_summary(solved),
        reason=reason,
        made_at=timezone.now(),
        made_by=actor,
    )
    RoundOutcome.objects.bulk_create(_outcome(solved, run, place) for place in range(len(entered.entrants)))
    return run


def _outcome(solved: Solved, run: RoundRun, place: int) -> RoundOutcome:
    """Without an employer: the row tells what became of the wishes at all of them, which none of them is to read."""
    got, wishes = solved.wish_of(place), solved.wishes(place)
    return RoundOutcome(
        municipality_id=run.municipality_id,
        person=solved.entered.entrants[place].person,
        run=run,
        posting_id=None if got is None else got.posting_id,
        application=got,
        lottery=place + 1,
        reason="got_it" if got is not None else wishes[0]["code"],
        figures={
            "wishes": wishes,
            "rank": next((each["rank"] for each in wishes if each["code"] == "got_it"), None),
            "people": len(solved.entered.entrants),
        },
    )


def _summary(solved: Solved) -> dict[str, Any]:
    """Figures for everybody: nobody can be told from them."""
    entered, assignment = solved.entered, solved.assignment
    most = max(len(one.wishes) for one in entered.entrants)
    by_rank = [int((assignment.wish_of == rank).sum()) for rank in range(most)]
    return {
        "applicants": len(entered.entrants),
        "applications": sum(len(one.wishes) for one in entered.entrants),
        "places": sum(entered.capacities),
        "placed": assignment.placed,
        "by_rank": by_rank,
        "unplaced": len(entered.entrants) - assignment.placed,
        "groups": len(entered.friends),
        "blocking": solved.unsettled,
        "gap": solved.gap,
        "postings": [_of_posting(entered, each) for each in solved.postings()],
        "regions": _of_regions(entered, assignment.region_filled.tolist()),
    }


def _of_posting(entered: Entered, reason: PostingReason) -> dict[str, Any]:
    return {
        "posting": entered.postings[reason.posting].pk,
        "code": str(reason.code),
        "filled": reason.filled,
        "capacity": reason.capacity,
        "applicants": reason.applicants,
    }


def _of_regions(entered: Entered, filled: list[int]) -> list[dict[str, Any]]:
    tree = entered.tree
    return [
        {"region": code, "cap": cap, "filled": int(count)}
        for code, cap, count in zip(tree.codes, tree.caps, filled, strict=False)
    ]


# --- Reading runs -----------------------------------------------------------------------------------------------------


def last_run(round_: Round) -> RoundRun | None:
    """The run that counts."""
    found: RoundRun | None = round_.runs.order_by("-number").first()
    return found


def moves(run: RoundRun) -> list[Moved]:
    """Who goes elsewhere by this run than by the one before; empty for the first."""
    if run.number == 1:
        return []
    placed: dict[int, dict[int, int | None]] = {run.number - 1: {}, run.number: {}}
    rows = RoundOutcome.objects.filter(run__round=run.round_id, run__number__in=placed)
    for number, person, posting in rows.order_by("lottery").values_list("run__number", "person", "posting"):
        placed[number][person] = posting
    return moves_between(placed[run.number - 1], placed[run.number])


def withdrawn_since(run: RoundRun) -> int:
    """How many people took all or some of their wishes back after the run: all stood when it was made."""
    wishes = [
        each["application"]
        for figures in RoundOutcome.objects.filter(run=run).order_by().values_list("figures", flat=True)
        for each in figures["wishes"]
    ]
    ended = Application.objects.filter(pk__in=wishes, state__in=("withdrawn", "lapsed"))
    return int(ended.values("person").distinct().count())
