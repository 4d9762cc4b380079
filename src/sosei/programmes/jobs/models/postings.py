"""What an employer offers: a posting with every item the law asks for, its shifts, and questions about it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history
from sosei.programmes.jobs.models.employers import Employer, Lodging, Workplace
from sosei.programmes.jobs.models.feed import POSTING_TEXTS, Bigrams, feeds
from sosei.programmes.jobs.querysets import (
    OfPostingQuerySet,
    PostingQuerySet,
    PublicQuerySet,
    QuestionQuerySet,
)


@keep_history()
class Crop(models.Model):
    """A crop or season of the town, by which its harvest calendar goes."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="crops")
    name = models.CharField(_("作物・季節の仕事"), max_length=40)
    name_en = models.CharField(_("作物・季節の仕事（英語）"), max_length=60, blank=True)
    position = models.SmallIntegerField(_("順"), default=0)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("作物・季節の仕事")
        verbose_name_plural = _("作物・季節の仕事")
        ordering = ["position", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="crop_once")]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


@keep_history()
class HarvestNeed(models.Model):
    """How many hands a crop of the town usually needs in a week, by the town's own estimate."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    crop = models.ForeignKey(Crop, on_delete=models.CASCADE, related_name="needs", verbose_name=_("作物"))
    monday = models.DateField(_("週の月曜日"))
    hands = models.PositiveIntegerField(_("必要な人数"))
    source = models.CharField(_("もとにしたもの"), max_length=200)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("収穫に必要な人数")
        verbose_name_plural = _("収穫に必要な人数")
        ordering = ["crop", "monday"]
        constraints = [
            models.UniqueConstraint(fields=["crop", "monday"], name="harvest_need_once_a_week"),
            models.CheckConstraint(condition=Q(monday__iso_week_day=1), name="harvest_need_from_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.crop} {self.monday}: {self.hands}"


@keep_history()
class Posting(models.Model):
    """An offer of work; public from the moment it is published, and then changed by new conditions only."""

    class Mode(models.TextChoices):
        INSTANT = "instant", _("申し込むと決まる")
        SELECTED = "selected", _("雇用主が選ぶ")
        ROUND = "round", _("まとめて割り当てる")

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        PUBLISHED = "published", _("募集中")
        CLOSED = "closed", _("募集終了")

    class PayMethod(models.TextChoices):
        BANK = "bank", _("銀行振込")
        CASH = "cash", _("現金")

    class HalfDay(models.TextChoices):
        NONE = "", _("一日")
        MORNING = "morning", _("午前だけ")
        AFTERNOON = "afternoon", _("午後だけ")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="postings")
    employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, related_name="postings", verbose_name=_("雇用主")
    )
    workplace = models.ForeignKey(
        Workplace,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="postings",
        verbose_name=_("就業場所"),
    )
    lodging = models.ForeignKey(
        Lodging,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="postings",
        verbose_name=_("泊まる場所"),
    )
    crop = models.ForeignKey(
        Crop, null=True, blank=True, on_delete=models.PROTECT, related_name="postings", verbose_name=_("作物")
    )
    round = models.ForeignKey(
        "jobs.Round",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="postings",
        verbose_name=_("割り当ての回"),
    )
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies"
    )
    mode = models.CharField(_("決めかた"), max_length=8, choices=Mode, default=Mode.INSTANT)
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.DRAFT)
    kind = models.CharField(_("仕事の種類"), max_length=24)
    title = models.CharField(_("見出し"), max_length=80)
    title_en = models.CharField(_("見出し（英語）"), max_length=120, blank=True)
    duties = models.TextField(_("仕事の内容"), blank=True)
    duties_en = models.TextField(_("仕事の内容（英語）"), blank=True)
    duties_scope = models.TextField(_("仕事の内容の変更の範囲"), blank=True)
    place_scope = models.TextField(_("就業場所の変更の範囲"), blank=True)
    term = models.CharField(_("契約の期間"), max_length=200, blank=True)
    renewal = models.CharField(_("契約の更新と、その基準・上限"), max_length=300, blank=True)
    trial_period = models.CharField(_("試用期間"), max_length=200, blank=True)
    holidays = models.CharField(_("休日"), max_length=200, blank=True)
    has_overtime = models.BooleanField(_("時間外の仕事がある"), null=True, blank=True)
    hourly_wage = models.PositiveIntegerField(_("時給（円）"), null=True, blank=True)
    commuting_yen = models.PositiveIntegerField(_("1日の交通費（円）"), default=0)
    fixed_overtime = models.CharField(
        _("固定残業代（額・時間・超えた分の支払い）"), max_length=300, blank=True
    )
    pay_method = models.CharField(
        _("賃金の支払いかた"), max_length=4, choices=PayMethod, default=PayMethod.BANK
    )
    pay_closing = models.CharField(_("賃金の締め切り"), max_length=80, blank=True)
    pay_day = models.CharField(_("賃金の支払日"), max_length=80, blank=True)
    raise_and_bonus = models.CharField(_("昇給・賞与・退職手当"), max_length=200, blank=True)
    insurance = models.CharField(_("社会保険・労働保険"), max_length=300, blank=True)
    min_age = models.PositiveSmallIntegerField(_("年齢の下限"), null=True, blank=True)
    age_reason = models.CharField(_("年齢を限る理由"), max_length=200, blank=True)
    is_hazardous = models.BooleanField(_("18歳未満ができない仕事"), default=False)
    licences = ArrayField(
        models.CharField(max_length=24), verbose_name=_("必要な資格"), default=list, blank=True
    )
    skills = ArrayField(
        models.CharField(max_length=24), verbose_name=_("役に立つ経験"), default=list, blank=True
    )
    half_day = models.CharField(_("一日か半日か"), max_length=9, choices=HalfDay, blank=True)
    whole_series = models.BooleanField(_("すべての日に来られる人だけ"), default=False)
    meals = models.CharField(_("食事"), max_length=200, blank=True)
    transport = models.CharField(_("送り迎え・駐車場"), max_length=200, blank=True)
    belongings = models.CharField(_("持ち物・服装"), max_length=300, blank=True)
    rain = models.CharField(_("雨の日のあつかい"), max_length=300, blank=True)
    cancellation_grounds = ArrayField(
        models.CharField(max_length=40), verbose_name=_("雇用主が解約できる事由"), default=list, blank=True
    )
    ending = models.CharField(_("退職・解雇に関すること"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("作った時刻"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(_("公開した時刻"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("内容を最後に確かめた時刻"), null=True, blank=True)
    closes_at = models.DateTimeField(_("申し込みの締め切り"), null=True, blank=True)
    closed_at = models.DateTimeField(_("募集を終えた時刻"), null=True, blank=True)
    closed_because = models.CharField(_("募集を終えた理由"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("求人")
        verbose_name_plural = _("求人")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(~Q(state="draft"), published_at__isnull=False),
                name="posting_published_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | Q(~Q(state="closed"), closed_at__isnull=True),
                name="posting_closed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(workplace__isnull=False, hourly_wage__isnull=False),
                name="posting_published_with_place_and_wage",
            ),
        ]
        triggers = [feeds("posting", "id", "posting_feeds_search")]
        indexes = [
            models.Index(fields=["municipality", "state", "-published_at"], name="posting_by_town"),
            GinIndex(Bigrams(*POSTING_TEXTS), name="posting_words"),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def is_open(self) -> bool:
        """Published and not closed."""
        return self.state == self.State.PUBLISHED


@keep_history(exclude=("taken",))
class Shift(models.Model):
    """One period of work of a posting, with its places; the database refuses one person too many."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("求人")
    )
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    break_minutes = models.PositiveSmallIntegerField(_("休憩（分）"), default=0)
    capacity = models.PositiveSmallIntegerField(_("人数"))
    taken = models.PositiveSmallIntegerField(_("決まった人数"), default=0)
    called_off_at = models.DateTimeField(_("取りやめた時刻"), null=True, blank=True)

    objects = OfPostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("勤務日")
        verbose_name_plural = _("勤務日")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="shift_never_too_many"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"
            ),
        ]
        triggers = [feeds("posting", "posting_id", "shift_feeds_search")]
        indexes = [models.Index(fields=["municipality", "starts_at"], name="shift_by_town")]

    def __str__(self) -> str:
        return f"{self.posting} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def free(self) -> int:
        """Places still open."""
        return 0 if self.called_off_at else self.capacity - self.taken


class Question(models.Model):
    """A question about a posting before applying, and the employer's answer, which all may read."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="questions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="job_questions", verbose_name=_("人")
    )
    text = models.TextField(_("質問"))
    asked_at = models.DateTimeField(_("たずねた時刻"))
    answer = models.TextField(_("答え"), blank=True)
    answered_at = models.DateTimeField(_("答えた時刻"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("求人への質問")
        verbose_name_plural = _("求人への質問")
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]
