"""Licences: proof handed in, the town's queue, the decision and its message, expiry."""

from __future__ import annotations

import datetime
from unittest.mock import patch

import pytest

from sosei.core.design import civil_day
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Look
from sosei.core.records.models import Attachment, Entry, Message
from sosei.programmes.jobs.models import Licence
from sosei.programmes.jobs.services import licences as services
from sosei.programmes.jobs.services.workers import WorkerError
from tests.jobs.workers_world import by_oneself, known_to, picture, proof
from tests.jobs.world import JobsWorld
from tests.people.conftest import SignedIn
from tests.records.attachment_place import files_folder  # noqa: F401 - a fixture for all


def in_days(count: int) -> datetime.date:
    return civil_day.today() + datetime.timedelta(days=count)


def handed_in(jobs: JobsWorld, kind: str = "car_at", expires: int | None = 400) -> Licence:
    known_to(jobs.worker, jobs.town)
    return services.send_licence(
        by=by_oneself(jobs.worker),
        kind=kind,
        number="123456",
        expires_on=None if expires is None else in_days(expires),
        files=proof(),
    )


def test_a_licence_waits_in_the_queue_of_the_workers_town_alone(jobs: JobsWorld) -> None:
    licence = handed_in(jobs)
    assert list(services.waiting_in(jobs.town, jobs.staff)) == [licence]
    assert not services.waiting_in(jobs.other_town, jobs.other_staff).exists()
    assert not services.waiting_in(jobs.town, jobs.farmer).exists()


def test_staff_who_see_the_proof_leave_a_look_and_others_see_none(jobs: JobsWorld) -> None:
    licence = handed_in(jobs)
    assert len(services.proof_of(licence=licence, staff=jobs.staff, municipality=jobs.town)) == 1
    assert Look.objects.filter(staff=jobs.staff, person=jobs.worker, what="licence_proof").count() == 1
    for other in (jobs.farmer, jobs.other_staff, jobs.planner):
        with pytest.raises(NotAllowedError):
            services.proof_of(licence=licence, staff=other, municipality=jobs.town)


def test_a_checked_licence_counts_until_it_expires_and_the_worker_is_told(jobs: JobsWorld) -> None:
    licence = handed_in(jobs, expires=10)
    services.decide_licence(licence=licence, actor=jobs.staff, municipality=jobs.town, checked=True)
    assert Licence.objects.filter(services.valid_on(in_days(10))).exists()
    assert not Licence.objects.filter(services.valid_on(in_days(11))).exists()
    message = Message.objects.get(kind="worker.licence_decided")
    assert message.recipient == jobs.worker
    assert "いわき市" in message.body and "Iwaki City" in message.body_en
    assert Entry.objects.get(verb="worker.licence_checked").person == jobs.worker


def test_a_refusal_needs_a_reason_that_the_worker_reads(jobs: JobsWorld) -> None:
    licence = handed_in(jobs)
    with pytest.raises(WorkerError) as refused:
        services.decide_licence(
            licence=licence, actor=jobs.staff, municipality=jobs.town, checked=False, reason=" "
        )
    assert refused.value.field == "reason"
    services.decide_licence(
        licence=licence,
        actor=jobs.staff,
        municipality=jobs.town,
        checked=False,
        reason="有効期限が写っていません。",
    )
    assert "有効期限が写っていません。" in Message.objects.get(kind="worker.licence_decided").body
    assert not Licence.objects.filter(services.valid_on(in_days(0))).exists()


def test_only_staff_who_serve_the_worker_decide(jobs: JobsWorld) -> None:
    licence = handed_in(jobs)
    for other in (jobs.worker, jobs.farmer, jobs.other_staff, jobs.planner):
        with pytest.raises(NotAllowedError):
            services.decide_licence(licence=licence, actor=other, municipality=jobs.town, checked=True)


