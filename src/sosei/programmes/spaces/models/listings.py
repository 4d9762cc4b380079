"""Spaces as they are listed: what they are, when they are open, when they can be booked, and their pictures."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.core.records.models import Attachment
from sosei.programmes.spaces.models.columns import latitude, longitude, who
from sosei.programmes.spaces.models.hosts import Host
from sosei.programmes.spaces.querysets import BusinessQuerySet, OfSpaceQuerySet, PublicQuerySet, SpaceQuerySet
from sosei.programmes.spaces.search_triggers import index_by, index_of_space, words_of_space

MINUTES = _("分")


@keep_history()
class Ladder(models.Model):
    """Steps of a cancellation charge: a preset of the program (no host) or a host's own.

    `steps` is a list of {"days": n, "percent": p} or {"hours": n, "percent": p}: who cancels until then owes p percent;
    the last, {"percent": p}, holds after all of them. `as_rules` reads it.
    """

    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    host = models.ForeignKey(Host, null=True, blank=True, on_delete=models.PROTECT, related_name="ladders")
    code = models.CharField(_("記号"), max_length=20)
    name = models.CharField(_("名前"), max_length=80)
    name_en = models.CharField(_("名前（英語）"), max_length=80, blank=True)
    free_after_booking_hours = models.PositiveSmallIntegerField(
        _("予約してから無料で取り消せる時間"), default=0
    )
    free_needs_days = models.PositiveSmallIntegerField(
        _("無料で取り消せるのは、使う日の何日前までの予約か"), default=0
    )
    steps = models.JSONField(_("段階"))
    ended_at = models.DateTimeField(_("使わなくなった時刻"), null=True, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("取り消しの決まり")
        verbose_name_plural = _("取り消しの決まり")
        ordering = ["pk"]
        triggers = [never_deleted("space_ladder_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "code"], name="space_ladder_code_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(host__isnull=True, municipality__isnull=True)
                | Q(host__isnull=False, municipality__isnull=False),
                name="space_ladder_of_a_host_in_a_town",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


@keep_history(exclude=("words",))
class Space(models.Model):
    """A place that can be booked; a hall that contains rooms is the parent of its rooms.

    The smallest spaces are those without parts: what is taken is noted for them alone (`Occupancy`).
    """

    class Kind(models.TextChoices):
        DESK = "desk", _("机・席")
        ROOM = "room", _("部屋")
        HALL = "hall", _("ホール")
        KITCHEN = "kitchen", _("台所")
        SHOP = "shop", _("店")
        OUTDOOR = "outdoor", _("屋外")

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        ASKED = "asked", _("確認を待っている")
        PUBLISHED = "published", _("公開中")
        REFUSED = "refused", _("公開できない")
        CLOSED = "closed", _("終わった")

    class Way(models.TextChoices):
        INSTANT = "instant", _("すぐに決まる")
        REQUEST = "request", _("貸す人が返事をする")

    class StepFree(models.TextChoices):
        UNKNOWN = "", _("わからない")
        YES = "yes", _("段差がない")
        PARTLY = "partly", _("一部に段差がある")
        NO = "no", _("段差がある")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="spaces")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="spaces", verbose_name=_("貸す人"))
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        verbose_name=_("この場所をふくむホール"),
    )
    kind = models.CharField(_("種類"), max_length=8, choices=Kind)
    name = models.CharField(_("名前"), max_length=80)
    name_en = models.CharField(_("名前（英語）"), max_length=80, blank=True)
    about = models.TextField(_("紹介"), blank=True)
    about_en = models.TextField(_("紹介（英語）"), blank=True)
    official_id = models.CharField(_("公共施設の番号"), max_length=40, blank=True)
    postcode = models.CharField(_("郵便番号"), max_length=7, blank=True)
    address = models.CharField(_("住所"), max_length=200)
    latitude = latitude()
    longitude = longitude()
    access = models.CharField(_("行きかた"), max_length=300, blank=True)
    floor = models.CharField(_("階"), max_length=20, blank=True)
    area_m2 = models.DecimalField(_("広さ（㎡）"), max_digits=8, decimal_places=2, null=True, blank=True)
    seats = models.PositiveIntegerField(_("定員（人）"))
    equipment = ArrayField(models.CharField(max_length=24), verbose_name=_("設備"), default=list, blank=True)
    out_of_order = ArrayField(
        models.CharField(max_length=24), verbose_name=_("いま使えない設備"), default=list, blank=True
    )
    uses = ArrayField(models.CharField(max_length=24), verbose_name=_("使い道"), default=list, blank=True)
    rules = models.TextField(_("きまり"), blank=True)
    rules_en = models.TextField(_("きまり（英語）"), blank=True)
    step_free = models.CharField(_("段差"), max_length=6, choices=StepFree, blank=True)
    step_free_note = models.CharField(_("段差・トイレなどの説明"), max_length=300, blank=True)
    way = models.CharField(_("予約の決まり方"), max_length=7, choices=Way, default=Way.INSTANT)
    by_lottery = models.BooleanField(_("先に抽選をする"), default=False)
    residents_only = models.BooleanField(_("市内に住む・勤める・通う人だけ"), default=False)
    overnight = models.BooleanField(_("夜どおし使える"), default=False)
    lodging_permit = models.CharField(
        _("旅館業などの許可番号（泊まれる場所だけ）"), max_length=60, blank=True
    )
    buffer_before = models.PositiveSmallIntegerField(_("前に空ける時間（分）"), default=0)
    buffer_after = models.PositiveSmallIntegerField(_("後に空ける時間（分）"), default=0)
    step_minutes = models.PositiveSmallIntegerField(_("予約のきざみ（分）"), default=30)
    min_minutes = models.PositiveIntegerField(_("いちばん短い利用（分）"), default=60)
    max_minutes = models.PositiveIntegerField(_("いちばん長い利用（分）"), null=True, blank=True)
    notice_minutes = models.PositiveIntegerField(_("何分前まで予約できるか"), default=0)
    horizon_days = models.PositiveSmallIntegerField(_("何日先まで予約できるか"), default=90)
    horizon_days_outside = models.PositiveSmallIntegerField(
        _("市外の人は何日先まで予約できるか"), null=True, blank=True
    )
    closed_on_holidays = models.BooleanField(_("祝日は休み"), default=False)
    ladder = models.ForeignKey(
        Ladder, on_delete=models.PROTECT, related_name="spaces", verbose_name=_("取り消しの決まり")
    )
    ways_to_pay = ArrayField(
        models.CharField(max_length=10), verbose_name=_("支払いの方法"), default=list, blank=True
    )
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(_("公開した時刻"), null=True, blank=True)
    decided_at = models.DateTimeField(_("決めた時刻"), null=True, blank=True)
    decided_by = who(_("決めた人"))
    decision_reason = models.CharField(_("決めた理由"), max_length=300, blank=True)
    words = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)
    made_at = models.DateTimeField(_("作った時刻"))

    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("場所")
        verbose_name_plural = _("場所")
        ordering = ["name", "pk"]
        triggers = [words_of_space(), index_of_space()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="space_published_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="space_never_its_own_part"),
            models.CheckConstraint(
                condition=Q(step_minutes__gt=0, min_minutes__gt=0), name="space_time_goes_on"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "state"], name="space_by_town"),
            GinIndex(fields=["words"], name="space_words"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def is_published(self) -> bool:
        """Everybody finds it."""
        return self.state == self.State.PUBLISHED


class SpacePhoto(models.Model):
    """A picture or a floor plan of a space, with what it shows for those who do not see it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="photos")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    shows = models.CharField(_("写っているもの"), max_length=200)
    is_plan = models.BooleanField(_("間取り図"), default=False)
    position = models.PositiveSmallIntegerField(_("順"), default=0)

    objects = OfSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("場所の写真")
        verbose_name_plural = _("場所の写真")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.shows


