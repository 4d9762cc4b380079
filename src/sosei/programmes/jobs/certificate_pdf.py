"""The certificate of activities as PDF: what was done in the town, a number and a code by which anybody can check it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer, Table, TableStyle

from sosei.core.design.pdf_paper import LABEL_WIDTH, MARGIN, make, markup, style
from sosei.core.design.templatetags.design import screen_time
from sosei.programmes.jobs.models import Certificate

QR_SIZE = 28 * mm


def hours_text(minutes: int) -> str:
    """Minutes as hours and minutes."""
    return _("%(hours)s時間%(minutes)s分") % {"hours": minutes // 60, "minutes": minutes % 60}


def shown_code(code: str) -> str:
    """A check code in two groups."""
    return f"{code[:4]}-{code[4:]}"


def check_address(certificate: Certificate, code: str = "") -> str:
    """The public page on which the certificate is checked; with the code it needs no typing."""
    arguments = {"code": certificate.municipality.code, "number": certificate.number}
    way = reverse("jobs:certificate-check", kwargs=arguments)
    return f"{settings.SITE_ADDRESS}{way}" + (f"?check={code}" if code else "")


def make_certificate(certificate: Certificate, *, name: str, code: str, english: bool = False) -> bytes:
    """The certificate in Japanese, and on another page in English for who reads English."""

    def pages() -> list[Flowable]:
        with override("ja"):
            story = _page(certificate, name, code)
        if english:
            with override("en"):
                story += [PageBreak(), *_page(certificate, name, code)]
        return story

    with override("ja"):
        title, author = _("活動の証明書"), str(certificate.municipality)
    return make(pages, title=title, author=author, top=24 * mm, bottom=20 * mm, numbered=False)


def _page(certificate: Certificate, name: str, code: str) -> list[Flowable]:
    town = certificate.municipality
    issued = date_format(screen_time(certificate.issued_at), "DATE_FORMAT")
    told = {"town": town, "name": name}
    return [
        Paragraph(markup(_("活動の証明書")), style(20, alignment=1)),
        Spacer(1, 8 * mm),
        Paragraph(markup(_("%(name)s 様") % told), style(14)),
        Spacer(1, 4 * mm),
        Paragraph(markup(_("%(town)sで、次のとおり働いたことを証明します。") % told), style(11)),
        Spacer(1, 5 * mm),
        _table(certificate),
        Spacer(1, 8 * mm),
        Paragraph(markup(issued), style(11)),
        Paragraph(markup(str(town)), style(13)),
        Spacer(1, 10 * mm),
        _check(certificate, code),
    ]


def _table(certificate: Certificate) -> Flowable:
    first, last = (date_format(day, "DATE_FORMAT") for day in (certificate.first_day, certificate.last_day))
    lines = [
        (_("期間"), f"{first} – {last}"),
        (_("働いた日数"), _("%(days)s日") % {"days": certificate.days}),
        (_("働いた時間"), hours_text(certificate.minutes)),
        (_("働いた場所"), "\n".join(employer_line(one) for one in certificate.employers)),
    ]
    cells = [[Paragraph(markup(text), style(10.5)) for text in line] for line in lines]
    table = Table(cells, colWidths=[LABEL_WIDTH, A4[0] - 2 * MARGIN - LABEL_WIDTH])
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#767676")),
                ("BACKGROUND", (0, 0), (0, -1), colors.HexColor("#f0f0f0")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
            ]
        )
    )
    return table


def employer_line(one: dict[str, Any]) -> str:
    """An employer with the days and hours there."""
    english = (get_language() or "ja").startswith("en") and one["name_en"]
    return _("%(employer)s（%(days)s日、%(hours)s）") % {
        "employer": one["name_en"] if english else one["name"],
        "days": one["days"],
        "hours": hours_text(one["minutes"]),
    }


class _Check(Flowable):  # type: ignore[misc]
    """The square code of the checking page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.width = self.height = QR_SIZE
        self.address = address

    def draw(self) -> None:
        """Draws it in its own size."""
        code = QrCodeWidget(self.address, barLevel="M")
        left, bottom, right, top = code.getBounds()
        scale = [QR_SIZE / (right - left), 0, 0, QR_SIZE / (top - bottom), 0, 0]
        drawing = Drawing(QR_SIZE, QR_SIZE, transform=scale)
        drawing.add(code)
        renderPDF.draw(drawing, self.canv, 0, 0)


def _check(certificate: Certificate, code: str) -> Flowable:
    told = {"number": certificate.number, "code": shown_code(code), "page": check_address(certificate)}
    texts = [
        Paragraph(markup(_("番号：%(number)s") % told), style(11)),
        Paragraph(markup(_("確認コード：%(code)s") % told), style(11)),
        Spacer(1, 2 * mm),
        Paragraph(
            markup(_("この証明書が本物かどうかは、次のページで、番号と確認コードを入れると確かめられます。")),
            style(8.5),
        ),
        Paragraph(markup(told["page"]), style(8.5)),
    ]
    width = A4[0] - 2 * MARGIN
    table = Table(
        [[_Check(check_address(certificate, code)), texts]],
        colWidths=[QR_SIZE + 6 * mm, width - QR_SIZE - 6 * mm],
    )
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0)]))
    return table
