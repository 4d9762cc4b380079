"""Papers as they are shown: the same parts for the page on the screen and for the PDF, in the language of the moment."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.payments.models import Invoice, Receipt, Statement
from sosei.core.payments.reasons import reason_words
from sosei.core.payments.rules_invoices import REDUCED, Shape, shape_of
from sosei.core.payments.services.statements import BillRow, moved_by
from sosei.core.payments.words_papers import SHAPES
from sosei.core.people import tenancy

REDUCED_MARK = "※"


@dataclass(frozen=True)
class Paper:
    """A paper to be read.

    Attributes:
        mark: stands above the title where it is not the first of its kind.
        facts: label and value, in order.
        issuer: lines on who issues it.
        heads: titles of the columns; `rows` has as many cells. Those in `numbers` stand to the right.
        sums: label and amount, the last one the most important.
        notes: sentences below.
    """

    title: str
    number: str
    file_name: str
    recipient: str = ""
    mark: str = ""
    lead: str = ""
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)
    issuer: Sequence[str] = field(default_factory=tuple)
    heads: Sequence[str] = field(default_factory=tuple)
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)
    numbers: frozenset[int] = frozenset()
    sums: Sequence[tuple[str, str]] = field(default_factory=tuple)
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The titles, and whether numbers stand under them."""
        return [(head, place in self.numbers) for place, head in enumerate(self.heads)]

    @property
    def table(self) -> list[list[tuple[str, str, bool]]]:
        """The rows with the title of each cell's column, and whether it is a number."""
        return [
            [
                (head, cell, place in self.numbers)
                for place, (head, cell) in enumerate(zip(self.heads, row, strict=True))
            ]
            for row in self.rows
        ]


def yen(amount: int) -> str:
    """An amount with its unit."""
    return _("%(yen)s円") % {"yen": f"{amount:,}".replace("-", "−")}


def day(on: datetime.date) -> str:
    """A day in words."""
    return str(date_format(on, "DATE_FORMAT"))


def _days(first: datetime.date, last: datetime.date) -> str:
    if first == last:
        return day(first)
    return _("%(first)sから%(last)sまで") % {"first": day(first), "last": day(last)}


def quantity(amount: Decimal, unit: str) -> str:
    """How much, with its unit; hours stand in the rows as "h"."""
    number = f"{amount.normalize():f}"
    return _("%(hours)s時間") % {"hours": number} if unit == "h" else f"{number}{unit}"


def _rate(percent: int) -> str:
    if percent == REDUCED:
        return _("%(percent)s％（軽減税率）") % {"percent": percent}
    return _("%(percent)s％") % {"percent": percent} if percent else _("消費税なし")


def _totals(totals: Sequence[dict[str, int]]) -> list[tuple[str, str]]:
    made = []
    for one in totals:
        told = {"rate": _rate(one["percent"])}
        made.append((_("%(rate)s の合計（税込み）") % told, yen(one["yen"])))
        if one["percent"]:
            made.append((_("%(rate)s の消費税") % told, yen(one["tax"])))
    return made


def _issuer(name: str, address: str, number: str, issued_for: str = "") -> list[str]:
    lines = [name, address, _("登録番号 %(number)s") % {"number": number} if number else "", issued_for]
    return [line for line in lines if line]


def shape(invoice: Invoice) -> Shape:
    """What an invoice is under the invoice system."""
    return shape_of(
        number=invoice.registration_number,
        recipient=invoice.recipient_name,
        is_return=invoice.reverses_id is not None,
    )


