"""The pages of files in a browser: send, see, open, remove; and who is told that there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from sosei.core.people import look_words
from sosei.core.people.models import Look, Municipality, Organisation, Person, ProxySession
from sosei.core.records.attachments import services, storage
from sosei.core.records.attachments.forms import AttachmentField
from sosei.core.records.attachments.subjects import Subject, forget_subject, register_subject
from sosei.core.records.attachments.types import JPEG, PDF
from sosei.core.records.models import Attachment, Entry
from tests.records import attachment_files as files
from tests.records.attachment_place import HANDLER, files_folder, prepared  # noqa: F401 - a fixture for all
from tests.records.fake_clamd import running

ADDRESS = "/me/files"


@pytest.fixture
def browser(citizen: Person, signed_in: Any) -> Client:
    """The citizen's."""
    client: Client = signed_in(citizen)
    return client


def receive(owner: Person, name: str, content: bytes, **given: Any) -> Attachment:
    """One file, sent by its owner."""
    return services.receive_files(owner=owner, actor=owner, files=[prepared(name, content)], **given)[0]


def address(row: Attachment) -> str:
    """Where the file is opened."""
    return reverse("records:file", kwargs={"uid": row.uid, "name": row.original_name})


def text(answer: Any) -> str:
    """The page."""
    return str(answer.content.decode())


def test_files_of_every_request_go_straight_into_the_files_folder(request: pytest.FixtureRequest) -> None:
    from sosei.gateway.project import settings

    assert settings.FILE_UPLOAD_HANDLERS == [HANDLER]


def test_a_person_sends_files_sees_opens_and_removes_them(browser: Client) -> None:
    assert "送ったファイルはありません" in text(browser.get(ADDRESS))
    sent = [
        SimpleUploadedFile("祭り.jpg", files.jpeg_with_location()),
        SimpleUploadedFile("名簿.csv", "氏名\n山田".encode("cp932")),
    ]
    page = browser.post(ADDRESS, {"files": sent}, follow=True)
    assert "「祭り.jpg」を受け取りました。" in text(page)
    photo, table = Attachment.objects.order_by("pk")
    opened = browser.get(address(photo))
    content = b"".join(opened.streaming_content)  # type: ignore[attr-defined]
    assert Image.open(BytesIO(content)).size == (64, 48)
    assert files.SECRET not in content
    preview = browser.get(reverse("records:file-preview", args=[photo.uid]))
    assert preview["Content-Type"] == "image/webp"
    assert browser.get(reverse("records:file-preview", args=[table.uid])).status_code == 404
    remove = reverse("records:my-file-remove", args=[photo.uid])
    assert "このファイルを消しますか" in text(browser.get(remove))
    assert storage.path_of(photo.stored_name).exists()
    page = browser.post(remove, follow=True)
    assert "「祭り.jpg」を消しました。" in text(page)
    assert browser.get(address(photo)).status_code == 404
    assert browser.get(remove).status_code == 404
    assert f'href="{address(photo)}"' not in text(browser.get(ADDRESS))
    assert browser.get(address(table)).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "disposition", "media_type"),
    [
        ("祭り.jpg", files.jpeg_with_location(), "inline", "image/jpeg"),
        ("form.pdf", files.pdf(), "inline", "application/pdf"),
        ("名簿.csv", "氏名\n".encode("cp932"), "attachment", "application/octet-stream"),
        ("memo.txt", b"hello", "attachment", "application/octet-stream"),
        ("台帳.xlsx", files.office(".xlsx"), "attachment", None),
    ],
)
def test_a_file_is_served_so_that_nothing_in_it_can_run(
    browser: Client, citizen: Person, name: str, content: bytes, disposition: str, media_type: str | None
) -> None:
    row = receive(citizen, name, content)
    answer = browser.get(address(row))
    assert answer.status_code == 200
    how, _semicolon, called = answer["Content-Disposition"].partition("; ")
    assert how == disposition
    assert unquote(called.partition("=")[2].removeprefix("utf-8''").strip('"')) == name
    assert answer["Content-Type"] == (media_type or row.media_type)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Cache-Control"] == "private, no-cache"
    assert int(answer["Content-Length"]) == len(b"".join(answer.streaming_content)) == row.bytes  # type: ignore[attr-defined]


