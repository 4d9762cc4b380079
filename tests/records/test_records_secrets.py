"""What nobody but its owner may read: codes and links before they are sent, citizens' affairs that belong to no town."""

from __future__ import annotations

from typing import Any

import pytest
import rules
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from sosei.core.people import roles, tenancy
from sosei.core.people.accounts.mail import tell_of_change
from sosei.core.people.models import Look, Municipality, Person, ProxySession
from sosei.core.people.services import invitations
from sosei.core.people.services.proxy import start_acting, stop_acting
from sosei.core.records import services
from sosei.core.records.delivery import route
from sosei.core.records.models import Attachment, Entry, Message, Preference
from sosei.core.records.personal_data_here import erase_messages, export_entries, export_messages
from tests.people.conftest import MakePerson, SignedIn
from tests.records.conftest import Write

READERS = (roles.OPERATOR, roles.PLANNER, roles.PROGRAMME_STAFF, roles.MAYORS_OFFICE, roles.AUDITOR)


@pytest.mark.parametrize("role", READERS)
def test_no_member_of_staff_reads_a_code_or_a_link_that_waits_to_be_sent(
    role: str, write: Write, make_person: MakePerson, town: Municipality
) -> None:
    code = write(to_address="a@example.jp", language="ja", kind="test.code")
    inviter = make_person(roles.PLANNER, town)
    invitations.invite(
        role=roles.PLANNER,
        municipality=town,
        email="new@example.jp",
        language="ja",
        invited_by=inviter,
        reason="異動",
    )
    link = Message.objects.get(kind="invitation.sent")
    assert "/account/invitation/" in link.body
    user = make_person(role, None if role == roles.OPERATOR else town)
    for message in (code, link):
        assert not rules.has_perm("records.view_message", user, message)
        assert not rules.has_perm("records.change_message", user, message)
    assert not Message.objects.visible_to(user).filter(pk__in=[code.pk, link.pk]).exists()
    with tenancy.guarded(person=user.pk):
        assert not Message.objects.filter(pk__in=[code.pk, link.pk]).exists()


def test_that_an_invitation_did_not_arrive_is_seen_once_its_link_is_gone(
    write: Write, make_person: MakePerson, town: Municipality
) -> None:
    planner = make_person(roles.PLANNER, town)
    message = write(to_address="a@example.jp", language="ja", kind="test.code", municipality=town)
    Message.objects.filter(pk=message.pk).update(scope="administration")
    assert not Message.objects.visible_to(planner).exists()
    Message.objects.update(
        state="failed",
        next_try_at=None,
        subject="",
        body="",
        subject_en="",
        body_en="",
        emptied_at=timezone.now(),
    )
    assert Message.objects.visible_to(planner).get().to_address == "a@example.jp"


def test_an_operator_reads_nothing_that_a_citizen_does_alone(
    write: Write, make_person: MakePerson, signed_in: SignedIn
) -> None:
    citizen = make_person(family_name="高橋", given_name="花子")
    tell_of_change(citizen, "password_changed")
    services.write_entry(actor=citizen, verb="person.names_changed", subject=citizen)
    operator = make_person(roles.OPERATOR)
    with tenancy.guarded(person=operator.pk):
        assert not Entry.objects.filter(person=citizen).exists()
        assert not Message.objects.filter(recipient=citizen).exists()
    client = signed_in(operator)
    for address in ("/operator/entries", "/operator/entries.csv"):
        assert "花子" not in client.get(address).content.decode()


def test_an_operator_reads_that_the_sign_in_of_staff_was_changed(
    make_person: MakePerson, town: Municipality
) -> None:
    planner, operator = make_person(roles.PLANNER, town), make_person(roles.OPERATOR)
    tell_of_change(planner, "totp_deactivated")
    with tenancy.guarded(person=operator.pk):
        entry = Entry.objects.visible_to(operator).get(verb="account.totp_deactivated")
    assert entry.scope == "administration"
    # Nor does a colleague of the town.
    assert not Entry.objects.visible_to(make_person(roles.PLANNER, town)).filter(pk=entry.pk).exists()


def test_staff_take_no_names_of_citizens_away_with_their_own_data(
    make_person: MakePerson, town: Municipality
) -> None:
    staff = make_person(roles.PROGRAMME_STAFF, town, family_name="担当", given_name="一郎")
    citizen = make_person(roles.CITIZEN, town, family_name="高橋", given_name="花子")
    for on_behalf_of in (None, citizen):
        services.write_entry(
            actor=staff,
            verb="person.names_changed",
            subject=citizen,
            municipality=town,
            on_behalf_of=on_behalf_of,
            reason="高橋さんが結婚した",
        )
    taken = export_entries(staff)
    assert len(taken) == 2
    assert "高橋" not in str(taken)
    assert "担当 一郎" in taken[0]["sentence"]
    own = export_entries(citizen)
    assert "高橋 花子" in own[0]["sentence"]
    assert "担当 一郎" in own[0]["sentence"]
    assert own[0]["reason"] == "高橋さんが結婚した"


