"""From a posting with its employer, workplace and shifts to the plain terms that the labour engine judges.

What an employer writes in free words is read for what the law looks at; each term remembers the column it came from,
so that a flaw can lead to the box in which to mend it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sosei.engines.labour.cancellation import EmployerReason
from sosei.engines.labour.posting_terms import (
    AgeException,
    FixedOvertime,
    ForbiddenTopic,
    PayMethod,
    PostingTerms,
    PromisedDeduction,
    Renewal,
    Sex,
    Smoking,
)
from sosei.engines.labour.spans import JST, WEEK_LIMIT, WEEK_LIMIT_SPECIAL, Span, WorkplaceTrade
from sosei.engines.labour.spans import Shift as PlannedShift
from sosei.engines.labour.wages import Allowance, AllowanceKind, AllowancePer
from sosei.engines.labour.withholding import PaidBy
from sosei.programmes.jobs import kinds
from sosei.programmes.jobs import rules_posting_texts as texts
from sosei.programmes.jobs.models import Posting, Shift
from sosei.programmes.jobs.rules_posting_texts import Mention, Topic

TEXT_COLUMNS = (
    "title",
    "title_en",
    "duties",
    "duties_en",
    "duties_scope",
    "place_scope",
    "term",
    "renewal",
    "trial_period",
    "holidays",
    "fixed_overtime",
    "pay_closing",
    "pay_day",
    "raise_and_bonus",
    "insurance",
    "age_reason",
    "meals",
    "transport",
    "belongings",
    "rain",
    "ending",
)
"""Columns in which an employer writes in his own words."""

_TRADES: Mapping[str, WorkplaceTrade] = {
    "fishing": WorkplaceTrade.FISHERY,
    "livestock": WorkplaceTrade.LIVESTOCK,
    "forestry": WorkplaceTrade.FORESTRY,
    "packing": WorkplaceTrade.PACKING,
    "food_processing": WorkplaceTrade.PACKING,
    "seafood": WorkplaceTrade.PACKING,
    "sales": WorkplaceTrade.SALES,
    "restaurant": WorkplaceTrade.SALES,
    "events": WorkplaceTrade.EVENT,
    "office_work": WorkplaceTrade.OFFICE,
}
_FARMING = frozenset(
    {
        "fruit_harvest",
        "fruit_thinning",
        "vegetable_harvest",
        "planting",
        "weeding",
        "rice",
        "greenhouse",
        "pruning",
        "flowers",
        "farm_machines",
    }
)
_SMOKING: Mapping[str, Smoking] = {
    "forbidden": Smoking.NO_SMOKING,
    "outdoor_area": Smoking.NO_SMOKING,
    "room": Smoking.SMOKING_ROOM,
    "outdoor_work": Smoking.OUTDOORS,
}
_RENEWAL: Mapping[texts.RenewalText, Renewal] = {
    texts.RenewalText.NEVER: Renewal.NEVER,
    texts.RenewalText.POSSIBLE: Renewal.POSSIBLE,
    texts.RenewalText.AUTOMATIC: Renewal.AUTOMATIC,
}
_QUESTIONS: Mapping[Topic, ForbiddenTopic] = {
    Topic.BIRTHPLACE: ForbiddenTopic.BIRTHPLACE,
    Topic.FAMILY: ForbiddenTopic.FAMILY,
    Topic.BELIEF: ForbiddenTopic.BELIEF,
    Topic.UNION: ForbiddenTopic.UNION,
    Topic.MARRIAGE: ForbiddenTopic.MARRIAGE_OR_PREGNANCY,
}
_MONTH = 31


@dataclass(frozen=True)
class ReadTerms:
    """The terms, and for a term read from free words the column they stand in."""

    terms: PostingTerms
    columns: Mapping[str, str]


def trade_of(kind: str) -> WorkplaceTrade | None:
    """As what the work counts in 労基法41条1号; None for a kind that is not chosen yet."""
    if kind not in kinds.WORK_KIND:
        return None
    return WorkplaceTrade.AGRICULTURE if kind in _FARMING else _TRADES.get(kind, WorkplaceTrade.OTHER)


def planned_shift(shift: Shift, posting: Posting) -> PlannedShift:
    """A shift as the engine takes it; its break lies in the middle, as the law wants it during the work.

    Raises:
        WorkTimeError: it ends before it begins, or the break is longer than the shift.
    """
    span = Span(
        shift.starts_at.replace(second=0, microsecond=0), shift.ends_at.replace(second=0, microsecond=0)
    )
    breaks: tuple[Span, ...] = ()
    if shift.break_minutes:
        lead = max(0, (span.minutes - shift.break_minutes) // 2)
        start = span.start + datetime.timedelta(minutes=lead)
        breaks = (Span(start, start + datetime.timedelta(minutes=shift.break_minutes)),)
    limit = WEEK_LIMIT_SPECIAL if posting.employer.is_small_special else WEEK_LIMIT
    return PlannedShift(
        f"{shift.starts_at.astimezone(JST):%m/%d %H:%M}",
        str(posting.employer_id),
        span,
        breaks,
        week_limit=limit,
    )


def read_terms(posting: Posting, shifts: Sequence[Shift], *, today: datetime.date) -> ReadTerms:
    """The terms of a posting.

    Raises:
        WorkTimeError: a shift whose times cannot be.
    """
    planned = tuple(planned_shift(shift, posting) for shift in shifts)
    said = {one.topic: one for one in texts.mentions({name: getattr(posting, name) for name in TEXT_COLUMNS})}
    days = [shift.day for shift in planned]
    fields: dict[str, Any] = {
        **_about_work(posting, said),
        **_about_period(posting, days),
        "shifts": planned,
        "shifts_together": posting.whole_series,
        "overtime": posting.has_overtime,
        "overtime_agreement": _agreement_holds(posting, max(days, default=today)),
        "rest_days": posting.holidays,
        **_about_pay(posting, said),
        **_about_protection(posting),
        **_about_people(posting, said),
        **_about_money(said),
        "posted_on": posting.published_at.astimezone(JST).date() if posting.published_at else today,
        "positions": max((shift.capacity for shift in shifts), default=None),
        "filled": _filled(shifts),
        "closed": posting.state == Posting.State.CLOSED,
    }
    return ReadTerms(PostingTerms(**fields), _columns(said))


def _about_work(posting: Posting, said: Mapping[Topic, Mention]) -> dict[str, Any]:
    place = posting.workplace
    exempt = place is not None and place.exemption
    return {
        "recruiter_name": posting.employer.name,
        "work_content": posting.duties,
        "work_content_scope": posting.duties_scope,
        "workplace": f"{place.name} {place.address}".strip() if place is not None else None,
        "workplace_scope": posting.place_scope,
        "prefecture_code": place.prefecture if place is not None else None,
        "trade": trade_of(posting.kind),
        "exemption_reason": place.exemption_reason if exempt else None,
        "dispatch": Topic.DISPATCH in said,
        "smoking": _SMOKING.get(place.smoking) if place is not None else None,
    }


def _about_period(posting: Posting, days: list[datetime.date]) -> dict[str, Any]:
    renewal = texts.read_renewal(posting.renewal)
    limit = texts.says_limit(posting.renewal)
    probation = None if not posting.trial_period.strip() else not texts.says_no(posting.trial_period)
    told = bool(posting.term.strip())
    return {
        "contract_from": min(days) if told and days else None,
        "contract_until": max(days) if told and days else None,
        "renewal": None if renewal is None else _RENEWAL[renewal],
        "renewal_criteria": posting.renewal if texts.says_criteria(posting.renewal) else None,
        "renewal_limited": True if limit else None,
        "renewal_limit": posting.renewal if limit else None,
        "probation": probation,
        "probation_terms": posting.trial_period if len(posting.trial_period.strip()) > 4 else None,
    }


def _about_pay(posting: Posting, said: Mapping[Topic, Mention]) -> dict[str, Any]:
    fixed = texts.read_fixed_overtime(posting.fixed_overtime)
    commuting = posting.commuting_yen
    later = said.get(Topic.PAY_LATER)
    extras = posting.raise_and_bonus
    probation = said.get(Topic.PROBATION_WAGE)
    return {
        "paid_by": PaidBy.HOUR,
        "wage_yen": posting.hourly_wage,
        "probation_wage_yen": probation.number if probation else None,
        "allowances": (Allowance(AllowanceKind.COMMUTING, commuting, AllowancePer.DAY),) if commuting else (),
        "overtime_percent": 0 if Topic.NO_OVERTIME_PREMIUM in said else 25,
        "night_percent": 0 if Topic.NO_NIGHT_PREMIUM in said else 25,
        "holiday_percent": 0 if Topic.NO_HOLIDAY_PREMIUM in said else 35,
        "fixed_overtime": None
        if fixed is None
        else FixedOvertime(fixed.yen, fixed.minutes, fixed.excess_paid),
        "pay_method": {"bank": PayMethod.TRANSFER, "cash": PayMethod.CASH}.get(posting.pay_method),
        "paid_in_kind": Topic.IN_KIND in said,
        "closing_day": posting.pay_closing,
        "pay_day": posting.pay_day,
        "pay_interval_days": later.number * _MONTH if later and later.column == "pay_day" else None,
        "raise_in_pay": _said(extras, "昇給"),
        "bonus": _said(extras, "賞与", "ボーナス"),
        "severance": _said(extras, "退職手当", "退職金"),
    }


def _said(text: str, *words: str) -> bool | None:
    """Whether the text says that there is one; None where it says nothing of it."""
    return not texts.speaks_of(text, "ありません", "なし", "ない") if texts.speaks_of(text, *words) else None


def _about_protection(posting: Posting) -> dict[str, Any]:
    employer, insurance = posting.employer, posting.insurance
    contact = employer.harassment_contact.strip()
    reachable = bool(employer.harassment_phone or employer.harassment_email)
    social = ("社会保険",)
    return {
        "accident_insurance": employer.accident_insurance
        if texts.speaks_of(insurance, "労災", "労働保険")
        else None,
        "small_farm": employer.is_individual and employer.employees < 5 and employer.industry == "farming",
        "employment_insurance": _said_in(insurance, employer.employment_insurance, "雇用保険", "労働保険"),
        "health_insurance": _said_in(insurance, False, "健康保険", "健保", *social),
        "pension_insurance": _said_in(insurance, False, "厚生年金", *social),
        "harassment_contact": contact if reachable else None,
        "consultation_contact": contact if reachable else None,
        # The notice that this program writes says it always.
        "explanation_right": True,
        "resignation_terms": posting.ending,
        "cancel_reasons": tuple(_reason(slug) for slug in posting.cancellation_grounds),
    }


def _said_in(text: str, value: bool, *words: str) -> bool | None:
    return value if texts.speaks_of(text, *words) else None


def _reason(slug: str) -> EmployerReason:
    """The ground as the engine knows it; one it does not know is a ground of one's own, which always costs pay."""
    return EmployerReason(slug) if slug in set(EmployerReason) else EmployerReason.OTHER


