"""Every legal flaw of a posting in plain words, and the box of the form in which it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.engines.labour.posting_codes import PostingCode as Code

SENTENCES: Mapping[Code, Any] = {
    Code.MISSING_RECRUITER_NAME: _("雇用主の名前がありません。"),
    Code.MISSING_WORK_CONTENT: _("仕事の内容が書かれていません。どんな仕事かを書いてください。"),
    Code.MISSING_WORK_CONTENT_SCOPE: _(
        "仕事の内容が変わることがあるかが書かれていません。変わらないときは「変更はありません」と書いてください。"
    ),
    Code.MISSING_WORKPLACE: _("就業場所が選ばれていません。"),
    Code.MISSING_WORKPLACE_SCOPE: _(
        "就業場所が変わることがあるかが書かれていません。変わらないときは「変更はありません」と書いてください。"
    ),
    Code.MISSING_PREFECTURE: _(
        "就業場所がないので、どの都道府県の最低賃金を使うかが決まりません。就業場所を選んでください。"
    ),
    Code.MISSING_TRADE: _("仕事の種類が選ばれていません。"),
    Code.MISSING_DISPATCH: _("派遣の仕事かどうかが書かれていません。"),
    Code.MISSING_CONTRACT_FROM: _(
        "契約の期間の始まりが分かりません。契約の期間を書き、勤務日を入れてください。"
    ),
    Code.MISSING_CONTRACT_UNTIL: _(
        "契約の期間の終わりが分かりません。契約の期間を書き、勤務日を入れてください。"
    ),
    Code.MISSING_RENEWAL: _(
        "契約を更新するかどうかが書かれていません。しないときは「更新はありません」と書いてください。"
    ),
    Code.MISSING_RENEWAL_CRITERIA: _(
        "契約を更新することがあるときは、何によって決めるかを書いてください（例：仕事の量により判断します）。"
    ),
    Code.MISSING_RENEWAL_LIMIT: _(
        "契約を更新することがあるときは、回数や期間の上限があるかを書いてください（例：更新は2回までです）。"
    ),
    Code.MISSING_PROBATION: _(
        "試用期間があるかが書かれていません。ないときは「ありません」と書いてください。"
    ),
    Code.MISSING_PROBATION_TERMS: _("試用期間の長さと、その間の条件を書いてください。"),
    Code.MISSING_SHIFTS: _("勤務日が一つもありません。始まり・終わり・休憩を入れてください。"),
    Code.MISSING_OVERTIME: _("時間外の仕事があるかを選んでください。"),
    Code.MISSING_REST_DAYS: _("休日が書かれていません。"),
    Code.MISSING_PAID_BY: _("賃金を時間で払うか日で払うかが決まっていません。"),
    Code.MISSING_WAGE: _("時給が書かれていません。"),
    Code.MISSING_MONTH_MINUTES: _("月給のときは、1か月に働く時間を書いてください。"),
    Code.MISSING_ALLOWANCES: _("手当があるかが書かれていません。"),
    Code.MISSING_ACCIDENT_INSURANCE: _(
        "労災保険のことが書かれていません。「労災保険に入っています」と書いてください。"
    ),
    Code.MISSING_EMPLOYMENT_INSURANCE: _("雇用保険に入るかどうかが書かれていません。"),
    Code.MISSING_HEALTH_INSURANCE: _("健康保険に入るかどうかが書かれていません。"),
    Code.MISSING_PENSION_INSURANCE: _("厚生年金に入るかどうかが書かれていません。"),
    Code.MISSING_SMOKING: _("受動喫煙を防ぐ対策が書かれていません。就業場所のページで選んでください。"),
    Code.MISSING_HARASSMENT_CONTACT: _(
        "ハラスメントの相談窓口がありません。雇用主の登録に、担当者と、電話かメールを書いてください。"
    ),
    Code.MISSING_POSTED_ON: _("求人をいつ出したかが分かりません。"),
    Code.MISSING_POSITIONS: _("人数が書かれていません。勤務日に人数を入れてください。"),
    Code.MISSING_PAY_METHOD: _("賃金の払いかたを選んでください。"),
    Code.MISSING_CLOSING_DAY: _("賃金の締め切りが書かれていません（例：毎日）。"),
    Code.MISSING_PAY_DAY: _("賃金をいつ払うかが書かれていません（例：働いた日の7日後）。"),
    Code.MISSING_RESIGNATION_TERMS: _(
        "退職・解雇に関することが書かれていません（例：契約の期間が終わると退職になります）。"
    ),
    Code.MISSING_RAISE_IN_PAY: _("昇給があるかどうかが書かれていません。"),
    Code.MISSING_BONUS: _("賞与があるかどうかが書かれていません。"),
    Code.MISSING_SEVERANCE: _("退職手当があるかどうかが書かれていません。"),
    Code.MISSING_CONSULTATION_CONTACT: _(
        "相談窓口がありません。雇用主の登録に、担当者と、電話かメールを書いてください。"
    ),
    Code.MISSING_EXPLANATION_RIGHT: _("待遇の違いの説明を求められることが書かれていません。"),
    Code.PERIOD_REVERSED: _("契約の期間の終わり（%(contract_until)s）が、始まりより前です。"),
    Code.PERIOD_OVER_3_YEARS: _("契約の期間は3年までです。%(latest)sまでにしてください。"),
    Code.SHIFT_OUTSIDE_CONTRACT: _("契約の期間の外に勤務日があります（%(day)s、全部で%(count)s日）。"),
    Code.SHIFTS_OVERLAP: _(
        "同じ人が働く勤務日が重なっています（%(shift)s）。片方の時刻を直すか、日ごとに申し込めるようにしてください。"
    ),
    Code.DAY_OVER_8_HOURS: _(
        "%(day)sの仕事が8時間を%(over)s分こえています。36協定がないので、こえられません。短くするか、人を分けてください。"
    ),
    Code.WEEK_OVER_40_HOURS: _(
        "%(week)sからの1週間の仕事が、40時間（特例の事業は44時間）を%(over)s分こえています。36協定がないので、こえられません。"
    ),
    Code.NO_REST_DAY: _("%(week)sからの1週間に休日がありません。少なくとも1日、休みにしてください。"),
    Code.BREAK_TOO_SHORT: _(
        "%(day)sの休憩が%(given)s分です。%(worked)s分働くので、%(needed)s分以上にしてください。"
    ),
    Code.BREAK_AT_EDGE: _(
        "%(day)sの休憩が仕事の始めか終わりにあります。休憩は仕事の途中に取れるようにしてください。"
    ),
    Code.OVERTIME_WITHOUT_AGREEMENT: _(
        "時間外の仕事をさせるには、有効な36協定が必要です。雇用主の登録に有効期限を書くか、時間外を「ない」にしてください。"
    ),
    Code.OVERTIME_DENIED: _("時間外が「ない」と書かれていますが、勤務日は8時間をこえています。"),
    Code.EXEMPTION_NOT_ALLOWED: _(
        "この種類の仕事は、農業・畜産・水産の適用除外になりません。適用除外のない就業場所を選ぶか、仕事の種類を直してください。"
    ),
    Code.UNPAID_TIME: _(
        "着替え・準備・片づけなども働く時間です。給料を払わない時間があると書くことはできません。"
    ),
    Code.DAILY_ROUNDING: _(
        "働いた時間を1日ごとに%(minutes)s分単位で切り捨てることはできません。1分ごとに払ってください。"
    ),
    Code.WAGE_NOT_POSITIVE: _("時給が0円以下です。"),
    Code.WAGE_BELOW_MINIMUM: _(
        "時給%(hourly)s円は、%(day)sの最低賃金%(minimum)s円より%(missing)s円低いです（当てはまる日：%(count)s日）。"
    ),
    Code.PROBATION_WAGE_BELOW_MINIMUM: _(
        "試用期間や研修の時給%(hourly)s円は、%(day)sの最低賃金%(minimum)s円より低いです。"
    ),
    Code.MINIMUM_WAGE_UNKNOWN: _(
        "%(day)sの最低賃金がまだ分からないので、確かめられません。日付が正しいか見てください（%(reason)s）。"
    ),
    Code.OVERTIME_PREMIUM_TOO_LOW: _(
        "時間外の割増賃金を払わないと書くことはできません。%(least)s％以上を払ってください。"
    ),
    Code.OVER_60_PREMIUM_TOO_LOW: _("月60時間をこえる時間外の割増は、%(least)s％以上です。"),
    Code.NIGHT_PREMIUM_TOO_LOW: _(
        "22時から5時までの割増賃金を払わないと書くことはできません。%(least)s％以上を払ってください。"
    ),
    Code.HOLIDAY_PREMIUM_TOO_LOW: _(
        "休日の割増賃金を払わないと書くことはできません。%(least)s％以上を払ってください。"
    ),
    Code.FIXED_OVERTIME_WITHOUT_AMOUNT: _("固定残業代の金額（円）が書かれていません。"),
    Code.FIXED_OVERTIME_WITHOUT_HOURS: _("固定残業代が何時間分かが書かれていません。"),
    Code.FIXED_OVERTIME_WITHOUT_EXCESS: _(
        "固定残業代の時間をこえた分を払うことが書かれていません（例：こえた分は別に払います）。"
    ),
    Code.FIXED_OVERTIME_TOO_LOW: _("固定残業代%(yen)s円は、%(minutes)s分の割増賃金%(due)s円より少ないです。"),
    Code.PAID_BY_VOUCHER: _("賃金は、商品券ではなくお金で払ってください。"),
    Code.PAID_IN_KIND: _("賃金は、品物ではなくお金で払ってください。"),
    Code.DIGITAL_WITHOUT_CONSENT: _("電子マネーで払うには、働く人の同意が必要です。"),
    Code.PAID_LESS_THAN_MONTHLY: _(
        "賃金は毎月1回以上払わなければなりません。%(days)s日後では遅すぎます。支払日を直してください。"
    ),
    Code.NO_ACCIDENT_INSURANCE: _("労災保険に入っていません。仕事の前に入り、雇用主の登録に書いてください。"),
    Code.DISPATCH_WITHOUT_LICENCE: _(
        "派遣の仕事のように書かれています。派遣の許可がない雇用主は募集できません。"
    ),
    Code.DAY_DISPATCH: _(
        "30日以内の派遣（日雇い派遣）はできません（この求人は%(days)s日）。働く場所の雇用主が募集してください。"
    ),
    Code.AGE_LIMIT: _(
        "年齢で人を限ることはできません（%(age)s歳）。法律が認める理由があるときだけ、18歳以上などと書けます。"
    ),
    Code.AGE_EXCEPTION_NOT_FITTING: _(
        "年齢を限る理由が合いません。18歳以上にできるのは、危険な仕事か、22時から5時までの仕事だけです。"
    ),
    Code.AGE_REASON_MISSING: _("年齢を限る理由を書いてください。"),
    Code.AGE_LIMITS_REVERSED: _("年齢の下限（%(age_min)s歳）が上限（%(age_max)s歳）より上です。"),
    Code.SEX_LIMIT: _("性別で人を限ることはできません。「男性」「女性」「主婦」などの言葉を消してください。"),
    Code.NATIONALITY_LIMIT: _("国籍で人を限ることはできません。その言葉を消してください。"),
    Code.UNDER_MINIMUM_AGE: _(
        "%(age_min)s歳から募集することはできません。働けるのは、15歳になった後の4月1日からです。"
    ),
    Code.MINOR_AT_NIGHT: _(
        "22時から5時までの仕事に18歳未満の人は働けません。年齢の下限を18歳にし、理由を書いてください。"
    ),
    Code.MINOR_HAZARDOUS: _(
        "危険な仕事に18歳未満の人は働けません。年齢の下限を18歳にし、理由を書いてください。"
    ),
    Code.MINOR_OVERTIME: _(
        "18歳未満の人に、8時間をこえる仕事や時間外の仕事はさせられません。時間を短くしてください。"
    ),
    Code.FORBIDDEN_QUESTION: _(
        "申し込む人にたずねてはいけないことが書かれています（出身地・家族・宗教・労働組合・結婚など）。消してください。"
    ),
    Code.PENALTY_PROMISED: _(
        "罰金・違約金・キャンセル料を決めることはできません（「%(penalty)s」）。消してください。"
    ),
    Code.DEDUCTION_WITHOUT_AGREEMENT: _(
        "賃金から引くと書かれています（「%(what)s」）。従業員の代表との書面の協定がなければ引けません。消してください。"
    ),
    Code.DEPOSIT_ASKED: _("保証金や積立金を求めることはできません。消してください。"),
    Code.ADVANCE_OFFSET: _("前に貸したお金を賃金から引くことはできません。消してください。"),
    Code.FEE_FROM_WORKER: _("働く人から登録料・紹介料などを取ることはできません。消してください。"),
    Code.REWARD_FOR_APPLYING: _(
        "応募した人にお祝い金やポイントをあげることはできません。時給や手当にしてください。"
    ),
    Code.CANCEL_REASON_NOT_ALLOWED: _(
        "この事由では、直前に無給で解約できません。認められる事由だけを選んでください。"
    ),
    Code.CANCELLATION_PAY_TOO_LOW: _(
        "雇用主の都合で中止したときは、予定の賃金の全額を払う約束です（今の文では%(percent)s％）。文を直してください。"
    ),
    Code.FILLED_BUT_OPEN: _("もう全員決まっています。募集を終えるか、人数を増やしてください。"),
    Code.SHIFT_BEFORE_POSTING: _("過ぎた日の勤務日があります（%(day)s）。消すか、日付を直してください。"),
    Code.ELECTRONIC_NOT_CHOSEN: _("通知書を電子で渡せるのは、働く人がそれを選んだときだけです。"),
    Code.ELECTRONIC_NOT_PRINTABLE: _("電子の通知書は、印刷できる形にしてください。"),
}
"""Flaw -> what is wrong and what to do; placeholders are filled from the flaw's values."""

