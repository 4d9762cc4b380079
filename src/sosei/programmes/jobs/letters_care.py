"""The words of messages about reviews, measures, complaints, invitations and wishes to move in, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people import roles
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Membership, Municipality, Person
from sosei.core.records.services import send_message
from sosei.programmes.jobs.letters_deals import moment, told_people
from sosei.programmes.jobs.models import (
    Complaint,
    Contract,
    Employer,
    Posting,
    RelocationWish,
    Restriction,
    ReturnInvitation,
    Review,
)
from sosei.programmes.jobs.rules_care import review_ends

Parts = Callable[[], tuple[str, list[str]]]


def _letter(parts: Parts) -> Letter:
    def words() -> tuple[str, str]:
        subject, body = parts()
        return subject, paragraphs(*body)

    return in_both_languages(words)


def _send(key: str, kind: str, recipient: Person, town: Municipality, about: Any, letter: Letter) -> None:
    send_message(
        key=key, kind=kind, recipient=recipient, municipality=town, about=about, **letter.as_arguments()
    )


def _to_employer(key: str, kind: str, employer: Employer, about: Any, letter: Letter) -> None:
    for person in told_people(employer):
        _send(f"{key}:{person.pk}", kind, person, employer.municipality, about, letter)


def staff_of(town: Municipality) -> list[Person]:
    """Programme staff of a town."""
    held = Membership.objects.held().filter(role=roles.PROGRAMME_STAFF, municipality=town)
    found = {one.person_id: one.person for one in held.select_related("person").order_by("pk")}
    return list(found.values())


def _to_staff(
    key: str, kind: str, town: Municipality, about: Any, letter: Letter, but: Collection[Person] = ()
) -> None:
    for person in staff_of(town):
        if person in but:
            continue
        _send(f"{key}:{person.pk}", kind, person, town, about, letter)


def _title(posting: Posting) -> str:
    return posting.title_en if get_language() == "en" and posting.title_en else posting.title


def _employer_page(name: str, employer: Employer, **more: Any) -> str:
    return link(name, code=employer.municipality.code, employer_id=employer.pk, **more)


# --- Reviews ----------------------------------------------------------------------------------------------------------


def ask_key(contract: Contract) -> str:
    """The key of the message that asks the worker: who was asked has one."""
    return f"review.ask:{contract.pk}:worker"


def ask_for_reviews(contract: Contract) -> None:
    """Asks both sides."""
    until = review_ends(contract.ended_at) if contract.ended_at is not None else contract.made_at

    def told() -> dict[str, Any]:
        return {
            "posting": _title(contract.posting),
            "employer": contract.employer,
            "worker": contract.worker_name,
            "until": moment(until),
        }

    def how() -> str:
        return _(
            "両方が書くか、%(until)sになると、たがいに見えるようになります。それまで相手には見えません。"
        )

    to_worker = _letter(
        lambda: (
            _("おつかれさまでした。評価を書いてください：%(posting)s") % told(),
            [
                _("「%(posting)s」（%(employer)s）の仕事が終わりました。また働きたいと思いますか。") % told(),
                how() % told(),
                link("jobs:my-review", contract_id=contract.pk),
            ],
        )
    )
    to_employer = _letter(
        lambda: (
            _("評価を書いてください：%(worker)sさん") % told(),
            [
                _("%(worker)sさんの「%(posting)s」の仕事が終わりました。また来てほしいと思いますか。")
                % told(),
                how() % told(),
                _employer_page("jobs:employer-review", contract.employer, contract_id=contract.pk),
            ],
        )
    )
    _send(ask_key(contract), "review.ask", contract.person, contract.municipality, contract, to_worker)
    _to_employer(f"review.ask:{contract.pk}:employer", "review.ask", contract.employer, contract, to_employer)


def tell_shown(contract: Contract) -> None:
    """Tells both sides that the reviews of a contract are on show."""

    def parts(page: str) -> tuple[str, list[str]]:
        told = {"posting": _title(contract.posting)}
        return _("評価が公開されました：%(posting)s") % told, [
            _("「%(posting)s」の評価が、たがいに見えるようになりました。") % told,
            page,
        ]

    mine = _letter(lambda: parts(link("jobs:my-reviews")))
    theirs = _letter(lambda: parts(_employer_page("jobs:employer-reviews", contract.employer)))
    key = f"review.shown:{contract.pk}"
    _send(f"{key}:worker", "review.shown", contract.person, contract.municipality, contract, mine)
    _to_employer(f"{key}:employer", "review.shown", contract.employer, contract, theirs)


def tell_moderated(review: Review, *, hidden: bool, reason: str, key: str) -> None:
    """Tells who wrote it, and the other side where it had been shown."""
    contract = review.contract

    def parts() -> tuple[str, list[str]]:
        told = {
            "posting": _title(contract.posting),
            "side": review.get_side_display(),
            "town": review.municipality,
            "reason": reason,
        }
        if hidden:
            subject = _("評価をかくしました：%(posting)s")
            text = _("%(town)sの担当者が、「%(posting)s」の評価（%(side)s）を見えないようにしました。")
        else:
            subject = _("評価をもう一度見えるようにしました：%(posting)s")
            text = _("%(town)sの担当者が、「%(posting)s」の評価（%(side)s）を見えるように戻しました。")
        return subject % told, [
            text % told,
            _("理由：%(reason)s") % told,
            _("納得できないときは、%(town)sの仕事の担当者に相談してください。") % told,
        ]

    letter = _letter(parts)
    both = review.shown_at is not None
    if both or review.side == Review.Side.WORKER:
        _send(f"{key}:worker", "review.moderated", review.person, review.municipality, contract, letter)
    if both or review.side == Review.Side.EMPLOYER:
        _to_employer(f"{key}:employer", "review.moderated", review.employer, contract, letter)


# --- Measures ---------------------------------------------------------------------------------------------------------


def _to_side(restriction: Restriction, key: str, parts: Callable[[str], tuple[str, list[str]]]) -> None:
    employer, person = restriction.employer, restriction.person
    if person is not None:
        letter = _letter(lambda: parts(link("jobs:my-restriction", restriction_id=restriction.pk)))
        _send(key, "restriction.told", person, restriction.municipality, restriction, letter)
    if employer is not None:
        letter = _letter(
            lambda: parts(
                _employer_page("jobs:employer-restriction", employer, restriction_id=restriction.pk)
            )
        )
        _to_employer(key, "restriction.told", employer, restriction, letter)


def tell_restricted(restriction: Restriction) -> None:
    """Tells what is limited until when, why, and how to object."""

    def parts(page: str) -> tuple[str, list[str]]:
        told = {
            "town": restriction.municipality,
            "kind": restriction.get_kind_display(),
            "until": moment(restriction.ends_at),
            "reason": restriction.reason,
        }
        return _("利用の制限のお知らせ（%(until)sまで）") % told, [
            _("%(town)sの担当者が、次のように決めました：%(kind)s（%(until)sまで）") % told,
            _("理由：%(reason)s") % told,
            _("期限が来ると、自動的に終わります。罰金や違約金はありません。"),
            _("ちがうと思うときは、次のページで意見を書いてください。担当者が読んで、返事をします。"),
            page,
        ]

    _to_side(restriction, f"restriction.made:{restriction.pk}", parts)


def tell_lifted(restriction: Restriction) -> None:
    """Tells that a measure ended before its time."""

    def parts(page: str) -> tuple[str, list[str]]:
        told = {"town": restriction.municipality, "reason": restriction.lifted_reason}
        return _("利用の制限が取り消されました"), [
            _("%(town)sの担当者が、利用の制限を取り消しました。今から、前と同じように使えます。") % told,
            _("理由：%(reason)s") % told,
            page,
        ]

    _to_side(restriction, f"restriction.lifted:{restriction.pk}", parts)


def tell_answered_objection(restriction: Restriction, answer: str, key: str) -> None:
    """Tells the staff's answer to an objection."""

    def parts(page: str) -> tuple[str, list[str]]:
        told = {"town": restriction.municipality}
        return _("意見への返事"), [
            _("利用の制限についてのあなたの意見に、%(town)sの担当者が返事をしました。") % told,
            answer,
            page,
        ]

    _to_side(restriction, key, parts)


