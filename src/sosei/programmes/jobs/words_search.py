"""The verbs and messages of the search: kept searches, a town's weights, people told of a posting."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

for _name, _title, _sentence in (
    (
        "search.saved",
        _("仕事の条件を保存した"),
        _("%(person)sが探す条件「%(search)s」を保存しました（入力：%(actor)s）"),
    ),
    (
        "search.removed",
        _("保存した条件を消した"),
        _("%(person)sが保存した条件「%(search)s」を消しました（入力：%(actor)s）"),
    ),
    (
        "search.notice_changed",
        _("新しい求人の知らせを変えた"),
        _("%(person)sが条件「%(search)s」の知らせを変えました（入力：%(actor)s）"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.PEOPLE)
    look_words.register(_name, _title)

declare_verb(
    "fit.weights_set",
    _("求人を並べる順の重みを変えた"),
    _("%(actor)sが求人を並べる順の重みを変えました"),
    scope=Scope.ORGANISATIONS,
)
declare_verb(
    "posting.people_told",
    _("合う人に求人を知らせた"),
    _("%(actor)sが求人「%(posting)s」を%(count)s人に知らせました"),
    scope=Scope.ORGANISATIONS,
)

FOUND = declare_group(
    "job_found",
    _("新しい仕事のお知らせ"),
    _("保存した条件に合う新しい求人と、町の担当者が知らせる求人のお知らせです。"),
)
declare_kind("search.found", FOUND, _("保存した条件に合う新しい求人"))
declare_kind("posting.suggested", FOUND, _("町の担当者からの求人のお知らせ"))
