"""The verbs and messages of hosts and of what they list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

for _name, _title, _sentence in (
    ("asked", _("場所を貸す登録を申し込んだ"), _("%(actor)sが「%(host)s」の場所を貸す登録を申し込みました")),
    ("made_public", _("公共施設の担当を登録した"), _("%(actor)sが公共施設の担当「%(host)s」を登録しました")),
    ("changed", _("貸す人の登録を変えた"), _("%(actor)sが「%(host)s」の登録の内容を変えました")),
    (
        "asked_again",
        _("貸す人の確認をもう一度申し込んだ"),
        _("%(actor)sが「%(host)s」の登録を変えたので、もう一度確認します"),
    ),
    ("approved", _("貸す人を認めた"), _("%(actor)sが「%(host)s」を場所を貸す人として認めました")),
    ("refused", _("貸す人を認めなかった"), _("%(actor)sが「%(host)s」の登録を認めませんでした")),
    (
        "ladder_made",
        _("取り消しの決まりを作った"),
        _("%(actor)sが「%(host)s」の取り消しの決まりを作りました"),
    ),
    ("terms_made", _("利用規約を改めた"), _("%(actor)sが「%(host)s」の利用規約の新しい版を作りました")),
):
    declare_verb(f"space_host.{_name}", _title, _sentence, scope=Scope.ORGANISATIONS)

for _name, _title, _sentence in (
    ("entered", _("場所の下書きを作った"), _("%(actor)sが場所「%(space)s」の下書きを作りました")),
    ("changed", _("場所の内容を変えた"), _("%(actor)sが場所「%(space)s」の内容を変えました")),
    ("hours_set", _("場所の時間を変えた"), _("%(actor)sが場所「%(space)s」の時間を変えました")),
    ("season_set", _("季節の時間を決めた"), _("%(actor)sが場所「%(space)s」の季節の時間を決めました")),
    ("season_removed", _("季節の時間を消した"), _("%(actor)sが場所「%(space)s」の季節の時間を消しました")),
    ("closure_entered", _("休みの日を入れた"), _("%(actor)sが「%(space)s」の休みの日を入れました")),
    ("closure_removed", _("休みの日を消した"), _("%(actor)sが「%(space)s」の休みの日を消しました")),
    ("photo_added", _("場所の写真を加えた"), _("%(actor)sが場所「%(space)s」の写真を加えました")),
    ("photo_removed", _("場所の写真を消した"), _("%(actor)sが場所「%(space)s」の写真を消しました")),
    (
        "prices_set",
        _("場所の料金を決めた"),
        _("%(actor)sが場所「%(space)s」の料金を決めました（%(day)sから）"),
    ),
    (
        "prices_dropped",
        _("これからの料金表を消した"),
        _("%(actor)sが場所「%(space)s」のこれからの料金表を消しました"),
    ),
    (
        "extra_set",
        _("追加の料金を決めた"),
        _("%(actor)sが場所「%(space)s」の追加の料金「%(extra)s」を決めました"),
    ),
    (
        "extra_ended",
        _("追加の料金をやめた"),
        _("%(actor)sが場所「%(space)s」の追加の料金「%(extra)s」をやめました"),
    ),
    ("copied", _("場所を写した"), _("%(actor)sが場所「%(space)s」を写して、新しい下書きを作りました")),
    ("submitted", _("場所の公開を申し込んだ"), _("%(actor)sが場所「%(space)s」の公開を申し込みました")),
    ("published", _("場所を公開した"), _("%(actor)sが場所「%(space)s」を公開しました")),
    ("refused", _("場所の公開を認めなかった"), _("%(actor)sが場所「%(space)s」の公開を認めませんでした")),
    ("closed", _("場所の受け付けを終えた"), _("%(actor)sが場所「%(space)s」の受け付けを終えました")),
    (
        "reopened",
        _("場所の受け付けをまた始めた"),
        _("%(actor)sが場所「%(space)s」の受け付けをまた始めました"),
    ),
    ("dropped", _("場所の下書きを消した"), _("%(actor)sが場所の下書き「%(space)s」を消しました")),
    (
        "imported",
        _("公共施設の一覧を取り込んだ"),
        _("%(actor)sが公共施設の一覧から「%(space)s」を取り込みました"),
    ),
):
    declare_verb(f"space.{_name}", _title, _sentence, scope=Scope.ORGANISATIONS)

LISTING = declare_group(
    "space_listing",
    _("場所を貸す登録と公開"),
    _("場所を貸す登録の確認、場所の公開の確認のお知らせです。"),
)
declare_kind("space_host.decided", LISTING, _("場所を貸す登録の確認の結果"), scope=Scope.ORGANISATIONS)
declare_kind("space.decided", LISTING, _("場所の公開の確認の結果"), scope=Scope.ORGANISATIONS)
