"""Lists and predicates of records agree for every kind of user, and the database holds back what a page forgets to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from sosei.core.people import roles, tenancy
from sosei.core.people.models import Municipality, Person
from sosei.core.records import kinds, services, verbs
from sosei.core.records.models import DemonstrationMail, Entry, Message, MessageAttempt, Preference
from sosei.core.records.permissions import ADDRESSES, PERMISSIONS
from sosei.core.records.rules import Scope
from sosei.core.records.urls import urlpatterns
from tests.people.conftest import hold_role
from tests.records.conftest import Write

MODELS = (Entry, Message, MessageAttempt, Preference, DemonstrationMail)
NAME = re.compile(r"[a-z_]+\.[a-z_]+")
PEOPLE = Path(__file__).resolve().parents[2] / "src/sosei/core/people"


@pytest.fixture
def rows(
    write: Write, make_person: Any, citizen: Person, town: Municipality, other_town: Municipality
) -> dict[str, Person]:
    """Entries, messages and preferences of every scope in two towns and in none; gives the persons in them."""
    staff, stranger = make_person(), make_person("citizen", other_town)
    for place, person in ((town, citizen), (other_town, stranger), (None, citizen)):
        for scope in Scope:
            services.write_entry(actor=staff, verb=f"test.{scope}", person=person, municipality=place)
        services.write_entry(
            actor=staff, on_behalf_of=person, person=person, verb="test.people", municipality=place
        )
        for kind in ("test.news", "test.planning"):
            message = write(recipient=person, kind=kind, municipality=place)
            MessageAttempt.objects.create(
                message=message, number=1, ended_at=timezone.now(), outcome="unreachable"
            )
        write(to_address="invited@example.jp", language="ja", municipality=place)
    for person in (citizen, stranger):
        services.set_preference(person=person, group="test-news", channel="mail", wanted=False)
    DemonstrationMail.objects.create(channel="mail", to="a@example.jp", body="x", at=timezone.now())
    return {"staff": staff, "citizen": citizen, "stranger": stranger}


def users(make_person: Any, town: Municipality, other_town: Municipality) -> Iterator[Any]:
    """A visitor, and somebody in every role, in two towns at once, and with a role that waits."""
    yield AnonymousUser()
    for role in roles.ALL:
        yield make_person(role, None if role == roles.OPERATOR else town)
    yield make_person(roles.PLANNER, town, second_factor=False)
    both = make_person(roles.PLANNER, town)
    hold_role(both, roles.PROGRAMME_STAFF, other_town)
    yield both


@pytest.mark.parametrize("demonstration", [False, True])
def test_the_list_and_the_predicate_agree_for_every_row_and_kind_of_user(
    rows: dict[str, Person],
    make_person: Any,
    town: Municipality,
    other_town: Municipality,
    settings: Any,
    demonstration: bool,
) -> None:
    settings.DEMONSTRATION = demonstration
    seen_something = set()
    for user in [*users(make_person, town, other_town), *rows.values()]:
        for model in MODELS:
            name = model._meta.model_name
            listed = set(model._default_manager.visible_to(user).values_list("pk", flat=True))
            for row in model._default_manager.all():
                allowed = rules.has_perm(f"records.view_{name}", user, row)
                assert allowed == (row.pk in listed), (user, getattr(user, "standing", None), row)
            if listed:
                seen_something.add(name)
    assert seen_something >= {"entry", "message", "messageattempt", "preference"}


def test_what_each_role_reads_of_its_town(
    rows: dict[str, Person], make_person: Any, town: Municipality, other_town: Municipality
) -> None:
    def scopes(role: str) -> set[tuple[str, str]]:
        user = make_person(role, None if role == roles.OPERATOR else town)
        found = Entry.objects.filter(verb__startswith="test.").visible_to(user).select_related("municipality")
        return {(e.municipality.code if e.municipality else "", e.scope) for e in found}

    own = town.code
    assert scopes(roles.PLANNER) == {(own, s) for s in ("planning", "administration", "organisations")}
    assert scopes(roles.PROGRAMME_STAFF) == {(own, s) for s in ("people", "organisations")}
    assert scopes(roles.AUDITOR) == scopes(roles.MAYORS_OFFICE) == {(own, str(s)) for s in Scope}
    assert scopes(roles.OPERATOR) == {("", str(s)) for s in Scope if s is not Scope.PEOPLE} | {
        (own, "administration"),
        (other_town.code, "administration"),
    }
    for role in (roles.CITIZEN, roles.EMPLOYER, roles.KPI_OWNER, roles.REVIEWER):
        assert not scopes(role)


def test_with_the_filter_forgotten_the_database_still_gives_nothing_of_another_town(
    rows: dict[str, Person], make_person: Any, town: Municipality, other_town: Municipality
) -> None:
    for role in (roles.PROGRAMME_STAFF, roles.AUDITOR, roles.PLANNER, roles.CITIZEN, roles.OPERATOR):
        user = make_person(role, None if role == roles.OPERATOR else town)
        visible = {
            model: set(model._default_manager.visible_to(user).values_list("pk", flat=True))
            for model in MODELS[:4]
        }
        with tenancy.guarded(person=user.pk):
            for model, permitted in visible.items():
                reached = set(model._default_manager.values_list("pk", flat=True))
                assert permitted <= reached, (role, model)
            foreign = Entry.objects.filter(municipality=other_town).exclude(scope=Scope.ADMINISTRATION)
            assert not foreign.exists(), role
            assert not Message.objects.filter(municipality=other_town).exists(), role
            assert not MessageAttempt.objects.filter(message__municipality=other_town).exists()
            assert not Preference.objects.filter(person=rows["stranger"]).exists()
    with tenancy.guarded(person=None):
        assert not any(model._default_manager.exists() for model in MODELS[:4])


def test_a_page_of_one_person_writes_to_another_through_the_services(
    write: Write, make_person: Any, citizen: Person, town: Municipality
) -> None:
    other = make_person()
    with tenancy.guarded(person=citizen.pk, town=town.code):
        assert write(recipient=other).recipient == other
        services.write_entry(actor=other, verb="test.people", person=other)
        assert not Message.objects.exists()
    assert Entry.objects.count() == Message.objects.count() == 1


def test_every_table_has_all_four_actions_and_every_address_its_predicate() -> None:
    for model in MODELS:
        assert set(PERMISSIONS[str(model._meta.model_name)]) == {"view", "add", "change", "delete"}
        for action in ("view", "add", "change", "delete"):
            assert rules.perm_exists(f"records.{action}_{model._meta.model_name}")
    own = {p.name for p in urlpatterns if getattr(p, "name", None)}
    assert own >= set(ADDRESSES)


def said_in_people() -> Iterator[tuple[str, str, str]]:
    """(what, name, file): every verb and kind that the room below says as a literal."""
    for path in PEOPLE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = [(k.arg, k.value) for k in node.keywords if k.arg in {"verb", "kind"}]
            if called in {"record", "_record", "_decide"}:
                said += [("verb", argument) for argument in node.args]
            elif called not in {"write_entry", "send_message"}:
                continue
            for what, expression in said:
                for part in ast.walk(expression):
                    if isinstance(part, ast.Constant) and NAME.fullmatch(str(part.value)):
                        yield str(what), str(part.value), path.name


def test_every_verb_and_kind_of_the_room_below_is_declared() -> None:
    said = set(said_in_people())
    assert len(said) > 15
    for what, name, file in said:
        declared = (
            {v.name for v in verbs.all_verbs()} if what == "verb" else {k.name for k in kinds.all_kinds()}
        )
        assert name in declared, f"{what} {name!r} of {file}"


def test_every_declared_sentence_can_be_read_in_both_languages() -> None:
    for verb in verbs.all_verbs():
        japanese, english = services._in_both_languages(verb.sentence)
        for sentence in (japanese, english):
            filled = sentence % _Anything()
            assert "%(" not in filled, verb.name


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key
