"""Employers of a town: registration by themselves, the town's check, changes that need another check."""

from __future__ import annotations

import datetime
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
from sosei.programmes.jobs import letters_postings as letters
from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.locks import lock_persons
from sosei.programmes.jobs.locks_employers import lock_employer
from sosei.programmes.jobs.models import Employer
from sosei.programmes.jobs.permissions import acts_for_employer

CHECKED = (
    "name",
    "industry",
    "representative",
    "address",
    "employees",
    "is_individual",
    "accident_insurance",
    "accident_insurance_number",
    "employment_insurance",
    "overtime_agreement_until",
    "is_small_special",
    "harassment_contact",
    "harassment_phone",
    "harassment_email",
)
"""Columns that the town's staff have checked: a change of one asks for another check."""


MOST_WAITING = 3
"""Registrations of one person that wait for the town's check at the same time."""
ONE_LINE = ("name", "name_en", "representative", "address", "accident_insurance_number", "harassment_contact")
"""Columns without line breaks: they stand in the subjects of messages."""


def one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


@dataclass(frozen=True)
class Particulars:
    """What an employer tells of itself; `phone` and `harassment_phone` as E.164 or empty."""

    name: str
    industry: str
    representative: str
    address: str
    employees: int
    harassment_contact: str
    name_en: str = ""
    is_individual: bool = False
    accident_insurance: bool = False
    accident_insurance_number: str = ""
    employment_insurance: bool = False
    overtime_agreement_until: datetime.date | None = None
    is_small_special: bool = False
    harassment_phone: str = ""
    harassment_email: str = ""
    about: str = ""
    about_en: str = ""


@transaction.atomic
def register_employer(
    *,
    municipality: Municipality,
    particulars: Particulars,
    corporate_number: str,
    person: Person,
    actor: Person,
) -> Employer:
    """Registers an employer whom `person` acts for from now on; the town's staff check it before it may publish.

    The organisation of that corporate number is taken where the town has one and the person belongs to it or staff of
    the town register it, else one is entered. Somebody who runs a
    business of his own has no corporate number.

    Raises:
        EmployerError: `actor` is neither the person nor staff who serve the person, no corporate number and no sole
            proprietor, a number that cannot be one, an organisation that others already act for, particulars that are
            missing, the same name asked for already, or too many that wait.
    """
    if actor.pk != person.pk and not can_serve_person(actor, person):
        raise EmployerError(_("本人か、本人を手伝う町の担当者だけが登録を申し込めます。"))
    number = _number(corporate_number, particulars)
    columns = _columns(particulars)
    with tenancy.unguarded():
        lock_persons([person.pk])
        _must_be_few(person, municipality, columns["name"])
        organisation = _organisation(municipality, number, particulars, person, actor)
        if Employer.objects.filter(pk=organisation.pk).exists():
            raise EmployerError(
                _(
                    "「%(name)s」は、もう雇用主として登録されています。役場の担当者に、あなたも加わると伝えてください。"
                )
                % {"name": organisation},
                "corporate_number",
            )
        hold(
            person=person,
            role=roles.EMPLOYER,
            municipality=municipality,
            organisation=organisation,
            granted_by=None,
            reason=_("雇用主の登録の申し込み"),
        )
        employer: Employer = Employer.objects.create(
            organisation=organisation,
            municipality=municipality,
            state=Employer.State.ASKED,
            asked_at=timezone.now(),
            asked_by=actor,
            **columns,
        )
        _record("asked", employer, actor, person=person)
    actor.__dict__.pop("standing", None)
    return employer


def _must_be_few(person: Person, municipality: Municipality, name: str) -> None:
    acts = Membership.objects.held().filter(person=person, role=roles.EMPLOYER).values("organisation")
    own = Employer.objects.filter(pk__in=acts)
    if own.filter(municipality=municipality, name=name).exists():
        raise EmployerError(_("「%(name)s」は、もう登録を申し込んでいます。") % {"name": name}, "name")
    if own.filter(state=Employer.State.ASKED).count() >= MOST_WAITING:
        raise EmployerError(
            _("確認を待っている登録が%(most)sあります。町の担当者の返事を待ってください。")
            % {"most": MOST_WAITING}
        )


