"""What comes after a booking, and what did not come to be: reviews, damage, searches without a result, wishes and offers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.programmes.spaces.models.bookings import Booking
from sosei.programmes.spaces.models.columns import latitude, longitude, who
from sosei.programmes.spaces.models.hosts import Host
from sosei.programmes.spaces.models.listings import Space
from sosei.programmes.spaces.querysets import (
    DealQuerySet,
    ReviewQuerySet,
    StaffQuerySet,
    WishQuerySet,
)


@keep_history()
class SpaceReview(models.Model):
    """What one side of a used booking says of the other; shown when both are in or the time is over."""

    class Side(models.TextChoices):
        GUEST = "guest", _("使った人から")
        HOST = "host", _("貸した人から")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="reviews")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="space_reviews",
    )
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="reviews")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="reviews")
    side = models.CharField(_("どちらから"), max_length=5, choices=Side)
    stars = models.PositiveSmallIntegerField(_("評価（1～5）"))
    comment = models.TextField(_("ことば"), blank=True)
    written_at = models.DateTimeField(_("書いた時刻"))
    written_by = who(_("書いた人"))
    shown_at = models.DateTimeField(_("公開した時刻"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("かくした時刻"), null=True, blank=True)
    hidden_by = who(_("かくした人"))
    hidden_reason = models.CharField(_("かくした理由"), max_length=300, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("場所の評価")
        verbose_name_plural = _("場所の評価")
        ordering = ["-written_at", "-pk"]
        triggers = [never_deleted("space_review_never_deleted")]
        constraints = [
            models.UniqueConstraint(fields=["booking", "side"], name="space_review_once_a_side"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="space_review_stars"),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""),
                name="space_review_hidden_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.comment[:40]


@keep_history()
class DamageReport(models.Model):
    """Something was broken or dirty; pictures are attachments about this row."""

    class State(models.TextChoices):
        OPEN = "open", _("返事を待っている")
        AGREED = "agreed", _("認めた")
        DISPUTED = "disputed", _("認めない")
        SETTLED = "settled", _("解決した")
        DROPPED = "dropped", _("取り下げた")

    class Side(models.TextChoices):
        GUEST = "guest", _("使った人から")
        HOST = "host", _("貸した人から")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="damage_reports")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="damage_reports")
    side = models.CharField(_("どちらから"), max_length=5, choices=Side)
    text = models.TextField(_("何があったか"))
    yen_claimed = models.PositiveIntegerField(_("請求する額（円）"), default=0)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.OPEN)
    told_at = models.DateTimeField(_("報告した時刻"))
    told_by = who(_("報告した人"))
    answer = models.TextField(_("相手の返事"), blank=True)
    answered_at = models.DateTimeField(_("返事の時刻"), null=True, blank=True)
    yen_agreed = models.PositiveIntegerField(_("払うことになった額（円）"), null=True, blank=True)
    settled_at = models.DateTimeField(_("解決した時刻"), null=True, blank=True)
    settled_by = who(_("解決した人"))
    settled_reason = models.CharField(_("解決の理由"), max_length=300, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("こわれた・よごれたの報告")
        verbose_name_plural = _("こわれた・よごれたの報告")
        ordering = ["-told_at", "-pk"]
        triggers = [never_deleted("space_damage_never_deleted")]

    def __str__(self) -> str:
        return self.text[:40]


class SearchMiss(models.Model):
    """What somebody looked for and did not find; nothing of who it was."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("さがした日"))
    period = DateTimeRangeField(_("使いたい時間"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("使いたい長さ（分）"), null=True, blank=True)
    kind = models.CharField(_("種類"), max_length=8, blank=True)
    use = models.CharField(_("使い道"), max_length=24, blank=True)
    seats = models.PositiveIntegerField(_("人数"), null=True, blank=True)
    equipment = ArrayField(models.CharField(max_length=24), verbose_name=_("設備"), default=list, blank=True)
    step_free = models.BooleanField(_("段差がないこと"), default=False)
    yen = models.PositiveIntegerField(_("予算（円）"), null=True, blank=True)
    why = models.CharField(_("見つからなかった理由"), max_length=24)
    times = models.PositiveIntegerField(_("回数"), default=1)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("見つからなかった検索")
        verbose_name_plural = _("見つからなかった検索")
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "municipality",
                    "on",
                    "period",
                    "minutes",
                    "kind",
                    "use",
                    "seats",
                    "equipment",
                    "step_free",
                    "yen",
                    "why",
                ],
                name="space_search_miss_counted",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.use} {self.seats or ''}"


@keep_history()
class SpaceWish(models.Model):
    """ "I need …": somebody says what he looks for, hosts of the town answer with offers, and he chooses."""

    class State(models.TextChoices):
        OPEN = "open", _("募集中")
        CHOSEN = "chosen", _("決めた")
        LAPSED = "lapsed", _("期限が過ぎた")
        TAKEN_BACK = "taken_back", _("取り下げた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="space_wishes")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="space_wishes"
    )
    period = DateTimeRangeField(_("使いたい時間"))
    when_note = models.CharField(_("日時の希望"), max_length=200, blank=True)
    use = models.CharField(_("使い道"), max_length=24)
    heads = models.PositiveIntegerField(_("人数"))
    equipment = ArrayField(models.CharField(max_length=24), verbose_name=_("設備"), default=list, blank=True)
    step_free = models.BooleanField(_("段差がないこと"), default=False)
    yen = models.PositiveIntegerField(_("予算（円）"), null=True, blank=True)
    text = models.TextField(_("くわしい希望"), blank=True)
    latitude = latitude(null=True, blank=True)
    longitude = longitude(null=True, blank=True)
    answer_until = models.DateTimeField(_("いつまで待つか"))
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(_("出した時刻"))

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("こんな場所がほしい")
        verbose_name_plural = _("こんな場所がほしい")
        ordering = ["-asked_at", "-pk"]
        triggers = [never_deleted("space_wish_never_deleted")]

    def __str__(self) -> str:
        return self.text[:40] or self.use


@keep_history()
class WishOffer(models.Model):
    """A host's answer to a wish: this space, at this time, at this price."""

    class State(models.TextChoices):
        SENT = "sent", _("返事をした")
        CHOSEN = "chosen", _("選ばれた")
        NOT_CHOSEN = "not_chosen", _("選ばれなかった")
        TAKEN_BACK = "taken_back", _("取り下げた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="offers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    wish = models.ForeignKey(SpaceWish, on_delete=models.PROTECT, related_name="offers")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="offers")
    period = DateTimeRangeField(_("時間"))
    yen = models.PositiveIntegerField(_("料金（円・税込み）"))
    text = models.TextField(_("ことば"), blank=True)
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.SENT)
    sent_at = models.DateTimeField(_("返事の時刻"))
    sent_by = who(_("返事をした人"))
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="offer"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("募集への返事")
        verbose_name_plural = _("募集への返事")
        ordering = ["yen", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wish", "space"], condition=Q(state="sent"), name="space_offer_once_a_space"
            )
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.yen}"
