"""Invitations to a role: the link goes by mail, Sosei keeps its hash alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import journal, letters, locks, roles, tenancy
from sosei.core.people.errors import InvitationError, NotAllowedError, RefusedError
from sosei.core.people.models import Invitation, Membership, Municipality, Organisation, Person, Role
from sosei.core.people.services import memberships
from sosei.core.people.standing import standing_of

VALID_FOR = timedelta(days=14)
LANGUAGES = frozenset({"ja", "en"})


@dataclass(frozen=True)
class Invited:
    """An invitation and the token of its link, which nobody but the invited person is told again."""

    invitation: Invitation
    token: str


@transaction.atomic
def invite(
    *,
    role: str,
    municipality: Municipality | None,
    email: str,
    language: str,
    invited_by: Person | None,
    reason: str,
    organisation: Organisation | None = None,
) -> Invited:
    """Offers a role to whoever reads the mail of an address.

    Args:
        invited_by: None for the command line of the installation, which needs nobody's leave.

    Raises:
        NotAllowedError: `invited_by` may not give that role there.
        InvitationError: no address, somebody there holds the role, or an invitation is open.
        RefusedError: the role cannot be held there.
    """
    _check_leave(role, municipality, invited_by)
    if role not in roles.ALL:
        raise InvitationError(
            _("「%(role)s」という役割はありません。一覧から選んでください。") % {"role": role}, "role"
        )
    memberships.check_place(role=role, municipality=municipality, organisation=organisation)
    address = _address(email)
    if language not in LANGUAGES:
        raise InvitationError(_("メールの言葉は、日本語か英語を選んでください。"), "language")
    _check_not_done(role, municipality, organisation, address)
    token, now = secrets.token_urlsafe(32), timezone.now()
    with tenancy.unguarded():
        invitation = Invitation.objects.create(
            role=role,
            municipality=municipality,
            organisation=organisation,
            email=address,
            language=language,
            token_hash=hash_of(token),
            invited_by=invited_by,
            invited_at=now,
            expires_at=now + VALID_FOR,
        )
    _record(invitation, "invitation.sent", invited_by, reason)
    _send(invitation, token)
    return Invited(invitation, token)


def _check_leave(role: str, municipality: Municipality | None, invited_by: Person | None) -> None:
    key = municipality.pk if municipality is not None else None
    if invited_by is not None and not standing_of(invited_by).may_grant(role, key):
        raise NotAllowedError(
            _("「%(role)s」に招待することはできません。企画担当かシステム管理者に頼んでください。")
            % {"role": Role(role).label if role in Role.values else role},
            "role",
        )


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvitationError(
            _("「%(email)s」はメールアドレスではありません。name@example.jp のように書いてください。")
            % {"email": email.strip()},
            "email",
        ) from error
    return address


def _check_not_done(
    role: str, municipality: Municipality | None, organisation: Organisation | None, address: str
) -> None:
    with tenancy.unguarded():
        place = {"role": role, "municipality": municipality, "organisation": organisation}
        if Membership.objects.held().filter(person__email=address, **place).exists():
            raise InvitationError(
                _("%(email)sの人は、もうこの役割を持っています。招待は要りません。") % {"email": address},
                "email",
            )
        if Invitation.objects.open_at(timezone.now()).filter(email=address, **place).exists():
            raise InvitationError(
                _(
                    "%(email)sには、この役割の招待をもう送っています。届いていないときは、招待の一覧から送り直してください。"
                )
                % {"email": address},
                "email",
            )


@transaction.atomic
def resend(*, invitation: Invitation, resent_by: Person, reason: str = "") -> Invited:
    """Sends the invitation again with a new link and a new term; the old link is dead.

    Raises:
        NotAllowedError: `resent_by` may not give that role there.
        InvitationError: accepted or withdrawn in the meantime.
    """
    _check_leave(invitation.role, invitation.municipality, resent_by)
    with tenancy.unguarded():
        held = locks.lock_invitation(invitation.pk)
        _check_open(held, expired_too=False)
        token, now = secrets.token_urlsafe(32), timezone.now()
        held.token_hash, held.invited_at, held.expires_at = hash_of(token), now, now + VALID_FOR
        held.save(update_fields=["token_hash", "invited_at", "expires_at"])
    _record(held, "invitation.sent_again", resent_by, reason)
    _send(held, token)
    return Invited(held, token)


@transaction.atomic
def withdraw(*, invitation: Invitation, withdrawn_by: Person, reason: str = "") -> Invitation:
    """Takes an invitation back; its link is dead.

    Raises:
        NotAllowedError: `withdrawn_by` may not give that role there.
        InvitationError: accepted in the meantime.
    """
    _check_leave(invitation.role, invitation.municipality, withdrawn_by)
    with tenancy.unguarded():
        held = locks.lock_invitation(invitation.pk)
        if held.withdrawn_at is not None:
            return held
        _check_open(held, expired_too=False)
        held.withdrawn_at = timezone.now()
        held.save(update_fields=["withdrawn_at"])
    _record(held, "invitation.withdrawn", withdrawn_by, reason)
    return held


def find(token: str) -> Invitation | None:
    """The invitation behind a link, whatever became of it."""
    with tenancy.unguarded():
        return (
            Invitation.objects.filter(token_hash=hash_of(token))
            .select_related("municipality", "organisation", "invited_by")
            .first()
        )


def is_own_address(person: Person, email: str) -> bool:
    """Whether the person has proved before that the address is theirs."""
    from allauth.account.models import EmailAddress

    return EmailAddress.objects.filter(user=person, email=email.lower(), verified=True).exists()


@transaction.atomic
def accept(*, token: str, person: Person, address_confirmed: bool = False) -> Membership:
    """Takes up the role. Staff roles count as soon as the person has a second factor.

    Of two at once one takes it; the same person asking twice gets the same role.

    Args:
        address_confirmed: the person just proved that the invited address is theirs, by a code sent there.

    Raises:
        InvitationError: no such invitation, over, taken back, taken by somebody else, or for another address.
    """
    with tenancy.unguarded():
        found = find(token)
        if found is None:
            raise InvitationError(_no_such_text())
        held = locks.lock_invitation(found.pk)
        if held.token_hash != hash_of(token):
            raise InvitationError(_no_such_text())
        if held.accepted_at is not None and held.accepted_by_id == person.pk:
            return _membership_of(held, person)
        _check_open(held)
        if held.invited_by is not None and not standing_of(held.invited_by).may_grant(
            held.role, held.municipality_id
        ):
            raise InvitationError(
                _(
                    "招いた人の役割が終わったため、この招待は使えません。担当者に、もう一度招待を頼んでください。"
                )
            )
        if not address_confirmed and not is_own_address(person, held.email):
            raise InvitationError(
                _("この招待は%(email)sに送ったものです。そのアドレスがあなたのものか、まず確かめてください。")
                % {"email": held.email}
            )
        held.accepted_at, held.accepted_by = timezone.now(), person
        held.save(update_fields=["accepted_at", "accepted_by"])
        memberships.check_place(
            role=held.role, municipality=held.municipality, organisation=held.organisation
        )
        _record(held, "invitation.accepted", person, "", about=person)
        membership = memberships.hold(
            person=person,
            role=held.role,
            municipality=held.municipality,
            organisation=held.organisation,
            granted_by=held.invited_by,
            reason=_("招待を受けたため"),
        )
        _tell_inviter(held)
    return membership


def _membership_of(invitation: Invitation, person: Person) -> Membership:
    found = (
        Membership.objects.held()
        .filter(
            person=person,
            role=invitation.role,
            municipality=invitation.municipality,
            organisation=invitation.organisation,
        )
        .first()
    )
    if found is None:
        raise InvitationError(
            _("この招待で受けた役割は、もう終わっています。必要なときは、招いた人に相談してください。")
        )
    return found  # type: ignore[no-any-return]


def _check_open(invitation: Invitation, *, expired_too: bool = True) -> None:
    if invitation.accepted_at is not None:
        raise InvitationError(_("この招待は、もう使われました。必要なときは、招いた人に相談してください。"))
    if invitation.withdrawn_at is not None:
        raise InvitationError(_("この招待は取り消されました。必要なときは、招いた人に相談してください。"))
    if expired_too and invitation.expires_at <= timezone.now():
        raise InvitationError(_("この招待は期限が過ぎました。招いた人に、送り直すよう頼んでください。"))


def _no_such_text() -> str:
    return _(
        "この招待は見つかりません。メールのリンクを最後まで開いたか、新しいメールが届いていないか、確かめてください。"
    )


def problem_of(invitation: Invitation) -> str:
    """Why an invitation cannot be accepted any more; empty where it can."""
    try:
        _check_open(invitation)
    except RefusedError as error:
        return str(error)
    return ""


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def _record(
    invitation: Invitation, verb: str, actor: Person | None, reason: str, about: Person | None = None
) -> None:
    data = {"role": str(invitation.role)}
    if invitation.organisation is not None:
        data["organisation"] = invitation.organisation.name
    journal.write_entry(
        actor=actor,
        verb=verb,
        subject=invitation,
        person=about,
        municipality=invitation.municipality,
        reason=reason.strip(),
        data=data,
    )


def _send(invitation: Invitation, token: str) -> None:
    journal.send_message(
        key=f"invitation:{invitation.token_hash}",
        kind="invitation.sent",
        to_address=invitation.email,
        language=invitation.language,
        municipality=invitation.municipality,
        about=invitation,
        **letters.invitation(invitation, token).as_arguments(),
    )


def _tell_inviter(invitation: Invitation) -> None:
    if invitation.invited_by is None or invitation.invited_by.pk == invitation.accepted_by_id:
        return
    journal.send_message(
        key=f"invitation.accepted:{invitation.pk}",
        kind="invitation.accepted",
        recipient=invitation.invited_by,
        municipality=invitation.municipality,
        about=invitation,
        **letters.invitation_accepted(invitation).as_arguments(),
    )
