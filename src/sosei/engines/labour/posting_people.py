"""Who may apply, what may be asked of them, and what may be promised or taken: the equal chances of a posting."""

from __future__ import annotations

from datetime import timedelta

from sosei.engines.labour.basis import Basis
from sosei.engines.labour.cancellation import (
    ALWAYS_WITHOUT_PAY,
    EMPLOYER_CANCELS,
    FULL_PAY,
)
from sosei.engines.labour.minors import LOWEST_AGE, MINOR_HAZARD, MINOR_HOURS, MINOR_NIGHT
from sosei.engines.labour.posting_codes import Flaw, PostingCode
from sosei.engines.labour.posting_terms import AgeException, PostingTerms
from sosei.engines.labour.working_time import classify

AGE = Basis("労働施策法", "9条")
AGE_REASON = Basis("労働施策法", "9条（高年齢者雇用安定法20条）")
SEX = Basis("均等法", "5条")
EQUAL = Basis("職安法", "3条")
PRIVACY = Basis("職安法", "5条の5")
FINES = Basis("労基法", "16条")
FULL = Basis("労基法", "24条1項")
OFFSET = Basis("労基法", "17条")
DEPOSIT = Basis("労基法", "18条1項")
NO_FEE = Basis("職安法", "39条")
NO_REWARD = Basis("職安法", "48条の指針（お祝い金の禁止）")
ACCIDENT = Basis("労災法", "3条1項")
DISPATCH_LICENCE = Basis("派遣法", "5条1項")
DAY_DISPATCH = Basis("派遣法", "35条の4第1項")
CURRENT = Basis("職安法", "5条の4第2項")
OPEN_ENDED_ONLY = frozenset({AgeException.RETIREMENT_AGE, AgeException.CAREER, AgeException.SKILL_GAP})


def people_flaws(terms: PostingTerms) -> list[Flaw]:
    """Limits by age, sex, nationality; minors; questions that may not be asked."""
    found = [*_age_flaws(terms), *_minor_flaws(terms)]
    if terms.sex is not None and terms.sex_exception is None:
        found.append(Flaw(PostingCode.SEX_LIMIT, "sex", SEX, {"sex": terms.sex.value}))
    if terms.nationality_limit:
        found.append(Flaw(PostingCode.NATIONALITY_LIMIT, "nationality_limit", EQUAL))
    found.extend(
        Flaw(PostingCode.FORBIDDEN_QUESTION, "forbidden_questions", PRIVACY, {"topic": topic.value})
        for topic in terms.forbidden_questions
    )
    return found


def money_flaws(terms: PostingTerms) -> list[Flaw]:
    """Fines, deductions, deposits, fees and rewards (労基法16条 - 18条, 24条, 職安法)."""
    found: list[Flaw] = []
    if (terms.penalty or "").strip():
        found.append(Flaw(PostingCode.PENALTY_PROMISED, "penalty", FINES, {"penalty": terms.penalty or ""}))
    found.extend(
        Flaw(
            PostingCode.DEDUCTION_WITHOUT_AGREEMENT, "deductions", FULL, {"what": each.what, "yen": each.yen}
        )
        for each in terms.deductions
        if not each.agreed_in_writing
    )
    if terms.deposit_yen:
        found.append(Flaw(PostingCode.DEPOSIT_ASKED, "deposit_yen", DEPOSIT, {"yen": terms.deposit_yen}))
    if terms.advance_offset:
        found.append(Flaw(PostingCode.ADVANCE_OFFSET, "advance_offset", OFFSET))
    if terms.fee_from_worker_yen:
        values = {"yen": terms.fee_from_worker_yen}
        found.append(Flaw(PostingCode.FEE_FROM_WORKER, "fee_from_worker_yen", NO_FEE, values))
    if terms.reward_for_applying_yen:
        values = {"yen": terms.reward_for_applying_yen}
        found.append(Flaw(PostingCode.REWARD_FOR_APPLYING, "reward_for_applying_yen", NO_REWARD, values))
    return found


