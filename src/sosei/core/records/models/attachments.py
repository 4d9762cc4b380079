"""Tables of attachments: one row a file, kept when the file is gone; and what each person sent in a day."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.core.records.attachments.querysets import AttachmentQuerySet, SentInADayQuerySet
from sosei.core.records.attachments.types import FileType, type_by_media_type
from sosei.core.records.attachments.types import Kind as _Kind

FIXED = (
    "uid",
    "owner_id",
    "kind",
    "media_type",
    "bytes",
    "sha256",
    "width",
    "height",
    "stored_name",
    "created_at",
)


def content_fixed(name: str) -> pgtrigger.Trigger:
    """A trigger that keeps what a file is, lets its name only be emptied, and never takes a verdict or removal back."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FIXED)
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
        IF {changed}
            OR (NEW.original_name IS DISTINCT FROM OLD.original_name AND NEW.original_name <> '')
            OR (NEW.state <> OLD.state AND OLD.state <> 'quarantined')
            OR (OLD.removed_at IS NOT NULL AND NEW.removed_at IS DISTINCT FROM OLD.removed_at)
            OR (OLD.about_id IS NOT NULL AND (NEW.about_id IS DISTINCT FROM OLD.about_id
                OR NEW.about_type_id IS DISTINCT FROM OLD.about_type_id))
        THEN
            RAISE EXCEPTION 'pgtrigger: attachment % is not rewritten', OLD.uid;
        END IF;
        RETURN NEW;
        """,
    )


@keep_history(exclude=("original_name",))
class Attachment(models.Model):
    """A file that somebody sent, and what became of it.

    Attributes:
        municipality: the town it belongs to; none as long as it belongs to its owner alone.
        about: what it belongs to; none until it is bound, and bound once.
        original_name: as its sender called it, cleaned; emptied when the sender is erased.
        bytes: size of the file as it is kept, which for pictures is not the size that was sent.
        stored_name: its name in the files folder; nobody outside learns it.
        removed_because: in one word; the reason in full stands in the entry.
        scanner: who examined it, in the scanner's words; `none` where no scanner was set up.
    """

    class Kind(models.TextChoices):
        IMAGE = _Kind.IMAGE, _("画像")
        PDF = _Kind.PDF, _("PDF")
        TEXT = _Kind.TEXT, _("テキスト")
        OFFICE = _Kind.OFFICE, _("文書・表")

    class State(models.TextChoices):
        QUARANTINED = "quarantined", _("検査待ち")
        CLEAN = "clean", _("使えます")
        REFUSED = "refused", _("受け取りませんでした")

    class Removal(models.TextChoices):
        BY_OWNER = "by_owner", _("本人が消した")
        BY_STAFF = "by_staff", _("担当者が消した")
        ERASED = "erased", _("本人の情報を消した")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="attachments",
        verbose_name=_("自治体"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="attachments",
        verbose_name=_("持ち主"),
    )
    about_type = models.ForeignKey(
        ContentType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("対象の種類"),
    )
    about_id = models.PositiveBigIntegerField(_("対象の番号"), null=True, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    kind = models.CharField(_("種類"), max_length=8, choices=Kind)
    original_name = models.CharField(_("ファイル名"), max_length=120, blank=True)
    media_type = models.CharField(_("形式"), max_length=100)
    bytes = models.PositiveBigIntegerField(_("大きさ"))
    sha256 = models.CharField("SHA-256", max_length=64)
    width = models.PositiveIntegerField(_("幅"), null=True, blank=True)
    height = models.PositiveIntegerField(_("高さ"), null=True, blank=True)
    stored_name = models.CharField(max_length=32, unique=True)
    state = models.CharField(_("状態"), max_length=12, choices=State)
    scanned_at = models.DateTimeField(_("検査した時刻"), null=True, blank=True)
    scanner = models.CharField(_("検査したもの"), max_length=100, blank=True)
    removed_at = models.DateTimeField(_("消した時刻"), null=True, blank=True)
    removed_because = models.CharField(_("消した理由"), max_length=10, choices=Removal, blank=True)
    created_at = models.DateTimeField(_("送った時刻"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("添付ファイル")
        verbose_name_plural = _("添付ファイル")
        ordering = ["-pk"]
        triggers = [never_deleted("attachment_never_deleted"), content_fixed("attachment_content_fixed")]
        constraints = [
            models.CheckConstraint(
                condition=Q(about_type__isnull=True, about_id__isnull=True)
                | Q(about_type__isnull=False, about_id__isnull=False),
                name="attachment_about_whole_or_none",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_because="")
                | (Q(removed_at__isnull=False) & ~Q(removed_because="")),
                name="attachment_removed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="quarantined", scanned_at__isnull=True, scanner="")
                | (~Q(state="quarantined") & Q(scanned_at__isnull=False) & ~Q(scanner="")),
                name="attachment_says_who_examined_it",
            ),
            models.CheckConstraint(
                condition=Q(stored_name__regex=r"^[0-9a-f]{32}$"), name="attachment_stored_name"
            ),
            models.CheckConstraint(condition=Q(bytes__gt=0), name="attachment_not_empty"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="attachment_by_owner"),
            models.Index(fields=["municipality", "-id"], name="attachment_by_town"),
            models.Index(fields=["about_type", "about_id"], name="attachment_by_object"),
            models.Index(
                fields=["id"],
                condition=Q(state="quarantined", removed_at__isnull=True),
                name="attachment_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.original_name or str(_("（名前を消したファイル）"))

    @property
    def file_type(self) -> FileType:
        """Its row in the table of types."""
        return type_by_media_type(self.media_type)

    @property
    def has_file(self) -> bool:
        """Whether its bytes are kept."""
        return self.removed_at is None and self.state != self.State.REFUSED

    @property
    def is_served(self) -> bool:
        """Whether it may be opened: examined, found clean, not removed."""
        return self.removed_at is None and self.state == self.State.CLEAN

    @property
    def has_preview(self) -> bool:
        """Pictures have one."""
        return self.kind == self.Kind.IMAGE


class SentInADay(models.Model):
    """How many bytes a person sent on one day; raised in the transaction that keeps the file, never lowered."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sent_in_a_day", verbose_name=_("人")
    )
    day = models.DateField(_("日"))
    bytes = models.PositiveBigIntegerField(_("大きさ"))

    objects = SentInADayQuerySet.as_manager()

    class Meta:
        verbose_name = _("1日に送った量")
        verbose_name_plural = _("1日に送った量")
        ordering = ["-day", "owner"]
        constraints = [models.UniqueConstraint(fields=["owner", "day"], name="sent_in_a_day_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.bytes}"
