"""The verbs of KPIs, their targets and their values."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.planning.strategy.models import Origin
from sosei.planning.strategy.numbers import print_year


def _year(value: Any) -> str:
    return print_year(int(value))


def _origin(value: Any) -> str:
    return str(Origin(value).label) if value in Origin.values else str(value)


for _verb, _title, _sentence in (
    ("kpi.defined", _("KPIを定めた"), _("%(actor)sがKPI「%(kpi)s」を定めました")),
    ("kpi.changed", _("KPIを変えた"), _("%(actor)sがKPI「%(kpi)s」を変えました")),
    ("kpi.ended", _("KPIを終えた"), _("%(actor)sがKPI「%(kpi)s」を終えました")),
    ("kpi.targets_set", _("目標値を決めた"), _("%(actor)sがKPI「%(kpi)s」の目標値を決めました")),
    (
        "kpi.actual_recorded",
        _("実績を入力した"),
        _("%(actor)sが「%(kpi)s」の%(year)sの実績を入力しました"),
    ),
    (
        "kpi.actual_reported",
        _("担当の部署が実績を報告した"),
        _("%(department)sが「%(kpi)s」の%(year)sの実績を報告しました"),
    ),
    (
        "kpi.actual_corrected",
        _("実績を直した"),
        _("%(actor)sが「%(kpi)s」の%(year)sの実績を直しました"),
    ),
    (
        "kpi.actual_corrected_by_department",
        _("担当の部署が実績を直した"),
        _("%(department)sが「%(kpi)s」の%(year)sの実績を直しました"),
    ),
    (
        "kpi.actuals_recorded",
        _("実績をまとめて入れた"),
        _("%(actor)sが「%(strategy)s」の実績を%(count)s件入れました（%(origin)s）"),
    ),
    (
        "kpi.actuals_reported",
        _("担当の部署が実績をまとめて報告した"),
        _("%(department)sが「%(strategy)s」の実績を%(count)s件報告しました"),
    ),
    (
        "kpi.value_chosen",
        _("使う値を選んだ"),
        _("%(actor)sが「%(kpi)s」の%(year)sに使う値を「%(origin)s」に決めました"),
    ),
):
    declare_verb(_verb, _title, _sentence, scope=Scope.PLANNING, labels={"year": _year, "origin": _origin})
