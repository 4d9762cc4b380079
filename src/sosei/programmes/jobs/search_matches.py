"""Which postings fit a person and which people fit a posting: from the arrays where the process has them, else by SQL."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from sosei.core.people import tenancy
from sosei.core.people.models import BirthDate, Municipality, Person
from sosei.engines.matching.retrieval import Refusal, Weights
from sosei.programmes.jobs import matching_arrays as arrays
from sosei.programmes.jobs import matching_sql as sql
from sosei.programmes.jobs.matching_pairs import Match, Pair, by_posting, by_worker
from sosei.programmes.jobs.models import Availability, FitWeights, Posting, WorkerProfile
from sosei.programmes.jobs.search_days import today_number

MOST_PEOPLE = 200
"""Workers shown for one day of a posting."""


def weights_of(municipality: Municipality | None) -> Weights:
    """What counts how much in a town; where it set nothing, and over all towns, the ones Sosei comes with."""
    held = FitWeights.objects.filter(municipality=municipality).first() if municipality is not None else None
    return Weights() if held is None else in_engine(held)


def in_engine(held: FitWeights) -> Weights:
    """A town's weights as the engine reads them.

    Raises:
        RetrievalError: a number outside its range, or no weight at all.
    """
    return Weights(**{name: getattr(held, name) for name in Weights.__dataclass_fields__})


@dataclass(frozen=True)
class Ready:
    """What a person must have told before a fit can be said."""

    profile: bool
    birth: bool
    days: bool
    place: bool

    @property
    def is_enough(self) -> bool:
        """Whether a fit can be said at all."""
        return self.profile and self.birth


def readiness(person: Person) -> Ready:
    """What this person has told; asked for the person's own pages and by those who act for the person."""
    rows = WorkerProfile.objects.filter(person=person).annotate(
        has_birth=Exists(BirthDate.objects.filter(person=OuterRef("person"))),
        has_days=Exists(Availability.objects.filter(person=OuterRef("person"))),
    )
    found = rows.values_list("has_birth", "has_days", "latitude").first()
    if found is None:
        return Ready(profile=False, birth=False, days=False, place=False)
    birth, days, latitude = found
    return Ready(profile=True, birth=birth, days=days, place=latitude is not None)


def postings_for(person: Person, municipality: Municipality | None = None) -> dict[int, Match]:
    """The postings that the person may take, best first, each with its days that fit; {} where too little is known.

    Called for the person, or for somebody who acts for the person.
    """
    today, weights = today_number(), weights_of(municipality)
    town = municipality.pk if municipality is not None else 0
    held = arrays.ARRAYS.ready(today)
    with tenancy.unguarded():
        if held is None:
            pairs = sql.pairs(
                today=today, weights=weights, k=arrays.MOST, workers=[person.pk], municipality=town
            )
        else:
            own = arrays.worker_rows(today=today, keys=[person.pk], listed=False)
            pairs = [
                pair
                for worker in own
                for pair in arrays.postings_in(held, worker, today=today, weights=weights, municipality=town)
            ]
    return by_posting(pairs)


def people_for(posting: Posting) -> dict[int, Match]:
    """The workers who may be spoken to about a posting and may take it, best first, by key of the person.

    Called for those who run the employer; what of the workers may be shown is for the caller to choose.
    """
    today, weights = today_number(), weights_of(posting.municipality)
    held = arrays.ARRAYS.ready(today)
    with tenancy.unguarded():
        if held is None:
            pairs = sql.pairs(
                today=today,
                weights=weights,
                k=arrays.MOST,
                postings=[posting.pk],
                listed=True,
                order="w.id",
            )
        else:
            pairs = _from_arrays(held, posting, today, weights)
    return dict(list(by_worker(pairs).items())[:MOST_PEOPLE])


def _from_arrays(held: arrays.Held, posting: Posting, today: int, weights: Weights) -> list[Pair]:
    found: list[Pair] = []
    for key, row in arrays.posting_rows([posting.pk]):
        found += arrays.workers_in(held, key, row, today=today, weights=weights, k=MOST_PEOPLE)
    return sorted(found, key=lambda pair: (-pair.points, pair.worker, pair.row))


def considered(person: Person, posting: Posting) -> list[tuple[Pair, tuple[Refusal, ...]]]:
    """Every day (or series) of a posting with a person: how it fits, and all that stands against it.

    Called for the person, or for somebody who acts for the person.
    """
    with tenancy.unguarded():
        return sql.considered(
            today=today_number(),
            weights=weights_of(posting.municipality),
            posting=posting.pk,
            worker=person.pk,
        )
