"""A round made known: contracts for all who got a place, in one transaction; everybody is told what and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_rounds
from sosei.programmes.jobs.errors_deals import DealError
from sosei.programmes.jobs.errors_rounds import RoundError
from sosei.programmes.jobs.locks_rounds import lock_all, lock_round
from sosei.programmes.jobs.models import Application, Posting, Round, RoundOutcome, RoundRun
from sosei.programmes.jobs.rules_rounds import may_wait
from sosei.programmes.jobs.services import queue
from sosei.programmes.jobs.services.applications import accept_application, fill_freed_places
from sosei.programmes.jobs.services.rounds_run import last_run, must_serve
from sosei.programmes.jobs.words_rounds import wish_sentence

States = Application.State
AT_ONCE = 200
"""Contracts up to which a page waits for the publication; more are left to the worker."""


@dataclass(frozen=True)
class Failed:
    """Somebody who got a place by the draw and cannot take it any more."""

    person: Person
    posting: Posting
    reason: str


@dataclass
class Published:
    """What the publication did.

    Attributes:
        again: it had been published before, and nothing was done.
    """

    contracts: int = 0
    waiting: int = 0
    failed: list[Failed] = field(default_factory=list)
    again: bool = False


@transaction.atomic
def publish(*, round: Round, actor: Person) -> Published:
    """Makes the last run's contracts, ends or queues all other applications, and tells everybody; all or nothing.

    Who cannot come any more is refused with that reason, and the place is offered to who waits. Published twice, nothing
    is done twice.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        RoundError: nothing was computed yet.
    """
    must_serve(round, actor)
    with tenancy.unguarded():
        held = lock_round(round.pk)
        if held.state == Round.State.PUBLISHED:
            return Published(again=True)
        run = last_run(held)
        if run is None:
            raise RoundError(
                _("まだ割り当てを計算していません。計算して、結果を確かめてから発表してください。")
            )
        done = _Publication(held, run).done()
        held.state, held.published_at = Round.State.PUBLISHED, timezone.now()
        held.save(update_fields=["state", "published_at"])
        write_entry(
            actor=actor,
            verb="round.published",
            subject=held,
            municipality=held.municipality,
            data={"round": held.name, "number": run.number, "contracts": done.contracts},
        )
        return done


class _Publication:
    """The state of one publication, within its transaction and its locks."""

    def __init__(self, held: Round, run: RoundRun) -> None:
        self.held, self.run, self.result = held, run, Published()
        rows = RoundOutcome.objects.filter(run=run).select_related("person", "application")
        self.outcomes = list(rows.order_by("lottery"))
        wishes = Application.objects.filter(posting__round=held)
        lock_all(
            [one.person_id for one in self.outcomes],
            set(wishes.values_list("posting", flat=True)) | set(held.postings.values_list("pk", flat=True)),
        )
        self.wishes: dict[int, list[Application]] = defaultdict(list)
        related = ("person", "municipality", "group", "posting__employer", "posting__lodging", "employer")
        for wish in wishes.filter(state=States.APPLIED).select_related(*related).order_by("rank", "pk"):
            self.wishes[wish.person_id].append(wish)
        self.regions = dict(held.caps.values_list("region", "name"))
        self.full = {each["posting"]: each["filled"] >= each["capacity"] for each in run.summary["postings"]}
        self.has_caps = bool(run.summary["regions"])
        self.freed: set[int] = set()
        self.why: dict[int, str] = {}
        """Person -> why the place of the draw came to nothing."""

    def done(self) -> Published:
        """Contracts first, then the others, then the places that nobody took, then the letters."""
        for outcome in self.outcomes:
            if outcome.application is not None:
                self._contract(outcome)
        waits = [wish for outcome in self.outcomes for wish in self._end_others(outcome)]
        self._queue(waits)
        for posting in sorted(self.freed):
            fill_freed_places(posting=Posting.objects.get(pk=posting))
        self._tell({wish.person_id: place for wish, place in self._places(waits)})
        return self.result

    def _queue(self, waits: Sequence[Application]) -> None:
        """They wait as the postings rank them, by experience and then the draw; the letter of the result tells them."""
        now = timezone.now()
        for number, wish in enumerate(sorted(waits, key=lambda one: -(one.fit or 0))):
            wish.state = States.WAITING
            wish.queued_at = now + timedelta(microseconds=number)
            wish.save(update_fields=["state", "queued_at"])
            write_entry(
                actor=None,
                verb="application.waiting",
                subject=wish,
                person=wish.person,
                municipality=wish.municipality,
                data={"posting": wish.posting.title},
            )
        self.result.waiting = len(waits)

    def _places(self, waits: Sequence[Application]) -> list[tuple[Application, int]]:
        """Those who wait still, after the freed places were offered."""
        keys = [wish.pk for wish in waits]
        still = list(Application.objects.filter(pk__in=keys, state=States.WAITING))
        found = queue.places_in_queue(still)
        return [(wish, found[wish.pk]) for wish in still]

    def _tell(self, waiting: Mapping[int, int]) -> None:
        # A posting whose wishes were all taken back may have left the round since.
        names = Posting.objects.in_bulk(
            {each["posting"] for outcome in self.outcomes for each in outcome.figures["wishes"]}
        )
        for outcome in self.outcomes:
            letter = letters_rounds.result(
                self.held,
                outcome,
                names,
                self.regions,
                failed=self.why.get(outcome.person_id, ""),
                place=waiting.get(outcome.person_id, 0),
            )
            key = f"round.result:{self.held.pk}:{outcome.person_id}"
            letters_rounds.tell(key, outcome.person, letter, self.held)

    def _contract(self, outcome: RoundOutcome) -> None:
        """The place of the draw, unless it was taken back or something stands against it by now."""
        wish = Application.objects.select_related("person", "posting").get(pk=outcome.application_id)
        if wish.state == States.CONTRACTED:
            # Friends are taken together, with the first of them.
            self.result.contracts += 1
            return
        if wish.person_id in self.why:
            # Friends fail together, with the first of them.
            return
        if wish.state != States.APPLIED:
            self.freed.add(wish.posting_id)
            with override(wish.person.language):
                self.why[wish.person_id] = _("申し込みが、発表の前に終わったためです。")
            return
        try:
            with override(wish.person.language):
                made = accept_application(
                    application=wish, actor=None, reason=_("割り当ての回で決まりました。")
                )
        except DealError as error:
            self._fail(wish, str(error))
            return
        if made is None:
            # They wait for a place now, as `accept_application` leaves them.
            for one in self._members(wish):
                with override(one.person.language):
                    self._note(
                        [one], _("場所か、泊まる場所が、足りなくなったためです。順番待ちに入りました。")
                    )
            return
        self.result.contracts += 1

    def _fail(self, wish: Application, reason: str) -> None:
        """The place is free again; friends who came together are refused together."""
        members = self._members(wish)
        self._note(members, reason)
        for one in members:
            self._refuse(one, reason)
        self.freed.add(wish.posting_id)

    def _members(self, wish: Application) -> list[Application]:
        if wish.group_id is None:
            return [wish]
        rows = Application.objects.filter(group=wish.group_id, state__in=(States.APPLIED, States.WAITING))
        return list(rows.select_related("person", "municipality", "posting", "employer").order_by("pk"))

    def _note(self, members: Iterable[Application], reason: str) -> None:
        for one in members:
            self.why[one.person_id] = reason
            self.result.failed.append(Failed(one.person, one.posting, reason))

    def _end_others(self, outcome: RoundOutcome) -> list[Application]:
        """Ends the wishes that came to nothing; the first one of somebody without a place may wait."""
        told = {each["application"]: each for each in outcome.figures["wishes"]}
        waits: list[Application] = []
        for wish in self.wishes[outcome.person_id]:
            if wish.pk == outcome.application_id:
                continue
            figures = told.get(wish.pk)
            first = figures is not None and figures["rank"] == 1 and outcome.application_id is None
            if first and figures is not None and self._may_wait(wish, figures):
                waits.append(wish)
                continue
            with override(wish.person.language):
                self._refuse(wish, self._sentence(wish, figures))
        return waits

    def _may_wait(self, wish: Application, figures: Mapping[str, Any]) -> bool:
        full = self.full.get(wish.posting_id, False)
        return may_wait(figures["code"], posting_full=full, has_caps=self.has_caps)

    def _sentence(self, wish: Application, figures: Mapping[str, Any] | None) -> str:
        if figures is None:
            return _("割り当てのあとに、希望が変わったためです。")
        if figures["code"] == "held_better" and wish.person_id in self.why:
            return self.why[wish.person_id]
        return wish_sentence(figures, self.regions)

    def _refuse(self, wish: Application, reason: str) -> None:
        queue.end(wish, States.REFUSED, reason)
        write_entry(
            actor=None,
            verb="round.not_placed",
            subject=wish,
            person=wish.person,
            municipality=wish.municipality,
            reason=reason,
            data={"posting": wish.posting.title},
        )


def is_large(run: RoundRun) -> bool:
    """Too many contracts for a page to wait for them."""
    return bool(run.summary["placed"] > AT_ONCE)


def named(failed: Iterable[Failed]) -> str:
    """Those who could not take their place, in a line for staff."""
    return "、".join(f"{one.person}（{one.posting}）" for one in failed)
