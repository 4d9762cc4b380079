"""`sosei load_demonstration_people`: two towns with invented people in every role; safe to repeat."""

from __future__ import annotations

from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sosei.core.people import demonstration, postcodes, roles
from sosei.core.people.consent_texts import publish_own_texts
from sosei.core.people.demonstration import CAST, OPERATOR, Cast
from sosei.core.people.models import (
    Address,
    Consent,
    ConsentText,
    Membership,
    Municipality,
    Organisation,
    Person,
)


class Command(BaseCommand):
    """Refuses to run where this is no demonstration: its password is known to everybody."""

    help = "実演用の人を入れる / load the invented people of the demonstration"

    def handle(self, *args: Any, **options: Any) -> None:
        """Loads what is not there yet, all or nothing.

        Raises:
            CommandError: this is no demonstration, or its database serves a municipality.
        """
        if not settings.DEMONSTRATION:
            raise CommandError(
                "実演ではありません。だれでも知っているパスワードの人を入れることはできません。"
                "実演にするには SOSEI_DEMONSTRATION=1 とします。/ This is no demonstration: people whose password "
                "everybody knows are not loaded. Set SOSEI_DEMONSTRATION=1 to make it one."
            )
        if _is_in_use():
            raise CommandError(
                "自治体がもう使っているデータベースです。だれでも知っているパスワードの人を入れることはできません。"
                "対処: 実演には、別の DATABASE_URL か SOSEI_HOME を指定してください。/ A municipality uses this database "
                "already: people whose password everybody knows are not loaded. Remedy: give the demonstration a "
                "DATABASE_URL or SOSEI_HOME of its own."
            )
        with transaction.atomic():
            publish_own_texts()
            made = sum(_load_town(*town) for town in demonstration.TOWNS)
            made += _load_person(OPERATOR, None, {})
            _agree_to_texts()
        self.stdout.write(f"実演用の人: {made}人を加えました / {made} invented people added")
        self.stdout.write(f"パスワード / password: {demonstration.PASSWORD}")
        self.stdout.write(f"認証アプリの鍵 / secret of the one-time codes: {demonstration.TOTP_SECRET}")


def _is_in_use() -> bool:
    # What visitors of a demonstration opened themselves does not count.
    begun = Person.objects.filter(email=demonstration.email_of(OPERATOR, "")).exists()
    return not begun and Municipality.objects.filter(is_demonstration=False).exists()


@cache
def hashed_password() -> str:
    """The same for all: hashing it for each would take most of the command's time, and it is no secret."""
    return make_password(demonstration.PASSWORD)


def _load_town(code: str, name: str, name_en: str) -> int:
    town, _new = Municipality.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "name_en": name_en,
            "opened_at": timezone.now(),
            "is_demonstration": True,
            "contact_email": f"info@{code}.{demonstration.DOMAIN}",
        },
    )
    organisations = {
        name: Organisation.objects.get_or_create(
            municipality=town,
            name=name,
            defaults={"kind": kind, "name_kana": kana, "name_en": english},
        )[0]
        for kind, name, kana, english in demonstration.ORGANISATIONS
    }
    made = sum(_load_person(cast, town, organisations) for cast in CAST)
    return made + _load_citizens(town)


def _load_person(cast: Cast, town: Municipality | None, organisations: dict[str, Organisation]) -> int:
    email = demonstration.email_of(cast, town.code if town else "")
    person, new = Person.objects.get_or_create(
        email=email,
        defaults={
            "family_name": cast.family_name,
            "given_name": f"{cast.given_name}（架空）"
            if cast.language == "ja"
            else f"{cast.given_name} (invented)",
            "family_kana": cast.family_kana,
            "given_kana": cast.given_kana,
            "language": cast.language,
        },
    )
    if new:
        person.password = hashed_password()
        person.save(update_fields=["password"])
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    Membership.objects.get_or_create(
        person=person,
        role=cast.role,
        municipality=town,
        organisation=organisations.get(cast.organisation),
        ended_at=None,
        defaults={"granted_at": timezone.now()},
    )
    if cast.role in roles.STAFF:
        Authenticator.objects.get_or_create(
            user=person,
            type=Authenticator.Type.TOTP,
            defaults={"data": {"secret": get_adapter().encrypt(demonstration.TOTP_SECRET)}},
        )
    return int(new)


def _load_citizens(town: Municipality) -> int:
    """Thirty citizens without accounts, as staff enter them; every third lives in two places."""
    made = 0
    places = demonstration.POSTCODES[town.code]
    for number in range(30):
        family, family_kana = demonstration.FAMILY_NAMES[number % len(demonstration.FAMILY_NAMES)]
        given, given_kana = demonstration.GIVEN_NAMES[number % len(demonstration.GIVEN_NAMES)]
        # No network gives out 090-0000.
        phone = f"+81900000{town.code[-2:]}{number:02d}"
        person, new = Person.objects.get_or_create(
            phone=phone,
            defaults={
                "family_name": family,
                "given_name": f"{given}（架空）",
                "family_kana": family_kana,
                "given_kana": given_kana,
            },
        )
        if not new:
            continue
        made += 1
        person.set_unusable_password()
        person.save(update_fields=["password"])
        Membership.objects.create(
            person=person, role=roles.CITIZEN, municipality=town, granted_at=timezone.now()
        )
        kinds = [Address.Kind.HOME, Address.Kind.SECOND] if number % 3 == 0 else [Address.Kind.HOME]
        for step, kind in enumerate(kinds):
            _load_address(person, kind, places[(number + step) % len(places)], number)
    return made


def _load_address(person: Person, kind: str, postcode: str, number: int) -> None:
    place = postcodes.places_at(postcode)[0]
    Address.objects.create(
        person=person,
        kind=kind,
        postcode=postcode,
        municipality_code=place.municipality_code,
        prefecture=place.prefecture,
        city=place.city,
        town=place.town,
        street=f"架空{number + 1}-1",
    )


def _agree_to_texts() -> None:
    """So that nobody has to agree before looking around."""
    now = timezone.now()
    for text in ConsentText.objects.current().filter(municipality=None):
        invited = Person.objects.filter(email__endswith=demonstration.DOMAIN).exclude(consents__text=text)
        Consent.objects.bulk_create(
            Consent(
                person=person, text=text, decision=Consent.Decision.GIVEN, decided_at=now, entered_by=person
            )
            for person in invited
        )