def tell_staff_of_objection(restriction: Restriction) -> None:
    """Tells the town's staff that an objection came."""
    town = restriction.municipality
    letter = _letter(
        lambda: (
            _("利用の制限に意見が届きました"),
            [
                _("利用の制限に、本人から意見が届きました。読んで、返事をしてください。"),
                link("jobs:office-restriction", code=town.code, restriction_id=restriction.pk),
            ],
        )
    )
    _to_staff(f"restriction.objected:{restriction.pk}", "restriction.objected", town, restriction, letter)


# --- Complaints -------------------------------------------------------------------------------------------------------


def _due(complaint: Complaint) -> str:
    return date_format(complaint.due_on, "DATE_FORMAT")


def tell_filed(complaint: Complaint) -> None:
    """Tells the town's staff that there is a complaint, without its words; and the person until when it is answered.

    Staff who act for the employer whom it is about are told nothing.
    """
    town = complaint.municipality

    def to_staff() -> tuple[str, list[str]]:
        told = {"kind": complaint.get_kind_display(), "due": _due(complaint)}
        return _("新しい相談が届きました（%(kind)s）") % told, [
            _("仕事の相談が届きました。%(due)sまでに答えてください。") % told,
            link("jobs:office-complaint", code=town.code, complaint_id=complaint.pk),
        ]

    def to_person() -> tuple[str, list[str]]:
        told = {"town": town, "due": _due(complaint)}
        return _("相談を受け付けました"), [
            _("%(town)sの担当者が読んで、%(due)sまでに答えます。雇用主には見えません。") % told,
            link("jobs:my-complaint", complaint_id=complaint.pk),
            _("あぶないときや、けがをしたときは、すぐに110番・119番に電話してください。"),
        ]

    key = f"complaint.filed:{complaint.pk}"
    accused = told_people(complaint.about) if complaint.about is not None else []
    _to_staff(key, "complaint.filed", town, complaint, _letter(to_staff), but=accused)
    _send(f"{key}:person", "complaint.received", complaint.person, town, complaint, _letter(to_person))


