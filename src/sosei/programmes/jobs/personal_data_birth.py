"""Tells the core for what a date of birth is needed here."""

from __future__ import annotations

from sosei.core.people import birth_dates
from sosei.programmes.jobs.birth_purpose import EXPLANATION, LAW, concerns

birth_dates.register(birth_dates.Purpose("jobs.applications", LAW, EXPLANATION, concerns))
