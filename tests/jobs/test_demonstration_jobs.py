"""The demonstration's seasonal work: everything there is to see is there, invented and saying so, and loaded once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.engines.labour.spans import JST
from sosei.planning.outcomes.models import Fact
from sosei.programmes.jobs.demonstration.tables import season
from sosei.programmes.jobs.legal_check import check_posting
from sosei.programmes.jobs.models import (
    Application,
    Cancellation,
    Contract,
    Correction,
    Employer,
    HarvestNeed,
    Licence,
    Lodging,
    Posting,
    Punch,
    Question,
    Shift,
    WorkDay,
    WorkerProfile,
    Workplace,
)
from sosei.programmes.jobs.services.postings import copy_posting
from sosei.programmes.jobs.services.versions import asked_version
from sosei.programmes.jobs.services.worker_hours import hours_of
from tests.demonstration_database import demonstration_database

TABLES = (
    Employer,
    Workplace,
    Lodging,
    Posting,
    Shift,
    Application,
    Contract,
    WorkDay,
    Punch,
    WorkerProfile,
    Question,
)
SAYS_INVENTED = re.compile("架空|見本|invented|sample")
IWAKI = "07204"


@pytest.fixture(scope="module")
def stored(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A loaded demonstration for all tests here; what they write is taken back."""
    with demonstration_database(django_db_blocker):
        yield


@pytest.fixture
def loaded(stored: None, db: None) -> None:
    """A demonstration with seasonal work."""


def test_without_the_people_nothing_is_loaded_and_the_remedy_is_told(db: None) -> None:
    with pytest.raises(CommandError, match="load_demonstration_people"):
        call_command("load_demonstration_jobs", verbosity=0)
    assert not Employer.objects.exists()


def test_loading_again_changes_nothing(loaded: None) -> None:
    before = {table: sorted(table.objects.values_list()) for table in TABLES}
    call_command("load_demonstration_jobs", verbosity=0)
    assert {table: sorted(table.objects.values_list()) for table in TABLES} == before


def test_every_name_and_address_says_that_it_is_invented(loaded: None) -> None:
    texts = [
        text
        for table, columns in (
            (
                Employer,
                ("name", "name_en", "address", "representative", "harassment_contact", "about", "about_en"),
            ),
            (Workplace, ("name", "name_en", "address")),
            (Lodging, ("name", "name_en", "address")),
            (Posting, ("title", "title_en")),
            (Contract, ("worker_name",)),
            (Question, ("text",)),
            (HarvestNeed, ("source",)),
        )
        for row in table.objects.values_list(*columns)  # type: ignore[attr-defined]
        for text in row
    ]
    assert texts
    assert [text for text in texts if not SAYS_INVENTED.search(text)] == []


def test_iwaki_has_employers_in_each_state_and_places_far_apart(loaded: None) -> None:
    states = Counter(Employer.objects.filter(municipality__code=IWAKI).values_list("state", flat=True))
    assert states == {"approved": 6, "asked": 1, "refused": 1}
    places = Workplace.objects.filter(municipality__code=IWAKI)
    north = [float(latitude) for latitude in places.values_list("latitude", flat=True)]
    assert max(north) - min(north) > 0.2
    assert {"", "agriculture"} == set(places.values_list("exemption", flat=True))


def test_applications_stand_in_every_state(loaded: None) -> None:
    found = set(Application.objects.filter(municipality__code=IWAKI).values_list("state", flat=True))
    assert found == set(Application.State.values)


def test_contracts_lie_before_around_and_after_today(loaded: None) -> None:
    today = timezone.now().astimezone(JST).date()
    days = WorkDay.objects.filter(municipality__code=IWAKI)
    planned = {
        (period.lower.astimezone(JST).date() - today).days
        for period in days.filter(state=WorkDay.State.PLANNED).values_list("period", flat=True)
    }
    assert {0, 1} <= planned
    assert max(planned) > 7
    finished = Contract.objects.filter(municipality__code=IWAKI, state=Contract.State.FINISHED)
    assert finished.count() >= 7
    assert set(days.values_list("state", flat=True)) == set(WorkDay.State.values)


def test_finished_work_is_told_to_outcomes_and_who_came_back_counts(loaded: None) -> None:
    kinds = Counter(
        Fact.objects.filter(municipality__code=IWAKI, object_type__startswith="jobs.").values_list(
            "kind", flat=True
        )
    )
    assert kinds["placement_finished"] >= 7
    assert kinds["hours_worked"] > kinds["placement_finished"]
    assert kinds["nights"] == 1
    assert kinds["worker_returned"] >= 2


def test_one_draft_has_flaws_and_every_published_posting_none(loaded: None) -> None:
    draft = Posting.objects.get(state=Posting.State.DRAFT)
    codes = {flaw.code for flaw in check_posting(draft)}
    assert len(codes) >= 3
    for posting in Posting.objects.filter(state=Posting.State.PUBLISHED):
        assert check_posting(posting) == ()


def test_last_years_posting_can_be_copied_onto_the_days_of_this_year(loaded: None) -> None:
    farmer = Person.objects.get(email__startswith="nouen@07204.")
    now = timezone.now()
    last = Posting.objects.get(
        municipality__code=IWAKI,
        title__startswith="桃の畑",
        state=Posting.State.CLOSED,
        published_at__lt=now - timedelta(days=300),
    )
    made = copy_posting(posting=last, actor=farmer)
    assert made.shifts.count() == last.shifts.count()
    assert made.shifts.earliest("starts_at").starts_at.astimezone(JST).date() == now.astimezone(JST).date()


def test_what_waits_for_somebody_waits(loaded: None) -> None:
    asked = Contract.objects.get(posting__title__startswith="トマトの収穫", worker_name__contains="花子")
    assert asked_version(asked) is not None
    assert Correction.objects.filter(state=Correction.State.ASKED).count() == 1
    assert Licence.objects.filter(state=Licence.State.SENT).count() == 2
    assert Question.objects.filter(answered_at__isnull=True).count() >= 1
    owed = Cancellation.objects.get(side=Cancellation.Side.EMPLOYER)
    assert owed.yen_owed > 0
    offered = Application.objects.get(state=Application.State.OFFERED)
    assert offered.offer_ends_at is not None
    assert offered.offer_ends_at > timezone.now()


def test_one_worker_has_next_week_nearly_full_and_one_is_seventeen(loaded: None) -> None:
    today = timezone.now().astimezone(JST).date()
    full = Person.objects.get(email=f"shigoto-gendo@{IWAKI}.demo.example.jp")
    young = Person.objects.get(email=f"shigoto-sota@{IWAKI}.demo.example.jp")
    assert min(hours_of(full, today).other_left.values()) <= 8 * 60
    assert hours_of(young, today).is_minor
    assert Contract.objects.filter(person=young, state=Contract.State.ACTIVE).exists()


def test_every_month_has_one_season() -> None:
    assert {season(month)["kind"] for month in range(1, 13)} == {
        "pruning",
        "fruit_thinning",
        "fruit_harvest",
        "weeding",
    }
