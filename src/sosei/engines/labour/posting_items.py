"""Items that the law asks a posting (職安法5条の3, 職安則4条の2) and a notice (労基法15条, 労基則5条) to say.

Each row of the tables is an item: its field, the code of its absence, the rule.
"""

from __future__ import annotations

from datetime import date

from sosei.engines.labour.basis import Basis, Certainty
from sosei.engines.labour.posting_codes import Flaw, PostingCode
from sosei.engines.labour.posting_terms import PostingTerms, Renewal
from sosei.engines.labour.withholding import PaidBy

SHOWN = Basis("職安法", "5条の3第1項")
CURRENT = Basis("職安法", "5条の4第2項")
NOTICE = Basis("労基法", "15条1項")
NOTICE_PAY = Basis("労基則", "5条1項3号")
NOTICE_END = Basis("労基則", "5条1項4号")
PART_TIME_NOTICE = Basis("パート則", "2条1項")
HARASSMENT = Basis("労働施策法", "2026年10月1日施行の改正")
EXPLANATION = Basis("パート則", "2条1項（2026年10月1日施行の改正）")
EXPLANATION_FROM = date(2026, 10, 1)
PROGRAM = Basis("本システム", "求人の必須項目", Certainty.PRACTICE)


def _shown(item: str) -> Basis:
    return Basis("職安則", f"4条の2第3項{item}")


_POSTING_ITEMS: tuple[tuple[str, PostingCode, Basis], ...] = (
    ("work_content", PostingCode.MISSING_WORK_CONTENT, _shown("1号")),
    ("work_content_scope", PostingCode.MISSING_WORK_CONTENT_SCOPE, _shown("1号")),
    ("contract_from", PostingCode.MISSING_CONTRACT_FROM, _shown("2号")),
    ("probation", PostingCode.MISSING_PROBATION, _shown("2号の2")),
    ("workplace", PostingCode.MISSING_WORKPLACE, _shown("3号")),
    ("workplace_scope", PostingCode.MISSING_WORKPLACE_SCOPE, _shown("3号")),
    ("overtime", PostingCode.MISSING_OVERTIME, _shown("4号")),
    ("rest_days", PostingCode.MISSING_REST_DAYS, _shown("4号")),
    ("paid_by", PostingCode.MISSING_PAID_BY, _shown("5号")),
    ("wage_yen", PostingCode.MISSING_WAGE, _shown("5号")),
    ("allowances", PostingCode.MISSING_ALLOWANCES, _shown("5号")),
    ("health_insurance", PostingCode.MISSING_HEALTH_INSURANCE, _shown("6号")),
    ("pension_insurance", PostingCode.MISSING_PENSION_INSURANCE, _shown("6号")),
    ("accident_insurance", PostingCode.MISSING_ACCIDENT_INSURANCE, _shown("6号")),
    ("employment_insurance", PostingCode.MISSING_EMPLOYMENT_INSURANCE, _shown("6号")),
    ("recruiter_name", PostingCode.MISSING_RECRUITER_NAME, _shown("7号")),
    ("dispatch", PostingCode.MISSING_DISPATCH, _shown("8号")),
    ("smoking", PostingCode.MISSING_SMOKING, _shown("9号")),
    ("harassment_contact", PostingCode.MISSING_HARASSMENT_CONTACT, HARASSMENT),
    ("posted_on", PostingCode.MISSING_POSTED_ON, CURRENT),
    ("prefecture_code", PostingCode.MISSING_PREFECTURE, Basis("最賃法", "4条1項")),
    ("trade", PostingCode.MISSING_TRADE, PROGRAM),
    ("positions", PostingCode.MISSING_POSITIONS, PROGRAM),
)
_NOTICE_ITEMS: tuple[tuple[str, PostingCode, Basis], ...] = (
    ("pay_method", PostingCode.MISSING_PAY_METHOD, NOTICE_PAY),
    ("closing_day", PostingCode.MISSING_CLOSING_DAY, NOTICE_PAY),
    ("pay_day", PostingCode.MISSING_PAY_DAY, NOTICE_PAY),
    ("resignation_terms", PostingCode.MISSING_RESIGNATION_TERMS, NOTICE_END),
    ("raise_in_pay", PostingCode.MISSING_RAISE_IN_PAY, PART_TIME_NOTICE),
    ("bonus", PostingCode.MISSING_BONUS, PART_TIME_NOTICE),
    ("severance", PostingCode.MISSING_SEVERANCE, PART_TIME_NOTICE),
    ("consultation_contact", PostingCode.MISSING_CONSULTATION_CONTACT, PART_TIME_NOTICE),
)


