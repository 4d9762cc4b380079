"""Facts typed by programme staff, and withdrawn by them, each with an entry."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.planning.outcomes import permissions
from sosei.planning.outcomes.models import Fact
from sosei.planning.outcomes.services import recording
from sosei.planning.outcomes.services.recording import HAND, NewFact


@transaction.atomic
def enter_fact(
    *, municipality: Municipality, kind: str, fact: NewFact, entered_by: Person, reason: str = ""
) -> Fact:
    """Records a fact that staff typed; the same form sent twice is one fact.

    Args:
        fact: its `object_key` is the form's own.
        reason: where it comes from, for the entry.

    Raises:
        NotAllowedError: not programme staff of the town.
        FactError: a part that cannot be kept so.
    """
    if not permissions.can_enter_fact(entered_by, Fact(municipality=municipality)):
        raise NotAllowedError(_("実績は、その自治体の事業担当が入れます。"))
    done = recording.record_facts(
        municipality=municipality,
        kind=kind,
        object_type=HAND,
        facts=[fact],
        origin=Fact.Origin.HAND,
        entered_by=entered_by,
    )
    if done.unchanged:
        return done.unchanged[0]
    made = done.new[0]
    write_entry(
        actor=entered_by,
        verb="outcomes.fact_entered",
        subject=made,
        municipality=municipality,
        reason=reason.strip(),
        data={"kind": kind, "on": made.on.isoformat(), "count": made.count},
    )
    return made


@transaction.atomic
def withdraw_entered(*, fact: Any, reason: str, withdrawn_by: Person) -> Fact:
    """Withdraws a fact that was typed or imported.

    Raises:
        NotAllowedError: not programme staff of the town, or a programme recorded it: it is withdrawn there.
        FactError: no reason, or a withdrawal itself.
    """
    if fact.origin == Fact.Origin.PROGRAMME:
        raise NotAllowedError(
            _("この実績は事業が自動で記録しました。事業の画面で、もとの記録を取り消してください。")
        )
    if not permissions.can_withdraw_fact(withdrawn_by, fact):
        raise NotAllowedError(_("実績は、その自治体の事業担当が取り消します。"))
    return recording.withdraw_fact(fact=fact, reason=reason, withdrawn_by=withdrawn_by)
