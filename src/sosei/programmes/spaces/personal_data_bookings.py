"""What a guest booked, waited for, wished and said: words go at once, rows with money stay as long as the tax laws ask.

A person is not erased while a booking or a report of damage is under way, or money is owed; entries of lotteries and of
waiting lists are withdrawn. Guests without an account are forgotten by night, long after their last use.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sosei.core.design import civil_day
from sosei.core.payments.models import Bill
from sosei.core.payments.personal_data_payments import TAX_LAW, terms_of
from sosei.core.people import export_words
from sosei.core.people.models import Person
from sosei.core.people.personal_data import Kept, Outcome, PersonalData, Rows, register, register_blocker
from sosei.core.people.personal_data_here.tools import (
    DOCUMENTS_LAW,
    all_of,
    empty,
    kept,
    name_keys,
    told_all,
    told_with_history,
)
from sosei.core.records.models import Message
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.models import (
    Booking,
    BookingCancellation,
    BookingChange,
    DamageReport,
    DoorCode,
    LockUse,
    LotteryEntry,
    Order,
    SpaceReview,
    SpaceWish,
    UserGroup,
    WaitingEntry,
    WishOffer,
)
from sosei.programmes.spaces.services import lotteries, waiting, wishes
from sosei.programmes.spaces.services.money import KIND

OF_AN_ORDER: dict[Any, str] = {
    Order: "pk",
    Booking: "order",
    BookingChange: "booking__order",
    BookingCancellation: "booking__order",
    DoorCode: "booking__order",
    LockUse: "code__booking__order",
    SpaceReview: "booking__order",
    DamageReport: "booking__order",
}
"""Table -> the way from a row to its order."""
OTHERS: tuple[Any, ...] = (WaitingEntry, LotteryEntry, SpaceWish, WishOffer, UserGroup)
TRACKED = (
    Order,
    Booking,
    SpaceReview,
    DamageReport,
    WaitingEntry,
    LotteryEntry,
    SpaceWish,
    WishOffer,
    UserGroup,
)
WORDS: dict[Any, dict[str, Any]] = {
    Order: {"guest_name": "", "guest_email": "", "guest_phone": "", "purpose_note": ""},
    Booking: {"note": ""},
    BookingChange: {"reason": ""},
    BookingCancellation: {"reason": ""},
    DoorCode: {"code": ""},
    SpaceReview: {"comment": "", "reply": "", "report_reason": ""},
    DamageReport: {"text": "", "lines": [], "answer": "", "settled_reason": ""},
    SpaceWish: {
        "when_note": "",
        "text": "",
        "latitude": None,
        "longitude": None,
        "near_name": "",
        "end_reason": "",
    },
    WishOffer: {"text": "", "answer": ""},
    UserGroup: {"name": "", "purpose": "", "decision_reason": ""},
}
"""Table -> what names or describes the guest, and what stands in its place afterwards.

What a guest said of a space for everybody names nobody, and stays for those who read it (`_but_public`).
"""
WRITTEN_ABOUT: tuple[Any, ...] = (
    Order,
    SpaceReview,
    DamageReport,
    SpaceWish,
    WaitingEntry,
    UserGroup,
)
"""Tables of whose rows letters to hosts and to the town's staff tell."""
LETTERS_UNDER_WAY = datetime.timedelta(days=30)
"""So long after an erasure letters that were on their way are looked for, night by night."""
name_keys("host", "space")


def export_bookings(person: Person) -> Rows:
    """Every row, and what tracked ones were before; reviews by the host where they were shown; no code of a door."""
    unshown = {
        row.pk
        for row in SpaceReview.objects.filter(person=person, side=SpaceReview.Side.HOST)
        if row.shown_at is None or row.hidden_at is not None
    }
    others = [model for model in (*OF_AN_ORDER, *OTHERS) if model not in TRACKED]
    rows = [
        *told_with_history(person, *TRACKED),
        *told_all(*(model.objects.filter(person=person) for model in others)),
    ]
    for row in rows:
        if row["what"] == "doorcode":
            del row["code"]
    return [row for row in rows if not (row["what"] == "spacereview" and row["id"] in unshown)]


