"""What a person agreed to: versioned texts, and decisions about them that are never overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models.history import append_only
from sosei.core.people.models.places import Municipality
from sosei.core.people.querysets.consents import ConsentQuerySet, ConsentTextQuerySet


class ConsentText(models.Model):
    """One version of a text that persons are asked to agree to, for a purpose; a change is a new version."""

    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="consent_texts",
        verbose_name=_("自治体"),
    )
    key = models.SlugField(_("名前"), max_length=40)
    version = models.PositiveSmallIntegerField(_("版"))
    title = models.CharField(_("題"), max_length=120)
    title_en = models.CharField(_("題（英語）"), max_length=120)
    purpose = models.TextField(_("使う目的"))
    purpose_en = models.TextField(_("使う目的（英語）"))
    body = models.TextField(_("本文"))
    body_en = models.TextField(_("本文（英語）"))
    is_required = models.BooleanField(_("利用に必要"), default=False)
    published_at = models.DateTimeField(_("公表した時刻"))

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("同意の文")
        verbose_name_plural = _("同意の文")
        ordering = ["municipality_id", "key", "-version"]
        triggers = [append_only("consent_text_append_only")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "key", "version"],
                nulls_distinct=False,
                name="consent_text_version_once",
            )
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" else self.title


class Consent(models.Model):
    """A person's decision about one version of a text; the newest row of a text counts."""

    class Decision(models.TextChoices):
        GIVEN = "given", _("同意した")
        WITHDRAWN = "withdrawn", _("取り消した")

    class Channel(models.TextChoices):
        WEB = "web", _("画面")
        PHONE = "phone", _("電話")
        PAPER = "paper", _("書面")
        COUNTER = "desk", _("窓口")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents", verbose_name=_("人")
    )
    text = models.ForeignKey(
        ConsentText, on_delete=models.PROTECT, related_name="consents", verbose_name=_("同意の文")
    )
    decision = models.CharField(_("決めたこと"), max_length=10, choices=Decision)
    decided_at = models.DateTimeField(_("決めた時刻"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("入力した人")
    )
    channel = models.CharField(_("方法"), max_length=5, choices=Channel, default=Channel.WEB)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("同意")
        verbose_name_plural = _("同意")
        ordering = ["-pk"]
        triggers = [append_only("consent_append_only")]
        indexes = [models.Index(fields=["person", "text", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return str(self.get_decision_display())
