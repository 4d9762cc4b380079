"""Passkeys in a real Chromium whose authenticator is a virtual one: set up, second step, signing in by it alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, CDPSession, Page

from sosei.core.people.models import Person
from sosei.core.records.models import Entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "kaze-no-toorimichi-7"


class Site:
    """A browser page, its virtual authenticator, and what its console complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        made = self.cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.authenticator: str = made["authenticatorId"]

    def open(self, name: str) -> None:
        self.page.goto(self.address + reverse(name))

    def sign_in(self, person: Person) -> None:
        self.open("account_login")
        self.page.fill("[name=login]", person.email or "")
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main form:not([data-passkey]) button[type=submit]")

    def sign_out(self) -> None:
        self.open("account_logout")
        self.page.click("main form button[type=submit]")

    def add_passkey(self, *, alone: bool) -> None:
        self.open("mfa_add_webauthn")
        if "reauthenticate" in self.page.url:
            self.page.fill("[name=password]", PASSWORD)
            self.page.click("main form:not([data-passkey]) button[type=submit]")
        self.page.fill("[name=name]", "試験の鍵")
        self.page.set_checked("[name=passwordless]", alone)
        self.page.click("main form[data-passkey=create] button[type=submit]")
        self.page.wait_for_url("**/account/2fa/codes/")


@pytest.fixture(scope="session", autouse=True)
def beside_playwrights_loop() -> None:
    """Playwright's loop runs in this thread; the tests still ask the database one after the other."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def site(browser: Browser, live_server: Any) -> Iterator[Site]:
    translation.activate("ja")
    # A passkey belongs to a name, and an address of numbers is none.
    address = live_server.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(locale="ja-JP")
    yield Site(context.new_page(), address)
    context.close()


@pytest.fixture
def person(site: Site) -> Person:
    made = Person(email="hanako@example.jp", family_name="試験", given_name="花子")
    made.set_password(PASSWORD)
    made.save()
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def is_signed_in(site: Site) -> bool:
    """Whether the account's own page opens; whoever is not through is sent to the step that is missing."""
    site.open("people:account")
    return "hanako@example.jp" in site.page.locator("main").inner_text()


def test_a_passkey_signs_in_without_a_password(site: Site, person: Person) -> None:
    site.sign_in(person)
    site.add_passkey(alone=True)
    assert Authenticator.objects.filter(user=person, type="webauthn").count() == 1
    assert Entry.objects.filter(verb="account.webauthn_added", person=person).exists()
    site.sign_out()
    assert not is_signed_in(site)
    site.open("account_login")
    site.page.click("main form[data-passkey=get] button[type=submit]")
    site.page.wait_for_url(lambda url: "/account/login/" not in url)
    assert is_signed_in(site)
    assert site.complaints == []


def test_a_passkey_is_the_second_step_after_the_password(site: Site, person: Person) -> None:
    site.sign_in(person)
    site.add_passkey(alone=False)
    site.sign_out()
    site.sign_in(person)
    site.page.wait_for_url("**/account/2fa/authenticate/")
    assert not is_signed_in(site)
    assert site.page.url.endswith("/account/2fa/authenticate/")
    site.page.click("main form[data-passkey=get] button[type=submit]")
    site.page.wait_for_url(lambda url: "authenticate" not in url)
    assert is_signed_in(site)
    assert site.complaints == []


def test_a_device_that_does_not_recognise_its_owner_lets_nobody_in(site: Site, person: Person) -> None:
    site.sign_in(person)
    site.add_passkey(alone=True)
    site.sign_out()
    site.cdp.send(
        "WebAuthn.setUserVerified", {"authenticatorId": site.authenticator, "isUserVerified": False}
    )
    site.open("account_login")
    site.page.click("main form[data-passkey=get] button[type=submit]")
    error = site.page.locator("[data-passkey-error]")
    error.wait_for(state="visible")
    assert "パスキーを使えませんでした" in error.inner_text()
    assert not is_signed_in(site)


def test_a_passkey_proves_who_it_is_once_more(site: Site, person: Person) -> None:
    site.sign_in(person)
    site.add_passkey(alone=True)
    site.sign_out()
    site.open("account_login")
    site.page.click("main form[data-passkey=get] button[type=submit]")
    site.page.wait_for_url(lambda url: "/account/login/" not in url)
    site.page.goto(site.address + reverse("mfa_reauthenticate_webauthn") + "?next=" + reverse("mfa_index"))
    site.page.click("main form[data-passkey=get] button[type=submit]")
    site.page.wait_for_url("**/account/2fa/")
    assert site.complaints == []
