"""The sheet of paper of Sosei's PDFs: font, styles, margins, page numbers; the same content gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from sosei.core.design.chart_theme import export_font_folder

FONT = "IPAexGothic"
LABEL_WIDTH, MARGIN = 44 * mm, 18 * mm
WIDTH = A4[0] - 2 * MARGIN
# A font remembers which of its signs a document uses; two documents at a time would mix them.
_one_at_a_time = Lock()


@cache
def _register_font() -> None:
    pdfmetrics.registerFont(TTFont(FONT, export_font_folder() / "ipaexg.ttf"))


def style(size: float, **options: Any) -> ParagraphStyle:
    """The type of a paragraph."""
    return ParagraphStyle(
        f"{size}", fontName=FONT, fontSize=size, leading=size * 1.5, wordWrap="CJK", **options
    )


def markup(words: str) -> str:
    """Words as a paragraph takes them; what somebody typed is no markup."""
    return escape(words).replace("\n", "<br/>")


def text(words: Any, size: float = 9, **options: Any) -> Paragraph:
    """A paragraph."""
    return Paragraph(markup(str(words)), style(size, **options))


def make(
    pages: Callable[[], list[Flowable]],
    *,
    title: str,
    author: str,
    top: float = 15 * mm,
    bottom: float = 16 * mm,
    numbered: bool = True,
) -> bytes:
    """The document of these pages; made while no other one is.

    Args:
        top, bottom: margins.
        numbered: a number at the foot of each page.
    """
    with _one_at_a_time:
        _register_font()
        file = BytesIO()
        document = SimpleDocTemplate(
            file,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=top,
            bottomMargin=bottom,
            title=title,
            author=author,
            lang="ja-JP",
            invariant=1,
        )
        feet = {"onFirstPage": _footer, "onLaterPages": _footer} if numbered else {}
        document.build(pages(), **feet)
        return file.getvalue()


def _footer(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 8)
    canvas.drawCentredString(A4[0] / 2, 8 * mm, f"{document.page}")
    canvas.restoreState()
