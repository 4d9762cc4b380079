"""Places from which distances are counted: degrees, a postcode, or a name that stands in the addresses of the town."""

# SQL is put together from the constants of this room alone; every value that somebody gave is a parameter.
# ruff: noqa: S608

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from sosei.core.design.map_fields import read_place
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.core.people.postcodes import PostcodeError, look_up
from sosei.programmes.spaces.search_triggers import texts_sql
from sosei.programmes.spaces.search_words import folded, folded_sql, pairs_of

Place = tuple[tuple[float, float], str]
"""Degrees north and east, and what the place is called."""

_TEXTS = folded_sql(texts_sql("s"))
_MIDDLE = f"""
    SELECT avg(i.latitude), avg(i.longitude) FROM spaces_spaceindex i JOIN spaces_space s ON s.id = i.space_id
    WHERE i.municipality_id = %(town)s
        AND s.words @> %(pairs)s::varchar[] AND strpos({_TEXTS}, %(word)s) > 0
"""


def place_called(text: str, municipality: Municipality) -> Place:
    """The place that a text means. A name is where the spaces with that name in their texts lie, in the middle of them.

    Raises:
        ValidationError: no place of the town is called so.
    """
    typed = text.strip()
    if any(letter.isdigit() for letter in typed) and ("," in typed or "、" in typed or "，" in typed):
        place = read_place(typed)
        return (place.latitude, place.longitude), str(place)
    name = typed
    if typed.lstrip("〒").strip()[:1].isdigit():
        try:
            name = look_up(typed).places[0].town or typed
        except PostcodeError as error:
            raise ValidationError(str(error)) from error
    middle = _middle_of(name, municipality)
    if middle is None:
        raise ValidationError(
            _(
                "「%(text)s」がどこか、分かりません。町の名前（例：小名浜）、郵便番号を書くか、地図を押してください。"
            )
            % {"text": typed}
        )
    return middle, name


def _middle_of(name: str, municipality: Municipality) -> tuple[float, float] | None:
    word = folded(name).replace(" ", "")
    if not word:
        return None
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(_MIDDLE, {"town": municipality.pk, "pairs": pairs_of(word), "word": word})
        latitude, longitude = cursor.fetchone()
    return None if latitude is None else (round(latitude, 6), round(longitude, 6))
