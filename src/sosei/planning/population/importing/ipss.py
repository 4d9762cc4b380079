"""Official projections of 社人研 (National Institute of Population and Social Security Research), two layouts.

Wide: code,name,sex,age and a column a year, some of them in the future (平成30年推計 and before). The first year
is the base population of the projection, marked in its note.
Long: code,name,year,kind,sex,age,population, where kind tells the base censuses (unknown ages distributed) from
the projection.
"""

from __future__ import annotations

import re

from sosei.planning.population.importing.long_census import LongTable, has_long_header
from sosei.planning.population.importing.parsed import (
    CENSUS_DISTRIBUTED,
    OFFICIAL_PROJECTION,
    Context,
    ParsedFile,
)
from sosei.planning.population.importing.tables import first_rows, has_columns
from sosei.planning.population.importing.wide_census import WideTable, year_columns

NAME = "ipss"
TITLE = ("社人研の地域別将来推計人口の CSV", "IPSS regional population projections (CSV)")
SOURCE = (
    "日本の地域別将来推計人口（国立社会保障・人口問題研究所）",
    "Regional Population Projections for Japan (IPSS)",
)
_DISTRIBUTED = re.compile(r"unknown|imputed|prorated|不詳|census|国勢調査", re.IGNORECASE)
_PROJECTION = re.compile(r"projection|推計", re.IGNORECASE)


def matches(head: str, context: Context) -> bool:
    """Whether the head is of one of the two layouts."""
    rows = first_rows(head, 1)
    if not rows:
        return False
    if has_long_header(rows[0], "kind"):
        return True
    if not has_columns(rows[0], ("code", "name", "sex", "age")):
        return False
    years = year_columns(rows[0]).values()
    return bool(years) and max(years) > context.today.year


def parse(text: str, context: Context) -> ParsedFile:
    """Read the whole table, of either layout."""
    parsed = ParsedFile(source=SOURCE[0], source_en=SOURCE[1])
    rows = first_rows(text[:4000], 1)
    if rows and has_long_header(rows[0], "kind"):
        parsed.observations = LongTable(parsed, context, kind_column="kind", kind_of=kind_of).read(text)
        return parsed
    parsed.observations = WideTable(parsed, context, kind=OFFICIAL_PROJECTION).read(text)
    base = min((observation.date for observation in parsed.observations), default=None)
    for observation in parsed.observations:
        observation.fractional = True
        if observation.date == base:
            observation.note = "推計の基準人口（年齢不詳をあん分）"
            observation.note_en = "Base population of the projection (unknown ages distributed)"
    return parsed


def kind_of(text: str) -> str | None:
    """Kind of observation of the long layout's kind column; None when it says neither."""
    if _PROJECTION.search(text) and not re.match(r"census|国勢調査", text, re.IGNORECASE):
        return OFFICIAL_PROJECTION
    return CENSUS_DISTRIBUTED if _DISTRIBUTED.search(text) else None
