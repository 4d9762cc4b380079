"""A small town with a host, guests and staff, a gateway and a lock, whose background work the test does itself.

The pages run in this process and go by the clock that the test puts forward; what they leave to the worker is done when
the test says so, in the order in which it was left. Notices of the practice gateway go over HTTP to the site's own
address, codes of the door over HTTP to the practice lock.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import local
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Browser
from procrastinate.contrib.django import app

from sosei.core.payments.models import FeeRate
from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.gateway.project.assets import build_assets
from sosei.planning.outcomes import feeding
from sosei.planning.outcomes.services.feeds import define_feed
from sosei.planning.outcomes.services.recording import record_fact
from sosei.planning.strategy.models import Kpi
from sosei.programmes.spaces.models import Host
from tests.browser.journey_steps import Seen, Walker, walker_at
from tests.jobs.days_world import SetClock, make_clock
from tests.people.conftest import MakePerson, make_town
from tests.spaces.world import make_host, make_owner, make_terms
from tests.strategy.conftest import make_goal, make_kpi, make_package, make_strategy

PICTURES = "SPACE_PICTURES"
"""A folder for a picture of every step; none are taken where the environment does not name one."""
MOST_QUERIES = 20
PHONE = 375
OPENING = datetime.date(2026, 6, 1)
"""A Monday; there is no public holiday for seven weeks."""
LAST_YEAR = 14


class _All(set[tuple[str, str, int]]):
    """Every page was looked at."""

    def __contains__(self, page: object) -> bool:
        return True


class SpaceSite:
    """The town with its people, and browsers signed in as them."""

    def __init__(
        self, browser: Browser, site: str, clock: SetClock, make_person: MakePerson, width: int
    ) -> None:
        self.address, self.clock, self.width = site, clock, width
        # Axe looks once, where there is least room.
        self.seen = Seen() if width == PHONE else Seen(pages=_All())
        self.asked: dict[str, int] = {}
        self._somebody = walker_at(browser, site, self.seen)
        self._folder = Path(os.environ[PICTURES]) if PICTURES in os.environ else None
        self._pictures = 0
        clock(OPENING, "09:00")
        self.town = make_town("07204", "いわき市", "Iwaki City")
        self.host: Host = make_host(self.town)
        self.owner = make_owner(make_person, self.host, family_name="架空", given_name="和子")
        self.guest = make_person(family_name="見本", given_name="花子")
        self.friend = make_person(family_name="見本", given_name="次郎")
        self.staff = make_person(roles.PROGRAMME_STAFF, self.town)
        self.planner = make_person(roles.PLANNER, self.town)
        make_terms(self.town)
        FeeRate.objects.create(
            municipality=self.town,
            percent=5,
            starts_on=OPENING - datetime.timedelta(days=400),
            reason="例",
            set_at=timezone.now(),
        )

    @contextmanager
    def acting(self, person: Person | None) -> Iterator[Walker]:
        """A browser in which the person is signed in, at the moment the clock shows."""
        with self._somebody(width=self.width) as walker:
            if person is not None:
                client = Client()
                client.force_login(person)
                value = client.cookies["sessionid"].value
                walker.page.context.add_cookies([{"name": "sessionid", "value": value, "url": walker.site}])
            yield walker

    def works(self) -> list[str]:
        """Does what the pages left to the worker, and what comes of that, until nothing is due; the names of it."""
        done: list[str] = []
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "DELETE FROM procrastinate_jobs WHERE id = (SELECT id FROM procrastinate_jobs "
                    "WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s) "
                    "ORDER BY id LIMIT 1) RETURNING task_name, args",
                    [timezone.now()],
                )
                row = cursor.fetchone()
            if row is None:
                return done
            name, given = row
            done.append(name)
            app.tasks[name](**(json.loads(given) if isinstance(given, str) else given))

    def picture(self, walker: Walker, name: str) -> None:
        """Keeps what is on the screen, for people to look at."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._pictures += 1
        file = f"{self.width}-{self._pictures:02}-{name}"
        walker.page.screenshot(path=self._folder / f"{file}.png", full_page=True)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Notes for each address how many questions it asked the database at most."""
        here = local()

        def begin(environ: dict[str, Any], **more: Any) -> None:
            here.path, here.count = environ["PATH_INFO"], 0

            def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
                # Neither to tell the database who is asking nor what it asks itself when it is opened.
                is_read = str(sql).lstrip("( ").startswith(("SELECT", "WITH"))
                here.count += is_read and not any(name in sql for name in ("set_config", "pg_type"))
                return execute(sql, params, many, context)

            here.wrapper = note
            connection.execute_wrappers.append(note)
            here.method = environ["REQUEST_METHOD"]

        def end(**more: Any) -> None:
            if getattr(here, "wrapper", None) in connection.execute_wrappers:
                connection.execute_wrappers.remove(here.wrapper)
                if here.method == "GET":
                    self.asked[here.path] = max(here.count, self.asked.get(here.path, 0))

        request_started.connect(begin, weak=False)
        request_finished.connect(end, weak=False)
        try:
            yield
        finally:
            request_started.disconnect(begin)
            request_finished.disconnect(end)


def make_fed_kpi(town: Municipality, planner: Person, kind: str, *, title: str, unit: str) -> Kpi:
    """An outcome measure of the town's strategy that facts of this kind fill; last year there were some."""
    strategy = make_strategy(town, first_fiscal_year=2025, last_fiscal_year=2029, published_through=2025)
    kpi = make_kpi(
        make_package(make_goal(strategy)),
        title=title,
        title_en="Guests from outside the city (invented)",
        unit=unit,
        unit_en="people",
        base_value=8,
        base_year=2024,
        targets={2029: 400},
    )
    with transaction.atomic():
        record_fact(
            municipality=town,
            kind=kind,
            on=OPENING - datetime.timedelta(days=200),
            obj=("spaces.booking", "last-year"),
            count=LAST_YEAR,
        )
    rule = feeding.Rule(kind, feeding.Aggregation.SUM)
    define_feed(kpi=kpi, rule=rule, reason="場所の利用から数える", made_by=planner)
    return kpi


@pytest.fixture(scope="session", autouse=True)
def beside_playwrights_loop() -> None:
    """Playwright's loop runs in this thread; the test still asks the database one after the other."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(params=[PHONE, 1280])
def site(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: Any,
    make_person: MakePerson,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Iterator[SpaceSite]:
    """The town in June, at one width."""
    translation.activate("ja")
    build_assets(django_settings.ASSETS_FOLDER)
    settings.SITE_ADDRESS = live_server.url.replace("127.0.0.1", "localhost")
    settings.DEMONSTRATION = True
    made = SpaceSite(browser, settings.SITE_ADDRESS, make_clock(monkeypatch), make_person, request.param)
    with made.counting():
        yield made
    too_many = {path: count for path, count in made.asked.items() if count > MOST_QUERIES}
    assert too_many == {}
