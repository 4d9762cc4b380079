"""Lotteries for public rooms, months ahead: announced, entered, withdrawn, called off; drawn in `lottery_draws`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import letters_lotteries as letters
from sosei.programmes.spaces import locks_lotteries as locks
from sosei.programmes.spaces.as_rules import hours_of, zone_of
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.errors_bookings import BookingError, NotAllowedError, TooLateError, why
from sosei.programmes.spaces.models import (
    Host,
    Lottery,
    LotteryEntry,
    LotterySpace,
    Occupancy,
    Space,
    UserGroup,
)
from sosei.programmes.spaces.periods import period_of, range_of
from sosei.programmes.spaces.permissions import may_act_for, runs_host
from sosei.programmes.spaces.rules_hours import Code, refusals
from sosei.programmes.spaces.rules_lottery import Closed, takes_entries
from sosei.programmes.spaces.rules_periods import Period, day_of
from sosei.programmes.spaces.services import groups, lottery_places, waiting
from sosei.programmes.spaces.services.lottery_seeds import new_sealed_seed

States = LotteryEntry.State
LONGEST_USE = 92
"""Days of use that one lottery may be for."""
MOST_ENTRIES = 20


@dataclass(frozen=True)
class Plan:
    """What is announced of a lottery."""

    title: str
    use_from: date
    use_until: date
    enter_from: datetime
    enter_until: datetime
    draw_at: datetime
    confirm_until: datetime
    residents_first: bool = True
    max_entries: int = 5
    title_en: str = ""


@dataclass(frozen=True)
class Wish:
    """A space for a time; of several, what is wanted most comes first."""

    space: Space
    period: Period


# --- Announced --------------------------------------------------------------------------------------------------------


def announce(*, host: Host, spaces: Sequence[Space], plan: Plan, actor: Person) -> Lottery:
    """Announces a lottery for rooms of a public host; the digest of its seed is public from now on.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        BookingError: a private host, no rooms, rooms of others or without lottery, moments out of order, or another
            lottery for the same rooms and days.
    """
    if not runs_host(actor, host):
        raise NotAllowedError(_("これができるのは、貸す人と市の担当者だけです。"))
    now = timezone.now()
    _check_spaces(host, spaces)
    _check_plan(plan, now, host)
    with tenancy.unguarded(), transaction.atomic():
        _must_be_alone(spaces, plan)
        digest, sealed = new_sealed_seed()
        made: Lottery = Lottery.objects.create(
            municipality_id=host.municipality_id,
            host=host,
            title=plan.title.strip(),
            title_en=plan.title_en.strip(),
            use_from=plan.use_from,
            use_until=plan.use_until,
            enter_from=plan.enter_from,
            enter_until=plan.enter_until,
            draw_at=plan.draw_at,
            confirm_until=plan.confirm_until,
            residents_first=plan.residents_first,
            max_entries=plan.max_entries,
            seed_digest=digest,
            sealed_seed=sealed,
            made_at=now,
        )
        LotterySpace.objects.bulk_create(
            [
                LotterySpace(municipality_id=host.municipality_id, host=host, lottery=made, space=space)
                for space in spaces
            ]
        )
        record(made, "announced", actor=actor, rooms=len(spaces))
    return made


def _check_spaces(host: Host, spaces: Sequence[Space]) -> None:
    if not host.is_public:
        raise BookingError(_("抽選ができるのは、公共施設だけです。"))
    if not spaces:
        raise BookingError(_("抽選する場所を選んでください。"), "spaces")
    for space in spaces:
        if space.host_id != host.pk or space.state != Space.State.PUBLISHED or not space.by_lottery:
            raise BookingError(
                _("「%(space)s」は抽選できません。公開中で、「抽選で決める」にした場所を選んでください。")
                % {"space": space},
                "spaces",
            )


def _check_plan(plan: Plan, now: datetime, host: Host) -> None:
    zone = zone_of(host.municipality)
    if not plan.title.strip():
        raise BookingError(_("名前を書いてください。"), "title")
    if plan.use_until < plan.use_from or (plan.use_until - plan.use_from).days >= LONGEST_USE:
        raise BookingError(
            _("使う期間の終わりは、始まりから%(days)s日までの日にしてください。") % {"days": LONGEST_USE},
            "use_until",
        )
    if plan.enter_from >= plan.enter_until or plan.enter_until <= now:
        raise BookingError(
            _("申し込みの終わりは、申し込みの始まりよりあとで、これからの時刻にしてください。"), "enter_until"
        )
    if plan.draw_at < plan.enter_until:
        raise BookingError(_("抽選の時刻は、申し込みの終わりよりあとにしてください。"), "draw_at")
    if plan.confirm_until <= plan.draw_at:
        raise BookingError(_("当たった人が決める期限は、抽選よりあとにしてください。"), "confirm_until")
    if day_of(plan.confirm_until, zone) >= plan.use_from:
        raise BookingError(
            _("当たった人が決める期限は、使う期間が始まる前の日までにしてください。"), "confirm_until"
        )
    if not 1 <= plan.max_entries <= MOST_ENTRIES:
        raise BookingError(
            _("1人が申し込める数は、1から%(most)sまでです。") % {"most": MOST_ENTRIES}, "max_entries"
        )


def _must_be_alone(spaces: Sequence[Space], plan: Plan) -> None:
    """Two that announce at the same moment wait for each other at the rooms."""
    locks.lock_rooms([space.pk for space in spaces])
    other = LotterySpace.objects.filter(
        space__in=[space.pk for space in spaces],
        lottery__state=Lottery.State.ANNOUNCED,
        lottery__use_from__lte=plan.use_until,
        lottery__use_until__gte=plan.use_from,
    ).select_related("space", "lottery")
    found = other.first()
    if found is not None:
        raise BookingError(
            _("「%(space)s」のこの期間には、もう「%(lottery)s」があります。期間か場所を変えてください。")
            % {"space": found.space, "lottery": found.lottery},
            "spaces",
        )


def call_off(*, lottery: Lottery, reason: str, actor: Person) -> Lottery:
    """A lottery that is not drawn after all; everybody who entered is told, and the rooms are first come, first served.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        BookingError: drawn or called off already, or no reason.
    """
    if not runs_host(actor, lottery):
        raise NotAllowedError(_("これができるのは、貸す人と市の担当者だけです。"))
    if not reason.strip():
        raise BookingError(_("取りやめる理由を書いてください。申し込んだ人に伝わります。"), "reason")
    with tenancy.unguarded(), transaction.atomic():
        held = locks.lock_lottery(lottery.pk)
        if held.state != Lottery.State.ANNOUNCED:
            raise BookingError(_("この抽選は、もう終わっています。"))
        held.state = Lottery.State.CALLED_OFF
        held.save(update_fields=["state"])
        entries = list(held.entries.filter(state=States.ENTERED).select_related("person"))
        held.entries.filter(pk__in=[one.pk for one in entries]).update(
            state=States.LOST, outcome={"code": "called_off"}
        )
        record(held, "called_off", actor=actor, reason=reason.strip())
        for person in {one.person_id: one.person for one in entries}.values():
            letters.tell_called_off(held, person, reason.strip())
        return held


# --- Entered ----------------------------------------------------------------------------------------------------------


def enter(
    *,
    lottery: Lottery,
    person: Person,
    wishes: Sequence[Wish],
    tier: str,
    purpose: str,
    heads: int,
    actor: Person,
    group: UserGroup | None = None,
) -> list[LotteryEntry]:
    """Enters for one or several times, what is wanted most first; all or nothing.

    The lottery is locked meanwhile, and the clock is read under the lock: who comes as it closes is in or is refused,
    and a draw never sees half of it.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TooLateError: applications are closed.
        BookingError: not open yet, too many, a room that is not drawn for, a time that cannot be booked, twice the
            same, or a group that is not the person's or not registered.
    """
    _must_act_for(actor, LotteryEntry(person=person, municipality_id=lottery.municipality_id))
    if not wishes:
        raise BookingError(_("使いたい場所と時間を、1つは選んでください。"), "wishes")
    with tenancy.unguarded(), transaction.atomic():
        held = locks.lock_lottery(lottery.pk)
        now = timezone.now()
        _must_be_open(held, now)
        _check_group(group, person, held, now)
        mine = list(held.entries.filter(person=person, state=States.ENTERED).select_related("space"))
        if len(mine) + len(wishes) > held.max_entries:
            raise BookingError(
                _("この抽選に申し込めるのは、1人%(most)s件までです（今は%(now)s件）。")
                % {"most": held.max_entries, "now": len(mine)},
                "wishes",
            )
        tier = group.tier if group is not None else tier
        _check_wishes(held, wishes, tier, heads, now)
        _must_differ(mine, wishes)
        first = (held.entries.aggregate(most=Max("number"))["most"] or 0) + 1
        rank = max((one.rank for one in mine), default=0) + 1
        made = [
            LotteryEntry.objects.create(
                municipality_id=held.municipality_id,
                host_id=held.host_id,
                person=person,
                lottery=held,
                number=first + place,
                space=wish.space,
                period=range_of(wish.period),
                tier=tier,
                group=group,
                purpose=purpose,
                heads=heads,
                rank=rank + place,
                entered_at=now,
            )
            for place, wish in enumerate(wishes)
        ]
        record(
            held, "entered", actor=actor, person=person, numbers=", ".join(str(one.number) for one in made)
        )
        letters.tell_entered(held, person, made)
        return made


def _must_be_open(lottery: Lottery, now: datetime) -> None:
    zone = zone_of(lottery.municipality)
    refusal = takes_entries(lottery.enter_from, lottery.enter_until, now)
    if lottery.state != Lottery.State.ANNOUNCED or (refusal and refusal.code is Closed.TOO_LATE):
        raise TooLateError(
            _(
                "申し込みは%(until)sに終わりました。抽選のあと、空いている時間は先に申し込んだ人から予約できます。"
            )
            % {"until": moment_text(lottery.enter_until, zone)}
        )
    if refusal:
        raise BookingError(
            _("申し込みは%(from)sに始まります。") % {"from": moment_text(lottery.enter_from, zone)}
        )


def _check_group(group: UserGroup | None, person: Person, lottery: Lottery, now: datetime) -> None:
    if group is None:
        return
    groups.must_fit(group, person, lottery.municipality_id, day_of(now, zone_of(lottery.municipality)))


def _check_wishes(lottery: Lottery, wishes: Sequence[Wish], tier: str, heads: int, now: datetime) -> None:
    rooms = set(lottery.places.values_list("space", flat=True))
    zone = zone_of(lottery.municipality)
    for wish in wishes:
        told = {"space": wish.space, "when": moment_text(wish.period.start, zone)}
        if wish.space.pk not in rooms:
            raise BookingError(_("「%(space)s」は、この抽選の場所ではありません。") % told, "wishes")
        if not lottery.use_from <= day_of(wish.period.start, zone) <= lottery.use_until:
            raise BookingError(
                _("%(when)sは、この抽選の期間ではありません。期間の中の日を選んでください。") % told, "wishes"
            )
        if wish.space.residents_only and tier != UserGroup.Tier.RESIDENT:
            raise BookingError(
                _("「%(space)s」は、市内に住む・勤める・通う人だけが申し込めます。") % told, "tier"
            )
        if heads > wish.space.seats:
            raise BookingError(
                _("「%(space)s」の定員は%(seats)s人です。") % {**told, "seats": wish.space.seats}, "heads"
            )
        # Notice and horizon are the lottery's own.
        no = next(
            (
                one
                for one in refusals(wish.period, hours_of(wish.space, tier=tier), now=now)
                if one.code not in (Code.NOTICE, Code.HORIZON)
            ),
            None,
        )
        if no is not None:
            raise BookingError(f"{wish.space} {told['when']}：{why(no, zone)}", "wishes")


def _must_differ(mine: Sequence[LotteryEntry], wishes: Sequence[Wish]) -> None:
    """The same room and time twice would be two lots for one wish; a hall of one room is that room."""
    before = lottery_places.leaves_of(mine)
    for one in lottery_places.leaves_of_places([(wish.space, wish.period) for wish in wishes]):
        if one in before:
            raise BookingError(_("同じ場所の同じ時間に、2回は申し込めません。1つにしてください。"), "wishes")
        before.append(one)


def withdraw(*, entry: LotteryEntry, actor: Person) -> LotteryEntry:
    """Takes an entry back before the draw, or gives up what was won: the place is free for everybody then.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        BookingError: it has come to an end already.
    """
    _must_act_for(actor, entry)
    with tenancy.unguarded(), transaction.atomic():
        lottery = locks.lock_lottery(entry.lottery_id)
        held = locks.lock_entry(entry.pk)
        if held.state not in (States.ENTERED, States.WON):
            raise BookingError(_("この申し込みは、もう終わっています。"))
        if held.state == States.ENTERED and lottery.state != Lottery.State.ANNOUNCED:
            raise BookingError(_("この抽選は、もう終わっています。"))
        was_won = held.state == States.WON
        free_place(held)
        held.state = States.WITHDRAWN
        held.save(update_fields=["state"])
        if was_won:
            waiting.offer_freed(space=held.space, period=period_of(held.period))
        record(lottery, "withdrawn", actor=actor, person=held.person, numbers=str(held.number))
        return held


def free_place(entry: LotteryEntry) -> None:
    """What was held for a winner is free again."""
    if entry.state == States.WON:
        Occupancy.objects.filter(key=lottery_places.key_of(entry)).delete()


def _must_act_for(actor: Person, target: Any) -> None:
    if not may_act_for(actor, target):
        raise NotAllowedError(_("抽選の申し込みができるのは、本人と、本人に代わる市の担当者だけです。"))


def record(
    lottery: Lottery,
    what: str,
    *,
    actor: Person | None,
    person: Person | None = None,
    reason: str = "",
    **data: Any,
) -> None:
    """Leaves an entry on a lottery."""
    served = actor is not None and person is not None and actor.pk != person.pk
    write_entry(
        actor=actor,
        verb=f"space_lottery.{what}",
        subject=lottery,
        person=person,
        municipality=lottery.municipality,
        on_behalf_of=person if served else None,
        reason=reason,
        data={"lottery": lottery.title, **data},
    )
