"""Where a person lives: the address at home, and that of a second place."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.people import postcodes
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Address
from sosei.core.people.services.acting import Acting
from sosei.engines.conventions.prefectures import PREFECTURES


class AddressError(RefusedError):
    """An address that cannot be kept."""


@dataclass(frozen=True)
class Written:
    """An address as it was typed."""

    postcode: str
    prefecture: str
    city: str
    town: str = ""
    street: str = ""
    building: str = ""


@transaction.atomic
def save_address(*, by: Acting, kind: str, written: Written) -> Address:
    """Keeps the address; the municipality's code is kept where the postcode confirms it.

    Raises:
        AddressError: a part is missing or cannot be read.
    """
    try:
        postcode = postcodes.read_postcode(written.postcode)
    except postcodes.PostcodeError as error:
        raise AddressError(str(error), "postcode") from error
    if written.prefecture not in PREFECTURES.values():
        raise AddressError(
            _("「%(typed)s」という都道府県はありません。一覧から選んでください。")
            % {"typed": written.prefecture},
            "prefecture",
        )
    if not written.city.strip():
        raise AddressError(_("市区町村を入力してください。"), "city")
    columns = {
        "postcode": postcode,
        "prefecture": written.prefecture,
        **{part: getattr(written, part).strip() for part in ("city", "town", "street", "building")},
    }
    columns["municipality_code"] = postcodes.municipality_code(
        postcode, columns["prefecture"], columns["city"]
    )
    kept = Address.objects.filter(person=by.person, kind=kind).first()
    if kept is None:
        kept = Address(person=by.person, kind=kind)
    elif all(getattr(kept, column) == value for column, value in columns.items()):
        return kept
    for column, value in columns.items():
        setattr(kept, column, value)
    kept.save()
    by.record("person.address_saved", subject=by.person, data={"kind": kind})
    return kept


@transaction.atomic
def remove_second_address(*, by: Acting) -> bool:
    """Takes the second place away; what it was stays in the history until the person's data are erased."""
    removed, _each = Address.objects.filter(person=by.person, kind=Address.Kind.SECOND).delete()
    if removed:
        by.record("person.address_removed", subject=by.person, data={"kind": str(Address.Kind.SECOND)})
    return bool(removed)
