"""Prices of a space: dated lists of items; the list in force on the day of use counts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history
from sosei.programmes.spaces.models.columns import who
from sosei.programmes.spaces.models.hosts import Host
from sosei.programmes.spaces.models.listings import Space
from sosei.programmes.spaces.querysets import OfSpaceQuerySet
from sosei.programmes.spaces.search_triggers import index_by


@keep_history()
class PriceList(models.Model):
    """What a space costs from a day on, until the next list begins.

    Attributes:
        combine: hours, slots, days and packages may stand together in one booking; else it has one kind of them.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="price_lists")
    valid_from = models.DateField(_("いつから"))
    combine = models.BooleanField(_("ちがう種類の料金を組み合わせる"), default=True)
    ordinance = models.CharField(_("根拠の条例など"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("作った時刻"))
    made_by = who(_("作った人"))

    objects = OfSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("料金表")
        verbose_name_plural = _("料金表")
        ordering = ["-valid_from", "pk"]
        triggers = [index_by("space_index_by_list")]
        constraints = [
            models.UniqueConstraint(fields=["space", "valid_from"], name="space_price_list_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.valid_from}"


class PriceItem(models.Model):
    """A price: an hour, a slot of the day, a day, or a package of hours; tax included.

    Attributes:
        season_from, season_until: month and day as a number (1231 is 31 December), both in it; may go over the new year.
        minutes: length of a package; of hours, the least that is charged.
    """

    class Kind(models.TextChoices):
        HOUR = "hour", _("1時間")
        SLOT = "slot", _("時間帯")
        DAY = "day", _("1日")
        PACKAGE = "package", _("パック")

    class Tier(models.TextChoices):
        ALL = "all", _("だれでも")
        RESIDENT = "resident", _("市内")
        OUTSIDE = "outside", _("市外")

    class Days(models.TextChoices):
        ALL = "all", _("毎日")
        WEEKDAY = "weekday", _("平日")
        OFF = "off", _("土日・祝日")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("種類"), max_length=7, choices=Kind)
    name = models.CharField(_("名前"), max_length=60, blank=True)
    name_en = models.CharField(_("名前（英語）"), max_length=60, blank=True)
    tier = models.CharField(_("区分"), max_length=8, choices=Tier, default=Tier.ALL)
    days = models.CharField(_("曜日"), max_length=7, choices=Days, default=Days.ALL)
    season_from = models.PositiveSmallIntegerField(_("季節の始まり（月日）"), null=True, blank=True)
    season_until = models.PositiveSmallIntegerField(_("季節の終わり（月日）"), null=True, blank=True)
    opens = models.PositiveSmallIntegerField(_("始まり（0時からの分）"), default=0)
    closes = models.PositiveSmallIntegerField(_("終わり（0時からの分）"), default=1440)
    minutes = models.PositiveIntegerField(_("パックの長さ、または最低の時間（分）"), null=True, blank=True)
    yen = models.PositiveIntegerField(_("料金（円・税込み）"))
    position = models.PositiveSmallIntegerField(_("順"), default=0)

    objects = OfSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("料金")
        verbose_name_plural = _("料金")
        ordering = ["position", "pk"]
        triggers = [index_by("space_index_by_price")]
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="space_price_goes_on"),
            models.CheckConstraint(
                condition=~Q(kind="package") | Q(minutes__gt=0), name="space_package_has_a_length"
            ),
            models.CheckConstraint(
                condition=Q(season_from__isnull=True, season_until__isnull=True)
                | Q(season_from__isnull=False, season_until__isnull=False),
                name="space_price_season_whole_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.yen}"


@keep_history()
class Extra(models.Model):
    """Something that can be added to a booking: a projector, heating, a cleaning."""

    class Per(models.TextChoices):
        BOOKING = "booking", _("1回の予約")
        HOUR = "hour", _("1時間")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="extras")
    name = models.CharField(_("名前"), max_length=60)
    name_en = models.CharField(_("名前（英語）"), max_length=60, blank=True)
    per = models.CharField(_("単位"), max_length=7, choices=Per)
    yen = models.PositiveIntegerField(_("料金（円・税込み）"))
    ended_at = models.DateTimeField(_("使わなくなった時刻"), null=True, blank=True)

    objects = OfSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("追加の料金")
        verbose_name_plural = _("追加の料金")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name
