"""Cancellation: who may give up an agreed day until when, for what reason without pay, and what is due otherwise.

A spot contract stands from the application, with reserved rights of cancellation (厚生労働省 2025年7月4日 leaflet,
the trade association's rule from September 2025). When the employer calls a day off, or sends workers home early, for
reasons of its own, the agreed pay is due in full; the law's floor is sixty per cent of the average wage (労基法26条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil

from sosei.engines.labour.basis import Basis, Certainty, Finding
from sosei.engines.labour.errors import TermsError
from sosei.engines.labour.spans import require_zone
from sosei.engines.labour.wages import PayCode, PayLine, round_yen

NOTICE = timedelta(hours=24)
ABSENCE_ALLOWANCE = Basis("労基法", "26条")
FULL_PAY = Basis("民法", "536条2項")
DAY_LABOUR_AVERAGE = Basis("通達", "昭38労働省告示52号")
WORKER_CANCELS = Basis("業界", "労働者の解約", Certainty.PRACTICE)
EMPLOYER_CANCELS = Basis("業界", "使用者の解約可能事由", Certainty.PRACTICE)
OPEN_TO_ALL = Basis("職安法", "5条の7")
NO_FINES = Basis("労基法", "16条")


class EmployerReason(StrEnum):
    """Why an employer calls an agreed day off."""

    FORCE_MAJEURE = "force_majeure"
    """Disaster or the like, outside the business and not to be avoided with all care."""
    WORKER_UNABLE = "worker_unable"
    """The worker clearly cannot come (long illness, arrest)."""
    LACKS_QUALIFICATION = "lacks_qualification"
    """A licence or a condition that the posting named is missing."""
    BREACH = "breach"
    """A grave breach of contract, a crime, ties to organised crime."""
    MISSING_ITEMS = "missing_items"
    """What the posting asked the worker to bring or to state is missing."""
    BUSINESS_VOLUME = "business_volume"
    """Less work than expected."""
    POSTING_ERROR = "posting_error"
    """The posting was wrong."""
    RAIN = "rain"
    """Ordinary weather: foreseeable, so no force majeure."""
    OTHER = "other"
    """Anything else on the employer's side."""


ALWAYS_WITHOUT_PAY = frozenset(
    {
        EmployerReason.FORCE_MAJEURE,
        EmployerReason.WORKER_UNABLE,
        EmployerReason.LACKS_QUALIFICATION,
        EmployerReason.BREACH,
        EmployerReason.MISSING_ITEMS,
    }
)
EARLY_WITHOUT_PAY = frozenset({EmployerReason.BUSINESS_VOLUME, EmployerReason.POSTING_ERROR})
"""Without pay only twenty-four hours or more before the start."""


class CancellationCode(StrEnum):
    """What is to be said of a cancellation."""

    LATE_FOR_REASON = "late_for_reason"
    REASON_OF_EMPLOYER = "reason_of_employer"
    MEASURE_TOO_EARLY = "measure_too_early"
    MEASURE_ENDLESS = "measure_endless"
    MEASURE_FINE = "measure_fine"


@dataclass(frozen=True, slots=True)
class WorkerCancellation:
    """A worker's cancellation.

    Attributes:
        allowed: before the start, always.
        measure_allowed: a measure (points, a finite pause) may follow: only inside the last twenty-four hours.
        notice: time between the cancellation and the start; below zero after it.
    """

    allowed: bool
    measure_allowed: bool
    notice: timedelta
    basis: Basis = WORKER_CANCELS


@dataclass(frozen=True, slots=True)
class EmployerCancellation:
    """An employer's cancellation.

    Attributes:
        pay_due: the day is to be paid (`absence_pay`).
        notice: time between the cancellation and the start; below zero when workers are sent home.
        findings: why pay is due; empty when it is not.
    """

    pay_due: bool
    notice: timedelta
    findings: tuple[Finding, ...]
    basis: Basis


