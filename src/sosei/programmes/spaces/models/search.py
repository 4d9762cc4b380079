"""What the search reads of a published space in one narrow row, kept by triggers of the database."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.programmes.spaces.models.hosts import Host
from sosei.programmes.spaces.models.listings import Space
from sosei.programmes.spaces.querysets import PublicQuerySet
from sosei.programmes.spaces.search_triggers import index_of_itself


class SpaceIndex(models.Model):
    """A published space as the search compares it; kept by triggers (`search_triggers.py`), never by hand.

    Attributes:
        uses, equipment: bits of `kinds`.
        tree: keys of itself and of all spaces in it: it is free when none of them is taken.
        open: a number for each weekday and then for each weekday that is a holiday, whose bits are the hours of the day
            in which some of it can be booked.
        prices: least prices of all lists in force or to come; what each of the twelve is stands in `search_triggers`. From
            them comes a price below which no booking of a length can be.
        name: the names, folded as words of a search are.
    """

    space = models.OneToOneField(Space, primary_key=True, on_delete=models.CASCADE, related_name="found_as")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    uses = models.BigIntegerField(_("使い道"))
    equipment = models.BigIntegerField(_("設備"))
    latitude = models.FloatField(_("緯度"))
    longitude = models.FloatField(_("経度"))
    seats = models.PositiveIntegerField(_("定員（人）"))
    min_minutes = models.PositiveIntegerField(_("いちばん短い利用（分）"))
    max_minutes = models.PositiveIntegerField(_("いちばん長い利用（分）"))
    notice_minutes = models.PositiveIntegerField(_("何分前まで予約できるか"))
    buffer_before = models.PositiveSmallIntegerField(_("前に空ける時間（分）"))
    buffer_after = models.PositiveSmallIntegerField(_("後に空ける時間（分）"))
    step_minutes = models.PositiveSmallIntegerField(_("予約のきざみ（分）"))
    horizon_days = models.PositiveSmallIntegerField(_("何日先まで予約できるか"))
    horizon_days_outside = models.PositiveSmallIntegerField(_("市外の人は何日先まで予約できるか"))
    overnight = models.BooleanField(_("夜どおし使える"))
    closed_on_holidays = models.BooleanField(_("祝日は休み"))
    residents_only = models.BooleanField(_("市内に住む・勤める・通う人だけ"))
    by_lottery = models.BooleanField(_("先に抽選をする"))
    step_free = models.BooleanField(_("段差がない"))
    kind = models.CharField(_("種類"), max_length=8)
    tree = ArrayField(models.BigIntegerField(), verbose_name=_("この場所とその中の場所"))
    open = ArrayField(models.IntegerField(), verbose_name=_("予約できる時間"))
    prices = ArrayField(models.IntegerField(), verbose_name=_("いちばん安い料金"))
    name = models.CharField(_("名前"), max_length=200)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("場所の索引")
        verbose_name_plural = _("場所の索引")
        triggers = [index_of_itself()]
        # In the two orders in which most searches show them, so that few rows are read.
        indexes = [
            models.Index(fields=["municipality", "-space"], name="space_index_newest"),
            models.Index(fields=["municipality", "seats", "-space"], name="space_index_by_seats"),
        ]

    def __str__(self) -> str:
        return self.name
