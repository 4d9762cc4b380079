"""What the verbs of a strategy's structure share: leave, reason, saving with words for what the database refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from sosei.core.people.models import Organisation, Person
from sosei.core.records.services import write_entry
from sosei.planning.strategy.errors import NotAllowedError, StrategyError
from sosei.planning.strategy.models import Strategy
from sosei.planning.strategy.permissions import can_plan_strategy

KINDS: dict[str, str] = {
    "basicgoal": "goal",
    "policypackage": "package",
    "promotionmodel": "model",
    "measure": "measure",
    "measurepartner": "partner",
    "measurebudget": "budget",
    "action": "action",
    "formationstep": "step",
    "lineage": "lineage",
}
"""Table -> the word that entries keep; `words_structure` gives its label."""

_FIRST, _LAST = 1990, 2150


def check_leave(person: Person, strategy: Strategy) -> None:
    """Planners of the town only.

    Raises:
        NotAllowedError: `person` is none.
    """
    if not can_plan_strategy(person, strategy):
        raise NotAllowedError(_("戦略を書けるのは、この自治体の企画担当だけです。"))


def check_reason(strategy: Strategy, reason: str) -> str:
    """The reason; what everybody can see changes only with one.

    Raises:
        StrategyError: the strategy is published and there is no reason.
    """
    given = reason.strip()
    if strategy.published_at is not None and not given:
        raise StrategyError(
            _("公表した戦略を変えるときは、理由を書いてください。理由は記録に残ります。"), "reason"
        )
    return given


def check_title(title: str) -> str:
    """The title without spaces around it.

    Raises:
        StrategyError: there is none.
    """
    given = title.strip()
    if not given:
        raise StrategyError(_("名称を書いてください。"), "title")
    return given


def check_fiscal_year(year: int, field: str) -> int:
    """A fiscal year in western counting.

    Raises:
        StrategyError: such a year cannot be meant.
    """
    if not _FIRST <= year <= _LAST:
        raise StrategyError(
            _("年度「%(year)s」は使えません。西暦4けたで、%(first)sから%(last)sまでで書いてください。")
            % {"year": year, "first": _FIRST, "last": _LAST},
            field,
        )
    return year


def check_department(strategy: Strategy, department: Organisation | None) -> Organisation | None:
    """A department of the strategy's own town, still there.

    Raises:
        StrategyError: another town's, no department, or closed.
    """
    if department is None:
        return None
    if (
        department.municipality_id != strategy.municipality_id
        or department.kind != Organisation.Kind.DEPARTMENT
        or department.closed_at is not None
    ):
        raise StrategyError(
            _("担当には、この自治体の今ある部署を選んでください。「%(name)s」は選べません。")
            % {"name": department},
            "department",
        )
    return department


def save(row: models.Model, refusals: Mapping[str, tuple[str, str]]) -> None:
    """Saves a row; `refusals` gives words and box for constraints the database may refuse by.

    Raises:
        StrategyError: one of those constraints.
    """
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        for constraint, (text, field) in refusals.items():
            if constraint in str(error):
                raise StrategyError(text, field) from error
        raise


def set_columns(row: models.Model, columns: Mapping[str, Any]) -> list[str]:
    """Sets columns and names those that changed."""
    changed = sorted(name for name, value in columns.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, columns[name])
    return changed


def note(
    verb: str, strategy: Strategy, person: Person, *, part: Any = None, reason: str = "", **data: Any
) -> Any:
    """Leaves an entry about a strategy or a part of it."""
    filled: dict[str, Any] = {"strategy": strategy.pk, "strategy_title": strategy.title, **data}
    if part is not None:
        filled |= {"kind": KINDS[part._meta.model_name], "part": part.pk}
        filled.setdefault("title", title_of(part))
    return write_entry(
        actor=person,
        verb=verb,
        subject=strategy if strategy.pk is not None else None,
        municipality=strategy.municipality,
        reason=reason,
        data=filled,
    )


def title_of(part: Any) -> str:
    """What a part is called in an entry."""
    number = getattr(part, "number", "")
    title = getattr(part, "title", "") or str(part)
    return f"{number} {title}".strip() if number not in ("", None) else str(title)
