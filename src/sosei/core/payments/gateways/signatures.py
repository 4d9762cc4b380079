"""Signatures of notices: an HMAC over moment and body, as many gateways write it (`t=…,v1=…`)."""

from __future__ import annotations

import datetime
import hashlib
import hmac

from sosei.core.payments.errors_payments import NoticeRefusedError

TOLERANCE = 300
"""Seconds by which the moment of a signature may differ from the clock."""


def sign(body: bytes, secret: str, at: datetime.datetime) -> str:
    """The header for a body sent at that moment."""
    moment = int(at.timestamp())
    digest = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def check(body: bytes, header: str, secret: str, now: datetime.datetime) -> str:
    """The signature, where it is right and not old.

    Raises:
        NoticeRefusedError: `wrong` or `old`.
    """
    parts = [part.partition("=") for part in header.split(",")]
    moments = [value for name, _sign, value in parts if name.strip() == "t"]
    signatures = [value for name, _sign, value in parts if name.strip() == "v1"]
    if (
        len(moments) != 1
        or not moments[0].isascii()
        or not moments[0].isdigit()
        or not signatures
        or not secret
    ):
        raise NoticeRefusedError("wrong")
    expected = hmac.new(secret.encode(), moments[0].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected.encode(), one.strip().encode()) for one in signatures):
        raise NoticeRefusedError("wrong")
    if abs(now.timestamp() - int(moments[0][:12])) > TOLERANCE:
        raise NoticeRefusedError("old")
    return f"{moments[0]}:{expected}"