def is_hazardous(posting: Posting) -> bool:
    """The employer says so, or asks for a licence of work that is barred to minors."""
    return posting.is_hazardous or any(
        kinds.LICENCE[slug].hazardous for slug in posting.licences if slug in kinds.LICENCE
    )


def _about_people(posting: Posting, said: Mapping[Topic, Mention]) -> dict[str, Any]:
    oldest, youngest = said.get(Topic.AGE_MAX), said.get(Topic.AGE_MIN)
    lowest = posting.min_age if posting.min_age is not None else (youngest.number if youngest else None)
    # 15 is the law's own bar and no limit of the employer.
    limited = lowest is not None and lowest != 15
    by_law = posting.min_age is not None and bool(posting.age_reason.strip())
    return {
        "age_min": lowest if limited else None,
        "age_max": oldest.number if oldest else None,
        "age_exception": AgeException.LAW if limited and by_law and oldest is None else None,
        "age_reason": posting.age_reason,
        "sex": Sex.MEN if Topic.MEN in said else Sex.WOMEN if Topic.WOMEN in said else None,
        "nationality_limit": Topic.NATIONALITY in said,
        "minors_admitted": lowest is None or lowest < 18,
        "hazardous": is_hazardous(posting),
        "forbidden_questions": tuple(_QUESTIONS[topic] for topic in said if topic in _QUESTIONS),
    }


