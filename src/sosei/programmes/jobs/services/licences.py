"""Licences with proof: handed in by the worker, checked by the staff of a town, valid until they expire."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import rules
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from sosei.core.design import civil_day
from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Membership, Municipality, Person
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.looks import record_look
from sosei.core.records import services as records
from sosei.core.records.attachments import services as attachments
from sosei.core.records.attachments.receiving import Prepared
from sosei.core.records.models import Attachment
from sosei.programmes.jobs.kinds import LICENCE
from sosei.programmes.jobs.models import Licence
from sosei.programmes.jobs.services.workers import WorkerError, check_leave
from sosei.programmes.jobs.words_workers import PROOF_SEEN, licence_name

CHECKED_TITLE = gettext_lazy("資格「%(licence)s」の確認がすみました")
CHECKED_BODY = gettext_lazy(
    "%(town)sの担当者が証明を確かめました。この資格が必要な仕事に申し込めます。証明の写真は、消してもかまいません。"
)
REFUSED_TITLE = gettext_lazy("資格「%(licence)s」を確認できませんでした")
REFUSED_BODY = gettext_lazy(
    "理由：%(reason)s 「資格」の画面から、新しい証明を送れます。わからないときは、%(town)sの担当者に聞いてください。"
)
EXPIRES_TITLE = gettext_lazy("資格「%(licence)s」の有効期限が近づいています")
EXPIRES_BODY = gettext_lazy("有効期限は%(day)sです。新しい証明を「資格」の画面から送ってください。")
WARNED_DAYS = 30


def valid_on(day: datetime.date) -> Q:
    """Licences that count for work on that day: checked, and not expired before it."""
    return Q(state=Licence.State.CHECKED) & (Q(expires_on__isnull=True) | Q(expires_on__gte=day))


def waiting_in(town: Municipality, user: Any) -> QuerySet[Licence]:
    """Licences that the staff of a town are to check, those that waited longest first."""
    citizens = Membership.objects.held().filter(municipality=town, role__in=sorted(roles.CIVIL))
    return (  # type: ignore[no-any-return]
        Licence.objects.visible_to(user)
        .filter(state=Licence.State.SENT, person__in=citizens.order_by().values("person"))
        .select_related("person")
        .order_by("sent_at", "pk")
    )


@transaction.atomic
def send_licence(
    *,
    by: Acting,
    kind: str,
    number: str = "",
    expires_on: datetime.date | None = None,
    files: Sequence[Prepared] = (),
) -> Licence:
    """Hands in a licence with its proof; one handed in before is replaced, and its proof removed.

    Raises:
        NotAllowedError: `by.actor` may not.
        WorkerError: an unknown licence, an expiry gone by, or no proof.
        RefusedFileError: a file cannot be kept.
    """
    check_leave(by, Licence(person=by.person))
    if kind not in LICENCE:
        raise WorkerError(_("資格を一覧から選んでください。"), "kind")
    if expires_on is not None and expires_on < civil_day.today():
        raise WorkerError(
            _("有効期限（%(day)s）が過ぎています。更新したあとの証明を送ってください。")
            % {"day": date_format(expires_on, "DATE_FORMAT")},
            "expires_on",
        )
    if not files:
        raise WorkerError(_("証明の写真かPDFを選んでください。"), "files")
    licence, created = Licence.objects.get_or_create(
        person=by.person, kind=kind, defaults={"sent_at": timezone.now()}
    )
    if not created:
        _remove_proof(licence, by.actor)
    licence.number, licence.expires_on = number.strip(), expires_on
    licence.state, licence.sent_at = Licence.State.SENT, timezone.now()
    licence.decided_at = licence.decided_by = None
    licence.reason = ""
    licence.save()
    attachments.receive_files(
        owner=by.person,
        actor=by.actor,
        files=files,
        municipality=by.municipality or _only_town(by.person),
        about=licence,
    )
    by.record("worker.licence_sent", subject=licence, data={"licence": kind})
    return licence


def _only_town(person: Person) -> Municipality | None:
    """The town of somebody who is known to one alone: staff who open a file of it leave a look."""
    with tenancy.unguarded():
        towns = Municipality.objects.filter(
            memberships__person=person,
            memberships__ended_at__isnull=True,
            memberships__role__in=sorted(roles.CIVIL),
        ).distinct()[:2]
        found = list(towns)
    return found[0] if len(found) == 1 else None


def _remove_proof(licence: Licence, actor: Person) -> None:
    with tenancy.unguarded():
        proof = list(Attachment.objects.about(licence).with_file())
    for file in proof:
        attachments.remove_attachment(attachment=file, actor=actor)


@transaction.atomic
def remove_licence(*, by: Acting, licence: Licence) -> None:
    """Takes a licence back with its proof; what was agreed by it stands.

    Raises:
        NotAllowedError: `by.actor` may not.
    """
    check_leave(by, licence)
    kind = licence.kind
    _remove_proof(licence, by.actor)
    licence.delete()
    by.record("worker.licence_removed", subject=by.person, data={"licence": kind})


def proof_of(*, licence: Licence, staff: Person, municipality: Municipality) -> list[Attachment]:
    """The files by which a licence is checked; a look is left, which the worker sees.

    Raises:
        NotAllowedError: `staff` does not serve the worker.
    """
    if not rules.has_perm("jobs.view_licence", staff, licence):
        raise NotAllowedError(_("この人の資格を見る役割がありません。"))
    record_look(staff=staff, person=licence.person, what=PROOF_SEEN, municipality=municipality)
    with tenancy.unguarded():
        return list(Attachment.objects.about(licence).with_file().order_by("pk"))


@transaction.atomic
def decide_licence(
    *, licence: Licence, actor: Person, municipality: Municipality, checked: bool, reason: str = ""
) -> Licence:
    """Staff have seen the proof: the licence counts, or it does not and the worker is told why.

    Raises:
        NotAllowedError: `actor` does not serve the worker.
        WorkerError: no reason for a refusal, or somebody decided or sent it anew in the meantime.
    """
    if not rules.has_perm("jobs.decide_licence", actor, licence):
        raise NotAllowedError(_("この人の資格を確かめられるのは、この人の町の事業担当だけです。"))
    reason = reason.strip()
    if not checked and not reason:
        raise WorkerError(_("確認できない理由を書いてください。本人に届きます。"), "reason")
    state = Licence.State.CHECKED if checked else Licence.State.REFUSED
    now = timezone.now()
    changed = Licence.objects.filter(pk=licence.pk, state=Licence.State.SENT, sent_at=licence.sent_at).update(
        state=state, decided_at=now, decided_by=actor, reason=reason
    )
    if not changed:
        raise WorkerError(_("ほかの担当者が先に決めたか、本人が出し直しました。画面を読み直してください。"))
    licence.refresh_from_db()
    records.write_entry(
        actor=actor,
        verb="worker.licence_checked" if checked else "worker.licence_refused",
        subject=licence,
        person=licence.person,
        municipality=municipality,
        reason=reason,
        data={"licence": licence.kind},
    )
    title, body = (CHECKED_TITLE, CHECKED_BODY) if checked else (REFUSED_TITLE, REFUSED_BODY)
    _tell(
        licence,
        kind="worker.licence_decided",
        key=f"licence-decided-{licence.pk}-{now.isoformat()}",
        title=title,
        body=body,
        municipality=municipality,
        reason=reason,
    )
    return licence


def warn_of_expiry(*, on: datetime.date) -> int:
    """Tells everybody whose checked licence expires within thirty days, once for each expiry."""
    ends = on + datetime.timedelta(days=WARNED_DAYS)
    soon = Licence.objects.filter(state=Licence.State.CHECKED, expires_on__range=(on, ends))
    rows = list(soon.select_related("person").order_by("pk"))
    for licence in rows:
        _tell(
            licence,
            kind="worker.licence_expires",
            key=f"licence-expires-{licence.pk}-{licence.expires_on}",
            title=EXPIRES_TITLE,
            body=EXPIRES_BODY,
            day=licence.expires_on,
        )
    return len(rows)


def _tell(
    licence: Licence,
    *,
    kind: str,
    key: str,
    title: Any,
    body: Any,
    municipality: Municipality | None = None,
    day: datetime.date | None = None,
    **values: str,
) -> None:
    words: dict[str, str] = {}
    for ending, language in (("", "ja"), ("_en", "en")):
        with override(language):
            filled = {**values, "licence": licence_name(licence.kind), "town": str(municipality or "")}
            filled["day"] = date_format(day, "DATE_FORMAT") if day else ""
            words[f"subject{ending}"] = str(title) % filled
            words[f"body{ending}"] = str(body) % filled
    with tenancy.unguarded():
        records.send_message(
            key=key, kind=kind, recipient=licence.person, municipality=municipality, about=licence, **words
        )
