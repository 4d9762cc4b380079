"""A phone without a network: a scan opens all the same, its punch is kept and sent once when the network is back."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sosei.programmes.jobs.models import Punch, Shift, SiteCode, WorkDay
from sosei.programmes.jobs.services.days_codes import make_code
from tests.jobs.applications_world import make_contract
from tests.jobs.conftest import JobsWorld, jobs, make_person

__all__ = ["jobs", "make_person"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session", autouse=True)
def beside_playwrights_loop() -> None:
    """Playwright's loop runs in this thread; the tests still ask the database one after the other."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def day_soon(jobs: JobsWorld) -> WorkDay:
    """A contract for three hours that begin in half an hour, by the real clock, which is the phone's."""
    start = timezone.now().replace(second=0, microsecond=0) + datetime.timedelta(minutes=30)
    shift = Shift.objects.create(
        municipality=jobs.town,
        employer=jobs.employer,
        posting=jobs.posting,
        starts_at=start,
        ends_at=start + datetime.timedelta(hours=3),
        break_minutes=0,
        capacity=3,
    )
    found: WorkDay = make_contract(jobs.posting, jobs.worker, [shift]).days.get()
    return found


class Phone:
    """A browser in which the worker is signed in."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, person: Any) -> None:
        client = Client()
        client.force_login(person)
        value = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": value, "url": self.address}])

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def open_with_worker(self, path: str) -> None:
        """Opens a page and waits until the service worker has kept its files."""
        self.open(path)
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def sends_by_itself(self) -> None:
        """The site's own page is there, with what was kept sent: only it has a form."""
        form = self.page.locator("form[data-punch]")
        expect(form.get_by_role("button", name="帰ります")).to_be_visible()

    def waiting(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(
            "JSON.parse(localStorage.getItem('sosei-punches') ?? '[]')"
        )
        return found


@pytest.fixture
def phone(browser: Browser, live_server: Any, jobs: JobsWorld) -> Iterator[Phone]:
    """The worker's, 375 pixels wide."""
    translation.activate("ja")
    address = live_server.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(locale="ja-JP", viewport={"width": 375, "height": 700})
    made = Phone(context, address)
    made.sign_in(jobs.worker)
    yield made
    context.close()
    assert made.complaints == []


def at_site(code: SiteCode) -> str:
    return reverse("jobs:site", kwargs={"secret": code.secret})


def test_a_scan_without_a_network_is_kept_on_the_phone_and_sent_once(phone: Phone, jobs: JobsWorld) -> None:
    day = day_soon(jobs)
    code = make_code(workplace=jobs.workplace, actor=jobs.farmer)
    phone.open_with_worker(reverse("jobs:my-day", kwargs={"day_id": day.pk}))
    phone.context.set_offline(True)
    phone.open(at_site(code))
    expect(phone.page.locator("h1")).to_have_text("電波がありません")
    phone.page.get_by_role("button", name="来ました").click()
    expect(phone.page.locator("[data-waiting] li")).to_contain_text("まだ送っていません")
    expect(phone.page.get_by_role("button", name="来ました")).to_have_count(0)
    (kept,) = phone.waiting()
    assert not Punch.objects.exists() and kept["secret"] == code.secret
    phone.context.set_offline(False)  # The page hears of it, and asks for the site's page, which sends.
    phone.sends_by_itself()
    phone.open(at_site(code))
    expect(phone.page.get_by_role("button", name="帰ります")).to_be_visible()
    made = Punch.objects.get()
    assert (made.day, made.kind, made.way, made.token) == (day, "in", "offline", UUID(kept["token"]))
    assert made.received_at > made.at and phone.waiting() == []


def test_a_phone_that_does_not_say_when_the_network_is_back_sends_all_the_same(
    phone: Phone, jobs: JobsWorld
) -> None:
    day = day_soon(jobs)
    code = make_code(workplace=jobs.workplace, actor=jobs.farmer)
    phone.open_with_worker(reverse("jobs:my-day", kwargs={"day_id": day.pk}))
    phone.page.add_init_script(
        """Object.defineProperty(Navigator.prototype, "onLine", { get: () => true });
        addEventListener("online", (event) => event.stopImmediatePropagation());"""
    )
    phone.context.set_offline(True)
    phone.open(at_site(code))
    phone.page.get_by_role("button", name="来ました").click()
    expect(phone.page.locator("[data-waiting] li")).to_contain_text("まだ送っていません")
    phone.context.set_offline(False)
    phone.sends_by_itself()
    assert Punch.objects.get().way == "offline" and phone.waiting() == []


def test_the_button_of_an_open_page_keeps_the_punch_when_the_network_is_gone(
    phone: Phone, jobs: JobsWorld
) -> None:
    day_soon(jobs)
    code = make_code(workplace=jobs.workplace, actor=jobs.farmer)
    phone.open_with_worker(at_site(code))
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="来ました").click()
    expect(phone.page.locator("[data-waiting] li")).to_contain_text("まだ送っていません")
    phone.context.set_offline(False)  # The page hears of it, and sends by itself.
    phone.sends_by_itself()
    assert Punch.objects.get().way == "offline"


def test_a_refused_punch_stays_in_sight_with_its_reason_until_it_is_taken_away(
    phone: Phone, jobs: JobsWorld
) -> None:
    day = day_soon(jobs)
    code = make_code(workplace=jobs.workplace, actor=jobs.farmer)
    here = reverse("jobs:my-day", kwargs={"day_id": day.pk})
    phone.open_with_worker(here)
    phone.page.evaluate(
        """([day, about, secret]) => localStorage.setItem("sosei-punches", JSON.stringify([{
            token: crypto.randomUUID(), day, about, label: "桃", kind: "in", secret, reason: "",
            at: new Date(Date.now() + 3600_000).toISOString()}]))""",
        [day.pk, str(jobs.worker.uid), code.secret],
    )
    phone.open(here)
    line = phone.page.locator("[data-waiting] li")
    expect(line).to_contain_text("スマートフォンの時計を確かめて")
    phone.open(here)
    expect(line).to_contain_text("スマートフォンの時計を確かめて")
    line.get_by_role("button").click()
    expect(phone.page.locator("[data-waiting]")).to_be_hidden()
    assert phone.waiting() == [] and not Punch.objects.exists()


def test_the_next_person_on_the_same_phone_does_not_send_it(phone: Phone, jobs: JobsWorld) -> None:
    day = day_soon(jobs)
    code = make_code(workplace=jobs.workplace, actor=jobs.farmer)
    phone.open_with_worker(reverse("jobs:my-day", kwargs={"day_id": day.pk}))
    phone.context.set_offline(True)
    phone.open(at_site(code))
    phone.page.get_by_role("button", name="来ました").click()
    phone.context.clear_cookies()
    phone.sign_in(jobs.friend)
    phone.context.set_offline(False)  # The page hears of it, and asks for itself as the friend.
    expect(phone.page.locator("[data-offline-days]")).to_have_count(0)
    phone.page.wait_for_load_state("networkidle")
    phone.open(reverse("jobs:my-days"))
    phone.page.wait_for_load_state("networkidle")
    assert len(phone.waiting()) == 1 and not Punch.objects.exists()
    phone.context.clear_cookies()
    phone.sign_in(jobs.worker)
    phone.open(reverse("jobs:my-days"))
    expect(phone.page.locator("[data-waiting] li")).to_contain_text("送りました")
    assert Punch.objects.get().person == jobs.worker
