"""Two closed reviews side by side: each KPI with the one it continues, what became better or worse, was added or ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sosei.planning.strategy.models import FrozenLine, FrozenReport, Kpi, Lineage, Review
from sosei.planning.strategy.services.reviews_shown import Local, ShownLine

RANKS = {"good": 2, "fair": 1, "poor": 0}


@dataclass(frozen=True)
class Pair:
    """A KPI then and now; one of the two may be missing.

    Attributes:
        state: better, worse, same, open (one of the two has no rating), added, ended.
    """

    then: ShownLine | None
    now: ShownLine | None
    state: str

    @property
    def title(self) -> str:
        """The newer name."""
        return str((self.now or self.then).title)  # type: ignore[union-attr]

    @property
    def state_text(self) -> str:
        """The state in words."""
        return {
            "better": _("良くなった"),
            "worse": _("悪くなった"),
            "same": _("同じ"),
            "open": _("比べられない"),
            "added": _("加わった"),
            "ended": _("終わった"),
        }[self.state]

    @property
    def tag(self) -> str:
        """Kind of its chip."""
        return {"better": "success", "worse": "error", "added": "info"}.get(self.state, "neutral")

    @property
    def renamed(self) -> bool:
        """It had another name then."""
        return self.then is not None and self.now is not None and self.then.title != self.now.title

    @property
    def target_moved(self) -> bool:
        """The target isn't the same as then."""
        return (
            self.then is not None
            and self.now is not None
            and (self.then.target_value, self.then.target_year)
            != (self.now.target_value, self.now.target_year)
        )


@dataclass(frozen=True)
class Comparison:
    """Two reviews.

    Attributes:
        pairs: in the order of the newer one, what ended at the end.
        lineage: what became of the packages where the two are of different terms.
    """

    then: Local
    now: Local
    pairs: list[Pair]
    lineage: list[Lineage]
    by_another_rule: bool

    @property
    def counts(self) -> list[tuple[Pair, int]]:
        """One pair of each state, and how many there are of it."""
        found: dict[str, list[Pair]] = {}
        for pair in self.pairs:
            found.setdefault(pair.state, []).append(pair)
        order = ("better", "same", "worse", "open", "added", "ended")
        return [(found[state][0], len(found[state])) for state in order if state in found]


def compare(then: Review, now: Review, user: object) -> Comparison:
    """Compares two closed reviews of a town.

    Raises:
        FrozenReport.DoesNotExist: one of them isn't closed, or not visible to `user`.
    """
    reports = {
        row.review_id: row for row in FrozenReport.objects.visible_to(user).filter(review__in=(then, now))
    }
    if len(reports) < len({then.pk, now.pk}):
        raise FrozenReport.DoesNotExist
    lines = FrozenLine.objects.visible_to(user).filter(review__in=(then, now)).order_by("position")
    earlier = [ShownLine(line) for line in lines if line.review_id == then.pk]
    later = [ShownLine(line) for line in lines if line.review_id == now.pk]
    before = _before(user, then.strategy.municipality_id)
    lineage = []
    if then.strategy_id != now.strategy_id:
        lineage = list(
            Lineage.objects.visible_to(user)
            .filter(strategy=now.strategy_id)
            .select_related("earlier", "later")
            .order_by("pk")
        )
    first, second = reports[then.pk], reports[now.pk]
    return Comparison(
        Local(first),
        Local(second),
        pairs_of(earlier, later, before),
        lineage,
        first.rule_definition != second.rule_definition,
    )


def _before(user: object, town: int) -> dict[int, int]:
    """KPI -> the one it continues."""
    rows = Kpi.objects.visible_to(user).filter(strategy__municipality=town, continues__isnull=False)
    return dict(rows.values_list("pk", "continues_id"))


def pairs_of(
    earlier: Iterable[ShownLine], later: Iterable[ShownLine], before: Mapping[int, int]
) -> list[Pair]:
    """Each KPI of the newer review with its own line, or that of the nearest KPI it continues."""
    left = {line.kpi_id: line for line in earlier}
    pairs = []
    for now in later:
        key: int | None = now.kpi_id
        seen: set[int] = set()
        while key is not None and key not in left and key not in seen:
            seen.add(key)
            key = before.get(key)
        then = left.pop(key, None) if key is not None else None
        pairs.append(Pair(then, now, _state(then, now)))
    return [*pairs, *(Pair(line, None, "ended") for line in left.values())]


def _state(then: Any, now: Any) -> str:
    if then is None:
        return "added"
    before, after = RANKS.get(then.tone), RANKS.get(now.tone)
    if before is None or after is None:
        return "open"
    if before == after:
        return "same"
    return "better" if after > before else "worse"
