"""The verbs and kinds of message of roles, invitations, organisations and municipalities.

`core.people` stands a floor lower and may not know of this room; a test reads its source and fails for a verb or kind
that is not declared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Role
from sosei.core.records.kinds import ACCOUNT, INVITATIONS, SECURITY, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb


def _role(value: Any) -> str:
    return str(Role(value).label) if value in Role.values else str(value)


def scope_of_role(role: object) -> Scope:
    """Roles of citizens and of organisations concern who serves them; all others are the town's own matter."""
    if role == roles.CITIZEN:
        return Scope.PEOPLE
    return Scope.ORGANISATIONS if role in roles.CIVIL else Scope.ADMINISTRATION


def _scope_of_data(data: Mapping[str, Any]) -> Scope:
    return scope_of_role(data.get("role"))


def _scope_of_row(about: Any) -> Scope:
    return scope_of_role(getattr(about, "role", None))


_ROLE = {"role": _role}

for _name, _title, _sentence in (
    ("membership.granted", _("役割を与えた"), _("%(actor)sが%(person)sに役割「%(role)s」を与えました")),
    ("membership.left", _("役割をやめた"), _("%(person)sが役割「%(role)s」をやめました")),
    ("membership.ended", _("役割を終えた"), _("%(actor)sが%(person)sの役割「%(role)s」を終えました")),
    (
        "membership.ended_dormant",
        _("使わない役割を終えた"),
        _("長く使わなかったため、%(person)sの役割「%(role)s」を終えました"),
    ),
    ("invitation.sent", _("招待した"), _("%(actor)sが役割「%(role)s」に人を招待しました")),
    (
        "invitation.sent_again",
        _("招待を送り直した"),
        _("%(actor)sが役割「%(role)s」への招待を送り直しました"),
    ),
    ("invitation.withdrawn", _("招待を取り消した"), _("%(actor)sが役割「%(role)s」への招待を取り消しました")),
    ("invitation.accepted", _("招待を受けた"), _("%(person)sが役割「%(role)s」への招待を受けました")),
):
    declare_verb(_name, _title, _sentence, scope=_scope_of_data, labels=_ROLE)

for _name, _title, _sentence in (
    ("organisation.entered", _("団体を登録した"), _("%(actor)sが団体「%(organisation)s」を登録しました")),
    (
        "organisation.changed",
        _("団体の内容を変えた"),
        _("%(actor)sが団体「%(organisation)s」の内容を変えました"),
    ),
    ("organisation.closed", _("団体を終えた"), _("%(actor)sが団体「%(organisation)s」を終えました")),
):
    declare_verb(_name, _title, _sentence, scope=Scope.ORGANISATIONS)

for _name, _title, _sentence in (
    (
        "municipality.opened",
        _("自治体が使い始めた"),
        _("%(actor)sがコード %(code)s の自治体の利用を始めました"),
    ),
    (
        "municipality.changed",
        _("自治体の内容を変えた"),
        _("%(actor)sがコード %(code)s の自治体の内容を変えました"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.ADMINISTRATION)

declare_kind("membership.changed", ACCOUNT, _("役割が変わったお知らせ"), scope=_scope_of_row)
declare_kind(
    "membership.dormancy", SECURITY, _("使わない役割が終わる前のお知らせ"), scope=Scope.ADMINISTRATION
)
declare_kind(
    "membership.last_dormant",
    SECURITY,
    _("最後の担当者が長く使っていないお知らせ"),
    scope=Scope.ADMINISTRATION,
)
declare_kind("invitation.sent", INVITATIONS, _("役割への招待"), scope=_scope_of_row, secret=True)
declare_kind("invitation.accepted", ACCOUNT, _("招待を受けたお知らせ"), scope=_scope_of_row)
