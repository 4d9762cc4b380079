"""Proposals: a partner answers, changes or declines what was reckoned; the host compares and chooses one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import letters_ict as letters
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.ict_sizing import sizing_of, things_of
from sosei.programmes.spaces.locks_ict import lock_need, lock_partner, lock_proposal
from sosei.programmes.spaces.models import (
    CatalogueItem,
    IctLine,
    IctNeed,
    IctPartner,
    IctProposal,
    Installation,
)
from sosei.programmes.spaces.rules_ict import Sizing
from sosei.programmes.spaces.rules_ict_figures import Need
from sosei.programmes.spaces.rules_ict_offers import Level, Proposal, choose, requirements
from sosei.programmes.spaces.services.ict_needs import (
    LIVE,
    check_runs,
    reckon_income,
    record,
    today_in,
    write_suggested,
)
from sosei.programmes.spaces.services.ict_partners import check_not_both, partners_in
from sosei.programmes.spaces.services.ict_partners import check_runs as check_runs_partner
from sosei.programmes.spaces.words_ict_sizing import GOODS

MOST_LINES = 60
MOST_QUANTITY = 10_000
MOST_YEN = 100_000_000
MOST_TOTAL = 2_000_000_000
MOST_SPEED = Decimal(100_000)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class OfferedLine:
    """A line of an answer; prices of one piece, with tax. `item` is of the partner's catalogue, or none."""

    kind: str
    name: str
    quantity: int
    first_yen: int
    monthly_yen: int
    item: int | None = None


@dataclass(frozen=True)
class Promise:
    """What the network will do when measured on the spot: Mbit/s and ms."""

    down: Decimal
    up: Decimal
    ping: Decimal


@dataclass(frozen=True)
class Answer:
    """What a partner answers.

    Attributes:
        text: to the host; asked for where prices, quantities or the promised speed differ from what was reckoned.
    """

    lines: Sequence[OfferedLine]
    promise: Promise
    install_on: datetime.date
    valid_until: datetime.date
    text: str = ""


def needed_promise(sizing: Sizing) -> Promise:
    """What the sizing asks for."""
    needs = sizing.needs
    return Promise(
        (Decimal(needs[Need.DOWN]) / 1000).quantize(CENT, ROUND_HALF_UP),
        (Decimal(needs[Need.UP]) / 1000).quantize(CENT, ROUND_HALF_UP),
        Decimal(needs[Need.PING]).quantize(CENT),
    )


def may_answer(need: IctNeed) -> bool:
    """Whether partners may still answer."""
    return (
        need.state == IctNeed.State.OPEN
        and need.answer_until is not None
        and today_in(need.municipality) <= need.answer_until
    )


@transaction.atomic
def begin_offer(*, need: IctNeed, partner: IctPartner, variant: str, actor: Person) -> IctProposal:
    """A bill to be filled in where nothing was reckoned: with what the catalogue does hold, or empty.

    Raises:
        IctError: `actor` does not run the partner, the need takes no answers, or there is one of that kind.
    """
    check_runs_partner(actor, partner)
    with tenancy.unguarded():
        _must_be_admitted(lock_partner(partner.pk))
        held = lock_need(need.pk)
        _must_take_answers(held)
        if variant not in Level.__members__.values():
            raise IctError(_("案の種類を選んでください。"), "variant")
        if held.proposals.filter(partner=partner, variant=variant, state__in=LIVE).exists():
            raise IctError(_("この種類の案は、もうあります。それに返事をしてください。"), "variant")
        sizing = sizing_of(held)
        own = {item.pk: item for item in CatalogueItem.objects.filter(partner=partner, ended_at__isnull=True)}
        things = things_of(own.values(), today_in(held.municipality))
        found = [choose(one, things) for one in requirements(sizing, Level(variant))]
        offer = Proposal(Level(variant), tuple(row for row in found if row is not None))
        return write_suggested(held, partner, offer, own, sizing)


@transaction.atomic
def answer_proposal(*, proposal: IctProposal, answer: Answer, actor: Person) -> IctProposal:
    """The partner stands for a proposal, as it was reckoned or changed; until the choice it may answer again.

    Raises:
        IctError: `actor` does not run the partner, the need takes no answers, the proposal is decided, a line, price,
            promise or day cannot be, or something differs without a word about why.
    """
    check_runs_partner(actor, proposal)
    with tenancy.unguarded():
        _must_be_admitted(lock_partner(proposal.partner_id))
        need = lock_need(proposal.need_id)
        held = lock_proposal(proposal.pk)
        _must_take_answers(need)
        if held.state not in LIVE:
            raise IctError(
                _("この案は、もう決まっています（%(state)s）。") % {"state": held.get_state_display()}
            )
        _check_lines(held, answer.lines)
        _check_days(need, answer)
        _check_promise(answer.promise)
        needed = needed_promise(sizing_of(need))
        differs = _differs(held, answer.lines) or not _keeps(answer.promise, needed)
        if differs and not answer.text.strip():
            raise IctError(
                _("計算した案と値段・数・速さがちがうときは、理由を書いてください。貸す人に伝わります。"),
                "text",
            )
        _write_lines(held, answer.lines)
        held.promised_down, held.promised_up = answer.promise.down, answer.promise.up
        held.promised_ping = answer.promise.ping
        held.install_on, held.valid_until = answer.install_on, answer.valid_until
        held.answer = answer.text.strip()
        held.answered_at = timezone.now()
        held.state = IctProposal.State.ANSWERED
        reckon_income(need, held)
        held.save()
        key = f"ict.answered:{held.pk}:{held.answered_at.isoformat()}"
        letters.tell_host(key, "ict.answered", letters.answered(held), held)
        _record("proposal_answered", held, actor)
    return held


