"""This room's own part of the list of personal data: how each kind is exported, erased, or kept and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words, personal_data
from sosei.core.people.models import (
    Address,
    BirthDate,
    Consent,
    Erasure,
    Invitation,
    Look,
    Membership,
    Person,
    ProxySession,
)
from sosei.core.people.personal_data import Kept, Outcome, PersonalData, Rows
from sosei.core.people.proxy import TYPED_KEY
from sosei.core.people.services.registration import needed_by

SECURITY_LAW = (
    "個人情報の保護に関する法律 第66条（安全管理措置）",
    "Act on the Protection of Personal Information, art. 66",
)
CONSENT_LAW = (
    "個人情報の保護に関する法律 第69条（本人の同意による利用と提供）",
    "Act on the Protection of Personal Information, art. 69",
)
DOCUMENTS_LAW = (
    "公文書等の管理に関する法律 第34条にもとづく、自治体の文書管理の規則",
    "the municipality's rules on documents under art. 34 of the Public Records and Archives Management Act",
)


def kept(what: str, what_en: str, law: tuple[str, str], rows: int) -> Outcome:
    """Nothing erased, `rows` kept by a law that sets no date; nothing to say where there are none."""
    if not rows:
        return Outcome(0)
    return Outcome(0, (Kept(what, what_en, law[0], law[1], until="", rows=rows),))


def forget(rows: QuerySet[Any]) -> int:
    """Deletes rows together with every version of them in their history; returns how many rows."""
    keys = list(rows.values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=keys).delete()
    history_of(rows.model).filter(pgh_obj_id__in=keys).delete()
    return len(keys)


def history_of(model: type[Model]) -> QuerySet[Any]:
    """All versions of a model's rows."""
    events = next(
        relation.related_model for relation in model._meta.related_objects if relation.field.name == "pgh_obj"
    )
    return events._base_manager.all()  # type: ignore[union-attr,no-any-return]


def moment(value: Any) -> str | None:
    """A date or time as the file writes it."""
    return value.isoformat() if value is not None else None


def town_of(row: Any) -> str | None:
    """The name of the row's municipality."""
    return row.municipality.name if row.municipality_id else None


# --- The person --------------------------------------------------------------------------------------------------

PERSON_COLUMNS = (
    "email",
    "phone",
    "phone_verified",
    "family_name",
    "given_name",
    "family_kana",
    "given_kana",
    "language",
)


def export_person(person: Person) -> Rows:
    """The row of the person itself."""
    row = {column: getattr(person, column) for column in PERSON_COLUMNS}
    return [
        {
            "id": str(person.uid),
            **row,
            "joined_at": moment(person.joined_at),
            "last_login": moment(person.last_login),
        }
    ]


def export_person_versions(person: Person) -> Rows:
    """What the row was before."""
    versions = history_of(Person).filter(pgh_obj_id=person.pk).order_by("pgh_id")
    return [
        {"at": moment(one.pgh_created_at), **{column: getattr(one, column) for column in PERSON_COLUMNS}}
        for one in versions
    ]


def erase_person(person: Person) -> Outcome:
    """Empties the row; the database itself refuses a row that is erased and not empty."""
    person.email = person.phone = None
    person.phone_verified = person.is_active = False
    person.family_name = person.given_name = person.family_kana = person.given_kana = ""
    person.last_login = None
    person.erased_at = timezone.now()
    person.set_unusable_password()
    person.save()
    return Outcome(1)


def erase_person_versions(person: Person) -> Outcome:
    """Takes away what the row was before."""
    deleted, _each = history_of(Person).filter(pgh_obj_id=person.pk).delete()
    return Outcome(deleted)


# --- Addresses and date of birth -----------------------------------------------------------------------------------

ADDRESS_COLUMNS = (
    "kind",
    "postcode",
    "municipality_code",
    "prefecture",
    "city",
    "town",
    "street",
    "building",
)


def export_addresses(person: Person) -> Rows:
    """Addresses, and what they were before."""
    now = [{"version": "current", **_columns(a, ADDRESS_COLUMNS)} for a in person.addresses.order_by("kind")]
    before = history_of(Address).filter(person_id=person.pk).order_by("pgh_id")
    return now + [{"version": moment(one.pgh_created_at), **_columns(one, ADDRESS_COLUMNS)} for one in before]


def erase_addresses(person: Person) -> Outcome:
    """Addresses with their history, that of addresses long removed too."""
    erased = forget(Address.objects.filter(person=person))
    history_of(Address).filter(person_id=person.pk).delete()
    return Outcome(erased)


def export_birth_date(person: Person) -> Rows:
    """The date of birth and the law that asks for it."""
    return [
        {"date": moment(one.date), "legal_basis": one.legal_basis}
        for one in BirthDate.objects.filter(person=person)
    ]


