"""Adds the messages the English catalogue lacks, empty, for someone to translate: `python -m tools.sync_catalogue`."""

from __future__ import annotations

import argparse

from tools.catalogue import ENGLISH, ROOT, entries, read_catalogue, used_messages, write_catalogue


def main() -> None:
    """Adds missing messages; with `--prune` also drops those nothing uses; prints what it did and what is empty."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prune", action="store_true", help="drop the entries that nothing uses")
    options = parser.parse_args()

    catalogue, used = read_catalogue(), used_messages()
    present = entries(catalogue)
    missing = sorted(set(used) - set(present))
    unused = sorted(set(present) - set(used))
    for message in missing:
        catalogue.add(message.identity, context=message.context or None)
    if options.prune:
        for message in unused:
            catalogue.delete(message.identity, context=message.context or None)
    write_catalogue(catalogue)

    empty = sorted(message for message, strings in entries(catalogue).items() if not all(strings))
    print(
        f"{ENGLISH.relative_to(ROOT)}: {len(missing)} added, {len(unused)} unused, {len(empty)} without English"
    )
    for message in empty:
        print(f"  {message.text!r}  {', '.join(used.get(message, ['unused']))}")


if __name__ == "__main__":
    main()
