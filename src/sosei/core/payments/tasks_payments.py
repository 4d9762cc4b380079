"""Background work of payments: gateways are asked, refunds sent, notices of the practice gateway posted, the books checked.

Each task may run twice, or die at any point: what is left is taken up by the ones that run by the clock.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.core.payments import queue
from sosei.core.payments.gateways import embedded
from sosei.core.payments.personal_data_payments import forget_past_terms
from sosei.core.payments.services import asking, checking, notices


@app.task(name=queue.ASK)
def ask_gateway(payment_id: int) -> str:
    """Hands a payment to its gateway."""
    return asking.ask_gateway(payment_id)


@app.task(name=queue.CANCEL)
def cancel_at_gateway(payment_id: int) -> str:
    """Tells the gateway that a payment was given up."""
    return asking.cancel_at_gateway(payment_id)


@app.task(name=queue.REFUND)
def send_refund(refund_id: int) -> str:
    """Hands a refund to the gateway."""
    return asking.send_refund(refund_id)


@app.task(name=queue.DELIVER)
def deliver_embedded_notices() -> int:
    """Posts what the practice gateway has to tell."""
    return embedded.deliver_due(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="payments.every_minute", queueing_lock="payments.every_minute")
def every_minute(timestamp: int) -> dict[str, int]:
    """Ends payments whose time is over, asks again where no answer came, posts notices that were not taken."""
    now = timezone.now()
    return {
        "expired": asking.expire_due(now),
        **asking.ask_again(now),
        "notices": embedded.deliver_due(now),
    }


@app.periodic(cron="30 17 * * *")  # 2:30 in Japan
@app.task(name="payments.check_books", queueing_lock="payments.check_books")
def check_books(timestamp: int) -> int:
    """Reckons every sum anew from its rows and keeps what does not agree; names go whose term is over."""
    notices.forget_deliveries(timezone.now() - timedelta(days=1))
    forget_past_terms()
    return checking.check_every_town()
