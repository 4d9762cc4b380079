"""A payslip as PDF, in Japanese, and in English besides for a worker who reads English."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer, Table, TableStyle

from sosei.core.design import pdf_paper
from sosei.core.design.pdf_paper import WIDTH, text
from sosei.programmes.jobs import pay_shown
from sosei.programmes.jobs.models import Payslip

LINE = colors.HexColor("#767676")
SOFT = colors.HexColor("#f0f0f0")
RIGHT = 2


def file_name(payslip: Payslip) -> str:
    """What the file is called."""
    return f"kyuyo-meisai-{payslip.pay_on:%Y%m%d}-{payslip.pk}.pdf"


def make_payslip(payslip: Payslip) -> bytes:
    """The payslip with all its lines and their rules."""

    def pages() -> list[Flowable]:
        with override("ja"):
            story = _pages(payslip)
        if payslip.contract.person.language == "en":
            with override("en"):
                story += [PageBreak(), *_pages(payslip)]
        return story

    return pdf_paper.make(pages, title="給与明細", author=payslip.employer.name)


def _pages(payslip: Payslip) -> list[Flowable]:
    return [
        text(_("給与明細"), 16, alignment=1),
        Spacer(1, 3 * mm),
        text(_("%(worker)s 様") % {"worker": payslip.contract.worker_name}, 11),
        Spacer(1, 2 * mm),
        _heads(payslip),
        Spacer(1, 3 * mm),
        _lines(payslip),
        Spacer(1, 4 * mm),
        _sums(payslip),
        Spacer(1, 3 * mm),
        text(
            _("働いた分は1分も切り捨てていません。わからないことは、雇用主か市の担当者に聞いてください。"),
            8.5,
        ),
    ]


def _heads(payslip: Payslip) -> Table:
    told = {
        "first": date_format(payslip.first_day, "DATE_FORMAT"),
        "last": date_format(payslip.last_day, "DATE_FORMAT"),
    }
    rows = [
        (_("雇用主"), f"{payslip.employer.name}\n{payslip.employer.address}"),
        (_("仕事"), payslip.contract.posting.title),
        (_("働いた期間"), _("%(first)sから%(last)sまで") % told),
        (_("支払日"), date_format(payslip.pay_on, "DATE_FORMAT")),
    ]
    if payslip.reason:
        rows.append((_("直した理由"), payslip.reason))
    return _table([[text(label), text(value)] for label, value in rows], [30 * mm, WIDTH - 30 * mm], heads=0)


def _lines(payslip: Payslip) -> Table:
    titles = (_("日"), _("項目"), _("計算"), _("円"), _("根拠"))
    rows: list[list[Any]] = [[text(title, 8.5) for title in titles]]
    for day in pay_shown.of_payslip(payslip):
        for place, line in enumerate(day.lines):
            on = date_format(day.on, "n/j（D）") if day.on and not place else ""
            yen = f"{line.yen:,}".replace("-", "−")
            rows.append(
                [
                    text(on, 8.5),
                    text(line.label, 8.5),
                    text(line.how, 8.5),
                    text(yen, 8.5, alignment=RIGHT),
                    text(line.basis, 8.5),
                ]
            )
    widths = [20 * mm, 44 * mm, 52 * mm, 20 * mm]
    return _table(rows, [*widths, WIDTH - sum(widths)], heads=1)


def _sums(payslip: Payslip) -> Table:
    rows = [
        (_("支給額"), payslip.gross),
        (_("控除額"), payslip.deducted),
        (_("差引支給額"), payslip.net),
    ]
    cells = [
        [text(label, 10), text(_("%(yen)s円") % {"yen": f"{yen:,}"}, 11, alignment=RIGHT)]
        for label, yen in rows
    ]
    table = _table(cells, [40 * mm, 40 * mm], heads=0)
    table.hAlign = "RIGHT"
    return table


def _table(rows: list[list[Any]], widths: list[float], *, heads: int) -> Table:
    table = Table(rows, colWidths=widths, repeatRows=heads)
    shaded = ("BACKGROUND", (0, 0), (-1, 0), SOFT) if heads else ("BACKGROUND", (0, 0), (0, -1), SOFT)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, LINE),
                shaded,
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table
