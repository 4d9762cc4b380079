"""The pages of records: notifications, their settings, entries of a town, undelivered messages, the mailbox."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import RequestContext, Template
from django.test import Client, RequestFactory
from django.utils import timezone

from sosei.core.people import roles, tenancy
from sosei.core.people.models import Look, Municipality, Person
from sosei.core.records import services
from sosei.core.records.models import DemonstrationMail, Entry, Message, MessageAttempt, Preference
from tests.records.conftest import Clock, Write

SignedIn = Callable[[Person], Client]
AtMost = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def auditor(make_person: Any, town: Municipality) -> Person:
    """Reads the whole town."""
    person: Person = make_person(roles.AUDITOR, town)
    return person


@pytest.fixture
def helper(make_person: Any, town: Municipality) -> Person:
    """Programme staff of the town."""
    person: Person = make_person(roles.PROGRAMME_STAFF, town, family_name="鈴木", given_name="一郎（架空）")
    return person


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("path", ["me/notifications", "me/notifications/settings", "{code}/office/entries"])
def test_who_is_not_signed_in_is_asked_to_sign_in(client: Client, town: Municipality, path: str) -> None:
    answer = client.get("/" + path.format(code=town.code))
    assert answer.status_code == 302
    assert "next=" in answer["Location"]


def test_notifications_are_listed_newest_first_in_the_readers_language_and_marked_read(
    write: Write, citizen: Person, town: Municipality, signed_in: SignedIn
) -> None:
    client = signed_in(citizen)
    first = write(recipient=citizen, municipality=town, subject="一つ目")
    write(recipient=citizen, municipality=town, subject="二つ目", body="https://example.jp/x を見てください")
    page = text_of(client.get("/me/notifications"))
    assert page.index("二つ目") < page.index("一つ目")
    assert 'href="https://example.jp/x"' in page
    assert "Your application" in text_of(client.get("/en/me/notifications"))
    assert client.post("/me/notifications/read", {"message": first.pk}).status_code == 302
    assert services.unread_count(citizen) == 1
    client.post("/me/notifications/read")
    assert services.unread_count(citizen) == 0
    assert "すべて読んだことにする" not in text_of(client.get("/me/notifications"))


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 30, "１"])
def test_nonsense_instead_of_a_notification_is_told_and_changes_nothing(
    write: Write, citizen: Person, signed_in: SignedIn, nonsense: str
) -> None:
    write(recipient=citizen)
    answer = signed_in(citizen).post("/me/notifications/read", {"message": nonsense}, follow=True)
    assert answer.status_code == 200
    assert services.unread_count(citizen) == 1


def test_somebody_elses_notification_cannot_be_marked_read(
    write: Write, citizen: Person, make_person: Any, signed_in: SignedIn
) -> None:
    foreign = write(recipient=make_person())
    signed_in(citizen).post("/me/notifications/read", {"message": foreign.pk})
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_markup_in_a_message_is_shown_and_not_run(write: Write, citizen: Person, signed_in: SignedIn) -> None:
    write(recipient=citizen, subject="<b>x</b>", body="<script>alert(1)</script>")
    page = text_of(signed_in(citizen).get("/me/notifications"))
    assert "<script>alert" not in page and "&lt;b&gt;x" in page


def test_preferences_are_chosen_on_a_page_where_the_obliged_ones_cannot_be_moved(
    citizen: Person, signed_in: SignedIn, django_assert_max_num_queries: AtMost
) -> None:
    client = signed_in(citizen)
    page = text_of(client.get("/me/notifications/settings"))
    assert 'name="security.mail" aria-describedby="help-security" checked disabled' in page
    assert 'name="test-news.mail" aria-describedby="help-test-news" checked>' in page
    assert "operations." not in page
    with django_assert_max_num_queries(20):
        client.post("/me/notifications/settings", {"account.mail": "on", "test-news.in_app": "on"})
    own_groups = ("account", "test-news")
    off = set(
        Preference.objects.filter(person=citizen, wanted=False, group__in=own_groups).values_list(
            "group", "channel"
        )
    )
    assert off == {("account", "in_app"), ("test-news", "mail")}
    assert (
        "checked"
        not in text_of(client.get("/me/notifications/settings")).split('name="test-news.mail"')[1][:60]
    )


def test_entries_are_searched_by_person_verb_and_days_of_the_place(
    auditor: Person, citizen: Person, town: Municipality, signed_in: SignedIn, clock: Clock
) -> None:
    client = signed_in(auditor)
    # Half past midnight of 2 April in Japan, still 1 April in UTC.
    clock.now = datetime(2026, 4, 1, 15, 30, tzinfo=UTC)
    services.write_entry(
        actor=None, verb="test.people", person=citizen, municipality=town, reason="電話口で頼まれた"
    )
    services.write_entry(actor=None, verb="test.planning", municipality=town, reason="計画の理由")

    def found(**query: str) -> str:
        return text_of(client.get(f"/{town.code}/office/entries", query))

    assert "電話口で頼まれた" in found(who="高橋") and "計画の理由" not in found(who="高橋")
    assert "計画の理由" in found(verb="test.planning") and "電話口で" not in found(verb="test.planning")
    assert "2026-04-02 00:30" in found(since="2026-04-02", until="2026-04-02")
    assert "条件に合う記録はありません" in found(until="2026-04-01")
    assert "条件に合う記録はありません" in found(who="いない人")


@pytest.mark.parametrize("path", ["entries", "entries.csv"])
@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-04-02", "until": "2026-04-01"},
        {"since": "きのう"},
        {"verb": "test.unheard_of"},
        {"until": "9999-12-31"},
        {"who": "あ" * 500},
    ],
)
def test_a_search_that_cannot_be_read_is_told_and_gives_no_rows(
    auditor: Person, town: Municipality, signed_in: SignedIn, path: str, query: dict[str, str]
) -> None:
    services.write_entry(actor=None, verb="test.planning", municipality=town, reason="計画の理由")
    answer = signed_in(auditor).get(f"/{town.code}/office/{path}", query)
    assert answer.status_code == 400
    assert "計画の理由" not in text_of(answer)
    assert "aria-invalid" in text_of(answer)


def test_who_may_not_read_entries_of_the_town_is_turned_away(
    citizen: Person, make_person: Any, town: Municipality, other_town: Municipality, signed_in: SignedIn
) -> None:
    for person, where in (
        (citizen, town.code),
        (make_person(roles.AUDITOR, other_town), town.code),
        (make_person(roles.AUDITOR, town, second_factor=False), town.code),
    ):
        assert signed_in(person).get(f"/{where}/office/entries").status_code in (302, 403)
        assert signed_in(person).get(f"/{where}/office/messages").status_code in (302, 403)
    assert signed_in(make_person(roles.AUDITOR, town)).get("/operator/entries").status_code == 403


def test_entries_as_csv_open_in_a_spreadsheet_and_run_no_formula(
    auditor: Person, citizen: Person, town: Municipality, signed_in: SignedIn
) -> None:
    Person.objects.filter(pk=citizen.pk).update(family_name="=HYPERLINK(1)", given_name="")
    services.write_entry(
        actor=citizen, verb="test.people", person=citizen, municipality=town, reason="＋cmd|' /C calc'!A0"
    )
    answer = signed_in(auditor).get(f"/{town.code}/office/entries.csv")
    assert "attachment" in answer["Content-Disposition"]
    [row] = rows_of(answer)
    assert row["行った人"] == "'=HYPERLINK(1)"
    assert row["理由"].startswith("'＋")
    assert b"\r\n" in answer.content
    exported = Entry.objects.get(verb="records.entries_exported")
    assert (exported.actor, exported.municipality, exported.data) == (auditor, town, {"rows": 1})


def test_a_file_that_would_be_too_long_is_refused_with_the_remedy(
    auditor: Person, town: Municipality, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sosei.core.records.views import entries

    monkeypatch.setattr(entries, "FILE_ROWS", 1)
    for _ in range(2):
        services.write_entry(actor=None, verb="test.planning", municipality=town)
    answer = signed_in(auditor).get(f"/{town.code}/office/entries.csv")
    assert answer.status_code == 400
    assert "期間を短くして" in text_of(answer)


def test_seeing_entries_about_citizens_is_a_look_that_is_written_down(
    auditor: Person, citizen: Person, town: Municipality, signed_in: SignedIn
) -> None:
    services.write_entry(actor=None, verb="test.people", person=citizen, municipality=town)
    services.write_entry(actor=None, verb="test.planning", person=citizen, municipality=town)
    signed_in(auditor).get(f"/{town.code}/office/entries")
    look = Look.objects.get(what="records.entries")
    assert (look.staff, look.person, look.municipality) == (auditor, citizen, town)


def test_no_page_asks_the_database_more_than_twenty_times(
    write: Write,
    auditor: Person,
    helper: Person,
    make_person: Any,
    town: Municipality,
    signed_in: SignedIn,
    django_assert_max_num_queries: AtMost,
) -> None:
    for _ in range(30):
        person = make_person("citizen", town)
        services.write_entry(
            actor=helper, on_behalf_of=person, person=person, verb="test.people", municipality=town
        )
        message = write(recipient=person, municipality=town)
        write(recipient=auditor, municipality=town)
        Message.objects.filter(pk=message.pk).update(state="failed", next_try_at=None)
        MessageAttempt.objects.create(message=message, number=1, ended_at=timezone.now(), outcome="refused")
    client = signed_in(auditor)
    for path in (
        "/me/notifications",
        "/me/notifications/settings",
        f"/{town.code}/office/entries",
        f"/{town.code}/office/entries?who=佐藤&since=2020-01-01",
        f"/{town.code}/office/entries.csv",
        f"/{town.code}/office/messages",
    ):
        client.get(path)
        with django_assert_max_num_queries(20):
            assert client.get(path).status_code == 200, path


@pytest.fixture
def failed(write: Write, citizen: Person, town: Municipality) -> Message:
    """A message that could not be delivered."""
    message = write(recipient=citizen, municipality=town)
    Message.objects.filter(pk=message.pk).update(state="unknown", next_try_at=None, attempts=1)
    MessageAttempt.objects.create(
        message=message, number=1, ended_at=timezone.now(), outcome="unknown", detail="timed out"
    )
    return message


def test_staff_see_what_was_not_delivered_and_send_it_again_with_a_reason(
    failed: Message, helper: Person, town: Municipality, signed_in: SignedIn
) -> None:
    client = signed_in(helper)
    page = text_of(client.get(f"/{town.code}/office/messages"))
    assert "高橋 花子" in page and "timed out" in page and "申し込みが認められました" not in page
    again = f"/{town.code}/office/messages/{failed.pk}/send-again"
    assert "すでに届いているかもしれません" in text_of(client.get(again))
    assert "もう一度送る理由を書いてください" in text_of(client.post(again, {"reason": " "}))
    failed.refresh_from_db()
    assert failed.state == "unknown"
    assert client.post(again, {"reason": "電話で確かめた"}).status_code == 302
    failed.refresh_from_db()
    assert failed.state == "waiting"
    assert client.post(again, {"reason": "二度目"}).status_code == 404
    assert "届かなかったメッセージはありません" in text_of(client.get(f"/{town.code}/office/messages"))


def test_who_audits_sees_undelivered_messages_and_sends_none(
    failed: Message, auditor: Person, make_person: Any, town: Municipality, signed_in: SignedIn
) -> None:
    client = signed_in(auditor)
    assert "高橋 花子" in text_of(client.get(f"/{town.code}/office/messages"))
    again = f"/{town.code}/office/messages/{failed.pk}/send-again"
    assert client.post(again, {"reason": "x"}).status_code == 403
    planner = signed_in(make_person(roles.PLANNER, town))
    assert "高橋 花子" not in text_of(planner.get(f"/{town.code}/office/messages"))
    assert planner.get(again).status_code == 404


def test_operators_look_after_what_belongs_to_no_town(
    write: Write, make_person: Any, citizen: Person, signed_in: SignedIn
) -> None:
    message = write(to_address="a@example.jp", language="ja", kind="test.planning")
    write(to_address="citizen@example.jp", language="ja")
    Message.objects.update(state="failed", next_try_at=None)
    client = signed_in(make_person(roles.OPERATOR))
    page = text_of(client.get("/operator/messages"))
    assert "a@example.jp" in page
    assert "citizen@example.jp" not in page
    assert "住民あてのものが 1 件" in page
    again = f"/operator/messages/{message.pk}/send-again"
    assert client.get(again).status_code == 200
    assert client.post(again, {"reason": "直った"}).status_code == 302
    assert "直った" in text_of(client.get("/operator/entries"))
    assert len(rows_of(client.get("/operator/entries.csv"))) >= 1
    assert signed_in(citizen).get(again).status_code == 403


def test_the_mailbox_is_there_in_the_demonstration_alone(client: Client, db: None, settings: Any) -> None:
    DemonstrationMail.objects.create(
        channel="mail", to="a@example.jp", subject="招待", body="https://example.jp/i", at=timezone.now()
    )
    settings.DEMONSTRATION = False
    assert client.get("/demo/mailbox").status_code == 404
    settings.DEMONSTRATION = True
    page = text_of(client.get("/demo/mailbox"))
    assert "招待" in page and 'href="https://example.jp/i"' in page
    assert "招待" not in text_of(client.get("/demo/mailbox", {"to": "nobody"}))


def test_the_history_of_an_object_shows_what_its_reader_may_see(
    make_person: Any, citizen: Person, town: Municipality, helper: Person
) -> None:
    services.write_entry(
        actor=helper,
        on_behalf_of=citizen,
        subject=town,
        person=citizen,
        municipality=town,
        verb="test.people",
        reason="電話で頼まれた",
    )
    request = RequestFactory().get("/x")

    def shown(user: Any) -> str:
        request.user = user
        template = Template("{% load records %}{% history thing %}")
        # The database holds back from a citizen who works at the office; the name of who acted is read all the same.
        with tenancy.guarded(person=user.pk):
            return str(template.render(RequestContext(request, {"thing": town})))

    html = shown(citizen)
    assert "鈴木 一郎（架空）が高橋 花子（架空）に試しました" in html
    assert "（高橋 花子（架空）さんの代わり）" in html and "電話で頼まれた" in html
    assert "まだ記録はありません" in shown(make_person("citizen", town))
