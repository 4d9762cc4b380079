"""The vocabulary of attachments: the verbs of their entries and the one message they send."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.design.forms import size_text
from sosei.core.people import look_words
from sosei.core.records.kinds import SECURITY, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb


def _size(value: Any) -> str:
    return size_text(int(value))


_LABELS = {"size": _size}

declare_verb(
    "attachment.received",
    _("ファイルを送った"),
    _("%(actor)sがファイル（%(type)s、%(size)s）を送りました。"),
    scope=Scope.PEOPLE,
    labels=_LABELS,
)
declare_verb(
    "attachment.bound",
    _("ファイルを添付した"),
    _("%(actor)sがファイル（%(type)s、%(size)s）を添付しました。"),
    scope=Scope.PEOPLE,
    labels=_LABELS,
)
declare_verb(
    "attachment.found_clean",
    _("ファイルの検査が終わった"),
    _("%(person)sのファイル（%(type)s、%(size)s）の検査が終わりました。問題は見つかりませんでした。"),
    scope=Scope.PEOPLE,
    labels=_LABELS,
)
declare_verb(
    "attachment.infected",
    _("ファイルからウイルスが見つかった"),
    _("%(person)sが送ったファイル（%(type)s、%(size)s）からウイルスが見つかり、保存しませんでした。"),
    scope=Scope.PEOPLE,
    labels=_LABELS,
)
declare_verb(
    "attachment.removed",
    _("ファイルを消した"),
    _("%(actor)sがファイル（%(type)s、%(size)s）を消しました。"),
    scope=Scope.PEOPLE,
    labels=_LABELS,
)
declare_kind("attachment.infected", SECURITY, _("送ったファイルのウイルス"), scope=Scope.PEOPLE)

LOOKED_AT = "attachment"
look_words.register(LOOKED_AT, _("送ったファイルを開いた"))
