"""The demonstration's seasonal work: invented employers, postings and workers, and all that they agreed on, done by the
services of the room at the moments at which it would have been done."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from sosei.core.people import demonstration
from sosei.core.people.models import Municipality, Person
from sosei.programmes.jobs.demonstration.care import plan_care
from sosei.programmes.jobs.demonstration.deals import plan_deals
from sosei.programmes.jobs.demonstration.employers import plan_employers
from sosei.programmes.jobs.demonstration.pay import plan_pay
from sosei.programmes.jobs.demonstration.people import plan_people
from sosei.programmes.jobs.demonstration.rounds import plan_rounds
from sosei.programmes.jobs.demonstration.story import Story, Town
from sosei.programmes.jobs.models import Employer


class PeopleMissingError(RuntimeError):
    """The demonstration's people are not loaded yet, and nobody can act."""


def load_jobs() -> list[str]:
    """Loads the seasonal work of both towns, all or nothing; a town that has an employer stays as it is.

    Raises:
        PeopleMissingError: `sosei load_demonstration_people` did not run.
    """
    lines = []
    for code, name, name_en in demonstration.TOWNS:
        municipality = Municipality.objects.filter(code=code).first()
        if municipality is None or not Person.objects.filter(
            email__endswith=f"@{code}.{demonstration.DOMAIN}"
        ):
            raise PeopleMissingError(code)
        if Employer.objects.filter(municipality=municipality).exists():
            lines.append(f"{name}の季節の仕事は読み込み済みです / seasonal work of {name_en} loaded already")
            continue
        lines.append(_load(municipality, name, name_en))
    return lines


def _load(municipality: Municipality, name: str, name_en: str) -> str:
    town = Town(municipality, timezone.now())
    story = Story()
    with transaction.atomic(), override("ja"):
        for plan in (plan_employers, plan_people, plan_deals, plan_rounds, plan_pay, plan_care):
            plan(town, story)
        story.play()
    postings, contracts = len(town.postings), len(town.contracts())
    return (
        f"{name}の季節の仕事：求人 {postings}件・契約 {contracts}件 / "
        f"seasonal work of {name_en}: {postings} postings, {contracts} contracts"
    )