@transaction.atomic
def decline_proposal(*, proposal: IctProposal, actor: Person, reason: str) -> IctProposal:
    """The partner does not offer this.

    Raises:
        IctError: `actor` does not run the partner, no reason, or it is decided.
    """
    check_runs_partner(actor, proposal)
    if not reason.strip():
        raise IctError(_("提案しない理由を書いてください。貸す人に伝わります。"), "reason")
    with tenancy.unguarded():
        need = lock_need(proposal.need_id)
        held = lock_proposal(proposal.pk)
        if held.state not in LIVE or need.state != IctNeed.State.OPEN:
            raise IctError(
                _("この案は、もう決まっています（%(state)s）。") % {"state": held.get_state_display()}
            )
        held.state, held.answer = IctProposal.State.DECLINED, reason.strip()
        held.answered_at = timezone.now()
        held.save(update_fields=["state", "answer", "answered_at"])
        letters.tell_host(f"ict.answered:{held.pk}:declined", "ict.answered", letters.answered(held), held)
        _record("proposal_declined", held, actor, reason=reason)
    return held


def choosing_waits(need: IctNeed) -> str:
    """Why the host may not choose yet, in words; empty when he may.

    Offers are collected until the day that all were told, so that each has the same time; earlier when everybody has
    answered.
    """
    if need.answer_until is None or today_in(need.municipality) > need.answer_until:
        return ""
    with tenancy.unguarded():
        waiting = need.proposals.filter(state=IctProposal.State.SUGGESTED).exists()
        answered = set(need.proposals.filter(answered_at__isnull=False).values_list("partner", flat=True))
        everybody = {partner.pk for partner in partners_in(need.municipality_id)}
    if not waiting and everybody <= answered:
        return ""
    return _("提案を集めているところです。全部の会社が返事をするか、期限が過ぎたら選べます。")


@transaction.atomic
def choose_proposal(*, proposal: IctProposal, actor: Person) -> Installation:
    """The host takes a proposal: the others are told, and the work on site is planned.

    Raises:
        IctError: `actor` does not run the host or acts for the partner, proposals are still being collected, the
            partner has not answered or its price has run out, or another is chosen already.
    """
    check_runs(actor, proposal)
    check_not_both(actor, proposal)
    with tenancy.unguarded():
        need = lock_need(proposal.need_id)
        held = lock_proposal(proposal.pk)
        if need.state != IctNeed.State.OPEN:
            raise IctError(
                _("この相談は、もう決まっています（%(state)s）。") % {"state": need.get_state_display()}
            )
        waits = choosing_waits(need)
        if waits:
            raise IctError(waits)
        if held.state != IctProposal.State.ANSWERED:
            raise IctError(_("会社が返事をした案だけを選べます。"))
        today = today_in(need.municipality)
        if held.valid_until is None or held.valid_until < today:
            raise IctError(_("見積もりの期限が過ぎています。会社に、もう一度返事をしてもらってください。"))
        now = timezone.now()
        held.state, held.decided_at = IctProposal.State.CHOSEN, now
        held.save(update_fields=["state", "decided_at"])
        need.state = IctNeed.State.CHOSEN
        need.save(update_fields=["state"])
        others = list(
            need.proposals.filter(state__in=LIVE).select_related("partner", "need__space", "need__host")
        )
        need.proposals.filter(pk__in=[one.pk for one in others]).update(
            state=IctProposal.State.NOT_CHOSEN, decided_at=now
        )
        work: Installation = Installation.objects.create(
            municipality=held.municipality,
            host=held.host,
            partner=held.partner,
            space=need.space,
            proposal=held,
            planned_on=held.install_on,
            promised_down=held.promised_down,
            promised_up=held.promised_up,
            promised_ping=held.promised_ping,
        )
        _tell_decided(held, others)
        record("proposal_chosen", need, actor, partner=held.partner.name)
    return work


def _tell_decided(chosen: IctProposal, others: Sequence[IctProposal]) -> None:
    told = {chosen.partner_id}
    letters.tell_partner(
        f"ict.decided:{chosen.need_id}:{chosen.partner_id}",
        "ict.decided",
        chosen.partner,
        letters.decided(chosen),
        chosen,
    )
    for other in others:
        if other.partner_id in told:
            continue
        told.add(other.partner_id)
        other.state = IctProposal.State.NOT_CHOSEN
        letters.tell_partner(
            f"ict.decided:{other.need_id}:{other.partner_id}",
            "ict.decided",
            other.partner,
            letters.decided(other),
            other,
        )


