"""`sosei migrate` adds constraints, indexes and triggers in place: the models are those that Django would have rendered."""

from __future__ import annotations

import pytest
from django.core.management import get_commands
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

from sosei.gateway.project.migration_state import options_added_in_place

OPTIONS = ("constraints", "indexes", "triggers")


def told(state: ProjectState) -> dict[str, dict[str, list[str]]]:
    """The names of what each rendered model holds."""
    return {
        model._meta.label: {
            option: [one.name for one in getattr(model._meta, option, ())]
            for option in (*OPTIONS, "total_unique_constraints")
        }
        for model in state.apps.get_models()
    }


def after_all_migrations_of(app: str) -> ProjectState:
    """The state to which they lead, whose models were rendered before the first."""
    loader = MigrationLoader(None)
    state = ProjectState(real_apps=loader.unmigrated_apps)
    assert state.apps
    for node in loader.graph._generate_plan(loader.graph.leaf_nodes(app), at_end=True):
        state = loader.graph.nodes[node].mutate_state(state, preserve=False)
    return state


def test_the_models_after_all_migrations_hold_what_fresh_ones_hold() -> None:
    with options_added_in_place():
        state = after_all_migrations_of("records")
    fresh = state.clone()
    del fresh.__dict__["apps"]
    assert told(state) == told(fresh)
    held = [sum(len(model[option]) for model in told(state).values()) for option in OPTIONS]
    assert all(number > 5 for number in held), held


def test_a_failing_block_leaves_django_as_it_was() -> None:
    before = ProjectState._append_option, AddTrigger.state_forwards
    with pytest.raises(ZeroDivisionError), options_added_in_place():
        assert ProjectState._append_option is not before[0]
        raise ZeroDivisionError
    assert (ProjectState._append_option, AddTrigger.state_forwards) == before


def test_the_command_is_ours() -> None:
    assert get_commands()["migrate"] == "sosei.gateway.project"
