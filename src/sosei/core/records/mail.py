"""Makes a mail of a message and hands it to Django's mail backend."""

from __future__ import annotations

import smtplib
from email.utils import formataddr, parseaddr
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.records.models import Message
from sosei.core.records.rules import Outcome, Result, Stage, verdict, without_addresses
from sosei.core.records.sending import HandOver, Outgoing, may_be_sent, not_sent


def reference_of(message: Message) -> str:
    """The Message-ID: the same for every attempt, so that a mailbox that gets a mail twice can tell."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{uuid5(NAMESPACE_URL, f'{domain}/{message.key}')}@{domain}>"


def footer(message: Message, language: str) -> str:
    """The lines under every mail: from whom, that nobody reads answers, where to switch it off."""
    from sosei.core.records.kinds import kind_named

    with override(language):
        lines = [str(message.municipality) if message.municipality else "Sosei"]
        if message.municipality and message.municipality.contact_email:
            lines.append(_("問い合わせ先: %(address)s") % {"address": message.municipality.contact_email})
        lines.append(_("このメールは自動で送っています。返信しても読まれません。"))
        site = getattr(settings, "SITE_ADDRESS", "").rstrip("/")
        if message.recipient_id and site and not kind_named(message.kind).group.obliged:
            prefix = "/en" if language == "en" else ""
            address = f"{site}{prefix}/me/notifications/settings"
            lines.append(_("お知らせの受け取り方を変える: %(address)s") % {"address": address})
    return "\n".join(lines)


def send_mail(outgoing: Outgoing, sender_name: str, hand_over: HandOver) -> Result:
    """Sends a mail through the site's backend (`EMAIL_BACKEND`).

    Raises:
        ClaimLostError: from `hand_over`; nothing was sent.
    """
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL
    backend = get_connection()
    mail = EmailMessage(
        subject=outgoing.subject,
        body=outgoing.body,
        from_email=formataddr((sender_name, address)) if sender_name else settings.DEFAULT_FROM_EMAIL,
        to=[outgoing.to],
        headers={
            "Message-ID": outgoing.reference,
            "Auto-Submitted": "auto-generated",
            "Content-Language": outgoing.language,
        },
        connection=backend,
    )
    send_one = getattr(backend, "send_one", None)
    if send_one is not None:
        return send_one(mail, hand_over)  # type: ignore[no-any-return]
    return _send_by_any_backend(backend, mail, hand_over)


def _send_by_any_backend(backend: Any, mail: EmailMessage, hand_over: HandOver) -> Result:
    """Any other backend: what fails after it was opened may have been sent, unless the server said otherwise."""
    try:
        backend.open()
    except smtplib.SMTPResponseException as error:
        return Result(verdict(Stage.OPENING, error.smtp_code), error.smtp_code, _words(error.smtp_error))
    except OSError as error:
        return not_sent(_words(f"{type(error).__name__}: {error}"))
    try:
        hand_over()
        sent = backend.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        [(code, words)] = error.recipients.values()
        return Result(verdict(Stage.RECIPIENT, code), code, _words(words))
    except smtplib.SMTPSenderRefused as error:
        return Result(verdict(Stage.SENDER, error.smtp_code), error.smtp_code, _words(error.smtp_error))
    except smtplib.SMTPResponseException as error:
        return Result(verdict(Stage.CONTENT, error.smtp_code), error.smtp_code, _words(error.smtp_error))
    except OSError as error:
        return may_be_sent(_words(f"{type(error).__name__}: {error}"))
    finally:
        backend.close()
    return (
        Result(Outcome.ACCEPTED) if sent else may_be_sent("the mail backend sent nothing and gave no reason")
    )


def _words(answer: bytes | str) -> str:
    return without_addresses(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)
