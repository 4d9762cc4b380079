"""Links that open a department's page without an account: made, sent, sent again, withdrawn, found; and reminders."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.letters import Letter
from sosei.core.people.models import Membership, Person
from sosei.core.records.services import send_message, write_entry
from sosei.planning.strategy import letters_campaigns as letters
from sosei.planning.strategy import locks_campaigns as locks
from sosei.planning.strategy.errors_campaigns import CampaignError
from sosei.planning.strategy.models import Ask, AskLink, Campaign
from sosei.planning.strategy.numbers import today_in
from sosei.planning.strategy.permissions import can_plan_part


@dataclass(frozen=True)
class Recipient:
    """A KPI owner with an account, or the department's own address."""

    person: Person | None = None
    address: str = ""


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def find(token: str) -> Ask | None:
    """The ask that a link opens; None where no such link was made or it was withdrawn. A closed campaign opens nothing
    more than the word that it is closed: whoever asks looks at the campaign's state.
    """
    with tenancy.unguarded():
        link = (
            AskLink.objects.filter(token_hash=hash_of(token), withdrawn_at__isnull=True)
            .select_related("ask__campaign", "ask__department", "ask__strategy__municipality")
            .first()
        )
    return link.ask if link is not None else None


def recipients_of(ask: Ask) -> list[Recipient]:
    """The department's KPI owners, and its own address where none of them has the same."""
    with tenancy.unguarded():
        held = (
            Membership.objects.held()
            .filter(role=roles.KPI_OWNER, organisation=ask.department, person__is_active=True)
            .select_related("person")
            .order_by("pk")
        )
        persons = [one.person for one in held]
    own = (ask.department.email or "").strip()
    addresses = {(person.email or "").lower() for person in persons}
    recipients = [Recipient(person=person) for person in persons]
    return [*recipients, *([Recipient(address=own)] if own and own.lower() not in addresses else [])]


def send_question(ask: Ask) -> int:
    """Sends every recipient a link of their own; how many there are. In the transaction under way."""
    count = ask.answers.count()
    return _send(ask, "campaign.question", lambda token: letters.question(ask, token, count))


@transaction.atomic
def send_links_again(*, ask: Ask, sent_by: Person, reason: str = "") -> int:
    """Sends new links, and puts an end to all that were made before; how many were sent.

    Raises:
        NotAllowedError: `sent_by` does not plan for the town.
        CampaignError: not open, or nobody can be written to.
    """
    held = _open_ask(ask, sent_by)
    if not recipients_of(held):
        raise CampaignError(_nobody(held))
    _withdraw(held)
    count = send_question(held)
    _record(held, "campaign.link_sent", sent_by, reason, count=count)
    return count


@transaction.atomic
def make_link(*, ask: Ask, made_by: Person, reason: str = "") -> str:
    """A new link for the planner to hand over; its token is told this once. Links made before go on working.

    Raises:
        NotAllowedError, CampaignError: as `send_links_again`.
    """
    held = _open_ask(ask, made_by)
    token, _link = _new_link(held)
    _record(held, "campaign.link_made", made_by, reason)
    return token


@transaction.atomic
def withdraw_links(*, ask: Ask, withdrawn_by: Person, reason: str = "") -> int:
    """Puts an end to all links of a department; how many there were.

    Raises:
        NotAllowedError, CampaignError: as `send_links_again`.
    """
    held = _open_ask(ask, withdrawn_by)
    count = _withdraw(held)
    if count:
        _record(held, "campaign.links_withdrawn", withdrawn_by, reason)
    return count


@transaction.atomic
def remind(*, ask: Ask, reminded_by: Person) -> int:
    """Reminds one department now, whatever the day; how many letters.

    Raises:
        NotAllowedError: `reminded_by` does not plan for the town.
        CampaignError: not open, sent already, or nobody can be written to.
    """
    held = _open_ask(ask, reminded_by)
    if held.is_sent:
        raise CampaignError(
            _("%(department)sは、もう送っています。催促は要りません。") % {"department": held.department}
        )
    if not recipients_of(held):
        raise CampaignError(_nobody(held))
    count = _remind(held, today_in(held.strategy.municipality))
    _record(held, "campaign.reminded", reminded_by, "", count=count)
    return count


