"""The audit of dependencies: what is known is told, and what could not be asked is never called safe."""

from __future__ import annotations

import json

import pytest

from tools.audit import CLEAN, KNOWN, NOT_AUDITED, verdict

SAFE = {"name": "django", "version": "5.2.19", "vulns": []}
OPEN = {"name": "django", "version": "5.2.0", "vulns": [{"id": "PYSEC-2025-1", "fix_versions": ["5.2.1"]}]}
SKIPPED = {"name": "xarray", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("dependencies", "code", "said"),
    [
        ([SAFE, SAFE], CLEAN, "2 dependencies, none known"),
        ([SAFE, OPEN], KNOWN, "django 5.2.0: PYSEC-2025-1 (5.2.1)"),
        ([SAFE, SKIPPED], NOT_AUDITED, "1/2: xarray"),
        ([OPEN, SKIPPED], KNOWN, "no all-clear"),
        ([], NOT_AUDITED, "no all-clear"),
    ],
)
def test_the_verdict_says_what_was_found_and_what_was_not_asked(dependencies, code, said):
    got, lines = verdict("run.txt", json.dumps({"dependencies": dependencies}))
    assert got == code
    assert said in "\n".join(lines)


@pytest.mark.parametrize("told", ["", "Traceback", "[]", "{}"])
def test_an_answer_that_is_none_is_no_all_clear(told):
    assert verdict("run.txt", told)[0] == NOT_AUDITED
