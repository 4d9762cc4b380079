"""An OpenAPI description of every address that needs no account, made from the URL table and the permission tables."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from sosei.core.people import addresses
from tests.permissions.doors import named_patterns

FORMS: dict[str, dict[str, list[str]]] = {
    "account_login": {"post": ["login", "password", "remember", "next"]},
    "account_signup": {"post": ["email", "phone", "password1", "password2", "next"]},
    "account_reset_password": {"post": ["email", "phone"]},
    "account_request_login_code": {"post": ["email", "phone"]},
    "account_logout": {"post": ["next"]},
}
"""Fields of the forms that anybody may post."""
QUERIES: dict[str, list[str]] = {
    "portal:home": ["q"],
    "population:vision": ["tfr", "migration", "households", "year", "scenario"],
    "population:what-if": ["tfr", "migration", "households", "year", "scenario"],
    "population:what-if-file": ["tfr", "migration", "households", "year", "scenario"],
}
"""Known words of the queries; every address is asked with words nobody knows too."""
PLACES: dict[str, list[str]] = {
    "code": ["07204", "07201", "00000", "99999", "いわき市"],
    "kind": ["csv", "svg", "png", "exe"],
    "slug": ["total", "outlook", "none"],
    "name": ["scenario_totals", "none"],
}
MARK = "PLACEHOLDER"


def description() -> dict[str, Any]:
    """The OpenAPI document: each public address with its path parts, a free query, and its form."""
    paths: dict[str, Any] = {}
    for name, parts in named_patterns():
        if addresses.audience_of(name).signed_in:
            continue
        path = _template(name, parts)
        operations: dict[str, Any] = {"get": _operation(f"get {name}", parts, QUERIES.get(name, []))}
        for method, fields in FORMS.get(name, {}).items():
            operations[method] = {
                **_operation(f"{method} {name}", parts, []),
                "requestBody": {
                    "content": {
                        "application/x-www-form-urlencoded": {
                            "schema": {
                                "type": "object",
                                "properties": {field: {"type": "string"} for field in fields},
                            }
                        }
                    }
                },
            }
        paths[path] = operations
    return {"openapi": "3.0.3", "info": {"title": "Sosei", "version": "1"}, "paths": paths}


def _template(name: str, parts: dict[str, object]) -> str:
    """The address with `{part}` where a part stands."""
    address = reverse(name, kwargs=parts)
    segments = address.split("/")
    for key, value in parts.items():
        for i, segment in enumerate(segments):
            if str(value) in segment and "{" not in segment.replace(f"{{{key}}}", ""):
                segments[i] = segment.replace(str(value), f"{{{key}}}", 1)
                break
    return "/".join(segments)


def _operation(identity: str, parts: dict[str, object], words: list[str]) -> dict[str, Any]:
    named = [{"name": word, "in": "query", "required": False, "schema": {"type": "string"}} for word in words]
    free = {
        "name": "unknown",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    placed = [
        {
            "name": part,
            "in": "path",
            "required": True,
            "schema": {
                "anyOf": [
                    {"type": "string", "enum": PLACES.get(part, ["none"])},
                    {"type": "string", "minLength": 1},
                ]
            },
        }
        for part in parts
    ]
    return {
        "operationId": identity,
        "parameters": [*placed, *named, free],
        "responses": {"default": {"description": "any"}},
    }
