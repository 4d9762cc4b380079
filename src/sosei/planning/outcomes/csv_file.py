"""Facts as CSV that a spreadsheet opens as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from sosei.core.records.csv_file import BOM, guarded
from sosei.planning.outcomes.models import Fact


def facts_as_csv(facts: Iterable[Fact]) -> bytes:
    """UTF-8 with BOM and CRLF; a row a fact, the attributes in one column."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(
        [
            _("日付"),
            _("年度"),
            _("種類"),
            _("数"),
            _("量"),
            _("分類"),
            _("地区"),
            _("施策"),
            _("もとの台帳・システム"),
            _("もとの番号"),
            _("入り方"),
            _("取り消し"),
        ]
    )
    for fact in facts:
        row = (
            fact.on.isoformat(),
            str(fact.fiscal_year),
            fact.kind_title,
            str(fact.count),
            "" if fact.amount is None else format(fact.amount, "f"),
            "、".join(f"{title}：{label}" for title, label in fact.described),
            fact.place,
            fact.measure.local_title if fact.measure else "",
            fact.object_type,
            fact.object_key,
            fact.get_origin_display(),
            _("取り消し済み") if getattr(fact, "withdrawn", False) else "",
        )
        writer.writerow([guarded(text) for text in row])
    return (BOM + written.getvalue()).encode("utf-8")