def protection_flaws(terms: PostingTerms) -> list[Flaw]:
    """Accident insurance, dispatch, cancellation by the employer, and a posting that should be closed."""
    found: list[Flaw] = []
    if terms.accident_insurance is False:
        values = {"small_farm": int(terms.small_farm)}
        found.append(Flaw(PostingCode.NO_ACCIDENT_INSURANCE, "accident_insurance", ACCIDENT, values))
    if terms.dispatch:
        if not (terms.dispatch_licence or "").strip():
            found.append(Flaw(PostingCode.DISPATCH_WITHOUT_LICENCE, "dispatch_licence", DISPATCH_LICENCE))
        first, last = terms.contract_from, terms.contract_until
        if first and last and not terms.open_ended and last - first < timedelta(days=30):
            values = {"days": (last - first).days + 1}
            found.append(Flaw(PostingCode.DAY_DISPATCH, "contract_until", DAY_DISPATCH, values))
    found.extend(
        Flaw(
            PostingCode.CANCEL_REASON_NOT_ALLOWED,
            "cancel_reasons",
            EMPLOYER_CANCELS,
            {"reason": reason.value},
        )
        for reason in terms.cancel_reasons
        if reason not in ALWAYS_WITHOUT_PAY
    )
    if terms.cancellation_pay_percent < 100:
        values = {"percent": terms.cancellation_pay_percent}
        found.append(Flaw(PostingCode.CANCELLATION_PAY_TOO_LOW, "cancellation_pay_percent", FULL_PAY, values))
    if terms.positions and terms.filled >= terms.positions and not terms.closed:
        found.append(Flaw(PostingCode.FILLED_BUT_OPEN, "closed", CURRENT, {"positions": terms.positions}))
    return found


def _age_flaws(terms: PostingTerms) -> list[Flaw]:
    """Ages are named only for the reasons of the ordinance, and fittingly (労働施策総合推進法9条)."""
    low, high = terms.age_min, terms.age_max
    if low is None and high is None:
        return []
    found: list[Flaw] = []
    name = "age_min" if high is None else "age_max"
    if low is not None and high is not None and low > high:
        found.append(Flaw(PostingCode.AGE_LIMITS_REVERSED, "age_min", AGE, {"age_min": low, "age_max": high}))
    exception = terms.age_exception
    if exception is None:
        age = high if high is not None else low
        found.append(Flaw(PostingCode.AGE_LIMIT, name, AGE, {"age": age or 0}))
        return found
    if not _fits(terms, exception):
        values = {"exception": exception.value}
        found.append(Flaw(PostingCode.AGE_EXCEPTION_NOT_FITTING, "age_exception", AGE, values))
    if high is not None and high < 65 and not (terms.age_reason or "").strip():
        found.append(Flaw(PostingCode.AGE_REASON_MISSING, "age_reason", AGE_REASON, {"age_max": high}))
    return found


def _fits(terms: PostingTerms, exception: AgeException) -> bool:
    """Three reasons need a contract without end; the law's bars need what the law bars minors from, up to eighteen."""
    if exception in OPEN_ENDED_ONLY:
        return terms.open_ended
    if exception is AgeException.LAW:
        adults_alone = terms.age_max is None and (terms.age_min or 0) <= 18
        return adults_alone and (terms.hazardous or _night(terms) > 0)
    return True


def _minor_flaws(terms: PostingTerms) -> list[Flaw]:
    found: list[Flaw] = []
    if terms.age_min is not None and terms.age_min < 15:
        found.append(Flaw(PostingCode.UNDER_MINIMUM_AGE, "age_min", LOWEST_AGE, {"age_min": terms.age_min}))
    if not terms.minors_admitted:
        return found
    if night := _night(terms):
        found.append(Flaw(PostingCode.MINOR_AT_NIGHT, "minors_admitted", MINOR_NIGHT, {"minutes": night}))
    if terms.hazardous:
        found.append(Flaw(PostingCode.MINOR_HAZARDOUS, "minors_admitted", MINOR_HAZARD))
    if terms.overtime or any(shift.worked_minutes > 480 for shift in terms.shifts):
        found.append(Flaw(PostingCode.MINOR_OVERTIME, "minors_admitted", MINOR_HOURS))
    return found


def _night(terms: PostingTerms) -> int:
    """Minutes of work between 22:00 and 5:00 in all shifts."""
    return sum(segment.minutes for shift in terms.shifts for segment in classify([shift]) if segment.night)
