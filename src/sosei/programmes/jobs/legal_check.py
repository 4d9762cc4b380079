"""A posting against the law: every flaw in plain words with the article and the box in which to mend it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.engines.labour.basis import Value
from sosei.engines.labour.errors import LabourError
from sosei.engines.labour.posting_codes import Flaw, PostingCode
from sosei.engines.labour.posting_rules import notice_flaws, posting_flaws
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.flaw_words import COLUMNS, SENTENCES
from sosei.programmes.jobs.models import Posting, Shift
from sosei.programmes.jobs.posting_terms import read_terms

AT_APPLICATION = frozenset({PostingCode.MINOR_OVERTIME})
"""Settled when somebody applies: who is under eighteen is refused long shifts then, for no law lets a posting name an
age because of overtime."""


@dataclass(frozen=True)
class LegalFlaw:
    """One flaw for people.

    Attributes:
        code: the engine's name of the flaw, or one of this module's.
        text: what is wrong and what to do.
        article: the rule, as it is cited; "" for a rule of this program.
        column: the box of the posting form; "shifts", "employer" and "place_page" are pages of their own.
    """

    code: str
    text: str
    article: str
    column: str

    def __str__(self) -> str:
        return f"{self.text}（{self.article}）" if self.article else self.text


def check_posting(
    posting: Posting, shifts: Sequence[Shift] | None = None, *, today: datetime.date | None = None
) -> tuple[LegalFlaw, ...]:
    """Every flaw that keeps a posting from being published, in the engine's order; empty where it may be published.

    Args:
        shifts: those to be judged; of the posting itself, without those called off, where none are given.
        today: the day in Japan on which it would be published.
    """
    day = today or timezone.now().astimezone(JST).date()
    held = live_shifts(posting) if shifts is None else list(shifts)
    try:
        read = read_terms(posting, held, today=day)
    except LabourError as error:
        text = error.text("en" if (get_language() or "ja").startswith("en") else "ja")
        return (LegalFlaw("shift_unreadable", text, "", "shifts"), *_of_house(posting))
    found = (*posting_flaws(read.terms), *notice_flaws(read.terms))
    flaws = [flaw for flaw in found if flaw.code not in AT_APPLICATION]
    return (*_told(flaws, read.columns), *_of_house(posting))


def live_shifts(posting: Posting) -> list[Shift]:
    """The shifts of a posting that were not called off, as they begin."""
    return [shift for shift in posting.shifts.all() if shift.called_off_at is None]


def _told(flaws: Iterable[Flaw], columns: Mapping[str, str]) -> list[LegalFlaw]:
    told: dict[tuple[str, str], LegalFlaw] = {}
    for flaw in flaws:
        column = columns.get(flaw.field) or COLUMNS[flaw.field]
        text = str(SENTENCES[flaw.code]) % _values(flaw.values)
        told.setdefault((flaw.code.value, text), LegalFlaw(flaw.code.value, text, str(flaw.basis), column))
    return list(told.values())


def _values(values: Mapping[str, Value]) -> dict[str, object]:
    language = "en" if (get_language() or "ja").startswith("en") else "ja"
    filled: dict[str, object] = {name: _value(value) for name, value in values.items()}
    if language == "ja" and "reason_ja" in values:
        filled["reason"] = values["reason_ja"]
    return filled


def _value(value: Value) -> object:
    return date_format(value, "DATE_FORMAT") if isinstance(value, datetime.date) else value


def _of_house(posting: Posting) -> list[LegalFlaw]:
    """What this program asks besides: a heading, a place still in use, a round for a posting that waits for one."""
    found = []
    if not posting.title.strip():
        found.append(LegalFlaw("missing_title", _("見出しを書いてください。"), "", "title"))
    place = posting.workplace
    if place is not None and place.closed_at is not None:
        text = _("就業場所「%(name)s」はもう使われていません。別の場所を選んでください。") % {"name": place}
        found.append(LegalFlaw("workplace_closed", text, "", "workplace"))
    if posting.lodging is not None and posting.lodging.closed_at is not None:
        text = _("泊まる場所「%(name)s」はもう使われていません。別の場所を選ぶか、外してください。") % {
            "name": posting.lodging
        }
        found.append(LegalFlaw("lodging_closed", text, "", "lodging"))
    if posting.mode == Posting.Mode.ROUND and posting.round_id is None:
        text = _("まとめて割り当てるときは、割り当ての回を選んでください。")
        found.append(LegalFlaw("missing_round", text, "", "round"))
    return found
