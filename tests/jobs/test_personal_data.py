"""A worker's data: all of it in the file, kept as long as the law on employment asks, then without names and words."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.utils import timezone

from sosei.core.people import personal_data, roles
from sosei.core.people.models import Person
from sosei.core.people.personal_data_here.tools import without_protection
from sosei.core.people.services.erasure import ErasureBlockedError, erase_person, foresee_erasure
from sosei.core.people.services.export import collect
from sosei.programmes.jobs import models as jobs
from sosei.programmes.jobs import personal_data_tools as tools
from sosei.programmes.jobs.personal_data_deals import forget_past_terms, waits_for
from tests.permissions import jobs_rooms, world

MARK = "消山"
WORDS = {
    "about",
    "answer",
    "comment",
    "emergency_contact",
    "holder",
    "message",
    "name",
    "objection",
    "other_employers",
    "place_name",
    "reason",
    "shown_about",
    "shown_kana",
    "shown_name",
    "text",
    "wish",
    "worker_kana",
    "worker_name",
    "worker_phone",
}


def tables_about_workers() -> list[Any]:
    """Tables of this room with a key to the person a row is about, without their histories."""
    return [
        model
        for model in apps.get_app_config("jobs").get_models()
        if not hasattr(model, "pgh_obj")
        and any(f.name == "person" and f.related_model is Person for f in model._meta.concrete_fields)
    ]


@pytest.fixture
def worker(db: None, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody of whom every table knows something, in words of his own."""
    monkeypatch.setattr(world, "FILLERS", [jobs_rooms.jobs_rows])
    person: Person = world.build().kinds[roles.CITIZEN]
    for model in tables_about_workers():
        words = {
            f.name: MARK
            for f in model._meta.concrete_fields
            if isinstance(f, CharField | TextField) and f.name in WORDS and model is not jobs.RoundOutcome
        }
        if words:
            with without_protection(model):
                model._base_manager.filter(person=person).update(**words)
    with without_protection(jobs.ContractVersion):
        jobs.ContractVersion.objects.filter(person=person).update(terms={"name": MARK}, notice=MARK.encode())
    return person


@pytest.fixture
def done(worker: Person) -> Person:
    """The same, with every contract finished and paid."""
    settle(worker)
    return worker


def settle(person: Person) -> None:
    finish(person)
    slips = jobs.PayslipLine.objects.filter(person=person).values("payslip__contract")
    jobs.WorkDay.objects.filter(person=person).exclude(contract__in=slips).update(state="absent")
    runs = jobs.PayRunLine.objects.filter(person=person).values("run")
    jobs.PayRun.objects.filter(pk__in=runs).update(
        state="paid", settled_at=timezone.now(), file=MARK.encode()
    )


def finish(person: Person) -> None:
    jobs.Contract.objects.filter(person=person).update(state="finished", ended_at=timezone.now())


def texts() -> Iterator[tuple[str, str]]:
    """Every text of every table of this room."""
    for model in apps.get_app_config("jobs").get_models():
        columns = [
            f.attname for f in model._meta.concrete_fields if isinstance(f, CharField | TextField | JSONField)
        ]
        for row in model._base_manager.values_list(*columns) if columns else ():
            yield str(model._meta.model_name), str(row)


def marked() -> set[str]:
    return {table for table, text in texts() if MARK in text}


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    on = tools.today() + datetime.timedelta(days=days)
    for module in ("personal_data_tools", "personal_data_deals"):
        monkeypatch.setattr(f"sosei.programmes.jobs.{module}.today", lambda: on)


def test_every_table_about_a_worker_belongs_to_a_kind_that_says_what_becomes_of_it() -> None:
    claimed = {
        label
        for kind in personal_data.registered()
        if kind.key.startswith("job_") and kind.key != "job_work"
        for label in kind.models
    }
    labels = {model._meta.label_lower for model in tables_about_workers()}
    labels |= {
        model._meta.label_lower
        for model in apps.get_app_config("jobs").get_models()
        if hasattr(model, "pgh_obj") and model.pgh_obj.field.related_model._meta.label_lower in labels
    }
    assert labels == claimed


def test_the_file_holds_a_row_of_every_table_about_the_worker(worker: Person) -> None:
    rows = [row for part in collect(worker) for row in part.rows if part.kind.key.startswith("job_")]
    told = {row["what"] for row in rows}
    assert told == {str(model._meta.model_name) for model in tables_about_workers()}
    (account,) = [row for row in rows if row["what"] == "bankaccount"]
    assert account["number"] == "1234567"
    contract = next(row for row in rows if row["what"] == "contract")
    assert (contract["worker_name"], contract["employer"]) == (MARK, "例の農園")
    json.dumps(rows)


def test_what_an_employer_wrote_is_in_the_file_when_it_is_shown(worker: Person) -> None:
    rows = [row for part in collect(worker) for row in part.rows if row.get("what") == "review"]
    shown = set(
        jobs.Review.objects.visible_to(Person.objects.get(pk=worker.pk))
        .filter(person=worker)
        .values_list("pk", flat=True)
    )
    assert {row["id"] for row in rows} == shown
    assert {row["side"] for row in rows} == {"worker", "employer"}
    hidden = jobs.Review.objects.filter(person=worker).exclude(pk__in=shown)
    assert hidden.exists()


def test_nobody_is_erased_while_a_contract_is_under_way(worker: Person) -> None:
    with pytest.raises(ErasureBlockedError, match="契約が続いています"):
        erase_person(person=worker)
    worker.refresh_from_db()
    assert worker.erased_at is None


