"""The words of messages about applications and contracts, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people import roles
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Membership, Person
from sosei.core.records.services import send_message
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    ContractVersion,
    Employer,
    Posting,
    Shift,
    WorkDay,
)
from sosei.programmes.jobs.words_contracts import ground_label


def told_people(employer: Employer) -> list[Person]:
    """Who acts for an employer."""
    held = Membership.objects.held().filter(role=roles.EMPLOYER, organisation=employer.pk)
    return [one.person for one in held.select_related("person").order_by("pk")]


def tell(
    key: str, kind: str, recipient: Person, letter: Letter, about: Application | Contract | ContractVersion
) -> None:
    """Sends a letter about an application or contract, once."""
    send_message(
        key=key,
        kind=kind,
        recipient=recipient,
        municipality=about.municipality,
        about=about,
        **letter.as_arguments(),
    )


def tell_employer(
    key: str, kind: str, letter: Letter, about: Application | Contract | ContractVersion
) -> None:
    """Sends a letter to all who act for the employer."""
    for person in told_people(about.employer):
        tell(f"{key}:{person.pk}", kind, person, letter, about)


def moment(at: datetime) -> str:
    """A moment as it stands in a letter."""
    return date_format(screen_time(at), "DATETIME_FORMAT")


def day_text(at: datetime) -> str:
    """The civil day of a moment."""
    return date_format(screen_time(at), "DATE_FORMAT")


def _posting(posting: Posting) -> str:
    return posting.title_en if get_language() == "en" and posting.title_en else posting.title


def _days(shifts: list[Shift]) -> str:
    return "\n".join(
        f"{moment(shift.starts_at)}–{date_format(screen_time(shift.ends_at), 'H:i')}" for shift in shifts
    )


def made(contract: Contract, shifts: list[Shift]) -> Letter:
    """To the worker: the contract stands."""

    def words() -> tuple[str, str]:
        told = {"posting": _posting(contract.posting), "employer": contract.employer}
        return _("決まりました：%(posting)s") % told, paragraphs(
            _("「%(posting)s」の仕事が決まりました。雇用主は%(employer)sです。") % told,
            _days(shifts),
            _("働く場所：%(place)s") % {"place": contract.posting.workplace.address},
            _("労働条件通知書は、次のページで見られます。かならず読んでください。"),
            link("jobs:my-contract", contract_id=contract.pk),
            _("来られなくなったときは、始まる前に、同じページで取り消してください。"),
        )

    return in_both_languages(words)


def made_for_employer(contract: Contract, shifts: list[Shift]) -> Letter:
    """To the employer: somebody comes."""

    def words() -> tuple[str, str]:
        told = {"posting": _posting(contract.posting), "worker": contract.worker_name}
        paper = (
            ""
            if contract.is_electronic
            else _("この人は、労働条件通知書を紙で受け取ります。印刷して渡し、渡したことを記録してください。")
        )
        return _("%(worker)sさんが来ます：%(posting)s") % told, paragraphs(
            _("「%(posting)s」で、%(worker)sさんとの労働契約ができました。") % told,
            _days(shifts),
            paper,
            link(
                "jobs:employer-contract",
                code=contract.municipality.code,
                employer_id=contract.employer_id,
                contract_id=contract.pk,
            ),
        )

    return in_both_languages(words)


def _about_application(
    application: Application, subject: Callable[[], str], body: Callable[[], list[str]], **figures: Any
) -> Letter:
    def words() -> tuple[str, str]:
        told = {"posting": _posting(application.posting), "employer": application.employer, **figures}
        page = link("jobs:my-application", application_id=application.pk)
        return subject() % told, paragraphs(*(text % told for text in body()), page)

    return in_both_languages(words)


def waiting(application: Application, place: int) -> Letter:
    """To the worker: no place now, and which one in the queue."""
    return _about_application(
        application,
        lambda: _("順番待ちです：%(posting)s"),
        lambda: [
            _("「%(posting)s」は、いまいっぱいです。あなたの順番は%(place)s番目です。"),
            _("場所が空いたら、すぐに知らせます。待つのをやめるときは、次のページで取り下げてください。"),
        ],
        place=place,
    )


def offered(application: Application) -> Letter:
    """To the worker: a place is free, until when to answer."""
    ends = application.offer_ends_at or timezone.now()

    def body() -> list[str]:
        return [
            _("「%(posting)s」の場所が空きました。"),
            _("%(until)sまで、あなたのために空けてあります。働くかどうか、返事をください。")
            if application.holds_places
            else _("始まりが近いので、待っている人みんなに知らせています。先に返事をした人に決まります。"),
        ]

    def words() -> tuple[str, str]:
        told = {"posting": _posting(application.posting), "until": moment(ends)}
        page = link("jobs:my-application", application_id=application.pk)
        subject = _("場所が空きました。返事をください：%(posting)s") % told
        return subject, paragraphs(*(text % told for text in body()), page)

    return in_both_languages(words)


def back_in_queue(application: Application) -> Letter:
    """To the worker: somebody else was first."""
    return _about_application(
        application,
        lambda: _("ほかの人に決まりました：%(posting)s"),
        lambda: [_("「%(posting)s」の空いた場所は、ほかの人に決まりました。順番待ちは続いています。")],
    )


def ended(application: Application, why: str) -> Letter:
    """To the worker: the application is over, and why."""
    return _about_application(
        application,
        lambda: _("申し込みが終わりました：%(posting)s"),
        lambda: [_("「%(posting)s」への申し込みは終わりました。"), "%(why)s"],
        why=why,
    )


def to_decide(application: Application) -> Letter:
    """To the employer: somebody applied."""

    def words() -> tuple[str, str]:
        told = {"posting": _posting(application.posting), "worker": application.shown_name}
        return _("申し込みが届きました：%(posting)s") % told, paragraphs(
            _("%(worker)sさんが「%(posting)s」に申し込みました。早めに返事をしてください。") % told,
            link(
                "jobs:employer-applications",
                code=application.municipality.code,
                employer_id=application.employer_id,
            ),
        )

    return in_both_languages(words)


def change_proposed(version: ContractVersion, *, to_worker: bool) -> Letter:
    """To the other side: new conditions to agree to or decline."""
    contract = version.contract

    def words() -> tuple[str, str]:
        told = {"posting": _posting(contract.posting), "reason": version.reason}
        page = (
            link("jobs:my-contract", contract_id=contract.pk)
            if to_worker
            else link(
                "jobs:employer-contract",
                code=contract.municipality.code,
                employer_id=contract.employer_id,
                contract_id=contract.pk,
            )
        )
        return _("労働条件の変更の申し出：%(posting)s") % told, paragraphs(
            _("「%(posting)s」の労働条件を変えたいという申し出がありました。") % told,
            _("理由：%(reason)s") % told,
            _("変わるところを見て、同意するか断るかを選んでください。断ると、いまの条件のままです。"),
            page,
        )

    return in_both_languages(words)


def change_decided(version: ContractVersion, *, agreed: bool, worker: str) -> Letter:
    """To the employer: the worker's answer."""

    def words() -> tuple[str, str]:
        told = {"posting": _posting(version.contract.posting), "worker": worker}
        return (
            _("労働条件の変更に同意がありました：%(posting)s")
            if agreed
            else _("労働条件の変更は断られました：%(posting)s")
        ) % told, paragraphs(
            _("%(worker)sさんが、新しい条件に同意しました。") % told
            if agreed
            else _("%(worker)sさんが、新しい条件を断りました。前の条件のままです。") % told
        )

    return in_both_languages(words)


def cancelled(
    contract: Contract, days: list[WorkDay], *, ground: str, reason: str, yen: int, to_worker: bool
) -> Letter:
    """To the other side: which days do not take place, why, and what is paid."""

    def words() -> tuple[str, str]:
        told: dict[str, Any] = {
            "posting": _posting(contract.posting),
            "worker": contract.worker_name,
            "yen": f"{yen:,}",
            "ground": ground_label(ground),
            "reason": reason,
        }
        pay = (
            _("雇用主が払う額：%(yen)s円。支払日に、ほかの賃金といっしょに払われます。") % told if yen else ""
        )
        page = (
            link("jobs:my-contract", contract_id=contract.pk)
            if to_worker
            else link(
                "jobs:employer-contract",
                code=contract.municipality.code,
                employer_id=contract.employer_id,
                contract_id=contract.pk,
            )
        )
        return _("取り消しのお知らせ：%(posting)s") % told, paragraphs(
            _("「%(posting)s」の次の日が取り消されました（%(worker)sさんの分）。") % told,
            "\n".join(moment(day.period.lower) for day in days),
            _("事由：%(ground)s") % told if ground else "",
            _("理由：%(reason)s") % told if reason else "",
            pay,
            page,
        )

    return in_both_languages(words)
