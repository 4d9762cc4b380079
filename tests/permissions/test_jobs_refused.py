"""What seasonal work keeps apart: employers of one town, workers of another, and a worker's date of birth."""

from __future__ import annotations

from typing import Any

import pytest
import rules

from sosei.core.people import roles
from sosei.core.people.models import BirthDate
from sosei.core.people.tenancy import guarded
from sosei.programmes.jobs import models as jobs
from tests.permissions.world import HERE, THERE, Example, World, again

CIVIL = ("visitor", "newcomer", roles.EMPLOYER, roles.SPACE_HOST, roles.CITIZEN, roles.REVIEWER)


def of_jobs(world: World) -> list[Example]:
    return [example for example in world.examples if example.model.startswith("jobs.")]


def is_there(row: Any) -> bool:
    return bool(type(row)._base_manager.filter(pk=row.pk).exists())


@pytest.mark.parametrize("kind", CIVIL)
def test_the_database_itself_gives_the_people_of_a_town_no_more_than_the_lists_do(
    world: World, kind: str
) -> None:
    user = world.kinds[kind]
    examples = [example for example in of_jobs(world) if example.model != "jobs.matchingchange"]
    allowed = {
        (example.model, example.name)
        for example in examples
        if type(example.row)._default_manager.visible_to(again(user)).filter(pk=example.row.pk).exists()
    }
    with guarded(person=user.pk):
        given = {(example.model, example.name) for example in examples if is_there(example.row)}
    assert given - allowed == set()
    assert allowed


def test_another_employers_applicants_are_refused_to_an_employer(world: World) -> None:
    employer = world.kinds[roles.EMPLOYER]
    own, others = (
        jobs.Application.objects.filter(person=world.residents[HERE], employer__in=employers)
        for employers in (
            jobs.Employer.objects.filter(pk=world.firms[HERE].pk),
            jobs.Employer.objects.filter(municipality__code=HERE).exclude(pk=world.firms[HERE].pk),
        )
    )
    foreign = list(others)
    assert foreign
    seen = set(jobs.Application.objects.visible_to(again(employer)))
    assert set(own) <= seen
    assert not seen & set(foreign)
    assert not any(rules.has_perm("jobs.view_application", again(employer), row) for row in foreign)
    with guarded(person=employer.pk, town=HERE):
        assert not any(is_there(row) for row in foreign)


def test_another_towns_workers_are_refused_to_everybody_of_this_town(world: World) -> None:
    profile = jobs.WorkerProfile.objects.get(person=world.residents[THERE])
    deals = jobs.Contract.objects.filter(municipality__code=THERE, person=world.residents[THERE])
    for kind, user in world.kinds.items():
        asking = again(user)
        assert not jobs.WorkerProfile.objects.visible_to(asking).filter(pk=profile.pk).exists(), kind
        assert not deals.filter(pk__in=jobs.Contract.objects.visible_to(asking).values("pk")).exists(), kind
        assert not rules.has_perm("jobs.view_workerprofile", asking, profile), kind
        with guarded(person=user.pk):
            assert not is_there(profile), kind


def test_a_workers_profile_and_date_of_birth_are_refused_to_the_employer_who_has_a_contract(
    world: World,
) -> None:
    worker, employer = world.residents[HERE], world.kinds[roles.EMPLOYER]
    contracts = jobs.Contract.objects.visible_to(again(employer)).filter(person=worker)
    assert contracts.exists()
    born = BirthDate.objects.get(person=worker)
    for row, permission in (
        (born, "people.view_birthdate"),
        (worker.worker, "jobs.view_workerprofile"),
        (worker.bank_account, "jobs.view_bankaccount"),
        (worker, "people.view_person"),
    ):
        assert not rules.has_perm(permission, again(employer), row), permission
        assert not type(row)._default_manager.visible_to(again(employer)).filter(pk=row.pk).exists()
        with guarded(person=employer.pk):
            assert not is_there(row), permission
    handed_over = {field.name for field in (*jobs.Application._meta.fields, *jobs.Contract._meta.fields)}
    assert not {name for name in handed_over if "birth" in name or "age" in name.split("_")}
