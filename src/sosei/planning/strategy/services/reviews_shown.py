"""The report of a review as a page and a file show it: from frozen rows alone, or from a draft that isn't kept yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from sosei.planning.strategy.models import (
    Change,
    FrozenChange,
    FrozenComment,
    FrozenLine,
    FrozenPart,
    FrozenReport,
    Review,
)
from sosei.planning.strategy.models.common import in_language
from sosei.planning.strategy.numbers import print_year
from sosei.planning.strategy.services.reviews_compose import Composed

TAGS = {"good": "success", "fair": "warning", "poor": "error"}
"""Tone of a judgement -> kind of chip."""
CHANGE_TAGS = {
    "kept": "neutral",
    "strengthened": "success",
    "changed": "info",
    "merged": "info",
    "ended": "warning",
}


class Local:
    """A row whose texts are in the reader's language wherever it has them in two."""

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getattr__(self, name: str) -> Any:
        row = self.__dict__["row"]
        return in_language(row, name) if hasattr(row, f"{name}_en") else getattr(row, name)


class ShownLine(Local):
    """A KPI of the report."""

    @property
    def tag(self) -> str:
        """Kind of the chip of its judgement."""
        return TAGS.get(self.row.tone, "neutral")

    @property
    def target_year_text(self) -> str:
        """The year the target is for."""
        return "" if self.row.target_year is None else print_year(self.row.target_year)

    @property
    def words(self) -> list[str]:
        """Why it was judged so, sentence by sentence."""
        return [line for line in str(self.judgement_words).splitlines() if line]


class ShownPart(Local):
    """A goal, package or measure with its KPIs and comments."""

    def __init__(self, row: FrozenPart) -> None:
        super().__init__(row)
        self.lines: list[ShownLine] = []
        self.comments: list[Local] = []

    @property
    def tag(self) -> str:
        """Kind of the chip of the department's rating."""
        return TAGS.get(self.row.rating_tone, "neutral")

    @property
    def texts(self) -> list[tuple[str, str]]:
        """What was written on it, with headings."""
        named = (
            (_("行ったこと"), self.row.done),
            (_("成果"), self.row.result),
            (_("課題"), self.row.problems),
            (_("これからの進めかた"), self.row.next_steps),
            (_("企画担当の所見"), self.row.office_text),
        )
        return [(label, text) for label, text in named if text]

    @property
    def is_evaluated(self) -> bool:
        """Whether anything besides its KPIs stands here."""
        return bool(self.row.rating or self.row.waiver or self.texts or self.comments)


class ShownChange(Local):
    """A decision for next year."""

    @property
    def tag(self) -> str:
        """Kind of its chip."""
        return CHANGE_TAGS.get(self.row.kind_key, "neutral")


@dataclass
class Shown:
    """A report, part by part.

    Attributes:
        plan_published: the decisions for next year are part of it.
    """

    report: Local
    parts: list[ShownPart] = field(default_factory=list)
    changes: list[ShownChange] = field(default_factory=list)
    plan_published: bool = False

    @property
    def fiscal_year(self) -> str:
        """The reviewed year."""
        return print_year(self.report.fiscal_year)

    @property
    def period(self) -> str:
        """The strategy's term."""
        return _("%(first)sから%(last)sまで") % {
            "first": print_year(self.report.first_fiscal_year),
            "last": print_year(self.report.last_fiscal_year),
        }

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Judgement, kind of chip, how many KPIs; the best first."""
        order = {"good": 0, "fair": 1, "poor": 2}
        found = Counter(
            (line.judgement or _("評価なし"), line.tone) for part in self.parts for line in part.lines
        )
        rows = sorted(found.items(), key=lambda each: (order.get(each[0][1], 3), -each[1], each[0][0]))
        return [(label, TAGS.get(tone, "neutral"), count) for (label, tone), count in rows]


def shown_frozen(review: Review, user: object) -> Shown:
    """A closed review, read from its frozen rows and nothing else.

    Raises:
        FrozenReport.DoesNotExist: not closed, or not visible to `user`.
    """
    report = FrozenReport.objects.visible_to(user).get(review=review)
    changes = FrozenChange.objects.visible_to(user).filter(review=review).order_by("position")
    return _shown(
        report,
        FrozenPart.objects.visible_to(user).filter(review=review).order_by("position"),
        FrozenLine.objects.visible_to(user).filter(review=review).order_by("position"),
        FrozenComment.objects.visible_to(user).filter(review=review).order_by("position"),
        changes,
        lambda row: row.part_id,
        lambda part: part.pk,
    )


def shown_draft(composed: Composed, changes: Iterable[FrozenChange] = ()) -> Shown:
    """A report as it would be frozen now."""
    return _shown(
        composed.report,
        composed.parts,
        composed.lines,
        composed.comments,
        changes,
        lambda row: id(row.part),
        id,
    )


def _shown(
    report: FrozenReport,
    parts: Iterable[FrozenPart],
    lines: Iterable[FrozenLine],
    comments: Iterable[FrozenComment],
    changes: Iterable[FrozenChange],
    part_of: Any,
    key_of: Any,
) -> Shown:
    shown = Shown(Local(report))
    by_key = {}
    for part in parts:
        by_key[key_of(part)] = made = ShownPart(part)
        shown.parts.append(made)
    for line in lines:
        by_key[part_of(line)].lines.append(ShownLine(line))
    for comment in comments:
        # Who had nothing to say is counted as having read, and needs no line.
        if comment.text or comment.answer:
            by_key[part_of(comment)].comments.append(Local(comment))
    shown.changes = [ShownChange(change) for change in changes]
    shown.plan_published = bool(shown.changes)
    return shown


def headings() -> list[str]:
    """The columns of the file."""
    return [
        _("年度"),
        _("段"),
        _("番号"),
        _("名称"),
        _("担当の部署"),
        "KPI",
        _("単位"),
        _("基準値"),
        _("目標の年度"),
        _("目標値"),
        _("実績値"),
        _("実績値の書き方"),
        _("時点・期間"),
        _("評価"),
        _("基準による評価"),
        _("人が評価を変えた理由"),
        _("要因"),
        _("出典"),
        _("値がない理由"),
    ]


def file_rows(shown: Shown) -> list[list[Any]]:
    """A line a KPI."""
    return [
        [
            shown.report.fiscal_year,
            str(FrozenPart.Level(part.level).label),
            part.number,
            part.title,
            part.department,
            line.title,
            line.unit,
            plain(line.base_value),
            line.target_year,
            plain(line.target_value),
            plain(line.actual_value),
            line.actual,
            line.period,
            line.judgement,
            line.rule_judgement,
            line.overrule_reason,
            line.explanation,
            line.source,
            line.waiver,
        ]
        for part in shown.parts
        for line in part.lines
    ]


def plain(value: Decimal | None) -> Decimal | None:
    """A number without needless zeros, as a spreadsheet reads it."""
    return None if value is None else Decimal(f"{value.normalize():f}")


def done_state(change: Change) -> str:
    """Whether a decision stands in the strategy by now."""
    return _("戦略に反映した") if change.carried_out_at else _("決めた（まだ反映していない）")
