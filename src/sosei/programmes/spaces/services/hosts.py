"""Hosts of a town: private ones register and are checked by staff, public ones are made by staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import rules
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people import roles, tenancy
from sosei.core.people.models import Membership, Municipality, Organisation, Person
from sosei.core.people.permissions import can_serve_person
from sosei.core.people.services.memberships import hold
from sosei.core.people.standing import standing_of
from sosei.core.records.services import send_message, write_entry
from sosei.engines.conventions.corporate_number import read_corporate_number
from sosei.engines.conventions.errors import CorporateNumberError
from sosei.programmes.spaces import letters_hosts as letters
from sosei.programmes.spaces.errors_listings import HostError, ListingError
from sosei.programmes.spaces.locks_listings import lock_host, lock_registrations
from sosei.programmes.spaces.models import Host
from sosei.programmes.spaces.permissions import acts_for_host

CHECKED = ("name", "representative", "address", "phone", "email")
"""Columns that the town's staff have checked: a change of one asks for another check."""
MOST_WAITING = 3
"""Registrations of one person that wait for the town's check at the same time."""


@dataclass(frozen=True)
class Particulars:
    """What a host tells of itself; `phone` as E.164."""

    name: str
    representative: str
    address: str
    phone: str
    email: str
    name_en: str = ""
    about: str = ""
    about_en: str = ""


@transaction.atomic
def register_host(
    *,
    municipality: Municipality,
    particulars: Particulars,
    person: Person,
    actor: Person,
    corporate_number: str = "",
) -> Host:
    """Registers a private host whom `person` acts for from now on; staff check it before its spaces are published.

    The organisation of that corporate number is taken where the town has one and the person belongs to it or staff of
    the town register it, else one is entered. Who lets as a private person has no corporate number.

    Raises:
        HostError: `actor` is neither the person nor staff who serve the person, a number that cannot be one, an
            organisation that others already act for, particulars that are missing, the same name asked for already,
            or too many that wait.
    """
    if actor.pk != person.pk and not can_serve_person(actor, person):
        raise HostError(_("本人か、本人を手伝う町の担当者だけが登録を申し込めます。"))
    number = _number(corporate_number)
    columns = _columns(particulars)
    with tenancy.unguarded():
        lock_registrations(person.pk)
        _must_be_few(person, municipality, columns["name"])
        organisation = _organisation(municipality, number, columns, person, actor)
        if Host.objects.filter(pk=organisation.pk).exists():
            raise HostError(
                _(
                    "「%(name)s」は、もう場所を貸す人として登録されています。"
                    "役場の担当者に、あなたも加わると伝えてください。"
                )
                % {"name": organisation},
                "corporate_number",
            )
        hold(
            person=person,
            role=roles.SPACE_HOST,
            municipality=municipality,
            organisation=organisation,
            granted_by=None,
            reason=_("場所を貸す人の登録の申し込み"),
        )
        host: Host = Host.objects.create(
            organisation=organisation,
            municipality=municipality,
            kind=Host.Kind.PRIVATE,
            state=Host.State.ASKED,
            asked_at=timezone.now(),
            asked_by=actor,
            **columns,
        )
        _record("asked", host, actor, person=person)
    actor.__dict__.pop("standing", None)
    return host


def _must_be_few(person: Person, municipality: Municipality, name: str) -> None:
    acts = Membership.objects.held().filter(person=person, role=roles.SPACE_HOST).values("organisation")
    own = Host.objects.filter(pk__in=acts)
    if own.filter(municipality=municipality, name=name).exists():
        raise HostError(_("「%(name)s」は、もう登録を申し込んでいます。") % {"name": name}, "name")
    if own.filter(state=Host.State.ASKED).count() >= MOST_WAITING:
        raise HostError(
            _("確認を待っている登録が%(most)sあります。町の担当者の返事を待ってください。")
            % {"most": MOST_WAITING}
        )


