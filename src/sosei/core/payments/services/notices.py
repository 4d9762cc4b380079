"""Notices of gateways: refused without effect, or kept once and handled once, whenever and however often they come."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Mapping
from hashlib import sha256

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from sosei.core.payments import gateways, locks
from sosei.core.payments.errors_payments import NoticeRefusedError
from sosei.core.payments.gateways.protocol import Notice, Told, ToldRefund
from sosei.core.payments.models import GatewayEvent, NoticeDelivery, Payment, Refund, RefusedNotice
from sosei.core.payments.services import refunds, settling
from sosei.core.people import tenancy
from sosei.core.people.inserting import inserted

log = logging.getLogger(__name__)
LARGEST = 256 * 1024
"""A notice of more bytes is none."""
UNKNOWN = "unknown"
LEFT_FOR = datetime.timedelta(days=7)
"""So long a notice is looked at again: what is unknown after that is another system's, and the nightly check tells of it."""


def receive_notice(*, gateway: str, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
    """Takes a notice; the same event again changes nothing, one about an unknown payment waits until it is known.

    Raises:
        LookupError: no such gateway here.
        NoticeRefusedError: a wrong or old signature, the same bytes played again, nothing that can be read; it is
            counted, and nothing else happens.
    """
    with tenancy.unguarded():
        try:
            if len(body) > LARGEST:
                raise NoticeRefusedError("unreadable")
            notice = gateways.named(gateway).read_notice(body, headers, timezone.now())
            with transaction.atomic():
                event = _keep_and_handle(gateway, notice, body)
            if event.handled_at is None:
                handle_crossed(gateway, notice.about_key)
            return event
        except NoticeRefusedError as error:
            _count_refused(gateway, error.reason, body)
            raise


def _keep_and_handle(gateway: str, notice: Notice, body: bytes) -> GatewayEvent:
    now = timezone.now()
    delivery = NoticeDelivery(
        gateway=gateway, signature=sha256(notice.signature.encode()).hexdigest(), at=now
    )
    if not inserted(delivery):
        raise NoticeRefusedError("replayed")
    event = GatewayEvent(
        gateway=gateway,
        event_id=notice.event_id,
        kind=notice.kind[:60],
        about_key=notice.about_key,
        body=body.decode("utf-8", "replace"),
        received_at=now,
    )
    if inserted(event):
        # Nobody else sees it yet.
        _handle(event, notice)
        return event
    held: GatewayEvent = GatewayEvent.objects.get(gateway=gateway, event_id=notice.event_id)
    if held.handled_at is None:
        _handle(held, notice)
    # The last of all: whoever handles what waits holds the bill before he writes here.
    GatewayEvent.objects.filter(pk=held.pk).update(times=F("times") + 1)
    return held


def _handle(event: GatewayEvent, notice: Notice) -> None:
    if notice.payment is not None:
        payment = _payment_of(event.gateway, notice)
        if payment is None:
            return
        outcome = _take_payment(event, payment, notice.payment)
    elif notice.refund is not None:
        refund = _refund_of(event.gateway, notice)
        if refund is None:
            return
        outcome = _take_refund(event, refund, notice.refund)
    else:
        outcome = "not_ours"
    if outcome is None:
        return
    event.handled_at, event.outcome = timezone.now(), outcome
    event.save(update_fields=["handled_at", "outcome", "municipality", "payment", "refund"])


def _payment_of(gateway: str, notice: Notice) -> int | None:
    rows = Payment.objects.filter(gateway=gateway)
    found = rows.filter(gateway_key=notice.about_key).values_list("pk", flat=True).first()
    if found is None and notice.payment_key:
        # Before the gateway's answer was kept: the key that we gave along names it as well.
        found = rows.filter(key=notice.payment_key, gateway_key="").values_list("pk", flat=True).first()
    return found


def _refund_of(gateway: str, notice: Notice) -> int | None:
    rows = Refund.objects.filter(payment__gateway=gateway, gateway_key=notice.about_key)
    return rows.values_list("pk", flat=True).first()


def _is_handled(event: GatewayEvent) -> bool:
    """Whether somebody else handled it before the lock was ours."""
    return GatewayEvent.objects.filter(pk=event.pk, handled_at__isnull=False).exists()


def _take_payment(event: GatewayEvent, key: int, told: Told) -> str | None:
    payment = locks.lock_payment(key)
    if _is_handled(event):
        return None
    event.payment, event.municipality_id = payment, payment.municipality_id
    return "changed" if settling.take(payment, told) else "nothing_new"


def _take_refund(event: GatewayEvent, key: int, told: ToldRefund) -> str | None:
    refund = locks.lock_refund(key)
    if _is_handled(event):
        return None
    event.refund, event.payment, event.municipality_id = refund, refund.payment, refund.municipality_id
    if refund.state == Refund.State.DONE and told.state == Refund.State.FAILED:
        log.warning("gateway %s says that the refund %s, which was done, came back", event.gateway, refund.pk)
    return "changed" if refunds.take(refund, told) else "nothing_new"


def handle_waiting(gateway: str, about_key: str) -> int:
    """Handles notices that came before what they are about was known; how many. In the transaction under way."""
    waiting = GatewayEvent.objects.filter(gateway=gateway, about_key=about_key, handled_at__isnull=True)
    handled = 0
    for event in waiting.order_by("pk"):
        notice = gateways.named(gateway).reread(event.body)
        _handle(event, notice)
        handled += event.handled_at is not None
    return handled


def handle_crossed(gateway: str, about_key: str) -> int:
    """Handles what came while it was being written down what it is about; how many.

    Neither of two transactions under way sees the other. Each asks once more after its commit, so the later of them sees
    both; where the process dies between the two, `left` finds it within the minute.
    """
    waiting = GatewayEvent.objects.filter(gateway=gateway, about_key=about_key, handled_at__isnull=True)
    return handle_left(gateway, about_key) if waiting.exists() else 0


def left() -> list[tuple[str, str]]:
    """Gateway and key of what notices wait for though it is known: who was to handle them died before that."""
    key = OuterRef("about_key")
    # Without empty keys, as the indexes have it.
    payments = Payment.objects.filter(gateway=OuterRef("gateway"), gateway_key=key).exclude(gateway_key="")
    refunded = Refund.objects.filter(payment__gateway=OuterRef("gateway"), gateway_key=key)
    refunded = refunded.exclude(gateway_key="")
    lately = timezone.now() - LEFT_FOR
    waiting = GatewayEvent.objects.filter(
        Exists(payments) | Exists(refunded), handled_at__isnull=True, received_at__gte=lately
    )
    return list(waiting.values_list("gateway", "about_key").distinct().order_by("gateway", "about_key"))


@transaction.atomic
def handle_left(gateway: str, about_key: str) -> int:
    """Handles what waits for a payment or refund that is known by now; how many."""
    payment = Payment.objects.filter(gateway=gateway, gateway_key=about_key).values_list("pk", flat=True)
    refund = Refund.objects.filter(payment__gateway=gateway, gateway_key=about_key)
    # The bill before the notice, as where an answer is taken.
    for key in payment:
        locks.lock_payment(key)
    for key in refund.values_list("pk", flat=True):
        locks.lock_refund(key)
    return handle_waiting(gateway, about_key)


def _count_refused(gateway: str, reason: str, body: bytes) -> None:
    now = timezone.now()
    with transaction.atomic():
        RefusedNotice.objects.bulk_create(
            [
                RefusedNotice(
                    gateway=gateway[:20],
                    reason=reason,
                    hour=now.replace(minute=0, second=0, microsecond=0),
                    count=0,
                    last_at=now,
                    last_sha256=sha256(body).hexdigest(),
                )
            ],
            ignore_conflicts=True,
        )
        RefusedNotice.objects.filter(
            gateway=gateway[:20], reason=reason, hour=now.replace(minute=0, second=0, microsecond=0)
        ).update(count=F("count") + 1, last_at=now, last_sha256=sha256(body).hexdigest())
    log.warning("a notice for gateway %s was refused: %s", gateway[:20], reason)


def forget_deliveries(before: datetime.datetime) -> int:
    """Lets go of signatures too old to be taken again, and of counts of refusals after three months."""
    deleted, _each = NoticeDelivery.objects.filter(at__lt=before).delete()
    RefusedNotice.objects.filter(hour__lt=before - datetime.timedelta(days=90)).delete()
    return int(deleted)
