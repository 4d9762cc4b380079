"""The table of files that facts were imported from: who, when, which file, and what it gave; not the file itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only
from sosei.planning.outcomes.querysets import OfTownQuerySet


class FactImport(models.Model):
    """One table of another system, read whole.

    Attributes:
        system: what the list or system is called in the office; with a row's own number it names the object.
        mapping: target -> heading of the column it was read from.
        lines: rows that held something; `recorded` became facts, `unchanged` were there already.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    system = models.CharField(_("もとの台帳・システム"), max_length=40)
    kind = models.CharField(_("実績の種類"), max_length=40)
    file_name = models.CharField(_("ファイル名"), max_length=255)
    sha256 = models.CharField(_("ファイルの指紋"), max_length=64)
    encoding = models.CharField(_("文字コード"), max_length=20)
    mapping = models.JSONField(_("列の対応"), default=dict)
    lines = models.IntegerField(_("行数"))
    recorded = models.IntegerField(_("記録した件数"))
    unchanged = models.IntegerField(_("前と同じ件数"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("取り込んだ人"),
        help_text="Empty: a command or the demonstration",
    )
    imported_at = models.DateTimeField(_("取り込んだ時刻"))

    objects = OfTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("取り込み")
        verbose_name_plural = _("取り込み")
        ordering = ["-pk"]
        triggers = [append_only("fact_import_append_only")]
        indexes = [models.Index(fields=["municipality", "-id"], name="fact_import_by_town")]

    def __str__(self) -> str:
        return f"{self.system} ({self.file_name})"
