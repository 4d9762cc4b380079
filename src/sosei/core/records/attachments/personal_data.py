"""Attachments on the list of personal data: what a person's export shows of them, and how they are erased."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Kept, Outcome, PersonalData, Rows, register
from sosei.core.records.attachments import services
from sosei.core.records.attachments.locks import lock_attachment
from sosei.core.records.attachments.subjects import KeptFor, reason_to_keep
from sosei.core.records.models import Attachment, SentInADay


def export(person: Person) -> Rows:
    """What is known of each file; the files themselves are on the person's page of files."""
    return [
        {
            "id": str(row.uid),
            "file_name": row.original_name,
            "media_type": row.media_type,
            "bytes": row.bytes,
            "sha256": row.sha256,
            "width": row.width,
            "height": row.height,
            "state": row.state,
            "municipality": row.municipality.code if row.municipality else None,
            "created_at": row.created_at.isoformat(),
            "scanned_at": row.scanned_at.isoformat() if row.scanned_at else None,
            "removed_at": row.removed_at.isoformat() if row.removed_at else None,
        }
        for row in Attachment.objects.of(person).select_related("municipality").order_by("pk")
    ]


def erase(person: Person) -> Outcome:
    """Removes the files and their names; those by which something was decided stay as long as the law asks."""
    erased = 0
    kept: Counter[KeptFor] = Counter()
    for key in Attachment.objects.of(person).order_by("pk").values_list("pk", flat=True):
        row = lock_attachment(key)
        reason = reason_to_keep(row) if row.removed_at is None else None
        if reason:
            kept[reason] += 1
            continue
        row.original_name = ""
        if row.removed_at is None:
            services.take_away(row, Attachment.Removal.ERASED)
            erased += 1
        else:
            row.save(update_fields=["original_name"])
    SentInADay.objects.filter(owner=person).delete()
    return Outcome(
        erased,
        tuple(
            Kept("添付ファイル", "Attached files", reason.law, reason.law_en, reason.until, rows)
            for reason, rows in kept.items()
        ),
    )


register(
    PersonalData(
        key="attachments",
        title=_("送ったファイル"),
        models=frozenset({"records.attachment", "records.attachmentevent", "records.sentinaday"}),
        export=export,
        erase=erase,
    )
)
