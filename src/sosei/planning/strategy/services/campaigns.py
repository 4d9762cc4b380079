"""Campaigns as planners lead them: prepare, open, change the date, take in further KPIs, close."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Membership, Organisation, Person
from sosei.core.records.services import write_entry
from sosei.planning.strategy import locks_campaigns as locks
from sosei.planning.strategy.errors_campaigns import CampaignError
from sosei.planning.strategy.models import Answer, Ask, Campaign, Kpi, Strategy
from sosei.planning.strategy.numbers import fiscal_year_today, print_year, today_in
from sosei.planning.strategy.permissions import can_plan_part
from sosei.planning.strategy.services import ask_links
from sosei.planning.strategy.services.reports import LATE_YEARS

LATEST_REMINDER = 60
MOST_REMINDERS = 6


@dataclass(frozen=True)
class Gap:
    """What a planner should mend before opening.

    Attributes:
        without_department: KPIs that nobody would be asked for.
        without_recipient: departments that have neither a KPI owner nor an e-mail address.
        departments: how many would be asked.
        kpis: for how many KPIs.
    """

    without_department: Sequence[Kpi]
    without_recipient: Sequence[Organisation]
    departments: int
    kpis: int


def asked_kpis(campaign: Campaign) -> Iterable[Kpi]:
    """The KPIs that are reported for the campaign's year: those that had not ended before."""
    begins = datetime.date(campaign.fiscal_year, 4, 1)
    return Kpi.objects.filter(  # type: ignore[no-any-return]
        Q(ended_on__isnull=True) | Q(ended_on__gte=begins), strategy=campaign.strategy
    ).select_related("department")


def gap_before_opening(campaign: Campaign) -> Gap:
    """What would be left out if the campaign were opened now."""
    kpis = list(asked_kpis(campaign))
    departments = {kpi.department_id: kpi.department for kpi in kpis if kpi.department is not None}
    with tenancy.unguarded():
        reached = set(
            Membership.objects.held()
            .filter(role=roles.KPI_OWNER, organisation__in=departments)
            .values_list("organisation_id", flat=True)
        )
    return Gap(
        without_department=[kpi for kpi in kpis if kpi.department_id is None],
        without_recipient=[
            one
            for key, one in departments.items()
            if key not in reached and one is not None and not one.email
        ],
        departments=len(departments),
        kpis=sum(kpi.department_id is not None for kpi in kpis),
    )


@transaction.atomic
def prepare_campaign(
    *,
    strategy: Strategy,
    fiscal_year: int,
    due_on: datetime.date,
    text: str = "",
    reminder_days: Sequence[int] = (1, 7, 14),
    prepared_by: Person,
) -> Campaign:
    """Makes a campaign ready; no department is asked yet.

    Raises:
        NotAllowedError: `prepared_by` does not plan for the town.
        CampaignError: the year is none of the strategy, one for it is under way, or a date cannot be.
    """
    campaign = Campaign(
        strategy=strategy,
        fiscal_year=fiscal_year,
        due_on=due_on,
        text=text.strip(),
        reminder_days=sorted(set(reminder_days)),
        created_at=timezone.now(),
        created_by=prepared_by,
    )
    _check(campaign, prepared_by)
    _save(campaign)
    _record(campaign, "campaign.prepared", prepared_by)
    return campaign


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    due_on: datetime.date,
    text: str,
    reminder_days: Sequence[int],
    changed_by: Person,
    reason: str = "",
) -> Campaign:
    """Changes date, words and reminders; while it is open too. Reminders then count from the new date.

    Raises:
        NotAllowedError, CampaignError: as `prepare_campaign`, or it is closed.
    """
    held = locks.lock_campaign(campaign.pk)
    if held.state == Campaign.State.CLOSED:
        raise CampaignError(_("この調査はもう締め切りました。変えられません。"))
    held.due_on, held.text, held.reminder_days = due_on, text.strip(), sorted(set(reminder_days))
    _check(held, changed_by)
    _save(held)
    _record(held, "campaign.changed", changed_by, reason)
    return held


