"""The verbs of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.planning.outcomes.kinds import kind_title

_KIND = {"kind": lambda value: kind_title(str(value))}

declare_verb(
    "outcomes.fact_entered",
    _("実績を入れた"),
    _("%(actor)sが実績「%(kind)s」（%(on)s、数 %(count)s）を入れました"),
    scope=Scope.ORGANISATIONS,
    labels=_KIND,
)
declare_verb(
    "outcomes.fact_withdrawn",
    _("実績を取り消した"),
    _("%(actor)sが実績「%(kind)s」（%(on)s、数 %(count)s）を取り消しました"),
    scope=Scope.ORGANISATIONS,
    labels=_KIND,
)
declare_verb(
    "outcomes.facts_imported",
    _("実績をファイルから取り込んだ"),
    _(
        "%(actor)sが「%(system)s」から実績「%(kind)s」を取り込みました（新しく%(recorded)s件、同じもの%(unchanged)s件）"
    ),
    scope=Scope.ORGANISATIONS,
    labels=_KIND,
)
declare_verb(
    "outcomes.facts_exported",
    _("実績をファイルに書き出した"),
    _("%(actor)sが%(rows)s件の実績をファイルに書き出しました"),
    scope=Scope.ORGANISATIONS,
)
declare_verb(
    "outcomes.feed_defined",
    _("KPIの自動計算を決めた"),
    _("%(actor)sが、KPI「%(kpi)s」を実績「%(kind)s」から計算することに決めました"),
    scope=Scope.PLANNING,
    labels=_KIND,
)
declare_verb(
    "outcomes.feed_ended",
    _("KPIの自動計算をやめた"),
    _("%(actor)sが、KPI「%(kpi)s」を実績「%(kind)s」から計算するのをやめました"),
    scope=Scope.PLANNING,
    labels=_KIND,
)
declare_verb(
    "outcomes.feed_sums_corrected",
    _("KPIの自動計算の合計を直した"),
    _("夜の点検で、KPI（番号 %(kpi)s）の実績「%(kind)s」の合計が記録と違っていたため、システムが直しました"),
    scope=Scope.PLANNING,
    labels=_KIND,
)
