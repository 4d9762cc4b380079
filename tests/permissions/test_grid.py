"""Every table x every kind of user x every action: lists and objects agree, and who may do what is written down."""

from __future__ import annotations

from pathlib import Path

import pytest
import rules

from tests.permissions.world import ACTIONS, World, again, own_models

GRID = Path(__file__).with_name("grid.txt")


def grid_of(world: World) -> list[str]:
    """One line a row of the examples: model | whose | kind:letters for every kind that may do anything."""
    lines = []
    asking_as = {kind: again(user) for kind, user in world.kinds.items()}
    for example in world.examples:
        cells = []
        for kind, asking in asking_as.items():
            letters = "".join(
                action[0]
                for action in ACTIONS
                if rules.has_perm(_permission(example.model, action), asking, example.row)
            )
            if letters:
                cells.append(f"{kind.replace(' ', '-')}:{letters}")
        everybody = len(cells) == len(world.kinds) and len({cell.rsplit(":")[-1] for cell in cells}) == 1
        told = f"everybody:{cells[0].rsplit(':')[-1]}" if everybody else " ".join(cells) or "nobody"
        lines.append(f"{example.model} | {example.name} | {told}")
    return sorted(set(lines))


def _permission(model: str, action: str) -> str:
    app, name = model.split(".")
    return f"{app}.{action}_{name}"


def test_who_may_do_what_is_as_the_grid_says(world: World) -> None:
    now = grid_of(world)
    written = [line for line in GRID.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert now == written


def test_no_table_is_without_an_example(world: World) -> None:
    shown = {example.model for example in world.examples}
    assert {model._meta.label_lower for model in own_models()} - shown == set()


@pytest.mark.parametrize("action", ACTIONS)
def test_no_table_is_without_a_predicate_for(action: str) -> None:
    missing = [
        model._meta.label_lower
        for model in own_models()
        if not rules.perm_exists(_permission(model._meta.label_lower, action))
    ]
    assert missing == []


def test_lists_and_objects_agree_for_every_table_and_kind_of_user(world: World) -> None:
    disagreeing = []
    for kind, user in world.kinds.items():
        asking = again(user)
        for example in world.examples:
            manager = type(example.row)._default_manager
            listed = manager.visible_to(asking).filter(pk=example.row.pk).exists()
            allowed = bool(rules.has_perm(_permission(example.model, "view"), asking, example.row))
            if listed != allowed:
                disagreeing.append((example.model, example.name, kind, listed, allowed))
    assert disagreeing == []


def test_nobody_sees_a_private_row_of_the_other_town(world: World) -> None:
    seen = [
        (example.model, example.name, kind)
        for example in world.examples
        if example.name.endswith("there") and example.model not in PUBLIC and not example.is_published
        for kind, user in world.kinds.items()
        if kind != "operator"
        and type(example.row)._default_manager.visible_to(again(user)).filter(pk=example.row.pk).exists()
    ]
    assert seen == []


PUBLIC = {"people.municipality", "people.municipalityevent", "people.consenttext"}
