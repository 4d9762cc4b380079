"""Lotteries for public rooms, months ahead: announced with the digest of a seed, drawn once, confirmed or lapsing."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history, never_deleted
from sosei.programmes.spaces.models.bookings import Booking
from sosei.programmes.spaces.models.columns import who
from sosei.programmes.spaces.models.hosts import Host, UserGroup
from sosei.programmes.spaces.models.listings import Space
from sosei.programmes.spaces.querysets import DealQuerySet, PublicQuerySet


@keep_history(exclude=("sealed_seed",))
class Lottery(models.Model):
    """A draw of periods of a month among those who entered.

    Attributes:
        seed_digest: SHA-256 of the seed, published before anybody enters.
        sealed_seed: the seed until it is drawn; `seed` shows it afterwards, so that everybody can draw again.
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("お知らせ中")
        DRAWN = "drawn", _("抽選ずみ")
        CLOSED = "closed", _("終わった")
        CALLED_OFF = "called_off", _("取りやめた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="space_lotteries")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="lotteries")
    title = models.CharField(_("名前"), max_length=80)
    title_en = models.CharField(_("名前（英語）"), max_length=80, blank=True)
    spaces = models.ManyToManyField(Space, through="spaces.LotterySpace", related_name="lotteries")
    use_from = models.DateField(_("使う期間の始まり"))
    use_until = models.DateField(_("使う期間の終わり"))
    enter_from = models.DateTimeField(_("申し込みの始まり"))
    enter_until = models.DateTimeField(_("申し込みの終わり"))
    draw_at = models.DateTimeField(_("抽選の時刻"))
    confirm_until = models.DateTimeField(_("当たった人が決める期限"))
    residents_first = models.BooleanField(_("市内の人を先に"), default=True)
    max_entries = models.PositiveSmallIntegerField(_("1人が申し込める数"), default=5)
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.ANNOUNCED)
    seed_digest = models.CharField(_("種の要約（SHA-256）"), max_length=64)
    sealed_seed = models.CharField(max_length=64)
    seed = models.CharField(_("種"), max_length=64, blank=True)
    drawn_at = models.DateTimeField(_("抽選した時刻"), null=True, blank=True)
    made_at = models.DateTimeField(_("作った時刻"))
    made_by = who(_("作った人"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽選")
        verbose_name_plural = _("抽選")
        ordering = ["-use_from", "pk"]
        triggers = [never_deleted("space_lottery_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    use_from__lte=F("use_until"),
                    enter_from__lt=F("enter_until"),
                    enter_until__lte=F("draw_at"),
                    draw_at__lt=F("confirm_until"),
                ),
                name="space_lottery_in_order",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, seed="") | (Q(drawn_at__isnull=False) & ~Q(seed="")),
                name="space_lottery_drawn_shows_its_seed",
            ),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title


class LotterySpace(models.Model):
    """A space that is drawn for in a lottery."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    lottery = models.ForeignKey(Lottery, on_delete=models.PROTECT, related_name="places")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽選する場所")
        verbose_name_plural = _("抽選する場所")
        constraints = [models.UniqueConstraint(fields=["lottery", "space"], name="space_lottery_place_once")]

    def __str__(self) -> str:
        return f"{self.lottery} {self.space}"


@keep_history()
class LotteryEntry(models.Model):
    """Somebody's wish in a lottery; its number is public, its person is not."""

    class State(models.TextChoices):
        ENTERED = "entered", _("申し込んだ")
        WITHDRAWN = "withdrawn", _("取り下げた")
        WON = "won", _("当たった")
        LOST = "lost", _("外れた")
        CONFIRMED = "confirmed", _("予約した")
        LAPSED = "lapsed", _("期限が過ぎた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="lottery_entries"
    )
    lottery = models.ForeignKey(Lottery, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(_("番号"))
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    period = DateTimeRangeField(_("時間"))
    tier = models.CharField(_("区分"), max_length=8, choices=UserGroup.Tier)
    group = models.ForeignKey(UserGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("使い道"), max_length=24)
    heads = models.PositiveIntegerField(_("人数"), default=1)
    rank = models.PositiveSmallIntegerField(_("希望の順"), default=1)
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.ENTERED)
    place = models.PositiveIntegerField(_("抽選の順番"), null=True, blank=True)
    outcome = models.JSONField(_("結果の理由"), null=True, blank=True)
    entered_at = models.DateTimeField(_("申し込んだ時刻"))
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="lottery_entry"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽選の申し込み")
        verbose_name_plural = _("抽選の申し込み")
        ordering = ["number"]
        triggers = [never_deleted("space_lottery_entry_never_deleted")]
        constraints = [
            models.UniqueConstraint(fields=["lottery", "number"], name="space_lottery_entry_number"),
            models.UniqueConstraint(
                fields=["lottery", "person", "space", "period"],
                condition=~Q(state="withdrawn"),
                name="space_lottery_entry_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lottery} {self.number}"


class LotteryDraw(models.Model):
    """That a lottery was drawn: once, from which list, with which outcome."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    lottery = models.OneToOneField(Lottery, on_delete=models.PROTECT, related_name="draw")
    entries_digest = models.CharField(_("申し込みの一覧の要約（SHA-256）"), max_length=64)
    method = models.CharField(_("方法の版"), max_length=20)
    results = models.JSONField(_("番号ごとの結果"))
    at = models.DateTimeField(_("時刻"))
    by = who(_("抽選した人"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽選の結果")
        verbose_name_plural = _("抽選の結果")
        triggers = [append_only("space_lottery_draw_append_only")]

    def __str__(self) -> str:
        return str(self.lottery)
