"""A city's own directory: a provider running on this machine signs people in, and gives no role."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from sosei.core.people import roles
from sosei.core.people.models import ConsentText, Municipality, Person
from sosei.core.records.models import Entry, Message
from tests.people.conftest import MakePerson, add_second_factor

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Directory:
    """What the provider says, and what it was asked."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    signed_with: Any = KEY
    audience: str = "sosei"
    issuer: str = ""
    challenges: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def token(self) -> str:
        now = int(time.time())
        standard = {
            "iss": self.issuer or self.address,
            "aud": self.audience,
            "iat": now,
            "exp": now + 300,
            "sub": "s-1",
        }
        return jwt.encode(
            {**standard, **self.claims}, self.signed_with, algorithm="RS256", headers={"kid": "one"}
        )


def handler_of(directory: Directory) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def answer(self, content: Any, status: int = 200) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            here = directory.address
            if self.path == "/.well-known/openid-configuration":
                self.answer(
                    {
                        "issuer": here,
                        "authorization_endpoint": f"{here}/authorize",
                        "token_endpoint": f"{here}/token",
                        "userinfo_endpoint": f"{here}/userinfo",
                        "jwks_uri": f"{here}/keys",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    }
                )
            elif self.path == "/keys":
                public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
                self.answer({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})
            elif self.path == "/userinfo":
                self.answer({"sub": "s-1", **directory.claims})
            else:
                self.answer({}, 404)

        def do_POST(self) -> None:
            given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            code, verifier = given["code"][0], given.get("code_verifier", [""])[0]
            digest = (
                base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
            )
            if directory.challenges.get(code) != digest or given["client_secret"] != ["hidden"]:
                directory.refused.append(code)
                self.answer({"error": "invalid_grant"}, 400)
                return
            self.answer({"access_token": "a", "token_type": "Bearer", "id_token": directory.token()})

    return Handler


@pytest.fixture
def directory(settings: Any, db: None) -> Iterator[Directory]:
    """A provider on 127.0.0.1, and Sosei told of it."""
    cache.clear()
    translation.activate("ja")
    held = Directory(claims={"email": "staff@city.example.jp", "email_verified": True, "family_name": "市川"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(held))
    held.address = f"http://127.0.0.1:{server.server_address[1]}"
    settings.SOSEI_OIDC = {
        "id": "city",
        "name": "創生市 職員認証",
        "server": held.address,
        "client": "sosei",
        "secret": "hidden",
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "city",
                    "name": "創生市 職員認証",
                    "client_id": "sosei",
                    "secret": "hidden",
                    "settings": {"server_url": held.address},
                }
            ],
        }
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield held
    server.shutdown()
    server.server_close()
    thread.join()


def come_from(directory: Directory, browser: Client, *, next_address: str = "", code: str = "c-1") -> Any:
    """Goes to the directory, signs in there, comes back."""
    there = browser.get(
        reverse("openid_connect_login", kwargs={"provider_id": "city"}),
        {"process": "login", "next": next_address} if next_address else {"process": "login"},
    )
    assert there.status_code == 302, there.content.decode()
    parts = urlsplit(there.url)
    assert f"{parts.scheme}://{parts.netloc}" == directory.address
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert asked["code_challenge_method"] == "S256"
    directory.challenges[code] = asked["code_challenge"]
    return browser.get(urlsplit(asked["redirect_uri"]).path, {"code": code, "state": asked["state"]})


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_the_sign_in_page_names_the_directory_and_without_one_does_not(
    directory: Directory, settings: Any
) -> None:
    assert "創生市 職員認証でログイン" in Client().get(reverse("account_login")).content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "職員認証" not in Client().get(reverse("account_login")).content.decode()
    unknown = reverse("openid_connect_login", kwargs={"provider_id": "city"})
    assert Client().get(unknown).status_code == 404


def test_somebody_new_gets_an_account_and_no_role(directory: Directory) -> None:
    browser = Client()
    come_from(directory, browser)
    assert is_signed_in(browser)
    person = Person.objects.get()
    assert (person.email, person.family_name) == ("staff@city.example.jp", "市川")
    assert not person.has_usable_password()
    assert EmailAddress.objects.get(user=person).verified
    assert person.standing.held == person.standing.waiting == ()


def test_two_people_without_names_are_two_accounts(directory: Directory) -> None:
    for number in (1, 2):
        directory.claims = {
            "sub": f"s-{number}",
            "email": f"s{number}@city.example.jp",
            "email_verified": True,
        }
        come_from(directory, Client(), code=f"c-{number}")
    assert Person.objects.count() == 2


def test_a_person_with_the_same_confirmed_address_is_found_and_joined(
    directory: Directory, make_person: MakePerson
) -> None:
    person = make_person(email="staff@city.example.jp")
    browser = Client()
    come_from(directory, browser)
    assert browser.session["_auth_user_id"] == str(person.pk)
    assert SocialAccount.objects.get().user == person
    # From now on by the directory's own key, whatever the address becomes.
    directory.claims["email"] = "renamed@city.example.jp"
    other = Client()
    come_from(directory, other, code="c-2")
    assert other.session["_auth_user_id"] == str(person.pk)


def test_the_second_factor_of_sosei_is_asked_for_all_the_same(
    directory: Directory, make_person: MakePerson, town: Municipality
) -> None:
    person = make_person(roles.PLANNER, town, email="staff@city.example.jp")
    browser = Client()
    answer = come_from(directory, browser)
    assert answer.url == reverse("mfa_authenticate")
    assert not is_signed_in(browser)
    assert person.standing.held