def _move(person: Person, address: str) -> None:
    person.email = address
    person.save(update_fields=["email"])
    EmailAddress.objects.filter(user=person).update(email=address)


def test_messages_to_a_former_address_go_with_the_person_and_not_with_whoever_has_it_now(
    write: Write, make_person: MakePerson
) -> None:
    person = make_person(email="before@example.jp")
    told = write(to_address="before@example.jp", language="ja", kind="test.changed")
    _move(person, "after@example.jp")
    assert len(export_messages(person)) == 1
    other = make_person(email="before@example.jp")
    assert not export_messages(person)
    _move(other, "elsewhere@example.jp")
    erase_messages(person)
    told.refresh_from_db()
    assert (told.to_address, told.body) == ("", "")


def test_the_name_of_an_erased_person_goes_from_what_the_inviter_was_told(
    make_person: MakePerson, town: Municipality
) -> None:
    inviter = make_person(roles.PLANNER, town)
    person = make_person(family_name="高橋", given_name="花子", email="new@example.jp")
    offer = invitations.invite(
        role=roles.PLANNER,
        municipality=town,
        email="new@example.jp",
        language="ja",
        invited_by=inviter,
        reason="異動",
    )
    invitations.accept(token=offer.token, person=person)
    told = Message.objects.get(recipient=inviter, kind="invitation.accepted")
    assert "高橋" in told.body
    erase_messages(person)
    told.refresh_from_db()
    assert (told.subject, told.body, told.in_app) == ("", "", False)


@pytest.mark.parametrize("number", ["9" * 5000, "９" * 14, "-1", "x"])
def test_an_unreadable_number_of_a_notification_is_refused_in_words(
    number: str, make_person: MakePerson, signed_in: SignedIn
) -> None:
    answer = signed_in(make_person()).post("/me/notifications/read", {"message": number}, follow=True)
    assert answer.status_code == 200
    assert "読めません" in answer.content.decode()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_beyond_all_entries_are_refused_in_words(
    day: str, make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    client = signed_in(make_person(roles.AUDITOR, town))
    for name in ("since", "until"):
        answer: Any = client.get(f"/{town.code}/office/entries", {name: day})
        assert answer.status_code == 400
        assert "1900年から2999年まで" in answer.content.decode()


def test_staff_who_act_for_a_person_leave_a_look_at_notifications_and_files(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    staff, citizen = make_person(roles.PROGRAMME_STAFF, town), make_person(roles.CITIZEN, town)
    client = acting_for(signed_in(staff), staff, citizen, town)
    for address in ("/me/notifications", "/me/notifications/settings", "/me/files"):
        before = Look.objects.filter(person=citizen).count()
        assert client.get(address).status_code == 200
        assert Look.objects.filter(person=citizen).count() == before + 1


def test_a_form_opened_for_a_person_changes_nothing_of_the_member_of_staff_when_the_time_is_over(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    staff, citizen = make_person(roles.PROGRAMME_STAFF, town), make_person(roles.CITIZEN, town)
    client = acting_for(signed_in(staff), staff, citizen, town)
    page = client.get("/me/notifications/settings").content.decode()
    assert f'name="about" value="{citizen.uid}"' in page
    # Without saying about whom it is, nobody acts for anybody.
    assert client.post("/me/notifications/settings", {}).status_code == 409
    stop_acting(session=ProxySession.objects.get(staff=staff, ended_at=None))
    assert client.post("/me/notifications/settings", {"about": str(citizen.uid)}).status_code == 409
    sent = {"about": str(citizen.uid), "files": SimpleUploadedFile("memo.txt", "住民の書類".encode())}
    assert client.post("/me/files", sent).status_code == 409
    assert not Preference.objects.exists()
    assert not Attachment.objects.exists()


def acting_for(client: Client, staff: Person, person: Person, town: Municipality) -> Client:
    session = start_acting(staff=staff, person=person, municipality=town, channel="phone", reason="電話")
    stored = client.session
    stored["proxy_session"] = session.pk
    stored.save()
    return client


@pytest.mark.parametrize(
    ("verified", "email", "channel"),
    [(True, "a@example.jp", "sms"), (False, None, "sms"), (False, "a@example.jp", "mail")],
)
def test_a_number_that_staff_entered_is_written_to_only_where_there_is_no_other_way(
    verified: bool, email: str | None, channel: str, make_person: MakePerson, settings: Any
) -> None:
    settings.SOSEI_SMS = "mailbox"
    person = make_person(phone="+819012345678", phone_verified=verified, email=email)
    assert route(Message(recipient=person, channel="sms")) == channel


def test_a_short_message_to_a_number_that_staff_entered_is_not_taken_for_the_persons_own(
    write: Write, make_person: MakePerson, settings: Any
) -> None:
    settings.SOSEI_SMS = "mailbox"
    write(to_address="+819012345678", channel="sms", language="ja", kind="test.changed")
    entered = make_person(phone="+819012345678")
    assert not export_messages(entered)
    erase_messages(entered)
    assert Message.objects.get().state == "waiting"
    Person.objects.filter(pk=entered.pk).update(phone_verified=True)
    entered.refresh_from_db()
    assert len(export_messages(entered)) == 1
