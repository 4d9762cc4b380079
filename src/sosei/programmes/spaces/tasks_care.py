"""Background work of reviews and damage: asking, showing in time, handing over what nobody answered."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.spaces.services import damage, reviews


@app.periodic(cron="35 * * * *")
@app.task(name="spaces.ask_for_reviews", queueing_lock="spaces.ask_for_reviews")
def ask_for_reviews(timestamp: int) -> int:
    """Asks both sides of what was used, and reminds the guest once; run twice it asks nobody again."""
    return reviews.ask_due(now=timezone.now())


@app.periodic(cron="5 18 * * *")  # 3:05 in Japan
@app.task(name="spaces.show_reviews", queueing_lock="spaces.show_reviews")
def show_reviews(timestamp: int) -> int:
    """Shows reviews whose time is over; run twice it shows each once."""
    return reviews.show_due(now=timezone.now())


@app.periodic(cron="20 * * * *")
@app.task(name="spaces.hand_over_damage", queueing_lock="spaces.hand_over_damage")
def hand_over_damage(timestamp: int) -> int:
    """Hands over to the town what nobody answered in time; run twice it hands each over once."""
    return damage.hand_over_due(now=timezone.now())