@transaction.atomic
def open_campaign(*, campaign: Campaign, opened_by: Person) -> Campaign:
    """Asks every department for its KPIs and sends each recipient a link. KPIs without a department are left out.

    Raises:
        NotAllowedError: `opened_by` does not plan for the town.
        CampaignError: open or closed already, or no KPI has a department.
    """
    held = locks.lock_campaign(campaign.pk)
    _check(held, opened_by)
    if held.state != Campaign.State.DRAFT:
        raise CampaignError(_("この調査はもう始まっています。画面を読み直してください。"))
    kpis = [kpi for kpi in asked_kpis(held) if kpi.department_id is not None]
    if not kpis:
        raise CampaignError(
            _("担当の部署が決まったKPIがありません。KPIの画面で部署を決めてから始めてください。")
        )
    held.state, held.opened_at = Campaign.State.OPEN, timezone.now()
    held.save(update_fields=["state", "opened_at"])
    asks = _ask_for(held, kpis)
    for ask in asks:
        ask_links.send_question(ask)
    _record(held, "campaign.opened", opened_by, departments=len(asks), kpis=len(kpis))
    return held


def _ask_for(campaign: Campaign, kpis: Sequence[Kpi]) -> list[Ask]:
    """Asks and blank answers for these KPIs; asks that are there are used. Returns those that are new."""
    there = {ask.department_id: ask for ask in campaign.asks.all()}
    new = [
        Ask(strategy=campaign.strategy, campaign=campaign, department_id=key)
        for key in sorted({kpi.department_id for kpi in kpis if kpi.department_id is not None} - set(there))
    ]
    with tenancy.unguarded():
        Ask.objects.bulk_create(new)
        asks = {**there, **{ask.department_id: ask for ask in new}}
        Answer.objects.bulk_create(
            [
                Answer(strategy=campaign.strategy, ask=asks[kpi.department_id], kpi=kpi, source=kpi.source)
                for kpi in kpis
                if kpi.department_id is not None
            ]
        )
    keys = [ask.pk for ask in new]
    return list(
        Ask.objects.filter(pk__in=keys).select_related("campaign", "department", "strategy__municipality")
    )


def kpis_not_asked(campaign: Campaign) -> list[Kpi]:
    """KPIs with a department that no department was asked for: defined, or given one, since the campaign began."""
    asked = set(Answer.objects.filter(ask__campaign=campaign).values_list("kpi_id", flat=True))
    return [kpi for kpi in asked_kpis(campaign) if kpi.department_id is not None and kpi.pk not in asked]


@transaction.atomic
def take_in_kpis(*, campaign: Campaign, taken_in_by: Person) -> int:
    """Asks for the KPIs that came since the campaign began; departments that had sent have their answers back.

    Raises:
        NotAllowedError, CampaignError: as `open_campaign`; not open.
    """
    held = locks.lock_campaign(campaign.pk)
    _check(held, taken_in_by)
    _check_open(held)
    kpis = kpis_not_asked(held)
    if not kpis:
        return 0
    departments = {kpi.department_id for kpi in kpis}
    held.asks.filter(department__in=departments).update(sent_at=None)
    for ask in _ask_for(held, kpis):
        ask_links.send_question(ask)
    _record(held, "campaign.kpis_added", taken_in_by, kpis=len(kpis))
    return len(kpis)


@transaction.atomic
def extend_due_date(*, ask: Ask, due_on: datetime.date, extended_by: Person, reason: str) -> Ask:
    """Gives one department more time; reminders count from the new date.

    Raises:
        NotAllowedError: `extended_by` does not plan for the town.
        CampaignError: not open, no reason, or the day is past.
    """
    held = locks.lock_ask(ask.pk)
    _check_leave(held.campaign, extended_by)
    _check_open(held.campaign)
    if not reason.strip():
        raise CampaignError(_("延ばす理由を書いてください。記録に残ります。"), "reason")
    _check_day(held.campaign, due_on)
    held.due_on = due_on
    held.save(update_fields=["due_on"])
    write_entry(
        actor=extended_by,
        verb="campaign.due_extended",
        subject=held.campaign,
        municipality=held.strategy.municipality,
        reason=reason.strip(),
        data={"department": held.department.name, "due": due_on.isoformat()},
    )
    return held


