"""The table of the demonstration's mailbox: what would have been sent by mail and SMS."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from sosei.core.records.querysets.messages import DemonstrationMailQuerySet


class DemonstrationMail(models.Model):
    """A mail or SMS of the demonstration, which is shown and not sent."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("メール")
        SMS = "sms", _("SMS")

    channel = models.CharField(_("送り方"), max_length=4, choices=Channel)
    to = models.CharField(_("宛先"), max_length=1000)
    sender = models.CharField(_("差出人"), max_length=320, blank=True)
    subject = models.CharField(_("件名"), max_length=998, blank=True)
    body = models.TextField(_("本文"))
    reference = models.CharField(_("メッセージの番号"), max_length=255, blank=True)
    at = models.DateTimeField(_("時刻"))

    objects = DemonstrationMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("実演のメール")
        verbose_name_plural = _("実演のメール")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject or self.body[:40]

    @property
    def language(self) -> str:
        """The language it is written in, for whoever has it read aloud: what holds kana is Japanese."""
        return "ja" if re.search("[\u3041-\u30fa]", self.subject + self.body) else "en"