def test_nobody_is_erased_while_wages_are_owed(worker: Person) -> None:
    finish(worker)
    assert any("まだ支払われていません" in reason for reason in waits_for(worker))
    settle(worker)
    assert list(waits_for(worker)) == []


def test_a_payslip_that_is_not_in_a_paid_file_is_owed_and_one_paid_in_cash_is_not(done: Person) -> None:
    line = jobs.PayRunLine.objects.filter(person=done).first()
    assert line is not None
    jobs.PayRun.objects.filter(pk=line.run_id).update(state="made", settled_at=None)
    assert len(list(waits_for(done))) == 1
    jobs.Posting.objects.filter(pk=line.payslip.contract.posting_id).update(pay_method="cash")
    assert list(waits_for(done)) == []


def test_an_allowance_for_a_day_called_off_is_owed_too(done: Person) -> None:
    contract = jobs.Contract.objects.filter(person=done).exclude(payslips__isnull=False).first()
    assert contract is not None
    day = contract.days.get()
    jobs.Cancellation.objects.create(
        municipality=contract.municipality,
        employer=contract.employer,
        person=done,
        contract=contract,
        day=day,
        side="employer",
        ground="volume",
        minutes_before=60,
        yen_owed=4800,
        at=timezone.now(),
    )
    assert len(list(waits_for(done))) == 1


def test_what_no_law_keeps_goes_at_once_and_what_it_keeps_says_until_when(done: Person) -> None:
    before = marked()
    assert {"workerprofile", "workerprofileevent", "bankaccount", "application", "reviewevent"} <= before
    erasure = erase_person(person=done)
    assert marked() == KEPT_IN_TERM | DECIDED_BY_THE_TOWN
    for model in (jobs.WorkerProfile, jobs.Licence, jobs.Availability, jobs.BankAccount, jobs.SavedSearch):
        assert not model.objects.filter(person=done).exists()
    until = {row["until"] for row in erasure.kept if "労働基準法" in row["law"]}
    ended = tools.today()
    assert until == {ended.replace(year=ended.year + 3).isoformat()}
    assert all(row["law"] and row["law_en"] and row["rows"] for row in erasure.kept)


KEPT_IN_TERM = {
    "application",
    "applicationevent",
    "cancellation",
    "contract",
    "contractevent",
    "contractversion",
    "correction",
    "correctionevent",
    "payslip",
}
DECIDED_BY_THE_TOWN = {"complaint", "complaintevent", "restriction", "restrictionevent"}


def test_when_the_term_is_over_the_night_takes_the_names_and_words_out(
    done: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_person(person=done)
    others = set(jobs.Contract.objects.exclude(person=done).values_list("pk", "worker_name"))
    later(monkeypatch, 3 * 365)
    assert forget_past_terms() == 0
    later(monkeypatch, 3)
    assert forget_past_terms() == jobs.Contract.objects.filter(person=done).count()
    assert marked() == DECIDED_BY_THE_TOWN
    assert not any(MARK.encode() in bytes(row.notice) for row in jobs.ContractVersion.objects.all())
    assert not any(MARK.encode() in bytes(row.file) for row in jobs.PayRun.objects.filter(lines__person=done))
    assert set(jobs.Contract.objects.exclude(person=done).values_list("pk", "worker_name")) == others
    assert jobs.Payslip.objects.filter(person=done, net=4800).exists()
    assert forget_past_terms() == 0


def test_contracts_whose_term_is_over_are_emptied_when_the_person_is(
    done: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 3 * 365 + 3)
    erasure = erase_person(person=done)
    assert marked() == DECIDED_BY_THE_TOWN
    assert not any("労働基準法" in row["law"] for row in erasure.kept)


def test_an_application_that_became_no_contract_is_withdrawn_and_says_nothing_more(done: Person) -> None:
    application = jobs.Application.objects.filter(person=done).first()
    assert application is not None
    waiting = jobs.Application.objects.create(
        municipality=application.municipality,
        employer=application.employer,
        posting=jobs.Posting.objects.exclude(applications__person=done).first(),
        person=done,
        state="waiting",
        queued_at=timezone.now(),
        shown_name=MARK,
        message=MARK,
        applied_at=timezone.now(),
    )
    erase_person(person=done)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.shown_name, waiting.message) == ("withdrawn", "", "")


def test_what_is_foreseen_is_what_is_done(done: Person) -> None:
    before = sorted(texts())
    prospect = foresee_erasure(done)
    assert sorted(texts()) == before
    erasure = erase_person(person=done)
    assert [one.what for one in prospect.kept] == [row["what"] for row in erasure.kept]


def test_protection_stands_again_after_an_erasure(done: Person) -> None:
    erase_person(person=done)
    with pytest.raises(Exception, match="Cannot update"):
        jobs.ContractVersion.objects.filter(person=done).update(reason="例")


def test_what_staff_did_for_others_is_counted_and_names_nobody(worker: Person) -> None:
    staff = (
        jobs.Contract.objects.filter(person=worker)[0]
        .municipality.memberships.filter(role=roles.PROGRAMME_STAFF)[0]
        .person
    )
    application = jobs.Application.objects.filter(person=worker).first()
    assert application is not None
    jobs.Application.objects.filter(pk=application.pk).update(entered_by=staff)
    rows = [row for part in collect(staff) if part.kind.key == "job_work" for row in part.rows]
    assert [row["what"] for row in rows] == ["application"]
    assert MARK not in json.dumps(rows, ensure_ascii=False)
    own = [row for part in collect(worker) if part.kind.key == "job_work" for row in part.rows]
    assert own == []
