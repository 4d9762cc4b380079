"""The draw of a lottery, once; what was won is held, confirmed by an order, or lapses; and the check by everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import letters_lotteries as letters
from sosei.programmes.spaces import locks
from sosei.programmes.spaces import locks_lotteries as lottery_locks
from sosei.programmes.spaces.errors_bookings import BookingError, NotAllowedError, TooLateError
from sosei.programmes.spaces.models import Booking, Lottery, LotteryDraw, LotteryEntry, Order, UserGroup
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.permissions import may_act_for
from sosei.programmes.spaces.rules_lottery import (
    Code,
    Entry,
    Flaw,
    Outcome,
    Rules,
    Taken,
    digest_of_entries,
    verify,
)
from sosei.programmes.spaces.rules_lottery import draw as draw_lots
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import lottery_places, placing, waiting
from sosei.programmes.spaces.services.lotteries import free_place, record
from sosei.programmes.spaces.services.lottery_seeds import applicant_token, opened
from sosei.programmes.spaces.services.orders import Guest, Wanted, place_order
from sosei.programmes.spaces.services.steps import hold_until

States = LotteryEntry.State
METHOD = "1"
"""The version of the rules by which it was drawn; a new one when `rules_lottery` draws another way."""
TO_CONFIRM = timedelta(days=3)
"""So long winners have where a draw came after the time in which they should have confirmed (the site was down)."""
ATTEMPTS = 5
"""A draw meets somebody who books a hall at that moment, and is made again with that place taken."""


# --- Drawn ------------------------------------------------------------------------------------------------------------


def draw(*, lottery: Lottery, now: datetime, actor: Person | None = None) -> LotteryDraw:
    """Draws a lottery; one that is drawn stays as it is.

    Raises:
        BookingError: it is not time yet, it was called off, or its seed cannot be opened.
    """
    with tenancy.unguarded():
        _sweep(lottery, now)
        with transaction.atomic():
            held = lottery_locks.lock_lottery(lottery.pk)
            before = LotteryDraw.objects.filter(lottery=held).first()
            if before is not None:
                return before  # type: ignore[no-any-return]
            if held.state != Lottery.State.ANNOUNCED:
                raise BookingError(_("この抽選は、取りやめになりました。"))
            if now < held.draw_at:
                raise BookingError(_("抽選の時刻になっていません。"))
            return _draw(held, now, actor)


def _sweep(lottery: Lottery, now: datetime) -> None:
    """Holds that have run out go first, in a transaction of their own."""
    entries = list(_entries(lottery))
    if entries:
        placing.sweep(places=[(one.space, period_of(one.period)) for one in entries], now=now)


def _entries(lottery: Lottery) -> Any:
    rows = LotteryEntry.objects.filter(lottery=lottery, state=States.ENTERED)
    return rows.select_related("space", "person").order_by("number")


def _draw(lottery: Lottery, now: datetime, actor: Person | None) -> LotteryDraw:
    seed = opened(lottery)
    rows = list(_entries(lottery))
    entries = _as_rules(lottery, rows)
    rules = Rules(residents_first=lottery.residents_first)
    if lottery.confirm_until <= now:
        lottery.confirm_until = now + TO_CONFIRM
    for attempt in range(1, ATTEMPTS + 1):
        taken = _taken(entries, now)
        outcomes = draw_lots(seed, entries, rules, taken)
        try:
            with transaction.atomic():
                _hold(lottery, rows, entries, outcomes)
            break
        except placing.LostError:
            if attempt == ATTEMPTS:
                raise
    made: LotteryDraw = LotteryDraw.objects.create(
        municipality_id=lottery.municipality_id,
        host_id=lottery.host_id,
        lottery=lottery,
        entries_digest=digest_of_entries(entries),
        method=METHOD,
        results=_as_json(rules, entries, taken, outcomes, {row.number: row for row in rows}),
        at=now,
        by=actor,
    )
    lottery.state, lottery.seed, lottery.drawn_at = Lottery.State.DRAWN, seed, now
    lottery.save(update_fields=["state", "seed", "drawn_at", "confirm_until"])
    _write_outcomes(rows, outcomes)
    won = sum(1 for one in outcomes if one.code is Code.WON)
    record(lottery, "drawn", actor=actor, entries=len(rows), won=won)
    mine: dict[int, list[LotteryEntry]] = {}
    for row in rows:
        mine.setdefault(row.person_id, []).append(row)
    for own in mine.values():
        letters.tell_drawn(lottery, own[0].person, own)
    return made


def _as_rules(lottery: Lottery, rows: Sequence[LotteryEntry]) -> list[Entry]:
    return [
        Entry(
            number=row.number,
            applicant=applicant_token(lottery, row.person_id, row.group_id),
            spaces=leaves,
            period=period,
            resident=row.tier == UserGroup.Tier.RESIDENT,
            rank=row.rank,
        )
        for row, (leaves, period) in zip(rows, lottery_places.leaves_of(rows), strict=True)
    ]


def _taken(entries: Sequence[Entry], now: datetime) -> list[Taken]:
    if not entries:
        return []
    within = Period(min(one.period.start for one in entries), max(one.period.end for one in entries))
    return lottery_places.taken((leaf for one in entries for leaf in one.spaces), within, now)


def _hold(
    lottery: Lottery, rows: Sequence[LotteryEntry], entries: Sequence[Entry], outcomes: Sequence[Outcome]
) -> None:
    won = {one.number for one in outcomes if one.code is Code.WON}
    wanted = {
        lottery_places.key_of(row): (lottery.municipality_id, entry.spaces, entry.period)
        for row, entry in zip(rows, entries, strict=True)
        if row.number in won
    }
    if wanted:
        lottery_places.hold(wanted=wanted, until=lottery.confirm_until)


def _write_outcomes(rows: Sequence[LotteryEntry], outcomes: Sequence[Outcome]) -> None:
    found = {one.number: one for one in outcomes}
    for row in rows:
        one = found[row.number]
        row.state = States.WON if one.code is Code.WON else States.LOST
        row.place = one.order
        row.outcome = {"code": one.code.value, "against": one.against, "waits": one.waits}
    LotteryEntry.objects.bulk_update(rows, ["state", "place", "outcome"])


def draw_due(*, now: datetime) -> int:
    """Draws every lottery whose time has come; run twice it draws each once.

    Raises:
        ExceptionGroup: some could not be drawn; all others are.
    """
    due = Lottery.objects.filter(state=Lottery.State.ANNOUNCED, draw_at__lte=now).order_by("draw_at", "pk")
    done, failed = 0, []
    with tenancy.unguarded():
        rows = list(due)
    for lottery in rows:
        try:
            draw(lottery=lottery, now=now)
            done += 1
        except Exception as error:
            error.add_note(f"spaces.Lottery {lottery.pk}")
            failed.append(error)
    if failed:
        raise ExceptionGroup("lotteries that could not be drawn", failed)
    return done


# --- What is published ------------------------------------------------------------------------------------------------


def _as_json(
    rules: Rules,
    entries: Sequence[Entry],
    taken: Sequence[Taken],
    outcomes: Sequence[Outcome],
    rows: Mapping[int, LotteryEntry],
) -> dict[str, Any]:
    """Everything that a second draw needs, and nothing of who it was."""
    return {
        "residents_first": rules.residents_first,
        "entries": [
            {
                "number": one.number,
                "applicant": one.applicant,
                "space": rows[one.number].space_id,
                "spaces": sorted(one.spaces),
                "start": one.period.start.isoformat(),
                "end": one.period.end.isoformat(),
                "from": rows[one.number].period.lower.isoformat(),
                "until": rows[one.number].period.upper.isoformat(),
                "resident": one.resident,
                "rank": one.rank,
            }
            for one in entries
        ],
        "taken": [
            {"spaces": sorted(spaces), "start": period.start.isoformat(), "end": period.end.isoformat()}
            for spaces, period in taken
        ],
        "outcomes": [{**asdict(one), "code": one.code.value} for one in outcomes],
    }


def _period(row: Mapping[str, Any]) -> Period:
    return Period(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"]))


def period_of_row(row: Mapping[str, Any]) -> Period:
    """The time that was wished for, without buffers."""
    return Period(datetime.fromisoformat(row["from"]), datetime.fromisoformat(row["until"]))


def check(lottery: Lottery, made: LotteryDraw) -> list[Flaw]:
    """Draws again from what is published; what does not fit together, nothing when all does."""
    kept = made.results
    entries = [
        Entry(
            row["number"],
            row["applicant"],
            frozenset(row["spaces"]),
            _period(row),
            row["resident"],
            row["rank"],
        )
        for row in kept["entries"]
    ]
    return verify(
        lottery.seed,
        lottery.seed_digest,
        entries,
        made.entries_digest,
        Rules(residents_first=kept["residents_first"]),
        [Outcome(**{**row, "code": Code(row["code"])}) for row in kept["outcomes"]],
        [(frozenset(row["spaces"]), _period(row)) for row in kept["taken"]],
    )


# --- Confirmed or lapsing ---------------------------------------------------------------------------------------------


def confirm(
    *,
    entry: LotteryEntry,
    way_to_pay: str,
    shown: Mapping[str, Any],
    actor: Person,
    from_outside: int = 0,
    remote_workers: int = 0,
) -> Order:
    """The winner takes it: an order of one booking, which stays held until the same moment while it is paid.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TooLateError: the time to confirm is over.
        BookingError: not won, or given up.
        As `place_order`.
    """
    if not may_act_for(actor, entry):
        raise NotAllowedError(_("抽選の申し込みができるのは、本人と、本人に代わる市の担当者だけです。"))
    with tenancy.unguarded(), transaction.atomic():
        held = lottery_locks.lock_entry(entry.pk)
        if held.booking is not None:
            return held.booking.order  # type: ignore[no-any-return]
        if held.state == States.LAPSED or timezone.now() >= held.lottery.confirm_until:
            raise TooLateError(_("決める期限が過ぎました。空いていれば、ふつうの予約ができます。"))
        if held.state != States.WON:
            raise BookingError(_("この申し込みは、当たっていないか、もう終わっています。"))
        order = place_order(
            wanted=[Wanted(held.space, period_of(held.period))],
            guest=Guest.of(held.person),
            tier=held.tier,
            group=held.group,
            purpose=held.purpose,
            heads=held.heads,
            from_outside=from_outside,
            remote_workers=remote_workers,
            way_to_pay=way_to_pay,
            shown=shown,
            key=lottery_places.key_of(held),
            actor=actor,
            source=Order.Source.LOTTERY,
        )
        booking = _keep_until(order, held.lottery.confirm_until)
        held.state, held.booking = States.CONFIRMED, booking
        held.save(update_fields=["state", "booking"])
        record(
            held.lottery,
            "confirmed",
            actor=actor,
            person=held.person,
            numbers=str(held.number),
        )
        return order


def _keep_until(order: Order, until: datetime) -> Booking:
    booking = locks.bookings_of({order.pk: locks.lock_order(order.pk)})[0]
    if booking.state == Booking.State.HELD and booking.answer_until < until:
        hold_until([booking], until)
    return booking


def lapse_due(*, now: datetime) -> int:
    """Ends what winners did not confirm in time; the places are first come, first served then. Run twice it does it once."""
    with tenancy.unguarded():
        due = Lottery.objects.filter(state=Lottery.State.DRAWN, confirm_until__lte=now)
        return sum(_close(key, now) for key in due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _close(key: int, now: datetime) -> int:
    lottery = lottery_locks.lock_lottery(key)
    if lottery.state != Lottery.State.DRAWN or lottery.confirm_until > now:
        return 0
    rows = LotteryEntry.objects.filter(lottery=lottery, state=States.WON).order_by("pk")
    lapsed = [lottery_locks.lock_entry(pk) for pk in rows.values_list("pk", flat=True)]
    lapsed = [one for one in lapsed if one.state == States.WON]
    for one in lapsed:
        free_place(one)
        one.state = States.LAPSED
        one.save(update_fields=["state"])
        letters.tell_lapsed(lottery, one)
    for one in lapsed:
        waiting.offer_freed(space=one.space, period=period_of(one.period))
    lottery.state = Lottery.State.CLOSED
    lottery.save(update_fields=["state"])
    record(lottery, "closed", actor=None, lapsed=len(lapsed))
    return len(lapsed)
