"""What comes after a booking, and what did not come to be: reviews, damage, searches without a result, wishes and offers."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.programmes.spaces.models.bookings import Booking, Order
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
    """What one side of a used booking says of the other; shown when both are in or the time is over.

    Attributes:
        answers: question -> answer, as in `rules_care.QUESTIONS`.
        reply: the host's answer to what a guest said; it is shown with it, and hidden with it.
        reported_at: the other side asked the town's staff to look at it.
    """

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
    answers = models.JSONField(_("質問への答え"), default=dict, blank=True)
    reply = models.TextField(_("評価への返事"), blank=True)
    replied_at = models.DateTimeField(_("評価に返事をした時刻"), null=True, blank=True)
    replied_by = who(_("評価に返事をした人"))
    reported_at = models.DateTimeField(_("評価を市に知らせた時刻"), null=True, blank=True)
    reported_by = who(_("評価を市に知らせた人"))
    report_reason = models.CharField(_("評価を市に知らせた理由"), max_length=300, blank=True)

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
    """Something was broken or dirty; pictures are attachments about this row.

    Attributes:
        lines: what the claim is made of: kind, text and yen of each, as in `rules_care.ClaimLine`.
        answer_until: the other side answers until then; after that the town's staff decide.
        answered_at: none in a report that is disputed because nobody answered.
        key: the same key twice is one report.
    """

    class State(models.TextChoices):
        OPEN = "open", _("返事を待っている")
        AGREED = "agreed", _("相手が認めた")
        DISPUTED = "disputed", _("市が確かめている")
        SETTLED = "settled", _("市が決めた")
        DROPPED = "dropped", _("取り下げた")

    class Kind(models.TextChoices):
        BEFORE = "before", _("使う前から、こわれていた・よごれていた")
        BROKEN = "broken", _("こわれた・なくなった")
        DIRTY = "dirty", _("よごれた・片づいていない")
        OVERTIME = "overtime", _("時間を過ぎて使った")
        OTHER = "other", _("そのほか")

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
    kind = models.CharField(_("何の報告か"), max_length=8, choices=Kind, default=Kind.OTHER)
    text = models.TextField(_("何があったか"))
    lines = models.JSONField(_("請求の内訳"), default=list, blank=True)
    yen_claimed = models.PositiveIntegerField(_("請求する額（円）"), default=0)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.OPEN)
    told_at = models.DateTimeField(_("報告した時刻"))
    told_by = who(_("報告した人"))
    answer_until = models.DateTimeField(_("返事の期限"), null=True, blank=True)
    answer = models.TextField(_("相手の返事"), blank=True)
    answered_at = models.DateTimeField(_("返事の時刻"), null=True, blank=True)
    answered_by = who(_("報告に返事をした人"))
    yen_agreed = models.PositiveIntegerField(_("払うことになった額（円）"), null=True, blank=True)
    settled_at = models.DateTimeField(_("解決した時刻"), null=True, blank=True)
    settled_by = who(_("解決した人"))
    settled_reason = models.CharField(_("解決の理由"), max_length=300, blank=True)
    key = models.UUIDField(unique=True, default=uuid4)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("こわれた・よごれたの報告")
        verbose_name_plural = _("こわれた・よごれたの報告")
        ordering = ["-told_at", "-pk"]
        triggers = [never_deleted("space_damage_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(yen_agreed__isnull=True) | Q(yen_agreed__lte=F("yen_claimed")),
                name="space_damage_no_more_than_claimed",
            )
        ]
        indexes = [
            models.Index(fields=["answer_until"], condition=Q(state="open"), name="space_damage_waiting")
        ]

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
    """ "I need …": somebody says what he looks for, hosts of the town answer with offers, and he chooses.

    Attributes:
        period: from the beginning of the first wished stretch of time to the end of the last; `wanted` says which.
        wanted: days and times as a search names them (`search_wishes.Wishes`).
        near_name, metres: how far from the place at (latitude, longitude) at most.
        yen: for the whole time.
        hidden_at: the town's staff keep it from hosts until its words are mended.
        key: the same key twice is one wish.
    """

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
    wanted = models.JSONField(_("使いたい日と時間"), default=dict)
    when_note = models.CharField(_("日時の希望"), max_length=200, blank=True)
    kind = models.CharField(_("種類"), max_length=8, choices=Space.Kind, blank=True)
    tier = models.CharField(_("区分"), max_length=8, choices=Order.Tier, default=Order.Tier.OUTSIDE)
    use = models.CharField(_("使い道"), max_length=24)
    heads = models.PositiveIntegerField(_("人数"))
    equipment = ArrayField(models.CharField(max_length=24), verbose_name=_("設備"), default=list, blank=True)
    step_free = models.BooleanField(_("段差がないこと"), default=False)
    yen = models.PositiveIntegerField(_("予算（円）"), null=True, blank=True)
    text = models.TextField(_("くわしい希望"), blank=True)
    latitude = latitude(null=True, blank=True)
    longitude = longitude(null=True, blank=True)
    near_name = models.CharField(_("どこの近くか"), max_length=80, blank=True)
    metres = models.PositiveIntegerField(_("距離（m）"), null=True, blank=True)
    answer_until = models.DateTimeField(_("いつまで待つか"))
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(_("出した時刻"))
    ended_at = models.DateTimeField(_("終わった時刻"), null=True, blank=True)
    end_reason = models.CharField(_("取り下げた理由"), max_length=300, blank=True)
    hidden_at = models.DateTimeField(_("かくした時刻"), null=True, blank=True)
    hidden_by = who(_("かくした人"))
    hidden_reason = models.CharField(_("かくした理由"), max_length=300, blank=True)
    key = models.UUIDField(null=True, blank=True, unique=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("こんな場所がほしい")
        verbose_name_plural = _("こんな場所がほしい")
        ordering = ["-asked_at", "-pk"]
        triggers = [never_deleted("space_wish_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""),
                name="space_wish_hidden_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="space_wish_ended_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["municipality", "answer_until"], condition=Q(state="open"), name="space_wish_open"
            )
        ]

    def __str__(self) -> str:
        return self.text[:40] or self.use

    @property
    def is_shown(self) -> bool:
        """Hosts find it among the open ones."""
        return self.state == self.State.OPEN and self.hidden_at is None


@keep_history()
class WishOffer(models.Model):
    """A host's answer to a wish: this space, at this time, at this price.

    Attributes:
        person: who wished.
        list_yen: what the price list said when it was offered; `yen` is that or less.
        answer: why the one who wished does not take it.
    """

    class State(models.TextChoices):
        SENT = "sent", _("申し出ている")
        CHOSEN = "chosen", _("選ばれた")
        NOT_CHOSEN = "not_chosen", _("選ばれなかった")
        DECLINED = "declined", _("ことわられた")
        LAPSED = "lapsed", _("期限が過ぎた")
        TAKEN_BACK = "taken_back", _("取り下げた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="offers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    wish = models.ForeignKey(SpaceWish, on_delete=models.PROTECT, related_name="offers")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="offers")
    period = DateTimeRangeField(_("時間"))
    yen = models.PositiveIntegerField(_("料金（円・税込み）"))
    list_yen = models.PositiveIntegerField(_("料金表の料金（円・税込み）"))
    text = models.TextField(_("ことば"), blank=True)
    valid_until = models.DateTimeField(_("いつまで有効か"))
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.SENT)
    sent_at = models.DateTimeField(_("返事の時刻"))
    sent_by = who(_("返事をした人"))
    ended_at = models.DateTimeField(_("終わった時刻"), null=True, blank=True)
    answer = models.CharField(_("ことわった理由"), max_length=300, blank=True)
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="offer"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("募集への返事")
        verbose_name_plural = _("募集への返事")
        ordering = ["yen", "pk"]
        triggers = [never_deleted("space_offer_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["wish", "space"], condition=Q(state="sent"), name="space_offer_once_a_space"
            ),
            models.UniqueConstraint(
                fields=["wish"], condition=Q(state="chosen"), name="space_offer_one_chosen"
            ),
            models.CheckConstraint(condition=Q(yen__lte=F("list_yen")), name="space_offer_as_listed_or_less"),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.yen}"
