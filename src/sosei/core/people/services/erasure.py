"""A person's data are erased, whole or not at all; what a law obliges to keep is said before and noted after."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import journal, locks, personal_data, tenancy
from sosei.core.people.models import Erasure, Person
from sosei.core.people.personal_data import Kept, Outcome, PersonalData
from sosei.core.people.services.export import in_language


class ErasureBlockedError(ValueError):
    """Something has to be settled first; `reasons` says what."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Gone:
    """A kind of data and how many rows of it go."""

    kind: PersonalData
    rows: int


@dataclass(frozen=True)
class Prospect:
    """What an erasure would do now.

    Attributes:
        blocks: why it cannot be done yet.
        gone: what would go.
        kept: what a law obliges to keep.
    """

    blocks: list[str]
    gone: list[Gone]
    kept: list[Kept]


class _UndoneError(Exception):
    """Takes a trial back."""


def foresee_erasure(person: Person) -> Prospect:
    """What erasing the person would do: it is done and taken back, so that what is said is what will happen."""
    trial = Person.objects.get(pk=person.pk)
    reasons: list[str] = []
    done: list[tuple[PersonalData, Outcome]] = []
    try:
        with tenancy.unguarded(), transaction.atomic():
            reasons = personal_data.blocks(person)
            done = _erase_kinds(trial)
            raise _UndoneError
    except _UndoneError:
        pass
    return Prospect(
        blocks=reasons,
        gone=[Gone(kind, outcome.erased) for kind, outcome in done if outcome.erased],
        kept=[one for _kind, outcome in done for one in outcome.kept],
    )


def _erase_kinds(person: Person) -> list[tuple[PersonalData, Outcome]]:
    return [(kind, kind.erase(person)) for kind in personal_data.registered()]


@transaction.atomic
def erase_person(*, person: Person) -> Erasure:
    """Erases what is kept about the person, who asked for it; a fault in any part undoes all.

    Raises:
        ErasureBlockedError: the person is the only planner of a town, or something else has to be settled first.
    """
    with tenancy.unguarded():
        held = locks.lock_person(person.pk)
        if held.erased_at is not None:
            found: Erasure = held.erasure
            return found
        reasons = personal_data.blocks(held)
        if reasons:
            raise ErasureBlockedError(reasons)
        address = held.email
        done = _erase_kinds(held)
        erasure: Erasure = Erasure.objects.create(
            person=held,
            asked_by=held,
            done_at=timezone.now(),
            erased=[
                {**_titles(kind), "key": kind.key, "rows": outcome.erased}
                for kind, outcome in done
                if outcome.erased
            ],
            kept=[asdict(one) for _kind, outcome in done for one in outcome.kept],
        )
        journal.write_entry(actor=held, verb="person.erased", subject=erasure, person=held)
        if address:
            _say_goodbye(held, address)
    return erasure


def _titles(kind: PersonalData) -> dict[str, Any]:
    return {"title": in_language("ja", kind.title), "title_en": in_language("en", kind.title)}


def _say_goodbye(person: Person, address: str) -> None:
    """A last message, to the address itself: the person whose it was is nobody now."""
    texts = {}
    for language in ("ja", "en"):
        with override(language):
            texts[language] = (_("Sosei にあったあなたの情報を消しました"), _body())
    journal.send_message(
        key=f"erasure-{person.uid}",
        kind="people.erased",
        to_address=address,
        language=person.language,
        subject=texts["ja"][0],
        body=texts["ja"][1],
        subject_en=texts["en"][0],
        body_en=texts["en"][1],
    )


def _body() -> str:
    return "\n".join(
        [
            _("あなたが求めたので、Sosei（%(address)s）にあったあなたの情報を消しました。")
            % {"address": settings.SITE_ADDRESS},
            _("名前、連絡先、住所、ログインの方法は残っていません。"),
            _("法律で残す決まりの記録は、名前のない形で残っています。"),
            "",
            _("求めたおぼえがないときは、すぐに役所に知らせてください。"),
            _("このあと、Sosei からメールは届きません。"),
        ]
    )
