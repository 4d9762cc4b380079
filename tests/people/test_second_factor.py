"""Second factors: set up, asked for, limited, kept encrypted; the first one ends sessions that began without."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from sosei.core.people import roles
from sosei.core.people.accounts.second_factor import UnreadableSecretError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.models import Entry, Message
from tests.people.conftest import TOTP_SECRET, MakePerson, add_second_factor

PASSWORD = "kaze-no-toorimichi-7"


@pytest.fixture(autouse=True)
def clean(db: None) -> None:
    translation.activate("ja")
    cache.clear()


def code(step: int = 0) -> str:
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(TOTP_SECRET, counters[len(counters) // 2] + step))


def signed_in(person: Person, **more: Any) -> Client:
    browser = Client()
    browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD}, **more)
    return browser


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def set_up_app(browser: Client) -> Any:
    answer = browser.get(reverse("mfa_activate_totp"))
    if answer.status_code == 302:
        browser.post(answer.url, {"password": PASSWORD})
        answer = browser.get(reverse("mfa_activate_totp"))
    assert answer.status_code == 200
    session = browser.session
    session["mfa.totp.secret"] = TOTP_SECRET
    session.save()
    return browser.post(reverse("mfa_activate_totp"), {"code": code()})


def test_an_app_is_set_up_with_an_image_of_our_own_and_gives_spare_codes(make_person: MakePerson) -> None:
    person = make_person(password=PASSWORD)
    browser = signed_in(person)
    answer = set_up_app(browser)
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert browser.get(answer.url).content.decode().count("<code>") == 10
    assert Entry.objects.filter(verb="account.totp_activated", person=person).exists()
    assert Message.objects.get(kind="account.changed").recipient == person


def test_the_picture_of_the_secret_needs_nobody_else(make_person: MakePerson) -> None:
    browser = signed_in(make_person(password=PASSWORD))
    answer = browser.get(reverse("mfa_activate_totp"))
    browser.post(answer.url, {"password": PASSWORD})
    page = browser.get(reverse("mfa_activate_totp"))
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert "data:" in page.headers["Content-Security-Policy"]


def test_the_secret_cannot_be_read_in_the_database(make_person: MakePerson, settings: Any) -> None:
    person = make_person()
    held = add_second_factor(person)
    assert TOTP_SECRET not in str(Authenticator.objects.get(pk=held.pk).data)
    assert get_adapter().decrypt(held.data["secret"]) == TOTP_SECRET
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key"
    assert get_adapter().decrypt(held.data["secret"]) == TOTP_SECRET
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(UnreadableSecretError):
        get_adapter().decrypt(held.data["secret"])


def test_the_second_step_is_asked_for_and_taken_in_any_width(make_person: MakePerson) -> None:
    person = make_person(password=PASSWORD)
    add_second_factor(person)
    browser = signed_in(person)
    assert not is_signed_in(browser)
    page = browser.get(reverse("mfa_authenticate")).content.decode()
    assert "認証アプリの数字" in page
    assert browser.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    wide = code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert browser.post(reverse("mfa_authenticate"), {"code": wide}).status_code == 302
    assert is_signed_in(browser)


def test_a_code_works_once(make_person: MakePerson) -> None:
    person = make_person(password=PASSWORD)
    add_second_factor(person)
    once = code()
    first, second = signed_in(person), signed_in(person)
    first.post(reverse("mfa_authenticate"), {"code": once})
    second.post(reverse("mfa_authenticate"), {"code": once})
    assert (is_signed_in(first), is_signed_in(second)) == (True, False)


def test_a_spare_code_works_once(make_person: MakePerson) -> None:
    person = make_person(password=PASSWORD)
    add_second_factor(person)
    spare = RecoveryCodes.activate(person).get_unused_codes()[0]
    for passes in (True, False):
        browser = signed_in(person)
        browser.post(reverse("mfa_authenticate"), {"code": spare})
        assert is_signed_in(browser) == passes


def test_codes_cannot_be_guessed_for_long(make_person: MakePerson) -> None:
    person = make_person(password=PASSWORD)
    add_second_factor(person)
    browser = signed_in(person)
    for number in range(12):
        browser.post(reverse("mfa_authenticate"), {"code": f"{number:06d}"})
    browser.post(reverse("mfa_authenticate"), {"code": code()})
    assert not is_signed_in(browser)


def test_a_session_begun_with_a_password_alone_gains_nothing_by_a_second_factor_set_up_elsewhere(
    make_person: MakePerson, town: Municipality
) -> None:
    person = make_person(roles.PLANNER, town, password=PASSWORD, second_factor=False)
    thief, owner = signed_in(person), signed_in(person)
    office = reverse("people:office", kwargs={"code": town.code})
    assert thief.get(office).url == reverse("mfa_index")
    set_up_app(owner)
    assert owner.get(office).status_code == 200
    assert thief.get(office).url.startswith(reverse("account_login"))


def test_without_the_last_second_factor_the_role_waits_again(
    make_person: MakePerson, town: Municipality
) -> None:
    person = make_person(roles.PLANNER, town, password=PASSWORD)
    browser = signed_in(person)
    browser.post(reverse("mfa_authenticate"), {"code": code()})
    office = reverse("people:office", kwargs={"code": town.code})
    assert browser.get(office).status_code == 200
    answer = browser.post(reverse("mfa_deactivate_totp"))
    if "/reauthenticate/" in answer.url:
        browser.post(answer.url, {"password": PASSWORD})
    assert not Authenticator.objects.filter(user=person).exists()
    assert browser.get(office).url == reverse("mfa_index")
    assert Entry.objects.filter(verb="account.totp_deactivated").exists()


def test_spare_codes_alone_are_no_second_factor(make_person: MakePerson, town: Municipality) -> None:
    person = make_person(roles.PLANNER, town, second_factor=False)
    RecoveryCodes.activate(person)
    assert Person.objects.get(pk=person.pk).standing.held == ()


def test_a_passkey_of_nobody_signs_nobody_in(db: None) -> None:
    browser = Client()
    assert browser.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).json()[
        "request_options"
    ]
    for credential in ("{}", "[]", "nonsense", '{"response": {"userHandle": "MQ"}}'):
        answer = browser.post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert answer.status_code in {200, 302}
        assert not is_signed_in(browser)


def test_a_passkey_answer_with_a_number_nobody_can_read_is_no_fault_of_the_server(client: Client) -> None:
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": "9" * 5_000})
    assert answer.status_code < 500
