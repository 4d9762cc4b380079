"""Who asks for which posting: applications, friends who apply together, and rounds that fill many places at once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history
from sosei.programmes.jobs.models.employers import Employer
from sosei.programmes.jobs.models.postings import Posting, Shift
from sosei.programmes.jobs.querysets import (
    DealQuerySet,
    OutcomeQuerySet,
    PublicQuerySet,
    ResultQuerySet,
    RoundQuerySet,
)


@keep_history()
class Round(models.Model):
    """Many postings filled at once: applications until a day, one published lottery, one stable assignment."""

    class State(models.TextChoices):
        OPEN = "open", _("受付中")
        DRAWN = "drawn", _("割り当てた（確認中）")
        PUBLISHED = "published", _("発表した")

    class Method(models.TextChoices):
        STABLE = "stable", _("安定な割り当て")
        TOTAL_VALUE = "total_value", _("合計の適合度が最大の割り当て")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="job_rounds")
    name = models.CharField(_("名前"), max_length=80)
    name_en = models.CharField(_("名前（英語）"), max_length=120, blank=True)
    method = models.CharField(_("方法"), max_length=11, choices=Method, default=Method.STABLE)
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.OPEN)
    opens_at = models.DateTimeField(_("受付の始まり"))
    closes_at = models.DateTimeField(_("受付の終わり"))
    max_wishes = models.PositiveSmallIntegerField(_("希望の数の上限"), default=5)
    seed = models.CharField(_("抽選の種"), max_length=64, blank=True)
    seed_digest = models.CharField(_("抽選の種のハッシュ（受付の前に公開）"), max_length=64)
    published_at = models.DateTimeField(_("発表した時刻"), null=True, blank=True)
    created_at = models.DateTimeField(_("作った時刻"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("割り当ての回")
        verbose_name_plural = _("割り当ての回")
        ordering = ["-closes_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="round_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | Q(~Q(state="published"), published_at__isnull=True),
                name="round_published_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


@keep_history()
class RoundCap(models.Model):
    """At most so many workers for a region in a round: a node of the region's tree."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="caps")
    region = models.CharField(_("地域（全国地方公共団体コード、県は2けた）"), max_length=5)
    name = models.CharField(_("地域の名前"), max_length=80)
    cap = models.PositiveIntegerField(_("人数の上限"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("地域の上限")
        verbose_name_plural = _("地域の上限")
        ordering = ["region", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "region"], name="round_cap_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.cap}"


class Group(models.Model):
    """Friends who apply together: all of them or none."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="job_groups",
        verbose_name=_("まとめる人"),
    )
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="groups")
    code = models.CharField(_("合い言葉"), max_length=12, unique=True)
    size = models.PositiveSmallIntegerField(_("人数"))
    made_at = models.DateTimeField(_("作った時刻"))

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("いっしょに申し込む人たち")
        verbose_name_plural = _("いっしょに申し込む人たち")

    def __str__(self) -> str:
        return self.code


@keep_history()
class Application(models.Model):
    """A person's wish to work on shifts of a posting; what the employer may know of the person stands in it."""

    class State(models.TextChoices):
        APPLIED = "applied", _("申し込んだ")
        WAITING = "waiting", _("順番待ち")
        OFFERED = "offered", _("声がかかった（返事待ち）")
        CONTRACTED = "contracted", _("決まった")
        REFUSED = "refused", _("選ばれなかった")
        WITHDRAWN = "withdrawn", _("取り下げた")
        LAPSED = "lapsed", _("期限が過ぎた")

    LIVE = ("applied", "waiting", "offered", "contracted")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="job_applications")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="applications")
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, related_name="applications", verbose_name=_("求人")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="job_applications",
        verbose_name=_("人"),
    )
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.APPLIED)
    rank = models.PositiveSmallIntegerField(_("希望の順"), null=True, blank=True)
    needs_lodging = models.BooleanField(_("泊まる場所がいる"), default=False)
    message = models.TextField(_("雇用主へのことば"), blank=True)
    shown_name = models.CharField(_("名前"), max_length=120)
    shown_kana = models.CharField(_("読みかた"), max_length=120, blank=True)
    shown_about = models.TextField(_("自己紹介"), blank=True)
    shown_skills = models.JSONField(_("経験と資格"), default=dict)
    fit = models.IntegerField(_("適合度"), null=True, blank=True)
    applied_at = models.DateTimeField(_("申し込んだ時刻"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    queued_at = models.DateTimeField(_("順番待ちに入った時刻"), null=True, blank=True)
    offer_ends_at = models.DateTimeField(_("返事の期限"), null=True, blank=True)
    # Shift.taken and LodgingNight.taken count these places already, so that nobody passes who asks meanwhile.
    holds_places = models.BooleanField(_("返事を待つ間、場所を空けてある"), default=False)
    decided_at = models.DateTimeField(_("決まった時刻"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("申し込み")
        verbose_name_plural = _("申し込み")
        ordering = ["applied_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["posting", "person"],
                condition=Q(state__in=["applied", "waiting", "offered", "contracted"]),
                name="application_once_a_posting",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offer_ends_at__isnull=False) | ~Q(state="offered"),
                name="application_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(holds_places=False) | Q(state="offered"),
                name="application_holds_places_while_offered",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queued_at__isnull=False),
                name="application_waits_since_a_time",
            ),
        ]
        indexes = [models.Index(fields=["posting", "state", "queued_at", "id"], name="application_queue")]

    def __str__(self) -> str:
        return f"{self.shown_name}: {self.posting}"


class ApplicationShift(models.Model):
    """One shift that an application asks for."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="wanted")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="wanted_by")

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("申し込んだ日")
        verbose_name_plural = _("申し込んだ日")
        ordering = ["shift__starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "shift"], name="application_shift_once")
        ]

    def __str__(self) -> str:
        return str(self.shift)


class RoundRun(models.Model):
    """One computation of a round: what went in (its digest), what came out, and why it was made again."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveSmallIntegerField(_("何回目か"))
    digest = models.CharField(_("入力のハッシュ"), max_length=64)
    summary = models.JSONField(_("まとめ"), default=dict)
    reason = models.CharField(_("理由"), max_length=300)
    made_at = models.DateTimeField(_("計算した時刻"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("割り当ての計算")
        verbose_name_plural = _("割り当ての計算")
        ordering = ["number"]
        triggers = [append_only("round_run_append_only")]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="round_run_once")]

    def __str__(self) -> str:
        return f"{self.round} {self.number}"


class RoundOutcome(models.Model):
    """What a run gave one person, and the reason as a code with its figures."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(RoundRun, on_delete=models.PROTECT, related_name="outcomes")
    posting = models.ForeignKey(Posting, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.PROTECT, related_name="outcomes"
    )
    lottery = models.BigIntegerField(_("抽選の番号"))
    reason = models.CharField(_("理由"), max_length=40)
    figures = models.JSONField(_("理由の数字"), default=dict)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("割り当ての結果")
        verbose_name_plural = _("割り当ての結果")
        triggers = [append_only("round_outcome_append_only")]
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="round_outcome_once")]

    def __str__(self) -> str:
        return self.reason
