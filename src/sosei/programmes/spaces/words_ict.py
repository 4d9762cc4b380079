"""The verbs and messages of ICT equipment: partners, catalogues, needs, proposals, work on site, measurements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

for _name, _title, _sentence in (
    (
        "partner_admitted",
        _("ICTの会社を認めた"),
        _("%(actor)sが「%(partner)s」をICTの会社として認めました"),
    ),
    ("partner_ended", _("ICTの会社をやめにした"), _("%(actor)sが「%(partner)s」をICTの会社からはずしました")),
    (
        "partner_changed",
        _("ICTの会社の紹介を変えた"),
        _("%(actor)sが「%(partner)s」の紹介を変えました"),
    ),
    (
        "item_entered",
        _("カタログに品を加えた"),
        _("%(actor)sが「%(partner)s」のカタログに「%(item)s」を加えました"),
    ),
    (
        "item_changed",
        _("カタログの品を変えた"),
        _("%(actor)sが「%(partner)s」のカタログの「%(item)s」を変えました"),
    ),
    (
        "item_ended",
        _("カタログの品をやめた"),
        _("%(actor)sが「%(partner)s」のカタログの「%(item)s」をやめました"),
    ),
    (
        "catalogue_imported",
        _("カタログを取り込んだ"),
        _("%(actor)sが「%(partner)s」のカタログを取り込みました（新しい%(new)s、変更%(changed)s）"),
    ),
    (
        "need_drafted",
        _("ICTの相談の下書きを作った"),
        _("%(actor)sが「%(space)s」のICTの相談の下書きを作りました"),
    ),
    ("need_changed", _("ICTの相談を変えた"), _("%(actor)sが「%(space)s」のICTの相談を変えました")),
    (
        "need_opened",
        _("ICTの相談を会社に出した"),
        _("%(actor)sが「%(space)s」のICTの相談を%(count)s社に出しました"),
    ),
    ("need_dropped", _("ICTの相談を取りやめた"), _("%(actor)sが「%(space)s」のICTの相談を取りやめました")),
    (
        "proposal_answered",
        _("ICTの提案をした"),
        _("%(actor)sが「%(partner)s」として「%(space)s」に提案しました"),
    ),
    (
        "proposal_declined",
        _("ICTの提案をことわった"),
        _("%(actor)sが「%(partner)s」として「%(space)s」への提案をことわりました"),
    ),
    (
        "proposal_chosen",
        _("ICTの提案を選んだ"),
        _("%(actor)sが「%(space)s」に「%(partner)s」の提案を選びました"),
    ),
    (
        "work_moved",
        _("ICTの工事の日を変えた"),
        _("%(actor)sが「%(space)s」の工事の日を%(day)sにしました"),
    ),
    (
        "work_built",
        _("ICTの工事が終わった"),
        _("%(actor)sが「%(space)s」の工事が終わったと知らせました"),
    ),
    (
        "work_accepted",
        _("ICTの工事を検収した"),
        _("%(actor)sが「%(space)s」の工事を、測った速さで検収しました"),
    ),
    ("work_refused", _("ICTの工事をやり直しにした"), _("%(actor)sが「%(space)s」の工事をやり直しにしました")),
    (
        "acceptance_reversed",
        _("ICTの工事の検収を取り消した"),
        _("%(actor)sが「%(space)s」の工事の検収を取り消しました"),
    ),
    (
        "speed_measured",
        _("場所の速さを測った"),
        _("%(actor)sが「%(space)s」の速さを測りました（%(count)s回）"),
    ),
):
    declare_verb(f"ict.{_name}", _title, _sentence, scope=Scope.ORGANISATIONS)

ICT = declare_group(
    "space_ict",
    _("場所のICT設備"),
    _("ICT設備の相談、提案、工事、検収のお知らせです。"),
)
for _name, _title in (
    ("ict.need_opened", _("ICTの相談が出た")),
    ("ict.need_dropped", _("ICTの相談が取りやめになった")),
    ("ict.answered", _("ICTの提案が届いた")),
    ("ict.decided", _("ICTの提案の結果")),
    ("ict.work", _("ICTの工事と検収")),
):
    declare_kind(_name, ICT, _title, scope=Scope.ORGANISATIONS)
