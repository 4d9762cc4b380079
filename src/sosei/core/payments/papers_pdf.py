"""Papers as PDF: in Japanese, and in English besides for whoever reads English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer, Table, TableStyle

from sosei.core.design import pdf_paper
from sosei.core.design.pdf_paper import WIDTH, text
from sosei.core.payments.papers_shown import Paper

LINE = colors.HexColor("#767676")
SOFT = colors.HexColor("#f0f0f0")
CENTRE, RIGHT = 1, 2
LABEL = 40 * mm
WORDS = (1.9, 2.8)
"""How much wider a column of words is than one of numbers: one of numbers of papers, one of sentences."""


def make_paper(shown: Callable[[], Paper], *, also_english: bool) -> bytes:
    """The paper's PDF.

    Args:
        shown: gives the paper in the language of the moment.
    """
    with override("ja"):
        japanese = shown()

    def pages() -> list[Flowable]:
        with override("ja"):
            story = _pages(japanese)
        if also_english:
            with override("en"):
                story += [PageBreak(), *_pages(shown())]
        return story

    author = japanese.issuer[0] if japanese.issuer else "Sosei"
    return pdf_paper.make(pages, title=f"{japanese.title} {japanese.number}", author=author)


def _pages(paper: Paper) -> list[Flowable]:
    story: list[Flowable] = [text(paper.title, 16, alignment=CENTRE)]
    if paper.mark:
        story.append(text(f"（{paper.mark}）", 11, alignment=CENTRE))
    story += [text(_("番号 %(number)s") % {"number": paper.number}, 9, alignment=RIGHT), Spacer(1, 3 * mm)]
    if paper.recipient:
        story += [text(_("%(name)s 様") % {"name": paper.recipient}, 13), Spacer(1, 2 * mm)]
    if paper.lead:
        label, amount = paper.sums[-1]
        story += [text(paper.lead, 10), text(f"{label}　{amount}", 15), Spacer(1, 3 * mm)]
    story += [_facts(paper), Spacer(1, 3 * mm)]
    if paper.issuer:
        story += [*(text(line, 10, alignment=RIGHT) for line in paper.issuer), Spacer(1, 3 * mm)]
    if paper.rows:
        story += [_lines(paper), Spacer(1, 3 * mm)]
    story += [_sums(paper), Spacer(1, 4 * mm)]
    return [*story, *(text(note, 8.5) for note in paper.notes)]


def _facts(paper: Paper) -> Table:
    rows = [[text(label), text(value)] for label, value in paper.facts]
    return _table(rows, [LABEL, WIDTH - LABEL], [("BACKGROUND", (0, 0), (0, -1), SOFT)])


def _lines(paper: Paper) -> Table:
    size = 8.5 if len(paper.heads) <= 5 else 7.5
    rows = [[text(head, size) for head in paper.heads]]
    rows += [
        [text(cell, size, alignment=RIGHT if place in paper.numbers else 0) for place, cell in enumerate(row)]
        for row in paper.rows
    ]
    wordy = [place for place in range(len(paper.heads)) if place not in paper.numbers]
    shares = [
        1.0 if place in paper.numbers else WORDS[place > 0 or len(wordy) == 1]
        for place in range(len(paper.heads))
    ]
    widths = [WIDTH * share / sum(shares) for share in shares]
    return _table(rows, widths, [("BACKGROUND", (0, 0), (-1, 0), SOFT)], heads=1)


def _sums(paper: Paper) -> Table:
    rows = [[text(label, 9.5), text(amount, 9.5, alignment=RIGHT)] for label, amount in paper.sums[:-1]]
    label, amount = paper.sums[-1]
    rows.append([text(label, 12), text(amount, 12, alignment=RIGHT)])
    table = _table(rows, [75 * mm, 40 * mm], [("BACKGROUND", (0, -1), (-1, -1), SOFT)])
    table.hAlign = "RIGHT"
    return table


def _table(rows: list[list[Any]], widths: list[float], more: list[Any], *, heads: int = 0) -> Table:
    table = Table(rows, colWidths=widths, repeatRows=heads)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                *more,
            ]
        )
    )
    return table
