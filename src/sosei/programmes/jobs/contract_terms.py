"""The conditions of a contract as data, every item that the law has an employer tell, and as lines for people.

Values are numbers, codes, days and what the employer wrote; labels and sentences come in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people.phones import shown_phone
from sosei.engines.labour.cancellation import EmployerReason
from sosei.engines.labour.spans import JST
from sosei.engines.labour.spans import Shift as LabourShift
from sosei.engines.labour.wages import Allowance, AllowanceKind, WageTerms, planned_pay
from sosei.programmes.jobs.models import Lodging, Posting, Shift, Workplace
from sosei.programmes.jobs.rules_applications import labour_shift
from sosei.programmes.jobs.words_contracts import LABELS, ground_label

Terms = dict[str, Any]
EXPLANATION_SINCE = date(2026, 10, 1)
"""From this day the notice says that an explanation of differences may be asked for (パート法14条2項)."""
TEXTS = (
    "term",
    "renewal",
    "trial_period",
    "place_scope",
    "duties",
    "duties_scope",
    "holidays",
    "fixed_overtime",
    "pay_closing",
    "pay_day",
    "raise_and_bonus",
    "insurance",
    "ending",
    "meals",
    "transport",
    "belongings",
    "rain",
)
"""Columns of a posting that go into the conditions as they stand."""


@dataclass(frozen=True)
class Line:
    """One condition for people: its key, its label, its text (several lines where it has several)."""

    key: str
    label: str
    text: str


def employer_shift(posting: Posting, shift: Shift, order: int = 0) -> LabourShift:
    """A shift of a posting as the law's rules take it."""
    return labour_shift(
        f"shift:{shift.pk}",
        str(posting.employer_id),
        shift.starts_at,
        shift.ends_at,
        shift.break_minutes,
        order=order,
        exemption=posting.workplace.exemption,
        exemption_reason=posting.workplace.exemption_reason,
        small_special=posting.employer.is_small_special,
    )


def build(
    *, posting: Posting, shifts: Sequence[Shift], worker: str, lodging: Lodging | None, made_on: date
) -> Terms:
    """The conditions of a contract on these shifts, agreed on that day."""
    employer, place = posting.employer, posting.workplace
    terms: Terms = {
        "employer": employer.name,
        "representative": employer.representative,
        "employer_address": employer.address,
        "worker": worker,
        "title": posting.title,
        "workplace": place.name,
        "workplace_address": place.address,
        **{name: getattr(posting, name) for name in TEXTS},
        "days": [
            {
                "shift": shift.pk,
                "start": shift.starts_at.astimezone(JST).isoformat(timespec="minutes"),
                "end": shift.ends_at.astimezone(JST).isoformat(timespec="minutes"),
                "break_minutes": shift.break_minutes,
            }
            for shift in shifts
        ],
        "has_overtime": posting.has_overtime,
        "overtime_agreement_until": _day(employer.overtime_agreement_until),
        "exemption": place.exemption,
        "exemption_reason": place.exemption_reason,
        "small_special": employer.is_small_special,
        "hourly_wage": posting.hourly_wage,
        "commuting_yen": posting.commuting_yen,
        "pay_method": posting.pay_method,
        "cancellation_grounds": list(posting.cancellation_grounds),
        "consultation": [
            employer.harassment_contact,
            employer.harassment_phone,
            employer.harassment_email,
        ],
        "smoking": place.smoking,
        "accident_insurance": employer.accident_insurance,
        "explanation": made_on >= EXPLANATION_SINCE,
        "lodging": None
        if lodging is None
        else {
            "name": lodging.name,
            "address": lodging.address,
            "yen_a_night": lodging.yen_a_night,
            "meals": lodging.meals,
        },
        "made_on": made_on.isoformat(),
    }
    return terms


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def wage_terms(terms: Mapping[str, Any], *, commuting: bool = True) -> WageTerms:
    """What is paid by these conditions; without the way to work for a day on which nobody goes there."""
    yen = terms["commuting_yen"] if commuting else 0
    allowances = (Allowance(AllowanceKind.COMMUTING, yen),) if yen else ()
    return WageTerms(Fraction(terms["hourly_wage"]), allowances)


