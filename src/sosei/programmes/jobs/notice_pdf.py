"""The notice of working conditions (労働条件通知書) as PDF: the same conditions give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from io import BytesIO
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sosei.core.design.chart_theme import export_font_folder
from sosei.programmes.jobs import contract_terms

FONT = "IPAexGothic"
LABEL_WIDTH, MARGIN = 44 * mm, 18 * mm
SIGNS_A_LINE, LINES_A_PAGE = 38, 48
# A font remembers which of its signs a document uses; two documents at a time would mix them.
_one_at_a_time = Lock()


@cache
def _register_font() -> None:
    pdfmetrics.registerFont(TTFont(FONT, export_font_folder() / "ipaexg.ttf"))


def _style(size: float, **options: Any) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}", fontName=FONT, fontSize=size, leading=size * 1.5, wordWrap="CJK", **options
    )


def make_notice(terms: Mapping[str, Any], *, number: int, english: bool = False) -> bytes:
    """The notice in Japanese, and on further pages in English for a worker who reads English.

    Args:
        terms: of `contract_terms.build`.
        number: of the version.
        english: adds the English pages.
    """
    with _one_at_a_time:
        _register_font()
        story: list[Flowable] = []
        with override("ja"):
            story += _pages(terms, number)
            title = _("労働条件通知書")
        if english:
            with override("en"):
                story += [PageBreak(), *_pages(terms, number)]
        file = BytesIO()
        document = SimpleDocTemplate(
            file,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=15 * mm,
            bottomMargin=16 * mm,
            title=title,
            author=terms["employer"],
            lang="ja-JP",
            invariant=1,
        )
        document.build(story, onFirstPage=_footer, onLaterPages=_footer)
        return file.getvalue()


def _pages(terms: Mapping[str, Any], number: int) -> list[Flowable]:
    small = _style(8.5, textColor=colors.HexColor("#444444"))
    made = date_format(date.fromisoformat(terms["made_on"]), "DATE_FORMAT")
    lines = contract_terms.lines(terms)
    rows = [
        [Paragraph(_markup(line.label), _style(9)), Paragraph(_markup(line.text), _style(9))]
        for line in lines
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
        Paragraph(_markup(_("労働条件通知書")), _style(16, alignment=1)),
        Spacer(1, 3 * mm),
        Paragraph(_markup(_("%(worker)s 様") % {"worker": terms["worker"]}), _style(11)),
        Paragraph(
            _markup(_("交付日：%(day)s（第%(number)s版）") % {"day": made, "number": number}), _style(9)
        ),
        Spacer(1, 3 * mm),
        table,
        Spacer(1, 3 * mm),
        Paragraph(
            _markup(
                _(
                    "この通知書は、労働基準法15条・同法施行規則5条と、短時間・有期雇用労働者法6条にもとづいて渡すものです。大切に保管してください。"
                )
            ),
            small,
        ),
    ]


def _markup(text: str) -> str:
    return escape(text).replace("\n", "<br/>")


def _footer(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 8)
    canvas.drawCentredString(A4[0] / 2, 8 * mm, f"{document.page}")
    canvas.restoreState()