def test_a_decision_on_proof_that_was_replaced_meanwhile_is_refused(jobs: JobsWorld) -> None:
    seen = handed_in(jobs)
    services.send_licence(by=by_oneself(jobs.worker), kind="car_at", files=proof("new.png"))
    with pytest.raises(WorkerError):
        services.decide_licence(licence=seen, actor=jobs.staff, municipality=jobs.town, checked=True)
    assert Licence.objects.get().state == Licence.State.SENT


def test_new_proof_replaces_the_old_and_asks_for_another_check(jobs: JobsWorld) -> None:
    licence = handed_in(jobs)
    services.decide_licence(licence=licence, actor=jobs.staff, municipality=jobs.town, checked=True)
    again = services.send_licence(
        by=by_oneself(jobs.worker), kind="car_at", expires_on=in_days(900), files=proof("new.png")
    )
    assert (again.pk, again.state, again.decided_at) == (licence.pk, Licence.State.SENT, None)
    assert [str(file) for file in Attachment.objects.with_file()] == ["new.png"]


def test_proof_is_removed_with_the_licence(jobs: JobsWorld) -> None:
    services.remove_licence(by=by_oneself(jobs.worker), licence=handed_in(jobs))
    assert not Licence.objects.exists()
    assert not Attachment.objects.with_file().exists()


@pytest.mark.parametrize(
    ("kind", "expires", "files", "field"),
    [("flying", None, True, "kind"), ("car_at", -1, True, "expires_on"), ("car_at", None, False, "files")],
)
def test_what_is_no_licence_is_refused(
    jobs: JobsWorld, kind: str, expires: int | None, files: bool, field: str
) -> None:
    with pytest.raises(WorkerError) as refused:
        services.send_licence(
            by=by_oneself(jobs.worker),
            kind=kind,
            expires_on=None if expires is None else in_days(expires),
            files=proof() if files else [],
        )
    assert refused.value.field == field
    assert not Licence.objects.exists()


def test_a_licence_that_ran_out_yesterday_is_refused_soon_after_midnight(jobs: JobsWorld) -> None:
    today = in_days(1)
    with (
        patch(
            "django.utils.timezone.now", lambda: civil_day.start_of(today) + datetime.timedelta(minutes=30)
        ),
        pytest.raises(WorkerError, match="過ぎています"),
    ):
        handed_in(jobs, expires=-1)


def test_an_expiry_within_thirty_days_is_told_once(jobs: JobsWorld) -> None:
    licence = handed_in(jobs, expires=20)
    services.decide_licence(licence=licence, actor=jobs.staff, municipality=jobs.town, checked=True)
    for _night in range(2):
        services.warn_of_expiry(on=in_days(0))
    assert Message.objects.filter(kind="worker.licence_expires").count() == 1
    assert services.warn_of_expiry(on=in_days(21)) == 0


def test_a_worker_hands_in_a_picture_and_staff_decide_in_the_browser(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    known_to(jobs.worker, jobs.town)
    sent = signed_in(jobs.worker).post(
        "/me/work/licences/new",
        {"about": str(jobs.worker.uid), "kind": "forklift", "number": "", "files": [picture()]},
    )
    assert sent.status_code == 302, sent.content.decode()
    licence = Licence.objects.get()
    staff = signed_in(jobs.staff)
    assert "フォークリフト" in staff.get("/07204/office/work/licences").content.decode()
    page = staff.get(f"/07204/office/work/licences/{licence.pk}").content.decode()
    file = Attachment.objects.get()
    assert str(file.uid) in page
    assert staff.get(f"/files/{file.uid}/menkyo.png").status_code == 200
    staff.post(f"/07204/office/work/licences/{licence.pk}", {"decision": "checked", "reason": ""})
    licence.refresh_from_db()
    assert licence.state == Licence.State.CHECKED
    assert signed_in(jobs.farmer).get(f"/files/{file.uid}/menkyo.png").status_code == 404
