"""Every host's statement, reckoned a second time: from bookings, their prices, ladders, moves and what was paid.

Nothing here calls or imports what it checks. It reads no charge, no line of the books, and none of the rules: ladders, the
platform's share and the tax are written down anew. What statements say is read in the end, to be compared.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from bench.site.month.town import FIRST_RATE, OTHER_RATE, SECOND_FROM, SECOND_RATE, Towns

JAPAN = datetime.timezone(datetime.timedelta(hours=9))
MINUTE = datetime.timedelta(minutes=1)
FEE_TAX = 10
"""Percent, the standard rate since October 2019; what is below a yen is dropped."""


def rows(query: str, *values: Any) -> list[dict[str, Any]]:
    """Rows as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def day(moment: datetime.datetime) -> datetime.date:
    """The civil day in Japan."""
    return moment.astimezone(JAPAN).date()


# --- Ladders ----------------------------------------------------------------------------------------------------------


def percent_owed(
    ladder: dict[str, Any],
    starts: datetime.datetime,
    booked: datetime.datetime,
    at: datetime.datetime,
    moves: list[tuple[datetime.datetime, datetime.datetime]],
) -> int:
    """What a guest owes who goes at a moment: the dearest of today's standing and of those at each earlier move."""
    standings = [_standing(ladder, starts, booked, at)]
    standings += [_standing(ladder, before, booked, moved) for moved, before in moves]
    return max(standings)


def _standing(
    ladder: dict[str, Any], starts: datetime.datetime, booked: datetime.datetime, at: datetime.datetime
) -> int:
    at = at.replace(second=0, microsecond=0)
    free = ladder["free_hours"]
    if (
        free
        and booked < starts
        and starts - booked >= datetime.timedelta(days=ladder.get("free_needs_days", 0))
    ):
        until = (booked + datetime.timedelta(hours=free)).replace(second=0, microsecond=0)
        if at <= min(until, starts - MINUTE):
            return 0
    percents, last = [], 100
    for step in ladder["steps"]:
        if "hours" in step and step["hours"] is not None:
            until = starts - datetime.timedelta(hours=step["hours"])
        elif "days" in step and step["days"] is not None:
            on = day(starts) - datetime.timedelta(days=step["days"])
            evening = datetime.datetime.combine(on, datetime.time(23, 59), tzinfo=JAPAN)
            until = min(evening, starts)
        else:
            last = step["percent"]
            continue
        if at <= until:
            percents.append(step["percent"])
    return int(min(percents)) if percents else int(last)


# --- What bookings come to --------------------------------------------------------------------------------------------

_BOOKINGS = """
SELECT b.id, b.order_id, b.host_id, b.state, b.yen, b.quote, b.ladder, lower(b.period) AS starts, b.booked_at,
    b.confirmed_at, b.ended_at, o.made_at, s.way = 'request' AS asked, EXISTS (
        SELECT 1 FROM records_entry e WHERE e.verb = 'space_booking.accepted' AND e.data->>'number' = o.number
    ) AS accepted, c.side, c.percent, c.yen_owed, c.at AS called_off
FROM spaces_booking b JOIN spaces_order o ON o.id = b.order_id JOIN spaces_space s ON s.id = b.space_id
LEFT JOIN spaces_bookingcancellation c ON c.booking_id = b.id ORDER BY b.id
"""
_MOVES = """
SELECT booking_id, side, lower(old_period) AS before, lower(new_period) AS after, old_yen, new_yen, at
FROM spaces_bookingchange ORDER BY booking_id, number
"""


@dataclass
class Reckoned:
    """What bookings say: what each order is charged, when, and what each booking owes in the end."""

    charged: dict[int, list[tuple[datetime.date, int]]] = field(default_factory=dict)
    owes: dict[int, int] = field(default_factory=dict)
    flaws: list[Any] = field(default_factory=list)


