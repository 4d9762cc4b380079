"""Reviews of both sides: written once, hidden until both are in or the time is over, answered, moderated, kept."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.services.erasure import erase_person
from sosei.core.records.models import Entry, Message
from sosei.programmes.spaces.errors_care import CareError
from sosei.programmes.spaces.models import Booking, DamageReport, SpaceReview
from sosei.programmes.spaces.rules_care import REVIEW_TERM, Mean, private_part
from sosei.programmes.spaces.services import numbers, review_answers, reviews
from sosei.programmes.spaces.services.orders import Guest
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import only, pay, place, wish, workday
from tests.spaces.care_world import GOOD, review, used
from tests.spaces.world import SpacesWorld

pytestmark = pytest.mark.django_db


def kinds_of_letters() -> list[str]:
    return sorted(Message.objects.filter(kind__startswith="space_review").values_list("kind", flat=True))


def test_neither_side_reads_the_other_before_both_have_written(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    first = review(booking, "guest", spaces.guest, stars=4)
    again = review(booking, "guest", spaces.guest, stars=4)
    assert (again.pk, first.shown_at) == (first.pk, None)
    assert not SpaceReview.objects.visible_to(spaces.owner).exists()
    with pytest.raises(CareError, match="書き直す"):
        review(booking, "guest", spaces.guest, stars=1)
    review(booking, "host", spaces.owner)
    assert SpaceReview.objects.filter(shown_at__isnull=False).count() == 2
    assert kinds_of_letters() == ["space_review.shown"] * 2
    assert set(SpaceReview.objects.visible_to(None).values_list("side", flat=True)) == {"guest"}
    assert {one.verb for one in Entry.objects.filter(verb__startswith="space_review")} == {
        "space_review.written_by_guest",
        "space_review.written_by_host",
    }


def test_what_one_side_wrote_is_shown_when_the_time_is_over_and_then_nothing_more_is_written(
    spaces: SpacesWorld,
) -> None:
    booking = used(spaces)
    review(booking, "guest", spaces.guest)
    over = reviews.over_at(booking) + REVIEW_TERM
    assert reviews.show_due(now=over - timedelta(minutes=1)) == 0
    assert [reviews.show_due(now=over), reviews.show_due(now=over)] == [1, 0]
    late = used(spaces, space=spaces.rooms[1], hours_ago=24 * 14 + 1)
    with pytest.raises(CareError, match="14日"):
        review(late, "host", spaces.owner)
    Booking.objects.filter(pk=late.pk).update(state="no_show")
    with pytest.raises(CareError, match="使い終わったあと"):
        review(late, "guest", spaces.guest)


def test_both_are_asked_once_and_the_guest_is_reminded_once(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    now = timezone.now()
    assert [reviews.ask_due(now=now), reviews.ask_due(now=now)] == [1, 0]
    asked = Message.objects.filter(kind="space_review.ask")
    assert {one.recipient for one in asked} == {spaces.guest, spaces.owner}
    soon = now + timedelta(days=11)
    assert [reviews.ask_due(now=soon), reviews.ask_due(now=soon)] == [1, 0]
    assert asked.filter(recipient=spaces.guest).count() == 2
    assert asked.filter(recipient=spaces.owner).count() == 1
    review(booking, "guest", spaces.guest)
    assert reviews.ask_due(now=now + timedelta(days=12)) == 0


def test_only_the_two_sides_write_and_nobody_of_his_own_place(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    for side, person in (
        ("guest", spaces.friend),
        ("guest", spaces.owner),
        ("host", spaces.guest),
        ("host", spaces.other_owner),
        ("guest", None),
    ):
        with pytest.raises(NotAllowedError):
            review(booking, side, person)
    own = used(spaces, spaces.owner, space=spaces.rooms[1])
    with pytest.raises(NotAllowedError, match="自分が貸している"):
        review(own, "guest", spaces.owner)


def test_words_for_everybody_name_nobody_and_every_question_is_answered(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    name = booking.order.guest_name
    for changes, field in (
        ({"comment": f"{name}が使いました"}, "comment"),
        ({"comment": "電話は 0246-00-0000 です"}, "comment"),
        ({"comment": "長" * 1001}, "comment"),
        ({"stars": 6}, "stars"),
        ({"answers": {**GOOD["guest"], "wifi": "?"}}, "wifi"),
    ):
        with pytest.raises(CareError) as wrong:
            review(booking, "guest", spaces.guest, **changes)
        assert wrong.value.field == field
    assert private_part("write to a@example.jp", []) == "a@example.jp"
    assert private_part("3,000円で2026年10月に借りました", [name]) == ""


def test_a_mean_is_shown_from_three_on_and_is_exact() -> None:
    assert [Mean(count, total).tenths for count, total in ((2, 10), (3, 13), (3, 14), (4, 17), (8, 34))] == [
        None,
        43,
        47,
        43,
        43,
    ]


def test_the_host_answers_once_and_staff_hide_for_a_reason_that_both_read(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    said = review(booking, "guest", spaces.guest, stars=1)
    with pytest.raises(CareError, match="公開されていません"):
        review_answers.reply_to(review=said, text="すみません。", actor=spaces.owner)
    review(booking, "host", spaces.owner)
    review_answers.reply_to(review=said, text="すみません。直しました。", actor=spaces.owner)
    with pytest.raises(CareError, match="もう返事"):
        review_answers.reply_to(review=said, text="ほかのことば", actor=spaces.owner)
    with pytest.raises(NotAllowedError):
        review_answers.report_review(review=said, reason="うそです", actor=spaces.friend)
    review_answers.report_review(review=said, reason="うそです", actor=spaces.owner)
    assert {one.recipient for one in Message.objects.filter(kind="space_review.reported")} == {spaces.staff}
    for person in (spaces.owner, spaces.other_staff, spaces.guest):
        with pytest.raises(NotAllowedError):
            review_answers.moderate(review=said, verb="hidden", reason="x", actor=person)
    with pytest.raises(CareError):
        review_answers.moderate(review=said, verb="hidden", reason=" ", actor=spaces.staff)
    held = review_answers.moderate(review=said, verb="hidden", reason="人の名前", actor=spaces.staff)
    assert (held.reported_at, held.hidden_reason) == (None, "人の名前")
    assert not SpaceReview.objects.public().exists()
    assert {one.recipient for one in Message.objects.filter(kind="space_review.moderated")} == {
        spaces.guest,
        spaces.owner,
    }
    with pytest.raises(CareError, match="読み直して"):
        review_answers.moderate(review=said, verb="hidden", reason="x", actor=spaces.staff)
    review_answers.moderate(review=said, verb="unhidden", reason="まちがい", actor=spaces.staff)
    assert SpaceReview.objects.public().get().comment == "よかったです。"


def test_a_host_who_answers_reads_the_figure_of_all_hosts_and_only_his_own_words(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    booking = used(spaces)
    review(booking, "guest", spaces.guest)
    review(booking, "host", spaces.owner, stars=3, comment="また来てください。")
    found = reviews.of_guest(booking.order, spaces.owner)
    assert found is not None
    assert (found[0], [one.comment for one in found[1]]) == (Mean(1, 3), ["また来てください。"])
    assert reviews.of_guest(booking.order, spaces.friend) is None
    asked = only(place(spaces.guest, wish(spaces.meeting_room, workday(1), "09:00", "12:00")))
    here = {"code": spaces.town.code, "host_id": spaces.public_host.pk, "number": asked.order.number}
    url = reverse("spaces:host-order-answer", kwargs={**here, "booking_id": asked.pk})
    page = signed_in(spaces.clerk).get(url).content.decode()
    assert "評価は1件です" in page
    assert "また来てください。" not in page


def test_pages_of_reviews_say_who_may_write_and_name_nobody(
    spaces: SpacesWorld, signed_in: SignedIn, client: Any
) -> None:
    booking = used(spaces)
    number = booking.order.number
    write = reverse("spaces:my-order-review", args=[number, booking.pk])
    guest, host = signed_in(spaces.guest), signed_in(spaces.owner)
    page = guest.get(reverse("spaces:my-order", args=[number])).content.decode()
    assert write in page
    about = {"about": str(spaces.guest.uid)}
    wrong = guest.post(write, {**about, "stars": "5", "comment": booking.order.guest_name})
    assert wrong.status_code == 422
    given = {**about, "stars": "4", **GOOD["guest"], "comment": "静かでした。"}
    assert guest.post(write, given).status_code == 302
    here = {"code": spaces.town.code, "host_id": spaces.host.pk}
    answer = reverse("spaces:host-order-review", kwargs={**here, "number": number, "booking_id": booking.pk})
    assert host.post(answer, {"stars": "5", **GOOD["host"], "comment": ""}).status_code == 302
    for browser, url in (
        (guest, reverse("spaces:my-reviews")),
        (host, reverse("spaces:host-reviews", kwargs=here)),
        (signed_in(spaces.staff), reverse("spaces:reviews-office", kwargs={"code": spaces.town.code})),
        (client, reverse("spaces:reviews", args=[spaces.town.code, booking.space_id])),
        (client, reverse("spaces:space", args=[spaces.town.code, booking.space_id])),
    ):
        text = browser.get(url).content.decode()
        assert "静かでした。" in text
        if browser is client:
            assert booking.order.guest_name not in text
            assert "平均は、3件になると出ます" in text


def test_a_guest_without_an_account_writes_by_the_secret_link(spaces: SpacesWorld) -> None:
    booking = used(spaces, Guest(None, "名無しさん", "a@example.jp"))
    secret = numbers.secret_of(booking.order)
    with pytest.raises(NotAllowedError):
        review(booking, "guest", None, secret="x")
    written = review(booking, "guest", None, secret=secret)
    assert (written.person, written.written_by) == (None, None)


def test_after_an_erasure_the_published_words_stay_and_the_others_go(spaces: SpacesWorld) -> None:
    booking, other = used(spaces), used(spaces, space=spaces.rooms[1])
    for one in (booking, other):
        pay(one.order)
        review(one, "guest", spaces.guest)
    review(booking, "host", spaces.owner, comment="遅れました。")
    erasure = erase_person(person=spaces.guest)
    words = {one.booking_id: one.comment for one in SpaceReview.objects.filter(side="guest")}
    assert words == {booking.pk: "よかったです。", other.pk: ""}
    assert SpaceReview.objects.get(side="host").comment == ""
    assert any("公開された評価" in row["what"] for row in erasure.kept)


def test_staff_write_for_a_guest_without_an_account_who_calls(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    booking = used(
        spaces, Guest(None, "名無しさん", phone="+81246000000"), source="phone", actor=spaces.owner
    )
    here = {"code": spaces.town.code, "host_id": spaces.host.pk, "number": booking.order.number}
    order = reverse("spaces:host-order", kwargs=here)
    for_guest = reverse("spaces:host-order-review", kwargs={**here, "booking_id": booking.pk}) + "?side=guest"
    tell = reverse("spaces:host-order-damage", kwargs={**here, "booking_id": booking.pk}) + "?side=guest"
    owner, staff = signed_in(spaces.owner), signed_in(spaces.staff)
    assert [for_guest in one.get(order).content.decode() for one in (owner, staff)] == [False, True]
    assert [tell in one.get(order).content.decode() for one in (owner, staff)] == [False, True]
    given = {"stars": "3", **GOOD["guest"], "comment": "寒かったそうです。"}
    # The host's own people stay on their side, whatever the address says.
    assert owner.post(for_guest, given).status_code == 422
    assert "使う人に代わって書きます" in staff.get(for_guest).content.decode()
    assert staff.post(for_guest, given).status_code == 302
    written = SpaceReview.objects.get()
    assert (written.side, written.stars, written.written_by) == ("guest", 3, spaces.staff)
    report = {"kind": "broken", "text": "ストーブがつきません。", "key": str(uuid.uuid4()), "yen": ""}
    answer = staff.post(tell, report, follow=True)
    assert DamageReport.objects.get().side == "guest", answer.content.decode()
    assert "使う人に代わって返事や取り下げをする" in answer.content.decode()
    # Somebody with an account writes himself, or is served as himself.
    own = used(spaces, space=spaces.rooms[1])
    kwargs = {**here, "number": own.order.number, "booking_id": own.pk}
    turned = staff.get(reverse("spaces:host-order-review", kwargs=kwargs) + "?side=guest").content.decode()
    assert "使う人に代わって書きます" not in turned