def erase_birth_date(person: Person) -> Outcome:
    """The date of birth with its history."""
    erased = forget(BirthDate.objects.filter(person=person))
    history_of(BirthDate).filter(person_id=person.pk).delete()
    return Outcome(erased)


# --- The account ---------------------------------------------------------------------------------------------------


def export_account(person: Person) -> Rows:
    """Ways to sign in, without their secrets."""
    addresses = [
        {"kind": "email", "value": one.email, "verified": one.verified, "primary": one.primary}
        for one in EmailAddress.objects.filter(user=person).order_by("pk")
    ]
    factors = [
        {"kind": one.type, "created_at": moment(one.created_at), "last_used_at": moment(one.last_used_at)}
        for one in Authenticator.objects.filter(user=person).order_by("pk")
    ]
    directories = [
        {
            "kind": "directory",
            "provider": one.provider,
            "value": one.uid,
            "created_at": moment(one.date_joined),
        }
        for one in SocialAccount.objects.filter(user=person).order_by("pk")
    ]
    return [*addresses, *factors, *directories]


def erase_account(person: Person) -> Outcome:
    """Every way to sign in, and every browser that is signed in."""
    owned = (
        EmailConfirmation.objects.filter(email_address__user=person),
        EmailAddress.objects.filter(user=person),
        Authenticator.objects.filter(user=person),
        SocialToken.objects.filter(account__user=person),
        SocialAccount.objects.filter(user=person),
    )
    return Outcome(sum(rows.delete()[0] for rows in owned) + _erase_sessions(person))


def _erase_sessions(person: Person) -> int:
    # A session names its person only within, so each has to be opened.
    own = []
    for session in Session.objects.iterator(chunk_size=2000):
        held = session.get_decoded()
        if held.get(SESSION_KEY) == str(person.pk):
            own.append(session.pk)
        elif held.get(TYPED_KEY, {}).get("about") == str(person.uid):
            # What staff typed for the person and could not save.
            del held[TYPED_KEY]
            Session.objects.filter(pk=session.pk).update(session_data=SessionStore().encode(held))
    return int(Session.objects.filter(pk__in=own).delete()[0])


# --- Roles and invitations -----------------------------------------------------------------------------------------


def export_roles(person: Person) -> Rows:
    """Roles held now and before."""
    rows = person.memberships.select_related("municipality", "organisation").order_by("pk")
    return [
        {
            "role": row.role,
            "municipality": town_of(row),
            "organisation": row.organisation.name if row.organisation_id else None,
            "granted_at": moment(row.granted_at),
            "last_used_on": moment(row.last_used_on),
            "ended_at": moment(row.ended_at),
            "ended_because": row.ended_because,
        }
        for row in rows
    ]


def erase_roles(person: Person) -> Outcome:
    """Roles end; that somebody held them stays, without a name."""
    person.memberships.held().update(ended_at=timezone.now(), ended_because=Membership.Ending.ERASED)
    person.__dict__.pop("standing", None)
    return kept(
        "役割の記録（名前なし）", "Roles held (without a name)", DOCUMENTS_LAW, person.memberships.count()
    )


def invitations_of(person: Person) -> QuerySet[Any]:
    """Invitations that the person accepted, or that went to one of the person's addresses."""
    own = Q(accepted_by=person) | Q(email__in=EmailAddress.objects.filter(user=person).values("email"))
    if person.email:
        own |= Q(email=person.email)
    return Invitation.objects.filter(own).select_related("municipality")


def export_invitations(person: Person) -> Rows:
    """Invitations to roles."""
    return [
        {
            "role": one.role,
            "municipality": town_of(one),
            "email": one.email,
            "invited_at": moment(one.invited_at),
            "accepted_at": moment(one.accepted_at),
        }
        for one in invitations_of(person).order_by("pk")
    ]


def erase_invitations(person: Person) -> Outcome:
    """The address goes from every invitation and its history; one still open is withdrawn."""
    keys = list(invitations_of(person).values_list("pk", flat=True))
    rows = Invitation.objects.filter(pk__in=keys)
    rows.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
    rows.update(email="")
    history_of(Invitation).filter(pgh_obj_id__in=keys).update(email="")
    return Outcome(len(keys))


# --- Consents, looks, acting for somebody, erasure -----------------------------------------------------------------


def export_consents(person: Person) -> Rows:
    """Every decision, with the text it was about."""
    rows = Consent.objects.filter(person=person).select_related("text__municipality").order_by("pk")
    return [
        {
            "text": row.text.key,
            "title": row.text.title,
            "version": row.text.version,
            "municipality": town_of(row.text),
            "purpose": row.text.purpose,
            "decision": row.decision,
            "decided_at": moment(row.decided_at),
            "channel": row.channel,
        }
        for row in rows
    ]


def keep_consents(person: Person) -> Outcome:
    """Proof that something was allowed while it was."""
    rows = Consent.objects.filter(person=person).count()
    what = ("同意した、取り消したという記録（名前なし）", "Consents given and withdrawn (without a name)")
    return kept(*what, CONSENT_LAW, rows)


