"""The table of facts: what programmes achieved, without a person's name; a withdrawal is a counter-fact."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only
from sosei.planning.outcomes import kinds
from sosei.planning.outcomes.models.imports import FactImport
from sosei.planning.outcomes.querysets import FactQuerySet

MIRRORED = (
    "municipality_id",
    "kind",
    "on",
    "fiscal_year",
    "place",
    "attributes",
    "object_type",
    "object_key",
    "round",
    "measure_id",
)
"""What a counter-fact repeats of the fact it takes back; its count and amount are the negative."""


def mirrors(name: str) -> pgtrigger.Trigger:
    """A trigger that refuses a counter-fact which is not the exact negative of the fact it takes back."""
    same = " AND ".join(f'NEW."{column}" IS NOT DISTINCT FROM held."{column}"' for column in MIRRORED)
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        condition=pgtrigger.Condition("NEW.reverses_id IS NOT NULL"),
        declare=[("held", "outcomes_fact%ROWTYPE")],
        func=f"""
        SELECT * INTO held FROM outcomes_fact WHERE id = NEW.reverses_id;
        IF held.id IS NULL OR held.reverses_id IS NOT NULL OR NOT ({same})
            OR NEW.count <> -held.count OR NEW.amount IS DISTINCT FROM -held.amount
        THEN
            RAISE EXCEPTION 'pgtrigger: fact % is taken back by its exact negative only', NEW.reverses_id;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - names of columns of this very table
    )


class Fact(models.Model):
    """One thing that a programme achieved.

    Attributes:
        kind: a declared kind.
        on: the civil day on which it happened; `fiscal_year` follows from it.
        place: part of the town, in a word.
        count: how many of what the kind counts; negative in a counter-fact.
        amount: the kind's amount (hours, nights, persons of the household).
        attributes: by which facts are grouped; keys and values that the kind declares, never free text.
        object_type, object_key: the thing behind it, as the programme or the other system numbers it.
        round: 0, and one more each time a thing whose fact was withdrawn is recorded again.
        entered_by: who typed or imported it; none where the programme itself did.
        reverses: the fact that this one takes back.
    """

    class Origin(models.TextChoices):
        PROGRAMME = "programme", _("事業から自動")
        HAND = "hand", _("手で入力")
        IMPORT = "import", _("ファイルから取り込み")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体"), db_index=False
    )
    kind = models.CharField(_("種類"), max_length=40)
    on = models.DateField(_("日付"))
    fiscal_year = models.SmallIntegerField(_("年度"))
    place = models.CharField(_("場所"), max_length=40, blank=True)
    count = models.IntegerField(_("数"), default=1)
    amount = models.DecimalField(_("量"), max_digits=13, decimal_places=2, null=True, blank=True)
    attributes = models.JSONField(_("分類"), default=dict, blank=True)
    object_type = models.CharField(_("もとの台帳・システム"), max_length=60)
    object_key = models.CharField(_("もとの番号"), max_length=80)
    round = models.SmallIntegerField(_("何回目"), default=0)
    measure = models.ForeignKey(
        "strategy.Measure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="facts",
        verbose_name=_("施策"),
    )
    origin = models.CharField(_("入り方"), max_length=12, choices=Origin)
    batch = models.ForeignKey(
        FactImport,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="facts",
        verbose_name=_("取り込み"),
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("入れた人"),
    )
    recorded_at = models.DateTimeField(_("記録した時刻"))
    reverses = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
        verbose_name=_("取り消す実績"),
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("実績")
        verbose_name_plural = _("実績")
        ordering = ["-on", "-pk"]
        triggers = [append_only("fact_append_only"), mirrors("fact_taken_back_exactly")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "object_type", "object_key", "kind", "round"],
                condition=Q(reverses__isnull=True),
                name="fact_once_per_object_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, count__gt=0) | Q(reverses__isnull=False, count__lt=0),
                name="fact_counts_up_and_its_withdrawal_down",
            ),
            models.CheckConstraint(
                condition=~Q(object_type="") & ~Q(object_key=""), name="fact_of_an_object"
            ),
            models.CheckConstraint(
                condition=Q(origin="import", batch__isnull=False)
                | ~Q(origin="import") & Q(batch__isnull=True),
                name="fact_imported_from_a_file",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "-on", "-id"], name="fact_by_town_and_day"),
            models.Index(fields=["municipality", "kind", "fiscal_year"], name="fact_by_kind_and_year"),
            models.Index(fields=["municipality", "-id"], name="fact_newest_of_town"),
        ]

    def __str__(self) -> str:
        return f"{kinds.kind_title(self.kind)} {self.on:%Y-%m-%d} ×{self.count}"

    @property
    def kind_title(self) -> str:
        """What the kind is called on the screen."""
        return kinds.kind_title(self.kind)

    @property
    def described(self) -> list[tuple[str, str]]:
        """The attributes as (title, label)."""
        if not kinds.is_declared(self.kind):
            return sorted((name, str(value)) for name, value in self.attributes.items())
        return kinds.kind_named(self.kind).described(self.attributes)

    @property
    def is_counter_fact(self) -> bool:
        """Whether it takes another back."""
        return self.reverses_id is not None

    def same_content(self, columns: dict[str, Any]) -> bool:
        """Whether a fact recorded anew with these columns would say the same."""
        return all(getattr(self, name) == value for name, value in columns.items())
