"""Fills the database of the measured site: one town, PEOPLE citizens, one member of staff; prints a session key."""

from __future__ import annotations

import sys

import django

PEOPLE = 10_000
CODE = "07204"
FAMILY = (
    "サトウ",
    "スズキ",
    "タカハシ",
    "タナカ",
    "イトウ",
    "ワタナベ",
    "ヤマモト",
    "ナカムラ",
    "コバヤシ",
    "カトウ",
)
GIVEN = ("ハルト", "ユイ", "ミナト", "アオイ", "ソウタ", "サクラ", "リク", "ヒナ", "ユウマ", "コハル")


def main() -> str:
    """Returns the session key of the member of staff."""
    from allauth.mfa.models import Authenticator
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from sosei.core.people.models import Consent, ConsentText, Membership, Municipality, Person

    now = timezone.now()
    town = Municipality.objects.create(code=CODE, name="測定市", name_en="Measured City", opened_at=now)
    staff = Person.objects.create(email="staff@example.jp", family_name="測定", given_name="担当")
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": "measured"})
    people = Person.objects.bulk_create(
        Person(
            email=f"person{i}@example.jp",
            phone=f"+8190{i:08d}",
            family_name=FAMILY[i % 10],
            given_name=GIVEN[i // 10 % 10],
            family_kana=FAMILY[i % 10],
            given_kana=GIVEN[i // 10 % 10],
        )
        for i in range(PEOPLE)
    )
    Membership.objects.bulk_create(
        [
            Membership(person=staff, role="programme_staff", municipality=town, granted_at=now),
            *(Membership(person=p, role="citizen", municipality=town, granted_at=now) for p in people),
        ]
    )
    Consent.objects.bulk_create(
        Consent(person=staff, text=text, decision=Consent.Decision.GIVEN, decided_at=now, entered_by=staff)
        for text in ConsentText.objects.all()
    )
    session = SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(f"session={main()}\n")
