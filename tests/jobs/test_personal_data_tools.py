"""Append-only rows are opened for erasure alone, one table at a time."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from sosei.core.people.models import Municipality, Person
from sosei.core.people.personal_data_here.tools import history_of, without_protection
from sosei.programmes.jobs import models as jobs
from sosei.programmes.jobs.personal_data_tools import kept_until


def test_a_table_without_protection_keeps_its_history_all_the_same(db: None) -> None:
    person = Person.objects.create(email="a@example.jp")
    profile = jobs.WorkerProfile.objects.create(person=person, updated_at=timezone.now())
    with without_protection(jobs.WorkerProfile):
        jobs.WorkerProfile.objects.filter(pk=profile.pk).update(about="例")
    assert history_of(jobs.WorkerProfile).filter(pgh_obj=profile.pk, about="例").exists()


def test_opening_one_table_opens_no_other(db: None) -> None:
    town = Municipality.objects.create(code="07999", name="例市", opened_at=timezone.now())
    person = Person.objects.create(email="a@example.jp")
    complaint = jobs.Complaint.objects.create(
        municipality=town,
        person=person,
        kind="other",
        text="例",
        reported_at=timezone.now(),
        due_on=datetime.date(2020, 8, 1),
    )
    with without_protection(jobs.Certificate), pytest.raises(DatabaseError), transaction.atomic():
        complaint.delete()
    assert jobs.Complaint.objects.filter(pk=complaint.pk).exists()


def test_each_day_until_which_the_law_keeps_something_is_a_line_of_its_own() -> None:
    first, second = datetime.date(2029, 8, 14), datetime.date(2030, 8, 14)
    lines = kept_until("例", "example", [(second, 2), (first, 1), (second, 3), (first, 0)])
    assert [(line.until, line.rows) for line in lines] == [("2029-08-14", 1), ("2030-08-14", 5)]
