"""The verbs and kinds of message of campaigns, and of tables that come in and go out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

for _name, _title, _sentence in (
    (
        "campaign.prepared",
        _("実績の調査を準備した"),
        _("%(actor)sが「%(strategy)s」の%(year)s年度の実績の調査を準備しました"),
    ),
    (
        "campaign.changed",
        _("実績の調査を変えた"),
        _("%(actor)sが「%(strategy)s」の%(year)s年度の実績の調査を変えました"),
    ),
    (
        "campaign.opened",
        _("実績の調査を始めた"),
        _(
            "%(actor)sが「%(strategy)s」の%(year)s年度の実績の調査を始め、%(departments)s部署にKPI %(kpis)s件を聞きました"
        ),
    ),
    (
        "campaign.kpis_added",
        _("実績の調査にKPIを加えた"),
        _("%(actor)sが「%(strategy)s」の%(year)s年度の実績の調査にKPI %(kpis)s件を加えました"),
    ),
    (
        "campaign.closed",
        _("実績の調査を締め切った"),
        _(
            "%(actor)sが「%(strategy)s」の%(year)s年度の実績の調査を締め切りました（回答なし：%(missing)s部署）"
        ),
    ),
    (
        "campaign.due_extended",
        _("締め切りを延ばした"),
        _("%(actor)sが%(department)sの締め切りを%(due)sにしました"),
    ),
    (
        "campaign.link_sent",
        _("入力のリンクを送った"),
        _("%(actor)sが%(department)sに入力のリンクを送りました（%(count)s通）"),
    ),
    (
        "campaign.link_made",
        _("入力のリンクを作った"),
        _("%(actor)sが%(department)sの入力のリンクを作りました"),
    ),
    (
        "campaign.links_withdrawn",
        _("入力のリンクを止めた"),
        _("%(actor)sが%(department)sの入力のリンクをすべて止めました"),
    ),
    (
        "campaign.reminded",
        _("部署に催促した"),
        _("%(department)sに回答を催促しました（%(count)s通）"),
    ),
    (
        "campaign.answered",
        _("部署が実績を送った"),
        _("%(department)sが%(year)s年度の実績を送りました（KPI %(kpis)s件、新しい値・直した値 %(rows)s件）"),
    ),
    (
        "campaign.taken_back",
        _("部署が回答を取り戻した"),
        _("%(department)sが%(year)s年度の回答を取り戻しました"),
    ),
    (
        "strategy.layout_kept",
        _("表の形を登録した"),
        _("%(actor)sが表の形「%(layout)s」を登録しました"),
    ),
    (
        "strategy.layout_dropped",
        _("表の形を消した"),
        _("%(actor)sが表の形「%(layout)s」を消しました"),
    ),
    (
        "strategy.values_imported",
        _("実績をファイルから取り込んだ"),
        _("%(actor)sが「%(file)s」から実績を取り込みました（新しい値 %(new)s件、直した値 %(changed)s件）"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.ADMINISTRATION)

CAMPAIGNS = declare_group(
    "campaigns",
    _("KPIの実績の調査"),
    _("部署のKPIの実績をたずねるメール、催促、受け付けのお知らせです。"),
    for_staff=True,
)
declare_kind("campaign.question", CAMPAIGNS, _("実績の入力のお願い"), scope=Scope.ADMINISTRATION, secret=True)
declare_kind("campaign.reminder", CAMPAIGNS, _("実績の入力の催促"), scope=Scope.ADMINISTRATION, secret=True)
declare_kind("campaign.receipt", CAMPAIGNS, _("実績を受け付けたお知らせ"), scope=Scope.ADMINISTRATION)
declare_kind("campaign.all_in", CAMPAIGNS, _("全部署の回答がそろったお知らせ"), scope=Scope.ADMINISTRATION)
