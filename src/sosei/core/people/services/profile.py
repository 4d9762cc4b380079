"""A person's name, language, telephone for being reached, and date of birth where a law asks for it."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sosei.core.design import civil_day
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import BirthDate, Person
from sosei.core.people.names import Name, name_problems
from sosei.core.people.services.acting import Acting

OLDEST_YEARS = 130


class ProfileError(RefusedError):
    """What was given cannot be kept."""


@transaction.atomic
def set_names(*, by: Acting, name: Name) -> Person:
    """Keeps the person's name and reading.

    Raises:
        ProfileError: a part is missing.
    """
    for field, problem in name_problems(name).items():
        raise ProfileError(problem, field)
    person = by.person
    kept = Name(person.family_name, person.given_name, person.family_kana, person.given_kana)
    if name == kept:
        return person
    for column in ("family_name", "given_name", "family_kana", "given_kana"):
        setattr(person, column, getattr(name, column))
    person.save(update_fields=["family_name", "given_name", "family_kana", "given_kana"])
    by.record("person.names_changed", subject=person)
    return person


@transaction.atomic
def set_language(*, by: Acting, language: str) -> Person:
    """Keeps the language in which the person reads pages and messages.

    Raises:
        ProfileError: Sosei does not speak it.
    """
    if language not in Person.Language.values:
        raise ProfileError(
            _("「%(language)s」は選べません。日本語か English を選んでください。") % {"language": language},
            "language",
        )
    person = by.person
    if person.language != language:
        person.language = language
        person.save(update_fields=["language"])
        by.record("person.language_changed", subject=person, data={"language": language})
    return person


@transaction.atomic
def enter_phone(*, by: Acting, phone: str | None) -> Person:
    """Keeps the number under which somebody without an account is called; nobody has confirmed it.

    Raises:
        ProfileError: the person has confirmed a number and changes it alone.
    """
    person = by.person
    if person.phone == phone:
        return person
    if person.phone_verified:
        raise ProfileError(
            _(
                "本人が確かめた電話番号です。変えられるのは本人だけです。「ログインと安全」の画面で変えるように伝えてください。"
            ),
            "phone",
        )
    person.phone = phone
    person.save(update_fields=["phone"])
    by.record("person.phone_entered", subject=person)
    return person


@transaction.atomic
def record_birth_date(*, by: Acting, date: datetime.date, legal_basis: str) -> BirthDate:
    """Keeps the date of birth that a law asks for.

    Args:
        legal_basis: the law with its article, shown to the person beside the date.

    Raises:
        ProfileError: no law is named, or nobody alive can be born on that day.
    """
    if not legal_basis.strip():
        raise ProfileError(
            _("生年月日を必要とする法律の名前がありません。法律の名前を入れてください。"), "legal_basis"
        )
    today = civil_day.today()
    if not today.year - OLDEST_YEARS <= date.year or date > today:
        raise ProfileError(
            _("%(date)s は生年月日として正しくありません。年を確かめてください。")
            % {"date": date.isoformat()},
            "date",
        )
    kept, _created = BirthDate.objects.update_or_create(
        person=by.person, defaults={"date": date, "legal_basis": legal_basis.strip()}
    )
    by.record("person.birth_date_recorded", subject=by.person, data={"law": legal_basis.strip()})
    return kept


@transaction.atomic
def remove_birth_date(*, by: Acting) -> None:
    """Forgets the date of birth, its versions too: nothing asks for it any more."""
    from sosei.core.people.personal_data_here.tools import forget

    if BirthDate.objects.filter(person=by.person).exists():
        forget(BirthDate.objects.filter(person=by.person))
        by.record("person.birth_date_removed", subject=by.person)
