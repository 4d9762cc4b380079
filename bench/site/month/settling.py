"""After the month: all that is left is brought to its end, the months are closed and paid out, and everything is checked."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.site.month import checks, steps
from bench.site.month.statements import check_statements
from bench.site.month.world import World

SATURDAY = 5


def settle_and_check(month: Any, first: datetime.datetime) -> dict[str, Any]:
    """What the month came to, and everything that is wrong.

    The month is closed on the third of the next, and that one after all bookings are over.
    """
    last_day = _last_day(first.date())
    second = _last_day(last_day + datetime.timedelta(days=1))
    flaws: dict[str, list[Any]] = {}
    world = World(month.towns)
    for last in (last_day, second):
        month.say(f"settling up to {last}")
        _go_to(last + datetime.timedelta(days=3), first)
        _tasks()
        month.keep()
        for town in month.towns.towns:
            _close(world, town, last)
        flaws[f"statements of {last:%B}"] = check_statements(month.towns, last)
        _give_accounts(world)
        for town in month.towns.towns:
            _pay_out(world, town)
        _tasks()
        month.keep()
    month.say("checking")
    flaws |= checks.everything(month)
    return {
        "counts": checks.counts(),
        "flaws": {name: found[:20] for name, found in flaws.items() if found},
        "flaw_count": sum(len(found) for found in flaws.values()),
        "checked": sorted(flaws),
    }


def _last_day(first: datetime.date) -> datetime.date:
    return (first.replace(day=28) + datetime.timedelta(days=4)).replace(day=1) - datetime.timedelta(days=1)


def _go_to(day: datetime.date, first: datetime.datetime) -> None:
    moment = first.replace(year=day.year, month=day.month, day=day.day)
    settings.CLOCK.forward(max(datetime.timedelta(), moment - timezone.now()))


def _tasks() -> None:
    """What the worker does by the clock, done here until nothing is left: nobody else works any more."""
    from sosei.core.payments.gateways import embedded
    from sosei.core.payments.services import asking
    from sosei.programmes.spaces.services import bookings, waiting

    for _round in range(4):
        settings.CLOCK.forward(datetime.timedelta(minutes=5))
        now = timezone.now()
        embedded.deliver_due(now, _post)
        asking.expire_due(now)
        asking.ask_again(now)
        embedded.deliver_due(now, _post)
        bookings.lapse_due(now=now)
        waiting.offer_due(now=now)
    bookings.mark_ended(now=timezone.now())


def _post(url: str, body: bytes, headers: Any) -> int:
    from sosei.core.payments.errors_payments import NoticeRefusedError
    from sosei.core.payments.services import receive_notice

    try:
        receive_notice(gateway=url.rstrip("/").rpartition("/")[2], body=body, headers=headers)
    except NoticeRefusedError:
        return 400
    return 200


def _close(world: World, town: int, last: datetime.date) -> None:
    from sosei.core.payments.services.statements import close_month
    from sosei.core.people.models import Municipality

    close_month(municipality=Municipality.objects.get(pk=town), last_day=last, actor=world.staff(town))


def _give_accounts(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT b.object_key FROM payments_refund r JOIN payments_bill b ON b.id = r.bill_id "
            "WHERE r.state = 'waiting_account' OR (r.state = 'asked' AND r.way = 'on_site')"
        )
        orders = [int(key) for (key,) in cursor.fetchall()]
    for order in orders:
        steps.perform(world, {"do": "account", "order": order})


def _pay_out(world: World, town: int) -> None:
    """One file of the bank: what statements owe, and refunds."""
    from sosei.core.payments.models import Refund
    from sosei.core.payments.services.ledger import today
    from sosei.core.payments.services.payouts import due_statements, make_file, mark_sent
    from sosei.core.people.models import Municipality

    municipality, staff = Municipality.objects.get(pk=town), world.staff(town)
    due = due_statements(municipality)
    refunds = list(Refund.objects.for_bank().filter(municipality=town))
    if not due and not refunds:
        return
    while (on := today()).weekday() >= SATURDAY:
        settings.CLOCK.forward(datetime.timedelta(days=1))
    file = make_file(municipality=municipality, statements=due, refunds_due=refunds, pay_on=on, actor=staff)
    mark_sent(file=file, on_date=on, actor=staff)
