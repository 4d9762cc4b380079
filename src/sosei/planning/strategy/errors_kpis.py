"""What services of KPIs refuse; each text names the value, the place and the remedy in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from sosei.core.people.errors import RefusedError


class KpiError(RefusedError):
    """A KPI or a target that cannot be kept so."""


class ActualError(RefusedError):
    """An actual that cannot be recorded, corrected or chosen."""


class ActualsError(RefusedError):
    """Of several actuals some cannot be recorded, so none is.

    Attributes:
        problems: place of the report in what was given (from 0), and why it cannot be recorded.
    """

    def __init__(self, problems: Sequence[tuple[int, ActualError]]) -> None:
        super().__init__("\n".join(str(problem) for _place, problem in problems))
        self.problems = tuple(problems)
