"""What is found in a file: problems that refuse it and notes that only tell, each by line, with its remedy.

The sentences stand in `messages.py` in both languages, because the parsers are plain Python.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sosei.engines.conventions.errors import ConventionError
from sosei.planning.population.importing.messages import NOTES, PROBLEMS

SHOWN = 50
"""Problems that are shown of one file; the count of all is told."""
KEPT_NOTES = 500
"""Notes kept in a report; the count of all is told."""


@dataclass(frozen=True)
class Place:
    """Where in a file: a line (1 is the first), a column by its name, an item of a JSON array, or a feature of a map."""

    line: int | None = None
    column: str = ""
    item: int | None = None
    feature: int | None = None

    def text(self, language: str) -> str:
        """ "12行目「2015」" or "line 12, column 2015"; empty for the file as a whole."""
        japanese = language == "ja"
        parts = []
        if self.line is not None:
            parts.append(f"{self.line}行目" if japanese else f"line {self.line}")
        if self.item is not None:
            parts.append(f"VALUE の{self.item}番目" if japanese else f"VALUE item {self.item}")
        if self.feature is not None:
            parts.append(f"{self.feature}番目の地物" if japanese else f"feature {self.feature}")
        if self.column:
            parts.append(f"「{self.column}」" if japanese else f"column {self.column}")
        return ("" if japanese else ", ").join(parts)


WHOLE_FILE = Place()


@dataclass(frozen=True)
class Finding:
    """One thing found.

    Attributes:
        rule: key of its sentences in `messages.PROBLEMS` or `messages.NOTES`.
        place: where.
        details: the values its sentences name.
        cause: the error of the conventions engine that it reports, if it is one.
    """

    rule: str
    place: Place = WHOLE_FILE
    details: dict[str, object] = field(default_factory=dict)
    cause: ConventionError | None = None

    def what(self, language: str) -> str:
        """What was found."""
        if self.cause is not None:
            return self.cause.what(language)
        return self._sentence(0 if language == "ja" else 1)

    def remedy(self, language: str) -> str:
        """What to do; empty for a note."""
        if self.cause is not None:
            return self.cause.remedy(language)
        return self._sentence(2 if language == "ja" else 3) if self.rule in PROBLEMS else ""

    def text(self, language: str) -> str:
        """Place, what and remedy in one line."""
        place, what, remedy = self.place.text(language), self.what(language), self.remedy(language)
        if language == "ja":
            return (f"{place}: " if place else "") + what + (f" 対処: {remedy}" if remedy else "")
        return (f"{place}: " if place else "") + what + (f" Remedy: {remedy}" if remedy else "")

    def as_json(self) -> dict[str, object]:
        """For a stored or printed report."""
        found: dict[str, object] = {"rule": self.rule, "line": self.place.line, "column": self.place.column}
        if self.place.item is not None:
            found["item"] = self.place.item
        if self.place.feature is not None:
            found["feature"] = self.place.feature
        found |= {"ja": self.what("ja"), "en": self.what("en")}
        if remedy := self.remedy("ja"):
            found |= {"remedy_ja": remedy, "remedy_en": self.remedy("en")}
        return found

    def _sentence(self, which: int) -> str:
        sentences = PROBLEMS[self.rule] if self.rule in PROBLEMS else NOTES[self.rule]
        return sentences[which].format(**self.details)


@dataclass
class Findings:
    """Everything found in one file. Only the first of many are kept, so that a file of noise stays small."""

    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    problem_counts: Counter[str] = field(default_factory=Counter)
    note_counts: Counter[str] = field(default_factory=Counter)

    def problem(self, rule: str, place: Place = WHOLE_FILE, **details: object) -> None:
        """Record a problem; the file will be refused."""
        self._add_problem(Finding(rule, place, details))

    def unreadable(self, cause: ConventionError, place: Place) -> None:
        """Record a value that the conventions engine could not read."""
        self._add_problem(Finding("unreadable", place, {}, cause))

    def note(self, rule: str, place: Place = WHOLE_FILE, **details: object) -> None:
        """Record a note; the file is still accepted."""
        self.note_counts[rule] += 1
        if len(self.notes) < KEPT_NOTES:
            self.notes.append(Finding(rule, place, details))

    @property
    def refused(self) -> bool:
        """Whether any problem was found."""
        return bool(self.problem_counts)

    @property
    def problem_total(self) -> int:
        """How many problems, shown or not."""
        return self.problem_counts.total()

    @property
    def note_total(self) -> int:
        """How many notes, kept or not."""
        return self.note_counts.total()

    def _add_problem(self, finding: Finding) -> None:
        self.problem_counts[finding.rule] += 1
        if len(self.problems) < SHOWN:
            self.problems.append(finding)


class ImportRefusedError(ValueError):
    """A file was refused; nothing of it was stored. Carries every problem by line, in both languages."""

    def __init__(self, file_name: str, findings: Findings) -> None:
        self.file_name = file_name
        self.findings = findings
        super().__init__(self.text("en"))

    @classmethod
    def because(
        cls, file_name: str, rule: str, place: Place = WHOLE_FILE, **details: object
    ) -> ImportRefusedError:
        """A refusal with one problem."""
        findings = Findings()
        findings.problem(rule, place, **details)
        return cls(file_name, findings)

    def text(self, language: str) -> str:
        """The head line and a line a problem."""
        total, shown = self.findings.problem_total, len(self.findings.problems)
        lines = [f"  {problem.text(language)}" for problem in self.findings.problems]
        if language == "ja":
            head = (
                f"{self.file_name}: 取り込みませんでした（問題 {total} 件）。データベースは変わっていません。"
            )
            tail = [f"  …ほか {total - shown} 件"] if total > shown else []
        else:
            count = f"{total} problem{'s' if total > 1 else ''}"
            head = f"{self.file_name}: refused ({count}). The database is unchanged."
            tail = [f"  … and {total - shown} more"] if total > shown else []
        return "\n".join([head, *lines, *tail])
