"""What became of the packages of the term before: noted one by one, and the rest as new or ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.planning.strategy.errors import StrategyError
from sosei.planning.strategy.models import Lineage, PolicyPackage, Strategy
from sosei.planning.strategy.services.structure.common import check_leave, check_reason, note
from sosei.planning.strategy.services.structure.parts import keep


@dataclass(frozen=True, kw_only=True)
class LineageText:
    """A link from a package of the term before to one of this term; ended without `later`, new without `earlier`."""

    kind: str
    earlier: PolicyPackage | None = None
    later: PolicyPackage | None = None
    note: str = ""
    note_en: str = ""

    def columns(self, strategy: Strategy) -> dict[str, Any]:
        """As the table keeps them.

        Raises:
            StrategyError: the kind needs, or excludes, one of the two packages; or one is of another strategy.
        """
        kinds = Lineage.Kind
        if self.kind not in kinds.values:
            raise StrategyError(_("つながりの種類を選んでください。"), "kind")
        if (self.earlier is None) != (self.kind == kinds.NEW):
            text = (
                _("「新規」のときは、前の期の政策パッケージを選ばないでください。")
                if self.kind == kinds.NEW
                else _("前の期の政策パッケージを選んでください。ないときは、種類を「新規」にします。")
            )
            raise StrategyError(text, "earlier")
        if (self.later is None) != (self.kind == kinds.ENDED):
            text = (
                _("「終了」のときは、この期の政策パッケージを選ばないでください。")
                if self.kind == kinds.ENDED
                else _("この期の政策パッケージを選んでください。ないときは、種類を「終了」にします。")
            )
            raise StrategyError(text, "later")
        if self.earlier is not None and self.earlier.strategy_id != strategy.previous_id:
            raise StrategyError(_("前の期の政策パッケージを選んでください。"), "earlier")
        if self.later is not None and self.later.strategy_id != strategy.pk:
            raise StrategyError(_("この期の政策パッケージを選んでください。"), "later")
        return {
            "kind": self.kind,
            "earlier": self.earlier,
            "later": self.later,
            "note": self.note.strip(),
            "note_en": self.note_en.strip(),
        }


@transaction.atomic
def add_lineage(*, strategy: Strategy, text: LineageText, added_by: Person, reason: str = "") -> Lineage:
    """Notes what became of a package.

    Raises:
        NotAllowedError: `added_by` is no planner of the town.
        StrategyError: as `LineageText.columns`; the two are linked already; published and no reason.
    """
    made: Lineage = keep(Lineage(strategy=strategy), text.columns(strategy), added_by, reason, _twice())
    return made


@transaction.atomic
def change_lineage(*, link: Lineage, text: LineageText, changed_by: Person, reason: str = "") -> Lineage:
    """Changes a link. Raises as `add_lineage`."""
    changed: Lineage = keep(link, text.columns(link.strategy), changed_by, reason, _twice())
    return changed


def _twice() -> dict[str, tuple[str, str]]:
    return {"lineage_once": (_("この二つのつながりは、もうあります。"), "later")}


def unlinked(strategy: Strategy) -> tuple[list[PolicyPackage], list[PolicyPackage]]:
    """Packages of the term before, and of this one, of which nobody said what became of them or whence they come."""
    if strategy.previous_id is None:
        return [], []
    links = Lineage.objects.filter(strategy=strategy)
    earlier = PolicyPackage.objects.filter(strategy=strategy.previous_id)
    later = PolicyPackage.objects.filter(strategy=strategy)
    return (
        list(earlier.exclude(pk__in=links.filter(earlier__isnull=False).values("earlier"))),
        list(later.exclude(pk__in=links.filter(later__isnull=False).values("later"))),
    )


@transaction.atomic
def complete_lineage(*, strategy: Strategy, completed_by: Person, reason: str = "") -> int:
    """Notes every package that has no link as ended (of the term before) or new (of this one); how many those are.

    Raises:
        NotAllowedError: `completed_by` is no planner of the town.
        StrategyError: published and no reason.
    """
    check_leave(completed_by, strategy)
    ended, new = unlinked(strategy)
    if not ended and not new:
        return 0
    given = check_reason(strategy, reason)
    Lineage.objects.bulk_create(
        [
            *(Lineage(strategy=strategy, earlier=row, kind=Lineage.Kind.ENDED) for row in ended),
            *(Lineage(strategy=strategy, later=row, kind=Lineage.Kind.NEW) for row in new),
        ]
    )
    note(
        "strategy.lineage_completed",
        strategy,
        completed_by,
        reason=given,
        ended=len(ended),
        new=len(new),
    )
    return len(ended) + len(new)
