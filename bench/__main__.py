"""`python -m bench [--only SUBJECT]`: a line a figure; ends with 1 if any figure is short."""

from __future__ import annotations

import argparse
import pkgutil
import sys
from importlib import import_module

import bench
from bench.harness import REGISTRY, run


def subjects() -> list[str]:
    """The modules that register figures."""
    return sorted(
        m.name
        for m in pkgutil.iter_modules(bench.__path__)
        if not m.ispkg and m.name not in {"__main__", "harness"}
    )


def main(arguments: list[str] | None = None) -> int:
    """Loads the subjects asked for and measures their figures; 2 for a subject that does not exist."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", metavar="SUBJECT", choices=subjects(), help=", ".join(subjects()))
    options = parser.parse_args(arguments)
    wanted = [options.only] if options.only else subjects()
    for subject in wanted:
        # What takes hours says so itself, and is measured only by its name.
        if getattr(import_module(f"bench.{subject}"), "ONLY_WHEN_ASKED", False) and not options.only:
            wanted = [name for name in wanted if name != subject]
    return run([figure for figure in REGISTRY if figure.subject in wanted])


if __name__ == "__main__":
    sys.exit(main())
