"""The bill of goods of a proposal as CSV or as a workbook, with the reckoning behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from sosei.core.records.csv_file import BOM, guarded
from sosei.programmes.spaces.ict_sizing import shown, step_from, why_text
from sosei.programmes.spaces.models import IctLine, IctProposal
from sosei.programmes.spaces.words_ict_sizing import GOODS

_WIDTHS = (16, 36, 8, 14, 14, 14, 14, 44)


def _heads() -> list[str]:
    return [
        _("種類"),
        _("名前"),
        _("数"),
        _("初めの費用（1つ、円）"),
        _("月の費用（1つ、円）"),
        _("初めの費用（円）"),
        _("月の費用（円）"),
        _("なぜこの数か"),
    ]


def _rows(lines: Sequence[IctLine]) -> list[list[Any]]:
    return [
        [
            str(GOODS.get(line.kind, line.kind)),
            guarded(line.name),
            line.quantity,
            line.first_yen,
            line.monthly_yen,
            line.first_yen * line.quantity,
            line.monthly_yen * line.quantity,
            why_text(line),
        ]
        for line in lines
    ]


def as_csv(proposal: IctProposal, lines: Sequence[IctLine]) -> bytes:
    """UTF-8 with BOM and CRLF; prices with tax."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_heads())
    writer.writerows(_rows(lines))
    writer.writerow([_("合計（税込）"), "", "", "", "", proposal.first_yen, proposal.monthly_yen, ""])
    return (BOM + written.getvalue()).encode("utf-8")


def as_workbook(proposal: IctProposal, lines: Sequence[IctLine]) -> bytes:
    """A sheet with the bill, its sums as formulas, and one with every step of the reckoning."""
    book = Workbook()
    bill = book.active
    bill.title = _("見積もり")
    bill.append(_heads())
    for row in _rows(lines):
        bill.append(row)
        place = bill.max_row
        bill.cell(place, 6).value = f"=C{place}*D{place}"
        bill.cell(place, 7).value = f"=C{place}*E{place}"
    last = bill.max_row
    bill.append([_("合計（税込）"), "", "", "", "", f"=SUM(F2:F{last})", f"=SUM(G2:G{last})", ""])
    for cell in (*bill[1], *bill[bill.max_row]):
        cell.font = Font(bold=True)
    for place, width in enumerate(_WIDTHS):
        bill.column_dimensions["ABCDEFGH"[place]].width = width
    for row in bill.iter_rows(min_row=2, min_col=4, max_col=7):
        for cell in row:
            cell.number_format = "#,##0"
    bill.freeze_panes = "A2"
    _write_steps(book, proposal)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _write_steps(book: Workbook, proposal: IctProposal) -> None:
    sheet = book.create_sheet(_("計算の道すじ"))
    sheet.append([_("何を"), _("計算のしかた"), _("入れた値"), _("結果"), _("確かさ"), _("出典")])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    kept = proposal.steps if isinstance(proposal.steps, dict) else {}
    for step in shown(step_from(one) for one in (*kept.get("sizing", ()), *kept.get("payback", ()))):
        given = _("、").join(f"{name} {value}" for name, value, _mark, _source in step.figures)
        sheet.append([step.title, step.formula, given, step.result, str(step.mark[1]), step.source])
    for column, width in zip("ABCDEF", (34, 48, 60, 16, 10, 44), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
