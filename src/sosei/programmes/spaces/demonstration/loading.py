"""Loads the demonstration's spaces into both of its towns, all or nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from sosei.core.payments.gateways.embedded import rehearsing
from sosei.core.people import demonstration
from sosei.core.people.models import Municipality, Person
from sosei.programmes.spaces.demonstration.bookings import plan_bookings
from sosei.programmes.spaces.demonstration.care import orders_of, plan_care
from sosei.programmes.spaces.demonstration.gateway import plan_gateway
from sosei.programmes.spaces.demonstration.lots import plan_lotteries
from sosei.programmes.spaces.demonstration.months import plan_months
from sosei.programmes.spaces.demonstration.outcomes import feed_kpis
from sosei.programmes.spaces.demonstration.places import plan_places
from sosei.programmes.spaces.demonstration.story import Story, Town
from sosei.programmes.spaces.models import Host


class PeopleMissingError(RuntimeError):
    """The demonstration's people are not loaded yet, and nobody can act."""


def load_spaces() -> list[str]:
    """Loads hosts, spaces and bookings; a town that has a host stays as it is.

    Raises:
        PeopleMissingError: `sosei load_demonstration_people` did not run.
    """
    lines = []
    for code, name, name_en in demonstration.TOWNS:
        municipality = Municipality.objects.filter(code=code).first()
        if municipality is None or not Person.objects.filter(
            email__endswith=f"@{code}.{demonstration.DOMAIN}"
        ):
            raise PeopleMissingError(code)
        if Host.objects.filter(municipality=municipality).exists():
            lines.append(f"{name}の場所は読み込み済みです / spaces of {name_en} loaded already")
            continue
        lines.append(_load(municipality, name, name_en))
    return lines


def _load(municipality: Municipality, name: str, name_en: str) -> str:
    town = Town(municipality, timezone.now())
    story = Story()
    with transaction.atomic(), rehearsing(), override("ja"):
        for plan in (plan_places, plan_bookings, plan_gateway, plan_lotteries, plan_months, plan_care):
            plan(town, story)
        story.play()
        feed_kpis(town)
    spaces, orders = len(town.spaces), orders_of(town)
    return (
        f"{name}の場所：{spaces}か所・申し込み {orders}件 / "
        f"spaces of {name_en}: {spaces} spaces, {orders} orders"
    )
