"""What a space shall be used for: drafted by its host or from unmet searches, sized, opened to all partners, dropped."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments.services.bills import fee_rate_on
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import letters_ict as letters
from sosei.programmes.spaces.as_rules import price_lists_of, zone_of
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.ict_sizing import (
    BASIS,
    EMPTY_BASIS,
    income_of,
    payback_of,
    sizing_of,
    step_as_json,
    survey_of_space,
    things_of,
)
from sosei.programmes.spaces.locks_ict import lock_need
from sosei.programmes.spaces.models import (
    CatalogueItem,
    IctLine,
    IctNeed,
    IctPartner,
    IctProposal,
    Installation,
    Space,
)
from sosei.programmes.spaces.rules_ict import Sizing
from sosei.programmes.spaces.rules_ict_figures import Purpose
from sosei.programmes.spaces.rules_ict_offers import Proposal, propose
from sosei.programmes.spaces.rules_periods import Period, at_minute
from sosei.programmes.spaces.rules_price_lists import Tier
from sosei.programmes.spaces.rules_prices import Quote, cheapest
from sosei.programmes.spaces.services.ict_partners import partners_in
from sosei.programmes.spaces.services.ict_unmet import MINUTES, Group
from sosei.programmes.spaces.words_ict_sizing import PURPOSES

LIVE = (IctProposal.State.SUGGESTED, IctProposal.State.ANSWERED)
MOST_DAYS = 90
"""How long proposals may be collected."""
NOON = 12 * 60


@dataclass(frozen=True)
class Wanted:
    """A need as its host writes it.

    Attributes:
        uses: (purpose, users) of all that goes on at the same time.
        survey: what was found on site.
        basis: searches a month, percent that would book, yen a booking, percent that is kept.
    """

    uses: Sequence[tuple[str, int]]
    survey: Mapping[str, Any]
    basis: Mapping[str, int] = field(default_factory=dict)
    wishes: str = ""


def today_in(municipality: Municipality) -> datetime.date:
    """The civil day of the town."""
    return timezone.now().astimezone(ZoneInfo(municipality.zone)).date()


@transaction.atomic
def draft_need(
    *, space: Space, wanted: Wanted, actor: Person, misses: Sequence[Mapping[str, Any]] = ()
) -> IctNeed:
    """Writes down what a space shall be used for; every partner's catalogue is reckoned through, nobody is told yet.

    Raises:
        IctError: `actor` does not run the host, or figures out of range.
    """
    need = IctNeed(
        municipality=space.municipality,
        host=space.host,
        space=space,
        misses=list(misses),
        asked_at=timezone.now(),
        asked_by=actor,
    )
    check_runs(actor, need)
    _write(need, wanted)
    need.save()
    reckon(need)
    record("need_drafted", need, actor)
    return need


def need_of_group(*, space: Space, group: Group, actor: Person) -> IctNeed:
    """A draft from unmet searches: as many people as were asked for, the listing as survey, the searches as income.

    Raises:
        IctError: as `draft_need`.
    """
    users = 1 if group.purpose is Purpose.STREAMING else min(group.people, space.seats)
    wanted = Wanted(
        uses=[(group.purpose, max(1, users))],
        survey=survey_of_space(space),
        basis={
            **EMPTY_BASIS,
            "searches": group.a_month,
            "yen": price_of(space, group.minutes or MINUTES) or group.yen or 0,
            "kept": kept_percent(space.municipality),
        },
    )
    return draft_need(
        space=space, wanted=wanted, actor=actor, misses=[group.as_json(today_in(space.municipality))]
    )


def price_of(space: Space, minutes: int) -> int:
    """What a booking of that length costs on the next Wednesday noon, as a figure to begin with; 0 without a price."""
    zone = zone_of(space.municipality)
    today = timezone.now().astimezone(zone).date()
    on = today + datetime.timedelta(days=7 + (2 - today.weekday()) % 7)
    span = Period(at_minute(on, NOON, zone), at_minute(on, NOON + min(minutes, 8 * 60), zone))
    found = cheapest(span, price_lists_of(space), Tier.RESIDENT, zone)
    return found.total if isinstance(found, Quote) else 0


def kept_percent(municipality: Municipality) -> int:
    """What the platform's fee and its tax leave to a host today, in whole percent."""
    rate = fee_rate_on(municipality, today_in(municipality))
    if rate is None:
        return 100
    fee = rate.percent * (100 + rate.tax_percent) / 100
    return int((Decimal(100) - fee).quantize(Decimal(1), rounding=ROUND_DOWN))