def _number(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return read_corporate_number(text)
    except CorporateNumberError as error:
        language = "en" if (get_language() or "ja").startswith("en") else "ja"
        raise HostError(error.text(language), "corporate_number") from error


def _organisation(
    municipality: Municipality, number: str, columns: dict[str, Any], person: Person, actor: Person
) -> Organisation:
    """Of that number, unless somebody else acts for it already.

    Corporate numbers are public: nobody joins an organisation by its number alone. Its own people do, and those for
    whom the town's staff enter it.
    """
    found = None
    if number:
        found = Organisation.objects.filter(municipality=municipality, corporate_number=number).first()
    if found is None:
        try:
            with transaction.atomic():
                made: Organisation = Organisation.objects.create(
                    municipality=municipality,
                    kind=Organisation.Kind.HOST,
                    name=columns["name"],
                    name_en=columns["name_en"],
                    corporate_number=number,
                )
        except IntegrityError as error:
            if "organisation_corporate_number_once" not in str(error):
                raise
            raise _known(number) from error
        return made
    belongs = Membership.objects.held().filter(organisation=found, person=person).exists()
    helped = standing_of(actor).holds(roles.PROGRAMME_STAFF, municipality.pk)
    if found.closed_at is not None or not (belongs or helped):
        raise _known(number)
    if Membership.objects.held().filter(organisation=found).exclude(person=person).exists():
        raise HostError(
            _("法人番号 %(number)s の団体には、もう担当の人がいます。その人か役場の担当者に頼んでください。")
            % {"number": number},
            "corporate_number",
        )
    return found


def _known(number: str) -> HostError:
    return HostError(
        _(
            "法人番号 %(number)s の団体は、もう町の名簿にあります。"
            "あなたが担当だと役場の担当者に伝えてください。担当者が登録します。"
        )
        % {"number": number},
        "corporate_number",
    )


def _columns(particulars: Particulars) -> dict[str, Any]:
    columns = {name: value.strip() for name, value in asdict(particulars).items()}
    # They stand in the subjects of messages, which have no line breaks.
    columns |= {
        name: " ".join(columns[name].split()) for name in ("name", "name_en", "representative", "address")
    }
    for name in CHECKED:
        if not columns[name]:
            label = Host._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            raise HostError(_("「%(label)s」を書いてください。") % {"label": label}, name)
    return columns


@transaction.atomic
def make_public_host(
    *,
    municipality: Municipality,
    particulars: Particulars,
    actor: Person,
    department: Organisation | None = None,
) -> Host:
    """Enters a department with public facilities; the town answers for it, so that nothing waits for a check.

    Args:
        department: of the town; None enters a new one by the name of the host.

    Raises:
        HostError: `actor` is not programme staff of the town, the department lets already or belongs to another town,
            or particulars that are missing.
    """
    if not standing_of(actor).holds(roles.PROGRAMME_STAFF, municipality.pk):
        raise HostError(_("公共施設を登録できるのは、この町の事業担当だけです。"))
    columns = _columns(particulars)
    now = timezone.now()
    with tenancy.unguarded():
        if department is None:
            department = Organisation.objects.create(
                municipality=municipality,
                kind=Organisation.Kind.DEPARTMENT,
                name=columns["name"],
                name_en=columns["name_en"],
            )
        elif department.municipality_id != municipality.pk or department.kind != Organisation.Kind.DEPARTMENT:
            raise HostError(_("この町の部署を選んでください。"), "department")
        if Host.objects.filter(pk=department.pk).exists():
            raise HostError(_("「%(name)s」は、もう登録されています。") % {"name": department}, "department")
        host: Host = Host.objects.create(
            organisation=department,
            municipality=municipality,
            kind=Host.Kind.PUBLIC,
            state=Host.State.APPROVED,
            asked_at=now,
            asked_by=actor,
            decided_at=now,
            decided_by=actor,
            decision_reason=_("町の公共施設"),
            **columns,
        )
        _record("made_public", host, actor)
    return host


@transaction.atomic
def change_host(*, host: Host, particulars: Particulars, actor: Person) -> list[str]:
    """Corrects what a host tells of itself; the columns that now need another check by the town.

    While the check is under way nothing new is published; what is published stays. A public host is the town's own.

    Raises:
        HostError: `actor` does not act for it, or particulars that are missing.
    """
    check_runs(actor, host)
    columns = _columns(particulars)
    # The town may be deciding at this very moment: what it decided is not written over.
    host = lock_host(host.pk)
    changed = [name for name, value in columns.items() if getattr(host, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(host, name, columns[name])
    checked = [name for name in CHECKED if name in changed and not host.is_public]
    again = bool(checked) and not waits_for_check(host)
    if checked and host.state == Host.State.REFUSED:
        host.state = Host.State.ASKED
    if again:
        # An approved host stays approved, so that what is published stays; only new spaces wait.
        host.asked_at, host.asked_by = timezone.now(), actor
    with tenancy.unguarded():
        host.save()
    _record("asked_again" if again else "changed", host, actor)
    return checked if again else []


def fingerprint(host: Host) -> str:
    """Of what the town's staff check: the same as long as nothing of it is changed."""
    shown = "\n".join(f"{name}={getattr(host, name)}" for name in CHECKED)
    return sha256(shown.encode()).hexdigest()


@transaction.atomic
def approve_host(*, host: Host, actor: Person, reason: str = "", checked: str | None = None) -> Host:
    """The town's staff have checked who lets: the host's spaces may be published.

    Args:
        checked: `fingerprint` of what was on the screen; None where nobody looked at one.

    Raises:
        HostError: `actor` may not decide, it is decided already, or the host changed it since it was checked.
    """
    held = _to_decide(host, actor)
    if checked is not None and checked != fingerprint(held):
        raise HostError(_("確かめている間に、貸す人が内容を変えました。もう一度読んでから決めてください。"))
    return _decide(held, Host.State.APPROVED, actor, reason)


@transaction.atomic
def refuse_host(*, host: Host, actor: Person, reason: str) -> Host:
    """The registration cannot be approved as it is; the host is told why.

    Raises:
        HostError: `actor` may not decide, it is decided already, or no reason.
    """
    held = _to_decide(host, actor)
    if not reason.strip():
        raise HostError(_("認めない理由を書いてください。貸す人に伝わります。"), "reason")
    return _decide(held, Host.State.REFUSED, actor, reason)


def waits_for_check(host: Host) -> bool:
    """Asked for the first time, or changed what had been checked."""
    if host.state == Host.State.ASKED:
        return True
    return host.is_approved and host.decided_at is not None and host.asked_at > host.decided_at


def may_publish(host: Host) -> bool:
    """Checked as it is now."""
    return host.is_approved and not waits_for_check(host)


def waiting() -> Q:
    """Hosts whom the town's staff have to check."""
    return Q(state=Host.State.ASKED) | Q(state=Host.State.APPROVED, decided_at__lt=F("asked_at"))


def _to_decide(host: Host, actor: Person) -> Host:
    if acts_for_host(actor, host):
        raise HostError(_("自分が担当している登録は確認できません。ほかの担当者に頼んでください。"))
    if not rules.has_perm("spaces.decide_host", actor, host):
        raise HostError(_("貸す人の確認は、この町の事業担当だけができます。"))
    held = lock_host(host.pk)
    if not waits_for_check(held):
        raise HostError(
            _("この登録は、もうほかの担当者が決めています（%(state)s）。")
            % {"state": held.get_state_display()}
        )
    return held


def _decide(host: Host, state: str, actor: Person, reason: str) -> Host:
    host.state = state
    host.decided_at, host.decided_by = timezone.now(), actor
    host.decision_reason = reason.strip()
    host.save()
    _record("approved" if host.is_approved else "refused", host, actor, reason=reason.strip())
    letter = letters.host_decided(host).as_arguments()
    for person in acting_persons(host):
        send_message(
            key=f"space_host.decided:{host.pk}:{host.decided_at.isoformat()}:{person.pk}",
            kind="space_host.decided",
            recipient=person,
            municipality=host.municipality,
            about=host,
            **letter,
        )
    return host


def acting_persons(host: Host) -> Sequence[Person]:
    """Those who act for a host now; read beyond what the asking person sees, to send them messages."""
    with tenancy.unguarded():
        held = Membership.objects.held().filter(role=roles.SPACE_HOST, organisation=host.pk)
        return list(Person.objects.filter(pk__in=held.values("person")).order_by("pk"))


def check_runs(actor: Person, target: Any) -> None:
    """Whether `actor` acts for the host of the row, or serves its town.

    Raises:
        ListingError: neither.
    """
    if not rules.has_perm("spaces.run_host", actor, target):
        raise ListingError(_("貸す人の担当か、この町の事業担当だけができます。"))


def _record(verb: str, host: Host, actor: Person, *, person: Person | None = None, reason: str = "") -> None:
    write_entry(
        actor=actor,
        verb=f"space_host.{verb}",
        subject=host,
        municipality=host.municipality,
        on_behalf_of=person if person is not None and person.pk != actor.pk else None,
        reason=reason,
        data={"host": host.name},
    )
