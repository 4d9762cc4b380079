"""Which request or task the running code belongs to, for log lines and error pages."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_id: ContextVar[str] = ContextVar("job_id", default="")

# Neither I, L, O nor U: a reference number is read out on the telephone.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SAFE = re.compile(r"[A-Za-z0-9-]{8,64}")


def new_request_id() -> str:
    """Twelve letters in groups of four, 60 bits: short enough to say, too many to meet twice."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def accepted_request_id(given: str) -> str:
    """The id a web server in front has given, if it holds letters, digits and `-` only; else a new one."""
    return given if SAFE.fullmatch(given) else new_request_id()
