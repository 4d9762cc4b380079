"""`python -m bench.site.month --bookings 1000 --seed x`: lives through a month; what happened and what is wrong as JSON.

The environment names settings (`bench.site.month.settings`), SOSEI_HOME with all tables made, and SOSEI_ADDRESS. A month
that was stopped (SIGTERM, SIGKILL, no power) goes on when the same is asked with the same SOSEI_HOME.
"""

from __future__ import annotations

import argparse
import json
import sys


def main() -> None:
    """Reads what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=1000)
    parser.add_argument("--seed", default="month")
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--kills", type=int, default=2, help="SIGKILLs of a worker, and as many of a process of the site"
    )
    parser.add_argument("--restarts", type=int, default=1, help="crashes of the database server")
    parser.add_argument(
        "--minutes", type=float, default=600, help="after these no booking is asked for any more"
    )
    options = parser.parse_args()

    import django

    django.setup()
    from bench.site.month.run import PAUSED, Month, PausedError

    try:
        told = Month(**vars(options)).live()
    except PausedError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(PAUSED)
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
