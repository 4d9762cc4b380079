"""Applications: made, decided, offered, withdrawn. An instant one is decided in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.people.services.memberships import grant_role
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_deals, locks
from sosei.programmes.jobs.errors_deals import CannotApplyError, DealError, NoLongerFreeError, TooLateError
from sosei.programmes.jobs.models import Application, ApplicationShift, Contract, Group, Posting, Shift
from sosei.programmes.jobs.services import places, queue
from sosei.programmes.jobs.services.applicants import demand_few, reasons_against_applying, shown_of
from sosei.programmes.jobs.services.contracts import make_contract
from sosei.programmes.jobs.services.postings import close_when_filled

States = Application.State
UNDECIDED = (States.APPLIED, States.WAITING)
TRIES = 5


class _FriendsChangedError(Exception):
    """Somebody joined the group between the look at it and its locks."""


def apply_for(
    *,
    posting: Posting,
    person: Person,
    shifts: Sequence[Shift],
    actor: Person,
    needs_lodging: bool = False,
    message: str = "",
    group: Group | None = None,
    rank: int | None = None,
) -> Application:
    """Applies for shifts of a posting; asked twice, the application is one.

    Returns:
        For an instant posting contracted, or waiting where something is full (applied as long as friends are
        missing); for others applied.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        CannotApplyError: rules stand against it, with all reasons.
        DealError: no name, too many applications, the person acts for the employer, shifts of another posting, or a
            group that is full or wants other days.
    """
    asked = Application(
        posting=posting, person=person, employer=posting.employer, municipality=posting.municipality
    )
    if not rules.has_perm("jobs.add_application", actor, asked):
        raise NotAllowedError(_("本人か、本人を手伝う市の担当者だけが申し込めます。"))
    for _attempt in range(TRIES):
        try:
            return _apply(asked, shifts, actor, needs_lodging, message, group, rank)
        except _FriendsChangedError:
            asked.pk = None
            continue
    raise DealError(_("いま、友だちも申し込んでいます。もう一度押してください。"))


@transaction.atomic
def _apply(
    asked: Application,
    shifts: Sequence[Shift],
    actor: Person,
    needs_lodging: bool,
    message: str,
    group: Group | None,
    rank: int | None,
) -> Application:
    person = asked.person
    with tenancy.unguarded():
        known = _friends(group) | {person.pk}
        locks.lock_persons(known)
        posting = locks.lock_posting(asked.posting_id)
        if not _friends(group) <= known:
            raise _FriendsChangedError
        live = _live(posting, person)
        if live is not None:
            return live
        wanted = list(
            Shift.objects.filter(posting=posting, pk__in={shift.pk for shift in shifts}).order_by("starts_at")
        )
        demand_few(person, posting)
        _must_fit(person, shifts, wanted, group)
        against = reasons_against_applying(
            posting=posting, person=person, shifts=wanted, needs_lodging=needs_lodging, rank=rank
        )
        if against:
            raise CannotApplyError(against)
        _join_town(person, posting)
        application = Application.objects.create(
            municipality=posting.municipality,
            employer=posting.employer,
            posting=posting,
            person=person,
            group=group,
            rank=rank,
            needs_lodging=needs_lodging,
            message=message.strip(),
            applied_at=timezone.now(),
            entered_by=actor,
            **shown_of(person, posting),
        )
        ApplicationShift.objects.bulk_create(
            ApplicationShift(
                municipality=posting.municipality,
                employer=posting.employer,
                person=person,
                application=application,
                shift=shift,
            )
            for shift in wanted
        )
        _record(application, "application.made", actor, days=len(wanted))
        if posting.mode == Posting.Mode.INSTANT:
            _decide_at_once(application, actor)
        elif posting.mode == Posting.Mode.SELECTED:
            letters_deals.tell_employer(
                f"application.to_decide:{application.pk}",
                "application.to_decide",
                letters_deals.to_decide(application),
                application,
            )
        return application


def _friends(group: Group | None) -> set[int]:
    if group is None:
        return set()
    return set(
        Application.objects.filter(group=group, state__in=Application.LIVE).values_list(
            "person_id", flat=True
        )
    )


def _live(posting: Posting, person: Person) -> Application | None:
    found: Application | None = (
        Application.objects.filter(posting=posting, person=person, state__in=Application.LIVE)
        .select_related("posting", "person", "group")
        .first()
    )
    return found


def _must_fit(person: Person, asked: Sequence[Shift], wanted: Sequence[Shift], group: Group | None) -> None:
    if not person.full_name:
        raise DealError(_("契約には名前がいります。マイページで名前を入れてから、申し込んでください。"))
    if len(wanted) != len({shift.pk for shift in asked}):
        raise DealError(_("選んだ日は、この求人の日ではありません。選び直してください。"), "shifts")
    if group is None:
        return
    members = list(Application.objects.filter(group=group).order_by("pk"))
    live = [one for one in members if one.state in Application.LIVE]
    if len(live) != len(members):
        raise DealError(_("このグループの申し込みは、もう終わっています。新しく申し込んでください。"), "code")
    if len(live) >= group.size:
        raise DealError(_("このグループは、もう%(size)s人そろっています。") % {"size": group.size}, "code")
    if live and set(live[0].wanted.values_list("shift_id", flat=True)) != {shift.pk for shift in wanted}:
        raise DealError(_("いっしょに申し込むときは、同じ日を選んでください。"), "shifts")


def _join_town(person: Person, posting: Posting) -> None:
    grant_role(
        person=person,
        role=roles.CITIZEN,
        municipality=posting.municipality,
        granted_by=person,
        reason=_("仕事に申し込んだため"),
    )


def _decide_at_once(application: Application, actor: Person) -> None:
    members = _together(application)
    if application.group is not None and len(members) < application.group.size:
        return
    try:
        _contract_all(members, actor, "worker")
    except (places.NoPlaceError, places.NoBedError):
        for member in members:
            queue.join(member)
    else:
        close_when_filled(application.posting)
    for member in members:
        if member.pk == application.pk:
            application.refresh_from_db()


def _together(application: Application) -> list[Application]:
    """The application, with those of its friends."""
    if application.group_id is None:
        return [application]
    found = Application.objects.filter(group=application.group_id, state__in=Application.LIVE)
    related = ("posting__employer", "posting__workplace", "posting__lodging", "person", "municipality")
    return list(found.select_related(*related).order_by("pk"))


def _contract_all(members: Sequence[Application], actor: Person | None, side: str) -> list[Contract]:
    """Contracts for all of them or for none; their persons and the posting are locked."""
    made: list[Contract] = []
    with transaction.atomic():
        first = members[0]
        if not first.holds_places:
            # Looked at before anything is printed: most of those who come after the last place end here.
            for shift in places.wanted_shifts(first):
                if shift.free < len(members):
                    raise places.NoPlaceError
        for member in members:
            _must_be_free(member)
            made.append(make_contract(application=member, actor=actor, side=side))
    return made


def _must_be_free(application: Application) -> None:
    """What stood open when the person applied may stand against it by now.

    Raises:
        NoLongerFreeError: with the reasons for the worker.
    """
    instant = application.posting.mode == Posting.Mode.INSTANT and application.group_id is None
    if instant and application.state == States.APPLIED:
        return
    against = reasons_against_applying(
        posting=application.posting,
        person=application.person,
        shifts=places.wanted_shifts(application),
        needs_lodging=application.needs_lodging,
        but=application,
        from_queue=True,
    )
    if against:
        raise NoLongerFreeError("\n".join(str(part) for part in CannotApplyError(against).args))


@transaction.atomic
def accept_application(
    *, application: Application, actor: Person | None, reason: str = ""
) -> Contract | None:
    """The employer (or a round, without an actor) takes somebody: the contract stands at once.

    Friends are taken together.

    Returns:
        The contract; None where no place is left: the application waits then.

    Raises:
        NotAllowedError: `actor` does not act for the employer.
        DealError: decided already, friends are missing, or neither employer nor staff decide here: a queue goes by
            its order, a round by its lottery.
        NoLongerFreeError: the person can no longer come on these days.
    """
    _must_run(application, actor)
    with tenancy.unguarded():
        held = _locked(application)
        if held.state == States.CONTRACTED:
            return held.contract
        if held.state not in UNDECIDED:
            raise DealError(_("この申し込みは、もう終わっています。"))
        _must_be_decided_by_hand(held, actor)
        members = _together(held)
        if held.group is not None and len(members) < held.group.size:
            raise DealError(_("いっしょに申し込む人が、まだそろっていません。"))
        members = [one for one in members if one.state != States.CONTRACTED]
        try:
            contracts = _contract_all(members, actor, "employer")
        except (places.NoPlaceError, places.NoBedError):
            for member in members:
                if member.state != States.WAITING:
                    queue.join(member)
            return None
        Application.objects.filter(pk__in=[one.pk for one in members]).update(reason=reason.strip()[:300])
        close_when_filled(held.posting)
        return next(one for one in contracts if one.application_id == held.pk)


@transaction.atomic
def refuse_application(*, application: Application, actor: Person | None, reason: str) -> Application:
    """The employer does not take somebody, and says why; friends are refused together.

    Raises:
        NotAllowedError: `actor` does not act for the employer.
        DealError: no reason, decided already, or not for the employer to decide (as `accept_application`).
    """
    _must_run(application, actor)
    if not reason.strip():
        raise DealError(_("選ばなかった理由を書いてください。本人に伝わります。"), "reason")
    with tenancy.unguarded():
        held = _locked(application)
        if held.state == States.REFUSED:
            return held
        if held.state not in UNDECIDED:
            raise DealError(_("この申し込みは、もう終わっています。"))
        _must_be_decided_by_hand(held, actor)
        for member in [one for one in _together(held) if one.state in UNDECIDED]:
            queue.end(member, States.REFUSED, reason.strip())
            _record(member, "application.refused", actor, reason=reason.strip())
            queue.tell_end(member, reason.strip())
        held.refresh_from_db()
        return held


@transaction.atomic
def withdraw_application(*, application: Application, actor: Person, reason: str = "") -> Application:
    """The worker takes an application back before it is decided; what was kept for it is offered to the next.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        DealError: there is a contract, which is cancelled on its own page.
    """
    _must_be_worker(application, actor)
    with tenancy.unguarded():
        held = _locked(application)
        if held.state == States.CONTRACTED:
            raise DealError(_("もう仕事が決まっています。契約のページで取り消してください。"))
        if held.state not in (*UNDECIDED, States.OFFERED):
            return held
        queue.end(held, States.WITHDRAWN, reason.strip())
        _record(held, "application.withdrawn", actor, reason=reason.strip())
        queue.end_group(held)
        queue.fill(held.posting)
        return held


@transaction.atomic
def accept_offer(*, application: Application, actor: Person) -> Contract | None:
    """The worker takes an offered place. Friends: the contracts are made when the last one says yes.

    Returns:
        The contract; None while friends have not answered, or where somebody else was first: then one waits on.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        TooLateError: the time is over, or nothing is offered any more.
        NoLongerFreeError: rules stand against it by now.
    """
    _must_be_worker(application, actor)
    with tenancy.unguarded():
        held = _locked(application)
        if held.state == States.CONTRACTED:
            return held.contract
        late = held.offer_ends_at is not None and held.offer_ends_at <= timezone.now()
        if held.state == States.OFFERED and late:
            raise TooLateError(_("返事の期限が過ぎました。"))
        if held.state != States.OFFERED:
            raise TooLateError(_("空いた場所は、ほかの人に決まりました。"))
        held.decided_at = timezone.now()
        held.save(update_fields=["decided_at"])
        members = _together(held)
        if any(one.state == States.OFFERED and one.decided_at is None for one in members):
            return None
        try:
            contracts = _contract_all(members, actor, "worker")
        except (places.NoPlaceError, places.NoBedError):
            queue.send_back(held.posting)
            return None
        queue.send_back(held.posting)
        close_when_filled(held.posting)
        return next(one for one in contracts if one.application_id == held.pk)


def decline_offer(*, application: Application, actor: Person) -> Application:
    """The worker does not take an offered place; the next in the queue is asked.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        DealError: the offer was accepted before.
    """
    return withdraw_application(application=application, actor=actor)


@transaction.atomic
def fill_freed_places(*, posting: Posting) -> list[Application]:
    """Offers what is free to who waits; called by everything that frees a place."""
    with tenancy.unguarded():
        return queue.fill(locks.lock_posting(posting.pk))


def _locked(application: Application) -> Application:
    """The application, with the locks of all its persons and of its posting."""
    known = _friends(application.group) | {application.person_id}
    locks.lock_persons(known)
    posting = locks.lock_posting(application.posting_id)
    held = locks.lock_application(application.pk)
    held.posting = posting
    if not _friends(held.group) <= known:
        raise DealError(_("いま、友だちも申し込んでいます。もう一度押してください。"))
    return held


def _must_run(application: Application, actor: Person | None) -> None:
    if actor is not None and not rules.has_perm("jobs.run_employer", actor, application):
        raise NotAllowedError(_("この雇用主の担当者だけが決められます。"))


def _must_be_decided_by_hand(application: Application, actor: Person | None) -> None:
    if actor is not None and application.posting.mode != Posting.Mode.SELECTED:
        raise DealError(_("この求人は、雇用主が選ぶ求人ではありません。順番か割り当てで決まります。"))


def _must_be_worker(application: Application, actor: Person) -> None:
    if not rules.has_perm("jobs.add_application", actor, application):
        raise NotAllowedError(_("本人か、本人を手伝う市の担当者だけができます。"))


def _record(
    application: Application, verb: str, actor: Person | None, *, reason: str = "", **data: Any
) -> None:
    helped = actor is not None and actor.pk != application.person_id and verb != "application.refused"
    write_entry(
        actor=actor,
        verb=verb,
        subject=application,
        person=application.person,
        municipality=application.municipality,
        on_behalf_of=application.person if helped else None,
        reason=reason,
        data={"posting": application.posting.title, **data},
    )
