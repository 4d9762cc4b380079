"""Fixtures of records: people of two towns, a mail server that can be told to fail, and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.core.records import kinds, services
from sosei.core.records.models import Message
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from tests.people.conftest import make_person, other_town, signed_in, town
from tests.records.smtp_server import SmtpServer, smtp_server

__all__ = ["make_person", "other_town", "signed_in", "town"]

NEWS = kinds.declare_group("test-news", "テストの便り", "テスト用のお知らせです。")
kinds.declare_kind("test.news", NEWS, "便り")
kinds.declare_kind("test.planning", NEWS, "計画の便り", scope=Scope.PLANNING)
kinds.declare_kind(
    "test.code", kinds.SECURITY, "コード", secret=True, valid_for=timedelta(minutes=10), urgent=True
)
kinds.declare_kind("test.changed", kinds.SECURITY, "設定の変更")
for _scope in Scope:
    declare_verb(f"test.{_scope}", f"試し（{_scope}）", "%(actor)sが%(person)sに試しました", scope=_scope)
declare_verb("test.titled", "題", "%(actor)sが「%(title)s」を変えました", scope=Scope.PLANNING)

Write = Callable[..., Message]


@pytest.fixture
def write() -> Write:
    """`write(recipient=…)`: a message with words in both languages."""
    made = 0

    def send(**given: Any) -> Message:
        nonlocal made
        made += 1
        words = {
            "subject": "申し込みの結果",
            "body": "申し込みが認められました。\n.点で始まる行もあります。",
            "subject_en": "Your application",
            "body_en": "Your application was accepted.\n.A line that begins with a dot.",
        }
        return services.send_message(**{"key": f"test/{made}", "kind": "test.news", **words, **given})

    return send


@pytest.fixture
def mail_server(settings: Any) -> Iterator[SmtpServer]:
    """A mail server that takes everything until told otherwise; the site's mails go to it."""
    with smtp_server() as server:
        point_mail_to(settings, server.port)
        yield server


def point_mail_to(settings: Any, port: int) -> None:
    """The site's mails go to that port of this machine."""
    settings.EMAIL_BACKEND = "sosei.core.records.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Sosei <noreply@town.example.jp>"


def erase(person: Person) -> None:
    """The row of a person whose data were erased."""
    Person.objects.filter(pk=person.pk).update(
        email=None,
        phone=None,
        family_name="",
        given_name="",
        family_kana="",
        given_kana="",
        is_active=False,
        erased_at=timezone.now(),
    )


class Clock:
    """The time that `django.utils.timezone.now` tells."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now

    def forward(self, **parts: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**parts)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is moved."""
    held = Clock()
    monkeypatch.setattr(timezone, "now", held)
    return held


@pytest.fixture
def citizen(make_person: Any, town: Any) -> Person:
    """A citizen of the town."""
    person: Person = make_person("citizen", town, family_name="高橋", given_name="花子（架空）")
    return person
