"""Which format a file is of; a file of none gets a message that names what was found and what is understood."""

from __future__ import annotations

from typing import Protocol

from sosei.planning.population.importing import (
    estat_csv,
    estat_json,
    geojson,
    ipss,
    long_census,
    open_data,
    ssdse_a,
    topojson,
    wide_census,
)
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.parsed import Context, ParsedFile
from sosei.planning.population.importing.text import Source


class Format(Protocol):
    """What a module of a format offers."""

    NAME: str
    TITLE: tuple[str, str]

    def matches(self, head: str, context: Context) -> bool:
        """Whether a file's head is of this format."""

    def parse(self, text: str, context: Context) -> ParsedFile:
        """Read the whole text."""


FORMATS: dict[str, Format] = {
    module.NAME: module
    for module in (
        estat_json,
        topojson,
        geojson,
        ssdse_a,
        open_data,
        long_census,
        ipss,
        wide_census,
        estat_csv,
    )
}
"""By name, in the order in which they are tried."""


def recognise(source: Source, context: Context, *, named: str | None = None) -> Format:
    """The format of a file, found by its head or named by the user.

    A named format is taken at its word where the header cannot tell (a projection whose years have all passed),
    but a header of another format is still refused by its parser.

    Raises:
        ImportRefusedError: no known format, or no format of that name.
    """
    if named is not None:
        return FORMATS[named]
    for known in FORMATS.values():
        if known.matches(source.head, context):
            return known
    first = next((line.strip() for line in source.head.splitlines() if line.strip()), "")
    raise ImportRefusedError.because(
        source.path.name,
        "unknown_format",
        found=first[:100],
        formats_ja="、".join(known.TITLE[0] for known in FORMATS.values()),
        formats_en="; ".join(known.TITLE[1] for known in FORMATS.values()),
    )