@transaction.atomic
def change_need(*, need: IctNeed, wanted: Wanted, actor: Person) -> IctNeed:
    """Corrects a draft, or an open need that nobody has answered yet; all is reckoned anew.

    Raises:
        IctError: `actor` does not run the host, somebody has answered, it is decided, or figures out of range.
    """
    check_runs(actor, need)
    held = lock_need(need.pk)
    _must_be_open(held)
    with tenancy.unguarded():
        if held.proposals.exclude(state=IctProposal.State.SUGGESTED).exists():
            raise IctError(
                _(
                    "もう返事をした会社があります。内容を変えるときは、取りやめてから、新しく相談してください。"
                )
            )
    _write(held, wanted)
    held.save()
    reckon(held)
    record("need_changed", held, actor)
    return held


@transaction.atomic
def set_income(*, need: IctNeed, basis: Mapping[str, int], actor: Person) -> IctNeed:
    """Changes what unmet searches are expected to bring; months until it pays are reckoned anew in every proposal.

    Raises:
        IctError: `actor` does not run the host, it is decided, or figures out of range.
    """
    check_runs(actor, need)
    held = lock_need(need.pk)
    _must_be_open(held)
    held.income_basis = _basis(basis)
    income_of(held)
    held.save(update_fields=["income_basis"])
    with tenancy.unguarded():
        for proposal in held.proposals.all():
            reckon_income(held, proposal)
            proposal.save(update_fields=["income_yen", "months", "steps"])
    record("need_changed", held, actor)
    return held


@transaction.atomic
def open_need(*, need: IctNeed, answer_until: datetime.date, actor: Person) -> IctNeed:
    """Asks every partner of the town to answer until a day; they are told, and the host chooses after it.

    Raises:
        IctError: `actor` does not run the host, it is no draft, a day that cannot be, or no partner.
    """
    check_runs(actor, need)
    held = lock_need(need.pk)
    if held.state != IctNeed.State.DRAFT:
        raise IctError(
            _("この相談は、もう出してあります（%(state)s）。") % {"state": held.get_state_display()}
        )
    today = today_in(held.municipality)
    if not today < answer_until <= today + datetime.timedelta(days=MOST_DAYS):
        raise IctError(
            _("提案の期限は、明日から%(days)s日のあいだにしてください。") % {"days": MOST_DAYS},
            "answer_until",
        )
    partners = partners_in(held.municipality_id)
    if not partners:
        raise IctError(_("この町には、まだICTの会社が登録されていません。町の担当者に相談してください。"))
    held.state, held.answer_until = IctNeed.State.OPEN, answer_until
    held.asked_at, held.asked_by = timezone.now(), actor
    held.save(update_fields=["state", "answer_until", "asked_at", "asked_by"])
    reckon(held)
    for partner in partners:
        letters.tell_partner(
            f"ict.need_opened:{held.pk}:{partner.pk}",
            "ict.need_opened",
            partner,
            letters.need_opened(held, partner),
            held,
        )
    record("need_opened", held, actor, count=len(partners))
    return held


@transaction.atomic
def drop_need(*, need: IctNeed, actor: Person, reason: str) -> IctNeed:
    """Nothing comes of it: a draft, an open need, or one whose work has not been built yet.

    Raises:
        IctError: `actor` does not run the host, no reason once partners know of it, or the work is built.
    """
    check_runs(actor, need)
    with tenancy.unguarded():
        held = lock_need(need.pk)
        was_draft = held.state == IctNeed.State.DRAFT
        if held.state in (IctNeed.State.DONE, IctNeed.State.DROPPED):
            raise IctError(
                _("この相談は、もう終わっています（%(state)s）。") % {"state": held.get_state_display()}
            )
        if not was_draft and not reason.strip():
            raise IctError(_("取りやめる理由を書いてください。会社に伝わります。"), "reason")
        works = Installation.objects.filter(proposal__need=held)
        if works.exclude(state=Installation.State.PLANNED).exists():
            raise IctError(_("工事が始まっています。検収の画面で決めてください。"))
        held.state = IctNeed.State.DROPPED
        held.save(update_fields=["state"])
        asked = [] if was_draft else list(IctPartner.objects.filter(proposals__need=held).distinct())
        for partner in asked:
            letters.tell_partner(
                f"ict.need_dropped:{held.pk}:{partner.pk}",
                "ict.need_dropped",
                partner,
                letters.need_dropped(held, reason.strip()),
                held,
            )
        record("need_dropped", held, actor, reason=reason)
    return held


def check_runs(actor: Person, target: Any) -> None:
    """Whether `actor` acts for the host of the row, or serves its town.

    Raises:
        IctError: neither.
    """
    if not rules.has_perm("spaces.run_host", actor, target):
        raise IctError(_("貸す人の担当か、この町の事業担当だけができます。"))


def record(verb: str, need: IctNeed, actor: Person, *, reason: str = "", **data: Any) -> None:
    """An entry about a need."""
    write_entry(
        actor=actor,
        verb=f"ict.{verb}",
        subject=need,
        municipality=need.municipality,
        reason=reason.strip(),
        data={"space": need.space.name, **data},
    )