def _about_money(said: Mapping[Topic, Mention]) -> dict[str, Any]:
    deduction = said.get(Topic.DEDUCTION)
    percent = said.get(Topic.CANCELLATION_PERCENT)
    nothing = Topic.CANCELLATION_NOTHING in said
    return {
        "penalty": said[Topic.PENALTY].words if Topic.PENALTY in said else None,
        "deposit_yen": 1 if Topic.DEPOSIT in said else 0,
        "fee_from_worker_yen": 1 if Topic.FEE in said else 0,
        "reward_for_applying_yen": 1 if Topic.REWARD in said else 0,
        "advance_offset": Topic.ADVANCE in said,
        "deductions": (PromisedDeduction(deduction.words, 0),) if deduction else (),
        "unpaid_minutes": 1 if Topic.UNPAID_TIME in said else 0,
        "time_rounding_minutes": said[Topic.ROUNDING].number if Topic.ROUNDING in said else 1,
        "cancellation_pay_percent": 0 if nothing else percent.number if percent else 100,
    }


def _agreement_holds(posting: Posting, last: datetime.date) -> bool:
    until = posting.employer.overtime_agreement_until
    return until is not None and until >= last


def _filled(shifts: Sequence[Shift]) -> int:
    """As many as there are places where every shift is full, else none: an open place keeps a posting open."""
    if not shifts or any(shift.free for shift in shifts):
        return 0
    return max(shift.capacity for shift in shifts)


