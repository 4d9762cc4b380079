"""The verbs and kinds of message of accounts: signing up, passwords, second factors, codes."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from sosei.core.people.accounts.mail import CHANGES
from sosei.core.records.kinds import SECURITY, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb

CODE_VALID_FOR = timedelta(minutes=15)

declare_verb(
    "account.signed_up",
    _("アカウントを作った"),
    _("%(person)sがアカウントを作りました"),
    scope=Scope.PEOPLE,
    staff_as_administration=True,
)
declare_verb(
    "account.second_factor_removed",
    _("2段階認証を消した"),
    _("システムの管理者が、%(person)sの2段階認証をすべて消しました"),
    scope=Scope.PEOPLE,
    staff_as_administration=True,
)
for _change, _title in CHANGES.items():
    declare_verb(f"account.{_change}", _title, _title, scope=Scope.PEOPLE, staff_as_administration=True)

declare_kind(
    "account.code",
    SECURITY,
    _("確認コード"),
    secret=True,
    valid_for=CODE_VALID_FOR,
    urgent=True,
)
declare_kind("account.hint", SECURITY, _("登録についてのお知らせ"), secret=True, valid_for=timedelta(hours=6))
declare_kind("account.changed", SECURITY, _("アカウントが変わったお知らせ"), staff_as_administration=True)
