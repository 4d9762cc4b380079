"""The verbs of judging: a rule adopted, a status overruled, that taken back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.planning.strategy.numbers import print_year


def _year(value: Any) -> str:
    return print_year(int(value))


declare_verb(
    "strategy.rule_adopted",
    _("評価の基準を決めた"),
    _("%(actor)sが「%(strategy_title)s」の評価の基準を「%(before)s」から「%(rule)s」にしました"),
    scope=Scope.PLANNING,
)
for _name, _title, _sentence in (
    (
        "kpi.status_overruled",
        _("人が評価した"),
        _("%(actor)sが「%(kpi)s」の%(year)sの評価を「%(label)s」にしました"),
    ),
    (
        "kpi.overrule_withdrawn",
        _("人による評価を取り消した"),
        _("%(actor)sが「%(kpi)s」の%(year)sの評価「%(label)s」を取り消しました"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.PLANNING, labels={"year": _year})
