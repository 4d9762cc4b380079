"""What both sides say after a use in the demonstration: reviews, and reports of damage, one of them in dispute."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import uuid5

from sosei.core.people.models import Person
from sosei.core.records.attachments.receiving import prepare
from sosei.programmes.spaces.demonstration.ict import NAMESPACE, clock_at
from sosei.programmes.spaces.demonstration.places import drawing
from sosei.programmes.spaces.demonstration.story import DAY, Town
from sosei.programmes.spaces.models import Booking, DamageReport, Space, SpaceReview
from sosei.programmes.spaces.querysets import hosts_of
from sosei.programmes.spaces.rules_care import ClaimLine, LineKind
from sosei.programmes.spaces.services import damage, review_answers, reviews

BY_GUESTS = (
    ("desk", 5, "yes", "yes", "good", "窓から港が見えて、仕事がはかどりました。（見本）"),
    ("parking", 4, "yes", "yes", "unused", "使いやすかったです。駐車場が少しせまいです。（見本）"),
    ("tatami", 5, "yes", "yes", "unused", "畳のよい香りがしました。（見本）"),
    ("wifi", 4, "yes", "yes", "slow", "きれいで、また使いたいです。Wi-Fiは少しおそめです。（見本）"),
    ("", 5, "yes", "yes", "unused", "予約どおりに入れて、気持ちよく使えました。（見本）"),
)
"""What the space must be or have, stars, equipment as described, clean, Wi-Fi, words."""
BAD = ("wifi", 2, "partly", "partly", "slow", "Wi-Fiが何度も切れて、仕事になりませんでした。（見本）")
"""Said once in a town, answered by the host and shown to the town's staff."""
BY_HOSTS = (
    (5, "ていねいに使ってくださいました。（見本）"),
    (4, "時間どおりに片づけてくださいました。（見本）"),
    (5, "またどうぞ。（見本）"),
)
LAST_WEEK = ("last-shop", "last-desk")
"""Orders about which nobody has written a review yet."""
A_SPACE, A_TOWN = 5, 14
"""So many reviews of one space, and of all."""
LINES = (
    ClaimLine(LineKind.REPAIR, "たなの角の修理（見本）", 6000),
    ClaimLine(LineKind.CLEANING, "ゆかのそうじ（見本）", 2500),
)


def load_after_use(town: Town) -> None:
    """Takes the steps at their moments, after the bookings are there."""
    # Last week's are left for visitors of the demonstration to write.
    last_week = {town.orders[key].pk for key in LAST_WEEK}
    used = [one for one in _used(town) if one.order_id not in last_week]
    _reviews(town, [one for one in used if one.person and one.host_id not in hosts_of(one.person)])
    _damage(town)


def _used(town: Town) -> list[Booking]:
    rows = Booking.objects.filter(
        municipality=town.municipality, state=Booking.State.USED, person__isnull=False
    )
    return list(
        rows.select_related(
            "order__person", "order__host", "order__municipality", "space", "municipality", "person"
        ).order_by("-period", "pk")
    )


def _owner(town: Town, booking: Booking) -> Person:
    keys = {host.pk: key for key, host in town.hosts.items()}
    return town.owner(keys[booking.host_id])


def _reviews(town: Town, used: list[Booking]) -> None:
    counted: dict[int, int] = {}
    said_already: set[tuple[Any, ...]] = set()
    for booking in used:
        number = sum(counted.values())
        if number >= A_TOWN or counted.get(booking.space_id, 0) >= A_SPACE:
            continue
        counted[booking.space_id] = counted.get(booking.space_id, 0) + 1
        row = BAD if number and BAD not in said_already and _fits(BAD, booking) else None
        fitting = [one for one in BY_GUESTS if _fits(one, booking)]
        row = row or fitting[(counted[booking.space_id] - 1) % len(fitting)]
        said_already.add(row)
        _needs, stars, described, clean, wifi, words = row
        over = reviews.over_at(booking)
        with clock_at(over + DAY / 2):
            said = reviews.write_review(
                booking=booking,
                side="guest",
                stars=stars,
                answers={"described": described, "clean": clean, "wifi": wifi},
                comment=words,
                actor=booking.person,
            )
        with clock_at(over + DAY):
            by_host, words = BY_HOSTS[number % len(BY_HOSTS)]
            reviews.write_review(
                booking=booking,
                side="host",
                stars=by_host,
                answers={"clean": "yes", "on_time": "yes", "rules": "yes"},
                comment=words,
                actor=_owner(town, booking),
            )
        if row == BAD:
            _answered(town, booking, said, over + 2 * DAY)


def _fits(row: tuple[Any, ...], booking: Booking) -> bool:
    return row[0] in ("", booking.space.kind, *booking.space.equipment)


def _answered(town: Town, booking: Booking, said: SpaceReview, moment: datetime.datetime) -> None:
    with clock_at(min(moment, town.now)):
        owner = _owner(town, booking)
        text = "ご不便をおかけしました。Wi-Fiの機械を新しくしました。（見本）"
        review_answers.reply_to(review=said, text=text, actor=owner)
        why = "機械を新しくしたあとも、この評価が出ています。見てください。（見本）"
        review_answers.report_review(review=said, reason=why, actor=owner)


def _damage(town: Town) -> None:
    """Of last week: the shop's guest has not answered yet, the desk's guest did not accept what the host told."""
    for key in LAST_WEEK:
        booking = next((one for one in _used(town) if one.order_id == town.orders[key].pk), None)
        if booking is None:
            continue
        moment = max(booking.period.upper + DAY / 2, town.now - 3 * DAY)
        with clock_at(moment):
            told = damage.tell(
                booking=booking,
                side="host",
                kind=DamageReport.Kind.BROKEN,
                text="たなの角が欠けて、ゆかに粉が落ちていました。（見本）",
                lines=LINES,
                files=[prepare(drawing(Space.Kind.SHOP))],
                key=uuid5(NAMESPACE, f"{town.code}:damage:{key}"),
                actor=_owner(town, booking),
            )
        if key == "last-desk":
            with clock_at(moment + DAY):
                damage.answer(
                    report=told,
                    accept=False,
                    text="角は、来たときから欠けていました。そうじはして帰りました。（見本）",
                    files=[prepare(drawing(Space.Kind.ROOM))],
                    actor=booking.person,
                )
