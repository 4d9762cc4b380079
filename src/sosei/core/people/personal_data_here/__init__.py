"""This room's own part of the list of personal data: how each kind is exported, erased, or kept and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people import personal_data
from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows
from sosei.core.people.personal_data_here.oneself import (
    erase_account,
    erase_addresses,
    erase_birth_date,
    erase_person,
    erase_person_versions,
    export_account,
    export_addresses,
    export_birth_date,
    export_person,
    export_person_versions,
)
from sosei.core.people.personal_data_here.proofs import (
    export_consents,
    export_erasure,
    export_looks,
    export_looks_taken,
    export_proxy,
    keep_consents,
    keep_erasure,
    keep_looks,
    keep_looks_taken,
    keep_proxy,
)
from sosei.core.people.personal_data_here.roles import (
    erase_invitations,
    erase_roles,
    export_invitations,
    export_roles,
)
from sosei.core.people.services.registration import needed_by


def _register(
    key: str,
    title: Any,
    models: str,
    export: Callable[[Person], Rows],
    erase: Callable[[Person], Outcome],
    order: int,
) -> None:
    kind = PersonalData(key, title, frozenset(models.split()), export, erase, order)
    personal_data.register(kind)


_register("consents", _("同意"), "people.consent", export_consents, keep_consents, 10)
_register("looks", _("担当者が見た記録"), "people.look", export_looks, keep_looks, 11)
_register("looks_taken", _("担当者として見た記録"), "people.look", export_looks_taken, keep_looks_taken, 12)
_register("proxy_sessions", _("代わりの操作"), "people.proxysession", export_proxy, keep_proxy, 13)
_register("roles", _("役割"), "people.membership people.membershipevent", export_roles, erase_roles, 14)
_register("erasure", _("消去の記録"), "people.erasure", export_erasure, keep_erasure, 15)
_register("addresses", _("住所"), "people.address people.addressevent", export_addresses, erase_addresses, 20)
_register(
    "birth_date",
    _("生年月日"),
    "people.birthdate people.birthdateevent",
    export_birth_date,
    erase_birth_date,
    21,
)
_register(
    "invitations",
    _("招待"),
    "people.invitation people.invitationevent",
    export_invitations,
    erase_invitations,
    80,
)
_register(
    "account",
    _("ログインの方法"),
    "account.emailaddress account.emailconfirmation mfa.authenticator socialaccount.socialaccount "
    "socialaccount.socialtoken sessions.session",
    export_account,
    erase_account,
    90,
)
_register(
    "earlier_versions",
    _("名前と連絡先の前の内容"),
    "people.personevent",
    export_person_versions,
    erase_person_versions,
    98,
)
_register("person", _("名前と連絡先"), "people.person", export_person, erase_person, 99)

personal_data.register_blocker(needed_by)
