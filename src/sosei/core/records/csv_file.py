"""Entries as CSV that a spreadsheet opens as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from sosei.core.records.models import Entry
from sosei.core.records.verbs import verb_title

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet may take for a formula, the full-width ones among them."""


def guarded(text: str) -> str:
    """Text that a spreadsheet keeps as text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def entries_as_csv(entries: Iterable[Entry]) -> bytes:
    """UTF-8 with BOM and CRLF; times are those of the place."""
    zone = ZoneInfo(settings.SCREEN_TIME_ZONE)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(
        [
            _("時刻"),
            _("行った人"),
            _("代わりに操作してもらった人"),
            _("だれについて"),
            _("したこと"),
            _("記録"),
            _("理由"),
            _("要求の番号"),
        ]
    )
    for entry in entries:
        row = (
            entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            entry.actor_name,
            entry.on_behalf_of_name,
            entry.person_name,
            verb_title(entry.verb),
            entry.sentence,
            entry.reason,
            entry.request_id,
        )
        writer.writerow([guarded(text) for text in row])
    return (BOM + written.getvalue()).encode("utf-8")
