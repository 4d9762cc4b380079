"""The words of wages: lines of a payslip, how the money stands, verbs, kinds of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.payments.bank_file import Kind
from sosei.core.people import look_words
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.jobs.rules_pay import COMMUTING, Column, Paying

LINES: Mapping[str, Any] = {
    "base": _("賃金"),
    "overtime": _("時間外の割増"),
    "over_60": _("時間外の割増（月60時間をこえた分）"),
    "night": _("深夜の割増（22時～5時）"),
    "holiday": _("休日の割増"),
    COMMUTING: _("交通費"),
    "absence": _("雇用主の都合の取り消しの分"),
    "income_tax": _("所得税（日額表 丙欄）"),
    "income_tax_ko": _("所得税（甲欄。雇用主が表から読んだ額）"),
    "income_tax_otsu": _("所得税（乙欄。雇用主が表から読んだ額）"),
    "income_tax_hei": _("所得税（丙欄。雇用主が表から読んだ額）"),
    "employment_insurance": _("雇用保険料"),
    "health_insurance": _("健康保険料（雇用主が入れた額）"),
    "pension": _("厚生年金保険料（雇用主が入れた額）"),
}
"""Every code that a payslip's line may have."""
COLUMNS: Mapping[Column, Any] = {
    Column.OTSU: _("乙欄"),
    Column.KO: _("甲欄（扶養控除等申告書があるとき）"),
    Column.HEI: _("丙欄（税務署に確かめたとき）"),
}
COLUMN_NAMES: Mapping[Column, Any] = {Column.HEI: _("丙欄"), Column.OTSU: _("乙欄"), Column.KO: _("甲欄")}
PAYING: Mapping[Paying, tuple[str, Any]] = {
    Paying.DUE: ("warning", _("これから払う")),
    Paying.IN_FILE: ("info", _("振込ファイルに入れた")),
    Paying.PAID: ("success", _("振り込んだ")),
    Paying.CASH: ("neutral", _("現金で払う")),
    Paying.NOTHING: ("neutral", _("払う額はない")),
    Paying.OVERPAID: ("warning", _("払いすぎ：話し合う")),
    Paying.REPLACED: ("neutral", _("新しい明細に替わった")),
}
"""Kind of chip, word."""
FILE_KINDS: Mapping[Kind, Any] = {Kind.GENERAL: _("総合振込（21）"), Kind.WAGES: _("給与振込（11）")}

for _name, _title, _sentence in (
    (
        "payslip.issued",
        _("給与明細を出した"),
        _("%(actor)sが%(person)sさんの給与明細（%(yen)s円、支払日%(day)s）を出しました"),
    ),
    (
        "payslip.replaced",
        _("給与明細を直した"),
        _("%(actor)sが%(person)sさんの給与明細を直しました（%(yen)s円、支払日%(day)s）"),
    ),
    (
        "pay_run.made",
        _("賃金の振込ファイルを作った"),
        _("%(actor)sが%(count)s件・%(yen)s円の振込ファイルを作りました"),
    ),
    (
        "pay_run.downloaded",
        _("賃金の振込ファイルを取り出した"),
        _("%(actor)sが振込日%(day)sの振込ファイルを取り出しました"),
    ),
    (
        "pay_run.sent",
        _("賃金の振込をサービスに頼んだ"),
        _("%(actor)sが%(count)s件・%(yen)s円の振込をサービスに頼みました"),
    ),
    (
        "pay_run.paid",
        _("賃金を振り込んだ"),
        _("%(actor)sが%(count)s件・%(yen)s円を振り込んだと記録しました"),
    ),
    (
        "pay_run.dropped",
        _("賃金の振込を取りやめた"),
        _("%(actor)sが%(count)s件・%(yen)s円の振込を取りやめました"),
    ),
    (
        "pay.returned",
        _("賃金が振り込めなかった"),
        _("%(person)sさんへの%(yen)s円が振り込めませんでした"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.ORGANISATIONS)

PAY = declare_group("job_pay", _("賃金"), _("給与明細と、賃金の振込についてのお知らせです。"))
declare_kind("payslip.issued", PAY, _("給与明細"))
declare_kind("pay.returned", PAY, _("振り込めなかった賃金"), urgent=True)

LOOK = "jobs_pay"
look_words.register(LOOK, _("賃金と給与明細を見た"))
