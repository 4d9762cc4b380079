"""What the search rests on: a town's weights, and the feed of changes that keeps the arrays in step."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history
from sosei.programmes.jobs.querysets import NobodysQuerySet, PublicQuerySet

PARTS = ("skills", "kinds", "wage", "distance", "lodging", "half_days", "desk")
"""What a fit is made of, in the engine's order."""


@keep_history()
class FitWeights(models.Model):
    """How much each part counts in a town's order of results; public, with the reason."""

    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT, related_name="fit_weights")
    skills = models.PositiveSmallIntegerField(_("経験"), default=200)
    kinds = models.PositiveSmallIntegerField(_("したい仕事"), default=200)
    wage = models.PositiveSmallIntegerField(_("時給"), default=150)
    distance = models.PositiveSmallIntegerField(_("近さ"), default=200)
    lodging = models.PositiveSmallIntegerField(_("泊まる場所と食事"), default=100)
    half_days = models.PositiveSmallIntegerField(_("半日の仕事"), default=75)
    desk = models.PositiveSmallIntegerField(_("机仕事ができる場所"), default=75)
    wage_from = models.PositiveIntegerField(_("ふつうの時給（円）"), default=1094)
    wage_span = models.PositiveIntegerField(_("時給のはば（円）"), default=500)
    distance_scale = models.PositiveIntegerField(_("近いとみる距離（m）"), default=50_000)
    reason = models.CharField(_("理由"), max_length=300)
    set_at = models.DateTimeField(_("決めた時刻"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("並べる順の重み")
        verbose_name_plural = _("並べる順の重み")
        constraints = [
            models.CheckConstraint(
                condition=Q(skills__lte=1000)
                & Q(kinds__lte=1000)
                & Q(wage__lte=1000)
                & Q(distance__lte=1000)
                & Q(lodging__lte=1000)
                & Q(half_days__lte=1000)
                & Q(desk__lte=1000),
                name="fit_weights_up_to_1000",
            ),
            models.CheckConstraint(
                condition=Q(
                    skills__gt=-F("kinds")
                    - F("wage")
                    - F("distance")
                    - F("lodging")
                    - F("half_days")
                    - F("desk")
                ),
                name="fit_weights_not_all_nothing",
            ),
            models.CheckConstraint(
                condition=Q(wage_from__lte=1_000_000)
                & Q(wage_span__range=(1, 100_000))
                & Q(distance_scale__range=(1, 10_000_000)),
                name="fit_weights_scales",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class MatchingChange(models.Model):
    """A posting's or worker's row changed: written by triggers, read by every process that holds the arrays.

    A `mark` says up to which transaction the feed had come on a night, and in `key` before which changes are gone.
    """

    class Kind(models.TextChoices):
        POSTING = "posting"
        WORKER = "worker"
        MARK = "mark"

    kind = models.CharField(max_length=7, choices=Kind)
    key = models.BigIntegerField()
    # Readers wait for transactions that began before theirs, so that no change is passed over.
    transaction = models.BigIntegerField()

    objects = NobodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("検索の更新")
        verbose_name_plural = _("検索の更新")
        ordering = ["pk"]
        indexes = [models.Index(fields=["transaction", "id"], name="matching_change_by_transaction")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
