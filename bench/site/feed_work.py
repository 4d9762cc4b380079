"""Records, folds and reads on its database: a number of facts a line of input, the seconds they took a line of output.

Zero counts the first feed anew instead and checks that the sums say the same.
"""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal
from time import perf_counter

import django


def main() -> None:
    """Goes on until the input ends."""
    from django.db import transaction

    from sosei.core.people.models import Municipality
    from sosei.planning.outcomes.models import Feed
    from sosei.planning.outcomes.services import totals
    from sosei.planning.outcomes.services.recording import record_fact
    from sosei.planning.strategy.fed_values import fed_values

    town = Municipality.objects.get(pk=1)
    feed = Feed.objects.filter(municipality=town).select_related("municipality").order_by("pk")[0]
    made = 0
    for line in sys.stdin:
        began = perf_counter()
        for _ in range(int(line)):
            made += 1
            with transaction.atomic():
                record_fact(
                    municipality=town,
                    kind=feed.kind,
                    on=datetime.date(2025, 6, 1),
                    obj=("bench.new", f"n{made}"),
                    amount=Decimal(2),
                    attributes={"household_type": "single"},
                )
            totals.fold_pending()
            fed_values([feed.kpi_id])
        if not int(line):
            counted = totals.count_anew(town, feed.rule)
            if counted.says() != totals.read_sums([feed])[feed.pk].says():
                raise RuntimeError("the sums of the feed are not those of its facts")
        sys.stdout.write(f"{perf_counter() - began}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    django.setup()
    main()
