"""Tables of messages: the outbox, every attempt to send, and what each person wants to receive where."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, never_deleted
from sosei.core.records import kinds, rules
from sosei.core.records.models.entries import Entry
from sosei.core.records.names import person_of
from sosei.core.records.querysets.messages import MessageAttemptQuerySet, MessageQuerySet, PreferenceQuerySet


def only_emptied(name: str) -> pgtrigger.Trigger:
    """A trigger that lets the words of a message be emptied, and changed in no other way."""
    columns = ("subject", "body", "subject_en", "body_en", "to_address")
    changed = " OR ".join(f"(NEW.{c} IS DISTINCT FROM OLD.{c} AND NEW.{c} <> '')" for c in columns)
    fixed = " OR ".join(
        f"NEW.{c} IS DISTINCT FROM OLD.{c}"
        for c in ("key", "recipient_id", "municipality_id", "kind", "is_secret", "created_at")
    )
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
        IF {changed} OR {fixed} THEN
            RAISE EXCEPTION 'pgtrigger: a message in records_message is not rewritten (key %)', OLD.key;
        END IF;
        RETURN NEW;
        """,
    )


class Message(models.Model):
    """Something a person is told: written with the change it tells of, sent by the worker.

    Attributes:
        is_secret: as its kind was declared when it was written; the database asks it before it shows staff the row.
        state: `sending` with `handed_over_at` empty was provably not sent; with it set it may have been.
        claim: whose turn it is to send; a worker whose claim was taken from it can no longer hand over.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("メール")
        SMS = "sms", _("SMS")
        IN_APP = "in_app", _("画面のお知らせ")

    class State(models.TextChoices):
        WAITING = "waiting", _("送信待ち")
        SENDING = "sending", _("送信中")
        SENT = "sent", _("送信済み")
        UNKNOWN = "unknown", _("届いたか不明")
        FAILED = "failed", _("届かなかった")
        NOT_WANTED = "not_wanted", _("受け取らない設定")
        WITHDRAWN = "withdrawn", _("取りやめ")

    key = models.CharField(_("見分ける名前"), max_length=200, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages_received",
        verbose_name=_("受け取る人"),
    )
    to_address = models.CharField(
        _("宛先"), max_length=254, blank=True, help_text="Of somebody without an account; else empty"
    )
    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages",
        verbose_name=_("自治体"),
    )
    kind = models.CharField(_("種類"), max_length=60)
    is_secret = models.BooleanField(default=False, editable=False)
    scope = models.CharField(_("分野"), max_length=16, choices=Entry.Scope)
    channel = models.CharField(_("送り方"), max_length=8, choices=Channel)
    in_app = models.BooleanField(_("画面のお知らせに出す"), default=False)
    subject = models.CharField(_("件名"), max_length=200, blank=True)
    body = models.TextField(_("本文"), blank=True)
    subject_en = models.CharField(_("件名（英語）"), max_length=200, blank=True)
    body_en = models.TextField(_("本文（英語）"), blank=True)
    language = models.CharField(
        _("言葉"),
        max_length=2,
        blank=True,
        help_text="Fixed when it is sent; before that only without an account",
    )
    about_type = models.ForeignKey(
        ContentType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("対象の種類"),
    )
    about_id = models.CharField(_("対象の番号"), max_length=40, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    created_at = models.DateTimeField(_("書いた時刻"))
    expires_at = models.DateTimeField(_("期限"), null=True, blank=True)

    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("送った回数"), default=0)
    round_started_at = models.DateTimeField(
        _("送り始めた時刻"), help_text="Anew when staff have it sent again"
    )
    round_attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(_("次に送る時刻"), null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(_("渡した時刻"), null=True, blank=True)
    sent_at = models.DateTimeField(_("送った時刻"), null=True, blank=True)
    read_at = models.DateTimeField(_("読んだ時刻"), null=True, blank=True)
    emptied_at = models.DateTimeField(_("中身を消した時刻"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("メッセージ")
        verbose_name_plural = _("メッセージ")
        ordering = ["-pk"]
        triggers = [never_deleted("message_never_deleted"), only_emptied("message_only_emptied")]
        constraints = [
            models.CheckConstraint(
                condition=Q(emptied_at__isnull=False)
                | (Q(recipient__isnull=False, to_address="") & ~Q(subject="") & ~Q(body=""))
                | (Q(recipient__isnull=True) & ~Q(to_address="") & ~Q(subject="") & ~Q(body="")),
                name="message_to_one_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_try_at__isnull=False)
                | (~Q(state="waiting") & Q(next_try_at__isnull=True)),
                name="message_waiting_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claim__isnull=False, claimed_until__isnull=False),
                name="message_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(handed_over_at__isnull=True),
                name="message_handed_over_never_waits",
            ),
            models.CheckConstraint(
                condition=Q(in_app=False) | Q(recipient__isnull=False), name="message_in_app_to_a_person"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="message_due"),
            models.Index(fields=["claimed_until"], condition=Q(state="sending"), name="message_claimed"),
            models.Index(
                fields=["recipient"], condition=Q(in_app=True, read_at__isnull=True), name="message_unread"
            ),
            models.Index(fields=["recipient", "-id"], condition=Q(in_app=True), name="message_inbox"),
            models.Index(
                fields=["municipality", "-id"],
                condition=Q(state__in=["failed", "unknown"]),
                name="message_undelivered",
            ),
        ]

    def __str__(self) -> str:
        return self.local_subject or self.kind_title

    @property
    def local_subject(self) -> str:
        """The subject in the reader's language."""
        return _local(self.subject, self.subject_en)

    @property
    def local_body(self) -> str:
        """The words in the reader's language."""
        return _local(self.body, self.body_en)

    @property
    def kind_title(self) -> str:
        """What this sort of message is called."""
        return kinds.kind_title(self.kind)

    @property
    def recipient_name(self) -> str:
        """Whom it is for: the person as called now, or the address; empty where that was erased."""
        person = person_of(self, "recipient")
        return str(person) if person is not None else self.to_address

    @property
    def is_undelivered(self) -> bool:
        """Whether staff should look after it."""
        return self.state in (self.State.FAILED, self.State.UNKNOWN)


