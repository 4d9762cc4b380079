"""Background work of lotteries: drawn when their time has come, and what is not confirmed lapses."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.spaces.services import lottery_draws


@app.periodic(cron="* * * * *")
@app.task(name="spaces.draw_lotteries", queueing_lock="spaces.draw_lotteries")
def draw_lotteries(timestamp: int) -> int:
    """Draws what is due, then ends what winners did not confirm; run twice it does each once."""
    now = timezone.now()
    return lottery_draws.draw_due(now=now) + lottery_draws.lapse_due(now=now)
