"""Basic goals, policy packages, priority promotion models and formation steps: added, changed, ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.planning.strategy.errors import StrategyError
from sosei.planning.strategy.models import (
    BasicGoal,
    FormationStep,
    Measure,
    PolicyPackage,
    PromotionModel,
    Strategy,
)
from sosei.planning.strategy.services.structure.common import (
    check_leave,
    check_reason,
    check_title,
    note,
    save,
    set_columns,
    title_of,
)


@dataclass(frozen=True, kw_only=True)
class PartText:
    """Title and text of a part, in both languages."""

    title: str
    title_en: str = ""
    text: str = ""
    text_en: str = ""

    def columns(self) -> dict[str, Any]:
        """As the tables keep them.

        Raises:
            StrategyError: no title.
        """
        return {
            "title": check_title(self.title),
            "title_en": self.title_en.strip(),
            "text": self.text.strip(),
            "text_en": self.text_en.strip(),
        }


def keep(
    part: Any, columns: dict[str, Any], person: Person, reason: str, refusals: dict[str, tuple[str, str]]
) -> Any:
    """Adds a part, or changes the one that is there, with its entry; nothing where nothing changed.

    Raises:
        NotAllowedError: `person` is no planner of the town.
        StrategyError: published and no reason, or one of `refusals`.
    """
    check_leave(person, part.strategy)
    is_new = part.pk is None
    before = "" if is_new else title_of(part)
    changed = set_columns(part, columns)
    if not changed and not is_new:
        return part
    given = check_reason(part.strategy, reason)
    save(part, refusals)
    if is_new:
        note("strategy.part_added", part.strategy, person, part=part, reason=given)
    else:
        note(
            "strategy.part_changed",
            part.strategy,
            person,
            part=part,
            reason=given,
            columns=changed,
            title=before,
        )
    return part


def next_number(rows: Any, column: str) -> int:
    """One above the highest."""
    return int(rows.aggregate(top=Max(column))["top"] or 0) + 1


@transaction.atomic
def add_goal(
    *, strategy: Strategy, text: PartText, added_by: Person, number: int | None = None, reason: str = ""
) -> BasicGoal:
    """Adds a basic goal, the last unless a number is given.

    Raises:
        NotAllowedError, StrategyError: as `keep`; no title; the number is taken or not from 1 to 99.
    """
    goal = BasicGoal(strategy=strategy)
    return _keep_numbered(goal, text, number, added_by, reason, "goal_number_once")


@transaction.atomic
def change_goal(
    *, goal: BasicGoal, text: PartText, number: int, changed_by: Person, reason: str = ""
) -> BasicGoal:
    """Changes a basic goal. Raises as `add_goal`."""
    return _keep_numbered(goal, text, number, changed_by, reason, "goal_number_once")


@transaction.atomic
def add_promotion_model(
    *, strategy: Strategy, text: PartText, added_by: Person, number: int | None = None, reason: str = ""
) -> PromotionModel:
    """Adds a priority promotion model. Raises as `add_goal`."""
    model = PromotionModel(strategy=strategy)
    return _keep_numbered(model, text, number, added_by, reason, "model_number_once")


@transaction.atomic
def change_promotion_model(
    *, model: PromotionModel, text: PartText, number: int, changed_by: Person, reason: str = ""
) -> PromotionModel:
    """Changes a priority promotion model. Raises as `add_goal`."""
    return _keep_numbered(model, text, number, changed_by, reason, "model_number_once")


def _keep_numbered(
    part: Any, text: PartText, number: int | None, person: Person, reason: str, constraint: str
) -> Any:
    chosen = number or next_number(type(part).objects.filter(strategy=part.strategy), "number")
    if not 1 <= chosen <= 99:
        raise StrategyError(
            _("番号「%(number)s」は使えません。1から99までにしてください。") % {"number": chosen}, "number"
        )
    return keep(
        part,
        {**text.columns(), "number": chosen},
        person,
        reason,
        {constraint: (_taken(chosen), "number")},
    )


def _taken(number: object) -> str:
    return _("番号「%(number)s」は、この戦略でもう使われています。") % {"number": number}


@transaction.atomic
def add_package(
    *, goal: BasicGoal, text: PartText, added_by: Person, number: str = "", reason: str = ""
) -> PolicyPackage:
    """Adds a policy package under a goal, the last; numbered after the goal, as 2-3, unless a number is given.

    Raises:
        NotAllowedError, StrategyError: as `keep`; no title; the number is taken.
    """
    position = next_number(PolicyPackage.objects.filter(goal=goal), "position")
    package = PolicyPackage(strategy=goal.strategy, goal=goal, position=position)
    return _keep_package(package, goal, text, number or f"{goal.number}-{position}", added_by, reason)


@transaction.atomic
def change_package(
    *,
    package: PolicyPackage,
    goal: BasicGoal,
    text: PartText,
    number: str,
    changed_by: Person,
    reason: str = "",
) -> PolicyPackage:
    """Changes a package, also the goal it stands under. Raises as `add_package`."""
    if goal.strategy_id != package.strategy_id:
        raise StrategyError(_("同じ戦略の基本目標を選んでください。"), "goal")
    return _keep_package(package, goal, text, number, changed_by, reason)


def _keep_package(
    package: PolicyPackage, goal: BasicGoal, text: PartText, number: str, person: Person, reason: str
) -> Any:
    given = number.strip()
    if not given:
        raise StrategyError(_("番号を書いてください。例：2-3"), "number")
    columns = {**text.columns(), "number": given, "goal": goal}
    return keep(package, columns, person, reason, {"package_number_once": (_taken(given), "number")})


@dataclass(frozen=True, kw_only=True)
class StepText(PartText):
    """A step of making the plan: the work, when, what was done."""

    period: str = ""
    period_en: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    source: str = ""

    def columns(self) -> dict[str, Any]:
        """As the table keeps them.

        Raises:
            StrategyError: no title, or it ends before it begins.
        """
        check_dates(self.starts_on, self.ends_on)
        return {
            **super().columns(),
            "period": self.period.strip(),
            "period_en": self.period_en.strip(),
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "source": self.source.strip(),
        }


def check_dates(starts_on: date | None, ends_on: date | None) -> None:
    """Dates in their order.

    Raises:
        StrategyError: it ends before it begins.
    """
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise StrategyError(
            _("終わりの日（%(end)s）が、始まりの日（%(start)s）より前です。")
            % {"end": ends_on.isoformat(), "start": starts_on.isoformat()},
            "ends_on",
        )


@transaction.atomic
def add_formation_step(
    *, strategy: Strategy, text: StepText, added_by: Person, reason: str = ""
) -> FormationStep:
    """Notes a step in which the plan was made. Raises as `keep`; no title; ends before it begins."""
    position = next_number(FormationStep.objects.filter(strategy=strategy), "position")
    step = FormationStep(strategy=strategy, position=position)
    made: FormationStep = keep(step, text.columns(), added_by, reason, {})
    return made


@transaction.atomic
def change_formation_step(
    *, step: FormationStep, text: StepText, changed_by: Person, reason: str = ""
) -> FormationStep:
    """Changes a step. Raises as `add_formation_step`."""
    changed: FormationStep = keep(step, text.columns(), changed_by, reason, {})
    return changed


SIBLINGS: dict[type[Any], tuple[str, str]] = {
    BasicGoal: ("strategy", "number"),
    PromotionModel: ("strategy", "number"),
    PolicyPackage: ("goal", "position"),
    Measure: ("package", "position"),
    FormationStep: ("strategy", "position"),
}
"""What is put in order: among which rows, by which column."""


@transaction.atomic
def move_part(*, part: Any, up: bool, moved_by: Person) -> bool:
    """Changes places with the neighbour above or below; whether there was one. Only order, so without a reason.

    Raises:
        NotAllowedError: `moved_by` is no planner of the town.
        ValueError: such parts are in no order of their own (actions go by date).
    """
    if type(part) not in SIBLINGS:
        raise ValueError(f"{type(part).__name__} is not put in order by hand")
    check_leave(moved_by, part.strategy)
    among, column = SIBLINGS[type(part)]
    rows = list(type(part).objects.filter(**{among: getattr(part, among)}).order_by(column, "pk"))
    place = next(i for i, row in enumerate(rows) if row.pk == part.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return False
    if column == "number":
        _swap_numbers(rows[place], rows[other])
    else:
        rows[place], rows[other] = rows[other], rows[place]
        for position, row in enumerate(rows, start=1):
            type(part).objects.filter(pk=row.pk).exclude(position=position).update(position=position)
    note("strategy.part_moved", part.strategy, moved_by, part=part)
    return True


def _swap_numbers(one: Any, other: Any) -> None:
    # A number stands once in a strategy, at every moment: one of the two waits aside.
    rows = type(one).objects
    rows.filter(pk=one.pk).update(number=-one.number)
    rows.filter(pk=other.pk).update(number=one.number)
    rows.filter(pk=one.pk).update(number=other.number)
