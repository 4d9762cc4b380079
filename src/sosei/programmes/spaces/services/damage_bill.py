"""What of a report of damage comes to the bill of its order, and what its host gives up of that."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.payments.reasons import in_japanese
from sosei.core.payments.services.bills import Line
from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import letters_damage as letters
from sosei.programmes.spaces import locks
from sosei.programmes.spaces.errors_care import CareError
from sosei.programmes.spaces.models import DamageReport, Order
from sosei.programmes.spaces.rules_care import TAXED, ClaimLine, reduced
from sosei.programmes.spaces.services import money
from sosei.programmes.spaces.services.damage_records import held_report, lines_of, record
from sosei.programmes.spaces.services.steps import must_run_host
from sosei.programmes.spaces.words_bookings import REPORTED
from sosei.programmes.spaces.words_care import LINES


def charge(report: DamageReport, order: Order, actor: Person | None) -> None:
    """What is agreed on comes to the bill; what a guest gets back goes off it, and is refunded where it was paid."""
    lines = reduced(lines_of(report), report.yen_agreed or 0)
    if not lines:
        return
    sign = -1 if report.side == DamageReport.Side.GUEST else 1
    money.claim(
        order=order,
        lines=[_bill_line(report, line, sign) for line in lines],
        reason=in_japanese(REPORTED, number=order.number),
        key=_key(report),
        actor=actor,
    )


def unpaid_of(report: DamageReport) -> int:
    """What of a claim of the host is owed and unpaid, and so may be given up."""
    if report.side != DamageReport.Side.HOST or not report.yen_agreed or given_up(report):
        return 0
    with tenancy.unguarded():
        now = money.standing(report.booking.order)
    return 0 if now is None else max(0, min(report.yen_agreed, now.charged - now.kept))


def given_up(report: DamageReport) -> int:
    """What of a claim its host, or the town, gave up."""
    with tenancy.unguarded():
        return -money.charged_with(f"{_key(report)}:given_up")


@transaction.atomic
def give_up(*, report: DamageReport, reason: str, actor: Person | None) -> int:
    """What of an agreed or decided claim is not paid is asked for no more: it held back all of the bill. The yen.

    Twice is once.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        CareError: nothing of it is unpaid, or no reason.
    """
    order = report.booking.order
    must_run_host(actor, order)
    why = reason.strip()
    if not why or len(why) > 300:
        raise CareError(_("あきらめる理由を300文字までで書いてください。使った人にも伝わります。"), "reason")
    with tenancy.unguarded():
        held_order = locks.lock_order(order.pk)
        held = held_report(report, held_order)
        held.booking.order = held_order
        before = given_up(held)
        if before:
            return before
        yen = unpaid_of(held)
        if not yen:
            raise CareError(
                _("払われていない額がないので、あきらめるものはありません。画面を読み直してください。")
            )
        money.claim(
            order=held_order,
            lines=[_bill_line(held, line, -1) for line in reduced(lines_of(held), yen)],
            reason=in_japanese(REPORTED, number=order.number),
            key=f"{_key(held)}:given_up",
            actor=actor,
        )
        record("given_up", held, held_order, actor, reason=why, yen=yen)
        letters.tell_given_up(held, held_order, yen, why)
        return yen


def _key(report: DamageReport) -> str:
    return f"spaces.damage:{report.pk}"


def _bill_line(report: DamageReport, line: ClaimLine, sign: int) -> Line:
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(_("%(kind)s：%(text)s") % {"kind": LINES[line.kind], "text": line.text})
    return Line(
        text=texts[0],
        text_en=texts[1],
        yen=sign * line.yen,
        tax_percent=report.booking.tax_percent if line.kind in TAXED else 0,
        quantity=Decimal(1),
        code=f"damage:{report.pk}",
    )
