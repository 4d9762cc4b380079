"""The words of what workers tell of themselves: verbs, looks, messages, and why a date of birth is asked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people import birth_dates, look_words
from sosei.core.people.models import Person
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.jobs.kinds import LICENCE
from sosei.programmes.jobs.models import WorkerProfile

PROOF_SEEN = "licence_proof"
LICENCES_LISTED = "licence_list"


def licence_name(slug: Any) -> str:
    """What a licence is called on the screen."""
    return str(LICENCE[slug].name) if slug in LICENCE else str(slug)


def _delivery(value: Any) -> str:
    return str(_("電子") if value else _("紙"))


_VERBS: list[tuple[str, Any, Any, dict[str, Any]]] = [
    (
        "worker.profile_saved",
        _("仕事の登録を変えた"),
        _("%(person)sの仕事の登録が変わりました（入力：%(actor)s）"),
        {},
    ),
    (
        "worker.free_days_changed",
        _("働ける日を変えた"),
        _(
            "%(person)sの働ける日が変わりました（足した日：%(added)s、消した日：%(removed)s。入力：%(actor)s）"
        ),
        {},
    ),
    (
        "worker.account_saved",
        _("振込先の口座を変えた"),
        _("%(person)sの振込先の口座が変わりました（入力：%(actor)s）"),
        {},
    ),
    (
        "worker.account_removed",
        _("振込先の口座を消した"),
        _("%(person)sの振込先の口座を消しました（入力：%(actor)s）"),
        {},
    ),
    (
        "worker.delivery_chosen",
        _("通知書の受け取りかたを決めた"),
        _("%(person)sの労働条件通知書の受け取りかたが%(electronic)sになりました（入力：%(actor)s）"),
        {"electronic": _delivery},
    ),
    (
        "worker.licence_sent",
        _("資格を届け出た"),
        _("%(person)sの資格「%(licence)s」を届け出ました（入力：%(actor)s）"),
        {"licence": licence_name},
    ),
    (
        "worker.licence_removed",
        _("資格を消した"),
        _("%(person)sの資格「%(licence)s」を消しました（入力：%(actor)s）"),
        {"licence": licence_name},
    ),
    (
        "worker.licence_checked",
        _("資格を確かめた"),
        _("%(actor)sが%(person)sの資格「%(licence)s」を確かめました"),
        {"licence": licence_name},
    ),
    (
        "worker.licence_refused",
        _("資格を確認できなかった"),
        _("%(actor)sは%(person)sの資格「%(licence)s」を確認できませんでした"),
        {"licence": licence_name},
    ),
]
for _name, _title, _sentence, _labels in _VERBS:
    declare_verb(_name, _title, _sentence, scope=Scope.PEOPLE, labels=_labels)
    look_words.register(_name, _title)
look_words.register(PROOF_SEEN, _("資格の証明を見た"))
look_words.register(LICENCES_LISTED, _("確認を待つ資格の一覧を見た"))

PROFILE = declare_group(
    "job_profile", _("仕事の登録と資格"), _("届け出た資格の確認の結果と、有効期限のお知らせです。")
)
declare_kind("worker.licence_decided", PROFILE, _("資格の確認の結果"))
declare_kind("worker.licence_expires", PROFILE, _("資格の有効期限のお知らせ"))


def _looks_for_work(person: Person) -> bool:
    return WorkerProfile.objects.filter(person=person).exists()


birth_dates.register(
    birth_dates.Purpose(
        key="jobs.workers",
        law=_("労働基準法56条・57条"),
        explanation=_(
            "法律で、働ける年齢と、18歳になっているかどうかを確かめることになっています。雇用主には見せません。"
        ),
        concerns=_looks_for_work,
    )
)
