"""Short messages: what a gateway must do, a gateway that speaks HTTP and JSON, and which one the site uses."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from sosei.core.records.rules import Outcome, Result, without_addresses
from sosei.core.records.sending import HandOver, Outgoing, may_be_sent, not_sent

PATIENCE = 20
MAILBOX = "mailbox"
HTTP = "http"


class SmsNotConfiguredError(Exception):
    """The site has no SMS gateway, and a message was to go by SMS; the text is for the screen."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "このサイトは SMS を送れません。メールアドレスを使うか、システム管理者に SOSEI_SMS の設定を頼んでください。"
            )
        )


class SmsGateway(Protocol):
    """Sends one short message."""

    def send(self, outgoing: Outgoing, hand_over: HandOver) -> Result:
        """Sends it. Calls `hand_over` right before it may be sent.

        Raises:
            ClaimLostError: from `hand_over`; nothing was sent.
        """


def is_configured() -> bool:
    """Whether the site can send short messages."""
    return bool(_setting())


def gateway() -> SmsGateway:
    """The gateway of this site.

    Raises:
        SmsNotConfiguredError: there is none.
        ImproperlyConfigured: the one named cannot be used.
    """
    name = _setting()
    if not name:
        raise SmsNotConfiguredError
    if name == MAILBOX:
        from sosei.core.records.mailbox import MailboxSms

        return MailboxSms()
    if name == HTTP:
        return HttpJsonGateway(
            getattr(settings, "SOSEI_SMS_URL", ""), getattr(settings, "SOSEI_SMS_TOKEN", "")
        )
    try:
        return import_string(name)()  # type: ignore[no-any-return]
    except ImportError as error:
        raise ImproperlyConfigured(
            f"SOSEI_SMS は {name!r} ですが、読み込めません。"
            "対処: mailbox（実演）、http、または Python の場所を書いてください。"
            f" / SOSEI_SMS is {name!r}, which cannot be imported. Remedy: write mailbox (demonstration), http, or the "
            f"dotted path of a gateway."
        ) from error


def _setting() -> str:
    demonstration = getattr(settings, "DEMONSTRATION", False)
    return getattr(settings, "SOSEI_SMS", "") or (MAILBOX if demonstration else "")


class HttpJsonGateway:
    """Posts {"to", "text", "reference"} to an address; the reference is the idempotency key as well."""

    def __init__(self, url: str, token: str) -> None:
        """The address of the gateway, and the token it knows this site by.

        Raises:
            ImproperlyConfigured: no address, or one that would send numbers unencrypted over a network.
        """
        self._parts = urlsplit(url)
        local = self._parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if not self._parts.hostname or not (
            self._parts.scheme == "https" or (self._parts.scheme == "http" and local)
        ):
            raise ImproperlyConfigured(
                f"SOSEI_SMS_URL は {url!r} です。対処: https:// で始まる送信先を書いてください。"
                f" / SOSEI_SMS_URL is {url!r}. Remedy: write an address that begins with https://."
            )
        self._token = token

    def send(self, outgoing: Outgoing, hand_over: HandOver) -> Result:
        """As `SmsGateway.send`."""
        connection = self._connection()
        try:
            try:
                connection.connect()
            except OSError as error:
                return not_sent(without_addresses(f"{type(error).__name__}: {error}"))
            hand_over()
            try:
                self._post(connection, outgoing)
                answer = connection.getresponse()
                words = answer.read(2000).decode("utf-8", "replace")
            except (OSError, http.client.HTTPException) as error:
                return may_be_sent(without_addresses(f"{type(error).__name__}: {error}"))
            return Result(outcome_of_status(answer.status), answer.status, without_addresses(words))
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
        return http.client.HTTPConnection(host, port, timeout=PATIENCE)

    def _post(self, connection: http.client.HTTPConnection, outgoing: Outgoing) -> None:
        content = {"to": outgoing.to, "text": outgoing.body, "reference": outgoing.reference}
        headers = {"Content-Type": "application/json", "Idempotency-Key": outgoing.reference}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        query = f"?{self._parts.query}" if self._parts.query else ""
        connection.request("POST", (self._parts.path or "/") + query, json.dumps(content).encode(), headers)


def outcome_of_status(status: int) -> Outcome:
    """What the gateway's answer means.

    429 and 503 say that it was not taken; another fault of the server may have come after it was. 401, 403, 404 and
    redirections are about the site's settings and the same for every message.
    """
    if 200 <= status < 300:
        return Outcome.ACCEPTED
    if status in {429, 503}:
        return Outcome.TRY_LATER
    if status >= 500:
        return Outcome.UNKNOWN
    if status in {401, 403, 404, 407} or status < 400:
        return Outcome.UNREACHABLE
    return Outcome.REFUSED
