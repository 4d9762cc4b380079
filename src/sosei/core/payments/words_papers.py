"""The words of papers, payouts and incoming transfers: verbs of entries, kinds of messages, reasons of matching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.payments.rules_invoices import RegistrationCode, Shape
from sosei.core.payments.rules_matching import Reason
from sosei.core.payments.rules_transfers import ListCode
from sosei.core.payments.words_payments import PAYMENTS
from sosei.core.people import look_words
from sosei.core.records.kinds import declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

SHAPES: Mapping[Shape, Any] = {
    Shape.QUALIFIED: _("請求書（適格請求書）"),
    Shape.SIMPLIFIED: _("請求書（適格簡易請求書）"),
    Shape.RETURN: _("返還請求書（適格返還請求書）"),
    Shape.PLAIN: _("請求書"),
    Shape.PLAIN_RETURN: _("返還の明細"),
}
REGISTRATION: Mapping[RegistrationCode, Any] = {
    RegistrationCode.NOT_THIRTEEN: _(
        "「%(value)s」は登録番号ではありません。Tと13けたの数字を入れてください（例：T7000012050002）。"
    ),
    RegistrationCode.CHECK_DIGIT: _(
        "「%(value)s」は、法人の番号としては検査数字が合いません。国税庁の公表サイトの番号を見て、打ち直してください。個人で登録しているときは「個人」を選んでください。"
    ),
}
REASONS: Mapping[Reason, Any] = {
    Reason.NUMBER: _("請求の番号が書いてある"),
    Reason.NAME: _("名前が同じ"),
    Reason.NAME_PART: _("名前の一部が同じ"),
    Reason.AMOUNT: _("金額が同じ"),
    Reason.LESS: _("%(yen)s円たりない"),
    Reason.MORE: _("%(yen)s円多い"),
    Reason.LATE: _("支払い期限が過ぎている"),
    Reason.SEVERAL: _("同じくらい合う請求が、ほかにもある"),
}
LIST_PROBLEMS: Mapping[ListCode, Any] = {
    ListCode.TOO_LARGE: _(
        "ファイルが大きすぎます（%(limit)sまで）。期間を分けて、もう一度取り出してください。"
    ),
    ListCode.EMPTY: _("ファイルが空です。銀行から取り出し直してください。"),
    ListCode.ENCODING: _(
        "文字を読めません。CSVは UTF-8 か Shift_JIS（CP932）で、全銀形式は Shift_JIS で保存してください。"
    ),
    ListCode.NO_HEADS: _(
        "「日付」と「入金額」の見出しが、はじめの20行にありません。見出しのある行から保存してください。"
    ),
    ListCode.NO_ROWS: _("入金の行がありません。"),
    ListCode.TOO_MANY: _("%(limit)s行より多いファイルです。期間を分けて、もう一度取り出してください。"),
    ListCode.DATE: _("%(line)s行目の日付「%(value)s」を読めません。2026/11/20 のように直してください。"),
    ListCode.FUTURE: _("%(line)s行目の日付「%(value)s」は、まだ来ていません。日付を確かめてください。"),
    ListCode.AMOUNT: _("%(line)s行目の金額「%(value)s」を読めません。1円以上の数字に直してください。"),
    ListCode.RECORD: _("%(line)s行目の長さが%(value)s文字です。全銀形式は1行200文字です。"),
}


def _yen(value: int) -> str:
    return f"{value:,}"


for _name, _title, _sentence, _scope in (
    (
        "invoice_issued",
        _("請求書を出した"),
        _("請求書 %(number)s（%(yen)s円）を出しました。"),
        Scope.PEOPLE,
    ),
    ("receipt_issued", _("領収書を出した"), _("領収書 %(number)s（%(yen)s円）を出しました。"), Scope.PEOPLE),
    (
        "receipt_reissued",
        _("領収書を再発行した"),
        _("領収書 %(number)s（%(yen)s円）を再発行しました。"),
        Scope.PEOPLE,
    ),
    (
        "statement_issued",
        _("月の明細書を出した"),
        _("%(host)s の明細書 %(number)s（振り込む額 %(yen)s円）を出しました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "file_made",
        _("振込ファイルを作った"),
        _("%(actor)s が %(count)s件・%(yen)s円の振込ファイルを作りました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "file_taken",
        _("振込ファイルを取り出した"),
        _("%(actor)s が振込日 %(day)s の振込ファイルを取り出しました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "file_sent",
        _("振り込んだと記録した"),
        _("%(actor)s が %(count)s件・%(yen)s円を振り込んだと記録しました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "file_dropped",
        _("振込を取りやめた"),
        _("%(actor)s が %(count)s件・%(yen)s円の振込を取りやめました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "payout_returned",
        _("振込が戻った"),
        _("%(host)s への %(yen)s円の振込が銀行から戻りました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "transfers_read",
        _("銀行の入金を読んだ"),
        _("%(actor)s が入金 %(count)s件を読み込みました（もうあったもの %(known)s件）。"),
        Scope.ORGANISATIONS,
    ),
    (
        "transfer_matched",
        _("入金を支払いに結びつけた"),
        _("%(actor)s が %(day)s の入金 %(yen)s円を請求 %(number)s に結びつけました。"),
        Scope.PEOPLE,
    ),
    (
        "transfer_set_aside",
        _("入金を関係ないとした"),
        _("%(actor)s が %(day)s の入金 %(yen)s円を、請求と関係ないとしました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "transfer_reopened",
        _("入金をもう一度見る"),
        _("%(actor)s が %(day)s の入金 %(yen)s円を、もう一度結びつけることにしました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "fee_set",
        _("手数料を決めた"),
        _("%(actor)s が手数料を %(percent)s％（%(day)sから）と決めました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "exemption_set",
        _("減免を決めた"),
        _("%(actor)s が減免「%(title)s」を %(percent)s％（%(day)sから）と決めました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "settings_set",
        _("受け取りの設定を変えた"),
        _("%(actor)s が「%(payee)s」の受け取りの設定を変えました。"),
        Scope.ORGANISATIONS,
    ),
    (
        "papers_checked",
        _("書類を確かめた"),
        _("請求書、領収書、明細書を確かめ、合わないところが %(count)s件ありました。"),
        Scope.ORGANISATIONS,
    ),
):
    declare_verb(f"payments.{_name}", _title, _sentence, scope=_scope, labels={"yen": _yen})

declare_kind("payments.statement", PAYMENTS, _("月の明細書"), scope=Scope.ORGANISATIONS)
declare_kind(
    "payments.payout_returned", PAYMENTS, _("振込が戻りました"), scope=Scope.ORGANISATIONS, urgent=True
)

BILL_SEEN = "payments.bill_seen"
BILLS_LISTED = "payments.bills_listed"
look_words.register(BILL_SEEN, _("請求と支払いを見た"))
look_words.register(BILLS_LISTED, _("請求の一覧を取り出した"))

PAPER_FLAWS: Mapping[str, Any] = {
    "statement_moved": _("明細書の増減が、帳簿と合わない"),
    "statement_fee": _("明細書の手数料が、帳簿と合わない"),
    "statement_charged": _("明細書の売上が、請求と合わない"),
    "statement_chain": _("明細書が、前の明細書の残りから始まっていない"),
    "paper_gap": _("書類の番号に、抜けがある"),
    "receipt_yen": _("領収書の額が、支払いと合わない"),
    "invoice_totals": _("請求書の合計や税額が、行と合わない"),
}
"""Every code of a flaw of papers."""
