"""Wishes in a round: ranked, changed and taken back by the worker, alone or with friends, until applications close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.jobs.errors_rounds import RoundError
from sosei.programmes.jobs.locks_rounds import lock_all
from sosei.programmes.jobs.models import Application, Group, Posting, Round, Shift
from sosei.programmes.jobs.services import groups
from sosei.programmes.jobs.services.applications import apply_for, withdraw_application

States = Application.State


@dataclass(frozen=True)
class Wish:
    """One posting that somebody would like."""

    posting: Posting
    needs_lodging: bool = False


def is_taking(round_: Round) -> bool:
    """Wishes can be entered and changed now."""
    return round_.state == Round.State.OPEN and round_.opens_at <= timezone.now() < round_.closes_at


def takes_friends(round_: Round) -> bool:
    """Friends can apply together: not under regional caps, and not where the total decides."""
    return round_.method == Round.Method.STABLE and not round_.caps.exists()


def wishes_of(round_: Round, person: Person) -> list[Application]:
    """The person's live wishes, first to last."""
    rows = Application.objects.filter(posting__round=round_, person=person, state__in=Application.LIVE)
    related = (
        "posting__employer",
        "posting__workplace",
        "posting__lodging",
        "group",
        "municipality",
        "person",
    )
    return list(rows.select_related(*related).order_by("rank", "pk"))


def shifts_ahead(posting: Posting) -> list[Shift]:
    """All days of a posting that are to come: who wishes it comes on all of them."""
    rows = Shift.objects.filter(posting=posting, starts_at__gt=timezone.now(), called_off_at__isnull=True)
    return list(rows.order_by("starts_at", "pk"))


@transaction.atomic
def set_wishes(*, round: Round, person: Person, wishes: Sequence[Wish], actor: Person) -> list[Application]:
    """The person's wishes, best first; those entered before and not named any more are taken back.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        RoundError: applications are not open, no wish or too many, a posting twice or of another round, or the wishes are
            shared with friends.
        CannotApplyError: rules stand against one of them.
        DealError: as `apply_for`; nothing is changed.
    """
    _must_act_for(round, person, actor)
    _must_be_taking(round)
    _must_be_fit(round, wishes)
    with tenancy.unguarded():
        before = wishes_of(round, person)
        lock_all(
            [person.pk],
            {one.posting_id for one in before} | {wish.posting.pk for wish in wishes},
        )
        _must_be_taking(Round.objects.get(pk=round.pk))
        before = wishes_of(round, person)
        if any(one.group_id is not None for one in before):
            raise RoundError(
                _(
                    "友だちといっしょの希望は変えられません。変えるときは、取り下げてから、みんなでもう一度申し込んでください。"
                )
            )
        wanted = {wish.posting.pk: (rank, wish) for rank, wish in enumerate(wishes, 1)}
        for one in before:
            if one.posting_id not in wanted:
                withdraw_application(application=one, actor=actor, reason=_("希望を変えました。"))
            else:
                rank, wish = wanted[one.posting_id]
                Application.objects.filter(pk=one.pk).update(rank=rank, needs_lodging=wish.needs_lodging)
        kept = {one.posting_id for one in before}
        for key, (rank, wish) in wanted.items():
            if key not in kept:
                _apply(wish, person, actor, rank, shifts_ahead(wish.posting), None)
        _record("round.wished", round, person, actor, len(wishes))
        return wishes_of(round, person)


@transaction.atomic
def withdraw_wishes(*, round: Round, person: Person, actor: Person, reason: str = "") -> int:
    """Takes all wishes back, at any time before the publication; friends' wishes end too, and they are told.

    Returns:
        How many were taken back.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        RoundError: it is published; contracts are cancelled on their own pages.
    """
    _must_act_for(round, person, actor)
    if round.state == Round.State.PUBLISHED:
        raise RoundError(_("もう発表されました。決まった仕事は、契約のページで取り消してください。"))
    with tenancy.unguarded():
        live = wishes_of(round, person)
        mates = Application.objects.filter(
            group__in=[one.group_id for one in live if one.group_id is not None]
        )
        lock_all({person.pk} | set(mates.values_list("person", flat=True)), {one.posting_id for one in live})
        live = [one for one in wishes_of(round, person) if one.state == States.APPLIED]
        for one in live:
            withdraw_application(application=one, actor=actor, reason=reason)
        return len(live)


# --- Friends ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_friends(*, round: Round, person: Person, size: int, actor: Person) -> Group:
    """Makes the person's wishes those of a group, which friends join by the code of the group returned.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        RoundError: not open, no wishes yet, in a group already, or a round that takes no friends.
        DealError: as `groups.start_group`.
    """
    _must_act_for(round, person, actor)
    _must_be_taking(round)
    _must_take_friends(round)
    with tenancy.unguarded():
        lock_all([person.pk], {one.posting_id for one in wishes_of(round, person)})
        # The draw may have come while this waited.
        _must_be_taking(Round.objects.get(pk=round.pk))
        live = wishes_of(round, person)
        if not live:
            raise RoundError(_("先に、自分の希望を出してください。友だちは、同じ希望になります。"))
        if any(one.group_id is not None for one in live):
            raise RoundError(_("もう、友だちといっしょの希望になっています。"))
        made = []
        for one in live:
            group = groups.start_group(posting=one.posting, person=person, size=size, actor=actor)
            Application.objects.filter(pk=one.pk).update(group=group)
            made.append(group)
        return made[0]


