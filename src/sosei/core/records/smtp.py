"""Mail by SMTP, step by step, so that it is known of every failure whether the mail may have been sent.

Django's own backend calls `smtplib.SMTP.sendmail`, after which a broken connection may mean anything. Here the dot
that completes the mail is sent by itself, and the moment before it is committed to the database.
"""

from __future__ import annotations

import re
import smtplib
import socket
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from sosei.core.records.rules import Result, Stage, verdict, without_addresses
from sosei.core.records.sending import HandOver, may_be_sent, not_sent

PATIENCE = 30
"""Seconds for each step where the site names none: a lease lasts longer than all steps together."""
READY_FOR_DATA = 354


class SmtpBackend(EmailBackend):
    """Django's SMTP backend, with a second way to send: one mail, one recipient, an answer for every case."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.timeout = self.timeout or PATIENCE

    def send_one(self, mail: EmailMessage, hand_over: HandOver) -> Result:
        """Sends a mail to its one recipient.

        Raises:
            ClaimLostError: from `hand_over`; the connection was cut before the mail was complete.
        """
        if not self.host:
            return not_sent("no mail server is configured")
        try:
            self.open()
            return self._converse(self.connection, mail, hand_over)
        except smtplib.SMTPResponseException as error:
            return _answer(Stage.OPENING, error.smtp_code, error.smtp_error)
        except OSError as error:
            return not_sent(without_addresses(f"{type(error).__name__}: {error}"))
        finally:
            self._leave()

    def _converse(self, server: smtplib.SMTP, mail: EmailMessage, hand_over: HandOver) -> Result:
        refusal = self._offer(server, mail)
        if refusal is not None:
            return refusal
        if server.sock is not None:
            # Else the last dot, sent by itself, waits for the receipt of what went before: 40 ms a mail.
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.send(_stuffed(mail.message().as_bytes(linesep="\r\n")))
        try:
            hand_over()
        except BaseException:
            # Without the dot the server keeps nothing. QUIT would be a line of the mail.
            server.close()
            raise
        try:
            server.send(b".\r\n")
            code, words = server.getreply()
            if not 200 <= code < 600 or 300 <= code < 400:
                return may_be_sent(without_addresses(f"{code} {words!r}"))
            return _answer(Stage.CONTENT, code, words)
        except OSError as error:
            return may_be_sent(without_addresses(f"{type(error).__name__}: {error}"))

    def _offer(self, server: smtplib.SMTP, mail: EmailMessage) -> Result | None:
        """Sender, recipient, and the wish to send; None when the server waits for the mail."""
        encoding = mail.encoding or settings.DEFAULT_CHARSET
        [recipient] = mail.recipients()
        server.ehlo_or_helo_if_needed()
        steps = (
            (Stage.SENDER, lambda: server.mail(sanitize_address(mail.from_email, encoding))),
            (Stage.RECIPIENT, lambda: server.rcpt(sanitize_address(recipient, encoding))),
        )
        for stage, say in steps:
            code, words = say()
            if not 200 <= code < 300:
                return _answer(stage, code, words)
        code, words = server.docmd("DATA")
        return None if code == READY_FOR_DATA else _answer(Stage.CONTENT, code, words)

    def _leave(self) -> None:
        """Says goodbye; what happens then no longer concerns the mail."""
        server, self.connection = self.connection, None
        if server is not None:
            with suppress(OSError):
                server.quit()
            server.close()
        if self._partial_connection is not None:
            self._partial_connection.close()
            self._partial_connection = None


def _answer(stage: Stage, code: int, words: bytes | str) -> Result:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return Result(verdict(stage, code), max(code, 0), without_addresses(text))


def _stuffed(mail: bytes) -> bytes:
    """Ends in a line break, and lines that begin with a dot get a second one (RFC 5321 section 4.5.2)."""
    whole = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole)