_TERM_OF: Mapping[Topic, str] = {
    Topic.MEN: "sex",
    Topic.WOMEN: "sex",
    Topic.NATIONALITY: "nationality_limit",
    Topic.AGE_MAX: "age_max",
    Topic.PENALTY: "penalty",
    Topic.DEPOSIT: "deposit_yen",
    Topic.FEE: "fee_from_worker_yen",
    Topic.REWARD: "reward_for_applying_yen",
    Topic.ADVANCE: "advance_offset",
    Topic.IN_KIND: "paid_in_kind",
    Topic.UNPAID_TIME: "unpaid_minutes",
    Topic.ROUNDING: "time_rounding_minutes",
    Topic.DEDUCTION: "deductions",
    Topic.DISPATCH: "dispatch_licence",
    Topic.BIRTHPLACE: "forbidden_questions",
    Topic.FAMILY: "forbidden_questions",
    Topic.BELIEF: "forbidden_questions",
    Topic.UNION: "forbidden_questions",
    Topic.MARRIAGE: "forbidden_questions",
    Topic.PROBATION_WAGE: "probation_wage_yen",
    Topic.CANCELLATION_PERCENT: "cancellation_pay_percent",
    Topic.CANCELLATION_NOTHING: "cancellation_pay_percent",
    Topic.NO_OVERTIME_PREMIUM: "overtime_percent",
    Topic.NO_NIGHT_PREMIUM: "night_percent",
    Topic.NO_HOLIDAY_PREMIUM: "holiday_percent",
    Topic.PAY_LATER: "pay_interval_days",
}


def _columns(said: Mapping[Topic, Mention]) -> dict[str, str]:
    return {_TERM_OF[topic]: one.column for topic, one in said.items() if topic in _TERM_OF}
