"""Taking a table of another system in: what each line would do, and all of it in one transaction once confirmed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.engines.conventions.folding import fold_width
from sosei.planning.outcomes import permissions
from sosei.planning.outcomes.errors import FactDiffersError, TableError
from sosei.planning.outcomes.importing.mapping import KEY, Columns, Line, Problem, read_lines
from sosei.planning.outcomes.importing.table import Table
from sosei.planning.outcomes.kinds import Kind, kind_named
from sosei.planning.outcomes.models import Fact, FactImport
from sosei.planning.outcomes.services import recording
from sosei.planning.outcomes.services.recording import HAND, today_in

LONGEST_SYSTEM = 40
_OF_A_PROGRAMME = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True)
class Preview:
    """What a table would do."""

    lines: Sequence[Line]
    unchanged: int

    @property
    def new(self) -> int:
        """Lines that would become facts."""
        return sum(line.fact is not None for line in self.lines) - self.unchanged

    @property
    def faulty(self) -> Sequence[Line]:
        """Lines that must be mended first."""
        return [line for line in self.lines if line.problems]


def system_name(text: str) -> str:
    """What the other list is called, in one spelling.

    Raises:
        TableError: none, too long, or the name of a programme of Sosei.
    """
    name = fold_width(text)
    if not name or len(name) > LONGEST_SYSTEM or "@" in name:
        raise TableError(
            _("もとの台帳・システムの名前を%(most)s文字までで書いてください（例：移住相談台帳）。")
            % {"most": LONGEST_SYSTEM},
            "system",
        )
    if name == HAND or _OF_A_PROGRAMME.fullmatch(name):
        raise TableError(
            _("「%(name)s」はSoseiの中で使っている名前です。台帳の名前を書いてください。") % {"name": name},
            "system",
        )
    return name


def preview_import(
    *, municipality: Municipality, kind: str, system: str, table: Table, columns: Columns, measure: Any = None
) -> Preview:
    """What each line would do; nothing is written."""
    object_type = system_name(system)
    declared = kind_named(kind)
    lines = read_lines(
        table, columns, declared, object_type=object_type, today=today_in(municipality), measure=measure
    )
    return _compared(municipality, declared, object_type, table, columns, lines)


def _compared(
    municipality: Municipality,
    kind: Kind,
    object_type: str,
    table: Table,
    columns: Columns,
    lines: Sequence[Line],
) -> Preview:
    """The lines against the facts that are there: the same, or something else, which is a problem of the line."""
    keys = [line.fact.object_key for line in lines if line.fact is not None]
    held = recording.latest_facts(municipality, kind.name, object_type, keys)
    done, unchanged = [], 0
    column = table.columns[columns[KEY]] if KEY in columns else ""
    for line in lines:
        fact = line.fact
        before = held.get(fact.object_key) if fact is not None else None
        if fact is None or before is None or before.withdrawn:
            done.append(line)
            continue
        try:
            recording.must_agree(before, fact)
        except FactDiffersError as error:
            done.append(Line(line.number, None, (Problem(column, fact.object_key, str(error)),)))
        else:
            unchanged += 1
            done.append(line)
    return Preview(done, unchanged)


@transaction.atomic
def import_facts(
    *,
    municipality: Municipality,
    kind: str,
    system: str,
    table: Table,
    columns: Columns,
    file_name: str,
    sha256: str,
    imported_by: Person | None,
    measure: Any = None,
) -> FactImport | None:
    """Records every line as a fact, or none; the same file again records nothing and gives None.

    Raises:
        NotAllowedError: not programme staff of the town.
        TableError: a line that cannot be taken in.
    """
    object_type = system_name(system)
    if imported_by is not None and not permissions.can_enter_fact(
        imported_by, Fact(municipality=municipality)
    ):
        raise NotAllowedError(_("実績は、その自治体の事業担当が取り込みます。"))
    preview = preview_import(
        municipality=municipality, kind=kind, system=system, table=table, columns=columns, measure=measure
    )
    if preview.faulty:
        line = preview.faulty[0]
        raise TableError(
            _("直す行が%(count)s行あります。%(line)s行目「%(column)s」：%(text)s 何も取り込んでいません。")
            % {
                "count": len(preview.faulty),
                "line": line.number,
                "column": line.problems[0].column,
                "text": line.problems[0].text,
            }
        )
    if not preview.new:
        return None
    batch = FactImport.objects.create(
        municipality=municipality,
        system=object_type,
        kind=kind,
        file_name=file_name[:255],
        sha256=sha256,
        encoding=table.encoding,
        mapping=_headings(table, columns),
        lines=len(preview.lines),
        recorded=preview.new,
        unchanged=preview.unchanged,
        imported_by=imported_by,
        imported_at=timezone.now(),
    )
    done = recording.record_facts(
        municipality=municipality,
        kind=kind,
        object_type=object_type,
        facts=[line.fact for line in preview.lines if line.fact is not None],
        origin=Fact.Origin.IMPORT,
        entered_by=imported_by,
        batch=batch,
    )
    if len(done.new) != batch.recorded:
        raise TableError(_("取り込みの間に、ほかの人が同じ台帳を取り込みました。もう一度確かめてください。"))
    write_entry(
        actor=imported_by,
        verb="outcomes.facts_imported",
        subject=batch,
        municipality=municipality,
        data={
            "kind": kind,
            "system": object_type,
            "recorded": batch.recorded,
            "unchanged": batch.unchanged,
        },
    )
    return batch


def _headings(table: Table, columns: Columns) -> Mapping[str, str]:
    return {target: table.columns[index] for target, index in columns.items()}
