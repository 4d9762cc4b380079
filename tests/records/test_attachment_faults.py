"""Disk full, process killed, sender gone: nothing is lost, nothing is half-written."""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.core.records.attachments import services, storage, sweeping, uploads
from sosei.core.records.attachments.receiving import prepare
from sosei.core.records.attachments.rules import Reason, RefusedFileError, check_sweep
from sosei.core.records.models import Attachment, Entry, SentInADay
from tests.records import attachment_files as files
from tests.records.attachment_place import all_files, files_folder, prepared  # noqa: F401 - a fixture for all

ADDRESS = "/me/files"


@pytest.fixture
def small_disk(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A real file system of 1 MB; the test is skipped, and says so, where none can be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(place)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        settings.FILES_FOLDER = place / "files"
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def nothing_is_left(folder: Path) -> bool:
    return (
        all_files(folder) == []
        and not Attachment.objects.exists()
        and not SentInADay.objects.exists()
        and not Entry.objects.exists()
    )


def post(client: Client, *sent: SimpleUploadedFile) -> Any:
    return client.post(ADDRESS, {"files": list(sent)})


def test_a_disk_that_fills_up_while_a_file_comes_in_keeps_nothing_of_it_and_all_from_before(
    citizen: Person, signed_in: Any, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(citizen)
    assert post(client, SimpleUploadedFile("before.txt", b"b" * 300_000)).status_code == 302
    before = Attachment.objects.get()
    # Room enough when asked; by the time of writing others have taken it.
    monkeypatch.setattr(uploads, "check_free_space", lambda name, size: None)
    answer = post(
        client,
        SimpleUploadedFile("小さい.txt", b"a" * 1000),
        SimpleUploadedFile("大きい.txt", b"a" * 900_000),
    )
    assert answer.status_code == 507
    assert "保存する場所が足りません" in answer.content.decode()
    assert all_files(small_disk) == [storage.path_of(before.stored_name)]
    assert storage.path_of(before.stored_name).read_bytes() == b"b" * 300_000
    assert list(Attachment.objects.all()) == [before]
    assert SentInADay.objects.get().bytes == 300_000
    assert client.get(ADDRESS).status_code == 200
    assert post(client, SimpleUploadedFile("小さい.txt", b"a" * 1000)).status_code == 302, "it works again"


def test_a_disk_that_is_full_to_the_last_byte_refuses_before_anything_is_written(
    citizen: Person, signed_in: Any, small_disk: Path
) -> None:
    client = signed_in(citizen)
    (small_disk / "others").write_bytes(bytes(1024 * 1024 - 4096))
    answer = post(client, SimpleUploadedFile("a.txt", b"a" * 100_000))
    assert answer.status_code == 507
    assert nothing_is_left(small_disk / "files")


def test_the_reserve_of_the_disk_is_never_taken(
    citizen: Person, signed_in: Any, settings: Any, tmp_path: Path
) -> None:
    settings.ATTACHMENT_LIMITS = {**settings.ATTACHMENT_LIMITS, "reserve": 2**62}
    assert post(signed_in(citizen), SimpleUploadedFile("a.txt", b"a")).status_code == 507
    with pytest.raises(RefusedFileError) as refused:
        prepared("a.txt", b"a")
    assert refused.value.refusal.reason == Reason.NO_SPACE
    assert nothing_is_left(tmp_path / "files")


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 64 KB, whatever the file system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_may_not_grow_is_refused_and_removed(small_files: None, db: None, tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError) as refused:
        prepared("a.txt", b"a" * 100_000)
    assert refused.value.refusal.reason == Reason.NO_SPACE
    assert nothing_is_left(tmp_path / "files")


def fail_at(monkeypatch: pytest.MonkeyPatch, function: str, which: int) -> None:
    """The `which`th call of a function of `os` finds the disk full."""
    real: Callable[..., Any] = getattr(os, function)
    calls = 0

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == which:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(os, function, failing)


@pytest.mark.parametrize("function", ["fsync", "mkdir", "rename"])
@pytest.mark.parametrize("which", [1, 2])
def test_a_disk_that_is_full_at_any_later_step_leaves_nothing(
    citizen: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, which: int
) -> None:
    sent = [prepared("photo.jpg", files.jpeg_with_location()), prepared("memo.txt", b"hello")]
    fail_at(monkeypatch, function, which)
    with pytest.raises(RefusedFileError) as refused:
        services.receive_files(owner=citizen, actor=citizen, files=sent)
    assert refused.value.refusal.reason == Reason.NO_SPACE
    monkeypatch.undo()
    del refused
    sent.clear()
    assert nothing_is_left(tmp_path / "files")


def test_another_error_of_the_disk_is_not_taken_for_a_full_one(
    citizen: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    sent = [prepared("memo.txt", b"hello")]
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        services.receive_files(owner=citizen, actor=citizen, files=sent)
    sent.clear()
    assert nothing_is_left(tmp_path / "files")


def in_a_process_that_is_killed(action: Callable[[], None]) -> None:
    """Runs `action` in a process of its own, which must kill itself with SIGKILL."""
    child = os.fork()
    if child == 0:
        try:
            # The parent's connection stays the parent's: left open here, and a new one is made.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection.connection))
            connection.connection = None
            action()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the process went on to its end"
    assert os.WTERMSIG(status) == signal.SIGKILL


def die(*args: Any, **kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def a_day_later() -> sweeping.Sweep:
    return sweeping.sweep_files(now=timezone.now() + timedelta(days=1, minutes=1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["while it is examined", "before it is moved", "before the commit"])
def test_a_process_killed_at_any_moment_leaves_nothing_or_what_the_sweep_takes(
    citizen: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def send() -> None:
        if moment == "while it is examined":
            monkeypatch.setattr("sosei.core.records.attachments.receiving.sniff", die)
        elif moment == "before it is moved":
            monkeypatch.setattr(storage.Draft, "keep", die)
        else:
            transaction.set_autocommit(False)
            services.receive_files(
                owner=citizen, actor=citizen, files=[prepared("photo.jpg", files.jpeg_with_location())]
            )
            die()
        services.receive_files(owner=citizen, actor=citizen, files=[prepared("memo.txt", b"hello")])

    in_a_process_that_is_killed(send)
    left = all_files(tmp_path / "files")
    assert len(left) == (2 if moment == "before the commit" else 1)
    assert not Attachment.objects.exists()
    assert not Entry.objects.exists()
    early = sweeping.sweep_files()
    assert (early.drafts, early.orphans) == (0, 0), "it may still be under way"
    swept = a_day_later()
    assert swept.drafts + swept.orphans == len(left)
    assert nothing_is_left(tmp_path / "files")


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_after_the_commit_has_lost_nothing(citizen: Person, tmp_path: Path) -> None:
    def send() -> None:
        services.receive_files(owner=citizen, actor=citizen, files=[prepared("memo.txt", b"hello")])
        die()

    in_a_process_that_is_killed(send)
    row = Attachment.objects.get()
    assert storage.path_of(row.stored_name).read_bytes() == b"hello"
    swept = a_day_later()
    assert (swept.drafts, swept.orphans, swept.missing) == (0, 0, ())
    assert storage.path_of(row.stored_name).exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_removal_was_cut_off_is_taken_by_the_sweep(
    citizen: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.receive_files(owner=citizen, actor=citizen, files=[prepared("memo.txt", b"hello")])

    def remove() -> None:
        monkeypatch.setattr(storage, "remove_file", die)
        services.remove_attachment(attachment=Attachment.objects.get(), actor=citizen)

    in_a_process_that_is_killed(remove)
    assert Attachment.objects.get().removed_at is not None
    assert len(all_files(tmp_path / "files")) == 1
    assert a_day_later().orphans == 1
    assert all_files(tmp_path / "files") == []


def test_a_file_missing_from_the_disk_is_reported_and_its_row_kept(
    citizen: Person, caplog: pytest.LogCaptureFixture
) -> None:
    rows = services.receive_files(
        owner=citizen,
        actor=citizen,
        files=[prepared("photo.jpg", files.jpeg_with_location()), prepared("memo.txt", b"hello")],
    )
    storage.path_of(rows[0].stored_name, storage.PREVIEW_ENDING).unlink()
    with caplog.at_level(logging.ERROR):
        swept = a_day_later()
    assert swept.missing == (str(rows[0].uid),)
    assert str(rows[0].uid) in caplog.text
    assert Attachment.objects.with_file().count() == 2


def test_the_sweep_removes_nothing_when_most_files_seem_to_belong_to_nobody(
    citizen: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    services.receive_files(owner=citizen, actor=citizen, files=[prepared("memo.txt", b"hello")])
    for _ in range(25):
        storage.Draft.of("other", b"of another database").keep(storage.new_stored_name())
    swept = a_day_later()
    assert (swept.orphans, swept.left) == (0, 25)
    assert len(all_files(tmp_path / "files")) == 26
    assert "none was removed" in caplog.text


def test_how_many_orphans_are_believed() -> None:
    assert check_sweep(20, 20)
    assert not check_sweep(21, 40)
    assert check_sweep(21, 42)


def test_a_sender_who_goes_away_leaves_nothing(citizen: Person, signed_in: Any, tmp_path: Path) -> None:
    client = signed_in(citizen)
    whole = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\n" + b"a" * 200_000
    )
    answer = client.generic("POST", ADDRESS, whole, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 422
    assert nothing_is_left(tmp_path / "files")


def test_a_form_that_is_not_valid_leaves_nothing(citizen: Person, signed_in: Any, tmp_path: Path) -> None:
    answer = post(
        signed_in(citizen), SimpleUploadedFile("a.txt", b"good"), SimpleUploadedFile("b.txt", b"<html>bad")
    )
    assert answer.status_code == 422
    assert nothing_is_left(tmp_path / "files")


def test_a_file_over_the_limit_is_not_written_further(
    citizen: Person, signed_in: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_LIMIT = 300_000
    written = 0
    write = storage.Draft.write

    def counted(self: storage.Draft, content: bytes) -> None:
        nonlocal written
        written += len(content)
        write(self, content)

    monkeypatch.setattr(storage.Draft, "write", counted)
    answer = post(signed_in(citizen), SimpleUploadedFile("大.txt", b"a" * 2_000_000))
    assert answer.status_code == 422
    assert "「大.txt」の大きさは 2MB です。" in answer.content.decode()
    assert written <= 300_000
    assert nothing_is_left(tmp_path / "files")


def test_a_draft_that_nobody_holds_is_gone(tmp_path: Path) -> None:
    draft = storage.Draft.of("a.txt", b"hello")
    assert len(all_files(tmp_path / "files")) == 1
    del draft
    assert all_files(tmp_path / "files") == []


@pytest.mark.parametrize("which", [1, 2, 3, 4])
def test_keeping_a_draft_leaves_it_kept_or_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    draft = storage.Draft.of("a.txt", b"hello")
    fail_at(monkeypatch, "fsync", which)
    with pytest.raises(RefusedFileError):
        draft.keep(storage.new_stored_name())
    assert all_files(tmp_path / "files") == []


def test_any_other_upload_handler_serves_as_well(tmp_path: Path) -> None:
    file = prepare(SimpleUploadedFile("a.txt", b"hello"))
    assert (file.draft.size, file.sent) == (5, 5)
    assert file.draft.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