def missing_posting_items(terms: PostingTerms) -> list[Flaw]:
    """Items that a posting lacks (職安法5条の3, 職安則4条の2, 2024-04-01 items included)."""
    found = _missing(terms, _POSTING_ITEMS)
    if not terms.shifts:
        found.append(Flaw(PostingCode.MISSING_SHIFTS, "shifts", _shown("4号")))
    found.extend(_missing_period(terms))
    if terms.probation and _empty(terms.probation_terms):
        found.append(Flaw(PostingCode.MISSING_PROBATION_TERMS, "probation_terms", _shown("2号の2")))
    if terms.paid_by is PaidBy.MONTH and not terms.month_minutes:
        found.append(Flaw(PostingCode.MISSING_MONTH_MINUTES, "month_minutes", Basis("最賃則", "2条1項")))
    return found


def missing_notice_items(terms: PostingTerms) -> list[Flaw]:
    """Items that the notice of working conditions lacks beside those of the posting (労基法15条, 労基則5条, パート法6条)."""
    found = _missing(terms, _NOTICE_ITEMS)
    days = [terms.posted_on, terms.contract_from, *(shift.day for shift in terms.shifts)]
    known = [day for day in days if day is not None]
    if not terms.explanation_right and (not known or max(known) >= EXPLANATION_FROM):
        found.append(Flaw(PostingCode.MISSING_EXPLANATION_RIGHT, "explanation_right", EXPLANATION))
    if terms.electronic_notice and not terms.electronic_chosen_by_worker:
        basis = Basis("労基則", "5条4項")
        found.append(Flaw(PostingCode.ELECTRONIC_NOT_CHOSEN, "electronic_chosen_by_worker", basis))
    if terms.electronic_notice and not terms.electronic_printable:
        basis = Basis("労基則", "5条4項2号")
        found.append(Flaw(PostingCode.ELECTRONIC_NOT_PRINTABLE, "electronic_printable", basis))
    return found


def _missing_period(terms: PostingTerms) -> list[Flaw]:
    if terms.open_ended:
        return []
    found: list[Flaw] = []
    if terms.contract_until is None:
        found.append(Flaw(PostingCode.MISSING_CONTRACT_UNTIL, "contract_until", _shown("2号")))
    renewal = _shown("2号の3")
    if terms.renewal is None:
        return [*found, Flaw(PostingCode.MISSING_RENEWAL, "renewal", renewal)]
    if terms.renewal is Renewal.NEVER:
        return found
    if terms.renewal is Renewal.POSSIBLE and _empty(terms.renewal_criteria):
        found.append(Flaw(PostingCode.MISSING_RENEWAL_CRITERIA, "renewal_criteria", renewal))
    if terms.renewal_limited is None or (terms.renewal_limited and _empty(terms.renewal_limit)):
        found.append(Flaw(PostingCode.MISSING_RENEWAL_LIMIT, "renewal_limit", renewal))
    return found


def _missing(terms: PostingTerms, items: tuple[tuple[str, PostingCode, Basis], ...]) -> list[Flaw]:
    return [Flaw(code, name, basis) for name, code, basis in items if _empty(getattr(terms, name))]


def _empty(value: object) -> bool:
    """Not said: None, or a text of nothing but spaces. No allowances (an empty tuple) is an answer."""
    return value is None or (isinstance(value, str) and not value.strip())
