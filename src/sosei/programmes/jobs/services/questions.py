"""Questions about postings and their answers, which everybody may read."""

from __future__ import annotations

import datetime

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import send_message, write_entry
from sosei.programmes.jobs import letters_postings as letters
from sosei.programmes.jobs.errors_postings import PostingError
from sosei.programmes.jobs.locks import lock_persons
from sosei.programmes.jobs.models import Posting, Question
from sosei.programmes.jobs.services.employers import acting_persons, check_runs

MOST_A_DAY = 10
"""Questions of one person within twenty-four hours, over all postings."""
LONGEST = 1000


@transaction.atomic
def ask_question(*, posting: Posting, person: Person, actor: Person, text: str) -> Question:
    """A question before applying; those who act for the employer are told.

    Raises:
        PostingError: nothing asked, too long, too many of one person, not published, or `actor` may not ask for them.
    """
    question = Question(
        municipality=posting.municipality,
        employer=posting.employer,
        posting=posting,
        person=person,
        text=text.strip(),
        asked_at=timezone.now(),
    )
    if not rules.has_perm("jobs.add_question", actor, question):
        raise PostingError(_("質問するには、ログインしてください。"))
    if not posting.is_open:
        raise PostingError(_("この求人の募集は終わっています。"))
    if not 1 <= len(question.text) <= LONGEST:
        raise PostingError(_("質問を1字から%(most)s字で書いてください。") % {"most": LONGEST}, "text")
    # One at a time, so that nobody asks more by asking twice at the same moment.
    lock_persons([person.pk])
    since = question.asked_at - datetime.timedelta(days=1)
    if Question.objects.filter(person=person, asked_at__gt=since).count() >= MOST_A_DAY:
        raise PostingError(
            _("1日に質問できるのは%(most)s回までです。明日、もう一度たずねてください。")
            % {"most": MOST_A_DAY}
        )
    with tenancy.unguarded():
        question.save()
    _record("asked", question, person if person.pk == actor.pk else actor, person)
    _tell_employer(question)
    return question


@transaction.atomic
def answer_question(*, question: Question, text: str, actor: Person) -> Question:
    """The employer's answer, public from now on; the person who asked is told.

    Raises:
        PostingError: `actor` does not act for the employer, or nothing answered.
    """
    check_runs(actor, question.employer)
    if not 1 <= len(text.strip()) <= LONGEST:
        raise PostingError(_("答えを1字から%(most)s字で書いてください。") % {"most": LONGEST}, "answer")
    first = question.answered_at is None
    question.answer = text.strip()
    question.answered_at, question.answered_by = timezone.now(), actor
    with tenancy.unguarded():
        question.save(update_fields=["answer", "answered_at", "answered_by"])
        asker = question.person
    _record("answered", question, actor, None)
    if first:
        send_message(
            key=f"posting.answer:{question.pk}",
            kind="posting.answer",
            recipient=asker,
            municipality=question.municipality,
            about=question,
            **letters.question_answered(question).as_arguments(),
        )
    return question


def _tell_employer(question: Question) -> None:
    letter = letters.question_asked(question).as_arguments()
    for person in acting_persons(question.employer):
        send_message(
            key=f"posting.question:{question.pk}:{person.pk}",
            kind="posting.question",
            recipient=person,
            municipality=question.municipality,
            about=question,
            **letter,
        )


def _record(verb: str, question: Question, actor: Person, person: Person | None) -> None:
    write_entry(
        actor=actor,
        verb=f"posting.{verb}",
        subject=question.posting,
        person=person,
        municipality=question.municipality,
        on_behalf_of=person if person is not None and person.pk != actor.pk else None,
        data={"posting": question.posting.title},
    )
