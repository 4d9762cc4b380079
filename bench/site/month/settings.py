"""Settings of a month: the project's own, the gateway of the demonstration, a database that keeps what it promised, and
a clock of its own."""

from __future__ import annotations

from bench.site.month.clock import Clock
from sosei.gateway.project.settings import *  # noqa: F403
from sosei.gateway.project.settings import SOSEI_HOME

PAYMENT_GATEWAY = "embedded"
ALLOWED_HOSTS = ["127.0.0.1"]
CLOCK = Clock(SOSEI_HOME / "clock")
CLOCK.install()
