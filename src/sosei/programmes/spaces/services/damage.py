"""Reports of what was broken or dirty: told with pictures, answered by the other side, decided by the town's staff.

What is agreed on comes to the bill of the order, once: the order is locked before the report, the bill last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.attachments import services as attachments
from sosei.core.records.attachments.messages import told
from sosei.core.records.attachments.receiving import Prepared
from sosei.core.records.attachments.rules import RefusedFileError
from sosei.core.records.models import Attachment
from sosei.programmes.spaces import letters_damage as letters
from sosei.programmes.spaces import locks
from sosei.programmes.spaces.errors_care import CareError, NotAllowedError
from sosei.programmes.spaces.locks_care import lock_report
from sosei.programmes.spaces.models import Booking, DamageReport, Order
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.permissions import decides_impartially
from sosei.programmes.spaces.rules_care import (
    ANSWER_TERM,
    MOST_REPORTS,
    MOST_YEN,
    REPORT_TERM,
    ClaimLine,
    may_report,
    total_of,
)
from sosei.programmes.spaces.services.damage_bill import charge
from sosei.programmes.spaces.services.damage_records import held_report, record
from sosei.programmes.spaces.services.reviews import speaks_for
from sosei.programmes.spaces.words_care import KINDS_OF

States = DamageReport.State
Side = DamageReport.Side
LONGEST = 2000
MOST_PICTURES = 10
REPORTABLE = (Booking.State.CONFIRMED, Booking.State.USED)


def other(side: str) -> str:
    """The other side."""
    return Side.HOST if side == Side.GUEST else Side.GUEST


# --- Told -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def tell(
    *,
    booking: Booking,
    side: str,
    kind: str,
    text: str,
    lines: Sequence[ClaimLine] = (),
    files: Sequence[Prepared] = (),
    key: UUID,
    actor: Person | None,
    secret: str = "",
) -> DamageReport:
    """One side tells what was broken, dirty or too long, with pictures and what it asks for. The same key is one report.

    Args:
        actor: None for a guest without an account, who holds the `secret` of the order and can send no pictures.

    Raises:
        NotAllowedError: `actor` does not speak for that side.
        CareError: too early or too late, no words, a sum that cannot be, too many reports or pictures.
    """
    order = booking.order
    if not speaks_for(order, side, actor, secret):
        raise NotAllowedError(
            _("報告できるのは、使った人と貸した人（と、代わりに入力する市の担当者）だけです。")
        )
    _check(booking, side, kind, text, lines)
    with tenancy.unguarded():
        held_order = locks.lock_order(order.pk)
        before: DamageReport | None = DamageReport.objects.filter(key=key).first()
        if before is not None:
            if before.booking_id != booking.pk:
                raise CareError(_("この画面は、ほかの報告に使われました。開き直してください。"))
            return before
        held = locks.bookings_of({held_order.pk: held_order}, [booking.pk])[0]
        now = timezone.now()
        _must_be_in_time(held, side, now)
        if held.damage_reports.filter(side=side).exclude(state=States.DROPPED).count() >= MOST_REPORTS:
            raise CareError(_("1回の予約に報告できるのは%(most)s件までです。") % {"most": MOST_REPORTS})
        report: DamageReport = DamageReport.objects.create(
            municipality=held.municipality,
            host_id=held.host_id,
            person=held.person,
            booking=held,
            side=side,
            kind=kind,
            text=text.strip(),
            lines=[asdict(line) for line in lines],
            yen_claimed=total_of(lines),
            told_at=now,
            told_by=actor,
            answer_until=now + ANSWER_TERM,
            key=key,
        )
        _attach(report, order, side, files, actor)
        record("told", report, order, actor, kind=report.kind, side=side, yen=report.yen_claimed)
        letters.tell_told(report, order)
        return report


def _check(booking: Booking, side: str, kind: str, text: str, lines: Sequence[ClaimLine]) -> None:
    if kind not in KINDS_OF[side]:
        raise CareError(_("何の報告かを選んでください。"), "kind")
    if not text.strip() or len(text) > LONGEST:
        raise CareError(_("何があったかを%(most)s文字までで書いてください。") % {"most": LONGEST}, "text")
    for number, line in enumerate(lines, start=1):
        if line.yen <= 0 or not line.text.strip():
            raise CareError(
                _("内訳の%(number)s行目に、内容と1円以上の額を書いてください。") % {"number": number}, "lines"
            )
    yen = total_of(lines)
    most = booking.yen if side == Side.GUEST else MOST_YEN
    if yen > most:
        raise CareError(
            _("請求は%(most)s円までです。合計の%(yen)s円を見直してください。")
            % {"most": f"{most:,}", "yen": f"{yen:,}"},
            "lines",
        )


def _must_be_in_time(booking: Booking, side: str, now: datetime) -> None:
    period = period_of(booking.period)
    if booking.state not in REPORTABLE or not may_report(side, period.start, period.end, now):
        raise CareError(
            _("報告できるのは、使いはじめてから、使い終わって%(days)s日までです。")
            % {"days": REPORT_TERM.days}
        )


def reportable(booking: Booking, side: str, now: datetime) -> bool:
    """Whether that side may tell something about a booking now."""
    period = period_of(booking.period)
    return booking.state in REPORTABLE and may_report(side, period.start, period.end, now)


def _attach(
    report: DamageReport, order: Order, side: str, files: Sequence[Prepared], actor: Person | None
) -> None:
    if not files:
        return
    owner = order.person if side == Side.GUEST else actor
    if owner is None or actor is None:
        raise CareError(
            _("写真を送るには、アカウントが要ります。写真がないまま、ことばで送ってください。"), "files"
        )
    if len(files) > MOST_PICTURES:
        raise CareError(_("写真は%(most)s枚までにしてください。") % {"most": MOST_PICTURES}, "files")
    try:
        attachments.receive_files(
            owner=owner, actor=actor, files=files, municipality=report.municipality, about=report
        )
    except RefusedFileError as error:
        raise CareError(told(error.refusal), "files") from error


def pictures_of(report: DamageReport) -> tuple[list[Attachment], list[Attachment]]:
    """Pictures of the report and of the answer, those that may be opened; the caller has checked who reads."""
    with tenancy.unguarded():
        rows = Attachment.objects.about(report).with_file().order_by("pk")
        found = [row for row in rows if row.is_served]
    edge = report.answered_at
    first = [row for row in found if edge is None or row.created_at < edge]
    return first, [row for row in found if row not in first]


# --- Answered ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(
    *,
    report: DamageReport,
    accept: bool,
    text: str = "",
    files: Sequence[Prepared] = (),
    actor: Person | None,
    secret: str = "",
) -> DamageReport:
    """The other side accepts, and the sum comes to the bill; or says why not, and the town's staff decide.

    The same answer twice is one.

    Raises:
        NotAllowedError: `actor` does not speak for the other side, or told it.
        CareError: answered, withdrawn or too late; not accepted without a word.
    """
    order = report.booking.order
    side = other(report.side)
    if not speaks_for(order, side, actor, secret) or (actor is not None and actor.pk == report.told_by_id):
        raise NotAllowedError(_("返事ができるのは、報告した人の相手だけです。"))
    if not accept and not text.strip():
        raise CareError(_("認めない理由を書いてください。市の担当者が読んで決めます。"), "text")
    if len(text) > LONGEST:
        raise CareError(_("ことばは%(most)s文字までにしてください。") % {"most": LONGEST}, "text")
    with tenancy.unguarded():
        held_order = locks.lock_order(order.pk)
        held = held_report(report, held_order)
        state = States.AGREED if accept else States.DISPUTED
        if held.state == state and held.answered_at is not None:
            return held
        _must_be_open(held)
        held.state, held.answer = state, text.strip()
        held.answered_at, held.answered_by = timezone.now(), actor
        if accept:
            held.yen_agreed = held.yen_claimed
        held.save(update_fields=["state", "answer", "answered_at", "answered_by", "yen_agreed"])
        _attach(held, held_order, side, files, actor)
        if accept:
            charge(held, held_order, actor)
        record("accepted" if accept else "disputed", held, held_order, actor, yen=held.yen_claimed)
        letters.tell_answered(held, held_order)
        if not accept:
            letters.tell_staff_to_decide(held, held_order)
        return held


@transaction.atomic
def withdraw(*, report: DamageReport, actor: Person | None, secret: str = "") -> DamageReport:
    """Who told it takes it back, as long as nobody has answered.

    Raises:
        NotAllowedError: `actor` does not speak for the side that told it.
        CareError: it was answered, or the time to answer is over.
    """
    order = report.booking.order
    if not speaks_for(order, report.side, actor, secret):
        raise NotAllowedError(_("取り下げられるのは、報告した人だけです。"))
    with tenancy.unguarded():
        held_order = locks.lock_order(order.pk)
        held = held_report(report, held_order)
        if held.state == States.DROPPED:
            return held
        _must_be_open(held)
        held.state, held.settled_at, held.settled_by = States.DROPPED, timezone.now(), actor
        held.save(update_fields=["state", "settled_at", "settled_by"])
        record("withdrawn", held, held_order, actor)
        letters.tell_withdrawn(held, held_order)
        return held


def _must_be_open(report: DamageReport) -> None:
    if report.state != States.OPEN:
        raise CareError(
            _("この報告は、もう「%(state)s」になっています。画面を読み直してください。")
            % {"state": report.get_state_display()}
        )


# --- Decided ----------------------------------------------------------------------------------------------------------


def hand_over_due(*, now: datetime) -> int:
    """What nobody answered goes to the town's staff; where nothing was asked for, it is closed. How many; once each."""
    with tenancy.unguarded():
        rows = DamageReport.objects.filter(state=States.OPEN, answer_until__lte=now).order_by("pk")
        return sum(_hand_over(key, order, now) for key, order in rows.values_list("pk", "booking__order"))


