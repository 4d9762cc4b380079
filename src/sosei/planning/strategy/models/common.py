"""What the tables of a strategy have in common: titles in two languages and the strategy they belong to."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_language(row: Any, field: str) -> str:
    """A text in the reader's language, Japanese where there is no English."""
    english = getattr(row, f"{field}_en", "")
    return str(english if english and (get_language() or "ja").startswith("en") else getattr(row, field))


class Titled(models.Model):
    """A row with a title and a text, in Japanese and perhaps in English."""

    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(_("名称（英語）"), max_length=200, blank=True)
    text = models.TextField(_("説明"), blank=True)
    text_en = models.TextField(_("説明（英語）"), blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.local_title

    @property
    def local_title(self) -> str:
        """The title in the reader's language."""
        return in_language(self, "title")

    @property
    def local_text(self) -> str:
        """The text in the reader's language."""
        return in_language(self, "text")