def export_looks(person: Person) -> Rows:
    """Who of the staff saw what."""
    rows = Look.objects.filter(person=person).select_related("staff", "municipality").order_by("pk")
    return [
        {
            "at": moment(row.at),
            "staff": str(row.staff),
            "municipality": town_of(row),
            "what": look_words.label(row.what),
            "purpose": row.purpose,
            "acting_for_you": row.proxy_session_id is not None,
        }
        for row in rows.iterator(chunk_size=2000)
    ]


def export_looks_taken(person: Person) -> Rows:
    """What the person saw as staff, without the names of those seen and the purposes: these are their data."""
    rows = Look.objects.filter(staff=person).select_related("municipality").order_by("pk")
    return [
        {"at": moment(row.at), "municipality": town_of(row), "what": row.what}
        for row in rows.iterator(chunk_size=2000)
    ]


def keep_looks(person: Person) -> Outcome:
    """The proof of who saw the data of whom."""
    rows = Look.objects.filter(person=person).count()
    return kept(
        "担当者が見た記録（名前なし）", "Records that staff saw the data (without a name)", SECURITY_LAW, rows
    )


def keep_looks_taken(person: Person) -> Outcome:
    """What the person saw as staff stays accountable."""
    rows = Look.objects.filter(staff=person).count()
    return kept(
        "担当者として見た記録（名前なし）",
        "Records of what was seen as staff (without a name)",
        SECURITY_LAW,
        rows,
    )


def export_proxy(person: Person) -> Rows:
    """Times in which staff acted for the person, and in which the person acted for others."""
    rows = (
        ProxySession.objects.filter(Q(person=person) | Q(staff=person))
        .select_related("staff", "municipality")
        .order_by("pk")
    )
    return [
        {
            "you_were": "staff" if row.staff_id == person.pk else "person",
            "staff": str(row.staff),
            "municipality": town_of(row),
            "channel": row.channel,
            "reason": "" if row.staff_id == person.pk else row.reason,
            "started_at": moment(row.started_at),
            "ended_at": moment(row.ended_at),
        }
        for row in rows
    ]


def keep_proxy(person: Person) -> Outcome:
    """Times under way end; the proof stays."""
    rows = ProxySession.objects.filter(Q(person=person) | Q(staff=person))
    rows.filter(ended_at=None).update(ended_at=timezone.now())
    return kept(
        "代わりの操作の記録（名前なし）",
        "Records of acting for somebody (without a name)",
        SECURITY_LAW,
        rows.count(),
    )


def export_erasure(person: Person) -> Rows:
    """There is none as long as there is somebody to ask for it."""
    if person.erased_at is None:
        return []
    return [
        {"done_at": moment(row.done_at), "erased": row.erased, "kept": row.kept}
        for row in Erasure.objects.filter(person=person)
    ]


def keep_erasure(person: Person) -> Outcome:
    """Written at the very end, by the erasure itself."""
    return Outcome(0)


def _columns(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    return {column: getattr(row, column) for column in columns}


def _register(
    key: str,
    title: Any,
    models: str,
    export: Callable[[Person], Rows],
    erase: Callable[[Person], Outcome],
    order: int,
) -> None:
    kind = PersonalData(key, title, frozenset(models.split()), export, erase, order)
    personal_data.register(kind)


_register("consents", _("同意"), "people.consent", export_consents, keep_consents, 10)
_register("looks", _("担当者が見た記録"), "people.look", export_looks, keep_looks, 11)
_register("looks_taken", _("担当者として見た記録"), "people.look", export_looks_taken, keep_looks_taken, 12)
_register("proxy_sessions", _("代わりの操作"), "people.proxysession", export_proxy, keep_proxy, 13)
_register("roles", _("役割"), "people.membership people.membershipevent", export_roles, erase_roles, 14)
_register("erasure", _("消去の記録"), "people.erasure", export_erasure, keep_erasure, 15)
_register("addresses", _("住所"), "people.address people.addressevent", export_addresses, erase_addresses, 20)
_register(
    "birth_date",
    _("生年月日"),
    "people.birthdate people.birthdateevent",
    export_birth_date,
    erase_birth_date,
    21,
)
_register(
    "invitations",
    _("招待"),
    "people.invitation people.invitationevent",
    export_invitations,
    erase_invitations,
    80,
)
_register(
    "account",
    _("ログインの方法"),
    "account.emailaddress account.emailconfirmation mfa.authenticator socialaccount.socialaccount "
    "socialaccount.socialtoken sessions.session",
    export_account,
    erase_account,
    90,
)
_register(
    "earlier_versions",
    _("名前と連絡先の前の内容"),
    "people.personevent",
    export_person_versions,
    erase_person_versions,
    98,
)
_register("person", _("名前と連絡先"), "people.person", export_person, erase_person, 99)

personal_data.register_blocker(needed_by)