def reckon_bookings() -> Reckoned:
    """Each booking's price, moves and end, together by order and moment."""
    found = Reckoned()
    moves: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for move in rows(_MOVES):
        moves[move["booking_id"]].append(move)
    groups: dict[int, dict[datetime.datetime, int]] = defaultdict(lambda: defaultdict(int))
    for one in rows(_BOOKINGS):
        one["quote"], one["ladder"] = json.loads(one["quote"]), json.loads(one["ladder"])
        changes = moves[one["id"]]
        was_due = not one["asked"] or one["accepted"]
        first = changes[0]["old_yen"] if changes else one["yen"]
        mine = groups[one["order_id"]]
        if was_due:
            mine[one["made_at"]] += first
        price = first
        for move in changes:
            if move["old_yen"] != price:
                found.flaws.append({"booking": one["id"], "moved from": move["old_yen"], "was": price})
            mine[move["at"]] += move["new_yen"] - move["old_yen"]
            price = move["new_yen"]
        told = sum(line["yen"] for line in one["quote"]["lines"])
        if price != one["yen"] or told != one["yen"]:
            found.flaws.append({"booking": one["id"], "price": one["yen"], "lines": told, "moves": price})
        owes = _in_the_end(one, changes, price if was_due else 0, found)
        if owes != (price if was_due else 0):
            mine[one["called_off"] or one["ended_at"]] += owes - price
        found.owes[one["id"]] = owes
    for order, by_moment in groups.items():
        found.charged[order] = [(day(at), yen) for at, yen in sorted(by_moment.items()) if yen]
    return found


def _in_the_end(one: dict[str, Any], changes: list[dict[str, Any]], due: int, found: Reckoned) -> int:
    """What a booking owes as it stands now."""
    if one["state"] == "cancelled":
        percent = owed = 0
        if one["side"] == "guest" and one["confirmed_at"] is not None:
            percent, owed = _by_the_ladder(one, changes)
        owed = min(due, owed)
        if (owed, percent) != (one["yen_owed"], one["percent"]):
            found.flaws.append(
                {"booking": one["id"], "owed": owed, "kept as": one["yen_owed"], "percent": percent}
            )
        return owed
    if one["state"] in ("lapsed", "declined"):
        return 0
    return due if one["state"] != "requested" else 0


