"""The words of contracts: labels of the conditions, grounds of cancellation, verbs and messages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records.kinds import declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.engines.labour.cancellation import EmployerReason
from sosei.programmes.jobs.rules_contracts import TownGround, WorkerGround
from sosei.programmes.jobs.words_applications import DEALS

LABELS = {
    "employer": _("使用者（雇用主）"),
    "worker": _("働く人"),
    "term": _("契約期間"),
    "renewal": _("契約の更新と、その基準・上限"),
    "trial_period": _("試用期間"),
    "workplace": _("働く場所（雇い入れの直後）"),
    "place_scope": _("働く場所の変更の範囲"),
    "duties": _("仕事の内容（雇い入れの直後）"),
    "duties_scope": _("仕事の内容の変更の範囲"),
    "days": _("始業・終業の時刻と休憩"),
    "overtime": _("所定時間をこえる労働"),
    "holidays": _("休日・休暇"),
    "wage": _("賃金"),
    "premium": _("割増賃金"),
    "payment": _("賃金の締め切り・支払い"),
    "expected": _("賃金の見込み"),
    "raise_and_bonus": _("昇給・賞与・退職手当"),
    "insurance": _("社会保険・労働保険"),
    "ending": _("退職・解雇に関すること"),
    "cancellation": _("解約可能事由"),
    "consultation": _("雇用管理の改善・ハラスメントの相談窓口"),
    "explanation": _("説明を求める権利"),
    "smoking": _("受動喫煙を防ぐ対策"),
    "lodging": _("泊まる場所"),
    "meals": _("食事"),
    "transport": _("送り迎え・駐車場"),
    "belongings": _("持ち物・服装"),
    "rain": _("雨の日のあつかい"),
}
"""Items of the notice in its order."""

GROUNDS = {
    EmployerReason.FORCE_MAJEURE: _("台風・地震など、防ぎようのない災害"),
    EmployerReason.WORKER_UNABLE: _("本人が働けないことが明らか（長い病気など）"),
    EmployerReason.LACKS_QUALIFICATION: _("必要な資格や、求人に書いた条件を満たしていない"),
    EmployerReason.BREACH: _("重い契約違反、犯罪、反社会的勢力との関係"),
    EmployerReason.MISSING_ITEMS: _("求人に書いた持ち物・書類がない"),
    EmployerReason.BUSINESS_VOLUME: _("仕事の量がへった（24時間前まで）"),
    EmployerReason.POSTING_ERROR: _("求人の内容をまちがえた（24時間前まで）"),
    EmployerReason.RAIN: _("ふつうの雨や天気"),
    EmployerReason.OTHER: _("そのほかの雇用主の都合"),
}
WORKER_GROUNDS = {
    WorkerGround.ILLNESS: _("病気・けが"),
    WorkerGround.FAMILY: _("家族のこと"),
    WorkerGround.TRANSPORT: _("電車・車など、行く手段がない"),
    WorkerGround.OTHER_WORK: _("ほかの仕事・学校"),
    WorkerGround.PERSONAL: _("そのほかの用事"),
}
TOWN_GROUNDS = {
    TownGround.DISASTER: _("災害や避難の呼びかけで、仕事ができない"),
    TownGround.EMPLOYER_FAULT: _("雇用主の側に問題があり、仕事をさせられない"),
}


def ground_label(ground: str) -> str:
    """A ground in the reader's language; one no longer known stands as it is."""
    for known in (GROUNDS, WORKER_GROUNDS, TOWN_GROUNDS):
        for key, label in known.items():
            if key.value == ground:
                return str(label)
    return ground


for _name, _title, _sentence in (
    (
        "contract.made",
        _("仕事の契約ができた"),
        _("「%(posting)s」で%(person)sさんとの労働契約ができました（%(days)s日）"),
    ),
    (
        "contract.version_proposed",
        _("労働条件の変更を申し出た"),
        _("%(actor)sが「%(posting)s」の労働条件の変更を申し出ました（第%(number)s版）"),
    ),
    (
        "contract.version_agreed",
        _("労働条件の変更に同意した"),
        _("「%(posting)s」の労働条件の第%(number)s版に、両方が同意しました"),
    ),
    (
        "contract.version_declined",
        _("労働条件の変更を断った"),
        _("「%(posting)s」の労働条件の第%(number)s版は断られ、前の条件のままです"),
    ),
    (
        "contract.paper_handed",
        _("労働条件通知書を紙で渡した"),
        _("%(actor)sが「%(posting)s」の労働条件通知書（第%(number)s版）を紙で渡したと記録しました"),
    ),
    (
        "contract.day_cancelled",
        _("仕事の日を取り消した"),
        _("%(actor)sが「%(posting)s」の%(day)sの仕事を取り消しました（事由：%(ground)s、払う額：%(yen)s円）"),
    ),
    (
        "contract.cancelled",
        _("仕事の契約を取り消した"),
        _("「%(posting)s」の%(person)sさんの契約を、すべて取り消しました"),
    ),
    (
        "contract.finished",
        _("仕事の契約が終わった"),
        _("「%(posting)s」の%(person)sさんの契約が終わりました"),
    ),
):
    declare_verb(
        _name,
        _title,
        _sentence,
        scope=Scope.PEOPLE,
        labels={"ground": ground_label} if _name == "contract.day_cancelled" else None,
    )

declare_kind("contract.made", DEALS, _("仕事が決まったお知らせ"), urgent=True)
declare_kind("contract.change", DEALS, _("労働条件の変更のお知らせ"))
declare_kind("contract.cancelled", DEALS, _("仕事の取り消しのお知らせ"), urgent=True)

LOOK = "jobs_contract"
look_words.register(LOOK, _("仕事の契約を見た"))
