"""Giving and ending roles."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import journal, letters, locks, roles, tenancy
from sosei.core.people.errors import LastHolderError, NotAllowedError, RefusedError
from sosei.core.people.models import Membership, Municipality, Organisation, Person, Role
from sosei.core.people.standing import standing_of


@transaction.atomic
def grant_role(
    *,
    person: Person,
    role: str,
    municipality: Municipality | None,
    granted_by: Person,
    reason: str,
    organisation: Organisation | None = None,
) -> Membership:
    """Gives a role that needs no invitation; the one already held where the person has it.

    Raises:
        NotAllowedError: `granted_by` may not give that role there, or the role is by invitation only.
        RefusedError: no organisation where the role needs one, or one of another town.
    """
    oneself = role == roles.CITIZEN and person.pk == granted_by.pk
    if not oneself and not standing_of(granted_by).may_grant(role, _key(municipality)):
        raise NotAllowedError(
            _(
                "「%(role)s」の役割を、この自治体で決めることはできません。企画担当かシステム管理者に頼んでください。"
            )
            % {"role": Role(role).label}
        )
    if role in roles.INVITED:
        raise NotAllowedError(
            _("「%(role)s」は招待された人だけが受ける役割です。招待のメールを送ってください。")
            % {"role": Role(role).label}
        )
    check_place(role=role, municipality=municipality, organisation=organisation)
    return hold(
        person=person,
        role=role,
        municipality=municipality,
        organisation=organisation,
        granted_by=granted_by,
        reason=reason,
    )


def check_place(*, role: str, municipality: Municipality | None, organisation: Organisation | None) -> None:
    """Whether a role can be held there.

    Raises:
        RefusedError: it cannot, with the reason.
    """
    if role == roles.OPERATOR:
        if municipality is not None:
            raise RefusedError(
                _("システム管理者は自治体の役割ではありません。自治体を選ばずに招待してください。")
            )
        return
    if municipality is None:
        raise RefusedError(_("どの自治体の役割かを選んでください。"), "municipality")
    if municipality.closed_at is not None:
        raise RefusedError(
            _("%(town)sは Sosei の利用を終えているため、新しい役割を決められません。")
            % {"town": municipality}
        )
    if organisation is None:
        if role in roles.OF_AN_ORGANISATION:
            raise RefusedError(
                _("「%(role)s」は団体や部署に属する役割です。団体を選んでください。")
                % {"role": Role(role).label},
                "organisation",
            )
        return
    if organisation.municipality_id != municipality.pk or organisation.closed_at is not None:
        raise RefusedError(
            _("「%(organisation)s」は%(town)sで使われている団体ではありません。一覧から選び直してください。")
            % {"organisation": organisation, "town": municipality},
            "organisation",
        )


def hold(
    *,
    person: Person,
    role: str,
    municipality: Municipality | None,
    organisation: Organisation | None,
    granted_by: Person | None,
    reason: str,
) -> Membership:
    """Writes the role, its entry and the message; in the transaction under way, after the permissions were asked.

    Two at once leave one role: the second finds that of the first.
    """
    with tenancy.unguarded():
        membership, created = Membership.objects.get_or_create(
            person=person,
            role=role,
            municipality=municipality,
            organisation=organisation,
            ended_at=None,
            defaults={"granted_at": timezone.now(), "granted_by": granted_by},
        )
    person.__dict__.pop("standing", None)
    if not created:
        return membership
    journal.write_entry(
        actor=granted_by,
        verb="membership.granted",
        subject=membership,
        person=person,
        municipality=municipality,
        reason=reason,
        data=_in_words(membership),
    )
    if granted_by is None or granted_by.pk != person.pk:
        journal.send_message(
            key=f"membership.granted:{membership.pk}",
            kind="membership.changed",
            recipient=person,
            municipality=municipality,
            about=membership,
            **letters.role_granted(membership).as_arguments(),
        )
    return membership


@transaction.atomic
def end_role(*, membership: Membership, ended_by: Person, reason: str) -> Membership:
    """Ends a role: one's own, or one that `ended_by` may give. Already ended, it stays as it was.

    Raises:
        RefusedError: no reason.
        NotAllowedError: neither one's own nor one that `ended_by` may give.
        LastHolderError: the last planner of the town, or the last operator.
    """
    oneself = membership.person_id == ended_by.pk
    if not oneself and not standing_of(ended_by).may_grant(membership.role, membership.municipality_id):
        raise NotAllowedError(
            _("「%(role)s」の役割を終えることはできません。企画担当かシステム管理者に頼んでください。")
            % {"role": membership.get_role_display()}
        )
    if not oneself and not reason.strip():
        raise RefusedError(_("役割を終える理由を書いてください。本人にも知らせます。"), "reason")
    because = Membership.Ending.LEFT if oneself else Membership.Ending.REVOKED
    with tenancy.unguarded():
        ended = _end(membership, because)
    if ended is None:
        return membership
    journal.write_entry(
        actor=ended_by,
        verb="membership.left" if oneself else "membership.ended",
        subject=ended,
        person=ended.person,
        municipality=ended.municipality,
        reason=reason.strip(),
        data=_in_words(ended),
    )
    if not oneself:
        _tell(ended, letters.role_ended(ended, reason=reason.strip()))
    return ended


@transaction.atomic
def end_dormant(*, membership: Membership) -> bool:
    """Ends a role that was not used for too long, on Sosei's own account; False where it had ended already.

    Raises:
        LastHolderError: the last planner of the town, or the last operator.
    """
    ended = _end(membership, Membership.Ending.DORMANT)
    if ended is None:
        return False
    journal.write_entry(
        actor=None,
        verb="membership.ended_dormant",
        subject=ended,
        person=ended.person,
        municipality=ended.municipality,
        data=_in_words(ended),
    )
    _tell(ended, letters.role_ended_dormant(ended))
    return True


def _end(membership: Membership, because: str) -> Membership | None:
    held = locks.lock_membership(membership.pk)
    if held.ended_at is not None:
        return None
    if held.role in roles.NEVER_WITHOUT and not locks.other_holders(held):
        raise LastHolderError(_last_holder_text(held))
    held.ended_at, held.ended_because = timezone.now(), because
    held.save(update_fields=["ended_at", "ended_because"])
    held.person.__dict__.pop("standing", None)
    return held


def _last_holder_text(held: Membership) -> str:
    if held.role == roles.OPERATOR:
        return _(
            "最後のシステム管理者の役割は終えられません。先に別の人を招待し、その人が使い始めてから終えてください。"
        )
    return _(
        "%(town)sの最後の企画担当の役割は終えられません。先に別の人を招待し、その人が使い始めてから終えてください。"
    ) % {"town": held.municipality}


def _tell(ended: Membership, letter: letters.Letter) -> None:
    journal.send_message(
        key=f"membership.ended:{ended.pk}",
        kind="membership.changed",
        recipient=ended.person,
        municipality=ended.municipality,
        about=ended,
        **letter.as_arguments(),
    )


def _in_words(membership: Membership) -> dict[str, str]:
    data = {"role": str(membership.role)}
    if membership.organisation is not None:
        data["organisation"] = membership.organisation.name
    return data


def _key(municipality: Municipality | None) -> int | None:
    return municipality.pk if municipality is not None else None