def of_invoice(invoice: Invoice) -> Paper:
    """An invoice or return invoice; its lines and what it replaces are read with it."""
    lines = list(invoice.lines.all())
    rows = [
        (
            f"{line}{f' {REDUCED_MARK}' if line.tax_percent == REDUCED else ''}",
            quantity(line.quantity, line.unit),
            f"{line.unit_yen:,}".replace("-", "−"),
            f"{line.yen:,}".replace("-", "−"),
            _("%(percent)s％") % {"percent": line.tax_percent},
        )
        for line in lines
    ]
    facts = [
        (_("出した日"), day(screen_time(invoice.issued_at).date())),
        (_("取引の日"), _days(invoice.supplied_from, invoice.supplied_to)),
    ]
    if invoice.bill is not None:
        facts.append((_("請求の番号"), invoice.bill.number))
    if invoice.reverses is not None:
        facts.append((_("もとの請求書"), invoice.reverses.number))
    if invoice.replaces is not None:
        facts.append((_("直す前の請求書"), invoice.replaces.number))
    if invoice.reason:
        facts.append((_("理由"), reason_words(invoice.reason)))
    if invoice.due_on:
        facts.append((_("支払い期限"), day(invoice.due_on)))
    kind = shape(invoice)
    is_return = invoice.reverses_id is not None
    return Paper(
        title=str(SHAPES[kind]),
        number=invoice.number,
        file_name=f"seikyusho-{invoice.number}.pdf",
        recipient=invoice.recipient_name,
        mark=_("修正した請求書") if invoice.replaces_id else "",
        lead=_("次のとおり、お返しします。") if is_return else _("次のとおり、ご請求します。"),
        facts=facts,
        issuer=_issuer(
            invoice.issuer_name,
            invoice.issuer_address,
            invoice.registration_number,
            _issued_for(invoice),
        ),
        heads=(_("内容"), _("量"), _("単価（円）"), _("税込み（円）"), _("税率")),
        rows=rows,
        numbers=frozenset({1, 2, 3, 4}),
        sums=[*_totals(invoice.totals), (_("合計"), yen(invoice.yen))],
        notes=_invoice_notes(invoice, kind, any(line.tax_percent == REDUCED for line in lines)),
    )


def _issued_for(invoice: Invoice) -> str:
    if not invoice.is_mediated or invoice.payee is None:
        return ""
    return _("%(host)s に代わって出しています（媒介者交付特例）") % {"host": invoice.payee.name}


def _invoice_notes(invoice: Invoice, kind: Shape, has_reduced: bool) -> list[str]:
    notes = []
    if has_reduced:
        notes.append(_("%(mark)s は軽減税率（8％）の対象です。") % {"mark": REDUCED_MARK})
    if kind in (Shape.PLAIN, Shape.PLAIN_RETURN):
        notes.append(_("出す人がインボイス制度に登録していないので、適格請求書ではありません。"))
    if kind is Shape.SIMPLIFIED:
        notes.append(_("宛名のない、簡易な請求書です。"))
    notes.append(_("消費税は、税率ごとの合計から1回だけ計算し、1円未満を切り捨てています。"))
    return notes


def of_receipt(receipt: Receipt) -> Paper:
    """A receipt; one that was issued again says so, one after a refund tells it."""
    facts = [
        (_("受け取った日"), day(receipt.received_on)),
        (_("出した日"), day(screen_time(receipt.issued_at).date())),
        (_("ただし書き"), receipt.purpose),
        (_("請求の番号"), receipt.bill.number),
    ]
    if receipt.payment is not None:
        facts.append((_("支払い方法"), str(receipt.payment.get_way_display())))
    if receipt.refunded:
        told = {"paid": yen(receipt.yen + receipt.refunded), "refunded": yen(receipt.refunded)}
        facts.append(
            (_("返した額"), _("受け取った%(paid)sのうち、%(refunded)sを返しました（返します）。") % told)
        )
    if receipt.replaces is not None:
        facts.append((_("もとの領収書"), receipt.replaces.number))
    sums = [] if receipt.invoice_id else _totals(receipt.totals)
    notes = [_("電子データで渡している領収書なので、収入印紙はありません。")]
    if receipt.invoice is not None:
        notes.insert(
            0,
            _("税率ごとの額と消費税は、請求書 %(number)s にあります。") % {"number": receipt.invoice.number},
        )
    return Paper(
        title=_("領収書"),
        number=receipt.number,
        file_name=f"ryoshusho-{receipt.number}.pdf",
        recipient=receipt.recipient_name,
        mark=_("再発行") if receipt.replaces_id else "",
        lead=_("次の額を、たしかに受け取りました。"),
        facts=facts,
        issuer=_issuer(receipt.issuer_name, "", "" if receipt.invoice_id else receipt.registration_number),
        sums=[*sums, (_("領収額"), yen(receipt.yen))],
        notes=notes,
    )