@transaction.atomic
def join_friends(
    *, round: Round, code: str, person: Person, actor: Person, needs_lodging: bool = False
) -> list[Application]:
    """The person gets the same wishes, in the same order and on the same days, as the friend who passed the code on.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        RoundError: not open, no such code in this round, or the person has wishes of their own.
        CannotApplyError, DealError: as `apply_for`; nothing is changed.
    """
    _must_act_for(round, person, actor)
    _must_be_taking(round)
    _must_take_friends(round)
    with tenancy.unguarded():
        group = group_with(round, code)
        theirs = wishes_of(round, group.person)
        together = Application.objects.filter(group__in=[one.group_id for one in theirs])
        lock_all(
            {person.pk} | set(together.values_list("person", flat=True)),
            {one.posting_id for one in theirs} | {one.posting_id for one in wishes_of(round, person)},
        )
        # The draw may have come while this waited.
        _must_be_taking(Round.objects.get(pk=round.pk))
        if wishes_of(round, person):
            raise RoundError(
                _("もう希望を出しています。友だちと同じ希望にするには、先に取り下げてください。")
            )
        theirs = [one for one in wishes_of(round, group.person) if one.group is not None]
        if not theirs:
            raise RoundError(_("友だちの希望は、もう取り下げられています。"), "code")
        for one in theirs:
            shifts = list(Shift.objects.filter(wanted_by__application=one).order_by("starts_at", "pk"))
            bed = needs_lodging and one.posting.lodging_id is not None
            _apply(Wish(one.posting, bed), person, actor, one.rank or 1, shifts, one.group)
        _record("round.wished", round, person, actor, len(theirs))
        return wishes_of(round, person)


def group_with(round_: Round, code: str) -> Group:
    """The group of that code in a round.

    Raises:
        RoundError: there is none.
    """
    with tenancy.unguarded():
        found: Group | None = (
            Group.objects.filter(code=code.strip().lower(), posting__round=round_)
            .select_related("person")
            .first()
        )
    if found is None:
        raise RoundError(
            _("合い言葉「%(code)s」の希望は、この回にありません。") % {"code": code.strip()}, "code"
        )
    return found


def group_of(wish: Application) -> Group | None:
    """The friends of a wish; the row itself is readable for the one who started them alone."""
    with tenancy.unguarded():
        return Group.objects.filter(pk=wish.group_id).first()


def _apply(
    wish: Wish, person: Person, actor: Person, rank: int, shifts: Sequence[Shift], group: Group | None
) -> Application:
    return apply_for(
        posting=wish.posting,
        person=person,
        shifts=shifts,
        actor=actor,
        needs_lodging=wish.needs_lodging,
        group=group,
        rank=rank,
    )


# --- What is asked first ----------------------------------------------------------------------------------------------


def _must_act_for(round_: Round, person: Person, actor: Person) -> None:
    asked = Application(person=person, municipality=round_.municipality)
    if not rules.has_perm("jobs.add_application", actor, asked):
        raise NotAllowedError(_("本人か、本人を手伝う市の担当者だけができます。"))


def _must_be_taking(round_: Round) -> None:
    if is_taking(round_):
        return
    if timezone.now() < round_.opens_at:
        raise RoundError(_("受付はまだ始まっていません。"))
    raise RoundError(_("受付は終わりました。希望はもう変えられません。取り下げることはできます。"))


def _must_take_friends(round_: Round) -> None:
    if takes_friends(round_):
        return
    if round_.method != Round.Method.STABLE:
        raise RoundError(
            _(
                "この回は全体の合計で決めるので、友だちといっしょには申し込めません。一人ずつ申し込んでください。"
            )
        )
    raise RoundError(
        _(
            "この回には地域の人数の上限があるので、友だちといっしょには申し込めません。一人ずつ申し込んでください。"
        )
    )


def _must_be_fit(round_: Round, wishes: Sequence[Wish]) -> None:
    if not wishes:
        raise RoundError(_("希望を1つ以上選んでください。やめるときは、取り下げてください。"))
    if len(wishes) > round_.max_wishes:
        raise RoundError(_("希望は%(most)sまでです。へらしてください。") % {"most": round_.max_wishes})
    keys = [wish.posting.pk for wish in wishes]
    if len(set(keys)) != len(keys):
        raise RoundError(_("同じ仕事が2回あります。一つだけにしてください。"))
    for wish in wishes:
        if wish.posting.round_id != round_.pk:
            raise RoundError(_("「%(posting)s」は、この回の仕事ではありません。") % {"posting": wish.posting})


def _record(verb: str, round_: Round, person: Person, actor: Person, count: int) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=round_,
        person=person,
        municipality=round_.municipality,
        on_behalf_of=person if actor.pk != person.pk else None,
        data={"round": round_.name, "count": count},
    )
