"""The verbs and kinds of message of this room, and the words for what staff see in it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records import kinds, undelivered
from sosei.core.records.models import Message
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb


def _choices_label(value: Any) -> str:
    """A list of [group, channel] in words."""
    return "、".join(_choice_label(str(group), str(channel)) for group, channel in value) or _none()


def _choice_label(group: str, channel: str) -> str:
    declared = kinds.group_named(group)
    way = Message.Channel(channel).label if channel in Message.Channel.values else channel
    return f"{declared.title if declared else group} ({way})"


def _none() -> str:
    return gettext("なし")


declare_verb(
    "records.preferences_changed",
    _("お知らせの受け取り方を変えた"),
    _("%(person)sのお知らせの受け取り方が変わりました（受け取る：%(on)s。受け取らない：%(off)s）"),
    scope=Scope.PEOPLE,
    labels={"on": _choices_label, "off": _choices_label},
)
declare_verb(
    "records.message_sent_again",
    _("メッセージをもう一度送った"),
    _("%(actor)sが、届かなかったメッセージ「%(kind)s」をもう一度送りました"),
    scope=lambda data: Scope(data["scope"]),
    labels={"kind": lambda value: kinds.kind_title(str(value))},
)
declare_verb(
    "records.entries_exported",
    _("記録をファイルに書き出した"),
    _("%(actor)sが%(rows)s件の記録をファイルに書き出しました"),
    scope=Scope.ADMINISTRATION,
)

kinds.declare_kind(
    undelivered.KIND, kinds.OPERATIONS, _("届かなかったメッセージのお知らせ"), scope=Scope.ADMINISTRATION
)

LOOKED_AT_ENTRIES = "records.entries"
LOOKED_AT_UNDELIVERED = "records.undelivered"
look_words.register(LOOKED_AT_ENTRIES, _("役所の記録の一覧で、あなたについての記録を見た"))
look_words.register(LOOKED_AT_UNDELIVERED, _("あなたに届かなかったメッセージを見た"))
