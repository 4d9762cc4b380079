"""A worker's year at an employer as PDF: the items of the withholding slip (源泉徴収票), one sheet a worker."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer, Table, TableStyle

from sosei.core.design import pdf_paper
from sosei.core.design.pdf_paper import WIDTH, text
from sosei.programmes.jobs.services.pay_year import YearSlip, column_of
from sosei.programmes.jobs.words_pay import COLUMN_NAMES

RIGHT = 2


def file_name(slip: YearSlip, year: int) -> str:
    """What the file is called."""
    return f"gensen-{year}-{slip.employer.pk}-{slip.person_id}.pdf"


def make_slips(slips: Sequence[YearSlip], year: int) -> bytes:
    """A sheet for each."""

    def pages() -> list[Flowable]:
        story: list[Flowable] = []
        with override("ja"):
            for slip in slips:
                story += [*([PageBreak()] if story else []), *_page(slip, year)]
        return story

    return pdf_paper.make(pages, title="源泉徴収票の記載事項", author=slips[0].employer.name)


def columns_text(slip: YearSlip) -> str:
    """The columns of the tax tables, in words."""
    return _("、").join(str(COLUMN_NAMES[one]) for one in column_of(slip))


def _page(slip: YearSlip, year: int) -> list[Flowable]:
    told = {
        "first": date_format(slip.first_day, "DATE_FORMAT"),
        "last": date_format(slip.last_day, "DATE_FORMAT"),
    }
    rows = [
        (_("支払を受ける人"), f"{slip.name}\n{slip.kana}".strip()),
        (_("支払金額（通勤手当の非課税分をのぞく）"), _yen(slip.paid)),
        (_("社会保険料等の金額"), _yen(slip.insurance)),
        (_("源泉徴収税額"), _yen(slip.tax)),
        (_("適用した税額表"), _("日額表 %(columns)s") % {"columns": columns_text(slip)}),
        (_("非課税の通勤手当"), _yen(slip.tax_free)),
        (_("働いた日"), _("%(first)sから%(last)sまで") % told + "\n" + _("%(days)s日") % {"days": slip.days}),
        (_("支払者"), f"{slip.employer.name}\n{slip.employer.address}"),
    ]
    table = Table([[text(a, 10), text(b, 10)] for a, b in rows], colWidths=[70 * mm, WIDTH - 70 * mm])
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#767676")),
                ("BACKGROUND", (0, 0), (0, -1), colors.HexColor("#f0f0f0")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return [
        text(_("%(year)s年分 給与所得の源泉徴収票（記載事項）") % {"year": year}, 15, alignment=1),
        Spacer(1, 4 * mm),
        table,
        Spacer(1, 4 * mm),
        text(
            _(
                "この年に支払日があった給与明細をまとめたものです。税務署などに出す用紙には、ここの金額と、本人が出した生年月日などを書いてください。"
            ),
            8.5,
        ),
    ]


def _yen(amount: int) -> str:
    return _("%(yen)s円") % {"yen": f"{amount:,}"}
