"""The words of payments: reasons of gateways, steps, verbs of entries, kinds of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.payments.reasons import declare_reasons
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

PROBLEMS: Mapping[str, Any] = {
    "card_declined": _("カード会社が断りました"),
    "insufficient_funds": _("カードの残高が足りません"),
    "expired_card": _("カードの期限が切れています"),
    "authentication": _("カードの本人確認ができませんでした"),
    "expired": _("支払い期限が過ぎました"),
    "refund_refused": _("カード会社が返金を受けませんでした"),
    "not_possible": _("決済会社が、この支払いを受けられませんでした"),
    "no_answer": _("決済会社から返事がありません"),
    "account": _("口座に振り込めませんでした"),
    "other": _("決済会社が断りました"),
}
"""Every reason that a gateway or bank gives, in words for the payer."""
LATE = _("期限のあと、または取り消したあとに支払われたため")
TOO_MUCH = _("必要な額より多く支払われたため")
declare_reasons(LATE, TOO_MUCH)
STEPS: Mapping[str, Any] = {
    "started": _("支払いを始めました"),
    "free": _("0円なので、支払いはありません"),
    "waits_bank": _("銀行振込を待っています"),
    "waits_invoice": _("後払いにしました"),
    "waits_on_site": _("現地で払います"),
    "gateway_waiting": _("決済会社が受け付けました"),
    "gateway_paid": _("支払われました"),
    "gateway_failed": _("支払えませんでした"),
    "gateway_expired": _("期限が切れました"),
    "gateway_cancelled": _("決済会社で取り消されました"),
    "paid_on_site": _("現地で受け取りました"),
    "paid_by_bank": _("振込で受け取りました"),
    "cancelled": _("取り消しました"),
    "expired": _("支払い期限が過ぎました"),
}
"""Every step of a payment."""
OUTCOMES: Mapping[str, Any] = {
    "unknown": _("どの支払いのことか、まだ分からない"),
    "changed": _("支払いに反映した"),
    "nothing_new": _("もう知っていた"),
    "not_ours": _("支払いとは関係ない"),
    "contradicts": _("返金済みなのに、返金できなかったと言っている"),
}
"""What came of a notice."""
WAYS: Mapping[str, Any] = {
    "card": _("カード"),
    "konbini": _("コンビニ"),
    "bank": _("銀行"),
    "invoice": _("後払い（請求書）"),
    "on_site": _("現地・窓口"),
    "free": _("無料"),
    "gateway": _("カードに戻す"),
}
"""Ways of payments and refunds as the records name them."""


def _way(value: str) -> str:
    return str(WAYS.get(value, value))


def _problem(value: str) -> str:
    return str(PROBLEMS.get(value, "")) if value else ""


def _yen(value: int) -> str:
    return f"{value:,}"


_LABELS = {"way": _way, "problem": _problem, "yen": _yen}

for _name, _title, _sentence in (
    ("charged", _("請求を書いた"), _("%(actor)s が請求 %(number)s に %(yen)s円を書きました。")),
    ("waiting", _("支払いを待つ"), _("請求 %(number)s の %(yen)s円の支払い（%(way)s）を待っています。")),
    ("paid", _("支払われた"), _("請求 %(number)s の %(yen)s円が支払われました（%(way)s）。")),
    (
        "failed",
        _("支払えなかった"),
        _("請求 %(number)s の %(yen)s円は支払えませんでした（%(way)s）。%(problem)s"),
    ),
    (
        "expired",
        _("支払い期限切れ"),
        _("請求 %(number)s の %(yen)s円は期限までに支払われませんでした（%(way)s）。"),
    ),
    (
        "cancelled",
        _("支払いを取り消した"),
        _("請求 %(number)s の %(yen)s円の支払い（%(way)s）が取り消されました。"),
    ),
    (
        "refund_decided",
        _("返金を決めた"),
        _("請求 %(number)s から %(yen)s円を返すことになりました（%(way)s）。"),
    ),
    (
        "refund_asked",
        _("返金の口座を入れた"),
        _("請求 %(number)s の返金 %(yen)s円の口座が入りました。"),
    ),
    (
        "refund_waiting_account",
        _("返金の口座を待つ"),
        _("請求 %(number)s の返金 %(yen)s円は口座に入らず、新しい口座を待っています。"),
    ),
    ("refund_sent", _("返金を送った"), _("請求 %(number)s の返金 %(yen)s円を送りました（%(way)s）。")),
    ("refund_done", _("返金した"), _("請求 %(number)s の返金 %(yen)s円が終わりました（%(way)s）。")),
    (
        "refund_failed",
        _("返金できなかった"),
        _("請求 %(number)s の返金 %(yen)s円はできませんでした（%(way)s）。%(problem)s"),
    ),
    (
        "refund_returned",
        _("返金が戻ってきた"),
        _("請求 %(number)s の返金 %(yen)s円が戻ってきました（%(way)s）。口座に振り込みなおします。"),
    ),
    ("deposited", _("決済会社から入金"), _("決済会社（%(gateway)s）から %(yen)s円が入りました。")),
    ("books_checked", _("帳簿を確かめた"), _("帳簿を確かめ、合わないところが %(count)s件ありました。")),
):
    declare_verb(
        f"payments.{_name}",
        _title,
        _sentence,
        scope=Scope.ORGANISATIONS if _name in ("deposited", "books_checked") else Scope.PEOPLE,
        labels=_LABELS,
    )

PAYMENTS = declare_group(
    "payments",
    _("支払いと返金"),
    _("支払い、期限、返金のお知らせです。お金のことなので、止められません。"),
    obliged=True,
)
for _name, _title in (
    ("paid", _("支払いを受け取りました")),
    ("waiting", _("支払いの案内")),
    ("failed", _("支払いができませんでした")),
    ("expired", _("支払い期限が過ぎました")),
    ("too_much", _("支払われたお金を返します")),
    ("refund_done", _("返金しました")),
    ("refund_account", _("返金の口座を入れてください")),
):
    declare_kind(
        f"payments.{_name}", PAYMENTS, _title, scope=Scope.PEOPLE, urgent=_name in ("waiting", "paid")
    )