def test_staff_without_a_second_factor_still_wait(
    directory: Directory, make_person: MakePerson, town: Municipality
) -> None:
    make_person(roles.PLANNER, town, email="staff@city.example.jp", second_factor=False)
    browser = Client()
    come_from(directory, browser)
    assert is_signed_in(browser)
    assert browser.get(reverse("people:office", kwargs={"code": town.code})).url == reverse("mfa_index")


@pytest.mark.parametrize("verified", [False, None])
def test_an_address_the_directory_does_not_vouch_for_opens_nothing(
    directory: Directory, make_person: MakePerson, verified: bool | None
) -> None:
    make_person(email="staff@city.example.jp")
    directory.claims["email_verified"] = verified
    browser = Client()
    answer = come_from(directory, browser)
    assert answer.status_code == 403
    assert "email_verified" in answer.content.decode()
    assert not is_signed_in(browser)
    assert Person.objects.count() == 1


def test_who_made_an_account_on_somebody_elses_address_is_locked_out_when_the_owner_comes(
    directory: Directory,
) -> None:
    squatter = Client()
    squatter.post(
        reverse("account_signup"), {"contact": "staff@city.example.jp", "password1": "kaze-no-toorimichi-7"}
    )
    assert not is_signed_in(squatter)
    come_from(directory, Client())
    assert not Person.objects.get().has_usable_password()


def test_a_token_signed_by_somebody_else_is_refused(directory: Directory) -> None:
    directory.signed_with = STRANGE_KEY
    browser = Client()
    answer = come_from(directory, browser)
    assert not is_signed_in(browser)
    assert "職員の認証でログインできませんでした" in answer.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("audience", "another-site"), ("issuer", "https://evil.example")]
)
def test_a_token_for_or_from_somebody_else_is_refused(directory: Directory, name: str, value: str) -> None:
    setattr(directory, name, value)
    browser = Client()
    come_from(directory, browser)
    assert not is_signed_in(browser)


def test_coming_back_without_having_gone_there_signs_nobody_in(directory: Directory) -> None:
    browser = Client()
    callback = reverse("openid_connect_callback", kwargs={"provider_id": "city"})
    browser.get(callback, {"code": "c-1", "state": "made-up"})
    assert not is_signed_in(browser)


def test_who_gives_up_there_is_told_so(directory: Directory) -> None:
    browser = Client()
    there = browser.get(reverse("openid_connect_login", kwargs={"provider_id": "city"}))
    state = parse_qs(urlsplit(there.url).query)["state"][0]
    callback = reverse("openid_connect_callback", kwargs={"provider_id": "city"})
    answer = browser.get(callback, {"error": "access_denied", "state": state}, follow=True)
    assert "ログインをやめました" in answer.content.decode()


def test_the_directory_comes_back_to_one_address_in_both_languages(directory: Directory) -> None:
    addresses = set()
    for prefix in ("", "/en"):
        there = Client().get(f"{prefix}/account/directory/city/login/")
        addresses.add(parse_qs(urlsplit(there.url).query)["redirect_uri"][0])
    assert addresses == {"http://testserver/account/directory/city/callback/"}


def test_the_way_back_is_kept(directory: Directory) -> None:
    assert come_from(directory, Client(), next_address="/en/me/").url == "/en/me/"


def test_a_required_text_is_agreed_to_before_an_account_is_made(directory: Directory) -> None:
    text = ConsentText.objects.create(
        key="terms",
        version=1,
        title="利用のきまり",
        title_en="Terms",
        purpose="x",
        purpose_en="x",
        body="x",
        body_en="x",
        is_required=True,
        published_at=timezone.now(),
    )
    browser = Client()
    answer = come_from(directory, browser)
    assert answer.url == reverse("socialaccount_signup")
    assert not Person.objects.exists()
    assert "利用のきまり" in browser.get(answer.url).content.decode()
    assert browser.post(answer.url, {}).status_code == 200
    assert not Person.objects.exists()
    browser.post(answer.url, {f"consent_{text.pk}": "on"})
    person = Person.objects.get()
    assert is_signed_in(browser)
    assert person.consents.get().text == text
    assert EmailAddress.objects.get(user=person).verified
    assert Entry.objects.filter(verb="account.signed_up", person=person).exists()


def test_somebody_signed_in_joins_the_directory_to_the_account(
    directory: Directory, make_person: MakePerson
) -> None:
    person = make_person(email="private@example.jp", password="kaze-no-toorimichi-7")
    add_second_factor(make_person(email="other@example.jp"))
    browser = Client()
    browser.post(
        reverse("account_login"), {"login": "private@example.jp", "password": "kaze-no-toorimichi-7"}
    )
    there = browser.get(
        reverse("openid_connect_login", kwargs={"provider_id": "city"}), {"process": "connect"}
    )
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.url).query).items()}
    directory.challenges["c-1"] = asked["code_challenge"]
    answer = browser.get(urlsplit(asked["redirect_uri"]).path, {"code": "c-1", "state": asked["state"]})
    if "/reauthenticate/" in answer.url:
        browser.post(answer.url, {"password": "kaze-no-toorimichi-7"})
    assert SocialAccount.objects.get().user == person
    assert Person.objects.get(pk=person.pk).email == "private@example.jp"
    assert Message.objects.filter(kind="account.changed", recipient=person).exists()
