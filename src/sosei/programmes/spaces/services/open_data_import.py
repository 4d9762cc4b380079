"""Taking over a 公共施設一覧: what each line would do is told first; then all of it is done, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.design.map_fields import read_place
from sosei.core.people.models import Person
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.locks_listings import lock_host
from sosei.programmes.spaces.models import Host, Space
from sosei.programmes.spaces.open_data import Facility, read_facilities
from sosei.programmes.spaces.services.halls import record_space
from sosei.programmes.spaces.services.hosts import check_runs
from sosei.programmes.spaces.services.listings import change_space, enter_space

NEW_KIND = Space.Kind.ROOM
NEW_SEATS = 1


class Does(StrEnum):
    """What a line would do."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    NEEDS_PLACE = "needs_place"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """A line of the report.

    Attributes:
        changes: column by its name in words, with the old and the new text.
    """

    facility: Facility
    does: Does
    space: Space | None = None
    changes: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Report:
    """What a file would do, line by line."""

    lines: Sequence[Line]

    def count(self, does: Does) -> int:
        """How many lines would do that."""
        return sum(1 for line in self.lines if line.does == does)

    @property
    def will_do(self) -> int:
        """Lines that enter or change something."""
        return self.count(Does.NEW) + self.count(Does.CHANGE)


def preview(*, host: Host, text: str, places: Mapping[int, str]) -> Report:
    """What each line would do with the spaces of a public host; nothing is written.

    Args:
        places: latitude and longitude typed for lines that have none.

    Raises:
        OpenDataError: nothing can be read.
    """
    known = {space.official_id: space for space in _known(host)}
    return Report(
        [
            _line(_with_place(row, places.get(row.line, "")), known)
            for row in read_facilities(text, host.municipality)
        ]
    )


def _known(host: Host) -> Sequence[Space]:
    rows = Space.objects.filter(host=host).exclude(official_id="")
    return list(rows.select_related("municipality", "host"))


def _with_place(row: Facility, typed: str) -> Facility:
    if not row.needs_place or not typed.strip():
        return row
    try:
        latitude, longitude = read_place(typed)
    except ValidationError as error:
        return replace(row, flaws=tuple(error.messages), needs_place=True)
    place = {"latitude": Decimal(str(latitude)), "longitude": Decimal(str(longitude))}
    return replace(row, columns={**row.columns, **place}, needs_place=False)


def _line(row: Facility, known: Mapping[str, Space]) -> Line:
    if row.flaws and not row.needs_place:
        return Line(row, Does.REFUSED)
    space = known.get(row.columns["official_id"]) if row.columns["official_id"] else None
    if space is None:
        return Line(row, Does.NEEDS_PLACE if row.needs_place else Does.NEW)
    changes = [
        (str(Space._meta.get_field(name).verbose_name), str(getattr(space, name)), str(value))  # type: ignore[union-attr]
        for name, value in told(row).items()
        if getattr(space, name) != value
    ]
    return Line(row, Does.CHANGE if changes else Does.SAME, space, changes)


def told(row: Facility) -> dict[str, Any]:
    """The columns that a line really tells: an empty cell takes nothing away."""
    return {name: value for name, value in row.columns.items() if value not in ("", None)}


@transaction.atomic
def apply(*, host: Host, text: str, places: Mapping[int, str], actor: Person) -> Report:
    """Does what `preview` tells: new lines become drafts, known ones are corrected; lines that are refused stay out.

    Raises:
        ListingError: `actor` does not run the host, it is no public one, or a line cannot be kept; nothing is written.
        OpenDataError: nothing can be read.
    """
    check_runs(actor, host)
    held = lock_host(host.pk)
    if not held.is_public:
        raise ListingError(_("公共施設の一覧は、公共施設の担当にだけ取り込めます。"))
    report = preview(host=held, text=text, places=places)
    for line in report.lines:
        try:
            _do(held, line, actor)
        except ListingError as error:
            raise ListingError(
                _("%(line)s行目（%(name)s）：%(error)s 何も取り込んでいません。")
                % {"line": line.facility.line, "name": line.facility.name, "error": error}
            ) from error
    return report


def _do(host: Host, line: Line, actor: Person) -> None:
    columns = told(line.facility)
    if line.does == Does.NEW:
        made = enter_space(host=host, columns={"kind": NEW_KIND, "seats": NEW_SEATS, **columns}, actor=actor)
        record_space("imported", made, actor, line=line.facility.line)
    elif line.does == Does.CHANGE and line.space is not None:
        change_space(space=line.space, columns=columns, actor=actor)
        record_space("imported", line.space, actor, line=line.facility.line)
