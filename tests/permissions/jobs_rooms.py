"""Rows of seasonal work, as the grids need them: employers, postings, rounds and what is agreed with workers.

In each town an employer whom the town has checked, another one, and one who waits; each with workers of his own.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Organisation, Person
from sosei.programmes.jobs import models as jobs
from tests.permissions.world import HERE, THERE, World, filler

OPENED = datetime.datetime(2020, 8, 1, 0, 0, tzinfo=datetime.UTC)
days = count()
"""Each shift has a day of its own: nobody works at two places at a time."""


@dataclass(frozen=True)
class Site:
    """An employer of a town, with what his postings stand on."""

    world: World
    place: str
    employer: Any
    workplace: Any
    lodging: Any

    @property
    def own(self) -> dict[str, Any]:
        """The columns that every table of an employer carries."""
        return {"municipality": self.world.towns[self.place], "employer": self.employer}


@filler
def jobs_rows(world: World) -> None:
    """A row of every table of seasonal work, and of each in every state that changes who sees it."""
    citizen = world.kinds[roles.CITIZEN]
    world.add("feed of changes", jobs.MatchingChange.objects.create(kind="posting", key=1, transaction=1))
    sites = {}
    for place, whose in ((HERE, "here"), (THERE, "there")):
        _town(world, place, whose)
        site = sites[place] = _employer(world, world.firms[place], f"published: approved employer {whose}")
        other = _employer(world, _another_firm(world, place), f"published: another employer {whose}")
        asked = _employer(world, _another_firm(world, place), f"employer not yet approved {whose}")
        _postings(site, whose)
        _business(site, f"employer {whose}")
        _business(other, f"another employer {whose}")
        _business(asked, f"employer not yet approved {whose}")
        _worker(world, world.residents[place], f"worker {whose}")
        _with_town(world, place, world.residents[place], f"worker {whose}")
        _deal(site, world.residents[place], f"worker {whose}")
        _deal(other, world.residents[place], f"worker of another employer {whose}")
    _worker(world, citizen, "own of the citizen")
    _with_town(world, HERE, citizen, "own of the citizen")
    _deal(sites[HERE], citizen, "own of the citizen")
    _deal(sites[HERE], world.residents[THERE], "worker of the other town here")
    _deal(sites[THERE], citizen, "own of the citizen in the other town")


def _town(world: World, place: str, whose: str) -> None:
    town, now = world.towns[place], timezone.now()
    crop = jobs.Crop.objects.create(municipality=town, name="例の桃")
    world.add(f"published: {whose}", crop)
    need = jobs.HarvestNeed.objects.create(
        municipality=town, crop=crop, monday=datetime.date(2020, 8, 3), hands=3, source="例"
    )
    world.add(f"published: {whose}", need)
    world.add(
        f"published: {whose}", jobs.FitWeights.objects.create(municipality=town, reason="例", set_at=now)
    )
    storm = jobs.SafetyNotice.objects.create(
        municipality=town, kind="storm", on=OPENED.date(), text="例", sent_at=now
    )
    world.add(f"to all {whose}", storm)


def _another_firm(world: World, place: str) -> Organisation:
    return Organisation.objects.create(
        municipality=world.towns[place], kind="employer", name="例のほかの農園"
    )


def _employer(world: World, firm: Organisation, name: str) -> Site:
    town, now = firm.municipality, timezone.now()
    approved = name.startswith("published")
    employer = jobs.Employer.objects.create(
        organisation=firm,
        municipality=town,
        name=firm.name,
        state="approved" if approved else "asked",
        industry="farming",
        representative="例の代表",
        address="例の住所",
        employees=3,
        accident_insurance=True,
        harassment_contact="例の窓口",
        asked_at=now,
        decided_at=now if approved else None,
    )
    own = {"municipality": town, "employer": employer}
    workplace = jobs.Workplace.objects.create(
        **own,
        name="例の畑",
        municipality_code=town.code,
        address="例の住所",
        latitude="37.050000",
        longitude="140.880000",
    )
    lodging = jobs.Lodging.objects.create(**own, name="例の宿", address="例の住所", beds=2)
    night = jobs.LodgingNight.objects.create(**own, lodging=lodging, night=OPENED.date(), beds=2)
    for row in (employer, workplace, lodging, night):
        world.add(name, row)
    return Site(world, town.code, employer, workplace, lodging)


def _business(site: Site, name: str) -> None:
    now = timezone.now()
    code = jobs.SiteCode.objects.create(
        **site.own, workplace=site.workplace, secret=str(site.employer.pk), made_at=now
    )
    run = jobs.PayRun.objects.create(
        **site.own, pay_on=OPENED.date(), count=0, total=0, file=b"", file_sha256="0" * 64, made_at=now
    )
    measure = jobs.Restriction.objects.create(
        municipality=site.own["municipality"],
        employer=site.employer,
        kind="no_posting",
        starts_at=now,
        ends_at=now + datetime.timedelta(days=14),
        reason="例",
    )
    for row in (code, run, measure):
        site.world.add(name, row)


def _posting(site: Site, *, published: bool, **more: Any) -> tuple[Any, Any]:
    """A posting with one shift."""
    now, day = timezone.now(), OPENED + datetime.timedelta(days=next(days))
    posting = jobs.Posting.objects.create(
        **site.own,
        workplace=site.workplace,
        kind="harvest",
        title="例の収穫",
        hourly_wage=1200,
        state="published" if published else "draft",
        published_at=now if published else None,
        created_at=now,
        **more,
    )
    shift = jobs.Shift.objects.create(
        **site.own, posting=posting, starts_at=day, ends_at=day + datetime.timedelta(hours=4), capacity=9
    )
    return posting, shift


def _postings(site: Site, whose: str) -> None:
    now, resident = timezone.now(), site.world.residents[site.place]
    draft, draft_shift = _posting(site, published=False)
    posting, shift = _posting(site, published=True)
    for name, row in (
        (f"draft {whose}", draft),
        (f"draft {whose}", draft_shift),
        (f"published: {whose}", posting),
        (f"published: {whose}", shift),
    ):
        site.world.add(name, row)
    asked = {**site.own, "posting": posting, "text": "例", "asked_at": now}
    open_question = jobs.Question.objects.create(**asked, person=resident)
    own_question = jobs.Question.objects.create(**asked, person=site.world.kinds[roles.CITIZEN])
    answered = jobs.Question.objects.create(**asked, person=resident, answer="例", answered_at=now)
    site.world.add(f"open {whose}", open_question)
    site.world.add(f"own of the citizen, asked {'here' if site.place == HERE else 'elsewhere'}", own_question)
    site.world.add(f"published: answered {whose}", answered)
    for state, name in (("open", f"not published {whose}"), ("published", f"published: {whose}")):
        found, run = _round(site, state)
        cap = jobs.RoundCap.objects.create(
            municipality=found.municipality, round=found, region=site.place, name="例", cap=3
        )
        site.world.add(f"published: {state} {whose}", found)
        site.world.add(f"published: {state} {whose}", cap)
        site.world.add(name, run)


def _round(site: Site, state: str) -> tuple[Any, Any]:
    now, town = timezone.now(), site.world.towns[site.place]
    found = jobs.Round.objects.create(
        municipality=town,
        name="例の回",
        state=state,
        opens_at=now,
        closes_at=now + datetime.timedelta(days=7),
        seed_digest="0" * 64,
        published_at=now if state == "published" else None,
        created_at=now,
    )
    run = jobs.RoundRun.objects.create(
        municipality=town, round=found, number=1, digest="0" * 64, reason="例", made_at=now
    )
    return found, run


def _worker(world: World, person: Person, name: str) -> None:
    now = timezone.now()
    for row in (
        jobs.WorkerProfile.objects.create(person=person, about="例", updated_at=now),
        jobs.Licence.objects.create(person=person, kind="car", sent_at=now),
        jobs.Availability.objects.create(
            person=person, days=(OPENED.date(), OPENED.date() + datetime.timedelta(days=3))
        ),
        jobs.BankAccount.objects.create(
            person=person,
            bank_code="0001",
            bank_name="ﾚｲ",
            branch_code="001",
            branch_name="ﾚｲ",
            number="1234567",
            holder="ﾚｲ",
            updated_at=now,
        ),
        jobs.SavedSearch.objects.create(person=person, name="例", made_at=now),
    ):
        world.add(name, row)


def _with_town(world: World, place: str, person: Person, name: str) -> None:
    """What a worker shares with the town and no employer."""
    town, now = world.towns[place], timezone.now()
    about = jobs.Employer.objects.get(pk=world.firms[place].pk)
    for row in (
        jobs.Complaint.objects.create(
            municipality=town,
            about=about,
            person=person,
            kind="harassment",
            text="例",
            reported_at=now,
            due_on=now.date(),
        ),
        jobs.Certificate.objects.create(
            municipality=town,
            person=person,
            number=f"{place}-{person.pk}",
            first_day=OPENED.date(),
            last_day=OPENED.date(),
            days=1,
            minutes=240,
            pdf=b"",
            issued_at=now,
        ),
        jobs.RelocationWish.objects.create(municipality=town, person=person, text="例", asked_at=now),
        jobs.Restriction.objects.create(
            municipality=town,
            person=person,
            kind="one_job",
            starts_at=now,
            ends_at=now + datetime.timedelta(days=14),
            reason="例",
        ),
    ):
        world.add(name, row)


def _deal(site: Site, person: Person, name: str) -> None:
    """Everything that an employer and a worker share, from the application to the wages."""
    now, add = timezone.now(), site.world.add
    own = {**site.own, "person": person}
    contract, day = _contract(site, person, name, keep=True)
    version = jobs.ContractVersion.objects.create(
        **own, contract=contract, number=1, terms={}, notice=b"", notice_sha256="0" * 64, made_at=now
    )
    notice = jobs.SafetyNotice.objects.create(
        **site.own, kind="heat", on=OPENED.date(), text="例", sent_at=now
    )
    slip = jobs.Payslip.objects.create(
        **own,
        contract=contract,
        first_day=OPENED.date(),
        last_day=OPENED.date(),
        pay_on=OPENED.date(),
        gross=4800,
        deducted=0,
        net=4800,
        issued_at=now,
    )
    for row in (
        version,
        jobs.ContractConsent.objects.create(**own, version=version, side="worker", agreed=True, at=now),
        jobs.Cancellation.objects.create(
            **own, contract=contract, day=day, side="worker", ground="wish", minutes_before=1500, at=now
        ),
        jobs.Punch.objects.create(
            **own, day=day, kind="in", way="qr", at=now, received_at=now, token=uuid.uuid4()
        ),
        jobs.Correction.objects.create(
            **own,
            day=day,
            starts_at=day.shift.starts_at,
            ends_at=day.shift.ends_at,
            break_minutes=0,
            reason="例",
            asked_at=now,
        ),
        jobs.SafetyAnswer.objects.create(**own, notice=notice, day=day),
        notice,
        slip,
        jobs.PayslipLine.objects.create(**own, payslip=slip, day=day, position=1, code="base", yen=4800),
        jobs.PayRunLine.objects.create(
            **own, run=jobs.PayRun.objects.filter(employer=site.employer).get(), payslip=slip, yen=4800
        ),
        jobs.ReturnInvitation.objects.create(**own, posting=contract.posting, sent_at=now),
    ):
        add(name, row)
    _results(site, person, name, contract)
    _reviews(site, person, name)


def _contract(site: Site, person: Person, name: str, *, keep: bool = False) -> tuple[Any, Any]:
    now = timezone.now()
    posting, shift = _posting(site, published=True)
    own = {**site.own, "person": person}
    group = jobs.Group.objects.create(**own, posting=posting, code=f"g{posting.pk}", size=2, made_at=now)
    application = jobs.Application.objects.create(
        **own, posting=posting, group=group, state="contracted", shown_name="例", message="例", applied_at=now
    )
    wanted = jobs.ApplicationShift.objects.create(**own, application=application, shift=shift)
    contract = jobs.Contract.objects.create(
        **own, posting=posting, application=application, worker_name="例", made_at=now
    )
    day = jobs.WorkDay.objects.create(
        **own,
        contract=contract,
        shift=shift,
        period=(shift.starts_at, shift.ends_at),
        break_minutes=0,
        state="worked",
    )
    if keep:
        for row in (group, application, wanted, contract, day):
            site.world.add(name, row)
    return contract, day


def _results(site: Site, person: Person, name: str, contract: Any) -> None:
    for state in ("open", "published"):
        _found, run = _round(site, state)
        result = jobs.RoundOutcome.objects.create(
            **site.own, person=person, run=run, posting=contract.posting, lottery=1, reason="placed"
        )
        site.world.add(f"round {state}, {name}", result)


def _reviews(site: Site, person: Person, name: str) -> None:
    now = timezone.now()
    states: dict[str, dict[str, Any]] = {
        "waiting": {},
        "shown": {"shown_at": now},
        "hidden": {"shown_at": now, "hidden_at": now, "hidden_reason": "例"},
    }
    for state, columns in states.items():
        contract, _day = _contract(site, person, name)
        for side in ("worker", "employer"):
            review = jobs.Review.objects.create(
                **site.own,
                person=person,
                contract=contract,
                side=side,
                good=True,
                comment="例",
                written_at=now,
                **columns,
            )
            public = "published: " if (state, side) == ("shown", "worker") else ""
            site.world.add(f"{public}{state} by {side}, {name}", review)
