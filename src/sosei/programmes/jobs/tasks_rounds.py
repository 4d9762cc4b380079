"""Background work of rounds: draws and publications that are too large for a page to wait for."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Person
from sosei.programmes.jobs.models import Round

logger = logging.getLogger(__name__)
DRAW, PUBLISH = "jobs.draw_round", "jobs.publish_round"
_manager = JobManager(DjangoConnector())


@app.task(name=DRAW)
def draw_round(round_id: int, actor_id: int, reason: str) -> int:
    """Draws a round for the staff who asked for it; 0 where that is refused by now, and the log says why."""
    # Here: the engine loads numba and scipy, which most processes never need.
    from sosei.programmes.jobs.services import rounds_run

    try:
        held = Round.objects.get(pk=round_id)
        run = rounds_run.draw(round=held, actor=Person.objects.get(pk=actor_id), reason=reason)
    except RefusedError as error:
        logger.warning("round %s is not drawn: %s", round_id, error)
        return 0
    return int(run.number)


@app.task(name=PUBLISH)
def publish_round(round_id: int, actor_id: int) -> int:
    """Publishes a round for the staff who asked for it; how many contracts, 0 where it is refused by now."""
    from sosei.programmes.jobs.services import rounds_publish

    try:
        held = Round.objects.get(pk=round_id)
        done = rounds_publish.publish(round=held, actor=Person.objects.get(pk=actor_id))
    except RefusedError as error:
        logger.warning("round %s is not published: %s", round_id, error)
        return 0
    return done.contracts


def leave_draw(round_: Round, actor: Person, reason: str) -> None:
    """The worker draws the round as soon as the transaction under way is complete."""
    configure_task(name=DRAW, job_manager=_manager).defer(
        round_id=round_.pk, actor_id=actor.pk, reason=reason
    )


def leave_publication(round_: Round, actor: Person) -> None:
    """The worker publishes the round as soon as the transaction under way is complete."""
    configure_task(name=PUBLISH, job_manager=_manager).defer(round_id=round_.pk, actor_id=actor.pk)