def _by_the_ladder(one: dict[str, Any], changes: list[dict[str, Any]]) -> tuple[int, int]:
    """Percent and yen of who goes now; what it would have cost instead of a move by the guest, no move makes less."""
    of_guest = [move for move in changes if move["side"] == "guest"]
    floor, earlier = 0, []
    for move in of_guest:
        then = percent_owed(one["ladder"], move["before"], one["booked_at"], move["at"], earlier)
        floor = max(floor, move["old_yen"] * then // 100)
        if move["before"] != move["after"]:
            earlier = [*earlier, (move["at"], move["before"])]
    percent = percent_owed(one["ladder"], one["starts"], one["booked_at"], one["called_off"], earlier)
    owed, floor = one["yen"] * percent // 100, min(floor, one["yen"])
    return (floor * 100 // one["yen"], floor) if floor > owed else (percent, owed)


# --- Statements -------------------------------------------------------------------------------------------------------

_BILLS = """
SELECT b.id, b.object_key::bigint AS order_id, b.payee_id, b.municipality_id, b.made_at, b.is_public_fee
FROM payments_bill b WHERE b.kind = 'spaces.order'
"""
_PAID = "SELECT bill_id, way, yen, settled_at FROM payments_payment WHERE state = 'paid' AND yen > 0"
_BACK = "SELECT bill_id, way, yen, settled_at FROM payments_refund WHERE state = 'done'"
_STATEMENTS = """
SELECT id, payee_id, first_day, last_day, opening, sales, refunds, fee, fee_tax, on_site, paid_out, closing, waiting,
    under_way, due FROM payments_statement ORDER BY payee_id, last_day
"""
_PAYOUTS = """
SELECT p.payee_id, p.yen, p.settled_at, s.last_day FROM payments_payout p JOIN payments_statement s ON s.id = p.statement_id
WHERE p.state = 'paid'
"""


@dataclass
class Account:
    """A bill at the end of a day."""

    charged: int = 0
    more: int = 0
    less: int = 0
    paid: int = 0
    back: int = 0
    cash: int = 0
    percent: Decimal = Decimal(0)

    @property
    def fee(self) -> int:
        """The platform's share of what is both owed and kept, what is below a yen dropped."""
        earned = max(0, min(self.paid - self.back, self.charged))
        return int(earned * self.percent / 100)

    @property
    def tax(self) -> int:
        """The consumption tax on that."""
        return self.fee * FEE_TAX // 100

    @property
    def net(self) -> int:
        """What the host is owed for it."""
        return self.charged - self.fee - self.tax - self.cash

    @property
    def owing(self) -> bool:
        """The payer has not paid it all."""
        return self.charged - self.paid + self.back > 0


def _percent(towns: Towns, bill: dict[str, Any]) -> Decimal:
    if bill["municipality_id"] != towns.towns[0]:
        return Decimal(OTHER_RATE)
    made = day(bill["made_at"])
    return Decimal(SECOND_RATE if made >= _changed(towns, made) else FIRST_RATE)


def _changed(towns: Towns, made: datetime.date) -> datetime.date:
    """All bills of a month are made in it; the percentage changes in its middle."""
    return made.replace(day=SECOND_FROM)


def accounts(towns: Towns, reckoned: Reckoned, upto: datetime.date) -> dict[int, tuple[int, Account]]:
    """Each bill of a private host at the end of a day: (host, its account)."""
    found: dict[int, tuple[int, Account]] = {}
    for bill in rows(_BILLS):
        if bill["payee_id"] is None:
            continue
        one = Account(percent=_percent(towns, bill))
        for on, yen in reckoned.charged.get(bill["order_id"], []):
            if on <= upto:
                one.charged += yen
                one.more += max(yen, 0)
                one.less += max(-yen, 0)
        found[bill["id"]] = (bill["payee_id"], one)
    for sign, query in ((1, _PAID), (-1, _BACK)):
        for row in rows(query):
            if row["bill_id"] not in found or day(row["settled_at"]) > upto:
                continue
            one = found[row["bill_id"]][1]
            if sign > 0:
                one.paid += row["yen"]
            else:
                one.back += row["yen"]
            one.cash += sign * row["yen"] if row["way"] == "on_site" else 0
    return found


def expected(
    towns: Towns, reckoned: Reckoned, ends: list[datetime.date]
) -> dict[tuple[int, datetime.date], dict[str, int]]:
    """What the statements up to each of these days must say, by host and day."""
    told: dict[tuple[int, datetime.date], dict[str, int]] = {}
    payouts = rows(_PAYOUTS)
    before: dict[int, tuple[int, Account]] = {}
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    settled: set[int] = set()
    for end in ends:
        now = accounts(towns, reckoned, end)
        hosts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for key, (host, one) in now.items():
            was = before.get(key, (host, Account(percent=one.percent)))[1]
            mine = hosts[host]
            mine["sales"] += one.more - was.more
            mine["refunds"] += one.less - was.less
            mine["fee"] += one.fee - was.fee
            mine["fee_tax"] += one.tax - was.tax
            mine["on_site"] += one.cash - was.cash
            unpaid = one.net - (was.net if key in settled else 0)
            mine["waiting" if one.owing else "due"] += unpaid
        for payout in payouts:
            since = max((one for one in ends if one < end), default=datetime.date.min)
            if since < day(payout["settled_at"]) <= end:
                hosts[payout["payee_id"]]["paid_out"] += payout["yen"]
        for host, mine in hosts.items():
            opening = sums[host]["closing"]
            less = ("refunds", "fee", "fee_tax", "on_site", "paid_out")
            closing = opening + mine["sales"] - sum(mine[name] for name in less)
            sums[host]["closing"] = closing
            names = ("sales", *less, "waiting", "due")
            told[host, end] = {
                "opening": opening,
                "closing": closing,
                "under_way": 0,
                **{name: mine[name] for name in names},
            }
        paid = {one["payee_id"] for one in payouts if one["last_day"] == end}
        settled |= {key for key, (host, one) in now.items() if host in paid and not one.owing}
        before = now
    return told


def check_statements(towns: Towns, last: datetime.date) -> list[Any]:
    """Where a statement up to a day, or what stands on it, is not what was reckoned here; none is missing."""
    reckoned = reckon_bookings()
    kept = {(one["payee_id"], one["last_day"]): one for one in rows(_STATEMENTS)}
    ends = sorted({end for _host, end in kept} | {last})
    wanted = expected(towns, reckoned, ends)
    flaws = list(reckoned.flaws)
    for (host, end), one in wanted.items():
        if end != last:
            continue
        statement = kept.get((host, end))
        if statement is None:
            if any(one.values()):
                flaws.append({"host": host, "statement": "missing", "expected": one})
            continue
        wrong = {name: (statement[name], yen) for name, yen in one.items() if statement[name] != yen}
        if wrong:
            flaws.append({"host": host, "last_day": str(end), "said, reckoned": wrong})
    flaws += [
        {"host": key[0], "statement": "of nothing"} for key in kept if key[1] == last and key not in wanted
    ]
    return flaws
