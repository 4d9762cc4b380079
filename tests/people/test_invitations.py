"""Invitations: who may send them, what the link opens, and that nobody takes one twice."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from sosei.core.people import roles
from sosei.core.people.errors import InvitationError, NotAllowedError, RefusedError
from sosei.core.people.models import Invitation, Membership, Municipality, Organisation, Person
from sosei.core.people.services import invitations
from sosei.core.people.services.invitations import Invited, accept, invite
from sosei.core.records.models import Entry, Message
from tests.people.conftest import TOTP_SECRET, MakePerson, SignedIn, hold_role, organisation_for

PASSWORD = "kaze-no-toorimichi-7"


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


@pytest.fixture
def planner(make_person: MakePerson, town: Municipality) -> Person:
    return make_person(roles.PLANNER, town)


def invited(planner: Person, town: Municipality, role: str = roles.PROGRAMME_STAFF, **more: Any) -> Invited:
    given = {"email": "new@example.jp", "language": "ja", "reason": "4月の異動のため", **more}
    return invite(role=role, municipality=town, invited_by=planner, **given)


# --- the service ------------------------------------------------------------------------------------------------


def test_an_invitation_is_a_row_an_entry_and_a_letter_with_the_link(
    planner: Person, town: Municipality
) -> None:
    made = invited(planner, town, email=" New@Example.JP ")
    held = Invitation.objects.get()
    assert (held.email, held.invited_by, held.role) == ("new@example.jp", planner, roles.PROGRAMME_STAFF)
    assert held.expires_at - held.invited_at == timedelta(days=14)
    entry = Entry.objects.get(verb="invitation.sent")
    assert (entry.actor, entry.municipality, entry.reason) == (planner, town, "4月の異動のため")
    letter = Message.objects.get(kind="invitation.sent")
    assert letter.to_address == "new@example.jp"
    assert made.token in letter.body
    assert "/en/account/invitation/" in letter.body_en
    assert planner.full_name in letter.body


def test_the_token_stands_nowhere_but_in_the_letter(planner: Person, town: Municipality) -> None:
    token = invited(planner, town).token
    with connection.cursor() as cursor:
        for table in ("people_invitation", "people_invitationevent", "records_entry"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone() == (0,)
    assert invitations.find(token) is not None
    assert invitations.find(token + "x") is None


@pytest.mark.parametrize("role", [roles.KPI_OWNER, roles.PROGRAMME_STAFF, roles.AUDITOR, roles.OPERATOR])
def test_who_may_not_give_a_role_may_not_invite_to_it(
    make_person: MakePerson, town: Municipality, role: str
) -> None:
    staff = make_person(roles.PROGRAMME_STAFF, town)
    with pytest.raises(NotAllowedError):
        invited(staff, town, role, organisation=organisation_for(roles.KPI_OWNER, town))
    assert not Invitation.objects.exists()
    assert not Message.objects.exists()


def test_a_planner_of_another_town_may_not_invite(
    make_person: MakePerson, town: Municipality, other_town: Municipality
) -> None:
    with pytest.raises(NotAllowedError):
        invited(make_person(roles.PLANNER, other_town), town)


def test_a_planner_whose_role_waits_for_a_second_factor_may_not_invite(
    make_person: MakePerson, town: Municipality
) -> None:
    with pytest.raises(NotAllowedError):
        invited(make_person(roles.PLANNER, town, second_factor=False), town)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"language": "fr"}, "language"),
        ({"role": roles.KPI_OWNER}, "organisation"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_box(
    planner: Person, town: Municipality, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        invited(planner, town, **more)
    assert refused.value.field == field
    assert not Invitation.objects.exists()


def test_an_organisation_of_another_town_is_refused(
    planner: Person, town: Municipality, other_town: Municipality
) -> None:
    with pytest.raises(RefusedError):
        invited(planner, town, roles.KPI_OWNER, organisation=organisation_for(roles.KPI_OWNER, other_town))


def test_neither_an_open_invitation_nor_a_held_role_is_offered_again(
    planner: Person, town: Municipality, make_person: MakePerson
) -> None:
    invited(planner, town)
    with pytest.raises(InvitationError, match="もう送って"):
        invited(planner, town)
    make_person(roles.PROGRAMME_STAFF, town, email="held@example.jp")
    with pytest.raises(InvitationError, match="もうこの役割"):
        invited(planner, town, email="held@example.jp")


def test_a_new_link_kills_the_old_one(planner: Person, town: Municipality, make_person: MakePerson) -> None:
    first = invited(planner, town)
    second = invitations.resend(invitation=first.invitation, resent_by=planner)
    person = make_person(email="new@example.jp")
    with pytest.raises(InvitationError):
        accept(token=first.token, person=person)
    assert accept(token=second.token, person=person).role == roles.PROGRAMME_STAFF
    assert Message.objects.filter(kind="invitation.sent").count() == 2


def test_an_expired_invitation_can_be_sent_again_but_not_accepted(
    planner: Person, town: Municipality, make_person: MakePerson
) -> None:
    made = invited(planner, town)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    person = make_person(email="new@example.jp")
    with pytest.raises(InvitationError, match="期限"):
        accept(token=made.token, person=person)
    again = invitations.resend(invitation=made.invitation, resent_by=planner)
    accept(token=again.token, person=person)


def test_a_withdrawn_invitation_opens_nothing(
    planner: Person, town: Municipality, make_person: MakePerson
) -> None:
    made = invited(planner, town)
    invitations.withdraw(invitation=made.invitation, withdrawn_by=planner)
    with pytest.raises(InvitationError, match="取り消"):
        accept(token=made.token, person=make_person(email="new@example.jp"))
    with pytest.raises(InvitationError):
        invitations.resend(invitation=made.invitation, resent_by=planner)
    assert Entry.objects.filter(verb="invitation.withdrawn").count() == 1


def test_accepting_gives_the_role_and_tells_who_invited(
    planner: Person, town: Municipality, make_person: MakePerson
) -> None:
    person = make_person(email="new@example.jp", family_name="山田", given_name="花子")
    membership = accept(token=invited(planner, town).token, person=person)
    assert (membership.person, membership.role, membership.municipality) == (
        person,
        roles.PROGRAMME_STAFF,
        town,
    )
    assert membership.granted_by == planner
    assert {e.verb for e in Entry.objects.filter(person=person)} == {
        "invitation.accepted",
        "membership.granted",
    }
    told = Message.objects.get(kind="invitation.accepted")
    assert told.recipient == planner
    assert "山田 花子" in told.body


def test_somebody_else_cannot_take_it_even_with_the_link(
    planner: Person, town: Municipality, make_person: MakePerson
) -> None:
    token = invited(planner, town).token
    other = make_person(email="other@example.jp")
    with pytest.raises(InvitationError, match=r"new@example\.jp"):
        accept(token=token, person=other)
    unconfirmed = make_person(email="x@example.jp")
    EmailAddress.objects.create(user=unconfirmed, email="new@example.jp", verified=False)
    with pytest.raises(InvitationError):
        accept(token=token, person=unconfirmed)
    assert not Membership.objects.filter(role=roles.PROGRAMME_STAFF).exists()


def test_it_is_taken_once(planner: Person, town: Municipality, make_person: MakePerson) -> None:
    token = invited(planner, town).token
    person = make_person(email="new@example.jp")
    first, second = accept(token=token, person=person), accept(token=token, person=person)
    assert first == second
    with pytest.raises(InvitationError, match="もう使われ"):
        accept(token=token, person=make_person(email="x@example.jp"), address_confirmed=True)


def test_of_many_acceptances_at_once_one_gives_one_role(
    transactional_db: None, make_person: MakePerson
) -> None:
    town = Municipality.objects.create(code="07204", name="いわき市", opened_at=timezone.now())
    token = invited(make_person(roles.PLANNER, town), town).token
    people = [make_person(email=f"p{number}@example.jp") for number in range(6)] * 2
    start = threading.Barrier(len(people))
    taken: list[int] = []
    refused: list[int] = []

    def take(person: Person) -> None:
        start.wait()
        try:
            taken.append(accept(token=token, person=person, address_confirmed=True).person_id)
        except InvitationError:
            refused.append(person.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 1
    assert len(taken) + len(refused) == 12
    assert Membership.objects.filter(role=roles.PROGRAMME_STAFF).count() == 1
    assert Entry.objects.filter(verb="invitation.accepted").count() == 1
    assert Message.objects.filter(kind="invitation.accepted").count() == 1


# --- the pages --------------------------------------------------------------------------------------------------


def code_to(address: str) -> str:
    letter = Message.objects.filter(to_address=address, kind="account.code").order_by("-pk").first()
    assert letter is not None
    found = re.search(r"\b([0-9]{6})\b", letter.body)
    assert found
    return found[1]


def totp() -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return format_hotp_value(hotp_value(TOTP_SECRET, list(yield_hotp_counters_from_time())[1]))


def open_link(browser: Client, token: str) -> Any:
    answer = browser.get(reverse("people:invitation-link", kwargs={"token": token}))
    assert token not in answer.url
    return browser.get(answer.url)


def test_from_the_mail_to_the_office_in_steps(planner: Person, town: Municipality) -> None:
    cache.clear()
    token = invited(planner, town).token
    browser = Client()
    page = open_link(browser, token).content.decode()
    assert "いわき市" in page
    assert token not in page
    next_address = f"{reverse('account_signup')}?next={reverse('people:invitation')}"
    assert 'href="/account/signup/?next=%2Faccount%2Finvitation"' in page
    signup = browser.get(next_address).content.decode()
    assert 'value="new@example.jp"' in signup
    answer = browser.post(
        reverse("account_signup"),
        {"contact": "new@example.jp", "password1": PASSWORD, "next": reverse("people:invitation")},
    )
    # Whoever holds the link has read the mail: no code is asked for.
    assert answer.url == reverse("people:invitation")
    assert EmailAddress.objects.get(email="new@example.jp").verified
    answer = browser.post(answer.url, {"action": "accept"})
    assert browser.get(answer.url).url == reverse("mfa_index")
    person = Person.objects.get(email="new@example.jp")
    assert [one.role for one in person.standing.waiting] == [roles.PROGRAMME_STAFF]
    office = reverse("people:office", kwargs={"code": town.code})
    assert browser.get(office).url == reverse("mfa_index")
    page = browser.get(reverse("mfa_index")).content.decode()
    assert 'aria-current="step"' in page
    answer = browser.get(reverse("mfa_activate_totp"))
    if answer.status_code == 302:
        browser.post(answer.url, {"password": PASSWORD})
        browser.get(reverse("mfa_activate_totp"))
    session = browser.session
    session["mfa.totp.secret"] = TOTP_SECRET
    session.save()
    answer = browser.post(reverse("mfa_activate_totp"), {"code": totp()})
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert browser.get(answer.url).status_code == 200
    assert browser.get(office).status_code == 200


def test_the_office_stays_shut_until_the_invitation_is_accepted(planner: Person, town: Municipality) -> None:
    browser = Client()
    open_link(browser, invited(planner, town).token)
    browser.post(
        reverse("account_signup"),
        {"contact": "new@example.jp", "password1": PASSWORD, "next": reverse("people:invitation")},
    )
    assert browser.get(reverse("people:office", kwargs={"code": town.code})).status_code == 403


def test_an_invited_address_confirms_no_other(planner: Person, town: Municipality) -> None:
    cache.clear()
    browser = Client()
    open_link(browser, invited(planner, town).token)
    answer = browser.post(reverse("account_signup"), {"contact": "other@example.jp", "password1": PASSWORD})
    assert answer.url == reverse("account_email_verification_sent")
    assert not EmailAddress.objects.filter(verified=True, email="other@example.jp").exists()


def test_a_withdrawn_invitation_confirms_no_address(planner: Person, town: Municipality) -> None:
    cache.clear()
    made = invited(planner, town)
    invitations.withdraw(invitation=made.invitation, withdrawn_by=planner)
    browser = Client()
    assert open_link(browser, made.token).status_code == 410
    browser.post(reverse("account_signup"), {"contact": "new@example.jp", "password1": PASSWORD})
    assert not EmailAddress.objects.filter(verified=True, email="new@example.jp").exists()


def test_who_is_signed_in_under_another_address_proves_the_invited_one_by_a_code(
    planner: Person, town: Municipality, make_person: MakePerson, signed_in: SignedIn
) -> None:
    cache.clear()
    person = make_person(email="private@example.jp")
    browser = signed_in(person)
    page = open_link(browser, invited(planner, town, roles.REVIEWER).token).content.decode()
    assert "private@example.jp" in page
    address = reverse("people:invitation")
    assert browser.post(address, {"action": "accept"}).status_code == 200
    assert not Membership.objects.filter(person=person).exists()
    browser.post(address, {"action": "send"})
    code = code_to("new@example.jp")
    wrong = "000000" if code != "000000" else "111111"
    assert (
        "コードがちがいます" in browser.post(address, {"action": "confirm", "code": wrong}).content.decode()
    )
    answer = browser.post(address, {"action": "confirm", "code": code})
    assert browser.get(answer.url).url == reverse("people:offices")
    assert Membership.objects.get(person=person).role == roles.REVIEWER


def test_the_code_of_an_invitation_is_dead_after_five_wrong_ones(
    planner: Person, town: Municipality, make_person: MakePerson, signed_in: SignedIn
) -> None:
    person = make_person(email="private@example.jp")
    browser = signed_in(person)
    open_link(browser, invited(planner, town).token)
    address = reverse("people:invitation")
    browser.post(address, {"action": "send"})
    code = code_to("new@example.jp")
    wrong = "000000" if code != "000000" else "111111"
    for _time in range(5):
        browser.post(address, {"action": "confirm", "code": wrong})
    browser.post(address, {"action": "confirm", "code": code})
    assert not Membership.objects.filter(person=person).exists()


def test_links_cannot_be_guessed_for_long(db: None) -> None:
    browser = Client()
    statuses = [
        browser.get(reverse("people:invitation-link", kwargs={"token": f"guess-{number}"})).status_code
        for number in range(32)
    ]
    assert statuses[:30] == [302] * 30
    assert statuses[30:] == [429, 429]


def test_an_unknown_link_says_so(db: None) -> None:
    assert open_link(Client(), "nonsense").status_code == 404
    assert Client().get(reverse("people:invitation")).status_code == 404


def test_accepting_needs_a_form_that_was_sent(
    planner: Person, town: Municipality, make_person: MakePerson, signed_in: SignedIn
) -> None:
    person = make_person(email="new@example.jp")
    browser = signed_in(person)
    open_link(browser, invited(planner, town).token)
    assert not Membership.objects.filter(person=person).exists()


# --- commands ---------------------------------------------------------------------------------------------------


def test_the_first_operator_is_invited_from_the_command_line(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("invite_operator", "op@example.jp", "--language", "en")
    told = capsys.readouterr().out
    token = re.search(r"/en/account/invitation/(\S+)", told)
    assert token is not None
    assert invitations.find(token[1]) == Invitation.objects.get(role=roles.OPERATOR)
    with pytest.raises(CommandError, match="もう送って"):
        call_command("invite_operator", "op@example.jp")


def test_a_municipality_is_opened_from_the_command_line_with_its_planner_or_not_at_all(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError):
        call_command("open_municipality", "07204", "--planner", "no address")
    assert not Municipality.objects.exists()
    call_command("open_municipality", "072044", "--name-en", "Iwaki City", "--planner", "p@example.jp")
    town = Municipality.objects.get()
    assert (town.code, town.name, town.name_en) == ("07204", "いわき市", "Iwaki City")
    assert Invitation.objects.get().role == roles.PLANNER
    assert "/account/invitation/" in capsys.readouterr().out


def test_who_lost_the_second_factor_gets_a_new_start(
    make_person: MakePerson, town: Municipality, signed_in: SignedIn
) -> None:
    person = make_person(roles.PLANNER, town, email="p@example.jp")
    browser = signed_in(person)
    assert browser.get(reverse("people:office", kwargs={"code": town.code})).status_code == 200
    call_command("remove_second_factor", "P@example.jp", "--reason", "電話で本人を確かめた")
    assert browser.get(reverse("people:office", kwargs={"code": town.code})).url.startswith(
        reverse("account_login")
    )
    fresh = Person.objects.get(pk=person.pk)
    assert fresh.standing.held == ()
    assert [one.role for one in fresh.standing.waiting] == [roles.PLANNER]
    assert Entry.objects.get(verb="account.second_factor_removed").reason == "電話で本人を確かめた"
    with pytest.raises(CommandError):
        call_command("remove_second_factor", "nobody@example.jp", "--reason", "x")


def test_a_role_held_in_a_department_is_offered_with_it(
    planner: Person, town: Municipality, make_person: MakePerson
) -> None:
    department = Organisation.objects.create(
        municipality=town, kind=Organisation.Kind.DEPARTMENT, name="企画課（架空）"
    )
    made = invited(planner, town, roles.KPI_OWNER, organisation=department)
    assert "企画課（架空）" in Message.objects.get(kind="invitation.sent").body
    membership = accept(token=made.token, person=make_person(email="new@example.jp"))
    assert membership.organisation == department


def test_a_second_role_is_no_hindrance(planner: Person, town: Municipality) -> None:
    hold_role(planner, roles.MAYORS_OFFICE, town)
    invited(planner, town)
