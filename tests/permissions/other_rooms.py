"""Rows of the rooms above people, as the grids need them."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.utils import timezone

from sosei.core.records import models as records
from sosei.planning.population import models as population
from sosei.planning.population.nation import models as nation
from tests.permissions.world import HERE, THERE, World, filler


@filler
def population_rows(world: World) -> None:
    """A row of every table of the population vision; all are published."""
    area, _made = population.Area.objects.get_or_create(
        code="07999", defaults={"name": "例の村", "kind": "municipality"}
    )
    batch = population.ImportBatch.objects.create(
        file_name="例.csv", sha256="0" * 64, recognised_format="example", encoding="utf-8", source="例"
    )
    counted = population.Observation.objects.create(
        area=area, date=datetime.date(1900, 10, 1), kind="census_enumerated", batch=batch
    )
    assumptions = population.AssumptionSet.objects.create(
        area=area, name="example", title="例", base_year=1900, document="{}", created_by="例"
    )
    scenario = population.Scenario.objects.create(
        area=area, name="example", title="例", document="{}", created_by="例"
    )
    run = population.ProjectionRun.objects.create(
        area=area,
        scenario=scenario,
        assumption_set=assumptions,
        base_year=1900,
        to_year=1905,
        fingerprint="0" * 64,
        engine_version="1",
        run_by="例",
    )
    national = nation.NationalRun.objects.create(
        base_year=1900,
        to_year=1905,
        municipalities=1,
        scenarios=[{"name": "x", "ja": "例", "en": "Example"}],
        source="例",
        fingerprint="0" * 64,
        engine_version="1",
        run_by="例",
    )
    persons = {
        "total": 1,
        "age_0_14": 1,
        "age_15_64": 0,
        "age_65_plus": 0,
        "age_75_plus": 0,
        "women_20_39": 0,
    }
    differences = {"ours": 1, "official": 1, "born": 0, "old": 0, "moved": 0}
    published = [
        nation.Boundary.objects.create(area=area, rings=[[0, 0, 1, 0, 1, 1]], batch=batch),
        national,
        nation.NationalFigure.objects.create(run=national, area=area, scenario="x", year=1905, **persons),
        nation.NationalAnswer.objects.create(
            run=national, area=area, lever="tfr", year=1905, level=1, reached=True, best=1
        ),
        nation.OfficialComparison.objects.create(
            run=national, area=area, batch=batch, year=1905, **differences
        ),
        area,
        batch,
        counted,
        assumptions,
        scenario,
        run,
        population.ObservationCell.objects.create(
            observation=counted, sex="male", age_from=0, age_to=4, persons=1
        ),
        population.VitalStatistic.objects.create(area=area, year=1900, kind="births", value=1, batch=batch),
        population.PublishedFigure.objects.create(
            area=area, scenario_name="example", quantity="total", year=1900, value=1, batch=batch
        ),
        population.ProjectionCell.objects.create(
            run=run, quantity="population", year=1905, sex="male", age_from=0, persons=1
        ),
    ]
    for row in published:
        world.add("published", row)


@filler
def records_rows(world: World) -> None:
    """A row of every table of records in each town, about a citizen and about planning; and what belongs to no town."""
    for place, whose in ((HERE, "here"), (THERE, "there")):
        town, resident, desk = world.towns[place], world.residents[place], world.desks[place]
        for scope in records.Entry.Scope.values:
            name = f"{scope} {whose}"
            world.add(name, _entry(desk, resident if scope == "people" else None, town, scope))
            message = world.add(name, _message(resident, town, scope, f"{scope}{place}"))
            world.add(name, _attempt(message))
        _own_rows(world, resident, town, f"citizen {whose}", place)
    citizen = world.kinds["citizen"]
    world.add("own of the citizen", _entry(citizen, citizen, None, "people"))
    own = world.add("own of the citizen", _message(citizen, None, "people", "own"))
    world.add("own of the citizen", _attempt(own))
    world.add("of no town, of nobody", _entry(None, None, None, "administration"))
    _own_rows(world, citizen, None, "own of the citizen", "own")
    mail = records.DemonstrationMail.objects.create(
        to="somebody@example.jp", subject="例", body="例", channel="mail", at=timezone.now()
    )
    world.add("of the demonstration", mail)


def _entry(actor: Any, person: Any, town: Any, scope: str) -> records.Entry:
    return records.Entry.objects.create(
        actor=actor,
        person=person,
        municipality=town,
        verb="example",
        scope=scope,
        text="例",
        text_en="Example",
        at=timezone.now(),
    )


def _message(recipient: Any, town: Any, scope: str, key: str) -> records.Message:
    now = timezone.now()
    return records.Message.objects.create(
        key=key,
        recipient=recipient,
        municipality=town,
        scope=scope,
        kind="example",
        channel="mail",
        subject="例",
        body="例",
        created_at=now,
        round_started_at=now,
        next_try_at=now,
    )


def _attempt(message: records.Message) -> records.MessageAttempt:
    return records.MessageAttempt.objects.create(
        message=message, number=1, ended_at=timezone.now(), outcome="unreachable"
    )


def _own_rows(world: World, person: Any, town: Any, name: str, key: str) -> None:
    now = timezone.now()
    world.add(
        name,
        records.Preference.objects.create(
            person=person, group="example", channel="mail", wanted=False, changed_at=now
        ),
    )
    world.add(
        name,
        records.Attachment.objects.create(
            municipality=town,
            owner=person,
            kind="pdf",
            original_name="例.pdf",
            media_type="application/pdf",
            bytes=1,
            sha256="0" * 64,
            stored_name=hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(),
            state="clean",
            scanned_at=now,
            scanner="none",
            created_at=now,
        ),
    )
    world.add(name, records.SentInADay.objects.create(owner=person, day=now.date(), bytes=1))