def worker_cancellation(start: datetime, at: datetime) -> WorkerCancellation:
    """A worker may cancel at any time before the start; no pay is lost but that of the day, no fine is due (労基法16条).

    Raises:
        WorkTimeError: a time without zone.
    """
    notice = _notice(start, at)
    before = notice > timedelta(0)
    return WorkerCancellation(allowed=before, measure_allowed=notice < NOTICE, notice=notice)


def employer_cancellation(start: datetime, at: datetime, reason: EmployerReason) -> EmployerCancellation:
    """Whether the day is to be paid when the employer calls it off (労基法26条, 業界の解約可能事由).

    Force majeure, a worker clearly unable, without the qualification, in grave breach or without what the posting asked
    for: no pay. Less business and errors in the posting: no pay when said twenty-four hours before, or earlier. All
    else, ordinary rain too, is the employer's own affair: pay is due.

    Raises:
        WorkTimeError: a time without zone.
    """
    notice = _notice(start, at)
    hours = int(notice // timedelta(hours=1))
    if reason in ALWAYS_WITHOUT_PAY:
        return EmployerCancellation(pay_due=False, notice=notice, findings=(), basis=EMPLOYER_CANCELS)
    if reason in EARLY_WITHOUT_PAY and notice >= NOTICE:
        return EmployerCancellation(pay_due=False, notice=notice, findings=(), basis=EMPLOYER_CANCELS)
    late = reason in EARLY_WITHOUT_PAY
    code = CancellationCode.LATE_FOR_REASON if late else CancellationCode.REASON_OF_EMPLOYER
    finding = Finding(code, ABSENCE_ALLOWANCE, {"reason": reason.value, "hours_before": hours})
    return EmployerCancellation(pay_due=True, notice=notice, findings=(finding,), basis=ABSENCE_ALLOWANCE)


class AverageSource(StrEnum):
    """Where a day labourer's average wage comes from, in the order in which the notice tries them."""

    OWN_MONTH = "own_month"
    SAME_JOB = "same_job"
    LABOUR_BUREAU = "labour_bureau"


@dataclass(frozen=True, slots=True)
class AverageWage:
    """A day labourer's average wage: yen a day, exact, and where it comes from."""

    yen: Fraction
    source: AverageSource
    basis: Basis = DAY_LABOUR_AVERAGE


@dataclass(frozen=True, slots=True)
class PaidDays:
    """Wages and the days they were paid for, within the last month at one workplace."""

    wages: int
    days: int

    def __post_init__(self) -> None:
        if self.wages < 0 or self.days < 0 or (self.wages and not self.days):
            raise _refused(
                "last month's pay",
                f"{self.wages} / {self.days}",
                "is not pay for days",
                "は日数に対する賃金ではありません",
                "Give the wages of the month and the days they were paid for",
                "1か月の賃金と、その労働日数を渡してください",
            )


def average_wage(
    own: PaidDays | None = None, same_job: PaidDays | None = None, bureau_yen: int | None = None
) -> AverageWage | None:
    """A day labourer's average wage (労基法12条7項, 昭38労働省告示52号).

    Args:
        own: the worker's at that workplace in the month before.
        same_job: of all day labourers there who did the same job in that month; taken when the worker had none.
        bureau_yen: what the head of the Labour Bureau set; taken when there is neither.

    Returns:
        Wages over days worked, times 73/100; None when it cannot be computed, as for someone's first day.
    """
    for paid, source in ((own, AverageSource.OWN_MONTH), (same_job, AverageSource.SAME_JOB)):
        if paid is not None and paid.days:
            return AverageWage(Fraction(paid.wages * 73, paid.days * 100), source)
    if bureau_yen is not None:
        return AverageWage(Fraction(bureau_yen), AverageSource.LABOUR_BUREAU)
    return None


@dataclass(frozen=True, slots=True)
class AbsencePay:
    """What is due for a day called off or cut short.

    Attributes:
        due: yen to pay beside what was earned.
        floor: the least the law lets be paid beside it.
        scheduled: the whole day's agreed pay.
        earned: pay for the hours worked before going home.
        floor_known: the average wage could be computed; otherwise the agreed pay is the floor.
    """

    due: int
    floor: int
    scheduled: int
    earned: int
    floor_known: bool
    basis: Basis

    @property
    def line(self) -> PayLine:
        """The payslip's line."""
        return PayLine(PayCode.ABSENCE, self.due, self.basis)


def absence_pay(
    scheduled: int, *, earned: int = 0, average: AverageWage | None = None, percent: int = 100
) -> AbsencePay:
    """What an employer owes for a day it called off, or from which it sent someone home (労基法26条, 民法536条2項).

    Args:
        scheduled: the agreed pay of the whole day.
        earned: pay for the hours worked; the floor asks nothing on top once it reaches sixty per cent of the
            average wage (昭27.8.7基収3445号).
        average: of `average_wage`; None makes the agreed pay the floor.
        percent: of the agreed pay that the municipality's rule asks for; 100 unless told.

    Returns:
        The rule's amount, never under the floor; neither is ever below zero. The floor is rounded up.

    Raises:
        TermsError: an amount below zero, or a share outside 0 - 100.
    """
    if min(scheduled, earned) < 0 or not 0 <= percent <= 100:
        raise _refused(
            "absence pay",
            f"{scheduled}, {earned}, {percent}%",
            "holds an amount below zero or a share outside 0-100 %",
            "に0円未満の額か、0～100％でない割合があります",
            "Give the day's agreed pay, what was earned, and a share of 100",
            "1日の約束の賃金、働いた分の賃金、割合（100）を渡してください",
        )
    whole = scheduled if average is None else ceil(average.yen * 60 / 100)
    floor = max(0, whole - earned)
    wanted = max(0, round_yen(Fraction(scheduled * percent, 100)) - earned)
    due = max(wanted, floor)
    # the law's allowance is sixty per cent: agreed pay in full stands on the contract, even where it is the floor here
    basis = FULL_PAY if average is None or due > floor else ABSENCE_ALLOWANCE
    return AbsencePay(due, floor, scheduled, earned, floor_known=average is not None, basis=basis)


def measure_findings(
    start: datetime, cancelled_at: datetime, *, measure_until: datetime | None, fine_yen: int = 0
) -> tuple[Finding, ...]:
    """What forbids a measure against a worker who cancelled: too early, without an end, or money (労基法16条, 職安法5条の7).

    Args:
        start: of the work.
        cancelled_at: when the worker cancelled; at or after the start for someone who did not come.
        measure_until: end of the pause; None for one without an end.
        fine_yen: money asked or taken off.

    Raises:
        WorkTimeError: a time without zone.
    """
    found: list[Finding] = []
    notice = _notice(start, cancelled_at)
    if notice >= NOTICE:
        hours = int(notice // timedelta(hours=1))
        found.append(Finding(CancellationCode.MEASURE_TOO_EARLY, WORKER_CANCELS, {"hours_before": hours}))
    if measure_until is None:
        found.append(Finding(CancellationCode.MEASURE_ENDLESS, OPEN_TO_ALL))
    if fine_yen:
        found.append(Finding(CancellationCode.MEASURE_FINE, NO_FINES, {"yen": fine_yen}))
    return tuple(found)


def _notice(start: datetime, at: datetime) -> timedelta:
    require_zone("start", start)
    require_zone("cancelled at", at)
    return start - at


def _refused(
    place: str, value: object, reason_en: str, reason_ja: str, remedy_en: str, remedy_ja: str
) -> TermsError:
    return TermsError(
        place=place,
        value=value,
        reason_en=reason_en,
        reason_ja=reason_ja,
        remedy_en=remedy_en,
        remedy_ja=remedy_ja,
    )
