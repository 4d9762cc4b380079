"""A small town before the harvest: an employer with last year's posting, forty people, and a KPI that work fills.

The season is worked at a clock that the test puts forward; the pages run in this process and go by the same clock.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect

from sosei.core.people import roles
from sosei.core.people.models import Person
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.services.feeds import define_feed
from sosei.planning.outcomes.services.recording import record_fact
from sosei.programmes.jobs.models import BankAccount, Contract
from sosei.programmes.jobs.services.days_codes import make_code
from tests.browser.journey_steps import Seen, Walker, walker_at
from tests.jobs.days_world import SetClock
from tests.jobs.world import (
    make_crop,
    make_employer,
    make_farmer,
    make_posting,
    make_shifts,
    make_worker,
    make_workplace,
)
from tests.people.conftest import MakePerson, make_town
from tests.strategy.conftest import make_goal, make_kpi, make_package, make_strategy

APPLICANTS, PLACES, DAYS = 40, 12, 3
OPENING = datetime.date(2026, 6, 1)
FIRST = datetime.date(2026, 8, 3)
"""A Monday, 52 weeks after the first day of last year's posting."""
LAST_YEAR = 9
PICTURES = "SEASON_PICTURES"
"""A folder for a picture of every step; none are taken where the environment does not name one."""
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")
TYPED = 700
"""So many milliseconds after the last key, a form asks the server."""
KPI = "季節の仕事をやり終えた人（架空）"


class Season:
    """The town with its people, and browsers signed in as them."""

    def __init__(self, browser: Browser, site: str, clock: SetClock, make_person: MakePerson) -> None:
        self.clock, self.seen = clock, Seen()
        self._somebody = walker_at(browser, site, self.seen)
        self._folder = Path(os.environ[PICTURES]) if PICTURES in os.environ else None
        self._pictures = 0
        clock(OPENING, "09:00")
        self.town = make_town("07204", "いわき市", "Iwaki City")
        self.employer = make_employer(self.town)
        self.workplace = make_workplace(self.employer)
        self.farmer = make_farmer(make_person, self.employer, family_name="架空", given_name="桃太")
        self.staff = make_person(roles.PROGRAMME_STAFF, self.town)
        self.planner = make_person(roles.PLANNER, self.town)
        last_year = make_posting(self.workplace, crop=make_crop(self.town), state="closed")
        make_shifts(last_year, FIRST - datetime.timedelta(weeks=52), DAYS, capacity=PLACES, taken=LAST_YEAR)
        self.workers = [
            make_worker(make_person, family_name="見本", given_name=f"{number}子")
            for number in range(1, APPLICANTS + 1)
        ]
        for person in self.workers:
            hold_account(person)
        self.code = make_code(workplace=self.workplace, actor=self.farmer)
        self.kpi = self._kpi()

    def _kpi(self) -> Any:
        strategy = make_strategy(
            self.town, first_fiscal_year=2025, last_fiscal_year=2029, published_through=2025
        )
        kpi = make_kpi(
            make_package(make_goal(strategy)),
            title=KPI,
            title_en="People who worked a season (invented)",
            unit="人",
            unit_en="people",
            base_value=8,
            base_year=2024,
            targets={2029: 40},
        )
        with transaction.atomic():
            record_fact(
                municipality=self.town,
                kind="placement_finished",
                on=FIRST - datetime.timedelta(weeks=52),
                obj=("jobs.contract", "last-year"),
                count=LAST_YEAR,
            )
        rule = feeding.Rule("placement_finished", feeding.Aggregation.SUM)
        define_feed(kpi=kpi, rule=rule, reason="仕事の実績から数える", made_by=self.planner)
        return kpi

    @contextmanager
    def acting(self, person: Person, width: int = 1280) -> Iterator[Walker]:
        """A browser in which the person is signed in, at the moment the clock shows."""
        client = Client()
        client.force_login(person)
        with self._somebody(width=width) as walker:
            value = client.cookies["sessionid"].value
            walker.page.context.add_cookies([{"name": "sessionid", "value": value, "url": walker.site}])
            yield walker

    def picture(self, walker: Walker, name: str) -> None:
        """Keeps what is on the screen, for people to look at."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._pictures += 1
        walker.page.screenshot(path=self._folder / f"{self._pictures:02}-{name}.png", full_page=True)

    def contracts(self) -> list[Contract]:
        """Those in force or finished, in the order in which they were made."""
        rows = Contract.objects.exclude(state="cancelled").select_related("person")
        return list(rows.order_by("pk"))


def hold_account(person: Person) -> None:
    """Where the wages go."""
    BankAccount.objects.create(
        person=person,
        bank_code="0001",
        bank_name="ｶｸｳ",
        branch_code="001",
        branch_name="ﾎﾝﾃﾝ",
        number=f"{person.pk % 10**7:07}",
        holder="ﾐﾎﾝ ﾊﾅｺ",
        updated_at=timezone.now(),
    )


def settled(walker: Walker) -> None:
    """Waits until a form that is checked as one types has asked for the last time."""
    walker.page.wait_for_timeout(TYPED)
    expect(walker.page.locator(".htmx-request")).to_have_count(0)
    # A newer question takes the place of an older one, as it should; htmx tells the console of it.
    walker.complaints[:] = [one for one in walker.complaints if not one.startswith(REPLACED)]


def stands_at(walker: Walker, heading: str) -> None:
    """Reads the heading of the page, and that the console has nothing to complain of."""
    expect(walker.page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(heading)))
    assert walker.complaints == [], walker.page.url


def is_told(walker: Walker, text: str) -> None:
    """Reads the banner that says what was done: the page before has the same heading."""
    expect(walker.page.get_by_text(text).first).to_be_visible()
    assert walker.complaints == [], walker.page.url