def erase_bookings(person: Person) -> Outcome:
    """Words and names go; when a place was used and for how much stays as long as the tax laws ask."""
    mine = {"person": person}
    for entry in WaitingEntry.objects.filter(**mine, state__in=("waiting", "offered")).order_by("pk"):
        # What was held for the person is offered to the next.
        waiting.leave(entry=entry, actor=person)
    for one in LotteryEntry.objects.filter(**mine, state__in=("entered", "won")).order_by("lottery", "pk"):
        lotteries.withdraw(entry=one, actor=person)
    for wish in SpaceWish.objects.filter(**mine, state=SpaceWish.State.OPEN).order_by("pk"):
        # Hosts that have answered are told.
        wishes.close(wish=wish, reason="", actor=person)
    erased = sum(
        empty(_but_public(model, model.objects.filter(**mine)), words, has_history=model in TRACKED)
        for model, words in WORDS.items()
    )
    for model in WRITTEN_ABOUT:
        _empty_letters(model.objects.filter(**mine))
    until, nameless = _terms(person)
    within = tuple(
        Kept(
            "お金のかかった場所の予約（名前とことばなし）",
            "Bookings of spaces that cost money (without names and words)",
            TAX_LAW[0],
            TAX_LAW[1],
            day.isoformat(),
            count,
        )
        for day, count in sorted(until.items())
    )
    return all_of(
        Outcome(erased, within),
        kept(
            "場所のページに公開された評価のことば（名前なし）",
            "Words of reviews published on pages of spaces (without a name)",
            DOCUMENTS_LAW,
            SpaceReview.objects.public().filter(**mine).count(),
        ),
        kept(
            "場所の予約、空き待ち、抽選、募集の記録（名前とことばなし）",
            "Records of bookings, waiting, lotteries and wishes (without names and words)",
            DOCUMENTS_LAW,
            nameless + sum(model.objects.filter(**mine).count() for model in OTHERS),
        ),
    )


def _empty_letters(found: QuerySet[Any]) -> None:
    """Empties letters about these rows, which call the guest by name to the host; one on its way waits for the night."""
    rows = Message.objects.filter(
        about_type=ContentType.objects.get_for_model(found.model),
        about_id__in=[str(key) for key in found.values_list("pk", flat=True)],
        emptied_at__isnull=True,
    ).exclude(state__in=(Message.State.WAITING, Message.State.SENDING))
    rows.update(
        subject="",
        body="",
        subject_en="",
        body_en="",
        to_address="",
        emptied_at=timezone.now(),
        in_app=False,
    )


