"""The verbs of attachments: receive files, bind one to what it is about, examine, remove."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Person
from sosei.core.records import services as records
from sosei.core.records.attachments import config, queue, storage
from sosei.core.records.attachments.antivirus import Verdict
from sosei.core.records.attachments.locks import lock_attachment
from sosei.core.records.attachments.receiving import Prepared
from sosei.core.records.attachments.rules import Reason, RefusedFileError
from sosei.core.records.attachments.subjects import reason_to_keep, subject_of
from sosei.core.records.models import Attachment, SentInADay

INFECTED_SUBJECT = gettext_lazy("送ったファイルからウイルスが見つかりました")
INFECTED_BODY = gettext_lazy(
    "「%(name)s」からウイルス（%(signature)s）が見つかりました。ファイルは消しました。"
    "お使いの機器をウイルス対策ソフトで調べてください。"
)


class KeptError(ValueError):
    """An attachment that may not be removed, because something was decided by it."""


class AlreadyBoundError(ValueError):
    """An attachment that belongs to something else already."""


def receive_files(
    *,
    owner: Person,
    actor: Person,
    files: Sequence[Prepared],
    municipality: Municipality | None = None,
    about: models.Model | None = None,
) -> list[Attachment]:
    """Keeps files: all of them, or none. Rows first, then the files are moved to their places, then it is complete.

    A file in which the scanner found something is not kept, its row is, in state `refused`. One that the scanner
    could not be asked about waits in quarantine until the worker has asked.

    Args:
        owner: whose files they are.
        actor: who sends them: the owner, or staff on the owner's behalf.
        municipality: the town they belong to; None while they are the owner's own.
        about: what they belong to; a row of a registered table.

    Raises:
        RefusedFileError: the owner's limit for the day is passed, or there is no room on the disk.
        LookupError: the table of `about` is not registered.
    """
    _check_subject(about)
    now = timezone.now()
    moved: list[str] = []
    with tenancy.unguarded(), transaction.atomic():
        rows = [_row(owner, actor, file, municipality, about, now) for file in files]
        try:
            for row, file in zip(rows, files, strict=True):
                if row.has_file:
                    moved.append(row.stored_name)
                    file.draft.keep(row.stored_name)
                    if file.preview:
                        file.preview.keep(row.stored_name, storage.PREVIEW_ENDING)
        except BaseException:
            # Only here, before the commit: once it is under way nobody knows whether rows stand, and the sweep decides.
            for stored_name in moved:
                storage.remove_file(stored_name)
            raise
    return rows


def _check_subject(about: models.Model | None) -> None:
    if about is not None and subject_of(about) is None:
        raise LookupError(
            f"{about._meta.label} may have no attachments; register it with "
            f"sosei.core.records.attachments.subjects.register_subject(…) in AppConfig.ready() of its room"
        )


def _row(
    owner: Person,
    actor: Person,
    file: Prepared,
    municipality: Municipality | None,
    about: models.Model | None,
    now: datetime,
) -> Attachment:
    _charge(owner, file, _day(now, municipality))
    row = Attachment.objects.create(
        municipality=municipality,
        owner=owner,
        about_type=ContentType.objects.get_for_model(about) if about is not None else None,
        about_id=about.pk if about is not None else None,
        kind=file.file_type.kind,
        original_name=file.name,
        media_type=file.file_type.media_type,
        bytes=file.draft.size,
        sha256=file.draft.sha256,
        width=file.width,
        height=file.height,
        stored_name=storage.new_stored_name(),
        state=_state(file.verdict),
        scanned_at=now if file.verdict else None,
        scanner=file.verdict.scanner if file.verdict else "",
        created_at=now,
    )
    verb = "attachment.infected" if row.state == Attachment.State.REFUSED else "attachment.received"
    _write_entry(verb, row, actor=actor)
    if row.state == Attachment.State.QUARANTINED:
        queue.leave_examination(row.pk)
    return row


def _state(verdict: Verdict | None) -> str:
    if verdict is None:
        return Attachment.State.QUARANTINED
    return Attachment.State.CLEAN if verdict.clean else Attachment.State.REFUSED


def _day(moment: datetime, municipality: Municipality | None) -> Any:
    zone = municipality.zone if municipality else settings.SCREEN_TIME_ZONE
    return moment.astimezone(ZoneInfo(zone)).date()


def _charge(owner: Person, file: Prepared, day: Any) -> None:
    limit = config.limits().bytes_per_day
    if not SentInADay.objects.add(owner=owner, day=day, size=file.sent, limit=limit):
        sent = SentInADay.objects.sent(owner=owner, day=day)
        raise RefusedFileError(Reason.DAY_LIMIT, name=file.name, size=file.sent, limit=limit, sent=sent)


def bind_attachment(
    *, attachment: Attachment, about: models.Model, actor: Person, municipality: Municipality | None = None
) -> Attachment:
    """Says what a file belongs to, and to which town; from then on whoever sees that sees the file.

    Raises:
        AlreadyBoundError: it belongs to something else.
        LookupError: the table of `about` is not registered.
    """
    _check_subject(about)
    with tenancy.unguarded(), transaction.atomic():
        held = lock_attachment(attachment.pk)
        kind = ContentType.objects.get_for_model(about)
        if held.about_id is not None:
            if (held.about_type_id, held.about_id) == (kind.pk, about.pk):
                return held  # type: ignore[no-any-return]
            raise AlreadyBoundError(f"attachment {held.uid} belongs to something else already")
        held.about_type, held.about_id = kind, about.pk
        held.municipality = municipality or held.municipality
        held.save(update_fields=["about_type", "about_id", "municipality"])
        _write_entry("attachment.bound", held, actor=actor)
    return held  # type: ignore[no-any-return]


def examine_attachment(*, attachment: Attachment) -> Attachment:
    """Asks the scanner about a file in quarantine; a file in which something was found is removed and its owner told.

    Raises:
        ScannerUnavailableError: there is no verdict; the file stays in quarantine.
        FileNotFoundError: the file is gone from the disk.
    """
    if attachment.state != Attachment.State.QUARANTINED or attachment.removed_at is not None:
        return attachment
    # Outside of the transaction: a scanner may take its time.
    verdict = config.scanner().scan(storage.path_of(attachment.stored_name))
    with tenancy.unguarded(), transaction.atomic():
        held = lock_attachment(attachment.pk)
        if held.state != Attachment.State.QUARANTINED or held.removed_at is not None:
            return held  # type: ignore[no-any-return]
        held.state = _state(verdict)
        held.scanned_at, held.scanner = timezone.now(), verdict.scanner
        held.save(update_fields=["state", "scanned_at", "scanner"])
        if verdict.clean:
            _write_entry("attachment.found_clean", held, actor=None)
        else:
            _write_entry("attachment.infected", held, actor=None)
            _tell_owner(held, verdict.signature)
            transaction.on_commit(partial(storage.remove_file, held.stored_name), robust=True)
    return held  # type: ignore[no-any-return]


def _tell_owner(attachment: Attachment, signature: str) -> None:
    words = {}
    for ending, language in (("", "ja"), ("_en", "en")):
        with override(language):
            words[f"subject{ending}"] = str(INFECTED_SUBJECT)
            words[f"body{ending}"] = str(INFECTED_BODY) % {"name": attachment, "signature": signature}
    records.send_message(
        key=f"attachment-infected-{attachment.uid}",
        kind="attachment.infected",
        recipient=attachment.owner,
        municipality=attachment.municipality,
        about=attachment,
        **words,
    )


def remove_attachment(*, attachment: Attachment, actor: Person, reason: str = "") -> Attachment:
    """Removes a file for good; its row stays and says that it was there. Once removed it stays so.

    Raises:
        KeptError: something was decided by it.
    """
    with tenancy.unguarded(), transaction.atomic():
        held = lock_attachment(attachment.pk)
        if held.removed_at is not None:
            return held  # type: ignore[no-any-return]
        kept_for = reason_to_keep(held)
        if kept_for is not None:
            raise KeptError(f"attachment {held.uid} is kept: {kept_for.law_en}")
        because = Attachment.Removal.BY_OWNER if actor.pk == held.owner_id else Attachment.Removal.BY_STAFF
        take_away(held, because)
        _write_entry("attachment.removed", held, actor=actor, reason=reason)
    return held  # type: ignore[no-any-return]


def take_away(attachment: Attachment, because: str) -> None:
    """Within the transaction under way: the row says that the file is removed, and with its end the bytes go.

    Should the program stop in between, the sweep removes a file whose row says that there is none.
    """
    attachment.removed_at, attachment.removed_because = timezone.now(), because
    attachment.save(update_fields=["removed_at", "removed_because", "original_name"])
    transaction.on_commit(partial(storage.remove_file, attachment.stored_name), robust=True)


def _write_entry(verb: str, row: Attachment, *, actor: Person | None, reason: str = "") -> None:
    by_staff = actor is not None and actor.pk != row.owner_id
    records.write_entry(
        actor=actor,
        verb=verb,
        subject=row,
        person=row.owner,
        municipality=row.municipality,
        on_behalf_of=row.owner if by_staff and verb == "attachment.received" else None,
        reason=reason,
        data={"type": row.file_type.label, "size": row.bytes},
    )
