"""After a test of several transactions the database is as migrating left it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.emptying import put_back


@pytest.mark.django_db(transaction=True)
def test_rows_of_a_test_go_and_those_that_migrating_made_come_back() -> None:
    made = sorted(Permission.objects.values_list())
    assert len(made) > 500
    Permission.objects.filter(codename__startswith="add").delete()
    Permission.objects.update(name="changed")
    Session.objects.create(session_key="stored", session_data="", expire_date=timezone.now())
    put_back("default")
    assert sorted(Permission.objects.values_list()) == made
    assert not Session.objects.exists()