def _number(text: str, particulars: Particulars) -> str:
    if not text.strip():
        if not particulars.is_individual:
            raise EmployerError(
                _(
                    "法人番号（13桁）を書いてください。個人で経営しているときは「個人の経営」にチェックを入れてください。"
                ),
                "corporate_number",
            )
        return ""
    if particulars.is_individual:
        raise EmployerError(
            _(
                "個人の経営には法人番号がありません。法人番号を消すか、「個人の経営」のチェックを外してください。"
            ),
            "corporate_number",
        )
    try:
        return read_corporate_number(text)
    except CorporateNumberError as error:
        language = "en" if (get_language() or "ja").startswith("en") else "ja"
        raise EmployerError(error.text(language), "corporate_number") from error


def _organisation(
    municipality: Municipality, number: str, particulars: Particulars, person: Person, actor: Person
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
                    kind=Organisation.Kind.EMPLOYER,
                    name=one_line(particulars.name),
                    name_en=one_line(particulars.name_en),
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
    others = Membership.objects.held().filter(organisation=found).exclude(person=person).exists()
    if others:
        raise EmployerError(
            _("法人番号 %(number)s の団体には、もう担当の人がいます。その人か役場の担当者に頼んでください。")
            % {"number": number},
            "corporate_number",
        )
    return found


def _known(number: str) -> EmployerError:
    return EmployerError(
        _(
            "法人番号 %(number)s の団体は、もう町の名簿にあります。"
            "あなたが担当だと役場の担当者に伝えてください。担当者が登録します。"
        )
        % {"number": number},
        "corporate_number",
    )


def _columns(particulars: Particulars) -> dict[str, Any]:
    columns = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in asdict(particulars).items()
    }
    columns |= {name: one_line(columns[name]) for name in ONE_LINE}
    for name in ("name", "representative", "address", "harassment_contact"):
        if not columns[name]:
            label = Employer._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            raise EmployerError(_("「%(label)s」を書いてください。") % {"label": label}, name)
    if columns["industry"] not in Employer.Industry.values:
        raise EmployerError(_("業種を選んでください。"), "industry")
    if not (columns["harassment_phone"] or columns["harassment_email"]):
        raise EmployerError(
            _("ハラスメントの相談窓口には、電話かメールのどちらかを書いてください。"), "harassment_phone"
        )
    return columns