def _but_public(model: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(pk__in=SpaceReview.objects.public().values("pk")) if model is SpaceReview else rows


def _terms(person: Person) -> tuple[Counter[datetime.date], int]:
    """Rows by the day until which the tax laws keep them, and rows that they do not keep."""
    bills = Bill.objects.filter(kind=KIND, person=person)
    orders = {bill.pk: int(bill.object_key) for bill in bills}
    until: Counter[datetime.date] = Counter()
    in_term = {orders[bill]: day for bill, day in terms_of(bills).items() if day >= today()}
    for order, day in in_term.items():
        until[day] += _rows_of([order])
    rest = Order.objects.filter(person=person).exclude(pk__in=in_term)
    return until, _rows_of(rest.values_list("pk", flat=True))


def _rows_of(orders: Iterable[int]) -> int:
    keys = list(orders)
    return sum(model.objects.filter(**{f"{way}__in": keys}).count() for model, way in OF_AN_ORDER.items())


def today() -> datetime.date:
    """The civil day at the place."""
    return civil_day.today()


def waits_for(person: Person) -> Iterable[str]:
    """Bookings that are not over, reports of damage, and money that is owed."""
    live = Booking.objects.filter(
        person=person, state__in=("held", "requested", "confirmed"), period__endswith__gt=timezone.now()
    )
    for booking in live.select_related("space", "municipality", "order").order_by("period"):
        yield _("「%(space)s」の予約（%(when)s）があります。使い終わるか、取り消したあとに消せます。") % {
            "space": booking.space,
            "when": when_text(booking.period, zone_of(booking.municipality)),
        }
    damage = DamageReport.objects.filter(OPEN_DAMAGE, person=person)
    for report in damage.select_related("booking__order"):
        yield _(
            "予約 %(number)s の、こわれた・よごれたの報告が終わっていません。解決したあとに消せます。"
        ) % {"number": report.booking.order.number}
    owing = Bill.objects.filter(kind=KIND, person=person).with_standing().owing()
    for bill in owing.order_by("pk"):
        yield _("請求 %(number)s の %(yen)s円を、まだ払っていません。払ったあとに消せます。") % {
            "number": bill.number,
            "yen": f"{bill.open:,}",
        }


OPEN_DAMAGE = Q(state__in=("open", "disputed"))
"""What was agreed on or decided is on the bill, which is asked for by itself."""
DAYS_KEPT = 365
"""Days after the last use in which damage, refunds and papers may still need a guest who has no account [design]."""


@transaction.atomic
def forget_guests(*, now: datetime.datetime) -> int:
    """Empties name, mail, telephone and words of orders without an account when nothing of them is open; how many.

    Bills and their papers keep what the tax laws ask for (`core.payments`). Called every night, outside any request.
    """
    old = Order.objects.filter(person__isnull=True, forgotten_at__isnull=True).annotate(
        ended=Max("bookings__period__endswith")
    )
    keys = set(old.filter(ended__lt=now - datetime.timedelta(days=DAYS_KEPT)).values_list("pk", flat=True))
    keys -= set(
        Booking.objects.filter(order__in=keys, state__in=("held", "requested", "confirmed")).values_list(
            "order", flat=True
        )
    )
    open_damage = DamageReport.objects.filter(OPEN_DAMAGE, booking__order__in=keys)
    keys -= set(open_damage.values_list("booking__order", flat=True))
    bills = Bill.objects.filter(kind=KIND, object_key__in=[str(key) for key in keys]).with_standing()
    moving = bills.exclude(balance=0, waiting=0, refunding=0)
    keys -= {int(key) for key in moving.values_list("object_key", flat=True)}
    empty(Order.objects.filter(pk__in=keys), {**WORDS[Order], "forgotten_at": now})
    empty(Booking.objects.filter(order__in=keys), WORDS[Booking])
    for model in (SpaceReview, DamageReport):
        empty(_but_public(model, model.objects.filter(booking__order__in=keys)), WORDS[model])
    for table in (BookingChange, BookingCancellation, DoorCode):
        empty(table.objects.filter(booking__order__in=keys), WORDS[table], has_history=False)
    for model in (Order, SpaceReview, DamageReport):
        _empty_letters(model.objects.filter(**{f"{OF_AN_ORDER[model]}__in": keys}))
    for model in WRITTEN_ABOUT:
        _empty_letters(model.objects.filter(person__erased_at__gt=now - LETTERS_UNDER_WAY))
    return len(keys)


# On the page, columns are called as on the forms; the file itself keeps their English names.
export_words.add_columns(
    {
        field.attname: field.verbose_name
        for model in apps.get_app_config("spaces").get_models()
        for field in model._meta.concrete_fields
    }
)
register(
    PersonalData(
        key="space_bookings",
        title=_("場所の予約"),
        models=frozenset(
            {model._meta.label_lower for model in (*OF_AN_ORDER, *OTHERS)}
            | {f"{model._meta.label_lower}event" for model in TRACKED}
        ),
        export=export_bookings,
        erase=erase_bookings,
        order=33,
    )
)
register_blocker(waits_for)
