"""Why a posting stands where it stands, and why somebody may not take it: in plain words, each with what one can do."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.maps import distance_text
from sosei.engines.matching.retrieval import Reason, Refusal, Weights
from sosei.programmes.jobs.kinds import LICENCE, names_of, slugs_of
from sosei.programmes.jobs.matching_pairs import Pair, day_of
from sosei.programmes.jobs.models.fit import PARTS

PART_NAMES: Mapping[str, Any] = {
    "skills": gettext_lazy("経験"),
    "kinds": gettext_lazy("したい仕事"),
    "wage": gettext_lazy("時給"),
    "distance": gettext_lazy("近さ"),
    "lodging": gettext_lazy("泊まる場所と食事"),
    "half_days": gettext_lazy("半日の仕事"),
    "desk": gettext_lazy("机仕事ができる場所"),
}
NEUTRAL = 500


@dataclass(frozen=True)
class PartShown:
    """One part of a fit.

    Attributes:
        value: how good it is, 0 to 100.
        weight: its share of the town's weights in per cent.
        gain: what it adds to the fit, in hundredths of it.
    """

    name: str
    text: str
    value: int
    weight: int
    gain: int


@dataclass(frozen=True)
class AgainstShown:
    """One thing that stands against it, and what one can do."""

    text: str
    remedy: str
    url: str = ""


def percent(fit: int) -> int:
    """A fit from 0 to 100."""
    return fit // 10


def parts_shown(pair: Pair, weights: Weights, *, has_place: bool, asks_skills: bool) -> list[PartShown]:
    """What a fit is made of, in the order of what it adds; `asks_skills` is whether the posting wants experience."""
    shown = [
        PartShown(
            name=str(PART_NAMES[name]),
            text=_("経験は問われません")
            if name == "skills" and not asks_skills
            else _part_text(name, value, pair, has_place),
            value=value // 10,
            weight=round(100 * getattr(weights, name) / weights.total),
            gain=round(getattr(weights, name) * value / weights.total / 10),
        )
        for name, value in zip(PARTS, pair.parts, strict=True)
        if getattr(weights, name)
    ]
    return sorted(shown, key=lambda one: -one.gain)


def _part_text(name: str, value: int, pair: Pair, has_place: bool) -> str:
    if name == "distance":
        if not has_place:
            return _("出発する場所が登録されていません")
        return _("%(distance)s先です") % {"distance": distance_text(pair.distance)}
    if name == "wage":
        if value > NEUTRAL:
            return _("めやすより高い時給です")
        return _("めやすどおりの時給です") if value == NEUTRAL else _("めやすより低い時給です")
    if name == "skills":
        return _("求められる経験の%(share)s%%があります") % {"share": value // 10}
    texts = {
        "kinds": (
            _("したい仕事に入っています"),
            _("したい仕事に入っていません"),
            _("したい仕事の希望がありません"),
        ),
        "lodging": (_("泊まる場所があります"), "", _("泊まる場所は関係ありません")),
        "half_days": (_("半日の仕事です"), _("半日の仕事ではありません"), _("半日の希望はありません")),
        "desk": (_("机仕事ができます"), _("机仕事ができる場所がありません"), _("机仕事の希望はありません")),
    }[name]
    return texts[2] if value == NEUTRAL else texts[0] if value > NEUTRAL else texts[1]


def short_reason(pair: Pair, weights: Weights, *, has_place: bool) -> str:
    """The two parts that add most above the ordinary, in a line for a card."""
    telling = [
        (getattr(weights, name) * (value - NEUTRAL), name, value)
        for name, value in zip(PARTS, pair.parts, strict=True)
        if value > NEUTRAL and getattr(weights, name) and (name != "distance" or has_place)
    ]
    telling.sort(key=lambda one: -one[0])
    return _("・").join(_part_text(name, value, pair, has_place) for _gain, name, value in telling[:2])


def against_shown(
    refusals: Sequence[Refusal], *, booked: Mapping[datetime.date, str], own: bool = True
) -> list[AgainstShown]:
    """Each refusal in a sentence with its remedy.

    Args:
        booked: name of the employer for each day on which the person has agreed to work.
        own: whether the reader may change the person's wishes.
    """
    return [_against(one, booked, own) for one in refusals]


def _against(refusal: Refusal, booked: Mapping[datetime.date, str], own: bool) -> AgainstShown:
    data = refusal.data
    url = (lambda name: reverse(f"jobs:{name}")) if own else (lambda name: "")
    if refusal.code == Reason.STARTED:
        day = _day(data["start_day"])
        return AgainstShown(
            _("%(day)sに、もう始まっています。") % {"day": day}, _("ほかの日か、ほかの仕事を探してください。")
        )
    if refusal.code == Reason.NO_PLACE:
        return AgainstShown(
            _("この日の人数は、いっぱいです。"),
            _("申し込むと順番待ちになります。場所が空くと知らせます。"),
        )
    if refusal.code == Reason.NOT_AVAILABLE:
        number = data["day"]
        held = booked.get(day_of(number))
        if held:
            told = {"day": _day(number), "employer": held}
            return AgainstShown(
                _("%(day)sは、%(employer)sで働く約束があります。") % told,
                _("ほかの日を選んでください。約束を変えたいときは、契約のページから取り消せます。"),
                url("my-applications"),
            )
        return AgainstShown(
            _("%(day)sが「働ける日」に入っていません。") % {"day": _day(number)},
            _("行けるなら、「働ける日」に足してください。"),
            url("my-free-days"),
        )
    if refusal.code == Reason.LICENCE_MISSING:
        names = _("、").join(names_of(slugs_of(data["licences"], LICENCE), LICENCE))
        return AgainstShown(
            _("必要な資格（%(names)s）が確認できていません。") % {"names": names},
            _("持っているなら、証明を送ってください。期限が切れているときは、新しい証明がいります。"),
            url("my-licences"),
        )
    if refusal.code == Reason.UNDER_SCHOOL_AGE:
        return AgainstShown(
            _("法律で、%(day)sから働けます（労働基準法56条）。") % {"day": _ymd(data["from_ymd"])},
            _("それよりあとの仕事を探してください。生年月日がちがうときは直してください。"),
            reverse("people:birth-date") if own else "",
        )
    if refusal.code == Reason.UNDER_18_AT_NIGHT:
        return AgainstShown(
            _("18歳になるまで、夜10時から朝5時は働けません（労働基準法61条）。"),
            _("昼の仕事を探してください。"),
        )
    if refusal.code == Reason.TOO_YOUNG:
        return AgainstShown(
            _("%(age)s歳以上の人の仕事です。") % {"age": data["min_age"]},
            _("年齢のきまりがない仕事を探してください。"),
        )
    return _against_place(refusal, url)


def _against_place(refusal: Refusal, url: Any) -> AgainstShown:
    data = refusal.data
    if refusal.code == Reason.NO_BED:
        return AgainstShown(
            _("泊まる場所がないか、いっぱいです。"),
            _("通えるなら、仕事の登録の「泊まる場所がいる」を外してください。"),
            url("my-work-profile"),
        )
    if refusal.code == Reason.TOO_FAR:
        told = {
            "distance": distance_text(data["distance"]),
            "limit": distance_text(data["max_distance"]),
        }
        return AgainstShown(
            _("%(distance)s先で、通える距離（%(limit)s）より遠いです。") % told,
            _("通えるなら、仕事の登録の「通える距離」を長くしてください。"),
            url("my-work-profile"),
        )
    week = _day(data["week"] * 7 - 4)
    needed, free = data["needed"] // 60, max(data["free"], 0) // 60
    told = {"week": week, "needed": needed, "free": free}
    return AgainstShown(
        _("%(week)sからの週は、%(needed)s時間の仕事に対して、あと%(free)s時間しか働けません。") % told,
        _("1週間に40時間が上限です。ほかの週か、短い仕事を探してください。"),
        url("my-limits"),
    )


def _day(number: int) -> str:
    day = day_of(number)
    return _("%(day)s（%(weekday)s）") % {"day": date_format(day, "n/j"), "weekday": date_format(day, "D")}


def _ymd(number: int) -> str:
    day = datetime.date(number // 10_000, number // 100 % 100, number % 100)
    return date_format(day, "DATE_FORMAT")


BANDS = (5_000, 10_000, 20_000, 40_000, 80_000)


def distance_band(metres: int) -> str:
    """About how far, so that nobody is found by it."""
    for limit in BANDS:
        if metres <= limit:
            return _("%(distance)sまで") % {"distance": distance_text(limit)}
    return _("%(distance)sより遠い") % {"distance": distance_text(BANDS[-1])}
