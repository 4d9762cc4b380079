"""Migrating without drawing the models anew for every step that only adds something: a small part of the time.

Django keeps the models of each step of a migration as classes. After an operation that adds a model, a field or an
option it renders the model and all its relatives again, and nearly every model here is related to the town and its
people. What is only added is given to the classes that are rendered already. The state before such a step shares these
classes; going forwards, nothing asks it for what it does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED, Field
from pgtrigger.migrations import AddTrigger

REPLACED = (
    (ProjectState, "add_model"),
    (ProjectState, "add_field"),
    (ProjectState, "_append_option"),
    (AddTrigger, "state_forwards"),
)


@contextmanager
def added_in_place() -> Iterator[None]:
    """While the block runs, migrations add to the models that are rendered already; for migrating forwards alone."""
    before = [(kind, name, getattr(kind, name)) for kind, name in REPLACED]
    for (kind, name), ours in zip(
        REPLACED, (_add_model, _add_field, _append_option, _add_trigger), strict=True
    ):
        setattr(kind, name, ours)
    try:
        yield
    finally:
        for kind, name, theirs in before:
            setattr(kind, name, theirs)


def _add_model(state: ProjectState, model_state: ModelState) -> None:
    """In place of Django's own: a new model, to which nothing can be related yet but by itself."""
    key = model_state.app_label, model_state.name_lower
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model_state])
        _belong(state)


def _add_field(
    state: ProjectState,
    app_label: str,
    model_name: str,
    name: str,
    field: Field[Any, Any],
    preserve_default: bool,
) -> None:
    """In place of Django's own."""
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = app_label, model_name
    state.models[key].fields[name] = field
    if state._relations is not None:
        state.resolve_model_field_relations(key, name, field)
    if "apps" in state.__dict__:
        # A copy, as rendering makes one: a field belongs to one class.
        field.clone().contribute_to_class(state.apps.get_model(app_label, model_name), name)
        state.apps.clear_cache()
        _belong(state)


def _belong(state: ProjectState) -> None:
    """Tells the classes that an earlier state rendered where to look for those related to them."""
    for model in state.apps.get_models(include_auto_created=True, include_swapped=True):
        model._meta.apps = state.apps


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
