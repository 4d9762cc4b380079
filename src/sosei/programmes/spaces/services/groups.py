"""Groups registered for public facilities (利用団体): asked for, decided by staff with tier and reduction, running out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.design import civil_day
from sosei.core.payments.models import ExemptionRule
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Person
from sosei.core.people.permissions import is_oneself
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import letters_groups as letters
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_bookings import BookingError, NotAllowedError
from sosei.programmes.spaces.locks_groups import lock_group
from sosei.programmes.spaces.models import UserGroup
from sosei.programmes.spaces.permissions import may_act_for, serves_spaces
from sosei.programmes.spaces.rules_periods import day_of

States = UserGroup.State
MOST_WAITING = 3
"""Groups of one person that wait for the town's answer at the same time."""
LONGEST_YEARS = 5
WARN_DAYS = 30
"""So long before a registration runs out its representative is told."""


@dataclass(frozen=True)
class Particulars:
    """What a group tells of itself."""

    name: str
    purpose: str
    members: int
    resident_members: int


def today_of(municipality: Municipality, now: datetime) -> date:
    """The day in the town."""
    return day_of(now, zone_of(municipality))


def is_current(group: UserGroup, today: date) -> bool:
    """Registered, and not run out."""
    return group.state == States.APPROVED and (group.valid_until is None or group.valid_until >= today)


def must_fit(group: UserGroup, person: Person | None, municipality_id: int, today: date) -> None:
    """Only its representative books or enters for a group, in its town, while it is registered.

    Raises:
        BookingError: somebody else's, of another town, not registered, or run out.
    """
    fits = person is not None and group.person_id == person.pk and group.municipality_id == municipality_id
    if not (fits and is_current(group, today)):
        raise BookingError(
            _("この団体としては申し込めません。登録ずみで期限内の、自分の団体を選んでください。"), "group"
        )


def may_ask_again(group: UserGroup, today: date) -> bool:
    """Refused, run out, or about to."""
    if group.state == States.APPROVED:
        return group.valid_until is not None and group.valid_until < today + timedelta(days=WARN_DAYS)
    return group.state == States.REFUSED


@transaction.atomic
def ask(*, municipality: Municipality, person: Person, particulars: Particulars, actor: Person) -> UserGroup:
    """Asks the town to register a group whose representative the person is.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        BookingError: something is missing, more residents than members, the same name already, or too many that wait.
    """
    draft = UserGroup(municipality=municipality, person=person)
    _must_act_for(actor, draft)
    _check(particulars)
    with tenancy.unguarded():
        mine = UserGroup.objects.filter(municipality=municipality, person=person)
        if mine.filter(name=particulars.name.strip()).exclude(state=States.REFUSED).exists():
            raise BookingError(
                _("同じ名前の団体が、もうあります。続けるときは、その団体から申し込んでください。"), "name"
            )
        if mine.filter(state=States.ASKED).count() >= MOST_WAITING:
            raise BookingError(_("確認を待っている団体が多すぎます。返事を待ってから申し込んでください。"))
        _fill(draft, particulars)
        draft.asked_at = timezone.now()
        draft.save()
        _record(draft, "asked", actor)
    return draft


@transaction.atomic
def ask_again(*, group: UserGroup, particulars: Particulars, actor: Person) -> UserGroup:
    """Asks for another registration: after a refusal, or when it has run out or is about to.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        BookingError: it is not time yet, or something is missing.
    """
    _must_act_for(actor, group)
    _check(particulars)
    with tenancy.unguarded():
        held = lock_group(group.pk)
        now = timezone.now()
        if not may_ask_again(held, today_of(held.municipality, now)):
            raise BookingError(
                _("この団体は、今は申し込めません。登録の期限の%(days)s日前から申し込めます。")
                % {"days": WARN_DAYS}
            )
        _fill(held, particulars)
        held.state, held.asked_at = States.ASKED, now
        held.save()
        _record(held, "asked", actor)
    return held


def _fill(group: UserGroup, particulars: Particulars) -> None:
    for name, value in asdict(particulars).items():
        setattr(group, name, value.strip() if isinstance(value, str) else value)


