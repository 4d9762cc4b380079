"""The verbs and messages of yearly reviews."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.planning.strategy import formation_log
from sosei.planning.strategy.models import Change, Stage
from sosei.planning.strategy.numbers import print_year


def _year(value: Any) -> str:
    return print_year(int(value))


def _stage(value: Any) -> str:
    return str(Stage(value).label) if value in Stage.values else str(value)


def _kind(value: Any) -> str:
    return str(Change.Kind(value).label) if value in Change.Kind.values else str(value)


for _verb, _title, _sentence in (
    (
        "review.opened",
        _("年度の評価を始めた"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価を始めました"),
    ),
    (
        "review.dates_set",
        _("評価の期限を決めた"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価の期限を決めました"),
    ),
    (
        "review.summary_saved",
        _("評価の全体のまとめを書いた"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価の全体のまとめを書きました"),
    ),
    (
        "review.stage_finished",
        _("評価の段階を終えた"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価の「%(stage)s」を終えました"),
    ),
    (
        "review.stage_sent_back",
        _("評価を差し戻した"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価を「%(stage)s」に差し戻しました"),
    ),
    (
        "review.reopened",
        _("評価をやり直した"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価のやり直しを始めました"),
    ),
    (
        "review.evaluation_saved",
        _("施策の評価を保存した"),
        _("%(actor)sが「%(target)s」の%(year)sの評価を保存しました"),
    ),
    (
        "review.evaluation_submitted",
        _("施策の評価を提出した"),
        _("%(actor)sが「%(target)s」の%(year)sの評価を提出しました"),
    ),
    (
        "review.evaluation_returned",
        _("施策の評価を差し戻した"),
        _("%(actor)sが「%(target)s」の%(year)sの評価を部署に差し戻しました"),
    ),
    (
        "review.commented",
        _("外部有識者が意見を書いた"),
        _("%(actor)sが「%(target)s」の%(year)sの評価に意見を書きました"),
    ),
    (
        "review.comments_finished",
        _("外部有識者が意見を出し終えた"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価に意見を出し終えました"),
    ),
    (
        "review.comment_answered",
        _("外部有識者の意見に答えた"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価への意見に答えました"),
    ),
    (
        "review.experts_reminded",
        _("外部有識者に催促した"),
        _("%(actor)sが%(count)s人に「%(strategy)s」の%(year)sの評価への意見を催促しました"),
    ),
    (
        "review.closed",
        _("評価を締めた"),
        _(
            "%(actor)sが「%(strategy)s」の%(year)sの評価を締めました（KPI %(kpis)s件、理由を書いて省いたもの %(waived)s件）"
        ),
    ),
    (
        "review.published",
        _("評価を公表した"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価を公表しました"),
    ),
    (
        "review.change_decided",
        _("次の年度の見直しを決めた"),
        _("%(actor)sが「%(target)s」の見直しを「%(kind)s」と決めました"),
    ),
    (
        "review.rest_kept",
        _("残りの施策を継続と決めた"),
        _("%(actor)sが%(year)sの評価の残り%(count)s件を「継続」と決めました"),
    ),
    (
        "review.plan_published",
        _("次の年度の見直しを公表した"),
        _("%(actor)sが「%(strategy)s」の%(year)sの評価による見直しを公表しました"),
    ),
    (
        "review.change_carried_out",
        _("見直しを戦略に反映した"),
        _("%(actor)sが「%(target)s」の見直しを戦略に反映したと記録しました"),
    ),
    (
        "review.change_not_carried_out",
        _("見直しの反映を取り消した"),
        _("%(actor)sが「%(target)s」の見直しの反映の記録を取り消しました"),
    ),
):
    declare_verb(
        _verb,
        _title,
        _sentence,
        scope=Scope.PLANNING,
        labels={"year": _year, "stage": _stage, "kind": _kind},
    )

REVIEWS = declare_group(
    "strategy_reviews",
    _("総合戦略の評価"),
    _("評価や意見を書く番になったときと、期限が近いときのお知らせです。"),
)
declare_kind("review.your_turn", REVIEWS, _("評価や意見を書く番のお知らせ"), scope=Scope.PLANNING)

for _verb, _public in (
    ("review.opened", False),
    ("review.published", True),
    ("review.plan_published", True),
):
    formation_log.register(_verb, "Review", public=_public)
