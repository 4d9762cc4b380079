"""Log lines: JSON with the request's id, and nothing that points at a person."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import sys

import pytest
from django.db import IntegrityError, connection
from django.test import Client, RequestFactory, override_settings

from sosei.gateway.project.context import accepted_request_id, job_id, new_request_id, request_id
from sosei.gateway.project.logs import ContextFilter, JsonFormatter, PlainFormatter, logging_settings
from sosei.gateway.project.masking import mask
from tests.frame.processes import ROOT


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch):
    """What reaches the standard error as JSON, while the test runs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(ContextFilter())
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    level = root.level
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail to hanako.sato+job@mail.example.co.jp failed", "mail to [mail] failed"),
        ("花子＠example.jp", "[mail]"),
        ("電話0246-22-1111まで", "電話[phone]まで"),
        ("call 090-1234-5678, 09012345678 or +81-90-1234-5678", "call [phone], [phone] or [phone]"),
        ("０９０－１２３４－５６７８", "[phone]"),
        ("03(1234)5678", "[phone]"),
        ("〒970-8686 いわき市", "[postcode] いわき市"),
        ("970-8686", "[postcode]"),
        ("〒9708686", "[postcode]"),
        ("number 1234 5678 9012", "number [number]"),
        ("postgresql://planner:open-sesame@db:5432/sosei", "postgresql://[secret]@db:5432/sosei"),
        ("password=open-sesame next", "password=[secret] next"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [secret]"),
        (
            "duplicate key\nDETAIL:  Key (name, kana)=(佐藤花子, サトウ) already exists.",
            "duplicate key\nDETAIL:  Key (name, kana)=([value]) already exists.",
        ),
        ("Failing row contains (1, 佐藤花子, null).", "Failing row contains ([row])."),
    ],
)
def test_what_points_at_a_person_or_opens_a_door_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01T12:34:56.789+00:00 done in 0.123456789 s",
        "area 07204, code 072044, run 1234567, version 5.2.19",
        "task population.refresh_projections[123456789] of worker 4711",
        "port 5432 at 127.0.0.1, 2020-2025, 7K56-TMF8-7B6W",
    ],
)
def test_what_is_no_ones_is_left_alone(text):
    assert mask(text) == text


def test_a_refused_row_is_logged_without_its_values(lines, db):
    # Not on the line that fails: a trace repeats the source.
    somebody = ["佐藤花子"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE person_like (name text UNIQUE)")
        cursor.execute("INSERT INTO person_like VALUES (%s)", somebody)
        try:
            cursor.execute("INSERT INTO person_like VALUES (%s)", somebody)
        except IntegrityError:
            logging.getLogger("sosei.test").exception("refused")
    (line,) = lines()
    assert "IntegrityError" in line["exception"]
    assert "佐藤" not in json.dumps(line, ensure_ascii=False)


def test_a_line_is_one_json_object_with_the_ids_of_request_and_task(lines):
    request, job = request_id.set("ABCD-EFGH-JKMN"), job_id.set("17")
    try:
        logging.getLogger("sosei.test").warning("two\nlines %s", "here", extra={"fields": {"rows": 3}})
    finally:
        request_id.reset(request)
        job_id.reset(job)
    (line,) = lines()
    assert line["message"] == "two\nlines here"
    assert (line["request"], line["job"], line["rows"], line["level"]) == (
        "ABCD-EFGH-JKMN",
        "17",
        3,
        "WARNING",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


def test_the_plain_form_holds_the_same(lines):
    record = logging.LogRecord("sosei.test", logging.ERROR, "", 0, "to a@example.jp", None, None)
    record.request_id, record.job_id, record.fields = "ABCD-EFGH-JKMN", "", {"status": 500}
    line = PlainFormatter().format(record)
    assert line.endswith("ERROR sosei.test [ABCD-EFGH-JKMN] to [mail] status=500")


def test_terminals_get_plain_lines_and_machines_json(monkeypatch):
    assert logging_settings("", "auto")["formatters"]["line"]["()"] is JsonFormatter
    assert logging_settings("", "plain")["formatters"]["line"]["()"] is PlainFormatter
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert logging_settings("", "auto")["formatters"]["line"]["()"] is PlainFormatter
    assert logging_settings("", "auto")["root"]["level"] == "WARNING"
    assert logging_settings("INFO", "json")["formatters"]["line"]["()"] is JsonFormatter


def access(lines) -> list[dict]:
    return [line for line in lines() if line["logger"] == "sosei.access"]


def test_a_request_leaves_one_line_with_route_status_and_time_and_nothing_of_the_visitor(lines, db):
    answer = Client().get("/no/such/satohanako?mail=hanako@example.jp", REMOTE_ADDR="203.0.113.9")
    (line,) = access(lines)
    assert (line["method"], line["route"], line["status"]) == ("GET", "(no such page)", 404)
    assert line["milliseconds"] >= 0
    assert line["request"] == answer["X-Request-ID"]
    everything = json.dumps(lines(), ensure_ascii=False)
    assert not any(part in everything for part in ("satohanako", "hanako", "203.0.113.9", "mail="))


def test_addresses_are_logged_only_where_a_city_asks_for_it(lines, db):
    with override_settings(LOG_ADDRESSES=True):
        Client().get("/", REMOTE_ADDR="203.0.113.9")
    (line,) = access(lines)
    assert (line["route"], line["address"]) == ("/", "203.0.113.9")


def test_an_unknown_method_is_counted_as_other(lines, db):
    Client().generic("SATOHANAKO", "/")
    assert access(lines)[0]["method"] == "OTHER"


@pytest.mark.parametrize("given", ["abcdefgh", "7K3M-9QXA-2B4C", "x" * 64])
def test_a_safe_id_of_the_web_server_in_front_is_kept(given, db):
    assert accepted_request_id(given) == given
    assert Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "x" * 65,
        "<script>alert(1)</script>",
        "a b c d e f g",
        "abcdefgh\r\nX: 1",
        "あいうえおかきくけこ",
    ],
)
def test_any_other_id_is_replaced(given):
    made = accepted_request_id(given)
    assert made != given
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", made)


