"""The flaws that a posting can have, by name, and the form in which they are reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

from sosei.engines.labour.basis import Basis, Value


class PostingCode(StrEnum):
    """What is wrong with a posting or a notice of working conditions."""

    # Items that are missing
    MISSING_RECRUITER_NAME = "missing_recruiter_name"
    MISSING_WORK_CONTENT = "missing_work_content"
    MISSING_WORK_CONTENT_SCOPE = "missing_work_content_scope"
    MISSING_WORKPLACE = "missing_workplace"
    MISSING_WORKPLACE_SCOPE = "missing_workplace_scope"
    MISSING_PREFECTURE = "missing_prefecture"
    MISSING_TRADE = "missing_trade"
    MISSING_DISPATCH = "missing_dispatch"
    MISSING_CONTRACT_FROM = "missing_contract_from"
    MISSING_CONTRACT_UNTIL = "missing_contract_until"
    MISSING_RENEWAL = "missing_renewal"
    MISSING_RENEWAL_CRITERIA = "missing_renewal_criteria"
    MISSING_RENEWAL_LIMIT = "missing_renewal_limit"
    MISSING_PROBATION = "missing_probation"
    MISSING_PROBATION_TERMS = "missing_probation_terms"
    MISSING_SHIFTS = "missing_shifts"
    MISSING_OVERTIME = "missing_overtime"
    MISSING_REST_DAYS = "missing_rest_days"
    MISSING_PAID_BY = "missing_paid_by"
    MISSING_WAGE = "missing_wage"
    MISSING_MONTH_MINUTES = "missing_month_minutes"
    MISSING_ALLOWANCES = "missing_allowances"
    MISSING_ACCIDENT_INSURANCE = "missing_accident_insurance"
    MISSING_EMPLOYMENT_INSURANCE = "missing_employment_insurance"
    MISSING_HEALTH_INSURANCE = "missing_health_insurance"
    MISSING_PENSION_INSURANCE = "missing_pension_insurance"
    MISSING_SMOKING = "missing_smoking"
    MISSING_HARASSMENT_CONTACT = "missing_harassment_contact"
    MISSING_POSTED_ON = "missing_posted_on"
    MISSING_POSITIONS = "missing_positions"
    MISSING_PAY_METHOD = "missing_pay_method"
    MISSING_CLOSING_DAY = "missing_closing_day"
    MISSING_PAY_DAY = "missing_pay_day"
    MISSING_RESIGNATION_TERMS = "missing_resignation_terms"
    MISSING_RAISE_IN_PAY = "missing_raise_in_pay"
    MISSING_BONUS = "missing_bonus"
    MISSING_SEVERANCE = "missing_severance"
    MISSING_CONSULTATION_CONTACT = "missing_consultation_contact"
    MISSING_EXPLANATION_RIGHT = "missing_explanation_right"

    # Period and hours
    PERIOD_REVERSED = "period_reversed"
    PERIOD_OVER_3_YEARS = "period_over_3_years"
    SHIFT_OUTSIDE_CONTRACT = "shift_outside_contract"
    SHIFTS_OVERLAP = "shifts_overlap"
    DAY_OVER_8_HOURS = "day_over_8_hours"
    WEEK_OVER_40_HOURS = "week_over_40_hours"
    NO_REST_DAY = "no_rest_day"
    BREAK_TOO_SHORT = "break_too_short"
    BREAK_AT_EDGE = "break_at_edge"
    OVERTIME_WITHOUT_AGREEMENT = "overtime_without_agreement"
    OVERTIME_DENIED = "overtime_denied"
    EXEMPTION_NOT_ALLOWED = "exemption_not_allowed"
    UNPAID_TIME = "unpaid_time"
    DAILY_ROUNDING = "daily_rounding"

    # Pay
    WAGE_NOT_POSITIVE = "wage_not_positive"
    WAGE_BELOW_MINIMUM = "wage_below_minimum"
    PROBATION_WAGE_BELOW_MINIMUM = "probation_wage_below_minimum"
    MINIMUM_WAGE_UNKNOWN = "minimum_wage_unknown"
    OVERTIME_PREMIUM_TOO_LOW = "overtime_premium_too_low"
    OVER_60_PREMIUM_TOO_LOW = "over_60_premium_too_low"
    NIGHT_PREMIUM_TOO_LOW = "night_premium_too_low"
    HOLIDAY_PREMIUM_TOO_LOW = "holiday_premium_too_low"
    FIXED_OVERTIME_WITHOUT_AMOUNT = "fixed_overtime_without_amount"
    FIXED_OVERTIME_WITHOUT_HOURS = "fixed_overtime_without_hours"
    FIXED_OVERTIME_WITHOUT_EXCESS = "fixed_overtime_without_excess"
    FIXED_OVERTIME_TOO_LOW = "fixed_overtime_too_low"
    PAID_BY_VOUCHER = "paid_by_voucher"
    PAID_IN_KIND = "paid_in_kind"
    DIGITAL_WITHOUT_CONSENT = "digital_without_consent"
    PAID_LESS_THAN_MONTHLY = "paid_less_than_monthly"

    # Protection
    NO_ACCIDENT_INSURANCE = "no_accident_insurance"
    DISPATCH_WITHOUT_LICENCE = "dispatch_without_licence"
    DAY_DISPATCH = "day_dispatch"

    # Who may apply
    AGE_LIMIT = "age_limit"
    AGE_EXCEPTION_NOT_FITTING = "age_exception_not_fitting"
    AGE_REASON_MISSING = "age_reason_missing"
    AGE_LIMITS_REVERSED = "age_limits_reversed"
    SEX_LIMIT = "sex_limit"
    NATIONALITY_LIMIT = "nationality_limit"
    UNDER_MINIMUM_AGE = "under_minimum_age"
    MINOR_AT_NIGHT = "minor_at_night"
    MINOR_HAZARDOUS = "minor_hazardous"
    MINOR_OVERTIME = "minor_overtime"
    FORBIDDEN_QUESTION = "forbidden_question"

    # Money
    PENALTY_PROMISED = "penalty_promised"
    DEDUCTION_WITHOUT_AGREEMENT = "deduction_without_agreement"
    DEPOSIT_ASKED = "deposit_asked"
    ADVANCE_OFFSET = "advance_offset"
    FEE_FROM_WORKER = "fee_from_worker"
    REWARD_FOR_APPLYING = "reward_for_applying"

    # Cancellation and currency
    CANCEL_REASON_NOT_ALLOWED = "cancel_reason_not_allowed"
    CANCELLATION_PAY_TOO_LOW = "cancellation_pay_too_low"
    FILLED_BUT_OPEN = "filled_but_open"
    SHIFT_BEFORE_POSTING = "shift_before_posting"

    # Delivery of the notice
    ELECTRONIC_NOT_CHOSEN = "electronic_not_chosen"
    ELECTRONIC_NOT_PRINTABLE = "electronic_not_printable"


@dataclasses.dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw: its code, the field of `PostingTerms` to mend, the rule, and the values for the words."""

    code: PostingCode
    field: str
    basis: Basis
    values: Mapping[str, Value] = dataclasses.field(default_factory=dict)


def flaw(code: PostingCode, name: str, basis: Basis, **values: Value) -> Flaw:
    """A flaw with its values by keyword."""
    return Flaw(code, name, basis, values)
