"""The verbs of writing a strategy, and what its parts are called in them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

KIND_LABELS = {
    "goal": _("基本目標"),
    "package": _("政策パッケージ"),
    "model": _("重点推進モデル"),
    "measure": _("施策"),
    "partner": _("協力する団体"),
    "budget": _("予算"),
    "action": _("取組"),
    "step": _("策定の経過"),
    "lineage": _("前の期からのつながり"),
}
"""The word that entries keep -> what the kind of part is called."""


def _kind(value: Any) -> str:
    return str(KIND_LABELS.get(str(value), value))


def _numbers(value: Any) -> str:
    return gettext("、").join(map(str, value)) or gettext("なし")


LABELS = {"kind": _kind, "models": _numbers}

for _name, _title, _sentence in (
    ("written", _("戦略を書き始めた"), _("%(actor)sが戦略「%(strategy_title)s」を書き始めました")),
    (
        "next_term_written",
        _("次の期の戦略を書き始めた"),
        _("%(actor)sが「%(previous_title)s」をもとに、次の期の戦略「%(strategy_title)s」を書き始めました"),
    ),
    ("changed", _("戦略の内容を変えた"), _("%(actor)sが戦略「%(strategy_title)s」の内容を変えました")),
    ("published", _("戦略を公表した"), _("%(actor)sが戦略「%(strategy_title)s」を公表しました")),
    ("dropped", _("戦略の下書きを消した"), _("%(actor)sが戦略の下書き「%(strategy_title)s」を消しました")),
    (
        "part_added",
        _("戦略に加えた"),
        _("%(actor)sが「%(strategy_title)s」に%(kind)s「%(title)s」を加えました"),
    ),
    (
        "part_changed",
        _("戦略の一部を変えた"),
        _("%(actor)sが「%(strategy_title)s」の%(kind)s「%(title)s」を変えました"),
    ),
    (
        "part_moved",
        _("戦略の順番を変えた"),
        _("%(actor)sが「%(strategy_title)s」の%(kind)s「%(title)s」の順番を変えました"),
    ),
    (
        "part_removed",
        _("戦略から消した"),
        _("%(actor)sが「%(strategy_title)s」から%(kind)s「%(title)s」を消しました"),
    ),
    (
        "part_put_back",
        _("戦略に元どおり戻した"),
        _("%(actor)sが「%(strategy_title)s」の%(kind)s「%(title)s」を元に戻しました"),
    ),
    (
        "measure_ended",
        _("施策を終えた"),
        _("%(actor)sが「%(strategy_title)s」の施策「%(title)s」を%(on)sで終えました"),
    ),
    (
        "measure_resumed",
        _("施策を再開した"),
        _("%(actor)sが「%(strategy_title)s」の施策「%(title)s」を再開しました"),
    ),
    (
        "promotion_models_set",
        _("重点推進モデルを選んだ"),
        _(
            "%(actor)sが「%(strategy_title)s」の%(kind)s「%(title)s」の重点推進モデルを選びました（%(models)s）"
        ),
    ),
    (
        "lineage_completed",
        _("前の期とのつながりを補った"),
        _("%(actor)sが「%(strategy_title)s」の前の期とのつながりを補いました（終了%(ended)s、新規%(new)s）"),
    ),
):
    declare_verb(f"strategy.{_name}", _title, _sentence, scope=Scope.PLANNING, labels=LABELS)
