"""Sheets about wages as PDF, in the type of the notice of working conditions; the same content gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from sosei.programmes.jobs.notice_pdf import (
    MARGIN,
    _footer,
    _markup,
    _one_at_a_time,
    _register_font,
    _style,
)

WIDTH = A4[0] - 2 * MARGIN


def text(words: Any, size: float = 9, **options: Any) -> Paragraph:
    """A paragraph."""
    return Paragraph(_markup(str(words)), _style(size, **options))


def make(pages: Callable[[], list[Flowable]], *, title: str, author: str) -> bytes:
    """The document of these pages, numbered; made while no other one is."""
    with _one_at_a_time:
        _register_font()
        file = BytesIO()
        document = SimpleDocTemplate(
            file,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=15 * mm,
            bottomMargin=16 * mm,
            title=title,
            author=author,
            lang="ja-JP",
            invariant=1,
        )
        document.build(pages(), onFirstPage=_footer, onLaterPages=_footer)
        return file.getvalue()