def _must_be_open(need: IctNeed) -> None:
    if need.state not in (IctNeed.State.DRAFT, IctNeed.State.OPEN):
        raise IctError(
            _("この相談は、もう決まっています（%(state)s）。") % {"state": need.get_state_display()}
        )


def _write(need: IctNeed, wanted: Wanted) -> None:
    uses = [(purpose, int(users)) for purpose, users in wanted.uses if users]
    if not uses:
        raise IctError(_("使い道を1つ以上、人数と一緒に書いてください。"), "uses")
    unknown = next((purpose for purpose, _users in uses if purpose not in PURPOSES), None)
    if unknown is not None:
        raise IctError(_("「%(use)s」という使い道はありません。") % {"use": unknown}, "uses")
    need.uses = [{"purpose": str(purpose), "users": users} for purpose, users in uses]
    need.use, need.people = str(uses[0][0]), uses[0][1]
    need.survey = dict(wanted.survey)
    need.wishes = wanted.wishes.strip()
    need.income_basis = _basis(wanted.basis)
    sizing_of(need)
    income_of(need)


def _basis(given: Mapping[str, int]) -> dict[str, int]:
    known = {name: int(given[name]) for name in BASIS if given.get(name) is not None}
    return {**EMPTY_BASIS, **known}


# --- What the catalogues give -----------------------------------------------------------------------------------------


def reckon(need: IctNeed) -> None:
    """Writes what the program suggests from every partner's catalogue; what a partner has answered stays as it is.

    A suggestion that the catalogue no longer gives is put aside: rows of proposals are never deleted.
    """
    sizing = sizing_of(need)
    today = today_in(need.municipality)
    with tenancy.unguarded():
        held = {(row.partner_id, row.variant): row for row in need.proposals.filter(state__in=LIVE)}
        answered = {row.partner_id for row in held.values() if row.state != IctProposal.State.SUGGESTED}
        answered |= set(need.proposals.filter(answered_at__isnull=False).values_list("partner", flat=True))
        items = catalogue_of(need.municipality_id)
        for partner in partners_in(need.municipality_id):
            if partner.pk in answered:
                continue
            own = {item.pk: item for item in items if item.partner_id == partner.pk}
            for offer in propose(sizing, things_of(own.values(), today)).offers:
                write_suggested(need, partner, offer, own, sizing, held.pop((partner.pk, offer.level), None))
        left = [row.pk for row in held.values() if row.state == IctProposal.State.SUGGESTED]
        IctProposal.objects.filter(pk__in=left).update(
            state=IctProposal.State.NOT_CHOSEN, decided_at=timezone.now()
        )


def catalogue_of(municipality_id: int) -> list[CatalogueItem]:
    """All that is sold in a town."""
    return list(
        CatalogueItem.objects.filter(
            municipality=municipality_id, ended_at__isnull=True, partner__ended_at__isnull=True
        )
    )


def write_suggested(
    need: IctNeed,
    partner: IctPartner,
    offer: Proposal,
    items: Mapping[int, CatalogueItem],
    sizing: Sizing,
    held: IctProposal | None = None,
) -> IctProposal:
    """A proposal as the program reckoned it, with its lines; `held` is written over."""
    proposal = held or IctProposal(
        municipality=need.municipality, host=need.host, partner=partner, need=need, variant=offer.level
    )
    proposal.steps = {"sizing": [step_as_json(step) for step in sizing.steps]}
    proposal.first_yen, proposal.monthly_yen = offer.first_yen, offer.monthly_yen
    proposal.made_at = timezone.now()
    reckon_income(need, proposal)
    proposal.save()
    if held is not None:
        held.lines.all().delete()
    IctLine.objects.bulk_create(
        IctLine(
            municipality=need.municipality,
            host=need.host,
            partner=partner,
            proposal=proposal,
            item=items[int(row.item.code)],
            position=place,
            kind=row.item.goods,
            name=items[int(row.item.code)].name,
            quantity=row.quantity,
            first_yen=row.item.first_yen,
            monthly_yen=row.item.monthly_yen,
            why={
                "amounts": {str(name): amount for name, amount in row.requirement.amounts.items()},
                "pieces": row.requirement.pieces,
            },
        )
        for place, row in enumerate(offer.rows, start=1)
    )
    return proposal


def reckon_income(need: IctNeed, proposal: IctProposal) -> None:
    """Writes into a proposal what the need is expected to bring, and when that pays for it."""
    found = payback_of(need, proposal.first_yen, proposal.monthly_yen)
    steps = proposal.steps if isinstance(proposal.steps, dict) else {}
    proposal.steps = {**steps, "payback": [step_as_json(step) for step in found.steps]}
    proposal.income_yen = found.steps[0].value
    proposal.months = found.months
