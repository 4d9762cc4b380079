"""Migrating without drawing the models anew for every constraint, index and trigger: a fifth of the time.

Django keeps the models of each step of a migration as classes. After an operation that adds an option it renders the
model and all its relatives again, and nearly every model here is related to the town and its people. A constraint, an
index or a trigger changes no field and no relation, so the rendered class is given the new option instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


@contextmanager
def options_added_in_place() -> Iterator[None]:
    """While the block runs, migrations add constraints, indexes and triggers to the models that are rendered already."""
    rendering = ProjectState._append_option, AddTrigger.state_forwards
    ProjectState._append_option, AddTrigger.state_forwards = _append_option, _add_trigger
    try:
        yield
    finally:
        ProjectState._append_option, AddTrigger.state_forwards = rendering


def _append_option(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    """In place of Django's own: constraints and indexes."""
    options = state.models[app_label, model_name].options
    options[option] = [*options[option], added]
    if meta := _rendered(state, app_label, model_name):
        # A copy, as rendering makes one, with the name of the model filled in.
        setattr(meta, option, [*getattr(meta, option), *meta._format_names([added])])
        meta.__dict__.pop("total_unique_constraints", None)


def _add_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    """In place of pgtrigger's own."""
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [*options.get("triggers", []), operation.trigger]
    if meta := _rendered(state, app_label, operation.model_name):
        meta.triggers = options["triggers"]


def _rendered(state: ProjectState, app_label: str, model_name: str) -> Any:
    """The options of the rendered model; None where nothing is rendered yet."""
    # Asking for `state.apps` would render it.
    return state.apps.get_model(app_label, model_name)._meta if "apps" in state.__dict__ else None
