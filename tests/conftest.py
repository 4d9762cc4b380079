"""Fixtures every test may use: the public statistics beside the checkout, and a place to tell what was measured."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import settings

from tests import prepared
from tests.database_template import template
from tests.emptying import keep_what_migrating_made, put_back_after_a_test

# A busy machine is no failure; what must be quick is measured by `make bench`, side by side.
settings.register_profile("sosei", deadline=None)
settings.load_profile("sosei")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

LONGEST_FIRST = (
    "test_every_page.py",
    "test_every_look.py",
    "test_space_journeys.py",
    "test_journeys.py",
    "test_campaign_journey.py",
    "test_every_page_in_english.py",
    "test_design.py",
    "test_worked_season.py",
    "test_ict_journey.py",
    "test_instruments.py",
    "test_backup.py",
    "test_month.py",
    "test_addresses.py",
    "test_worker_killed.py",
    "test_crawl.py",
    "test_import_shared_data.py",
    "test_addresses_refused.py",
    "test_upgrade.py",
    "test_row_security.py",
    "test_grid.py",
    "test_database_restarted.py",
    "test_vision.py",
    "test_command_line.py",
    "test_deploy.py",
    "test_any_municipality.py",
    "test_loop.py",
    "test_race_contracts.py",
    "test_race_bookings.py",
    "test_bookings_changes.py",
    "test_booking_pages.py",
    "test_judgement.py",
    "test_bookings.py",
    "test_services.py",
    "test_command_project.py",
    "test_published_vision.py",
    "test_search_answers.py",
)
"""Files of a half minute and more. A few processes take file after file: none shall be left alone with one of these."""


# What is loaded until the first test stays: the garbage collector need walk it neither now nor later.
gc.disable()


def pytest_collection_finish() -> None:
    """The garbage collector begins, with what the tests themselves make."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first; xdist keeps that order with --no-loadscope-reorder."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The world that a test starts from stands before its own transaction begins."""
    prepared.prepare(item)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the public statistics; the test is skipped, and says so, where they are not there."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public statistics are not beside this checkout (../shared/data)")
    return SHARED_DATA


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of each process is a copy of one that has all tables."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = template()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The database of this process; it needs no migrating, and tests of several transactions put it back as it was."""
    from django.conf import settings as django_settings
    from django.db import connection
    from django.test import TransactionTestCase

    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.creation._create_test_db(verbosity=0, autoclobber=True)
        connection.close()
        name = connection.creation._get_test_db_name()
        django_settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        keep_what_migrating_made("default")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", put_back_after_a_test)
        with prepared.database_is_ready(django_db_blocker):
            yield
    with django_db_blocker.unblock():
        try:
            connection.creation.destroy_test_db(before, verbosity=0)
        except Exception as error:
            request.node.warn(pytest.PytestWarning(f"the tests' database was not dropped: {error!r}"))


@pytest.fixture(autouse=True)
def a_worker_in_this_process_never_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker ends its process when it loses the database; run within the tests, it fails its test instead."""

    def fail(why: str) -> None:
        raise AssertionError(f"the worker would have ended the process: {why}")

    monkeypatch.setattr("sosei.gateway.project.working.end_at_once", fail)


@pytest.fixture(autouse=True)
def every_test_begins_in_japanese() -> None:
    """A page that a test before read in English leaves its thread in English."""
    translation.activate("ja")


Measured = Callable[[str], None]


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Tells a figure the test measured; all of them are printed when the tests end."""

    def tell(text: str) -> None:
        request.node.user_properties.append(("measured", text))

    return tell


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The measured figures of the whole run, one a line."""
    reports = [r for key in ("passed", "failed") for r in terminalreporter.stats.get(key, [])]
    lines = [
        text for r in reports if r.when == "call" for name, text in r.user_properties if name == "measured"
    ]
    if lines:
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.write_line(line)
