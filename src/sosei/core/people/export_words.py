"""Columns of an export as words of the screen; the file itself keeps its English names, which programs read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Address, Consent, Membership, Person, ProxySession, Role

COLUMNS: dict[str, Any] = {
    "id": gettext_lazy("番号"),
    "email": gettext_lazy("メール"),
    "phone": gettext_lazy("電話"),
    "phone_verified": gettext_lazy("電話を確かめた"),
    "family_name": gettext_lazy("姓"),
    "given_name": gettext_lazy("名"),
    "family_kana": gettext_lazy("セイ"),
    "given_kana": gettext_lazy("メイ"),
    "language": gettext_lazy("言葉"),
    "joined_at": gettext_lazy("登録した時刻"),
    "last_login": gettext_lazy("最後のログイン"),
    "at": gettext_lazy("時刻"),
    "version": gettext_lazy("版"),
    "kind": gettext_lazy("種類"),
    "postcode": gettext_lazy("郵便番号"),
    "municipality_code": gettext_lazy("市区町村のコード"),
    "prefecture": gettext_lazy("都道府県"),
    "city": gettext_lazy("市区町村"),
    "town": gettext_lazy("町"),
    "street": gettext_lazy("番地"),
    "building": gettext_lazy("建物"),
    "date": gettext_lazy("日付"),
    "legal_basis": gettext_lazy("法律"),
    "value": gettext_lazy("内容"),
    "verified": gettext_lazy("確かめた"),
    "primary": gettext_lazy("おもに使う"),
    "provider": gettext_lazy("提供元"),
    "created_at": gettext_lazy("作った時刻"),
    "last_used_at": gettext_lazy("最後に使った時刻"),
    "last_used_on": gettext_lazy("最後に使った日"),
    "role": gettext_lazy("役割"),
    "municipality": gettext_lazy("自治体"),
    "organisation": gettext_lazy("団体"),
    "granted_at": gettext_lazy("与えられた時刻"),
    "ended_at": gettext_lazy("終えた時刻"),
    "ended_because": gettext_lazy("終えた理由"),
    "invited_at": gettext_lazy("招かれた時刻"),
    "accepted_at": gettext_lazy("受けた時刻"),
    "text": gettext_lazy("文の名前"),
    "title": gettext_lazy("題"),
    "purpose": gettext_lazy("目的"),
    "decision": gettext_lazy("決めたこと"),
    "decided_at": gettext_lazy("決めた時刻"),
    "channel": gettext_lazy("方法"),
    "staff": gettext_lazy("担当者"),
    "what": gettext_lazy("したこと"),
    "acting_for_you": gettext_lazy("代わりの操作"),
    "you_were": gettext_lazy("あなたは"),
    "reason": gettext_lazy("理由"),
    "started_at": gettext_lazy("始めた時刻"),
    "sentence": gettext_lazy("内容"),
    "verb": gettext_lazy("記録の種類"),
    "written_at": gettext_lazy("書いた時刻"),
    "sent_at": gettext_lazy("送った時刻"),
    "read_at": gettext_lazy("読んだ時刻"),
    "subject": gettext_lazy("件名"),
    "body": gettext_lazy("本文"),
    "state": gettext_lazy("状態"),
    "group": gettext_lazy("グループ"),
    "wanted": gettext_lazy("受け取る"),
    "name": gettext_lazy("名前"),
    "size": gettext_lazy("大きさ"),
}
CHOICES = (
    Role,
    Membership.Ending,
    Consent.Decision,
    Consent.Channel,
    ProxySession.Channel,
    Address.Kind,
    Person.Language,
)
WORDS: dict[str, Any] = {str(value): label for choices in CHOICES for value, label in choices.choices} | {
    "current": gettext_lazy("いまの内容"),
    "staff": gettext_lazy("担当者"),
    "person": gettext_lazy("本人"),
    "recovery_codes": gettext_lazy("予備のコード"),
    "totp": gettext_lazy("認証アプリ"),
    "webauthn": gettext_lazy("パスキー"),
    "email": gettext_lazy("メール"),
    "directory": gettext_lazy("役所のディレクトリ"),
}
CODED = frozenset({"role", "ended_because", "decision", "channel", "kind", "language", "you_were", "version"})
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
NOT_SHOWN = frozenset({"id", "verb", "data"})
"""Of use to programs alone."""


def add_columns(words: Mapping[str, Any]) -> None:
    """Words for the columns of another room; called when Django starts. A column that has words keeps them."""
    for name, label in words.items():
        COLUMNS.setdefault(name, label)


def as_table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Headings and cells in words; columns in which nothing stands, and those in the other language, are left out."""
    names = dict.fromkeys(name for row in rows for name in row)
    other = {name for name in names if f"{name}_en" in names} if _in_english() else set()
    shown = [
        name
        for name in names
        if name not in NOT_SHOWN
        and name not in other
        and (_in_english() or not name.endswith("_en"))
        and any(row.get(name) not in (None, "", {}, []) for row in rows)
    ]
    labels = [str(COLUMNS.get(name.removesuffix("_en"), name)) for name in shown]
    cells = [
        [(label, cell(name, row.get(name))) for name, label in zip(shown, labels, strict=True)]
        for row in rows
    ]
    return {"labels": labels, "rows": cells}


def _in_english() -> bool:
    return (get_language() or "ja").startswith("en")


def cell(name: str, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, str):
        if name in CODED and value in WORDS:
            return str(WORDS[value])
        moment = parse_datetime(value) if _MOMENT.match(value) else None
        return date_format(screen_time(moment), "Y-m-d H:i") if moment else value
    return str(value)