def tell_answered(complaint: Complaint) -> None:
    """Sends the answer."""

    def parts() -> tuple[str, list[str]]:
        told = {"town": complaint.municipality}
        return _("相談への答え"), [
            _("%(town)sの担当者から、相談への答えです。") % told,
            complaint.answer,
            link("jobs:my-complaint", complaint_id=complaint.pk),
            _("納得できないときは、もう一度相談するか、労働基準監督署に相談してください。"),
        ]

    key = f"complaint.answered:{complaint.pk}"
    _send(key, "complaint.answered", complaint.person, complaint.municipality, complaint, _letter(parts))


def tell_employer(complaint: Complaint, text: str, key: str) -> None:
    """Tells an employer what the person agreed to, and nothing else; the message names the employer, no complaint."""
    employer = complaint.about
    if employer is None:
        return

    def parts() -> tuple[str, list[str]]:
        told = {"town": complaint.municipality}
        return _("%(town)sの担当者からの連絡") % told, [
            text,
            _("働く人に不利なあつかいをすることは、法律で禁じられています。"),
        ]

    _to_employer(key, "complaint.employer_told", employer, employer, _letter(parts))


# --- Invitations and wishes -------------------------------------------------------------------------------------------


def tell_invited(invitation: ReturnInvitation) -> None:
    """Asks somebody to come again."""
    posting = invitation.posting

    def parts() -> tuple[str, list[str]]:
        told = {"posting": _title(posting), "employer": invitation.employer}
        return _("%(employer)sから、また来てほしいというお知らせです") % told, [
            _("「%(posting)s」で、また働きませんか。%(employer)sからの招待です。") % told,
            invitation.text,
            link("jobs:posting", code=posting.municipality.code, posting_id=posting.pk),
            _("申し込むかどうかは、あなたが決めます。返事はいりません。"),
            _("この招待を止めるには：%(url)s") % {"url": link("records:notification-settings")},
        ]

    key = f"invitation.return:{invitation.pk}"
    _send(key, "invitation.return", invitation.person, invitation.municipality, posting, _letter(parts))


def tell_staff_of_wish(wish: RelocationWish) -> None:
    """Tells the town's staff that somebody wants to talk about moving in."""
    town = wish.municipality
    letter = _letter(
        lambda: (
            _("移住の相談の申し込みがありました"),
            [
                _("ここで働いた人が、移住の相談を申し込みました。連絡してください。"),
                link("jobs:office-relocation", code=town.code),
            ],
        )
    )
    _to_staff(f"relocation.asked:{wish.pk}", "relocation.asked", town, wish, letter)


def tell_wish_answered(wish: RelocationWish, note: str) -> None:
    """Sends what staff wrote after they talked."""

    def parts() -> tuple[str, list[str]]:
        told = {"town": wish.municipality}
        return _("移住の相談について"), [
            _("%(town)sの担当者からです。") % told,
            note,
            link("jobs:my-relocation"),
        ]

    key = f"relocation.answered:{wish.pk}"
    _send(key, "relocation.answered", wish.person, wish.municipality, wish, _letter(parts))
