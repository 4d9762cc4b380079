"""The verbs and messages of employers, their places and what they offer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

for _name, _title, _sentence in (
    ("asked", _("雇用主の登録を申し込んだ"), _("%(actor)sが「%(employer)s」の雇用主の登録を申し込みました")),
    ("changed", _("雇用主の登録を変えた"), _("%(actor)sが「%(employer)s」の登録の内容を変えました")),
    (
        "asked_again",
        _("雇用主の確認をもう一度申し込んだ"),
        _("%(actor)sが「%(employer)s」の登録を変えたので、もう一度確認します"),
    ),
    ("approved", _("雇用主を認めた"), _("%(actor)sが「%(employer)s」を雇用主として認めました")),
    ("refused", _("雇用主を認めなかった"), _("%(actor)sが「%(employer)s」の登録を認めませんでした")),
    (
        "place_entered",
        _("就業場所・泊まる場所を登録した"),
        _("%(actor)sが「%(employer)s」の場所「%(place)s」を登録しました"),
    ),
    (
        "place_changed",
        _("就業場所・泊まる場所を変えた"),
        _("%(actor)sが「%(employer)s」の場所「%(place)s」の内容を変えました"),
    ),
    (
        "place_closed",
        _("就業場所・泊まる場所を使わなくした"),
        _("%(actor)sが「%(employer)s」の場所「%(place)s」を使わないことにしました"),
    ),
):
    declare_verb(f"employer.{_name}", _title, _sentence, scope=Scope.ORGANISATIONS)

for _name, _title, _sentence in (
    ("written", _("求人の下書きを書いた"), _("%(actor)sが求人「%(posting)s」の下書きを書きました")),
    ("copied", _("求人を写した"), _("%(actor)sが求人「%(posting)s」を写して、新しい下書きを作りました")),
    ("published", _("求人を公開した"), _("%(actor)sが求人「%(posting)s」を公開しました")),
    (
        "changed",
        _("公開した求人の条件を変えた"),
        _("%(actor)sが公開中の求人「%(posting)s」の条件を変えました（第%(version)s版）"),
    ),
    (
        "confirmed",
        _("求人の内容を確かめた"),
        _("%(actor)sが求人「%(posting)s」の内容が今も正しいことを確かめました"),
    ),
    ("closed", _("求人を終えた"), _("%(actor)sが求人「%(posting)s」の募集を終えました")),
    (
        "closed_by_itself",
        _("求人が自動で終わった"),
        _("求人「%(posting)s」の募集が終わりました（%(because)s）"),
    ),
    ("reopened", _("求人をまた開いた"), _("求人「%(posting)s」の募集をまた始めました")),
    ("dropped", _("求人の下書きを消した"), _("%(actor)sが求人の下書き「%(posting)s」を消しました")),
    ("asked", _("求人について質問した"), _("求人「%(posting)s」について質問がありました")),
    ("answered", _("求人の質問に答えた"), _("%(actor)sが求人「%(posting)s」の質問に答えました")),
):
    declare_verb(f"posting.{_name}", _title, _sentence, scope=Scope.ORGANISATIONS)

for _name, _title, _sentence in (
    ("crop_entered", _("作物を登録した"), _("%(actor)sが作物「%(crop)s」を登録しました")),
    ("crop_changed", _("作物を変えた"), _("%(actor)sが作物「%(crop)s」を変えました")),
    ("crop_removed", _("作物を消した"), _("%(actor)sが作物「%(crop)s」を消しました")),
    (
        "needs_set",
        _("収穫に必要な人数を入れた"),
        _("%(actor)sが収穫カレンダーに%(count)s週分の必要な人数を入れました"),
    ),
):
    declare_verb(f"harvest.{_name}", _title, _sentence, scope=Scope.ORGANISATIONS)

EMPLOYING = declare_group(
    "employing",
    _("雇用主の登録と求人"),
    _("雇用主の登録の確認、求人への質問、申し込んだ求人の条件の変更のお知らせです。"),
)
declare_kind("employer.decided", EMPLOYING, _("雇用主の登録の確認の結果"), scope=Scope.ORGANISATIONS)
declare_kind("posting.question", EMPLOYING, _("求人への質問"), scope=Scope.ORGANISATIONS)
declare_kind("posting.answer", EMPLOYING, _("求人への質問の答え"))
declare_kind("posting.changed", EMPLOYING, _("申し込んだ求人の条件の変更"))