def test_a_browser_that_has_the_file_is_told_so_as_long_as_it_may_see_it(
    browser: Client, citizen: Person, make_person: Any, signed_in: Any
) -> None:
    row = receive(citizen, "memo.txt", b"hello")
    tag = browser.get(address(row))["ETag"]
    again = browser.get(address(row), headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-cache")
    stranger = signed_in(make_person())
    assert stranger.get(address(row), headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize("server", ["x-accel-redirect", "x-sendfile"])
def test_a_web_server_in_front_may_send_the_file(
    browser: Client, citizen: Person, settings: Any, server: str
) -> None:
    settings.FILES_SENT_BY = server
    row = receive(citizen, "memo.txt", b"hello")
    answer = browser.get(address(row))
    path = storage.path_of(row.stored_name)
    told = {
        "x-accel-redirect": f"/_files/{path.relative_to(settings.FILES_FOLDER)}",
        "x-sendfile": str(path),
    }
    assert answer[server] == told[server]
    assert answer.content == b""


def test_a_file_in_quarantine_is_opened_by_nobody_and_says_why(
    browser: Client, citizen: Person, settings: Any
) -> None:
    with running() as clamd:
        settings.ANTIVIRUS = clamd.address
        clamd.behaviour = "closes"
        page = browser.post(ADDRESS, {"files": [SimpleUploadedFile("memo.txt", b"hello")]}, follow=True)
        assert "ウイルスの検査を待っています" in text(page)
        row = Attachment.objects.get()
        assert browser.get(address(row)).status_code == 404
        clamd.behaviour = "well"
        page = browser.post(ADDRESS, {"files": [SimpleUploadedFile("bad.txt", files.EICAR)]}, follow=True)
        assert "「bad.txt」からウイルスが見つかったため、保存しませんでした。" in text(page)
    assert browser.get(address(Attachment.objects.get(original_name="bad.txt"))).status_code == 404


def test_all_that_is_wrong_with_the_files_is_told_at_once(browser: Client) -> None:
    sent = [
        SimpleUploadedFile("a.exe", b"MZ\x90\x00" + bytes(100)),
        SimpleUploadedFile("b.pdf", files.png_with_location()),
        SimpleUploadedFile("c.txt", b"good"),
    ]
    page = browser.post(ADDRESS, {"files": sent})
    assert page.status_code == 422
    assert "「a.exe」の中身（EXE）は、送れる種類ではありません。" in text(page)
    assert "「b.pdf」は名前の終わりが「.pdf」ですが、中身は PNG です。" in text(page)
    assert "送れないものが1つでもあると、どれも送りません。" in text(page)
    assert not Attachment.objects.exists()
    none = browser.post(ADDRESS, {})
    assert "ファイルを選んでください。" in text(none)
    many = browser.post(ADDRESS, {"files": [SimpleUploadedFile(f"{n}.txt", b"a") for n in range(4)]})
    assert "ファイルが 4 個あります。一度に送れるのは 3 個までです。" in text(many)


def test_strangers_are_told_that_there_is_no_such_file(
    citizen: Person, make_person: Any, signed_in: Any, client: Client, db: None
) -> None:
    row = receive(citizen, "photo.jpg", files.jpeg_with_location())
    stranger = signed_in(make_person())
    for visitor in (client, stranger):
        for path in (
            address(row),
            reverse("records:file-preview", args=[row.uid]),
            reverse("records:file", args=[uuid4(), "photo.jpg"]),
        ):
            assert visitor.get(path).status_code == 404
    assert stranger.get(reverse("records:my-file-remove", args=[row.uid])).status_code == 404
    assert stranger.post(reverse("records:my-file-remove", args=[row.uid])).status_code == 404
    assert Attachment.objects.get().removed_at is None
    assert client.get(ADDRESS).status_code == 302


def test_staff_who_open_somebody_elses_file_leave_a_look(
    citizen: Person, make_person: Any, signed_in: Any, town: Municipality, other_town: Municipality
) -> None:
    row = receive(citizen, "photo.jpg", files.jpeg_with_location(), municipality=town)
    staff = make_person("programme_staff", town)
    assert signed_in(staff).get(address(row)).status_code == 200
    look = Look.objects.get()
    assert (look.staff, look.person, look.municipality) == (staff, citizen, town)
    assert look_words.label(look.what) == "送ったファイルを開いた"
    assert signed_in(citizen).get(address(row)).status_code == 200
    assert signed_in(make_person("programme_staff", other_town)).get(address(row)).status_code == 404
    assert Look.objects.count() == 1


@pytest.fixture
def public_organisations() -> Iterator[None]:
    """Organisations may have files, and everybody may see them."""
    register_subject(Subject(Organisation, lambda user, thing: True, lambda user: Organisation.objects.all()))
    yield
    forget_subject(Organisation)


def test_files_of_what_staff_see_are_seen_by_them_through_it(
    citizen: Person, signed_in: Any, make_person: Any, town: Municipality, public_organisations: None
) -> None:
    thing = Organisation.objects.create(
        municipality=town, kind=Organisation.Kind.EMPLOYER, name="試験（架空）"
    )
    row = receive(citizen, "photo.jpg", files.jpeg_with_location(), municipality=town, about=thing)
    planner = make_person("planner", town)
    assert signed_in(planner).get(address(row)).status_code == 200
    assert signed_in(planner).get(reverse("records:my-file-remove", args=[row.uid])).status_code == 200
    assert signed_in(planner).post(reverse("records:my-file-remove", args=[row.uid])).status_code == 403


def test_a_field_says_what_it_takes(settings: Any) -> None:
    field = AttachmentField(allowed=(JPEG, PDF), multiple=False)
    assert field.widget.attrs["accept"] == ".jpg,.jpeg,.pdf"
    assert field.widget.attrs["data-max-bytes"] == "1000000"
    assert "multiple" not in field.widget.attrs
    assert AttachmentField().help_text.startswith("一度に 3 個まで、1日に合わせて 3MB まで送れます。")
    assert AttachmentField(required=False).clean([]) == []


@pytest.mark.parametrize("folder", ["STATIC_ROOT", "ASSETS_FOLDER"])
def test_files_lie_where_no_web_server_looks(folder: str) -> None:
    from sosei.gateway.project import settings

    place = Path(settings.FILES_FOLDER)
    assert not place.is_relative_to(getattr(site_settings, folder))


def test_the_operator_sees_plainly_that_nobody_examines_files_and_that_the_disk_is_full(
    citizen: Person, make_person: Any, signed_in: Any, town: Municipality, settings: Any
) -> None:
    receive(citizen, "memo.txt", b"hello")
    operator = signed_in(make_person("operator"))
    page = text(operator.get("/operator/files"))
    assert "ウイルス検査が設定されていません。" in page
    assert "1（合わせて 1KB）" in page
    assert "新しいファイルを受け取っていません" not in page
    assert "memo.txt" not in page
    with running() as clamd:
        settings.ANTIVIRUS = clamd.address
        clamd.behaviour = "closes"
        receive(citizen, "late.txt", b"late")
        settings.ATTACHMENT_LIMITS = {**settings.ATTACHMENT_LIMITS, "reserve": 2**62}
        page = text(operator.get("/operator/files"))
    assert "ウイルス検査が設定されていません。" not in page
    assert "検査を待つファイルがあります。" in page
    assert "新しいファイルを受け取っていません" in page
    assert signed_in(make_person("planner", town)).get("/operator/files").status_code == 403


def test_staff_on_the_phone_send_a_file_in_the_persons_name(
    citizen: Person, make_person: Any, signed_in: Any, town: Municipality
) -> None:
    staff = make_person("programme_staff", town)
    now = timezone.now()
    session = ProxySession.objects.create(
        staff=staff,
        person=citizen,
        municipality=town,
        channel="phone",
        reason="電話での申し込み",
        started_at=now,
        expires_at=now + timedelta(minutes=30),
    )
    browser = signed_in(staff)
    stored = browser.session
    stored["proxy_session"] = session.pk
    stored.save()
    private = receive(citizen, "private.txt", b"nobody else's business")
    sent = {"about": str(citizen.uid), "files": [SimpleUploadedFile("申込書.txt", b"please")]}
    page = browser.post(ADDRESS, sent, follow=True)
    assert "「申込書.txt」を受け取りました。" in text(page)
    assert "private.txt" not in text(page)
    assert browser.get(address(private)).status_code == 404
    row = Attachment.objects.get(original_name="申込書.txt")
    assert (row.owner, row.municipality) == (citizen, town)
    entry = Entry.objects.about(row).get()
    assert (entry.actor, entry.on_behalf_of) == (staff, citizen)


def test_a_page_of_files_asks_few_questions_however_many_files_there_are(
    browser: Client,
    citizen: Person,
    town: Municipality,
    public_organisations: None,
    settings: Any,
    django_assert_max_num_queries: Any,
) -> None:
    things = [
        Organisation.objects.create(municipality=town, kind=Organisation.Kind.NPO, name=f"試験{n}")
        for n in range(25)
    ]
    for number, thing in enumerate(things):
        receive(citizen, f"{number}.txt", b"hello", municipality=town, about=thing)
    with django_assert_max_num_queries(20):
        assert "24.txt" in text(browser.get(ADDRESS))