def _local(japanese: str, english: str) -> str:
    return english if english and (get_language() or "ja").startswith("en") else japanese


class MessageAttempt(models.Model):
    """One attempt to send a message and what came of it; without the address it went to."""

    class Outcome(models.TextChoices):
        ACCEPTED = rules.Outcome.ACCEPTED, _("相手のサーバーが受け取った")
        REFUSED = rules.Outcome.REFUSED, _("相手のサーバーが断った")
        TRY_LATER = rules.Outcome.TRY_LATER, _("あとで送るよう言われた")
        UNREACHABLE = rules.Outcome.UNREACHABLE, _("サーバーにつながらなかった")
        BROKEN_OFF = rules.Outcome.BROKEN_OFF, _("渡す前に止まった（送られていない）")
        UNKNOWN = rules.Outcome.UNKNOWN, _("渡したが返事がない")
        NO_ADDRESS = rules.Outcome.NO_ADDRESS, _("宛先がない")
        EXPIRED = rules.Outcome.EXPIRED, _("期限が過ぎた")

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="attempt_rows", verbose_name=_("メッセージ")
    )
    number = models.PositiveSmallIntegerField(_("何回目"))
    ended_at = models.DateTimeField(_("終わった時刻"))
    outcome = models.CharField(_("結果"), max_length=12, choices=Outcome)
    code = models.PositiveSmallIntegerField(_("返事の番号"), default=0)
    detail = models.CharField(_("返事"), max_length=300, blank=True)

    objects = MessageAttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("送信の記録")
        verbose_name_plural = _("送信の記録")
        ordering = ["message", "number", "pk"]
        triggers = [append_only("message_attempt_append_only")]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_outcome_display()}"


class Preference(models.Model):
    """Whether a person wants a group of messages on a channel; without a row, yes."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="message_preferences",
        verbose_name=_("人"),
    )
    group = models.CharField(_("お知らせの種類"), max_length=40)
    channel = models.CharField(_("送り方"), max_length=8, choices=Message.Channel)
    wanted = models.BooleanField(_("受け取る"))
    changed_at = models.DateTimeField(_("変えた時刻"))

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("お知らせの受け取り方")
        verbose_name_plural = _("お知らせの受け取り方")
        ordering = ["person", "group", "channel"]
        constraints = [models.UniqueConstraint(fields=["person", "group", "channel"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.channel}: {self.wanted}"
