"""Employers whom a town has checked, their places of work, and the beds they offer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Organisation
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.programmes.jobs.models.columns import latitude, longitude
from sosei.programmes.jobs.models.feed import feeds_postings_of
from sosei.programmes.jobs.querysets import EmployerQuerySet, PublicOfEmployerQuerySet


@keep_history()
class Employer(models.Model):
    """An organisation that asks for hands; it may publish once the town's staff have approved it."""

    class State(models.TextChoices):
        ASKED = "asked", _("確認を待っている")
        APPROVED = "approved", _("確認ずみ")
        REFUSED = "refused", _("登録できない")

    class Industry(models.TextChoices):
        FARMING = "farming", _("農業")
        LIVESTOCK = "livestock", _("畜産業")
        FISHING = "fishing", _("漁業・養殖")
        FORESTRY = "forestry", _("林業")
        FOOD = "food", _("食品の加工・選果")
        TOURISM = "tourism", _("観光・宿泊")
        RETAIL = "retail", _("小売・飲食")
        CARE = "care", _("医療・福祉")
        OTHER = "other", _("そのほか")

    organisation = models.OneToOneField(
        Organisation,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="employer",
        verbose_name=_("団体"),
    )
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="employers")
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("名称（英語）"), max_length=120, blank=True)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.ASKED)
    industry = models.CharField(_("業種"), max_length=10, choices=Industry)
    representative = models.CharField(_("代表者の名前"), max_length=80)
    address = models.CharField(_("所在地"), max_length=200)
    employees = models.PositiveIntegerField(_("いつも働いている人の数"))
    is_individual = models.BooleanField(_("個人の経営"), default=False)
    accident_insurance = models.BooleanField(_("労災保険に入っている"), default=False)
    accident_insurance_number = models.CharField(_("労働保険番号"), max_length=20, blank=True)
    employment_insurance = models.BooleanField(_("雇用保険の適用事業所"), default=False)
    overtime_agreement_until = models.DateField(_("36協定の有効期限"), null=True, blank=True)
    is_small_special = models.BooleanField(_("週44時間の特例の事業"), default=False)
    harassment_contact = models.CharField(_("ハラスメントの相談窓口（担当者）"), max_length=80)
    harassment_phone = models.CharField(_("相談窓口の電話"), max_length=20, blank=True)
    harassment_email = models.EmailField(_("相談窓口のメール"), blank=True)
    about = models.TextField(_("紹介"), blank=True)
    about_en = models.TextField(_("紹介（英語）"), blank=True)
    asked_at = models.DateTimeField(_("登録を申し込んだ時刻"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("決めた時刻"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_reason = models.TextField(_("決めた理由"), blank=True)

    objects = EmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("雇用主")
        verbose_name_plural = _("雇用主")
        ordering = ["name", "pk"]
        triggers = [never_deleted("employer_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="employer_decided_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(accident_insurance=True),
                name="employer_approved_is_insured",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def employer_id(self) -> int:
        """Its own key, so that one predicate serves every table of an employer."""
        return self.pk  # type: ignore[no-any-return]

    @property
    def is_approved(self) -> bool:
        """Checked by the town's staff."""
        return self.state == self.State.APPROVED


@keep_history()
class Workplace(models.Model):
    """A field, packing house or shop where people work, with its place on the map."""

    class Exemption(models.TextChoices):
        NONE = "", _("なし")
        AGRICULTURE = "agriculture", _("農業（労働基準法41条1号）")
        LIVESTOCK = "livestock", _("畜産（労働基準法41条1号）")
        FISHERY = "fishery", _("水産（労働基準法41条1号）")

    class Smoking(models.TextChoices):
        NONE = "", _("（選んでください）")
        FORBIDDEN = "forbidden", _("敷地内は禁煙")
        OUTDOOR_AREA = "outdoor_area", _("屋外の決まった場所だけ")
        ROOM = "room", _("喫煙できる部屋がある")
        OUTDOOR_WORK = "outdoor_work", _("屋外の仕事で、作業中は禁煙")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="workplaces")
    employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, related_name="workplaces", verbose_name=_("雇用主")
    )
    name = models.CharField(_("名前"), max_length=80)
    name_en = models.CharField(_("名前（英語）"), max_length=80, blank=True)
    postcode = models.CharField(_("郵便番号"), max_length=7, blank=True)
    municipality_code = models.CharField(_("全国地方公共団体コード"), max_length=5)
    address = models.CharField(_("住所"), max_length=200)
    latitude = latitude()
    longitude = longitude()
    access = models.CharField(_("行きかた"), max_length=300, blank=True)
    smoking = models.CharField(_("受動喫煙を防ぐ対策"), max_length=12, choices=Smoking, blank=True)
    exemption = models.CharField(
        _("労働時間の規則の適用除外"), max_length=12, choices=Exemption, blank=True, default=Exemption.NONE
    )
    exemption_reason = models.CharField(_("適用除外の理由"), max_length=300, blank=True)
    has_desk = models.BooleanField(_("近くで机仕事ができる"), default=False)
    closed_at = models.DateTimeField(_("使わなくなった時刻"), null=True, blank=True)

    objects = PublicOfEmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("就業場所")
        verbose_name_plural = _("就業場所")
        triggers = [feeds_postings_of("workplace_id", "workplace_feeds_search")]
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(exemption="") | ~Q(exemption_reason=""), name="workplace_exempt_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(municipality_code__regex=r"^[0-9]{5}$"), name="workplace_code_five_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def prefecture(self) -> str:
        """The prefecture's two digits, by which the minimum wage goes."""
        return self.municipality_code[:2]


@keep_history()
class Lodging(models.Model):
    """Beds that an employer offers to those who come from afar."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, related_name="lodgings", verbose_name=_("雇用主")
    )
    name = models.CharField(_("名前"), max_length=80)
    name_en = models.CharField(_("名前（英語）"), max_length=80, blank=True)
    address = models.CharField(_("住所"), max_length=200)
    latitude = latitude(null=True, blank=True)
    longitude = longitude(null=True, blank=True)
    beds = models.PositiveSmallIntegerField(_("寝る場所の数"))
    yen_a_night = models.PositiveIntegerField(_("1泊の料金（円）"), default=0)
    meals = models.CharField(_("食事"), max_length=200, blank=True)
    about = models.TextField(_("紹介"), blank=True)
    has_desk = models.BooleanField(_("机とネットがある"), default=False)
    closed_at = models.DateTimeField(_("使わなくなった時刻"), null=True, blank=True)

    objects = PublicOfEmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("泊まる場所")
        verbose_name_plural = _("泊まる場所")
        triggers = [feeds_postings_of("lodging_id", "lodging_feeds_search")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class LodgingNight(models.Model):
    """How many beds of a lodging are taken in one night; the database refuses one too many."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    lodging = models.ForeignKey(Lodging, on_delete=models.PROTECT, related_name="nights")
    night = models.DateField(_("夜"))
    beds = models.PositiveSmallIntegerField(_("寝る場所の数"))
    taken = models.PositiveSmallIntegerField(_("使われている数"), default=0)

    objects = PublicOfEmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("泊まる場所の夜")
        verbose_name_plural = _("泊まる場所の夜")
        triggers = [feeds_postings_of("lodging_id", "lodging_night_feeds_search", key="lodging_id")]
        ordering = ["night", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["lodging", "night"], name="lodging_night_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("beds")), name="lodging_night_never_too_many"),
        ]

    def __str__(self) -> str:
        return f"{self.lodging} {self.night}"
