"""Public holidays (国民の祝日, 振替休日, 国民の休日) from 1948 on, by the package `jpholiday`; no Django.

Source: 国民の祝日に関する法律 (昭和23年法律178号) with its special years. The equinoxes of later years are reckoned: the
government announces each in February of the year before (官報の暦要項), and it can differ.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import jpholiday

IsHoliday = Callable[[date], bool]


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday in Japan."""
    return jpholiday.is_holiday(day)


def holiday_name(day: date) -> str:
    """Its Japanese name, empty for a day that is none."""
    return jpholiday.is_holiday_name(day) or ""


def no_holidays(_day: date) -> bool:
    """For places that keep none."""
    return False
