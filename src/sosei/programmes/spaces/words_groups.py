"""The verbs and messages of groups registered for public facilities."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.spaces.words_booking_letters import BOOKINGS

for _name, _title, _sentence in (
    ("asked", _("団体の登録を申し込んだ"), _("%(person)sさんが団体「%(group)s」の登録を申し込みました")),
    ("approved", _("団体を登録した"), _("%(actor)sが団体「%(group)s」を登録しました")),
    ("refused", _("団体を登録しなかった"), _("%(actor)sが団体「%(group)s」の登録を認めませんでした")),
):
    declare_verb(f"space_group.{_name}", _title, _sentence, scope=Scope.PEOPLE)

declare_kind("space_group.decided", BOOKINGS, _("団体の登録の結果"))
declare_kind("space_group.ending", BOOKINGS, _("団体の登録の期限が近いお知らせ"))
