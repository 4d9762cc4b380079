"""Limits hold across threads and processes, say when to try again, and keep nobody out for long."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sosei.core.people import rate_limits
from sosei.core.people.rate_limits import (
    Limit,
    Per,
    TooManyError,
    attempt,
    count,
    give_back,
    limited,
    network_of,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_exactly_the_limit_passes(db: None) -> None:
    limit = Limit(3, 10)
    for _time in range(3):
        count("form", limit, who="198.51.100.1", now=NOON)
    with pytest.raises(TooManyError) as refused:
        count("form", limit, who="198.51.100.1", now=NOON)
    assert refused.value.until == NOON + timedelta(minutes=10)


def test_actions_and_addresses_are_counted_apart(db: None) -> None:
    limit = Limit(1, 10)
    for action, who in (("a", "1"), ("b", "1"), ("a", "2")):
        count(action, limit, who=who, now=NOON)
    with pytest.raises(TooManyError):
        count("a", limit, who="1", now=NOON)


def test_after_the_window_it_begins_anew_and_waiting_is_not_prolonged_by_trying(db: None) -> None:
    limit = Limit(1, 10)
    count("form", limit, who="x", now=NOON)
    with pytest.raises(TooManyError) as refused:
        count("form", limit, who="x", now=NOON + timedelta(minutes=9))
    assert refused.value.until == NOON + timedelta(minutes=10)
    count("form", limit, who="x", now=NOON + timedelta(minutes=10))
    with pytest.raises(TooManyError):
        count("form", limit, who="x", now=NOON + timedelta(minutes=11))


def test_what_is_given_back_can_be_tried_again(db: None) -> None:
    limit = Limit(1, 10)
    held = [count("form", limit, who="x", now=NOON)]
    give_back(held)
    count("form", limit, who="x", now=NOON)
    with pytest.raises(TooManyError):
        count("form", limit, who="x", now=NOON)


def test_past_counts_are_forgotten_and_others_kept(db: None) -> None:
    count("old", Limit(1, 10), who="x", now=NOON)
    count("new", Limit(1, 60), who="x", now=NOON)
    assert rate_limits.forget_past(NOON + timedelta(minutes=30)) == 1
    with pytest.raises(TooManyError):
        count("new", Limit(1, 60), who="x", now=NOON + timedelta(minutes=31))


def test_neither_names_nor_addresses_stand_in_the_table(db: None) -> None:
    count("form", Limit(9, 10), who="person@example.jp", now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM people_rate_limit")
        assert b"person" not in bytes(cursor.fetchone()[0])


def test_of_thirty_threads_at_once_exactly_the_limit_passes(transactional_db: None) -> None:
    limit, start = Limit(7, 10), threading.Barrier(30)
    passed: list[int] = []
    refused: list[int] = []

    def try_it(number: int) -> None:
        start.wait()
        try:
            count("race", limit, who="198.51.100.1", now=NOON)
            passed.append(number)
        except TooManyError:
            refused.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), len(refused)) == (7, 23)


def request_from(address: str, method: str = "POST") -> HttpRequest:
    return RequestFactory().generic(method, "/", REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("given", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", ""),
    ],
)
def test_one_network_is_counted_as_one(given: str, network: str) -> None:
    assert network_of(request_from(given)) == network


def test_a_limit_per_name_counts_every_address_and_one_per_both_does_not(db: None) -> None:
    per_name, per_both = (Limit(1, 10, Per.NAME),), (Limit(1, 10, Per.BOTH),)
    attempt("n", request_from("198.51.100.1"), name="Taro", limits=per_name)
    with pytest.raises(TooManyError):
        attempt("n", request_from("198.51.100.2"), name="taro", limits=per_name)
    attempt("b", request_from("198.51.100.1"), name="taro", limits=per_both)
    attempt("b", request_from("198.51.100.2"), name="taro", limits=per_both)


def test_an_unknown_action_without_limits_is_an_error_of_the_program(db: None) -> None:
    with pytest.raises(KeyError):
        attempt("no such action", request_from("198.51.100.1"))


def test_a_limited_form_answers_429_with_the_time_to_wait_and_reading_is_free(db: None) -> None:
    @limited("contact", Limit(2, 10))
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("taken")

    for _time in range(5):
        assert view(request_from("198.51.100.1", "GET")).status_code == 200
    assert [view(request_from("198.51.100.1")).status_code for _time in range(3)] == [200, 200, 429]
    with patch.object(rate_limits, "render", wraps=rate_limits.render) as rendered:
        answer = view(request_from("198.51.100.1"))
    assert 590 <= int(answer.headers["Retry-After"]) <= 600
    assert rendered.call_args.args[2]["wait"] == "10分"
    assert "10分" in answer.content.decode()
    assert view(request_from("198.51.100.2")).status_code == 200


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1秒"), (90, "90秒"), (91, "2分"), (600, "10分"), (5401, "2時間")]
)
def test_the_wait_is_told_in_words_rounded_up(seconds: int, text: str) -> None:
    assert rate_limits.wait_text(seconds) == text
