"""The verbs and kinds of message of a person's own data: names, addresses, consents, acting for somebody, erasure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Address, Person, ProxySession
from sosei.core.records import kinds
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb


def label_of(choices: Any) -> Any:
    """How a value of these choices is called on the screen."""

    def label(value: Any) -> str:
        return str(choices(value).label) if value in choices.values else str(value)

    return label


declare_verb(
    "person.registered",
    _("人を登録した"),
    _("%(actor)sが%(person)sを登録しました（%(channel)s）"),
    scope=Scope.PEOPLE,
    labels={"channel": label_of(ProxySession.Channel)},
)
declare_verb(
    "person.names_changed",
    _("名前を変えた"),
    _("%(person)sの名前が変わりました（入力：%(actor)s）"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "person.language_changed",
    _("使う言葉を変えた"),
    _("%(person)sの使う言葉が%(language)sに変わりました（入力：%(actor)s）"),
    scope=Scope.PEOPLE,
    labels={"language": label_of(Person.Language)},
)
declare_verb(
    "person.phone_entered",
    _("電話番号を入れた"),
    _("%(person)sの電話番号が変わりました（入力：%(actor)s）"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "person.address_saved",
    _("住所を変えた"),
    _("%(person)sの%(kind)sが変わりました（入力：%(actor)s）"),
    scope=Scope.PEOPLE,
    labels={"kind": label_of(Address.Kind)},
)
declare_verb(
    "person.address_removed",
    _("住所を消した"),
    _("%(person)sの%(kind)sが消えました（入力：%(actor)s）"),
    scope=Scope.PEOPLE,
    labels={"kind": label_of(Address.Kind)},
)
declare_verb(
    "person.birth_date_recorded",
    _("生年月日を入れた"),
    _("%(person)sの生年月日が入りました（%(law)s。入力：%(actor)s）"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "person.birth_date_removed",
    _("生年月日を消した"),
    _("%(person)sの生年月日が消えました（入力：%(actor)s）"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "person.data_exported",
    _("自分の情報を書き出した"),
    _("%(actor)sが自分の情報をファイルに書き出しました"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "person.erased",
    _("情報を消した"),
    _("本人が求めたので、%(person)sの情報を消しました"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "consent.given",
    _("同意した"),
    _("%(person)sが同意しました（%(text)s 第%(version)s版。入力：%(actor)s）"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "consent.withdrawn",
    _("同意を取り消した"),
    _("%(person)sが同意を取り消しました（%(text)s 第%(version)s版。入力：%(actor)s）"),
    scope=Scope.PEOPLE,
)
declare_verb(
    "consent_text.published",
    _("同意の文を公表した"),
    _("%(actor)sが同意の文「%(text)s」の第%(version)s版を公表しました"),
    scope=Scope.ADMINISTRATION,
)
declare_verb(
    "proxy.started",
    _("代わりの操作を始めた"),
    _("%(actor)sが%(person)sに代わって操作を始めました（%(channel)s）"),
    scope=Scope.PEOPLE,
    labels={"channel": label_of(ProxySession.Channel)},
)
declare_verb(
    "proxy.ended",
    _("代わりの操作を終えた"),
    _("%(actor)sが%(person)sに代わる操作を終えました"),
    scope=Scope.PEOPLE,
)

kinds.declare_kind("people.acted_for", kinds.LEGAL, _("担当者が代わりに操作したお知らせ"))
# Emptied as soon as it is sent: nothing of the person is to stay, the address last of all.
kinds.declare_kind("people.erased", kinds.LEGAL, _("情報を消したお知らせ"), forget_address=True)
