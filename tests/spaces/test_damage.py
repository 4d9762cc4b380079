"""Damage: told by either side with pictures, answered, decided by the town, charged once, never after an answer undone."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from sosei.core.payments.models import Charge, Refund
from sosei.core.payments.reasons import in_japanese, reason_words
from sosei.core.payments.words_payments import TOO_MUCH
from sosei.core.people.errors import NotAllowedError
from sosei.core.records.attachments.subjects import reason_to_keep
from sosei.core.records.models import Attachment, Entry, Message
from sosei.programmes.spaces.errors_care import CareError
from sosei.programmes.spaces.models import Block, DamageReport
from sosei.programmes.spaces.rules_care import ANSWER_TERM, ClaimLine, LineKind, reduced, total_of
from sosei.programmes.spaces.services import damage, damage_bill, money, numbers, repairs
from sosei.programmes.spaces.services.orders import Guest
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import pay
from tests.spaces.care_world import LINES, report, used
from tests.spaces.world import SpacesWorld

pytestmark = pytest.mark.django_db


def open_yen(one: DamageReport) -> int:
    standing = money.standing(one.booking.order)
    assert standing is not None
    return standing.open + standing.waiting


def charges(one: DamageReport) -> list[int]:
    bill = money.bill_of(one.booking.order)
    keys = f"spaces.damage:{one.pk}"
    return [
        sum(line.yen for line in row.lines.all())
        for row in Charge.objects.filter(bill=bill, key__startswith=keys)
    ]


def letters(kind: str) -> set[Any]:
    return {one.recipient for one in Message.objects.filter(kind=kind)}


def test_what_is_accepted_comes_to_the_bill_once_with_its_tax(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    pay(booking.order)
    told = report(booking, spaces.owner)
    assert (told.yen_claimed, letters("space_damage.told")) == (8500, {spaces.guest})
    with pytest.raises(NotAllowedError):
        damage.answer(report=told, accept=True, actor=spaces.owner)
    for _twice in range(2):
        held = damage.answer(report=told, accept=True, actor=spaces.guest)
    assert (held.state, held.yen_agreed, charges(told), open_yen(told)) == ("agreed", 8500, [8500], 8500)
    bill = money.bill_of(booking.order)
    lines = Charge.objects.get(bill=bill, key=f"spaces.damage:{told.pk}:charge").lines.order_by("pk")
    assert [(line.yen, line.tax_percent) for line in lines] == [(8000, 0), (500, 10)]
    assert money.due_of([booking])[booking.pk] == booking.yen
    assert letters("space_damage.answered") == {spaces.owner}
    assert letters("space_damage.decided") == {spaces.guest}
    pay(booking.order)
    assert open_yen(told) == 0
    with pytest.raises(CareError, match="相手が認めた"):
        damage.withdraw(report=told, actor=spaces.owner)
    verbs = (
        Entry.objects.filter(verb__startswith="space_damage").order_by("pk").values_list("verb", flat=True)
    )
    assert list(verbs) == ["space_damage.told", "space_damage.accepted"]


def test_what_is_disputed_is_decided_by_impartial_staff_up_to_what_was_asked(spaces: SpacesWorld) -> None:
    told = report(used(spaces), spaces.owner)
    with pytest.raises(CareError) as wordless:
        damage.answer(report=told, accept=False, actor=spaces.guest)
    assert wordless.value.field == "text"
    damage.answer(report=told, accept=False, text="来たときからです。", actor=spaces.guest)
    assert letters("space_damage.to_decide") == {spaces.staff}
    for person in (spaces.owner, spaces.guest, spaces.other_staff, spaces.planner):
        with pytest.raises(NotAllowedError):
            damage.decide(report=told, yen=100, reason="x", actor=person)
    for changes, field in (({"yen": 8501}, "yen"), ({"reason": " "}, "reason")):
        with pytest.raises(CareError) as wrong:
            damage.decide(report=told, actor=spaces.staff, **{"yen": 4000, "reason": "半分", **changes})
        assert wrong.value.field == field
    held = damage.decide(report=told, yen=4000, reason="古いいすなので半分", actor=spaces.staff)
    assert (held.state, held.yen_agreed, charges(told)) == ("settled", 4000, [4000])
    assert {spaces.guest, spaces.owner} <= letters("space_damage.decided")
    with pytest.raises(CareError, match="決められません"):
        damage.decide(report=told, yen=1, reason="x", actor=spaces.staff)


def test_what_is_not_paid_of_a_claim_may_be_given_up_and_holds_nothing_back(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    booking = used(spaces)
    pay(booking.order)
    told = report(booking, spaces.owner)
    damage.answer(report=told, accept=True, actor=spaces.guest)
    for person, reason, wrong in (
        (spaces.guest, "x", NotAllowedError),
        (spaces.other_owner, "x", NotAllowedError),
        (spaces.owner, " ", CareError),
    ):
        with pytest.raises(wrong):
            damage_bill.give_up(report=told, reason=reason, actor=person)
    page = reverse("spaces:damage-decide", kwargs={"code": spaces.town.code, "report_id": told.pk})
    client = signed_in(spaces.staff)
    assert "8,500円の請求をやめる" in client.get(page).content.decode()
    for _twice in range(2):
        assert client.post(page, {"do": "give_up", "give-up-reason": "連絡がとれない"}).status_code == 302
    standing = money.standing(booking.order)
    assert standing is not None
    assert (charges(told), standing.charged, standing.paid, standing.waiting) == (
        [8500, -8500],
        2000,
        2000,
        0,
    )
    assert "このうち8,500円" in client.get(page).content.decode()
    with pytest.raises(CareError):
        damage_bill.give_up(report=report(booking, spaces.owner), reason="x", actor=spaces.owner)


def test_what_nobody_answers_goes_to_the_town_once_and_a_mere_note_is_closed(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    claim, note = report(booking, spaces.owner), report(booking, spaces.guest, "guest", kind="before")
    late = timezone.now() + ANSWER_TERM + timedelta(minutes=1)
    assert damage.hand_over_due(now=timezone.now()) == 0
    assert [damage.hand_over_due(now=late), damage.hand_over_due(now=late)] == [2, 0]
    claim.refresh_from_db()
    note.refresh_from_db()
    assert (claim.state, claim.answered_at, note.state, note.yen_agreed) == ("disputed", None, "settled", 0)
    assert charges(claim) == []
    with pytest.raises(CareError):
        damage.answer(report=claim, accept=True, actor=spaces.guest)


def test_what_a_guest_gets_back_goes_off_the_bill_and_is_refunded(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    pay(booking.order)
    line = [ClaimLine(LineKind.PRICE, "暖房が動かなかった", 700)]
    with pytest.raises(CareError, match="2,000円まで"):
        report(booking, spaces.guest, "guest", kind="before", lines=[ClaimLine(LineKind.PRICE, "x", 2001)])
    told = report(booking, spaces.guest, "guest", kind="before", lines=line)
    damage.answer(report=told, accept=True, actor=spaces.owner)
    assert charges(told) == [-700]
    assert [one.yen for one in Refund.objects.all()] == [700]


def test_it_is_told_in_time_by_the_two_sides_and_withdrawn_before_an_answer(spaces: SpacesWorld) -> None:
    booking = used(spaces)
    for side, person in (("host", spaces.guest), ("guest", spaces.owner), ("host", spaces.other_owner)):
        with pytest.raises(NotAllowedError):
            report(booking, person, side, kind="broken")
    with pytest.raises(CareError, match="14日"):
        report(used(spaces, space=spaces.rooms[1], hours_ago=24 * 14 + 1), spaces.owner)
    for changes, field in (
        ({"kind": "before"}, "kind"),
        ({"text": " "}, "text"),
        ({"lines": [ClaimLine(LineKind.REPAIR, "", 5)]}, "lines"),
        ({"lines": [ClaimLine(LineKind.REPAIR, "家", 5_000_001)]}, "lines"),
    ):
        with pytest.raises(CareError) as wrong:
            report(booking, spaces.owner, **changes)
        assert wrong.value.field == field
    key = uuid.uuid4()
    told = report(booking, spaces.owner, key=key)
    assert report(booking, spaces.owner, key=key).pk == told.pk
    with pytest.raises(NotAllowedError):
        damage.withdraw(report=told, actor=spaces.guest)
    assert damage.withdraw(report=told, actor=spaces.owner).state == "dropped"
    assert spaces.guest in letters("space_damage.changed")
    with pytest.raises(CareError, match="取り下げた"):
        damage.answer(report=told, accept=True, actor=spaces.guest)


def test_a_decided_sum_is_shared_out_over_its_lines_to_the_yen() -> None:
    lines = [ClaimLine(LineKind.REPAIR, text, yen) for text, yen in (("a", 1), ("b", 333), ("c", 666))]
    for yen in range(1001):
        assert total_of(reduced(lines, yen)) == yen
    assert [line.yen for line in reduced(lines, 500)] == [1, 166, 333]
    assert reduced([], 0) == []
    with pytest.raises(ValueError, match="between 0 and the 1000"):
        reduced(lines, 1001)


def test_the_host_keeps_the_space_for_a_repair_and_marks_what_cannot_be_used(
    spaces: SpacesWorld, client: Any
) -> None:
    told = report(used(spaces), spaces.owner)
    space = told.booking.space
    with pytest.raises(NotAllowedError):
        repairs.mark_equipment(space=space, broken=["wifi"], actor=spaces.guest)
    with pytest.raises(CareError, match="ない設備"):
        repairs.mark_equipment(space=space, broken=["piano"], actor=spaces.owner)
    repairs.mark_equipment(space=space, broken=["wifi"], actor=spaces.owner)
    repairs.block_for_repair(report=told, days=7, actor=spaces.owner)
    block = Block.objects.get(space=space)
    assert timedelta(days=6, hours=23) < block.period.upper - timezone.now() <= timedelta(days=7)
    page = client.get(reverse("spaces:space", args=[spaces.town.code, space.pk])).content.decode()
    assert "（いま使えません）" in page


def picture() -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(drawn, "PNG")
    return SimpleUploadedFile("chair.png", drawn.getvalue(), content_type="image/png")


def test_pages_carry_a_report_with_pictures_from_telling_to_the_decision(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    booking = used(spaces)
    number = booking.order.number
    guest, host, staff = signed_in(spaces.guest), signed_in(spaces.owner), signed_in(spaces.staff)
    here = {"code": spaces.town.code, "host_id": spaces.host.pk, "number": number}
    tell = reverse("spaces:host-order-damage", kwargs={**here, "booking_id": booking.pk})
    given = {
        "kind": "broken",
        "text": "いすの脚が折れていました。",
        "key": str(uuid.uuid4()),
        "line_1_kind": "repair",
        "line_1_text": "いす",
        "line_1_yen": "",
    }
    wrong = host.post(tell, given)
    assert (wrong.status_code, "「いす」の額を円で" in wrong.content.decode()) == (422, True)
    assert host.post(tell, {**given, "line_1_yen": "8000", "files": picture()}).status_code == 302
    told = DamageReport.objects.get()
    shot = Attachment.objects.get()
    assert reason_to_keep(shot) is not None
    mine = reverse("spaces:my-order-damage-report", args=[number, told.pk])
    page = guest.get(mine).content.decode()
    preview = reverse("records:file-preview", args=[shot.uid])
    assert preview in page
    assert guest.get(preview).status_code == 200
    assert signed_in(spaces.friend).get(preview).status_code == 404
    assert "認める（8,000円）" in page
    assert "返事をしてください" in guest.get(reverse("spaces:my-spaces")).content.decode()
    answer = {
        "about": str(spaces.guest.uid),
        "do": "dispute",
        "text": "来たときからです。",
        "files": picture(),
    }
    assert guest.post(mine, answer).status_code == 302
    listed = reverse("spaces:damage-office", kwargs={"code": spaces.town.code})
    decide = reverse("spaces:damage-decide", kwargs={"code": spaces.town.code, "report_id": told.pk})
    assert decide in staff.get(listed).content.decode()
    page = staff.get(decide).content.decode()
    assert page.count('<ul class="pictures">') == 2
    assert staff.post(decide, {"yen": "9000", "reason": "x"}).status_code == 422
    assert staff.post(decide, {"yen": "0", "reason": "証拠がありません。"}).status_code == 302
    assert "証拠がありません。" in guest.get(mine).content.decode()
    lists = reverse("spaces:host-damage", kwargs={"code": spaces.town.code, "host_id": spaces.host.pk})
    assert "市が決めた" in host.get(lists).content.decode()


def test_a_guest_without_an_account_answers_by_the_secret_and_sees_the_pictures(
    spaces: SpacesWorld, signed_in: SignedIn, client: Any
) -> None:
    booking = used(spaces, Guest(None, "名無しさん", "a@example.jp"))
    order = booking.order
    here = {"code": spaces.town.code, "host_id": spaces.host.pk, "number": order.number}
    tell = reverse("spaces:host-order-damage", kwargs={**here, "booking_id": booking.pk})
    given = {"kind": "dirty", "text": "よごれ", "key": str(uuid.uuid4()), "files": picture()}
    assert signed_in(spaces.owner).post(tell, given).status_code == 302
    told = DamageReport.objects.get()
    page = reverse("spaces:link-order-damage-report", args=[order.number, told.pk])
    assert client.get(page).status_code == 302
    client.get(reverse("spaces:link-open", args=[order.number, numbers.secret_of(order)]))
    mine = client.get(reverse("spaces:link-order", args=[order.number])).content.decode()
    assert "ことばで知らせてください" in mine
    assert "写真をとって" not in mine
    text = client.get(page).content.decode()
    shot = reverse(
        "spaces:link-order-damage-picture", args=[order.number, told.pk, Attachment.objects.get().uid]
    )
    assert shot in text
    assert client.get(shot).status_code == 200
    assert client.post(page, {"do": "accept", "text": ""}).status_code == 302
    told.refresh_from_db()
    assert (told.state, told.answered_by) == ("agreed", None)


def test_a_reason_of_the_program_is_read_in_the_language_of_the_reader() -> None:
    kept = [in_japanese(TOO_MUCH), "予約 K7M2-9QXD の報告", "雨がふったため"]
    with override("en"):
        assert [reason_words(one) for one in kept] == [
            "More was paid than needed",
            "Report about booking K7M2-9QXD",
            "雨がふったため",
        ]
    with override("ja"):
        assert [reason_words(one) for one in kept] == kept


@pytest.mark.django_db(transaction=True)
def test_an_answer_given_by_many_hands_at_once_is_one_charge(spaces: SpacesWorld) -> None:
    told = report(used(spaces), spaces.owner)

    def accept(_number: int) -> str:
        try:
            one = DamageReport.objects.select_related("booking__order").get(pk=told.pk)
            return str(damage.answer(report=one, accept=True, actor=spaces.guest).state)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(accept, range(12))) == {"agreed"}
    assert charges(told) == [total_of(LINES)]
    assert Entry.objects.filter(verb="space_damage.accepted").count() == 1