@transaction.atomic
def change_employer(*, employer: Employer, particulars: Particulars, actor: Person) -> list[str]:
    """Corrects what an employer tells of itself; the columns that now need another check by the town.

    While the check is under way nothing new is published; what is published stays.

    Raises:
        EmployerError: `actor` does not act for it, or particulars that are missing.
    """
    check_runs(actor, employer)
    columns = _columns(particulars)
    # The town may be deciding at this very moment: what it decided is not written over.
    employer = lock_employer(employer.pk)
    changed = [name for name, value in columns.items() if getattr(employer, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(employer, name, columns[name])
    checked = [name for name in CHECKED if name in changed]
    again = bool(checked) and not waits_for_check(employer)
    if checked and (employer.state == Employer.State.REFUSED or not employer.accident_insurance):
        employer.state = Employer.State.ASKED
    if again:
        # An approved employer stays approved, so that what is published stays; only new postings wait.
        employer.asked_at, employer.asked_by = timezone.now(), actor
    with tenancy.unguarded():
        employer.save()
    _record("asked_again" if again else "changed", employer, actor)
    return checked if again else []


def fingerprint(employer: Employer) -> str:
    """Of what the town's staff check: the same as long as nothing of it is changed."""
    shown = "\n".join(f"{name}={getattr(employer, name)}" for name in CHECKED)
    return sha256(shown.encode()).hexdigest()


@transaction.atomic
def approve_employer(
    *, employer: Employer, actor: Person, reason: str = "", checked: str | None = None
) -> Employer:
    """The town's staff have checked the insurance, the contact and the agreement: the employer may publish.

    Args:
        checked: `fingerprint` of what was on the screen; None where nobody looked at one.

    Raises:
        EmployerError: `actor` may not decide, it is decided already, the employer changed it since it was checked, or
            accident insurance is missing.
    """
    held = _to_decide(employer, actor)
    if checked is not None and checked != fingerprint(held):
        raise EmployerError(
            _("確かめている間に、雇用主が内容を変えました。もう一度読んでから決めてください。")
        )
    if not held.accident_insurance:
        raise EmployerError(
            _("労災保険に入っていない雇用主は認められません。入ったことを確かめてから認めてください。")
        )
    return _decide(held, Employer.State.APPROVED, actor, reason)


@transaction.atomic
def refuse_employer(*, employer: Employer, actor: Person, reason: str) -> Employer:
    """The registration cannot be approved as it is; the employer is told why.

    Raises:
        EmployerError: `actor` may not decide, it is decided already, or no reason.
    """
    held = _to_decide(employer, actor)
    if not reason.strip():
        raise EmployerError(_("認めない理由を書いてください。雇用主に伝わります。"), "reason")
    return _decide(held, Employer.State.REFUSED, actor, reason)


def waits_for_check(employer: Employer) -> bool:
    """Asked for the first time, or changed what had been checked."""
    if employer.state == Employer.State.ASKED:
        return True
    return (
        employer.is_approved and employer.decided_at is not None and employer.asked_at > employer.decided_at
    )


def may_publish(employer: Employer) -> bool:
    """Checked as it is now."""
    return employer.is_approved and not waits_for_check(employer)


def waiting() -> Q:
    """Employers whom the town's staff have to check."""
    return Q(state=Employer.State.ASKED) | Q(state=Employer.State.APPROVED, decided_at__lt=F("asked_at"))


def _to_decide(employer: Employer, actor: Person) -> Employer:
    if not rules.has_perm("jobs.decide_employer", actor, employer):
        raise EmployerError(_("雇用主の確認は、この町の事業担当だけができます。"))
    if acts_for_employer(actor, employer):
        raise EmployerError(_("自分が担当している雇用主は確認できません。ほかの担当者に頼んでください。"))
    held = lock_employer(employer.pk)
    if not waits_for_check(held):
        raise EmployerError(
            _("この登録は、もうほかの担当者が決めています（%(state)s）。")
            % {"state": held.get_state_display()}
        )
    return held


def _decide(employer: Employer, state: str, actor: Person, reason: str) -> Employer:
    employer.state = state
    employer.decided_at, employer.decided_by = timezone.now(), actor
    employer.decision_reason = reason.strip()
    employer.save()
    _record("approved" if employer.is_approved else "refused", employer, actor, reason=reason.strip())
    letter = letters.employer_decided(employer).as_arguments()
    for person in acting_persons(employer):
        send_message(
            key=f"employer.decided:{employer.pk}:{employer.decided_at.isoformat()}:{person.pk}",
            kind="employer.decided",
            recipient=person,
            municipality=employer.municipality,
            about=employer,
            **letter,
        )
    return employer


def acting_persons(employer: Employer) -> list[Person]:
    """Those who act for an employer now; read beyond what the asking person sees, to send them messages."""
    with tenancy.unguarded():
        held = Membership.objects.held().filter(role=roles.EMPLOYER, organisation=employer.pk)
        return list(Person.objects.filter(pk__in=held.values("person")).order_by("pk"))


def check_runs(actor: Person, employer: Employer) -> None:
    """Whether `actor` acts for the employer, or serves its town.

    Raises:
        EmployerError: neither.
    """
    if not rules.has_perm("jobs.run_employer", actor, employer):
        raise EmployerError(_("この雇用主の担当の人か、町の事業担当だけができます。"))


def _record(
    verb: str, employer: Employer, actor: Person, *, person: Person | None = None, reason: str = ""
) -> None:
    write_entry(
        actor=actor,
        verb=f"employer.{verb}",
        subject=employer,
        municipality=employer.municipality,
        on_behalf_of=person if person is not None and person.pk != actor.pk else None,
        reason=reason,
        data={"employer": employer.name},
    )
