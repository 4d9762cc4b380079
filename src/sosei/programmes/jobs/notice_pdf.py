"""The notice of working conditions (労働条件通知書) as PDF: the same conditions give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer, Table, TableStyle

from sosei.core.design.pdf_paper import LABEL_WIDTH, MARGIN, make, markup, style
from sosei.programmes.jobs import contract_terms

SIGNS_A_LINE, LINES_A_PAGE = 38, 48


def make_notice(terms: Mapping[str, Any], *, number: int, english: bool = False) -> bytes:
    """The notice in Japanese, and on further pages in English for a worker who reads English.

    Args:
        terms: of `contract_terms.build`.
        number: of the version.
        english: adds the English pages.
    """

    def pages() -> list[Flowable]:
        with override("ja"):
            story = _pages(terms, number)
        if english:
            with override("en"):
                story += [PageBreak(), *_pages(terms, number)]
        return story

    with override("ja"):
        title = _("労働条件通知書")
    return make(pages, title=title, author=terms["employer"])


def _pages(terms: Mapping[str, Any], number: int) -> list[Flowable]:
    small = style(8.5, textColor=colors.HexColor("#444444"))
    made = date_format(date.fromisoformat(terms["made_on"]), "DATE_FORMAT")
    lines = contract_terms.lines(terms)
    rows = [
        [Paragraph(markup(line.label), style(9)), Paragraph(markup(line.text), style(9))] for line in lines
    ]
    width = A4[0] - 2 * MARGIN
    # An item stays on one page unless it is longer than a page.
    split = any(line.text.count("\n") + len(line.text) / SIGNS_A_LINE > LINES_A_PAGE for line in lines)
    table = Table(rows, colWidths=[LABEL_WIDTH, width - LABEL_WIDTH], splitInRow=int(split))
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#767676")),
                ("BACKGROUND", (0, 0), (0, -1), colors.HexColor("#f0f0f0")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
            ]
        )
    )
    return [
        Paragraph(markup(_("労働条件通知書")), style(16, alignment=1)),
        Spacer(1, 3 * mm),
        Paragraph(markup(_("%(worker)s 様") % {"worker": terms["worker"]}), style(11)),
        Paragraph(markup(_("交付日：%(day)s（第%(number)s版）") % {"day": made, "number": number}), style(9)),
        Spacer(1, 3 * mm),
        table,
        Spacer(1, 3 * mm),
        Paragraph(
            markup(
                _(
                    "この通知書は、労働基準法15条・同法施行規則5条と、短時間・有期雇用労働者法6条にもとづいて渡すものです。大切に保管してください。"
                )
            ),
            small,
        ),
    ]