COLUMNS: Mapping[str, str] = {
    "recruiter_name": "employer",
    "work_content": "duties",
    "work_content_scope": "duties_scope",
    "workplace": "workplace",
    "workplace_scope": "place_scope",
    "prefecture_code": "workplace",
    "trade": "kind",
    "exemption_reason": "workplace",
    "dispatch": "duties",
    "dispatch_licence": "duties",
    "contract_from": "term",
    "contract_until": "term",
    "renewal": "renewal",
    "renewal_criteria": "renewal",
    "renewal_limited": "renewal",
    "renewal_limit": "renewal",
    "probation": "trial_period",
    "probation_terms": "trial_period",
    "probation_wage_yen": "trial_period",
    "shifts": "shifts",
    "positions": "shifts",
    "closed": "shifts",
    "overtime": "has_overtime",
    "overtime_agreement": "has_overtime",
    "rest_days": "holidays",
    "unpaid_minutes": "duties",
    "time_rounding_minutes": "pay_closing",
    "paid_by": "hourly_wage",
    "wage_yen": "hourly_wage",
    "month_minutes": "hourly_wage",
    "allowances": "commuting_yen",
    "overtime_percent": "fixed_overtime",
    "over_60_percent": "fixed_overtime",
    "night_percent": "fixed_overtime",
    "holiday_percent": "fixed_overtime",
    "fixed_overtime": "fixed_overtime",
    "pay_method": "pay_method",
    "digital_consent": "pay_method",
    "paid_in_kind": "pay_day",
    "closing_day": "pay_closing",
    "pay_day": "pay_day",
    "pay_interval_days": "pay_day",
    "raise_in_pay": "raise_and_bonus",
    "bonus": "raise_and_bonus",
    "severance": "raise_and_bonus",
    "accident_insurance": "insurance",
    "employment_insurance": "insurance",
    "health_insurance": "insurance",
    "pension_insurance": "insurance",
    "smoking": "place_page",
    "harassment_contact": "employer",
    "consultation_contact": "employer",
    "explanation_right": "ending",
    "resignation_terms": "ending",
    "age_min": "min_age",
    "age_max": "min_age",
    "age_exception": "min_age",
    "age_reason": "age_reason",
    "sex": "duties",
    "nationality_limit": "duties",
    "minors_admitted": "min_age",
    "forbidden_questions": "duties",
    "penalty": "duties",
    "deductions": "duties",
    "deposit_yen": "duties",
    "advance_offset": "duties",
    "fee_from_worker_yen": "duties",
    "reward_for_applying_yen": "duties",
    "cancel_reasons": "cancellation_grounds",
    "cancellation_pay_percent": "rain",
    "posted_on": "title",
    "electronic_chosen_by_worker": "ending",
    "electronic_printable": "ending",
}
"""Term of the engine -> box of the posting form; "shifts", "employer" and "place_page" are pages of their own."""