@transaction.atomic
def close_campaign(*, campaign: Campaign, closed_by: Person, reason: str = "") -> Campaign:
    """Ends a campaign: links open nothing from now on, what was not sent stays a draft and becomes no value.

    Raises:
        NotAllowedError: `closed_by` does not plan for the town.
        CampaignError: not open, or departments have not sent and no reason is given.
    """
    held = locks.lock_campaign(campaign.pk)
    _check_leave(held, closed_by)
    _check_open(held)
    missing = held.asks.filter(sent_at__isnull=True).count()
    if missing and not reason.strip():
        raise CampaignError(
            _(
                "まだ送っていない部署が%(count)sあります。それでも締め切る理由を書いてください。記録に残ります。"
            )
            % {"count": missing},
            "reason",
        )
    held.state, held.closed_at = Campaign.State.CLOSED, timezone.now()
    held.save(update_fields=["state", "closed_at"])
    _record(held, "campaign.closed", closed_by, reason, missing=missing)
    return held


def _check(campaign: Campaign, person: Person) -> None:
    _check_leave(campaign, person)
    strategy = campaign.strategy
    last = min(strategy.last_fiscal_year + LATE_YEARS, fiscal_year_today(strategy.municipality))
    if not strategy.first_fiscal_year <= campaign.fiscal_year <= last:
        raise CampaignError(
            _("%(year)sの実績は聞けません。%(first)sから%(last)sまでの年度を選んでください。")
            % {
                "year": print_year(campaign.fiscal_year),
                "first": print_year(strategy.first_fiscal_year),
                "last": print_year(last),
            },
            "fiscal_year",
        )
    wrong = [day for day in campaign.reminder_days if not 1 <= day <= LATEST_REMINDER]
    if wrong or len(campaign.reminder_days) > MOST_REMINDERS:
        raise CampaignError(
            _(
                "催促する日は、締め切りから1日～%(latest)s日の間で、%(most)s回までにしてください（%(given)s）。"
            )
            % {
                "latest": LATEST_REMINDER,
                "most": MOST_REMINDERS,
                "given": ", ".join(map(str, campaign.reminder_days)),
            },
            "reminder_days",
        )
    before = Campaign.objects.filter(pk=campaign.pk).values_list("due_on", flat=True).first()
    if campaign.due_on != before:
        _check_day(campaign, campaign.due_on)


def _check_day(campaign: Campaign, day: datetime.date) -> None:
    today = today_in(campaign.strategy.municipality)
    if not today <= day <= today + datetime.timedelta(days=366):
        raise CampaignError(
            _("締め切りの「%(day)s」は選べません。今日から1年以内の日にしてください。")
            % {"day": day.isoformat()},
            "due_on",
        )


def _check_leave(campaign: Campaign, person: Person) -> None:
    if not can_plan_part(person, campaign):
        raise NotAllowedError(_("実績の調査をするのは企画担当です。企画担当に頼んでください。"))


def _check_open(campaign: Campaign) -> None:
    if campaign.state != Campaign.State.OPEN:
        raise CampaignError(
            _("この調査は「%(state)s」です。調査中のときだけできます。")
            % {"state": campaign.get_state_display()}
        )


def _save(campaign: Campaign) -> None:
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        if "campaign_under_way_once_a_year" not in str(error):
            raise
        raise CampaignError(
            _("%(year)sの調査は、もう準備中か調査中です。それを使うか、締め切ってください。")
            % {"year": print_year(campaign.fiscal_year)},
            "fiscal_year",
        ) from error


def _record(campaign: Campaign, verb: str, actor: Person, reason: str = "", **data: object) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=campaign,
        municipality=campaign.strategy.municipality,
        reason=reason.strip(),
        data={"strategy": campaign.strategy.title, "year": campaign.fiscal_year, **data},
    )
