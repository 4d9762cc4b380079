"""Receiving, binding, examining, removing and erasing files."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from sosei.core.people import personal_data, tenancy
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.records.attachments import config, permissions, services, storage
from sosei.core.records.attachments.antivirus import ScannerUnavailableError
from sosei.core.records.attachments.messages import told
from sosei.core.records.attachments.receiving import prepare
from sosei.core.records.attachments.rules import Reason, RefusedFileError
from sosei.core.records.attachments.subjects import KeptFor, Subject, forget_subject, register_subject
from sosei.core.records.attachments.tasks import AskAgainLater
from sosei.core.records.models import Attachment, Entry, Message, SentInADay
from tests.records import attachment_files as files
from tests.records.attachment_place import all_files, files_folder, prepared  # noqa: F401 - a fixture for all
from tests.records.fake_clamd import VERSION, FakeClamd, running

KEPT = KeptFor("試験法 第1条", "Test Act, Article 1", "2031-03-31")


@pytest.fixture
def clamd(settings: Any) -> Iterator[FakeClamd]:
    """A scanner that the site asks."""
    with running() as started:
        settings.ANTIVIRUS = started.address
        yield started


@pytest.fixture
def organisations() -> Iterator[dict[str, Any]]:
    """Attachments may be about organisations; who sees one is told by `["seen_by"]`, what is kept by `["kept"]`."""
    says: dict[str, Any] = {"seen_by": set(), "kept": None}

    def may_see(user: Any, thing: Any) -> bool:
        return user.pk in says["seen_by"]

    def visible_to(user: Any) -> Any:
        return Organisation.objects.all() if user.pk in says["seen_by"] else Organisation.objects.none()

    register_subject(Subject(Organisation, may_see, visible_to, lambda thing: says["kept"]))
    yield says
    forget_subject(Organisation)


def receive(owner: Person, name: str = "写真.jpg", content: bytes | None = None, **given: Any) -> Attachment:
    """One file, sent by its owner."""
    file = prepared(name, files.jpeg_with_location() if content is None else content)
    return services.receive_files(owner=owner, actor=owner, files=[file], **given)[0]


def department(town: Municipality) -> Organisation:
    made: Organisation = Organisation.objects.create(
        municipality=town, kind=Organisation.Kind.DEPARTMENT, name="試験課"
    )
    return made


def test_a_received_picture_is_a_row_an_entry_and_two_files_nobody_else_may_read(
    citizen: Person, tmp_path: Path
) -> None:
    row = receive(citizen)
    kept, preview = all_files(tmp_path / "files")
    assert kept == storage.path_of(row.stored_name)
    assert preview == storage.path_of(row.stored_name, storage.PREVIEW_ENDING)
    assert kept.relative_to(tmp_path / "files").parts[:2] == (row.stored_name[:2], row.stored_name[2:4])
    assert {stat.S_IMODE(path.stat().st_mode) for path in (kept, preview)} == {0o600}
    assert {
        stat.S_IMODE(path.stat().st_mode) for path in (kept.parent, kept.parents[1], kept.parents[2])
    } == {0o700}
    assert (row.bytes, row.original_name, row.media_type) == (kept.stat().st_size, "写真.jpg", "image/jpeg")
    assert (row.state, row.scanner, row.width, row.height) == ("clean", "none", 64, 48)
    assert files.SECRET not in kept.read_bytes()
    entry = Entry.objects.about(row).get()
    assert (entry.verb, entry.actor, entry.person) == ("attachment.received", citizen, citizen)
    assert "写真" not in str(entry.data)
    assert "JPEG" in entry.sentence


def test_staff_send_a_file_on_behalf_of_a_person_and_it_is_written_down_so(
    citizen: Person, make_person: Any, town: Municipality
) -> None:
    staff = make_person("programme_staff", town)
    row = services.receive_files(
        owner=citizen, actor=staff, files=[prepared("memo.txt", b"hello")], municipality=town
    )[0]
    entry = Entry.objects.about(row).get()
    assert (entry.actor, entry.on_behalf_of, entry.municipality) == (staff, citizen, town)


def test_a_file_larger_than_its_limit_is_named_with_both_sizes(settings: Any) -> None:
    settings.UPLOAD_LIMIT = 10_000
    with pytest.raises(RefusedFileError) as refused:
        prepare(SimpleUploadedFile("大きい.txt", b"a" * 11_000))
    assert told(refused.value.refusal) == (
        "「大きい.txt」の大きさは 11KB です。送れるのは1つ 10KB までです。小さくしてから選んでください。"
    )


def test_the_limit_of_a_day_counts_what_was_sent_and_begins_anew_at_midnight_of_the_place(
    citizen: Person, clock: Any
) -> None:
    clock.now = clock.now.replace(hour=14, minute=59)  # 23:59 in Tokyo
    million = 1_000_000
    for _ in range(3):
        receive(citizen, "memo.txt", b"a" * million)
    with pytest.raises(RefusedFileError) as refused:
        receive(citizen, "memo.txt", b"a")
    assert refused.value.refusal.reason == Reason.DAY_LIMIT
    assert "3MB" in told(refused.value.refusal)
    assert Attachment.objects.count() == 3
    clock.forward(minutes=1)
    receive(citizen, "memo.txt", b"a")
    assert list(SentInADay.objects.values_list("bytes", flat=True)) == [1, 3 * million]


@pytest.mark.django_db(transaction=True)
def test_ten_files_sent_at_once_never_pass_the_limit_of_the_day(
    citizen: Person, tmp_path: Path, settings: Any
) -> None:
    size, allowed, senders = 1000, 4, 10
    settings.ATTACHMENT_LIMITS = {**settings.ATTACHMENT_LIMITS, "bytes_per_day": size * allowed + size // 2}
    together = threading.Barrier(senders)
    outcomes: list[str] = []

    def send(number: int) -> None:
        try:
            file = prepared(f"{number}.txt", b"a" * size)
            together.wait()
            services.receive_files(owner=citizen, actor=citizen, files=[file])
            outcomes.append("kept")
        except RefusedFileError as error:
            outcomes.append(error.refusal.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Reason.DAY_LIMIT] * (senders - allowed) + ["kept"] * allowed
    assert Attachment.objects.count() == allowed
    assert SentInADay.objects.get().bytes == size * allowed
    del threads
    assert len(all_files(tmp_path / "files")) == allowed


def test_several_files_are_kept_all_or_none(citizen: Person, tmp_path: Path, settings: Any) -> None:
    settings.ATTACHMENT_LIMITS = {**settings.ATTACHMENT_LIMITS, "bytes_per_day": 50}
    sent = [prepared("a.txt", b"a" * 40), prepared("b.txt", b"b" * 40)]
    with pytest.raises(RefusedFileError):
        services.receive_files(owner=citizen, actor=citizen, files=sent)
    assert not Attachment.objects.exists()
    assert not SentInADay.objects.exists()
    assert not Entry.objects.exists()
    sent.clear()
    assert all_files(tmp_path / "files") == []


def test_a_file_with_a_virus_leaves_a_row_and_nothing_else(
    citizen: Person, clamd: FakeClamd, tmp_path: Path
) -> None:
    row = receive(citizen, "test.txt", files.EICAR)
    assert (row.state, row.scanner) == ("refused", VERSION)
    assert all_files(tmp_path / "files") == []
    assert Entry.objects.about(row).get().verb == "attachment.infected"


def test_what_the_scanner_sees_is_what_will_be_kept(citizen: Person, clamd: FakeClamd) -> None:
    row = receive(citizen)
    assert clamd.received == [storage.path_of(row.stored_name).read_bytes()]


@pytest.mark.django_db(transaction=True)
def test_with_the_scanner_down_a_file_waits_and_the_worker_asks_later(
    citizen: Person, clamd: FakeClamd, tmp_path: Path
) -> None:
    clamd.behaviour = "closes"
    good = receive(citizen, "good.txt", b"harmless")
    bad = receive(citizen, "bad.txt", files.EICAR)
    assert (good.state, good.scanner, good.scanned_at, good.is_served) == ("quarantined", "", None, False)
    call_command("worker", "--once")
    good.refresh_from_db()
    assert good.state == "quarantined"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attempts, scheduled_at > now() FROM procrastinate_jobs "
            "WHERE task_name = 'records.examine_attachment' AND status = 'todo'"
        )
        assert cursor.fetchall() == [(1, True), (1, True)]
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    clamd.behaviour = "well"
    call_command("worker", "--once")
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, good.scanner, good.is_served) == ("clean", VERSION, True)
    assert bad.state == "refused"
    assert all_files(tmp_path / "files") == [storage.path_of(good.stored_name)]
    told_to = Message.objects.get(kind="attachment.infected")
    assert told_to.recipient == citizen
    assert "bad.txt" in told_to.body
    assert "Win.Test.EICAR_HDB-1" in told_to.body


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest) -> None:
    """The queue's tables are not Django's, and so not emptied between tests."""
    if "citizen" in request.fixturenames:
        request.getfixturevalue("citizen")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_periodic_defers; DELETE FROM procrastinate_jobs")


def test_the_scanner_is_asked_again_ever_more_seldom_but_never_given_up() -> None:
    class Job:
        attempts = 0

    def wait(attempts: int, error: Exception) -> Any:
        Job.attempts = attempts
        decision = AskAgainLater().get_retry_decision(exception=error, job=Job)  # type: ignore[arg-type]
        return decision and decision.retry_at

    waits = [wait(attempts, ScannerUnavailableError()) for attempts in (0, 1, 5, 50)]
    assert waits == sorted(waits)
    assert wait(0, ValueError()) is None


def test_a_second_verdict_does_not_change_the_first(citizen: Person, clamd: FakeClamd) -> None:
    row = receive(citizen, "good.txt", b"harmless")
    clamd.received.clear()
    assert services.examine_attachment(attachment=row).state == "clean"
    assert clamd.received == []


def test_a_file_belongs_to_one_thing_and_once(
    citizen: Person, town: Municipality, organisations: dict[str, Any]
) -> None:
    row = receive(citizen)
    one = department(town)
    bound = services.bind_attachment(attachment=row, about=one, actor=citizen, municipality=town)
    assert (bound.about, bound.municipality) == (one, town)
    services.bind_attachment(attachment=row, about=one, actor=citizen)
    other = Organisation.objects.create(municipality=town, kind=Organisation.Kind.NPO, name="別")
    with pytest.raises(services.AlreadyBoundError):
        services.bind_attachment(attachment=row, about=other, actor=citizen)
    assert list(Attachment.objects.about(one)) == [row]
    assert Entry.objects.about(row).filter(verb="attachment.bound").count() == 1


def test_files_are_not_bound_to_what_nobody_registered(citizen: Person, town: Municipality) -> None:
    with pytest.raises(LookupError, match="register_subject"):
        receive(citizen, about=department(town))
    with pytest.raises(LookupError, match="register_subject"):
        services.bind_attachment(attachment=receive(citizen), about=town, actor=citizen)


def test_removing_takes_the_bytes_after_the_commit_and_leaves_the_row(
    citizen: Person, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    row = receive(citizen)
    with django_capture_on_commit_callbacks() as callbacks:
        removed = services.remove_attachment(attachment=row, actor=citizen, reason="まちがえた")
        assert len(all_files(tmp_path / "files")) == 2, "nothing is gone before it is certain"
    for callback in callbacks:
        callback()
    assert all_files(tmp_path / "files") == []
    assert (removed.removed_because, removed.has_file, removed.original_name) == (
        "by_owner",
        False,
        "写真.jpg",
    )
    entry = Entry.objects.about(row).get(verb="attachment.removed")
    assert entry.reason == "まちがえた"
    services.remove_attachment(attachment=row, actor=citizen)
    assert Entry.objects.about(row).filter(verb="attachment.removed").count() == 1


def test_what_was_decided_by_a_file_keeps_it(
    citizen: Person, town: Municipality, organisations: dict[str, Any]
) -> None:
    row = receive(citizen, about=department(town), municipality=town)
    assert permissions.can_remove_attachment(citizen, row)
    organisations["kept"] = KEPT
    assert not permissions.can_remove_attachment(citizen, row)
    with pytest.raises(services.KeptError, match="Article 1"):
        services.remove_attachment(attachment=row, actor=citizen)
    assert storage.path_of(row.stored_name).exists()


@pytest.mark.parametrize(
    "change",
    [
        "stored_name = repeat('a', 32)",
        "sha256 = ''",
        "original_name = 'other.txt'",
        "state = 'quarantined', scanner = '', scanned_at = NULL",
        "owner_id = owner_id + 1",
        "removed_at = now()",
        "about_id = 1",
    ],
)
def test_the_database_refuses_to_rewrite_what_a_file_is(citizen: Person, change: str) -> None:
    row = receive(citizen)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE records_attachment SET {change} WHERE id = {row.pk}")


def test_the_database_refuses_to_delete_a_row_or_take_a_removal_back(citizen: Person) -> None:
    row = services.remove_attachment(attachment=receive(citizen), actor=citizen)
    for statement in (
        "DELETE FROM records_attachment",
        "UPDATE records_attachment SET removed_at = NULL, removed_because = ''",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    row.refresh_from_db()
    assert row.removed_at is not None


def test_list_and_object_agree_on_who_sees_which_file(
    citizen: Person,
    make_person: Any,
    town: Municipality,
    other_town: Municipality,
    organisations: dict[str, Any],
) -> None:
    thing = department(town)
    neighbour = make_person("citizen", town)
    invited = make_person("employer", town)
    organisations["seen_by"] = {invited.pk}
    staff = [
        make_person(role, town)
        for role in ("programme_staff", "mayors_office", "auditor", "planner", "kpi_owner")
    ]
    away = [make_person(role, other_town) for role in ("programme_staff", "mayors_office", "auditor")]
    everybody = [citizen, neighbour, invited, *staff, *away, make_person("operator"), AnonymousUser()]
    own = receive(citizen, "own.txt", b"own")
    of_town = receive(citizen, "town.txt", b"town", municipality=town)
    bound = receive(citizen, "bound.txt", b"bound", municipality=town, about=thing)
    for user in everybody:
        listed = set(Attachment.objects.visible_to(user))
        objects = {row for row in (own, of_town, bound) if permissions.can_see_attachment(user, row)}
        assert listed == objects, user
    assert set(Attachment.objects.visible_to(citizen)) == {own, of_town, bound}
    assert set(Attachment.objects.visible_to(invited)) == {bound}
    for user in staff[:3]:
        assert set(Attachment.objects.visible_to(user)) == {of_town, bound}
    for user in (neighbour, *staff[3:], *away, everybody[-2], AnonymousUser()):
        assert not Attachment.objects.visible_to(user).exists()


def test_the_database_itself_holds_back_files_of_other_towns(
    citizen: Person,
    make_person: Any,
    town: Municipality,
    other_town: Municipality,
    organisations: dict[str, Any],
) -> None:
    receive(citizen, "own.txt", b"own")
    of_town = receive(citizen, "town.txt", b"town", municipality=town)
    bound = receive(citizen, "bound.txt", b"bound", municipality=town, about=department(town))
    reached = {
        citizen: 3,
        make_person("programme_staff", town): 2,
        make_person("employer", town): 1,
        make_person("programme_staff", other_town): 0,
        make_person("employer", other_town): 0,
    }
    for person, count in reached.items():
        with tenancy.guarded(person=person.pk):
            assert Attachment.objects.count() == count
            assert SentInADay.objects.count() == (1 if person == citizen else 0)
            assert Attachment.pgh_event_model.objects.count() == count
    with tenancy.guarded(person=None):
        assert not Attachment.objects.exists()
    assert {of_town.municipality, bound.municipality} == {town}


def test_under_the_guard_a_person_sends_and_removes_files(citizen: Person, tmp_path: Path) -> None:
    with tenancy.guarded(person=citizen.pk):
        row = receive(citizen)
        services.remove_attachment(attachment=row, actor=citizen)
        assert Attachment.objects.get().removed_because == "by_owner"


def test_export_lists_files_and_erasure_takes_all_but_what_the_law_keeps(
    citizen: Person,
    town: Municipality,
    organisations: dict[str, Any],
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    own = receive(citizen)
    removed = services.remove_attachment(attachment=receive(citizen, "old.txt", b"old"), actor=citizen)
    kept = receive(citizen, "kept.txt", b"kept", about=department(town), municipality=town)
    organisations["kept"] = KEPT
    kind = next(each for each in personal_data.registered() if each.key == "attachments")
    exported = kind.export(citizen)
    assert [row["file_name"] for row in exported] == ["写真.jpg", "old.txt", "kept.txt"]
    assert [row["municipality"] for row in exported] == [None, None, town.code]
    with django_capture_on_commit_callbacks(execute=True):
        outcome = kind.erase(citizen)
    assert outcome.erased == 1
    assert [(k.law_en, k.until, k.rows) for k in outcome.kept] == [("Test Act, Article 1", "2031-03-31", 1)]
    for row in (own, removed, kept):
        row.refresh_from_db()
    assert (own.original_name, own.removed_because, removed.original_name) == ("", "erased", "")
    assert (removed.removed_because, kept.original_name, kept.has_file) == ("by_owner", "kept.txt", True)
    assert storage.path_of(kept.stored_name) in all_files(tmp_path / "files")
    assert not storage.path_of(own.stored_name).exists()
    assert not SentInADay.objects.exists()


def test_settings_that_are_missing_or_wrong_are_named(settings: Any) -> None:
    settings.ATTACHMENT_LIMITS = {"bytes_a_day": 1}
    with pytest.raises(ImproperlyConfigured, match="bytes_a_day"):
        config.limits()
    settings.ANTIVIRUS = "scanner"
    with pytest.raises(ImproperlyConfigured, match="'scanner' is neither"):
        config.scanner()
    settings.FILES_SENT_BY = "ftp"
    with pytest.raises(ImproperlyConfigured, match="x-sendfile"):
        config.sent_by_server()
    del settings.FILES_FOLDER
    with pytest.raises(ImproperlyConfigured, match="FILES_FOLDER"):
        config.files_folder()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 31, "A" * 32, "g" * 32, "a" * 32 + "\n"])
def test_no_name_but_our_own_leads_to_a_place_on_the_disk(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a stored file"):
        storage.path_of(name)
