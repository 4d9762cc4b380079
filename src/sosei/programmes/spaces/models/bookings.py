"""Bookings: what is ordered together, each period that is booked, and the rows that keep a second one out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history, never_deleted
from sosei.programmes.spaces.models.columns import same, who
from sosei.programmes.spaces.models.hosts import Host, UsageTerms, UserGroup
from sosei.programmes.spaces.models.listings import CalendarFeed, Space
from sosei.programmes.spaces.querysets import BusinessQuerySet, DealQuerySet, PublicQuerySet


@keep_history(exclude=("look_up_hash",))
class Order(models.Model):
    """What somebody books at once: one period, a series, or several rooms; paid with one bill.

    Attributes:
        number: what a guest reads out on the phone; unique.
        person: none where somebody books without an account; then name and mail are all there is.
        forgotten_at: when the name and address of a guest without an account were emptied, long after the last use.
        look_up_hash: digest of the secret in the links mailed to a guest without an account.
        key: the same key twice is one order.
        shown: what the last page before the order said (the six items of 特定商取引法12条の6), as it was.
    """

    class Shape(models.TextChoices):
        SINGLE = "single", _("1回")
        SERIES = "series", _("くり返し")
        ROOMS = "rooms", _("いくつかの部屋")

    class Source(models.TextChoices):
        WEB = "web", _("サイト")
        PHONE = "phone", _("電話・窓口")
        LOTTERY = "lottery", _("抽選")
        WAITING = "waiting", _("空き待ち")
        OFFER = "offer", _("募集への返事")

    class Tier(models.TextChoices):
        RESIDENT = "resident", _("市内")
        OUTSIDE = "outside", _("市外")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="space_orders")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="orders", verbose_name=_("貸す人"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="space_orders",
        verbose_name=_("使う人"),
    )
    number = models.CharField(_("予約番号"), max_length=14, unique=True)
    guest_name = models.CharField(_("使う人の名前"), max_length=80)
    guest_email = models.EmailField(_("使う人のメール"), blank=True)
    guest_phone = models.CharField(_("使う人の電話"), max_length=20, blank=True)
    guest_language = models.CharField(_("使う人のことば"), max_length=5, default="ja")
    look_up_hash = models.CharField(max_length=64, blank=True)
    shape = models.CharField(_("形"), max_length=6, choices=Shape, default=Shape.SINGLE)
    source = models.CharField(_("どこから"), max_length=7, choices=Source, default=Source.WEB)
    tier = models.CharField(_("区分"), max_length=8, choices=Tier, default=Tier.OUTSIDE)
    group = models.ForeignKey(
        UserGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    purpose = models.CharField(_("使い道"), max_length=24)
    purpose_note = models.CharField(_("使い道の説明"), max_length=300, blank=True)
    heads = models.PositiveIntegerField(_("人数"), default=1)
    from_outside = models.PositiveIntegerField(_("市外から来る人数"), default=0)
    remote_workers = models.PositiveIntegerField(_("リモートワークをする人数"), default=0)
    way_to_pay = models.CharField(_("支払いの方法"), max_length=10, blank=True)
    repeats = models.JSONField(_("くり返し方"), null=True, blank=True)
    terms = models.ForeignKey(UsageTerms, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    shown = models.JSONField(_("申し込む前に示したこと"), default=dict)
    key = models.UUIDField(unique=True)
    made_at = models.DateTimeField(_("申し込んだ時刻"))
    made_by = who(_("申し込んだ人"))
    forgotten_at = models.DateTimeField(_("名前と連絡先を消した時刻"), null=True, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("予約の申し込み")
        verbose_name_plural = _("予約の申し込み")
        ordering = ["-made_at", "-pk"]
        triggers = [never_deleted("space_order_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False)
                | ~Q(guest_email="")
                | ~Q(guest_phone="")
                | Q(forgotten_at__isnull=False),
                name="space_order_can_be_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.number


@keep_history()
class Booking(models.Model):
    """One space for one period; `period` is what was agreed, buffers stand in `Occupancy` alone.

    Attributes:
        quote: lines of the price as they were agreed (rules_prices), kept when prices change.
        ladder: steps of the cancellation charge as they were agreed.
        ladder_from: the start from which the ladder counts; moving never wins back what was lost (rules_ladders).
        answer_until: an unanswered request or an unpaid hold lapses then.
    """

    class State(models.TextChoices):
        HELD = "held", _("支払いを待っている")
        REQUESTED = "requested", _("返事を待っている")
        CONFIRMED = "confirmed", _("決まった")
        DECLINED = "declined", _("ことわられた")
        LAPSED = "lapsed", _("期限が過ぎた")
        CANCELLED = "cancelled", _("取り消した")
        USED = "used", _("使った")
        NO_SHOW = "no_show", _("来なかった")

    STANDING = ("held", "confirmed", "used", "no_show")
    """States in which the period is taken; a request keeps nobody out until it is accepted (rules_bookings)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="bookings")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="bookings")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="bookings")
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("場所")
    )
    position = models.PositiveSmallIntegerField(_("順"), default=0)
    period = DateTimeRangeField(_("時間"))
    state = models.CharField(_("状態"), max_length=9, choices=State)
    yen = models.PositiveIntegerField(_("料金（円・税込み）"))
    tax_percent = models.PositiveSmallIntegerField(_("消費税率（％）"))
    quote = models.JSONField(_("料金の内訳"))
    ladder = models.JSONField(_("取り消しの決まり"))
    ladder_from = models.DateTimeField(_("取り消しの決まりを数えはじめる時刻"))
    booked_at = models.DateTimeField(_("予約した時刻"))
    answer_until = models.DateTimeField(_("いつまでに"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("決まった時刻"), null=True, blank=True)
    ended_at = models.DateTimeField(_("終わった時刻"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("前日のお知らせをした時刻"), null=True, blank=True)
    note = models.CharField(_("貸す人へのことば"), max_length=300, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("予約")
        verbose_name_plural = _("予約")
        ordering = ["period", "pk"]
        triggers = [never_deleted("booking_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["held", "requested"]) | Q(answer_until__isnull=False),
                name="booking_waits_until_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "used", "no_show"]) | Q(confirmed_at__isnull=False),
                name="booking_confirmed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="booking_has_a_beginning_and_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["space", "state"], name="booking_by_space"),
            models.Index(fields=["host", "state"], name="booking_by_host"),
            models.Index(
                fields=["answer_until"],
                condition=Q(state__in=["held", "requested"]),
                name="booking_waiting",
            ),
            GistIndex(fields=["period"], name="booking_by_period"),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.period.lower:%Y-%m-%d}"

    @property
    def stands(self) -> bool:
        """The period is taken by it."""
        return self.state in self.STANDING


class Block(models.Model):
    """A time the host keeps for himself, or another calendar has taken."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="blocks")
    period = DateTimeRangeField(_("時間"))
    reason = models.CharField(_("理由"), max_length=120)
    feed = models.ForeignKey(
        CalendarFeed, null=True, blank=True, on_delete=models.PROTECT, related_name="blocks"
    )
    feed_uid = models.CharField(max_length=255, blank=True)
    made_at = models.DateTimeField(_("作った時刻"))
    made_by = who(_("作った人"))
    ended_at = models.DateTimeField(_("やめた時刻"), null=True, blank=True)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("使えない時間")
        verbose_name_plural = _("使えない時間")
        ordering = ["period", "pk"]
        triggers = [never_deleted("space_block_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "feed_uid"],
                condition=Q(feed__isnull=False, ended_at__isnull=True),
                name="space_block_of_a_feed_once",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Occupancy(models.Model):
    """One row for each smallest space that something takes, buffers included: no two ever overlap.

    The row goes when what took it goes. A hold carries the moment it ends: whoever comes later removes it first.

    Attributes:
        key: of the order that is just being made; for that moment it stands for the booking that is not there yet.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="occupancies")
    period = DateTimeRangeField(_("時間"))
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.CASCADE, related_name="occupancies"
    )
    block = models.ForeignKey(
        Block, null=True, blank=True, on_delete=models.CASCADE, related_name="occupancies"
    )
    waiting = models.ForeignKey(
        "spaces.WaitingEntry", null=True, blank=True, on_delete=models.CASCADE, related_name="occupancies"
    )
    key = models.UUIDField(null=True, blank=True)
    until = models.DateTimeField(_("いつまでおさえるか"), null=True, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("使われている時間")
        verbose_name_plural = _("使われている時間")
        constraints = [
            ExclusionConstraint(
                name="space_never_taken_twice",
                expressions=[
                    (same("space_id"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, block__isnull=True, waiting__isnull=True, key__isnull=True)
                | Q(booking__isnull=True, block__isnull=False, waiting__isnull=True, key__isnull=True)
                | Q(booking__isnull=True, block__isnull=True, waiting__isnull=False, key__isnull=True)
                | Q(
                    booking__isnull=True,
                    block__isnull=True,
                    waiting__isnull=True,
                    key__isnull=False,
                    until__isnull=False,
                ),
                name="space_taken_by_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="space_taken_until"),
            models.Index(fields=["key"], condition=Q(key__isnull=False), name="space_taken_for_an_order"),
        ]

    def __str__(self) -> str:
        return f"{self.space_id} {self.period}"


class Side(models.TextChoices):
    """On whose side a booking was changed or called off."""

    GUEST = "guest", _("使う人")
    HOST = "host", _("貸す人")
    TOWN = "town", _("市")
    PROGRAM = "program", _("期限が過ぎたため")


class BookingChange(models.Model):
    """What was changed of a booking: from which period and price to which, on whose side, by whom and why."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField(_("何回目"))
    side = models.CharField(_("変えた側"), max_length=7, choices=Side, default=Side.GUEST)
    old_space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    new_space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    old_period = DateTimeRangeField(_("前の時間"))
    new_period = DateTimeRangeField(_("新しい時間"))
    old_yen = models.PositiveIntegerField(_("前の料金（円）"))
    new_yen = models.PositiveIntegerField(_("新しい料金（円）"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    key = models.UUIDField(unique=True)
    at = models.DateTimeField(_("時刻"))
    by = who(_("変えた人"))

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("予約の変更")
        verbose_name_plural = _("予約の変更")
        ordering = ["number"]
        triggers = [append_only("booking_change_append_only")]
        constraints = [models.UniqueConstraint(fields=["booking", "number"], name="booking_change_once")]

    def __str__(self) -> str:
        return f"{self.booking} {self.number}"


class BookingCancellation(models.Model):
    """Who called a booking off, how long before, by which step of the ladder, and what is owed and given back."""

    Side = Side

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="cancellation")
    side = models.CharField(_("取り消した側"), max_length=7, choices=Side)
    reason_code = models.CharField(_("理由の種類"), max_length=24)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    percent = models.PositiveSmallIntegerField(_("取り消し料（％）"))
    yen_owed = models.PositiveIntegerField(_("取り消し料（円）"))
    yen_returned = models.PositiveIntegerField(_("返す額（円）"))
    step = models.JSONField(_("あてはまった段階"))
    key = models.UUIDField(unique=True)
    at = models.DateTimeField(_("時刻"))
    by = who(_("取り消した人"))

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("予約の取り消し")
        verbose_name_plural = _("予約の取り消し")
        ordering = ["-at", "-pk"]
        triggers = [append_only("booking_cancellation_append_only")]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="booking_cancellation_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.booking} {self.side}"


@keep_history()
class WaitingEntry(models.Model):
    """Somebody waits for a period; when it becomes free it is held for him for a while."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待っている")
        OFFERED = "offered", _("空きが出た")
        TAKEN = "taken", _("予約した")
        DECLINED = "declined", _("ことわった")
        LAPSED = "lapsed", _("期限が過ぎた")
        LEFT = "left", _("やめた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="space_waiting"
    )
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="waiting")
    period = DateTimeRangeField(_("時間"))
    heads = models.PositiveIntegerField(_("人数"), default=1)
    purpose = models.CharField(_("使い道"), max_length=24)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(_("申し込んだ時刻"))
    offered_until = models.DateTimeField(_("いつまでおさえるか"), null=True, blank=True)
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="waited"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("空き待ち")
        verbose_name_plural = _("空き待ち")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__isnull=False),
                name="space_waiting_offered_until_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(booking__isnull=False),
                name="space_waiting_taken_by_a_booking",
            ),
            models.UniqueConstraint(
                fields=["person", "space", "period"],
                condition=Q(state__in=["waiting", "offered"]),
                name="space_waiting_once",
            ),
        ]
        indexes = [models.Index(fields=["space", "state", "asked_at"], name="space_waiting_in_turn")]

    def __str__(self) -> str:
        return f"{self.space} {self.period.lower:%Y-%m-%d}"
