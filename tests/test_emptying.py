"""After a test of several transactions the database is as migrating left it."""

from __future__ import annotations

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from tests import emptying
from tests.emptying import LeftOpenError, put_back


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


@pytest.mark.django_db(transaction=True)
def test_a_transaction_left_open_is_named_and_ended_and_the_rows_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(emptying, "PATIENCE", "200ms")
    Session.objects.create(session_key="stored", session_data="", expire_date=timezone.now())
    left = psycopg.connect(**connection.get_connection_params())
    try:
        left.execute("UPDATE django_session SET session_data = 'left behind'")
        with pytest.raises(LeftOpenError, match=r"idle in transaction.*SET session_data = 'left behind'"):
            put_back("default")
        assert not Session.objects.exists()
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
    finally:
        left.close()
