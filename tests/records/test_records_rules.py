"""Rules of records: when a message is tried again, what a server's answer means, what an answer may keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.people import roles
from sosei.core.records import rules
from sosei.core.records.rules import Outcome, Scope, Stage, verdict

START = datetime(2026, 4, 1, tzinfo=UTC)


def tries(key: str, expires: datetime | None = None) -> list[datetime]:
    """Every moment at which a message that never gets through is tried."""
    moments, now = [START], START
    while True:
        again = rules.next_try(key=key, attempts=len(moments), now=now, since=START, expires=expires)
        if again is None:
            return moments
        now = again
        moments.append(now)
        assert len(moments) < 200


def test_a_message_is_tried_after_1_5_15_60_minutes_and_then_every_three_hours_for_five_days() -> None:
    moments = tries("a")
    waits = [b - a for a, b in pairwise(moments)]
    bases = [timedelta(minutes=m) for m in (1, 5, 15, 60)] + [timedelta(hours=3)] * (len(waits) - 5)
    for wait, base in zip(waits[:-1], bases, strict=True):
        assert base <= wait <= base * 1.2
    assert moments[-1] == START + timedelta(days=5)
    assert 35 < len(moments) < 50


def test_messages_that_failed_together_do_not_come_back_together() -> None:
    first = {rules.next_try(key=f"m{i}", attempts=4, now=START, since=START) for i in range(100)}
    assert len(first) == 100
    assert rules.next_try(key="m1", attempts=4, now=START, since=START) in first


@given(st.text(min_size=1), st.integers(1, 60), st.integers(0, 12 * 24 * 60))
def test_the_next_try_is_later_than_now_and_never_after_the_end(
    key: str, attempts: int, minutes: int
) -> None:
    now = START + timedelta(minutes=minutes)
    again = rules.next_try(key=key, attempts=attempts, now=now, since=START)
    if again is None:
        assert now >= START + rules.GIVE_UP_AFTER
    else:
        assert now < again <= START + rules.GIVE_UP_AFTER


def test_a_message_with_an_end_of_its_own_is_tried_no_longer_than_that() -> None:
    assert tries("code", expires=START + timedelta(minutes=10))[-1] == START + timedelta(minutes=10)


def test_a_message_never_tried_has_no_next_try() -> None:
    with pytest.raises(ValueError, match="attempts is 0"):
        rules.next_try(key="a", attempts=0, now=START, since=START)


@pytest.mark.parametrize(
    ("stage", "code", "outcome"),
    [
        (Stage.CONTENT, 250, Outcome.ACCEPTED),
        (Stage.CONTENT, 451, Outcome.TRY_LATER),
        (Stage.CONTENT, 554, Outcome.REFUSED),
        (Stage.RECIPIENT, 550, Outcome.REFUSED),
        (Stage.RECIPIENT, 450, Outcome.TRY_LATER),
        (Stage.RECIPIENT, 552, Outcome.TRY_LATER),
        (Stage.CONTENT, 552, Outcome.REFUSED),
        (Stage.RECIPIENT, 421, Outcome.UNREACHABLE),
        (Stage.OPENING, 535, Outcome.UNREACHABLE),
        (Stage.OPENING, 554, Outcome.UNREACHABLE),
        (Stage.SENDER, 550, Outcome.UNREACHABLE),
    ],
)
def test_only_a_refusal_of_recipient_or_content_counts_against_the_message(
    stage: Stage, code: int, outcome: Outcome
) -> None:
    assert verdict(stage, code) is outcome


def test_a_servers_words_are_kept_without_addresses() -> None:
    kept = rules.without_addresses("5.1.1 <hanako@example.jp>: user\nunknown, call +81-90-1234-5678")
    assert "hanako" not in kept and "1234" not in kept and "\n" not in kept
    assert kept.startswith("5.1.1") and "user unknown" in kept


def test_planners_never_read_what_is_about_citizens_and_auditors_read_all_and_mend_nothing() -> None:
    def standing(role: str, town: int | None) -> roles.Standing:
        return roles.Standing(1, (roles.Held(role, town),))

    assert not rules.may_read(standing(roles.PLANNER, 1), scope=Scope.PEOPLE, municipality=1)
    assert rules.may_read(standing(roles.PLANNER, 1), scope=Scope.PLANNING, municipality=1)
    for scope in Scope:
        assert rules.may_read(standing(roles.AUDITOR, 1), scope=scope, municipality=1)
        assert not rules.may_read(standing(roles.AUDITOR, 1), scope=scope, municipality=2)
        assert not rules.may_mend(standing(roles.AUDITOR, 1), scope=scope, municipality=1)
        of_people = scope == Scope.PEOPLE
        assert rules.may_read(standing(roles.OPERATOR, None), scope=scope, municipality=None) != of_people
    assert not rules.may_read(standing(roles.OPERATOR, None), scope=Scope.PEOPLE, municipality=1)
    assert rules.may_mend(standing(roles.PROGRAMME_STAFF, 1), scope=Scope.PEOPLE, municipality=1)
