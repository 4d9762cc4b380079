"""`sosei migrate` adds models, fields and options in place: the models are those that Django would have rendered."""

from __future__ import annotations

import pytest
from django.core.management import get_commands
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from sosei.gateway.project.migration_state import REPLACED, added_in_place

OPTIONS = ("constraints", "indexes", "triggers")


def told(state: ProjectState) -> dict[str, dict[str, list[str]]]:
    """The names of what each rendered model holds, and of the models related to it."""
    return {
        model._meta.label: {
            **{
                option: [one.name for one in getattr(model._meta, option, ())]
                for option in (*OPTIONS, "total_unique_constraints")
            },
            "fields": [f"{field.name} {field.related_model}" for field in model._meta.concrete_fields],
            "related": sorted(f"{one.related_model} {one.field}" for one in model._meta.related_objects),
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
    with added_in_place():
        state = after_all_migrations_of("jobs")
    fresh = state.clone()
    del fresh.__dict__["apps"]
    assert told(state) == told(fresh)
    held = [sum(len(model[option]) for model in told(state).values()) for option in OPTIONS]
    assert all(number > 5 for number in held), held


def test_a_failing_block_leaves_django_as_it_was() -> None:
    before = [getattr(kind, name) for kind, name in REPLACED]
    with pytest.raises(ZeroDivisionError), added_in_place():
        assert all(getattr(kind, name) is not was for (kind, name), was in zip(REPLACED, before, strict=True))
        raise ZeroDivisionError
    assert [getattr(kind, name) for kind, name in REPLACED] == before


def test_the_command_is_ours() -> None:
    assert get_commands()["migrate"] == "sosei.gateway.project"
