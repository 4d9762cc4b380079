"""Wages: payslips whose lines add up and never change, and the files by which a bank pays them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history
from sosei.programmes.jobs.models.contracts import Contract, WorkDay
from sosei.programmes.jobs.models.employers import Employer
from sosei.programmes.jobs.querysets import DealQuerySet, OfEmployerQuerySet


class Payslip(models.Model):
    """What a worker is paid for days of a contract; a correction is another payslip that replaces this one."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, related_name="payslips", verbose_name=_("雇用主")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payslips", verbose_name=_("人")
    )
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="payslips")
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    first_day = models.DateField(_("最初の日"))
    last_day = models.DateField(_("最後の日"))
    pay_on = models.DateField(_("支払日"))
    gross = models.IntegerField(_("支給額（円）"))
    deducted = models.IntegerField(_("控除額（円）"))
    net = models.IntegerField(_("差引支給額（円）"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    issued_at = models.DateTimeField(_("出した時刻"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("給与明細")
        verbose_name_plural = _("給与明細")
        ordering = ["-pay_on", "-pk"]
        triggers = [append_only("payslip_append_only")]
        constraints = [
            models.CheckConstraint(condition=Q(net=F("gross") - F("deducted")), name="payslip_adds_up"),
            models.CheckConstraint(condition=Q(gross__gte=0, deducted__gte=0), name="payslip_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.pay_on}"


class PayslipLine(models.Model):
    """One line of a payslip, with the rule beside it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    payslip = models.ForeignKey(Payslip, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("順"))
    day = models.ForeignKey(WorkDay, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("種類"), max_length=40)
    quantity = models.DecimalField(_("量"), max_digits=10, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("単位"), max_length=10, blank=True)
    rate = models.DecimalField(_("単価"), max_digits=12, decimal_places=4, null=True, blank=True)
    yen = models.IntegerField(_("円（控除はマイナス）"))
    basis = models.CharField(_("根拠"), max_length=200, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("給与明細の行")
        verbose_name_plural = _("給与明細の行")
        ordering = ["position"]
        triggers = [append_only("payslip_line_append_only")]
        constraints = [models.UniqueConstraint(fields=["payslip", "position"], name="payslip_line_once")]

    def __str__(self) -> str:
        return f"{self.code}: {self.yen}"


@keep_history(exclude=("file",))
class PayRun(models.Model):
    """Payslips of an employer paid on one day, as the file the bank takes."""

    class State(models.TextChoices):
        MADE = "made", _("ファイルを作った")
        PAID = "paid", _("振り込んだ")
        DROPPED = "dropped", _("取りやめた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="pay_runs")
    pay_on = models.DateField(_("振込日"))
    state = models.CharField(_("状態"), max_length=7, choices=State, default=State.MADE)
    count = models.PositiveIntegerField(_("件数"))
    total = models.PositiveBigIntegerField(_("合計（円）"))
    file = models.BinaryField(_("振込ファイル（全銀形式）"))
    file_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("作った時刻"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("済んだ時刻"), null=True, blank=True)

    objects = OfEmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("賃金の振込")
        verbose_name_plural = _("賃金の振込")
        ordering = ["-pay_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="made", settled_at__isnull=True)
                | Q(~Q(state="made"), settled_at__isnull=False),
                name="pay_run_settled_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.employer} {self.pay_on}"


class PayRunLine(models.Model):
    """One payslip in one payment file; in a file that counts, a payslip stands once."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="lines")
    payslip = models.ForeignKey(Payslip, on_delete=models.PROTECT, related_name="payments")
    yen = models.PositiveIntegerField(_("円"))
    counts = models.BooleanField(default=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("振込の行")
        verbose_name_plural = _("振込の行")
        constraints = [
            models.UniqueConstraint(fields=["payslip"], condition=Q(counts=True), name="payslip_paid_once")
        ]

    def __str__(self) -> str:
        return f"{self.payslip} {self.yen}"
