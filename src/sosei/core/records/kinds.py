"""Kinds of messages and the groups a person chooses by, declared by the room that sends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.records.rules import Scope


class UndeclaredKindError(ValueError):
    """A message of a kind that no room declared."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the kind of message {name!r} is not declared; declare it with "
            f"sosei.core.records.kinds.declare_kind(…) in AppConfig.ready() of the room that sends it"
        )


@dataclass(frozen=True)
class Group:
    """Messages a person switches on and off together.

    Attributes:
        obliged: demanded by law or for security; cannot be switched off.
        channels: where messages of the group may arrive.
        for_staff: shown among the preferences of staff only.
    """

    name: str
    title: Any
    explanation: Any
    obliged: bool = False
    channels: tuple[str, ...] = ("mail", "sms", "in_app")
    for_staff: bool = False


@dataclass(frozen=True)
class Kind:
    """One sort of message.

    Attributes:
        scope: which staff are told when it cannot be delivered; or a function of the object it tells of.
        secret: holds a code or a link that opens something: never listed in the person's notifications, never shown
            to staff, and emptied as soon as it is sent or given up.
        forget_address: the address of somebody without an account goes with the words as soon as it is sent or given
            up, words included.
        valid_for: after this time it is of no use and is not sent any more.
        urgent: is taken from the queue before others.
        staff_as_administration: to somebody who holds a staff role, its scope is administration.
    """

    name: str
    group: Group
    title: Any
    scope: Scope | Callable[[Any], Scope]
    secret: bool = False
    forget_address: bool = False
    valid_for: timedelta | None = None
    urgent: bool = False
    staff_as_administration: bool = False

    def scope_of(self, about: Any) -> Scope:
        """The scope of a message that tells of `about`."""
        return self.scope if isinstance(self.scope, Scope) else self.scope(about)


SECURITY = Group(
    "security",
    _("ログインと安全"),
    _("確認コードや、大事な設定が変わったことのお知らせです。安全のため、止められません。"),
    obliged=True,
)
INVITATIONS = Group(
    "invitations",
    _("招待"),
    _("役割への招待です。招待された人だけに届くため、止められません。"),
    obliged=True,
    channels=("mail",),
)
LEGAL = Group(
    "legal",
    _("法律で決められたお知らせ"),
    _("あなたの情報の取り扱いなど、法律で知らせる決まりのものです。止められません。"),
    obliged=True,
)
ACCOUNT = Group("account", _("役割と登録"), _("あなたの役割や登録の内容が変わったときのお知らせです。"))
OPERATIONS = Group(
    "operations",
    _("届かなかったメッセージ"),
    _("担当者へのお知らせです。1日に1回までです。"),
    channels=("in_app",),
    for_staff=True,
)

_groups: dict[str, Group] = {g.name: g for g in (SECURITY, INVITATIONS, LEGAL, ACCOUNT, OPERATIONS)}
_kinds: dict[str, Kind] = {}


def declare_group(
    name: str, title: Any, explanation: Any, *, obliged: bool = False, for_staff: bool = False
) -> Group:
    """Makes a group known.

    Raises:
        ValueError: the name is taken.
    """
    if name in _groups:
        raise ValueError(f"the group of messages {name!r} is declared twice")
    _groups[name] = Group(name, title, explanation, obliged, for_staff=for_staff)
    return _groups[name]


def declare_kind(
    name: str,
    group: Group,
    title: Any,
    *,
    scope: Scope | Callable[[Any], Scope] = Scope.PEOPLE,
    secret: bool = False,
    forget_address: bool = False,
    valid_for: timedelta | None = None,
    urgent: bool = False,
    staff_as_administration: bool = False,
) -> Kind:
    """Makes a kind of message known.

    Raises:
        ValueError: the name is taken, or the group is not declared.
    """
    if name in _kinds:
        raise ValueError(f"the kind of message {name!r} is declared twice")
    if _groups.get(group.name) != group:
        raise ValueError(f"the group {group.name!r} of the kind of message {name!r} is not declared")
    _kinds[name] = Kind(
        name, group, title, scope, secret, forget_address, valid_for, urgent, staff_as_administration
    )
    return _kinds[name]


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises:
        UndeclaredKindError: nobody declared it.
    """
    try:
        return _kinds[name]
    except KeyError:
        raise UndeclaredKindError(name) from None


def kind_title(name: str) -> str:
    """What a kind is called on the screen; its bare name where it is no longer declared."""
    return str(_kinds[name].title) if name in _kinds else name


def group_named(name: str) -> Group | None:
    """The group of that name, or None."""
    return _groups.get(name)


def all_groups() -> list[Group]:
    """Every group, those a person may switch off first, in the order they were declared."""
    return sorted(_groups.values(), key=lambda group: group.obliged)


def all_kinds() -> list[Kind]:
    """Every declared kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
