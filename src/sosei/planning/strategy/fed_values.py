"""The port through which facts of programmes come to KPIs; `planning.outcomes`, above this room, fills it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class FedValue:
    """What a feed makes of the facts of a fiscal year.

    Attributes:
        value: the KPI's value.
        facts: how many facts it rests on.
        label: lazily translated, "94 settlements".
        kind: name of the kind of fact.
        small: rests on so little that the public could recognise somebody: shown to those who work on the strategy only.
    """

    value: Decimal
    facts: int
    label: Any
    kind: str
    small: bool = False


Provider = Callable[[Collection[int]], Mapping[int, Mapping[int, FedValue]]]
"""Keys of KPIs -> KPI -> fiscal year -> value; in a fixed number of queries."""


Way = Callable[[Any], tuple[Any, str]]
"""A KPI -> label and address of the page where its feed is set up."""


class _Port:
    provider: Provider | None = None
    way: Way | None = None


_port = _Port()


def register(provider: Provider, way: Way) -> None:
    """Called once by the room that knows the facts."""
    _port.provider = provider
    _port.way = way


def way_to_feed(kpi: Any) -> tuple[Any, str] | None:
    """Label and address of the page where a planner sets up the KPI's feed; None where no room feeds KPIs."""
    return _port.way(kpi) if _port.way is not None else None


def fed_values(kpis: Collection[int]) -> Mapping[int, Mapping[int, FedValue]]:
    """The fed values of these KPIs; none where no room feeds them."""
    return _port.provider(kpis) if _port.provider is not None and kpis else {}
