"""What the loop refuses: settings and targets that it cannot compute with, each told field by field."""

from __future__ import annotations

from collections.abc import Mapping


class LoopError(ValueError):
    """A setting or a target cannot be used; `problems` holds one sentence a field, in the reader's language."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in problems.items()))
        self.problems = dict(problems)
