"""Signing up, in and out by e-mail and telephone; passwords; limits that keep strangers out and owners in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from sosei.core.people import roles
from sosei.core.people.models import Consent, ConsentText, Municipality, Person
from sosei.core.records.models import Entry, Message
from tests.people.conftest import MakePerson, SignedIn

PASSWORD = "kaze-no-toorimichi-7"
OTHER_PASSWORD = "yama-no-mukou-gawa-8"


@pytest.fixture(autouse=True)
def japanese_site_with_sms(settings: Any) -> None:
    settings.SOSEI_SMS = "mailbox"
    settings.DEMONSTRATION = True
    # A request leaves its language behind, as the test runs in the same thread.
    translation.activate("ja")


@pytest.fixture
def browser(db: None) -> Client:
    cache.clear()
    return Client()


def last_message(address: str = "") -> Message:
    found = Message.objects.filter(to_address=address) if address else Message.objects.all()
    message = found.order_by("-pk").first()
    assert message is not None, f"nothing was written to {address}"
    return message


def code_in(message: Message) -> str:
    found = re.search(r"\b([0-9]{6})\b", message.body)
    assert found, message.body
    return found[1]


def sign_up(browser: Client, contact: str, **more: Any) -> Any:
    return browser.post(reverse("account_signup"), {"contact": contact, "password1": PASSWORD, **more})


def sign_in(browser: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return browser.post(reverse("account_login"), {"login": login, "password": password}, **more)


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


# --- signing up -------------------------------------------------------------------------------------------------


def test_who_signs_up_by_mail_is_signed_in_after_the_code(browser: Client) -> None:
    answer = sign_up(browser, "Hanako@Example.JP")
    assert answer.url == reverse("account_email_verification_sent")
    assert not is_signed_in(browser)
    message = last_message("hanako@example.jp")
    assert (message.kind, message.channel, message.language) == ("account.code", "mail", "ja")
    answer = browser.post(answer.url, {"code": code_in(message), "action": "verify"})
    assert answer.url == reverse("people:me")
    assert is_signed_in(browser)
    person = Person.objects.get(email="hanako@example.jp")
    assert EmailAddress.objects.get(user=person).verified
    assert Entry.objects.get(verb="account.signed_up").person == person


@pytest.mark.parametrize(
    "written", ["090-1234-5678", "０９０１２３４５６７８", "+81 90 1234 5678", "09012345678"]
)
def test_a_telephone_is_understood_as_it_is_written_and_confirmed_by_a_code(
    browser: Client, written: str
) -> None:
    answer = sign_up(browser, written)
    assert answer.url == reverse("account_verify_phone")
    message = last_message("+819012345678")
    assert (message.kind, message.channel) == ("account.code", "sms")
    answer = browser.post(answer.url, {"code": "　" + code_in(message), "action": "verify"})
    assert answer.url == reverse("people:me")
    person = Person.objects.get(phone="+819012345678")
    assert person.phone_verified
    assert person.email is None


def test_two_people_without_a_mail_address_can_sign_up(browser: Client) -> None:
    for number in ("09012345678", "09087654321"):
        other = Client()
        answer = sign_up(other, number)
        other.post(answer.url, {"code": code_in(last_message()), "action": "verify"})
        assert is_signed_in(other)


def test_an_english_page_makes_an_english_person_and_an_english_letter(browser: Client) -> None:
    answer = browser.post("/en/account/signup/", {"contact": "ann@example.com", "password1": PASSWORD})
    assert answer.url.startswith("/en/")
    assert Person.objects.get(email="ann@example.com").language == "en"
    assert last_message("ann@example.com").language == "en"


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("03-1234-5678", "SMS"),
        ("090-1234", "090-1234-5678"),
        ("hanako@", "name@example.jp"),
        ("花子", "090-1234-5678"),
    ],
)
def test_what_is_neither_is_refused_with_the_remedy(browser: Client, contact: str, said: str) -> None:
    answer = sign_up(browser, contact)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Person.objects.exists()


def test_without_sms_a_telephone_is_refused_and_not_asked_for(browser: Client, settings: Any) -> None:
    settings.SOSEI_SMS, settings.DEMONSTRATION = "", False
    answer = sign_up(browser, "090-1234-5678")
    assert "SMS を送れない" in answer.content.decode()
    assert not Person.objects.exists()
    assert "携帯電話の番号" not in browser.get(reverse("account_signup")).content.decode()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "10文字以上"),
        ("password1234", "よく使われる"),
        ("8301943756", "数字だけ"),
        ("hanako@example.jp", "似ています"),
    ],
)
def test_weak_passwords_are_refused_in_plain_words(browser: Client, password: str, said: str) -> None:
    answer = browser.post(reverse("account_signup"), {"contact": "hanako@example.jp", "password1": password})
    assert said in answer.content.decode()
    assert not Person.objects.exists()


def test_from_outside_a_taken_address_looks_like_a_free_one(browser: Client, make_person: MakePerson) -> None:
    make_person(email="hanako@example.jp")
    free, taken = sign_up(Client(), "free@example.jp"), sign_up(browser, "hanako@example.jp")
    assert (free.status_code, free.url) == (taken.status_code, taken.url)
    message = last_message("hanako@example.jp")
    assert message.kind == "account.hint"
    assert "もうあります" in message.body
    page = browser.get(taken.url).content.decode()
    assert "hanako@example.jp" in page
    assert Person.objects.filter(email="hanako@example.jp").count() == 1


def test_from_outside_a_taken_telephone_looks_like_a_free_one(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(phone="+819012345678", phone_verified=True)
    free, taken = sign_up(Client(), "090-8765-4321"), sign_up(browser, "090-1234-5678")
    assert (free.status_code, free.url) == (taken.status_code, taken.url)
    assert last_message("+819012345678").kind == "account.hint"
    wrong = browser.post(taken.url, {"code": "123456", "action": "verify"})
    assert wrong.status_code == 200
    assert "コードがちがいます" in wrong.content.decode()


def test_of_two_at_the_same_moment_with_one_address_one_account_is_made(transactional_db: None) -> None:
    start = threading.Barrier(2)
    answers: list[Any] = []

    def try_it() -> None:
        browser = Client()
        browser.get(reverse("account_signup"))
        start.wait()
        answers.append(sign_up(browser, "hanako@example.jp"))
        connection.close()

    threads = [threading.Thread(target=try_it) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The second may be told to wait a little, as its letter would go to the same address in the same second.
    assert {answer.status_code for answer in answers} <= {302, 429}
    assert [answer.status_code for answer in answers].count(302) >= 1
    assert Person.objects.filter(email="hanako@example.jp").count() == 1


def text_to_agree_to() -> ConsentText:
    made: ConsentText = ConsentText.objects.create(
        key="terms",
        version=1,
        title="利用のきまり",
        title_en="Terms of use",
        purpose="安心して使うため",
        purpose_en="To use Sosei safely",
        body="一つ目<script>",
        body_en="First",
        is_required=True,
        published_at=timezone.now(),
    )
    return made


def test_nobody_signs_up_without_agreeing_to_what_is_required(browser: Client) -> None:
    text = text_to_agree_to()
    page = browser.get(reverse("account_signup")).content.decode()
    assert "利用のきまり" in page
    assert "一つ目&lt;script&gt;" in page
    answer = sign_up(browser, "hanako@example.jp")
    assert answer.status_code == 200
    assert not Person.objects.exists()
    sign_up(browser, "hanako@example.jp", **{f"consent_{text.pk}": "on"})
    consent = Consent.objects.get()
    assert (consent.person.email, consent.text, consent.decision) == ("hanako@example.jp", text, "given")


def test_a_code_can_be_had_again_and_the_old_one_is_dead(browser: Client) -> None:
    answer = sign_up(browser, "hanako@example.jp")
    first = code_in(last_message("hanako@example.jp"))
    cache.clear()  # The library lets a code be sent every ten seconds.
    browser.post(answer.url, {"action": "resend"})
    second = code_in(last_message("hanako@example.jp"))
    assert first != second
    assert browser.post(answer.url, {"code": first, "action": "verify"}).status_code == 200
    assert browser.post(answer.url, {"code": second, "action": "verify"}).status_code == 302
    assert is_signed_in(browser)


def test_after_three_wrong_codes_it_begins_anew(browser: Client) -> None:
    answer = sign_up(browser, "hanako@example.jp")
    right = code_in(last_message("hanako@example.jp"))
    wrong = "000000" if right != "000000" else "111111"
    for _time in range(3):
        browser.post(answer.url, {"code": wrong, "action": "verify"})
    browser.post(answer.url, {"code": right, "action": "verify"})
    assert not is_signed_in(browser)


def test_a_mistyped_address_can_be_put_right(browser: Client) -> None:
    answer = sign_up(browser, "hanoko@example.jp")
    browser.post(answer.url, {"action": "change", "email": "Hanako@example.jp"})
    browser.post(answer.url, {"code": code_in(last_message("hanako@example.jp")), "action": "verify"})
    assert is_signed_in(browser)
    assert list(Person.objects.values_list("email", flat=True)) == ["hanako@example.jp"]
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["hanako@example.jp"]


def test_nobodys_mailbox_is_filled_with_codes(browser: Client, make_person: MakePerson) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    for _time in range(8):
        Client().post(reverse("account_reset_password"), {"email": "hanako@example.jp"})
    assert Message.objects.filter(to_address="hanako@example.jp").count() == 5


# --- signing in -------------------------------------------------------------------------------------------------


def test_signing_in_by_mail_in_any_case_gives_the_session_a_new_key(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    browser.get(reverse("account_login"))
    session = browser.session
    session["before"] = "x"
    session.save()
    browser.cookies["sessionid"] = session.session_key
    old = session.session_key
    assert sign_in(browser, "HANAKO@example.jp").url == reverse("people:me")
    assert is_signed_in(browser)
    assert browser.session.session_key != old


def test_signing_in_by_telephone(browser: Client, make_person: MakePerson) -> None:
    make_person(phone="+819012345678", phone_verified=True, password=PASSWORD)
    assert sign_in(browser, "０９０-１２３４-５６７８").url == reverse("people:me")
    assert is_signed_in(browser)


def test_a_telephone_that_staff_entered_does_not_stand_in_the_way_of_who_signs_in_by_mail(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(email="hanako@example.jp", phone="+819012345678", password=PASSWORD)
    EmailAddress.objects.filter(email="hanako@example.jp").update(verified=True)
    sign_in(browser, "hanako@example.jp")
    assert is_signed_in(browser)


@pytest.mark.parametrize("login", ["hanako@example.jp", "nobody@example.jp", "090-1234-5678"])
def test_a_wrong_password_and_an_unknown_account_are_told_alike(
    browser: Client, make_person: MakePerson, login: str
) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    answer = sign_in(browser, login, "wrong-password")
    assert "またはパスワードがちがいます" in answer.content.decode()
    assert not is_signed_in(browser)


def test_a_number_that_staff_entered_opens_nothing_by_a_code(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(phone="+819012345678", has_account=False)
    browser.post(reverse("account_reset_password"), {"email": "090-1234-5678"})
    assert last_message("+819012345678").kind == "account.hint"


def test_whose_number_staff_entered_signs_up_with_it_all_the_same(
    browser: Client, make_person: MakePerson
) -> None:
    entered = make_person(phone="+819012345678", has_account=False)
    answer = sign_up(browser, "090-1234-5678")
    browser.post(answer.url, {"code": code_in(last_message("+819012345678")), "action": "verify"})
    signed_up = Person.objects.get(phone="+819012345678", phone_verified=True)
    assert browser.session["_auth_user_id"] == str(signed_up.pk)
    assert signed_up != entered


def test_a_number_that_another_account_confirmed_meanwhile_is_refused_with_a_word(
    browser: Client, make_person: MakePerson
) -> None:
    answer = sign_up(browser, "090-1234-5678")
    code = code_in(last_message("+819012345678"))
    make_person(phone="+819012345678", phone_verified=True, password=PASSWORD)
    late = browser.post(answer.url, {"code": code, "action": "verify"}, follow=True)
    assert "別のアカウントで使われています" in late.content.decode()
    assert not is_signed_in(browser)
    assert Person.objects.filter(phone="+819012345678", phone_verified=True).count() == 1


def test_a_number_that_staff_entered_opens_no_account_with_a_confirmed_address(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(email="hanako@example.jp", phone="+819012345678", password=PASSWORD)
    browser.post(reverse("account_reset_password"), {"email": "090-1234-5678"})
    assert last_message("+819012345678").kind == "account.hint"


def test_an_account_switched_off_gets_nobody_in(browser: Client, make_person: MakePerson) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD, is_active=False)
    sign_in(browser, "hanako@example.jp")
    assert not is_signed_in(browser)


def test_staff_go_to_the_office_and_all_others_to_their_own_page(
    make_person: MakePerson, town: Municipality
) -> None:
    make_person(roles.PLANNER, town, email="p@example.jp", password=PASSWORD, second_factor=False)
    make_person(roles.CITIZEN, town, email="c@example.jp", password=PASSWORD)
    assert sign_in(Client(), "p@example.jp").url == reverse("people:offices")
    assert sign_in(Client(), "c@example.jp").url == reverse("people:me")


def test_the_way_back_is_kept_and_leads_to_no_other_site(browser: Client, make_person: MakePerson) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    for wanted, reached in (("/me/", "/me/"), ("https://evil.example/", reverse("people:me"))):
        answer = Client().post(
            reverse("account_login"), {"login": "hanako@example.jp", "password": PASSWORD, "next": wanted}
        )
        assert answer.url == reached


def test_five_wrong_passwords_from_one_place_and_the_sixth_is_not_looked_at(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    for _time in range(5):
        assert sign_in(Client(), "hanako@example.jp", "wrong-password").status_code == 200
    answer = sign_in(Client(), "hanako@example.jp")
    assert answer.status_code == 429
    assert "分" in answer.content.decode()
    assert 0 < int(answer.headers["Retry-After"]) <= 300


def test_a_stranger_elsewhere_keeps_nobody_out(browser: Client, make_person: MakePerson) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    for _time in range(6):
        sign_in(Client(), "hanako@example.jp", "wrong-password", REMOTE_ADDR="203.0.113.9")
    sign_in(browser, "hanako@example.jp", REMOTE_ADDR="198.51.100.4")
    assert is_signed_in(browser)


def wrong_from_everywhere() -> None:
    for number in range(60):
        sign_in(Client(), "hanako@example.jp", "x" * 12, REMOTE_ADDR=f"203.0.113.{number}")


def test_who_tries_from_everywhere_reaches_a_wall_but_not_a_browser_its_owner_used(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    sign_in(browser, "hanako@example.jp")
    browser.post(reverse("account_logout"))
    assert not is_signed_in(browser)
    wrong_from_everywhere()
    assert sign_in(Client(), "hanako@example.jp", REMOTE_ADDR="198.51.100.4").status_code == 429
    sign_in(browser, "hanako@example.jp", REMOTE_ADDR="198.51.100.4")
    assert is_signed_in(browser)


def test_a_forged_known_browser_is_none(browser: Client, make_person: MakePerson) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    make_person(email="mallory@example.jp", password=PASSWORD)
    mallory = Client()
    sign_in(mallory, "mallory@example.jp")
    mallory.post(reverse("account_logout"))
    wrong_from_everywhere()
    assert sign_in(mallory, "hanako@example.jp", REMOTE_ADDR="198.51.100.4").status_code == 429
    browser.cookies["known_browser"] = "eyJiIjoieCIsIm4iOltdfQ:1:x"
    assert sign_in(browser, "hanako@example.jp", REMOTE_ADDR="198.51.100.4").status_code == 429


def test_right_passwords_are_not_counted(browser: Client, make_person: MakePerson) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    for _time in range(8):
        other = Client()
        sign_in(other, "hanako@example.jp")
        assert is_signed_in(other)


# --- passwords, addresses, sessions -----------------------------------------------------------------------------


def test_a_forgotten_password_is_chosen_anew_by_a_code_and_other_sessions_end(
    browser: Client, make_person: MakePerson
) -> None:
    make_person(email="hanako@example.jp", password=PASSWORD)
    elsewhere = Client()
    sign_in(elsewhere, "hanako@example.jp")
    answer = browser.post(reverse("account_reset_password"), {"email": "hanako@example.jp"})
    answer = browser.post(answer.url, {"code": code_in(last_message("hanako@example.jp"))})
    answer = browser.post(answer.url, {"password1": OTHER_PASSWORD})
    assert answer.url == reverse("account_password_reset_completed")
    sign_in(browser, "hanako@example.jp", OTHER_PASSWORD)
    assert is_signed_in(browser)
    assert elsewhere.get(reverse("people:account")).status_code == 302
    told = Message.objects.get(kind="account.changed")
    assert told.recipient.email == "hanako@example.jp"
    assert Entry.objects.filter(verb="account.password_reset").exists()


def test_an_unknown_address_gets_a_hint_and_the_page_says_nothing(browser: Client) -> None:
    answer = browser.post(reverse("account_reset_password"), {"email": "nobody@example.jp"})
    assert answer.url == reverse("account_confirm_password_reset_code")
    assert last_message("nobody@example.jp").kind == "account.hint"
    assert browser.post(answer.url, {"code": "123456"}).status_code == 200


def signed_in_by_form(make_person: MakePerson, **columns: Any) -> Client:
    make_person(email="hanako@example.jp", password=PASSWORD, **columns)
    browser = Client()
    sign_in(browser, "hanako@example.jp")
    return browser


def test_changing_the_password_keeps_this_session_and_ends_the_others(make_person: MakePerson) -> None:
    browser = signed_in_by_form(make_person)
    elsewhere = Client()
    sign_in(elsewhere, "hanako@example.jp")
    answer = browser.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD}
    )
    assert answer.url == reverse("people:account")
    assert browser.get(answer.url).status_code == 200
    assert elsewhere.get(answer.url).status_code == 302


def test_signing_out_elsewhere_keeps_this_session_alone(make_person: MakePerson) -> None:
    browser = signed_in_by_form(make_person)
    elsewhere = Client()
    sign_in(elsewhere, "hanako@example.jp")
    browser.post(reverse("people:sign-out-elsewhere"))
    assert browser.get(reverse("people:account")).status_code == 200
    assert elsewhere.get(reverse("people:account")).status_code == 302
    assert Entry.objects.filter(verb="account.signed_out_elsewhere").exists()


def again(browser: Client, address: str, data: dict[str, Any]) -> Any:
    """Posts, and proves with the password once more where it is asked for."""
    answer = browser.post(address, data)
    if "/reauthenticate/" not in answer.url:
        return answer
    return browser.post(answer.url, {"password": PASSWORD})


def test_a_new_address_counts_when_its_code_was_entered_and_the_old_one_is_told(
    make_person: MakePerson,
) -> None:
    browser = signed_in_by_form(make_person)
    answer = again(browser, reverse("account_email"), {"email": "New@example.jp", "action_add": "1"})
    assert Person.objects.get().email == "hanako@example.jp"
    browser.post(answer.url, {"code": code_in(last_message("new@example.jp")), "action": "verify"})
    person = Person.objects.get()
    assert person.email == "new@example.jp"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("new@example.jp", True, True)
    ]
    assert last_message("hanako@example.jp").kind == "account.changed"
    assert Entry.objects.filter(verb="account.email_changed", person=person).exists()


def test_a_new_telephone_counts_when_its_code_was_entered(make_person: MakePerson) -> None:
    browser = signed_in_by_form(make_person)
    answer = again(browser, reverse("account_change_phone"), {"phone": "080 1111 2222"})
    assert Person.objects.get().phone is None
    browser.post(answer.url, {"code": code_in(last_message("+818011112222")), "action": "verify"})
    person = Person.objects.get()
    assert (person.phone, person.phone_verified) == ("+818011112222", True)
    assert Entry.objects.filter(verb="account.phone_changed").exists()


def test_what_matters_asks_for_the_password_again_and_only_so_often(make_person: MakePerson) -> None:
    browser = signed_in_by_form(make_person)
    answer = browser.get(reverse("mfa_add_webauthn"))
    assert "/reauthenticate/" in answer.url
    statuses = [browser.post(answer.url, {"password": "wrong-password"}).status_code for _time in range(12)]
    assert statuses[0] == 200
    assert 429 in statuses


STAFF_PAGE: Callable[[Municipality], str] = lambda town: reverse(  # noqa: E731
    "people:office", kwargs={"code": town.code}
)


def test_a_session_of_staff_ends_after_an_idle_hour(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    browser = signed_in(make_person(roles.PLANNER, town))
    assert browser.get(STAFF_PAGE(town)).status_code == 200
    session = browser.session
    session["seen_at"] -= 61 * 60
    session.save()
    answer = browser.get(STAFF_PAGE(town))
    assert answer.url == f"{reverse('account_login')}?next={STAFF_PAGE(town)}"
    assert not is_signed_in(browser)


def test_a_session_of_staff_ends_after_twelve_hours_however_busy(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    browser = signed_in(make_person(roles.PLANNER, town))
    browser.get(STAFF_PAGE(town))
    session = browser.session
    session["began_at"] -= 12 * 3600 + 1
    session.save()
    assert browser.get(STAFF_PAGE(town)).status_code == 302
    assert not is_signed_in(browser)


def test_a_busy_session_of_staff_goes_on(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    browser = signed_in(make_person(roles.PLANNER, town))
    for _time in range(3):
        assert browser.get(STAFF_PAGE(town)).status_code == 200
        session = browser.session
        session["seen_at"] -= 50 * 60
        session["began_at"] -= 50 * 60
        session.save()
    assert browser.get(STAFF_PAGE(town)).status_code == 200


def test_a_citizens_session_has_no_such_end(make_person: MakePerson, signed_in: SignedIn) -> None:
    browser = signed_in(make_person())
    session = browser.session
    session["seen_at"] = session["began_at"] = timezone.now().timestamp() - 40 * 3600
    session.save()
    assert browser.get(reverse("people:account")).status_code == 200
