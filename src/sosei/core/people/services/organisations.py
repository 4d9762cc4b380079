"""Organisations of a town: departments, employers, hosts, non-profits, associations."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people import journal
from sosei.core.people.errors import NotAllowedError, OrganisationError
from sosei.core.people.models import Membership, Municipality, Organisation, Person
from sosei.core.people.permissions import can_change_organisation, can_enter_organisation
from sosei.engines.conventions.corporate_number import read_corporate_number
from sosei.engines.conventions.errors import CorporateNumberError


@dataclass(frozen=True)
class Particulars:
    """What is known of an organisation; `phone` as E.164 or empty."""

    kind: str
    name: str
    name_kana: str = ""
    name_en: str = ""
    corporate_number: str = ""
    email: str = ""
    phone: str = ""
    parent: Organisation | None = None


@transaction.atomic
def enter_organisation(
    *, municipality: Municipality, particulars: Particulars, entered_by: Person, reason: str = ""
) -> Organisation:
    """Enters an organisation of the town.

    Raises:
        NotAllowedError: `entered_by` may not enter this kind there.
        OrganisationError: a name is missing, the corporate number is none or already entered, the department above is
            of another town.
    """
    organisation = Organisation(municipality=municipality, **_columns(municipality, particulars))
    _check_leave(can_enter_organisation(entered_by, organisation))
    _save(organisation)
    _record(organisation, "organisation.entered", entered_by, reason)
    return organisation


@transaction.atomic
def change_organisation(
    *, organisation: Organisation, particulars: Particulars, changed_by: Person, reason: str = ""
) -> Organisation:
    """Corrects what is known of an organisation; its kind stays.

    Raises:
        NotAllowedError: `changed_by` may not change it.
        OrganisationError: as `enter_organisation`, or closed.
    """
    _check_leave(can_change_organisation(changed_by, organisation))
    if organisation.closed_at is not None:
        raise OrganisationError(_("この団体はもう終えています。新しく登録してください。"))
    if particulars.kind != organisation.kind:
        raise OrganisationError(_("団体の種類は変えられません。終えてから、新しく登録してください。"), "kind")
    columns = _columns(organisation.municipality, particulars, itself=organisation)
    changed = sorted(name for name, value in columns.items() if getattr(organisation, name) != value)
    if not changed:
        return organisation
    for name in changed:
        setattr(organisation, name, columns[name])
    _save(organisation)
    _record(organisation, "organisation.changed", changed_by, reason)
    return organisation


@transaction.atomic
def close_organisation(*, organisation: Organisation, closed_by: Person, reason: str) -> Organisation:
    """The organisation is no longer used for anything new.

    Raises:
        NotAllowedError: `closed_by` may not change it.
        OrganisationError: no reason, persons hold a role in it, or departments stand under it.
    """
    _check_leave(can_enter_organisation(closed_by, organisation))
    if organisation.closed_at is not None:
        return organisation
    if not reason.strip():
        raise OrganisationError(_("団体を終える理由を書いてください。"), "reason")
    holders = Membership.objects.held().filter(organisation=organisation).count()
    if holders:
        raise OrganisationError(
            _("この団体で役割を持つ人が%(count)s人います。先に役割を終えてください。") % {"count": holders}
        )
    under = Organisation.objects.filter(parent=organisation, closed_at__isnull=True).count()
    if under:
        raise OrganisationError(
            _("この部署の下に%(count)sの部署があります。先にそれを終えるか、別の部署の下に移してください。")
            % {"count": under}
        )
    organisation.closed_at = timezone.now()
    organisation.save(update_fields=["closed_at"])
    _record(organisation, "organisation.closed", closed_by, reason)
    return organisation


def _check_leave(allowed: bool) -> None:
    if not allowed:
        raise NotAllowedError(
            _(
                "この種類の団体を登録・変更する役割がありません。部署は企画担当、ほかの団体は事業担当が登録します。"
            ),
            "kind",
        )


def _columns(
    municipality: Municipality, particulars: Particulars, itself: Organisation | None = None
) -> dict[str, object]:
    texts = [field.name for field in fields(particulars) if field.name != "parent"]
    columns = {name: str(getattr(particulars, name)).strip() for name in texts}
    if particulars.kind not in Organisation.Kind.values:
        raise OrganisationError(_("団体の種類を選んでください。"), "kind")
    if not columns["name"]:
        raise OrganisationError(_("団体の名前を書いてください。"), "name")
    if columns["corporate_number"]:
        try:
            columns["corporate_number"] = read_corporate_number(columns["corporate_number"])
        except CorporateNumberError as error:
            language = "en" if (get_language() or "ja").startswith("en") else "ja"
            raise OrganisationError(error.text(language), "corporate_number") from error
    _check_parent(municipality, particulars, itself)
    return {**columns, "parent": particulars.parent}


def _check_parent(municipality: Municipality, particulars: Particulars, itself: Organisation | None) -> None:
    parent = particulars.parent
    if parent is None:
        return
    department = Organisation.Kind.DEPARTMENT
    if (
        parent.municipality_id != municipality.pk
        or parent.kind != department
        or particulars.kind != department
    ):
        raise OrganisationError(_("上の部署には、同じ自治体の部署だけを選べます。"), "parent")
    above: Organisation | None = parent
    while above is not None:
        if itself is not None and above.pk == itself.pk:
            raise OrganisationError(_("部署を、自分の下の部署の下には置けません。"), "parent")
        above = above.parent


def _save(organisation: Organisation) -> None:
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        if "organisation_corporate_number_once" not in str(error):
            raise
        raise OrganisationError(
            _("法人番号 %(number)s の団体は、もう登録されています。一覧から探してください。")
            % {"number": organisation.corporate_number},
            "corporate_number",
        ) from error


def _record(organisation: Organisation, verb: str, actor: Person, reason: str) -> None:
    journal.write_entry(
        actor=actor,
        verb=verb,
        subject=organisation,
        municipality=organisation.municipality,
        reason=reason.strip(),
        data={"organisation": organisation.name},
    )
