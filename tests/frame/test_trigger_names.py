"""The names of triggers that are kept are those that pgtrigger itself would gather."""

from __future__ import annotations

import pgtrigger
import pytest
from pgtrigger import registry

from sosei.core.people.models import Person


def test_the_kept_names_are_those_of_every_trigger() -> None:
    known = registry._registry
    assert len(known) > 200
    assert known.by_db_table == registry._Registry.by_db_table.fget(known)
    assert set(known.pg_function_names) == registry._Registry.pg_function_names.fget(known)


def test_a_name_is_refused_while_it_is_taken_and_free_again_afterwards() -> None:
    first = pgtrigger.Protect(name="only_in_a_test", operation=pgtrigger.Delete)
    other = pgtrigger.Protect(name="only_in_a_test", operation=pgtrigger.Insert)
    first.register(Person)
    try:
        with pytest.raises(KeyError, match="only_in_a_test"):
            other.register(Person)
    finally:
        first.unregister(Person)
    other.register(Person)
    other.unregister(Person)
    test_the_kept_names_are_those_of_every_trigger()