def day_shift(terms: Mapping[str, Any], day: Mapping[str, Any]) -> LabourShift:
    """A day of the conditions as the law's rules take it."""
    return labour_shift(
        f"shift:{day['shift']}",
        terms["employer"],
        datetime.fromisoformat(day["start"]),
        datetime.fromisoformat(day["end"]),
        day["break_minutes"],
        exemption=terms["exemption"],
        exemption_reason=terms["exemption_reason"],
        small_special=terms["small_special"],
    )


def day_pay(terms: Mapping[str, Any], day: Mapping[str, Any], *, commuting: bool = True) -> int:
    """Yen that a day pays when it is worked as planned."""
    return sum(
        line.yen for line in planned_pay(day_shift(terms, day), wage_terms(terms, commuting=commuting))
    )


def expected_pay(terms: Mapping[str, Any]) -> int:
    """Yen that all days pay when they are worked as planned."""
    return sum(day_pay(terms, day) for day in terms["days"])


def lines(terms: Mapping[str, Any]) -> list[Line]:
    """Every item of the notice, in its order, in the reader's language."""
    texts: dict[str, str] = {
        "employer": "\n".join(
            [
                terms["employer"],
                _("代表者：%(representative)s") % {"representative": terms["representative"]},
                terms["employer_address"],
            ]
        ),
        "worker": terms["worker"],
        "term": _period(terms),
        "renewal": terms["renewal"],
        "trial_period": terms["trial_period"],
        "workplace": f"{terms['workplace']}\n{terms['workplace_address']}",
        "place_scope": terms["place_scope"],
        "duties": f"{terms['title']}\n{terms['duties']}",
        "duties_scope": terms["duties_scope"],
        "days": "\n".join(_one_day(day) for day in terms["days"]),
        "overtime": _overtime(terms),
        "holidays": "\n".join(
            text
            for text in (
                terms["holidays"],
                _("年次有給休暇は、6か月続けて働くなど、法律の条件に合うときにとれます。"),
            )
            if text
        ),
        "wage": _wage(terms),
        "premium": _premium(terms),
        "payment": _payment(terms),
        "expected": _("約束の時間どおりに働いたとき：%(yen)s円") % {"yen": f"{expected_pay(terms):,}"},
        "raise_and_bonus": terms["raise_and_bonus"],
        "insurance": "\n".join(
            text
            for text in (
                _("労災保険：入っています") if terms["accident_insurance"] else "",
                terms["insurance"],
            )
            if text
        ),
        "ending": terms["ending"],
        "cancellation": _cancellation(terms),
        "consultation": "\n".join(
            shown_phone(part) if part.startswith("+") else part for part in terms["consultation"] if part
        ),
        "explanation": _(
            "正社員などとの待遇のちがいの内容と理由について、いつでも説明を求めることができます。求めたことを理由に不利益なあつかいはしません。"
        )
        if terms["explanation"]
        else "",
        "smoking": str(Workplace.Smoking(terms["smoking"]).label) if terms["smoking"] else "",
        "lodging": _lodging(terms),
        "meals": terms["meals"],
        "transport": terms["transport"],
        "belongings": terms["belongings"],
        "rain": terms["rain"],
    }
    return [Line(key, str(label), texts[key]) for key, label in LABELS.items() if texts[key]]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _one_day(day: Mapping[str, Any]) -> str:
    start, end = _moment(day["start"]), _moment(day["end"])
    told = {
        "day": date_format(start, "DATE_FORMAT"),
        "weekday": date_format(start, "D"),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "minutes": day["break_minutes"],
    }
    if end.date() != start.date():
        return _("%(day)s（%(weekday)s）%(start)s～翌日%(end)s、休憩%(minutes)s分") % told
    return _("%(day)s（%(weekday)s）%(start)s～%(end)s、休憩%(minutes)s分") % told


