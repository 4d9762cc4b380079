"""Background work of papers: months are closed, reductions after an invoice are told, papers are checked."""

from __future__ import annotations

import datetime

from procrastinate.contrib.django import app

from sosei.core.design import civil_day
from sosei.core.payments.services import checking_papers, invoices, statements
from sosei.core.people.models import Municipality

CLOSE_ON = 3
"""The day of the month on which the month before is closed, so that what banks and gateways tell late is in it."""


@app.periodic(cron="0 18 * * *")  # 3:00 in Japan
@app.task(name="payments.close_months", queueing_lock="payments.close_months")
def close_months(timestamp: int) -> int:
    """Closes the month before in every town, from the third of a month on; run twice it closes once."""
    today = civil_day.today()
    if today.day < CLOSE_ON:
        return 0
    return close_all(statements.month_end_before(today))


def close_all(last_day: datetime.date) -> int:
    """The statements of every open town up to a month's end; how many were made."""
    towns = Municipality.objects.filter(closed_at__isnull=True).order_by("pk")
    return sum(
        len(statements.close_month(municipality=town, last_day=last_day, actor=None)) for town in towns
    )


@app.periodic(cron="15 18 * * *")  # 3:15 in Japan
@app.task(name="payments.tell_reductions", queueing_lock="payments.tell_reductions")
def tell_reductions(timestamp: int) -> int:
    """Issues the return invoices of reductions since the invoice; run twice it issues each once."""
    return sum(len(invoices.issue_return(bill=bill)) for bill in invoices.bills_to_return())


@app.periodic(cron="45 17 * * *")  # 2:45 in Japan
@app.task(name="payments.check_papers", queueing_lock="payments.check_papers")
def check_papers(timestamp: int) -> int:
    """Reckons every paper anew from its rows and keeps what does not agree."""
    return checking_papers.check_every_town()
