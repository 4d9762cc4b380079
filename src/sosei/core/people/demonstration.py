"""The invented people of the demonstration: who they are, and the list from which a visitor signs in as one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Organisation, Person

PASSWORD = "sosei-no-jitsuen"  # noqa: S105
"""Of every invented person; shown on the sign-in page of a demonstration and worth nothing anywhere else."""
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105
"""Of the invented staff; shown likewise, for whoever wants to try the second factor by hand."""
DOMAIN = "demo.example.jp"
"""A name that nobody can own: no mail to an invented person leaves the house."""

TOWNS = (("07204", "いわき市", "Iwaki City"), ("07201", "福島市", "Fukushima City"))
ORGANISATIONS = (
    (Organisation.Kind.DEPARTMENT, "総合政策課", "ソウゴウセイサクカ", "Policy Planning Division"),
    (Organisation.Kind.DEPARTMENT, "産業振興課", "サンギョウシンコウカ", "Industry Division"),
    (Organisation.Kind.DEPARTMENT, "移住定住推進課", "イジュウテイジュウスイシンカ", "Settlement Division"),
    (Organisation.Kind.EMPLOYER, "みほん農園（架空）", "ミホンノウエン", "Mihon Farm (invented)"),
    (
        Organisation.Kind.HOST,
        "みほん商店街の会（架空）",
        "ミホンショウテンガイノカイ",
        "Mihon Shopping Street (invented)",
    ),
)


@dataclass(frozen=True)
class Cast:
    """An invented person with a role.

    Attributes:
        role: the role; None for the operator of the installation, who belongs to no town.
        what: what this person does, for the list on the sign-in page.
    """

    login: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    role: str
    what: Any
    organisation: str = ""
    language: str = "ja"


CAST = (
    Cast("kikaku", "見本", "企子", "ミホン", "キコ", roles.PLANNER, _("計画を作る人（企画担当）")),
    Cast(
        "kpi", "見本", "産一", "ミホン", "サンイチ", roles.KPI_OWNER, _("部署の数字を入れる人"), "産業振興課"
    ),
    Cast(
        "kpi-iju",
        "見本",
        "移美",
        "ミホン",
        "ウツミ",
        roles.KPI_OWNER,
        _("移住の部署の数字を入れる人"),
        "移住定住推進課",
    ),
    Cast(
        "jigyo",
        "見本",
        "業子",
        "ミホン",
        "ギョウコ",
        roles.PROGRAMME_STAFF,
        _("住民の相談を受ける人（事業担当）"),
    ),
    Cast("yushiki", "見本", "学", "ミホン", "マナブ", roles.REVIEWER, _("計画に意見を言う外部の人")),
    Cast("shicho", "見本", "長子", "ミホン", "チョウコ", roles.MAYORS_OFFICE, _("市長室の人")),
    Cast("kansa", "見本", "監二", "ミホン", "カンジ", roles.AUDITOR, _("監査をする人")),
    Cast("nouen", "見本", "農", "ミホン", "ミノル", roles.EMPLOYER, _("人をやとう人"), "みほん農園（架空）"),
    Cast(
        "basho",
        "見本",
        "場一",
        "ミホン",
        "バイチ",
        roles.SPACE_HOST,
        _("場所を貸す人"),
        "みほん商店街の会（架空）",
    ),
    Cast("jumin", "見本", "花子", "ミホン", "ハナコ", roles.CITIZEN, _("住民")),
    Cast("maria", "Mihon", "Maria", "", "", roles.CITIZEN, _("英語を使う住民"), language="en"),
)
OPERATOR = Cast("kanri", "見本", "管太", "ミホン", "カンタ", roles.OPERATOR, _("システムを動かす人"))
FAMILY_NAMES = (
    ("架空", "カクウ"),
    ("例野", "レイノ"),
    ("試山", "タメシヤマ"),
    ("仮田", "カリタ"),
    ("見本木", "ミホンギ"),
    ("何川", "ナニカワ"),
)
GIVEN_NAMES = (
    ("一郎", "イチロウ"),
    ("春子", "ハルコ"),
    ("健", "ケン"),
    ("夏美", "ナツミ"),
    ("秋夫", "アキオ"),
    ("冬花", "フユカ"),
    ("大地", "ダイチ"),
    ("海", "ウミ"),
    ("空", "ソラ"),
    ("葵", "アオイ"),
)
POSTCODES = {
    "07204": ("9708026", "9738403", "9740151", "9708021", "9720161"),
    "07201": ("9608031", "9608053", "9602261", "9608252", "9601241"),
}


def email_of(cast: Cast, code: str) -> str:
    """The address under which an invented person signs in."""
    return f"{cast.login}@{code}.{DOMAIN}" if cast.role != roles.OPERATOR else f"{cast.login}@{DOMAIN}"


def is_invented(person: Person) -> bool:
    """Whether the person is one of the cast: nobody else is ever signed in by a click."""
    return person.email in {email for email, _cast, _town in everybody()}


def has_invented_address(person: Person) -> bool:
    """Whether the person has an address of mail that only invented people have, of the cast or not."""
    return (person.email or "").endswith((f"@{DOMAIN}", f".{DOMAIN}"))


def everybody() -> Iterator[tuple[str, Cast, str]]:
    """Mail address, person and town's name in the reader's language; the operator belongs to no town."""
    in_english = (get_language() or "ja").startswith("en")
    for code, name, english in TOWNS:
        for cast in CAST:
            yield email_of(cast, code), cast, english if in_english else name
    yield email_of(OPERATOR, ""), OPERATOR, ""


@dataclass(frozen=True)
class Example:
    """A line of the list on the sign-in page."""

    uid: Any
    name: str
    what: Any
    town: str
    email: str


def examples() -> list[Example]:
    """Whom a visitor may be; empty unless this is a demonstration and its people are loaded."""
    if not settings.DEMONSTRATION:
        return []
    held = {
        email: (uid, f"{family} {given}")
        for email, uid, family, given in Person.objects.filter(
            email__in=[email for email, _cast, _town in everybody()], is_active=True
        ).values_list("email", "uid", "family_name", "given_name")
    }
    return [
        Example(held[email][0], held[email][1], cast.what, town, email)
        for email, cast, town in everybody()
        if email in held
    ]