def _period(terms: Mapping[str, Any]) -> str:
    first = _moment(terms["days"][0]["start"]).date()
    last = _moment(terms["days"][-1]["end"]).date()
    told = {"first": date_format(first, "DATE_FORMAT"), "last": date_format(last, "DATE_FORMAT")}
    told["count"] = len(terms["days"])
    return "\n".join(
        text
        for text in (
            _("期間の定めあり：%(first)sから%(last)sまで（働く日は%(count)s日）") % told,
            terms["term"],
        )
        if text
    )


def _overtime(terms: Mapping[str, Any]) -> str:
    if terms["exemption"]:
        label = Workplace.Exemption(terms["exemption"]).label
        rule = _("労働時間・休憩・休日の規則の適用除外：%(label)s（%(reason)s）") % {
            "label": label,
            "reason": terms["exemption_reason"],
        }
    else:
        rule = ""
    return "\n".join(
        text
        for text in (
            _("所定の時間をこえる仕事：あり") if terms["has_overtime"] else _("所定の時間をこえる仕事：なし"),
            rule,
        )
        if text
    )


def _wage(terms: Mapping[str, Any]) -> str:
    rows = [_("時給 %(yen)s円（働いた分は1分も切り捨てません）") % {"yen": f"{terms['hourly_wage']:,}"}]
    rows.append(
        _("交通費 1日%(yen)s円") % {"yen": f"{terms['commuting_yen']:,}"}
        if terms["commuting_yen"]
        else _("交通費 なし")
    )
    if terms["fixed_overtime"]:
        rows.append(_("固定残業代：%(text)s") % {"text": terms["fixed_overtime"]})
    return "\n".join(rows)


def _premium(terms: Mapping[str, Any]) -> str:
    wages = wage_terms(terms)
    if terms["exemption"]:
        return _("深夜（22時～5時） %(night)s%%増し。適用除外のため、時間外と休日の割増はありません。") % {
            "night": wages.night_percent
        }
    told = {
        "overtime": wages.overtime_percent,
        "over_60": wages.over_60_percent,
        "night": wages.night_percent,
        "holiday": wages.holiday_percent,
    }
    return "\n".join(
        [
            _("法定の時間外 %(overtime)s%%増し（月60時間をこえる分 %(over_60)s%%増し）") % told,
            _("深夜（22時～5時） %(night)s%%増し、法定の休日 %(holiday)s%%増し") % told,
        ]
    )


def _payment(terms: Mapping[str, Any]) -> str:
    return "\n".join(
        [
            _("締め切り：%(text)s") % {"text": terms["pay_closing"]},
            _("支払日：%(text)s") % {"text": terms["pay_day"]},
            _("支払いかた：%(text)s") % {"text": Posting.PayMethod(terms["pay_method"]).label},
            _("税金・社会保険料など、法律で決まったもののほかは、差し引きません。"),
        ]
    )


def _cancellation(terms: Mapping[str, Any]) -> str:
    rows = [_("働く人は、始まりの前ならいつでも取り消せます。罰金や違約金はありません。")]
    named = [one for one in terms["cancellation_grounds"] if one != EmployerReason.FORCE_MAJEURE]
    grounds = "、".join(ground_label(ground) for ground in (EmployerReason.FORCE_MAJEURE, *named))
    if grounds:
        rows.append(
            _("雇用主が賃金を払わずに取り消せるのは、次のときだけです：%(grounds)s。") % {"grounds": grounds}
        )
    rows.append(
        _("これ以外の都合で雇用主が取り消したときや、早く帰したときは、約束した賃金の全額を払います。")
    )
    return "\n".join(rows)


def _lodging(terms: Mapping[str, Any]) -> str:
    held = terms["lodging"]
    if held is None:
        return ""
    price = _("1泊%(yen)s円") % {"yen": f"{held['yen_a_night']:,}"} if held["yen_a_night"] else _("無料")
    return "\n".join(text for text in (held["name"], held["address"], price, held["meals"]) if text)
