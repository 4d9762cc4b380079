"""Asks the public advisory database about every pinned dependency; says plainly where it could not be asked.

`make audit`: 0 nothing known, 1 something known, 2 not audited. Silence of the database is never taken for good news.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements"
CLEAN, KNOWN, NOT_AUDITED = 0, 1, 2


def audited(requirements: Path) -> str:
    """What pip-audit writes as JSON about a file of pinned requirements; empty where it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--require-hashes"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)  # noqa: S603
    return done.stdout


def verdict(name: str, told: str) -> tuple[int, list[str]]:
    """The exit code for one file, and the lines to print.

    Args:
        name: the file's name.
        told: what `audited` gave.
    """
    try:
        dependencies = json.loads(told)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        dependencies = []
    known = [
        f"{each['name']} {each['version']}: {found['id']} ({', '.join(found.get('fix_versions') or ['-'])})"
        for each in dependencies
        for found in each.get("vulns", [])
    ]
    skipped = [each["name"] for each in dependencies if "skip_reason" in each]
    lines = [f"  {line}" for line in known]
    if not dependencies or skipped:
        which = f"{len(skipped)}/{len(dependencies)}: {', '.join(skipped[:8])}" if skipped else name
        lines += [
            f"{name}: 脆弱性データベースに問い合わせられませんでした（{which}）。安全とは言えません。"
            "対処: インターネットにつながる機械で make audit を実行してください。",
            f"{name}: the advisory database could not be asked ({which}). This is no all-clear. "
            "Remedy: run make audit on a machine with access to the internet.",
        ]
    if known:
        lines.insert(0, f"{name}: 知られている脆弱性があります / known vulnerabilities (fixed in):")
        return KNOWN, lines
    if not dependencies or skipped:
        return NOT_AUDITED, lines
    return CLEAN, [
        f"{name}: {len(dependencies)}件、知られている脆弱性はありません / {len(dependencies)} dependencies, none known"
    ]


def main(files: Sequence[Path] = ()) -> int:
    """Audits every file of requirements; the worst verdict counts, known before not audited."""
    codes = []
    for path in files or sorted(REQUIREMENTS.glob("*.txt")):
        code, lines = verdict(path.name, audited(path))
        codes.append(code)
        print("\n".join(lines))
    return KNOWN if KNOWN in codes else max(codes, default=NOT_AUDITED)


if __name__ == "__main__":
    sys.exit(main())
