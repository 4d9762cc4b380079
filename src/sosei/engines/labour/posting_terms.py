"""The terms of a job posting as plain data: every item that the law asks for, each of which may still be empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sosei.engines.labour.cancellation import EmployerReason
from sosei.engines.labour.spans import Shift, WorkplaceTrade
from sosei.engines.labour.wages import Allowance
from sosei.engines.labour.withholding import PaidBy


class Renewal(StrEnum):
    """Whether a fixed-term contract is renewed."""

    NEVER = "never"
    POSSIBLE = "possible"
    AUTOMATIC = "automatic"


class PayMethod(StrEnum):
    """How wages are handed over."""

    CASH = "cash"
    TRANSFER = "transfer"
    DIGITAL = "digital"
    """Into a fund transfer account, by the worker's consent (労基則7条の2)."""
    VOUCHER = "voucher"


class Smoking(StrEnum):
    """Measure against second-hand smoke at the workplace (職安則4条の2第3項9号)."""

    NO_SMOKING = "no_smoking"
    SMOKING_ROOM = "smoking_room"
    SMOKING_ALLOWED = "smoking_allowed"
    OUTDOORS = "outdoors"


class AgeException(StrEnum):
    """Reasons for which a posting may name an age (労働施策総合推進法施行規則1条の3第1項)."""

    RETIREMENT_AGE = "retirement_age"
    """1号: below the retirement age, contracts without end alone."""
    LAW = "law"
    """2号: a law bars ages (under eighteen from dangerous work or night)."""
    CAREER = "career"
    """3号イ: young people for a long career, contracts without end alone."""
    SKILL_GAP = "skill_gap"
    """3号ロ: an age group missing in a trade of the firm, contracts without end alone."""
    ART = "art"
    """3号ハ: the truth of a performance."""
    SENIORS_OR_SCHEME = "seniors_or_scheme"
    """3号ニ: people of sixty or more, or a public employment scheme."""


class Sex(StrEnum):
    """A sex that a posting asks for."""

    MEN = "men"
    WOMEN = "women"


class SexException(StrEnum):
    """Reasons for which a posting may name a sex (均等法8条, 指針)."""

    ART = "art"
    SECURITY = "security"
    MODESTY_OR_RELIGION = "modesty_or_religion"
    LAW = "law"
    POSITIVE_ACTION = "positive_action"


class ForbiddenTopic(StrEnum):
    """What an employer may not ask an applicant (職安法5条の5, 指針)."""

    BIRTHPLACE = "birthplace"
    FAMILY = "family"
    BELIEF = "belief"
    UNION = "union"
    MARRIAGE_OR_PREGNANCY = "marriage_or_pregnancy"


@dataclass(frozen=True, slots=True)
class FixedOvertime:
    """Overtime pay that is in the wage from the beginning (固定残業代).

    Attributes:
        yen: the amount; None when the posting does not say.
        minutes: the overtime it stands for; None when the posting does not say.
        excess_paid: it says that overtime beyond is paid besides.
    """

    yen: int | None
    minutes: int | None
    excess_paid: bool


@dataclass(frozen=True, slots=True)
class PromisedDeduction:
    """What a posting says will be taken off wages: what for, how much, and whether agreed in writing with the staff."""

    what: str
    yen: int
    agreed_in_writing: bool = False


@dataclass(frozen=True, kw_only=True)
class PostingTerms:
    """Everything that a posting and the notice of working conditions have to say. None and "" mean not yet said.

    Times are in `shifts` (minutes, aware); yen are whole; percentages are of the law's premiums.
    """

    # What, where, for whom
    recruiter_name: str | None = None
    work_content: str | None = None
    work_content_scope: str | None = None
    workplace: str | None = None
    workplace_scope: str | None = None
    prefecture_code: str | None = None
    trade: WorkplaceTrade | None = None
    exemption_reason: str | None = None
    dispatch: bool | None = None
    dispatch_licence: str | None = None

    # Period
    open_ended: bool = False
    contract_from: date | None = None
    contract_until: date | None = None
    renewal: Renewal | None = None
    renewal_criteria: str | None = None
    renewal_limited: bool | None = None
    renewal_limit: str | None = None
    probation: bool | None = None
    probation_terms: str | None = None
    probation_wage_yen: int | None = None

    # Hours
    shifts: tuple[Shift, ...] = ()
    shifts_together: bool = True
    """One worker takes all shifts; False where each is applied for by itself."""
    overtime: bool | None = None
    overtime_agreement: bool = False
    rest_days: str | None = None
    unpaid_minutes: int = 0
    """Minutes of changing, meeting or clearing up that the posting asks for and does not pay."""
    time_rounding_minutes: int = 1
    """Step to which each day's time is cut for pay."""

    # Pay
    paid_by: PaidBy | None = None
    wage_yen: int | None = None
    """By `paid_by`; without fixed overtime pay and allowances."""
    month_minutes: int | None = None
    allowances: tuple[Allowance, ...] | None = None
    overtime_percent: int = 25
    over_60_percent: int = 50
    night_percent: int = 25
    holiday_percent: int = 35
    fixed_overtime: FixedOvertime | None = None
    pay_method: PayMethod | None = None
    digital_consent: bool = False
    paid_in_kind: bool = False
    closing_day: str | None = None
    pay_day: str | None = None
    pay_interval_days: int | None = None
    raise_in_pay: bool | None = None
    bonus: bool | None = None
    severance: bool | None = None

    # Insurance and protection
    accident_insurance: bool | None = None
    small_farm: bool = False
    """An individual's farm with fewer than five staff (暫定任意適用)."""
    employment_insurance: bool | None = None
    health_insurance: bool | None = None
    pension_insurance: bool | None = None
    smoking: Smoking | None = None
    harassment_contact: str | None = None
    consultation_contact: str | None = None
    explanation_right: bool = False
    """The notice says that reasons for differences in treatment may be asked for (from October 2026)."""
    resignation_terms: str | None = None

    # Who may apply
    age_min: int | None = None
    age_max: int | None = None
    age_exception: AgeException | None = None
    age_reason: str | None = None
    sex: Sex | None = None
    sex_exception: SexException | None = None
    nationality_limit: bool = False
    minors_admitted: bool = False
    hazardous: bool = False
    forbidden_questions: tuple[ForbiddenTopic, ...] = ()

    # Money that may not be asked or promised
    penalty: str | None = None
    """Fine, damages fixed in advance or charge for cancelling."""
    deductions: tuple[PromisedDeduction, ...] = ()
    deposit_yen: int = 0
    advance_offset: bool = False
    """Wages are set off against a loan given before."""
    fee_from_worker_yen: int = 0
    reward_for_applying_yen: int = 0

    # Cancellation by the employer
    cancel_reasons: tuple[EmployerReason, ...] = ()
    """Reasons for which the posting reserves to cancel without pay inside the last twenty-four hours."""
    cancellation_pay_percent: int = 100

    # The posting itself
    posted_on: date | None = None
    positions: int | None = None
    filled: int = 0
    closed: bool = False

    # How the notice is delivered
    electronic_notice: bool = False
    electronic_chosen_by_worker: bool = False
    electronic_printable: bool = False
