"""Taking over a catalogue from a file: what each line would do is told first; then all of it is done, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.ict_catalogue_file import Read, read
from sosei.programmes.spaces.locks_ict import lock_partner
from sosei.programmes.spaces.models import CatalogueItem, IctPartner
from sosei.programmes.spaces.services.ict_catalogue import MOST_ITEMS, change_item, changes, enter_item
from sosei.programmes.spaces.services.ict_partners import check_runs, record


class Does(StrEnum):
    """What a line would do."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """A line of the report.

    Attributes:
        changes: column by its name in words, with the old and the new text.
    """

    read: Read
    does: Does
    item: CatalogueItem | None = None
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


def preview(*, partner: IctPartner, text: str) -> Report:
    """What each line would do; things that the file does not name stay as they are. Nothing is written.

    Raises:
        OpenDataError: nothing can be read.
    """
    rows = CatalogueItem.objects.filter(partner=partner, ended_at__isnull=True)
    known = {item.code: item for item in rows.select_related("partner")}
    return Report([_line(row, known) for row in read(text)])


def _line(row: Read, known: dict[str, CatalogueItem]) -> Line:
    if row.offer is None:
        return Line(row, Does.REFUSED)
    item = known.get(row.offer.code)
    if item is None:
        return Line(row, Does.NEW)
    told = [
        (
            str(CatalogueItem._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            str(getattr(item, name) if getattr(item, name) is not None else ""),
            str(row.offer.columns()[name] if row.offer.columns()[name] is not None else ""),
        )
        for name in changes(item, row.offer)
    ]
    return Line(row, Does.CHANGE if told else Does.SAME, item, told)


@transaction.atomic
def apply(*, partner: IctPartner, text: str, actor: Person) -> Report:
    """Does what `preview` tells; lines that are refused stay out.

    Raises:
        IctError: `actor` does not run the partner, too many things, or a line cannot be kept; nothing is written.
        OpenDataError: nothing can be read.
    """
    check_runs(actor, partner)
    held = lock_partner(partner.pk)
    report = preview(partner=held, text=text)
    count = CatalogueItem.objects.filter(partner=held, ended_at__isnull=True).count()
    if count + report.count(Does.NEW) > MOST_ITEMS:
        raise IctError(_("カタログは%(most)s品までです。") % {"most": MOST_ITEMS})
    for line in report.lines:
        try:
            if line.does == Does.NEW and line.read.offer is not None:
                enter_item(partner=held, offer=line.read.offer, actor=actor)
            elif line.does == Does.CHANGE and line.item is not None and line.read.offer is not None:
                change_item(item=line.item, offer=line.read.offer, actor=actor)
        except IctError as error:
            raise IctError(
                _("%(line)s行目（%(name)s）：%(error)s 何も取り込んでいません。")
                % {"line": line.read.line, "name": line.read.name, "error": error}
            ) from error
    if report.will_do:
        record(
            "catalogue_imported", held, actor, new=report.count(Does.NEW), changed=report.count(Does.CHANGE)
        )
    return report
