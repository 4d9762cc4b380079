"""What staff saw or did, in words that the person it is about understands."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LIST = "list"
"""A name in a list on the screen."""
PAGE = "page"
"""The person's page: addresses, consents, history."""
OWN_PAGES = "own_pages"
"""The person's own pages, opened while acting for the person."""
DUPLICATES = "duplicates"
"""Shown as somebody who may be registered already."""

LABELS: dict[str, Any] = {
    LIST: _("名前の一覧を見た"),
    PAGE: _("連絡先、住所、同意、記録を見た"),
    OWN_PAGES: _("あなたのマイページを開いた"),
    DUPLICATES: _("同じ人がいないか確かめるために見た"),
    "person.registered": _("あなたを登録した"),
    "person.names_changed": _("名前を変えた"),
    "person.language_changed": _("使う言葉を変えた"),
    "person.phone_entered": _("電話番号を変えた"),
    "person.address_saved": _("住所を変えた"),
    "person.address_removed": _("二つ目の住まいを消した"),
    "person.birth_date_recorded": _("生年月日を入れた"),
    "person.birth_date_removed": _("生年月日を消した"),
    "consent.given": _("同意を入れた"),
    "consent.withdrawn": _("同意を取り消した"),
}


def changed_something(what: str) -> bool:
    """Whether staff changed something, and did not only look: such are called as their verb, with a dot."""
    return "." in what and what in LABELS


def register(what: str, words: Any) -> None:
    """Gives words to what another room's staff see: called in `AppConfig.ready()`.

    Raises:
        ValueError: it has words already.
    """
    if LABELS.setdefault(what, words) is not words:
        raise ValueError(f"looks called {what!r} have words already")


def label(what: str) -> str:
    """The words; the name itself where a room that gave them words is gone."""
    return str(LABELS.get(what, what))