def test_ids_do_not_repeat():
    assert len({new_request_id() for _ in range(5000)}) == 5000


def test_a_server_error_names_the_route_and_the_trace_but_not_the_address(lines, settings, db):
    settings.ROOT_URLCONF = "tests.frame.failing_urls"
    Client(raise_request_exception=False).get("/fails/sato-hanako")
    (line,) = [line for line in lines() if line["level"] == "ERROR"]
    assert "/fails/<slug:name>" in line["message"]
    assert "RuntimeError" in line["exception"]
    assert "sato-hanako" not in line["message"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "198.51.100.1", "203.0.113.9"),
        (1, "198.51.100.1, 198.51.100.2", "198.51.100.2"),
        (2, "198.51.100.1, 198.51.100.2", "198.51.100.1"),
        (2, "198.51.100.2", "203.0.113.9"),
        (1, "nonsense", "203.0.113.9"),
        (1, "", "203.0.113.9"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_visitors_address_is_what_our_own_outermost_server_saw(proxies, forwarded, seen, settings):
    from django.http import HttpResponse

    from sosei.gateway.project.middleware import RequestMiddleware

    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR=forwarded)
    RequestMiddleware(lambda request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == seen


def test_a_tasks_arguments_stay_out_of_the_log(lines):
    logger = logging.getLogger("procrastinate.worker.worker")
    job = {"id": 5, "task_name": "records.deliver", "task_kwargs": {"to": "佐藤花子"}, "call_string": "x"}
    logger.info("Starting job records.deliver[5](to='佐藤花子')", extra={"action": "start_job", "job": job})
    logger.info("Waiting for job to finish: worker: records.deliver[5](to='佐藤 (花子)') (started 2 s ago)")
    assert "佐藤" not in json.dumps(lines(), ensure_ascii=False)
    assert lines()[0]["message"] == "start_job: records.deliver[5]"
    assert lines()[0]["job"] == "5"


PERSONAL = {
    "email",
    "phone",
    "name",
    "full_name",
    "kana",
    "family_name",
    "given_name",
    "birth_date",
    "date_of_birth",
    "address",
    "postcode",
    "get_full_name",
    "get_username",
    "username",
    "body",
    "subject",
    "path",
    "get_full_path",
    "user",
    "person",
    "recipient",
}


def test_no_log_call_hands_over_a_person():
    found = []
    for path in (ROOT / "src" / "sosei").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if not (
                isinstance(call.func.value, ast.Name) and call.func.value.id in {"logger", "logging", "log"}
            ):
                continue
            handed = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
            for node in (node for argument in handed for node in ast.walk(argument)):
                word = (
                    node.attr
                    if isinstance(node, ast.Attribute)
                    else node.id
                    if isinstance(node, ast.Name)
                    else ""
                )
                if word in PERSONAL:
                    found.append(f"{path.relative_to(ROOT)}:{call.lineno} {word}")
    assert found == []