def _must_be_admitted(partner: IctPartner) -> None:
    if partner.ended_at is not None:
        raise IctError(
            _("「%(name)s」は、ICTの会社からはずれています。町の担当者に相談してください。")
            % {"name": partner}
        )


def _must_take_answers(need: IctNeed) -> None:
    if need.state != IctNeed.State.OPEN:
        raise IctError(
            _("この相談は、今は返事を受けていません（%(state)s）。") % {"state": need.get_state_display()}
        )
    if not may_answer(need):
        raise IctError(_("提案の期限（%(day)s）が過ぎました。") % {"day": need.answer_until})


def _check_lines(proposal: IctProposal, lines: Sequence[OfferedLine]) -> None:
    if not lines:
        raise IctError(_("品を1つ以上入れてください。"), "lines")
    if len(lines) > MOST_LINES:
        raise IctError(_("品は%(most)s行までです。") % {"most": MOST_LINES}, "lines")
    own = set(CatalogueItem.objects.filter(partner=proposal.partner_id).values_list("pk", flat=True))
    for place, line in enumerate(lines, start=1):
        wrong = ""
        if line.kind not in GOODS:
            wrong = _("種類を選んでください。")
        elif not line.name.strip() or len(line.name.strip()) > 120:
            wrong = _("名前を120字までで書いてください。")
        elif not 1 <= line.quantity <= MOST_QUANTITY:
            wrong = _("数は1から%(most)sまでです。") % {"most": MOST_QUANTITY}
        elif not (0 <= line.first_yen <= MOST_YEN and 0 <= line.monthly_yen <= MOST_YEN):
            wrong = _("値段は0円から%(most)s円までです。") % {"most": f"{MOST_YEN:,}"}
        elif line.item is not None and line.item not in own:
            wrong = _("自分のカタログの品ではありません。")
        if wrong:
            raise IctError(_("%(place)s行目：%(wrong)s") % {"place": place, "wrong": wrong}, "lines")
    for name in ("first_yen", "monthly_yen"):
        if sum(getattr(line, name) * line.quantity for line in lines) > MOST_TOTAL:
            raise IctError(_("合計は%(most)s円までです。") % {"most": f"{MOST_TOTAL:,}"}, "lines")


def _check_days(need: IctNeed, answer: Answer) -> None:
    today = today_in(need.municipality)
    if answer.install_on <= today:
        raise IctError(_("工事の日は、明日からあとの日にしてください。"), "install_on")
    if answer.valid_until < (need.answer_until or today):
        raise IctError(
            _("見積もりは、提案の期限（%(day)s）まで有効にしてください。") % {"day": need.answer_until},
            "valid_until",
        )


def _check_promise(promise: Promise) -> None:
    for name in ("down", "up", "ping"):
        value: Decimal = getattr(promise, name)
        if not value.is_finite() or not 0 < value <= MOST_SPEED:
            raise IctError(_("約束する速さは0より大きい数にしてください。"), f"promised_{name}")


def _keeps(promise: Promise, needed: Promise) -> bool:
    return promise.down >= needed.down and promise.up >= needed.up and promise.ping <= needed.ping


def _differs(proposal: IctProposal, lines: Sequence[OfferedLine]) -> bool:
    held = [
        (row.item_id, row.kind, row.name, row.quantity, row.first_yen, row.monthly_yen)
        for row in proposal.lines.all()
    ]
    given = [
        (line.item, line.kind, line.name.strip(), line.quantity, line.first_yen, line.monthly_yen)
        for line in lines
    ]
    return sorted(held, key=str) != sorted(given, key=str)


def _write_lines(proposal: IctProposal, lines: Sequence[OfferedLine]) -> None:
    known = {row.item_id: row.why for row in proposal.lines.all() if row.item_id}
    of_kind = {row.kind: row.why for row in proposal.lines.all()}
    proposal.lines.all().delete()
    IctLine.objects.bulk_create(
        IctLine(
            municipality=proposal.municipality,
            host=proposal.host,
            partner=proposal.partner,
            proposal=proposal,
            item_id=line.item,
            position=place,
            kind=line.kind,
            name=line.name.strip(),
            quantity=line.quantity,
            first_yen=line.first_yen,
            monthly_yen=line.monthly_yen,
            why=known.get(line.item) or of_kind.get(line.kind, {}),
        )
        for place, line in enumerate(lines, start=1)
    )
    proposal.first_yen = sum(line.first_yen * line.quantity for line in lines)
    proposal.monthly_yen = sum(line.monthly_yen * line.quantity for line in lines)


def _record(verb: str, proposal: IctProposal, actor: Person, *, reason: str = "") -> None:
    write_entry(
        actor=actor,
        verb=f"ict.{verb}",
        subject=proposal,
        municipality=proposal.municipality,
        reason=reason.strip(),
        data={"space": proposal.need.space.name, "partner": proposal.partner.name},
    )