def of_statement(statement: Statement, rows: Sequence[BillRow], fee_tax: int | None) -> Paper:
    """A monthly statement with the bills that it tells.

    Args:
        fee_tax: the tax as the invoice of the fee rounds it; None where there is no such invoice.
    """
    with tenancy.unguarded():
        moved = moved_by(statement)
    told = {"tax": yen(statement.fee_tax if fee_tax is None else fee_tax)}
    sums = [
        (_("前の月からの残り"), yen(statement.opening)),
        (_("請求した額"), yen(moved.sales)),
        (_("取り消し・値引き"), yen(-moved.reductions)),
        (_("サイトの手数料（うち消費税 %(tax)s）") % told, yen(-(moved.fee + moved.fee_tax))),
        (_("現地で受け取った分"), yen(-moved.on_site)),
        (_("もう振り込んだ分"), yen(-moved.paid_out)),
        (_("残り"), yen(statement.closing)),
        (_("まだ支払われていない予約の分"), yen(-statement.waiting)),
        (_("振込の手続き中の分"), yen(-statement.under_way)),
        (_("今回振り込む額"), yen(max(statement.due, 0))),
    ]
    notes = [
        _("振込の予定日：%(day)s（銀行が休みのときは、次の営業日）") % {"day": day(statement.due_on)}
        if statement.due > 0
        else _("今回、振り込む額はありません。残りは、次の月の明細書に続きます。"),
        _("月が終わったあとに分かったことは、次の月の明細書に出ます。この明細書は変わりません。"),
    ]
    return Paper(
        title=_("月の明細書"),
        number=statement.number,
        file_name=f"meisai-{statement.number}.pdf",
        recipient=statement.payee.name if statement.payee else "",
        facts=[
            (_("期間"), _days(statement.first_day, statement.last_day)),
            (_("出した日"), day(screen_time(statement.issued_at).date())),
        ],
        heads=(
            _("請求"),
            _("内容"),
            _("請求した額"),
            _("取り消し・値引き"),
            _("支払われた額"),
            _("手数料（税込み）"),
            _("現地で受け取り"),
            _("差し引き"),
        ),
        rows=[
            (
                row.number,
                row.thing,
                *(
                    f"{amount:,}".replace("-", "−")
                    for amount in (row.sales, -row.reductions, row.paid, -row.fee, -row.on_site, row.change)
                ),
            )
            for row in rows
        ],
        numbers=frozenset(range(2, 8)),
        sums=sums,
        notes=notes,
    )


def is_english() -> bool:
    """Whether the reader's language is English."""
    return (get_language() or "ja").startswith("en")


def statement_csv(statement: Statement, rows: Sequence[BillRow]) -> list[list[Any]]:
    """A statement as rows of a table: heads, bills, then the sums."""
    heads = [
        _("明細書"),
        _("請求"),
        _("内容"),
        _("日付"),
        _("請求した額"),
        _("取り消し・値引き"),
        _("支払われた額"),
        _("手数料（税込み）"),
        _("現地で受け取り"),
        _("差し引き"),
    ]
    body: list[list[Any]] = [
        [
            statement.number,
            row.number,
            row.thing,
            row.first.isoformat(),
            row.sales,
            -row.reductions,
            row.paid,
            -row.fee,
            -row.on_site,
            row.change,
        ]
        for row in rows
    ]
    return [heads, *body]
