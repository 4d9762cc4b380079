"""The demonstration's mailbox: mails and short messages are put where everybody can read them, and nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from sosei.core.records.models import DemonstrationMail
from sosei.core.records.rules import Outcome, Result
from sosei.core.records.sending import HandOver, Outgoing


def _only_in_the_demonstration() -> None:
    if not getattr(settings, "DEMONSTRATION", False):
        raise ImproperlyConfigured(
            "メールを画面に出す箱は、実演（SOSEI_DEMONSTRATION）でだけ使えます。対処: メールサーバーを設定してください。"
            " / The readable mailbox is for the demonstration (SOSEI_DEMONSTRATION) only. Remedy: configure a mail "
            "server."
        )


class MailboxBackend(BaseEmailBackend):
    """A mail backend of Django that stores mails as `DemonstrationMail`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Stores them; returns how many.

        Raises:
            ImproperlyConfigured: this is not the demonstration.
        """
        _only_in_the_demonstration()
        now = timezone.now()
        rows = [
            DemonstrationMail(
                channel=DemonstrationMail.Channel.MAIL,
                to=", ".join(mail.recipients()),
                sender=str(mail.from_email),
                subject=mail.subject,
                body=str(mail.body),
                reference=mail.extra_headers.get("Message-ID", ""),
                at=now,
            )
            for mail in email_messages
        ]
        DemonstrationMail.objects.bulk_create(rows)
        return len(rows)


class MailboxSms:
    """An SMS gateway that stores short messages as `DemonstrationMail`."""

    def send(self, outgoing: Outgoing, hand_over: HandOver) -> Result:
        """Stores it.

        Raises:
            ImproperlyConfigured: this is not the demonstration.
        """
        _only_in_the_demonstration()
        hand_over()
        DemonstrationMail.objects.create(
            channel=DemonstrationMail.Channel.SMS,
            to=outgoing.to,
            body=outgoing.body,
            reference=outgoing.reference,
            at=timezone.now(),
        )
        return Result(Outcome.ACCEPTED)