@transaction.atomic
def _hand_over(key: int, order_key: int, now: datetime) -> bool:
    order = locks.lock_order(order_key)
    held = lock_report(key)
    if held.state != States.OPEN:
        return False
    held.booking = locks.bookings_of({order.pk: order}, [held.booking_id])[0]
    if held.yen_claimed:
        held.state = States.DISPUTED
    else:
        held.state, held.settled_at, held.yen_agreed = States.SETTLED, now, 0
        with override("ja"):
            held.settled_reason = _("期限までに返事がありませんでした。お金の請求はありません。")
    held.save(update_fields=["state", "settled_at", "yen_agreed", "settled_reason"])
    record("unanswered", held, order, None)
    letters.tell_unanswered(held, order)
    if held.state == States.DISPUTED:
        letters.tell_staff_to_decide(held, order)
    return True


@transaction.atomic
def decide(*, report: DamageReport, yen: int, reason: str, actor: Person) -> DamageReport:
    """The town's staff say what is owed of what was asked for; nothing closes it. Both sides are told why.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town, or is one of the two sides.
        CareError: it is not for the town to decide, no reason, or more than was asked for.
    """
    if not decides_impartially(actor, report):
        raise NotAllowedError(_("決められるのは、どちらの側でもない、この町の担当者だけです。"))
    why = reason.strip()
    if not why or len(why) > 300:
        raise CareError(_("決めた理由を300文字までで書いてください。両方に伝わります。"), "reason")
    order = report.booking.order
    with tenancy.unguarded():
        held_order = locks.lock_order(order.pk)
        held = held_report(report, held_order)
        if held.state != States.DISPUTED:
            raise CareError(
                _("この報告は、いま「%(state)s」なので、決められません。画面を読み直してください。")
                % {"state": held.get_state_display()}
            )
        if not 0 <= yen <= held.yen_claimed:
            raise CareError(
                _("%(yen)s円は決められません。0円から、請求の%(most)s円までにしてください。")
                % {"yen": f"{yen:,}", "most": f"{held.yen_claimed:,}"},
                "yen",
            )
        held.state, held.yen_agreed, held.settled_reason = States.SETTLED, yen, why
        held.settled_at, held.settled_by = timezone.now(), actor
        held.save(update_fields=["state", "yen_agreed", "settled_reason", "settled_at", "settled_by"])
        charge(held, held_order, actor)
        record("decided", held, held_order, actor, reason=why, yen=yen)
        letters.tell_decided(held, held_order)
        return held


def waiting_first(side: str) -> tuple[Any, ...]:
    """An order of rows: those that the other side told and that wait for an answer, the nearest end first."""
    waits = When(state=States.OPEN, side=side, then=Value(0))
    return (Case(waits, When(state__in=(States.OPEN, States.DISPUTED), then=Value(1)), default=Value(2)),)


def to_decide(rows: QuerySet[DamageReport]) -> QuerySet[DamageReport]:
    """Of these reports, those that wait for the town's staff."""
    return rows.filter(state=States.DISPUTED)
