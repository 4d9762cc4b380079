"""Postings with one flaw each: every flaw is named, with its field and rule, and nothing else is."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.labour import (
    AgeException,
    Allowance,
    AllowanceKind,
    AllowancePer,
    EmployerReason,
    Exemption,
    FixedOvertime,
    ForbiddenTopic,
    PaidBy,
    PayMethod,
    PostingCode,
    PostingTerms,
    PromisedDeduction,
    Renewal,
    Sex,
    SexException,
    Shift,
    Smoking,
    WorkplaceTrade,
    notice_flaws,
    posting_flaws,
)
from tests.engines.labour_worlds import daily, shift

HALF_DAYS = tuple(shift(text) for text in daily("A", range(3, 8), "6:00-12:00"))
LAWFUL = PostingTerms(
    recruiter_name="見本農園（架空）",
    work_content="桃の収穫と箱詰め",
    work_content_scope="変更なし",
    workplace="架空の果樹園",
    workplace_scope="変更なし",
    prefecture_code="07",
    trade=WorkplaceTrade.AGRICULTURE,
    dispatch=False,
    contract_from=date(2026, 8, 3),
    contract_until=date(2026, 8, 14),
    renewal=Renewal.NEVER,
    probation=False,
    shifts=HALF_DAYS,
    overtime=False,
    rest_days="日曜日",
    paid_by=PaidBy.HOUR,
    wage_yen=1100,
    allowances=(),
    pay_method=PayMethod.TRANSFER,
    closing_day="毎日",
    pay_day="当日",
    raise_in_pay=False,
    bonus=False,
    severance=False,
    accident_insurance=True,
    employment_insurance=False,
    health_insurance=False,
    pension_insurance=False,
    smoking=Smoking.NO_SMOKING,
    harassment_contact="架空の相談窓口",
    consultation_contact="架空の相談窓口",
    explanation_right=True,
    resignation_terms="契約期間の終わりまで。解約可能事由は別に示す",
    posted_on=date(2026, 7, 1),
    positions=12,
    filled=3,
    cancel_reasons=(EmployerReason.FORCE_MAJEURE,),
)


def _shifts(*texts: str) -> tuple[Shift, ...]:
    return tuple(shift(text) for text in texts)


C = PostingCode
# code, what is changed of the lawful posting, field that is named
FLAWED: list[tuple[PostingCode, dict[str, object], str]] = [
    (C.MISSING_RECRUITER_NAME, {"recruiter_name": " "}, "recruiter_name"),
    (C.MISSING_WORK_CONTENT, {"work_content": ""}, "work_content"),
    (C.MISSING_WORK_CONTENT_SCOPE, {"work_content_scope": None}, "work_content_scope"),
    (C.MISSING_WORKPLACE, {"workplace": None}, "workplace"),
    (C.MISSING_WORKPLACE_SCOPE, {"workplace_scope": None}, "workplace_scope"),
    (C.MISSING_PREFECTURE, {"prefecture_code": None}, "prefecture_code"),
    (C.MISSING_TRADE, {"trade": None}, "trade"),
    (C.MISSING_DISPATCH, {"dispatch": None}, "dispatch"),
    (C.MISSING_CONTRACT_FROM, {"contract_from": None}, "contract_from"),
    (C.MISSING_CONTRACT_UNTIL, {"contract_until": None}, "contract_until"),
    (C.MISSING_RENEWAL, {"renewal": None}, "renewal"),
    (C.MISSING_RENEWAL_CRITERIA, {"renewal": Renewal.POSSIBLE, "renewal_limited": False}, "renewal_criteria"),
    (C.MISSING_RENEWAL_LIMIT, {"renewal": Renewal.AUTOMATIC}, "renewal_limit"),
    (C.MISSING_RENEWAL_LIMIT, {"renewal": Renewal.AUTOMATIC, "renewal_limited": True}, "renewal_limit"),
    (C.MISSING_PROBATION, {"probation": None}, "probation"),
    (C.MISSING_PROBATION_TERMS, {"probation": True}, "probation_terms"),
    (C.MISSING_SHIFTS, {"shifts": ()}, "shifts"),
    (C.MISSING_OVERTIME, {"overtime": None}, "overtime"),
    (C.MISSING_REST_DAYS, {"rest_days": None}, "rest_days"),
    (C.MISSING_PAID_BY, {"paid_by": None}, "paid_by"),
    (C.MISSING_WAGE, {"wage_yen": None}, "wage_yen"),
    (C.MISSING_MONTH_MINUTES, {"paid_by": PaidBy.MONTH, "wage_yen": 200_000}, "month_minutes"),
    (C.MISSING_ALLOWANCES, {"allowances": None}, "allowances"),
    (C.MISSING_ACCIDENT_INSURANCE, {"accident_insurance": None}, "accident_insurance"),
    (C.MISSING_EMPLOYMENT_INSURANCE, {"employment_insurance": None}, "employment_insurance"),
    (C.MISSING_HEALTH_INSURANCE, {"health_insurance": None}, "health_insurance"),
    (C.MISSING_PENSION_INSURANCE, {"pension_insurance": None}, "pension_insurance"),
    (C.MISSING_SMOKING, {"smoking": None}, "smoking"),
    (C.MISSING_HARASSMENT_CONTACT, {"harassment_contact": None}, "harassment_contact"),
    (C.MISSING_POSTED_ON, {"posted_on": None}, "posted_on"),
    (C.MISSING_POSITIONS, {"positions": None}, "positions"),
    (C.PERIOD_REVERSED, {"contract_until": date(2026, 8, 2)}, "contract_until"),
    (C.PERIOD_OVER_3_YEARS, {"contract_until": date(2029, 8, 3)}, "contract_until"),
    (C.SHIFT_OUTSIDE_CONTRACT, {"contract_until": date(2026, 8, 6)}, "shifts"),
    (C.SHIFT_OUTSIDE_CONTRACT, {"contract_from": date(2026, 8, 4)}, "shifts"),
    (C.SHIFT_BEFORE_POSTING, {"posted_on": date(2026, 8, 4)}, "shifts"),
    (C.SHIFTS_OVERLAP, {"shifts": _shifts("A 3 8:00-12:00", "A 3 11:00-13:00")}, "shifts"),
    (C.DAY_OVER_8_HOURS, {"shifts": _shifts("A 3 8:00-17:01 /12:00-13:00")}, "shifts"),
    (C.DAY_OVER_8_HOURS, {"shifts": _shifts("A 3 8:00-13:00", "A 3 14:00-18:00")}, "shifts"),
    (C.WEEK_OVER_40_HOURS, {"shifts": _shifts(*daily("A", range(3, 9), "8:00-16:00 /12:00-12:45"))}, "shifts"),
    (C.NO_REST_DAY, {"shifts": _shifts(*daily("A", range(9, 16), "8:00-12:00")),
        "contract_until": date(2026, 8, 31)}, "shifts"),
    (C.BREAK_TOO_SHORT, {"shifts": _shifts("A 3 8:00-15:00")}, "shifts"),
    (C.BREAK_AT_EDGE, {"shifts": _shifts("A 3 8:00-17:00 /8:00-8:15 /12:00-13:00")}, "shifts"),
    (C.OVERTIME_WITHOUT_AGREEMENT, {"overtime": True}, "overtime_agreement"),
    (C.OVERTIME_DENIED, {"overtime_agreement": True, "shifts": _shifts("A 3 8:00-18:00 /12:00-13:00")}, "overtime"),
    (C.EXEMPTION_NOT_ALLOWED, {"trade": WorkplaceTrade.PACKING, "exemption_reason": "農家の選果場"},
        "exemption_reason"),
    (C.EXEMPTION_NOT_ALLOWED, {"trade": WorkplaceTrade.FORESTRY, "exemption_reason": "山の仕事"}, "exemption_reason"),
    (C.UNPAID_TIME, {"unpaid_minutes": 10}, "unpaid_minutes"),
    (C.DAILY_ROUNDING, {"time_rounding_minutes": 15}, "time_rounding_minutes"),
    (C.WAGE_NOT_POSITIVE, {"wage_yen": 0}, "wage_yen"),
    (C.WAGE_NOT_POSITIVE,
        {"probation": True, "probation_terms": "最初の2日", "probation_wage_yen": 0}, "probation_wage_yen"),
    (C.WAGE_BELOW_MINIMUM, {"wage_yen": 1032}, "wage_yen"),
    (C.WAGE_BELOW_MINIMUM, {"wage_yen": 1050, "prefecture_code": "13"}, "wage_yen"),
    (C.WAGE_BELOW_MINIMUM, {"wage_yen": 6197, "paid_by": PaidBy.DAY}, "wage_yen"),
    (C.WAGE_BELOW_MINIMUM, {"wage_yen": 165_279, "paid_by": PaidBy.MONTH, "month_minutes": 9600}, "wage_yen"),
    (C.PROBATION_WAGE_BELOW_MINIMUM,
        {"probation": True, "probation_terms": "最初の2日", "probation_wage_yen": 1032}, "probation_wage_yen"),
    (C.MINIMUM_WAGE_UNKNOWN, {"prefecture_code": "48"}, "prefecture_code"),
    (C.MINIMUM_WAGE_UNKNOWN, {"allowances": (Allowance(AllowanceKind.DUTY, 5000, AllowancePer.MONTH),)}, "allowances"),
    (C.OVERTIME_PREMIUM_TOO_LOW, {"overtime_percent": 20}, "overtime_percent"),
    (C.OVER_60_PREMIUM_TOO_LOW, {"over_60_percent": 25}, "over_60_percent"),
    (C.NIGHT_PREMIUM_TOO_LOW, {"night_percent": 0}, "night_percent"),
    (C.HOLIDAY_PREMIUM_TOO_LOW, {"holiday_percent": 25}, "holiday_percent"),
    (C.FIXED_OVERTIME_WITHOUT_AMOUNT,
        {"overtime_agreement": True, "fixed_overtime": FixedOvertime(None, 600, True)}, "fixed_overtime"),
    (C.FIXED_OVERTIME_WITHOUT_HOURS,
        {"overtime_agreement": True, "fixed_overtime": FixedOvertime(20_000, None, True)}, "fixed_overtime"),
    (C.FIXED_OVERTIME_WITHOUT_EXCESS,
        {"overtime_agreement": True, "fixed_overtime": FixedOvertime(20_000, 600, False)}, "fixed_overtime"),
    (C.FIXED_OVERTIME_TOO_LOW, {"overtime_agreement": True, "fixed_overtime": FixedOvertime(13_749, 600,
        True)}, "fixed_overtime"),
    (C.FIXED_OVERTIME_TOO_LOW, {"overtime_agreement": True, "fixed_overtime": FixedOvertime(98_999, 4200,
        True)}, "fixed_overtime"),
    (C.PAID_BY_VOUCHER, {"pay_method": PayMethod.VOUCHER}, "pay_method"),
    (C.PAID_IN_KIND, {"paid_in_kind": True}, "paid_in_kind"),
    (C.DIGITAL_WITHOUT_CONSENT, {"pay_method": PayMethod.DIGITAL}, "digital_consent"),
    (C.PAID_LESS_THAN_MONTHLY, {"pay_interval_days": 60}, "pay_interval_days"),
    (C.NO_ACCIDENT_INSURANCE, {"accident_insurance": False}, "accident_insurance"),
    (C.NO_ACCIDENT_INSURANCE, {"accident_insurance": False, "small_farm": True}, "accident_insurance"),
    (C.DISPATCH_WITHOUT_LICENCE, {"dispatch": True, "contract_until": date(2026, 9, 2)}, "dispatch_licence"),
    (C.DAY_DISPATCH, {"dispatch": True, "dispatch_licence": "架空", "contract_until": date(2026, 9, 1)},
        "contract_until"),
    (C.AGE_LIMIT, {"age_max": 60}, "age_max"),
    (C.AGE_LIMIT, {"age_min": 18}, "age_min"),
    (C.AGE_EXCEPTION_NOT_FITTING,
        {"age_max": 64, "age_exception": AgeException.RETIREMENT_AGE, "age_reason": "定年"}, "age_exception"),
    (C.AGE_EXCEPTION_NOT_FITTING, {"age_min": 18, "age_exception": AgeException.LAW}, "age_exception"),
    (C.AGE_EXCEPTION_NOT_FITTING, {"age_min": 40, "age_exception": AgeException.LAW, "hazardous": True},
        "age_exception"),
    (C.AGE_REASON_MISSING, {"age_max": 30, "age_exception": AgeException.ART}, "age_reason"),
    (C.AGE_LIMITS_REVERSED, {"age_min": 75, "age_max": 70, "age_exception": AgeException.ART}, "age_min"),
    (C.SEX_LIMIT, {"sex": Sex.WOMEN}, "sex"),
    (C.SEX_LIMIT, {"sex": Sex.MEN}, "sex"),
    (C.NATIONALITY_LIMIT, {"nationality_limit": True}, "nationality_limit"),
    (C.UNDER_MINIMUM_AGE, {"age_min": 14, "age_exception": AgeException.ART}, "age_min"),
    (C.MINOR_AT_NIGHT, {"minors_admitted": True, "shifts": _shifts("A 3 4:00-8:00")}, "minors_admitted"),
    (C.MINOR_HAZARDOUS, {"minors_admitted": True, "hazardous": True}, "minors_admitted"),
    (C.MINOR_OVERTIME, {"minors_admitted": True, "overtime": True, "overtime_agreement": True}, "minors_admitted"),
    (C.FORBIDDEN_QUESTION, {"forbidden_questions": (ForbiddenTopic.BIRTHPLACE,)}, "forbidden_questions"),
    (C.FORBIDDEN_QUESTION, {"forbidden_questions": (ForbiddenTopic.MARRIAGE_OR_PREGNANCY,)}, "forbidden_questions"),
    (C.PENALTY_PROMISED, {"penalty": "無断欠勤は罰金1万円"}, "penalty"),
    (C.DEDUCTION_WITHOUT_AGREEMENT, {"deductions": (PromisedDeduction("食費", 500),)}, "deductions"),
    (C.DEPOSIT_ASKED, {"deposit_yen": 5000}, "deposit_yen"),
    (C.ADVANCE_OFFSET, {"advance_offset": True}, "advance_offset"),
    (C.FEE_FROM_WORKER, {"fee_from_worker_yen": 300}, "fee_from_worker_yen"),
    (C.REWARD_FOR_APPLYING, {"reward_for_applying_yen": 500}, "reward_for_applying_yen"),
    (C.CANCEL_REASON_NOT_ALLOWED, {"cancel_reasons": (EmployerReason.RAIN,)}, "cancel_reasons"),
    (C.CANCEL_REASON_NOT_ALLOWED, {"cancel_reasons": (EmployerReason.BUSINESS_VOLUME,)}, "cancel_reasons"),
    (C.CANCELLATION_PAY_TOO_LOW, {"cancellation_pay_percent": 60}, "cancellation_pay_percent"),
    (C.FILLED_BUT_OPEN, {"filled": 12}, "closed"),
]  # fmt: skip
NOTICE_FLAWED: list[tuple[PostingCode, dict[str, object], str]] = [
    (C.MISSING_PAY_METHOD, {"pay_method": None}, "pay_method"),
    (C.MISSING_CLOSING_DAY, {"closing_day": None}, "closing_day"),
    (C.MISSING_PAY_DAY, {"pay_day": ""}, "pay_day"),
    (C.MISSING_RESIGNATION_TERMS, {"resignation_terms": None}, "resignation_terms"),
    (C.MISSING_RAISE_IN_PAY, {"raise_in_pay": None}, "raise_in_pay"),
    (C.MISSING_BONUS, {"bonus": None}, "bonus"),
    (C.MISSING_SEVERANCE, {"severance": None}, "severance"),
    (C.MISSING_CONSULTATION_CONTACT, {"consultation_contact": None}, "consultation_contact"),
    (C.ELECTRONIC_NOT_CHOSEN, {"electronic_notice": True, "electronic_printable": True}, "electronic_chosen_by_worker"),
    (C.ELECTRONIC_NOT_PRINTABLE,
        {"electronic_notice": True, "electronic_chosen_by_worker": True}, "electronic_printable"),
    (C.MISSING_EXPLANATION_RIGHT, {"explanation_right": False, "posted_on": date(2026, 10, 1)}, "explanation_right"),
]  # fmt: skip


def _changed(changes: dict[str, object]) -> PostingTerms:
    return replace(LAWFUL, **changes)  # type: ignore[arg-type]


def test_a_lawful_posting_has_no_flaw() -> None:
    assert posting_flaws(LAWFUL) == ()
    assert notice_flaws(LAWFUL) == ()


@pytest.mark.parametrize(
    ("code", "changes", "field"), FLAWED, ids=[f"{row[0].value}-{n}" for n, row in enumerate(FLAWED)]
)
def test_a_posting_with_one_flaw_is_told_that_one(
    code: PostingCode, changes: dict[str, object], field: str
) -> None:
    found = posting_flaws(_changed(changes))
    assert [(each.code, each.field) for each in found] == [(code, field)]
    assert all(each.basis.law_name and each.basis.article for each in found)
    assert notice_flaws(_changed(changes)) == ()


@pytest.mark.parametrize(
    ("code", "changes", "field"), NOTICE_FLAWED, ids=[row[0].value for row in NOTICE_FLAWED]
)
def test_a_notice_with_one_gap_is_told_that_one(
    code: PostingCode, changes: dict[str, object], field: str
) -> None:
    found = notice_flaws(_changed(changes))
    assert [(each.code, each.field) for each in found] == [(code, field)]


def test_every_code_has_a_posting_that_shows_it_and_every_field_exists() -> None:
    shown = {row[0] for row in FLAWED} | {row[0] for row in NOTICE_FLAWED}
    assert shown == set(PostingCode)
    assert len(FLAWED) + len(NOTICE_FLAWED) >= 100
    known = {each.name for each in fields(PostingTerms)}
    assert {row[2] for row in (*FLAWED, *NOTICE_FLAWED)} <= known


def test_the_right_to_an_explanation_is_told_from_october_2026() -> None:
    before = _changed({"explanation_right": False})
    assert notice_flaws(before) == ()
    later = _changed({"explanation_right": False, "contract_from": date(2026, 10, 1)})
    assert [each.code for each in notice_flaws(later)] == [C.MISSING_EXPLANATION_RIGHT]


LAWFUL_TOO: list[tuple[str, dict[str, object]]] = [
    ("renewal with criteria and no limit",
        {"renewal": Renewal.POSSIBLE, "renewal_criteria": "作柄による", "renewal_limited": False}),
    ("renewal with a limit", {"renewal": Renewal.AUTOMATIC, "renewal_limited": True, "renewal_limit": "通算2か月まで"}),
    ("a contract without end", {"open_ended": True, "contract_until": None, "renewal": None}),
    ("young people for a long career",
        {"open_ended": True, "age_max": 34, "age_exception": AgeException.CAREER, "age_reason": "長期勤続"}),
    ("eighteen and over for the night",
        {"age_min": 18, "age_exception": AgeException.LAW, "shifts": _shifts("A 3 2:00-7:00")}),
    ("eighteen and over for danger", {"age_min": 18, "age_exception": AgeException.LAW, "hazardous": True}),
    ("seniors", {"age_min": 60, "age_exception": AgeException.SENIORS_OR_SCHEME}),
    ("an actress", {"sex": Sex.WOMEN, "sex_exception": SexException.ART}),
    ("orchard, ten hours, exempt with its reason",
        {"exemption_reason": "果樹園での収穫", "shifts": _shifts("A 3 6:00-16:00")}),
    ("orchard, seven days, exempt",
        {"exemption_reason": "果樹園での収穫", "shifts": _shifts(*daily("A", range(8, 15), "6:00-12:00")),
        "contract_until": date(2026, 8, 31)}),
    ("overtime with an agreement",
        {"overtime": True, "overtime_agreement": True, "shifts": _shifts("A 3 8:00-18:00 /12:00-13:00")}),
    ("small shop, forty-four hours",
        {"trade": WorkplaceTrade.SALES,
        "shifts": tuple(shift(text, week_limit=2640) for text in [*daily("A", range(3, 8),
        "8:00-16:45 /12:00-12:45"), "A 8 8:00-12:00"])}),
    ("shifts applied for one by one may overlap",
        {"shifts_together": False, "shifts": _shifts("A 3 8:00-12:00", "A 3 10:00-14:00")}),
    ("seven days applied for one by one",
        {"shifts_together": False, "shifts": _shifts(*daily("A", range(9, 16), "8:00-12:00")),
        "contract_until": date(2026, 8, 31)}),
    ("fixed overtime that says all and covers its hours",
        {"overtime_agreement": True, "fixed_overtime": FixedOvertime(13_750, 600, True)}),
    ("seventy hours of fixed overtime, ten of them at 50 %",
        {"overtime_agreement": True, "fixed_overtime": FixedOvertime(99_000, 4200, True)}),
    ("the minimum wage to the yen", {"wage_yen": 1033}),
    ("a day's wage at the minimum", {"wage_yen": 6198, "paid_by": PaidBy.DAY}),
    ("meals taken off by agreement", {"deductions": (PromisedDeduction("食費", 500, agreed_in_writing=True),)}),
    ("digital pay by consent", {"pay_method": PayMethod.DIGITAL, "digital_consent": True}),
    ("filled and closed", {"filled": 12, "closed": True}),
    ("minors by day", {"minors_admitted": True}),
    ("dispatch for thirty-one days",
        {"dispatch": True, "dispatch_licence": "架空", "contract_until": date(2026, 9, 2)}),
]  # fmt: skip


@pytest.mark.parametrize(("says", "changes"), LAWFUL_TOO, ids=[row[0] for row in LAWFUL_TOO])
def test_what_the_law_allows_is_no_flaw(says: str, changes: dict[str, object]) -> None:
    assert posting_flaws(_changed(changes)) == ()


def test_one_flaw_hides_no_other() -> None:
    bad = _changed(
        {
            "contract_until": date(2026, 8, 2),
            "posted_on": date(2026, 8, 9),
            "shifts": _shifts("A 3 22:00-24:00", "A 3 23:00-25:00"),
            "unpaid_minutes": 5,
            "time_rounding_minutes": 30,
            "age_min": 14,
            "age_max": 13,
            "minors_admitted": True,
            "wage_yen": 900,
            "penalty": "遅刻は罰金",
        }
    )
    assert {each.code for each in posting_flaws(bad)} == {
        C.PERIOD_REVERSED,
        C.SHIFT_BEFORE_POSTING,
        C.SHIFTS_OVERLAP,
        C.UNPAID_TIME,
        C.DAILY_ROUNDING,
        C.AGE_LIMITS_REVERSED,
        C.AGE_LIMIT,
        C.UNDER_MINIMUM_AGE,
        C.MINOR_AT_NIGHT,
        C.WAGE_BELOW_MINIMUM,
        C.PENALTY_PROMISED,
    }


def test_a_wage_that_falls_under_the_minimum_in_mid_harvest_names_the_first_worst_day() -> None:
    apples = tuple(
        replace(
            each, span=type(each.span)(each.span.start.replace(month=10), each.span.end.replace(month=10))
        )
        for each in _shifts(*daily("A", [14, 15, 16, 17], "6:00-12:00"))
    )
    terms = _changed(
        {
            "wage_yen": 1050,
            "shifts": apples,
            "contract_from": date(2026, 10, 14),
            "contract_until": date(2026, 10, 17),
        }
    )
    (found,) = posting_flaws(terms)
    assert found.code is C.WAGE_BELOW_MINIMUM
    assert (found.values["day"], found.values["minimum"], found.values["missing"], found.values["count"]) == (
        date(2026, 10, 16),
        1094,
        44,
        2,
    )


def test_a_shift_over_midnight_meets_the_minimum_of_both_days() -> None:
    night = shift("A 3 20:00-26:00")
    moved = replace(
        night,
        span=type(night.span)(
            night.span.start.replace(month=10, day=15), night.span.end.replace(month=10, day=16)
        ),
    )
    terms = _changed(
        {
            "wage_yen": 1050,
            "shifts": (moved,),
            "contract_from": date(2026, 10, 15),
            "contract_until": date(2026, 10, 16),
        }
    )
    assert [each.values["day"] for each in posting_flaws(terms)] == [date(2026, 10, 16)]
    to_midnight = replace(moved, span=type(night.span)(moved.span.start, moved.span.end.replace(hour=0)))
    assert posting_flaws(replace(terms, shifts=(to_midnight,))) == ()


def test_an_exemption_written_on_a_shift_does_not_count_without_the_postings_reason() -> None:
    smuggled = shift("A 3 6:00-16:00 /11:00-12:00", exemption=Exemption(WorkplaceTrade.FISHERY, "船"))
    assert [each.code for each in posting_flaws(_changed({"shifts": (smuggled,)}))] == [C.DAY_OVER_8_HOURS]


def test_an_empty_form_is_told_all_that_is_missing_and_nothing_raises() -> None:
    found = {each.code for each in (*posting_flaws(PostingTerms()), *notice_flaws(PostingTerms()))}
    assert {each.value for each in found} == {
        code.value
        for code in PostingCode
        if code.value.startswith("missing_")
        and code
        not in {
            C.MISSING_MONTH_MINUTES,
            C.MISSING_PROBATION_TERMS,
            C.MISSING_RENEWAL_CRITERIA,
            C.MISSING_RENEWAL_LIMIT,
        }
    }


EVERY_CHANGE = [row[1] for row in (*FLAWED, *NOTICE_FLAWED)] + [row[1] for row in LAWFUL_TOO]


@given(st.lists(st.sampled_from(EVERY_CHANGE), max_size=6))
def test_any_mixture_of_flaws_is_reported_and_never_raises(changes: list[dict[str, object]]) -> None:
    mixed = LAWFUL
    for each in changes:
        mixed = replace(mixed, **each)  # type: ignore[arg-type]
    for flaw in (*posting_flaws(mixed), *notice_flaws(mixed)):
        assert flaw.field in {each.name for each in fields(PostingTerms)}


def test_monthly_pay_with_an_allowance_by_the_month_is_compared_and_its_gap_told_once() -> None:
    duty = Allowance(AllowanceKind.DUTY, 16_000, AllowancePer.MONTH)
    monthly = {"paid_by": PaidBy.MONTH, "allowances": (duty,), "month_minutes": 9600}
    assert posting_flaws(_changed({**monthly, "wage_yen": 149_280})) == ()
    (low,) = posting_flaws(_changed({**monthly, "wage_yen": 149_279}))
    assert (low.code, low.values["missing"]) == (C.WAGE_BELOW_MINIMUM, 1)
    fixed = FixedOvertime(1, 600, excess_paid=True)
    untold = {"allowances": (duty,), "fixed_overtime": fixed, "overtime_agreement": True}
    assert [each.code for each in posting_flaws(_changed(untold))] == [C.MINIMUM_WAGE_UNKNOWN]
    unsaid = {"paid_by": None, "fixed_overtime": fixed, "overtime_agreement": True}
    assert [each.code for each in posting_flaws(_changed(unsaid))] == [C.MISSING_PAID_BY]