def _check(particulars: Particulars) -> None:
    for name, text in (
        ("name", _("団体の名前を書いてください。")),
        ("purpose", _("活動の内容を書いてください。")),
    ):
        if not getattr(particulars, name).strip():
            raise BookingError(text, name)
    if particulars.members < 1:
        raise BookingError(_("人数を1人以上にしてください。"), "members")
    if not 0 <= particulars.resident_members <= particulars.members:
        raise BookingError(
            _("市内の人数は、全体の人数（%(members)s人）までにしてください。")
            % {"members": particulars.members},
            "resident_members",
        )


def may_decide(actor: Person, group: UserGroup) -> bool:
    """Programme staff of the town who are not its representative."""
    return serves_spaces(actor, group) and not is_oneself(actor, group)


def approve(
    *,
    group: UserGroup,
    tier: str,
    exemption: ExemptionRule | None,
    valid_until: date,
    reason: str,
    actor: Person,
) -> UserGroup:
    """Registers a group until a day, with its tier and the reduction that the ordinance grants it.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town, or is its representative.
        BookingError: decided already, a tier that is none, a day that is over or too far, a reduction of another town.
    """
    today = today_of(group.municipality, timezone.now())
    if tier not in UserGroup.Tier.values:
        raise BookingError(_("区分を選んでください。"), "tier")
    if not today < valid_until <= today + timedelta(days=LONGEST_YEARS * 366):
        raise BookingError(
            _("登録の期限は、明日から%(years)s年までの日にしてください。") % {"years": LONGEST_YEARS},
            "valid_until",
        )
    if exemption is not None and exemption.municipality_id != group.municipality_id:
        raise BookingError(_("この町の減免の区分を選んでください。"), "exemption")
    code = str(exemption.pk) if exemption is not None else ""
    columns = {"tier": tier, "exemption_code": code, "valid_until": valid_until}
    return _decide(group, States.APPROVED, columns, reason, actor)


def refuse(*, group: UserGroup, reason: str, actor: Person) -> UserGroup:
    """Does not register a group; its representative is told why.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town, or is its representative.
        BookingError: decided already, or no reason.
    """
    if not reason.strip():
        raise BookingError(_("認めない理由を書いてください。代表者に伝わります。"), "reason")
    return _decide(group, States.REFUSED, {}, reason, actor)


@transaction.atomic
def _decide(
    group: UserGroup, state: str, columns: dict[str, object], reason: str, actor: Person
) -> UserGroup:
    if not may_decide(actor, group):
        raise NotAllowedError(_("決められるのは、代表者ではない、この町の担当者だけです。"))
    with tenancy.unguarded():
        held = lock_group(group.pk)
        if held.state != States.ASKED:
            raise BookingError(_("この団体は、もう決まっています。画面を読み直してください。"))
        for name, value in columns.items():
            setattr(held, name, value)
        held.state, held.decided_at, held.decided_by = state, timezone.now(), actor
        held.decision_reason = reason.strip()[:300]
        held.save()
        _record(held, "approved" if state == States.APPROVED else "refused", actor, reason=reason.strip())
        letters.tell_decided(held)
    return held


def warn_due(*, now: datetime) -> int:
    """Tells representatives that a registration runs out within a month; run twice it tells nobody again."""
    with tenancy.unguarded():
        rows = UserGroup.objects.filter(
            state=States.APPROVED,
            valid_until__gte=civil_day.day_of(now) - timedelta(days=1),
            valid_until__lte=civil_day.day_of(now) + timedelta(days=WARN_DAYS),
        )
        found = list(rows.select_related("municipality", "person").order_by("pk"))
        for group in found:
            letters.tell_ending(group)
        return len(found)


def _must_act_for(actor: Person, group: UserGroup) -> None:
    if not may_act_for(actor, group):
        raise NotAllowedError(_("団体の登録を申し込めるのは、代表者と、代表者に代わる市の担当者だけです。"))


def _record(group: UserGroup, what: str, actor: Person, *, reason: str = "") -> None:
    served = what == "asked" and actor.pk != group.person_id
    write_entry(
        actor=actor,
        verb=f"space_group.{what}",
        subject=group,
        person=group.person,
        municipality=group.municipality,
        on_behalf_of=group.person if served else None,
        reason=reason,
        data={"group": group.name},
    )