def remind_late(*, on: datetime.date | None = None) -> int:
    """Reminds every department that is late by one of its campaign's days and has not been for that day; how many.

    Each department is a transaction of its own, so that a crash between two loses or doubles nothing. A day on which
    the worker did not run is made up for; of several days missed only the last is written about.

    Args:
        on: today; else the day in each town.
    """
    open_asks = (
        Ask.objects.filter(campaign__state=Campaign.State.OPEN, sent_at__isnull=True)
        .select_related("campaign", "strategy__municipality")
        .order_by("pk")
    )
    keys = [
        ask.pk for ask in open_asks if _due_day(ask, on or today_in(ask.strategy.municipality)) is not None
    ]
    return sum(_remind_for_day(key, on) for key in keys)


def _due_day(ask: Ask, today: datetime.date) -> int | None:
    """The day of reminding that has come and was not written about; None where there is none."""
    late = (today - ask.due).days
    day = max((day for day in ask.campaign.reminder_days if day <= late), default=None)
    if day is None:
        return None
    done = ask.reminded_day if ask.reminded_for == ask.due else None
    return day if done is None or done < day else None


@transaction.atomic
def _remind_for_day(key: int, on: datetime.date | None) -> bool:
    ask = locks.lock_ask(key)
    today = on or today_in(ask.strategy.municipality)
    day = _due_day(ask, today)
    # Somebody may have sent, closed or reminded since the list was read.
    if day is None or ask.is_sent or ask.campaign.state != Campaign.State.OPEN:
        return False
    ask.reminded_for, ask.reminded_day = ask.due, day
    ask.save(update_fields=["reminded_for", "reminded_day"])
    count = _remind(ask, today)
    if count:
        _record(ask, "campaign.reminded", None, "", count=count)
    return count > 0


def _remind(ask: Ask, today: datetime.date) -> int:
    missing = sum(answer.is_blank for answer in ask.answers.all())
    late = (today - ask.due).days
    count = _send(ask, "campaign.reminder", lambda token: letters.reminder(ask, token, missing, late))
    if count:
        ask.reminded_at = timezone.now()
        ask.save(update_fields=["reminded_at"])
    return count


def _send(ask: Ask, kind: str, letter: Callable[[str], Letter]) -> int:
    recipients = recipients_of(ask)
    for recipient in recipients:
        token, link = _new_link(ask)
        words = letter(token)
        send_message(
            key=f"{kind}:{link.pk}",
            kind=kind,
            recipient=recipient.person,
            to_address=recipient.address,
            language="ja" if recipient.person is None else "",
            municipality=ask.strategy.municipality,
            about=ask,
            **words.as_arguments(),
        )
    if recipients:
        with tenancy.unguarded():
            ask.link_sent_at = timezone.now()
            ask.save(update_fields=["link_sent_at"])
    return len(recipients)


def _new_link(ask: Ask) -> tuple[str, AskLink]:
    token = secrets.token_urlsafe(32)
    with tenancy.unguarded():
        link = AskLink.objects.create(
            strategy=ask.strategy, ask=ask, token_hash=hash_of(token), made_at=timezone.now()
        )
    return token, link


def _withdraw(ask: Ask) -> int:
    with tenancy.unguarded():
        return int(ask.links.filter(withdrawn_at__isnull=True).update(withdrawn_at=timezone.now()))


def _open_ask(ask: Ask, person: Person) -> Ask:
    held = locks.lock_ask(ask.pk)
    if not can_plan_part(person, held):
        raise NotAllowedError(_("リンクと催促を送るのは企画担当です。企画担当に頼んでください。"))
    if held.campaign.state != Campaign.State.OPEN:
        raise CampaignError(
            _("この調査は「%(state)s」です。調査中のときだけできます。")
            % {"state": held.campaign.get_state_display()}
        )
    return held


def _nobody(ask: Ask) -> str:
    return _(
        "%(department)sには送り先がありません。部署のメールを登録するか、KPI担当を招待してください。急ぐときはリンクを作って渡してください。"
    ) % {"department": ask.department}


def _record(ask: Ask, verb: str, actor: Person | None, reason: str, **data: object) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=ask.campaign,
        municipality=ask.strategy.municipality,
        reason=reason.strip(),
        data={"department": ask.department.name, **data},
    )