class OpeningHour(models.Model):
    """When a space is open, or can be booked, on a day of the week; after midnight counts on (26:00 is 1560).

    Rows from a day or until a day are a season: on its days its week alone holds. Of several seasons the one that begins
    last does, and of those the one that ends first (`as_rules.seasons_of`; the search says the same in SQL).
    """

    class Kind(models.TextChoices):
        OPENING = "opening", _("開いている時間")
        BOOKABLE = "bookable", _("予約できる時間")

    class Day(models.IntegerChoices):
        MONDAY = 0, _("月曜日")
        TUESDAY = 1, _("火曜日")
        WEDNESDAY = 2, _("水曜日")
        THURSDAY = 3, _("木曜日")
        FRIDAY = 4, _("金曜日")
        SATURDAY = 5, _("土曜日")
        SUNDAY = 6, _("日曜日")
        HOLIDAY = 7, _("祝日")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="hours")
    kind = models.CharField(_("種類"), max_length=8, choices=Kind)
    day = models.PositiveSmallIntegerField(_("曜日"), choices=Day)
    opens = models.PositiveSmallIntegerField(_("始まり（0時からの分）"))
    closes = models.PositiveSmallIntegerField(_("終わり（0時からの分）"))
    valid_from = models.DateField(_("いつから"), null=True, blank=True)
    valid_until = models.DateField(_("いつまで"), null=True, blank=True)

    objects = OfSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("時間")
        verbose_name_plural = _("時間")
        ordering = ["kind", "day", "opens", "pk"]
        triggers = [index_by("space_index_by_hours")]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes"), closes__lte=2880) & Q(opens__lt=1440),
                name="space_hour_goes_on",
            ),
            models.CheckConstraint(condition=Q(day__lte=7), name="space_hour_on_a_day"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_from__lte=F("valid_until")),
                name="space_hour_of_a_season_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["space"],
                condition=Q(valid_from__isnull=False) | Q(valid_until__isnull=False),
                name="space_hour_of_a_season",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_day_display()} {self.opens // 60}:{self.opens % 60:02}"


class Closure(models.Model):
    """Days on which a space, or all spaces of a host, stay shut."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="closures")
    space = models.ForeignKey(Space, null=True, blank=True, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField(_("最初の日"))
    last_day = models.DateField(_("最後の日"))
    reason = models.CharField(_("理由"), max_length=120)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("休みの日")
        verbose_name_plural = _("休みの日")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="space_closure_goes_on")
        ]

    def __str__(self) -> str:
        return f"{self.first_day} {self.reason}"


@keep_history(exclude=("read_at", "tried_at"))
class CalendarFeed(models.Model):
    """Another calendar (iCal) whose events close a space here: always told as late, never the guard."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="feeds")
    name = models.CharField(_("名前"), max_length=80)
    address = models.URLField(_("アドレス"), max_length=500)
    read_at = models.DateTimeField(_("最後に読めた時刻"), null=True, blank=True)
    tried_at = models.DateTimeField(_("最後に読もうとした時刻"), null=True, blank=True)
    problem = models.CharField(_("読めない理由"), max_length=300, blank=True)
    clashes = models.JSONField(_("こちらの予約とぶつかった予定"), default=list, blank=True)
    ended_at = models.DateTimeField(_("使わなくなった時刻"), null=True, blank=True)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("取り込むカレンダー")
        verbose_name_plural = _("取り込むカレンダー")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class CalendarLink(models.Model):
    """A secret address under which a space's bookings are read as iCal; replaced, never changed."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="calendar_links")
    secret = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField(_("作った時刻"))
    ended_at = models.DateTimeField(_("使えなくした時刻"), null=True, blank=True)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("出すカレンダー")
        verbose_name_plural = _("出すカレンダー")
        constraints = [
            models.UniqueConstraint(
                fields=["space"], condition=Q(ended_at__isnull=True), name="space_calendar_link_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return str(self.space)
