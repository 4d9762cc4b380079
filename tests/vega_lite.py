"""Whether a chart is one that Vega-Lite draws."""

from __future__ import annotations

from typing import Any

from altair.utils.schemapi import validate_jsonschema
from altair.vegalite.v6.schema.core import load_schema


def check_against_schema(spec: dict[str, Any]) -> None:
    """Compares a spec with the schema of Vega-Lite; not its theme, which switches colours off in Vega's own way.

    Raises:
        ValidationError: with what is wrong in it.
    """
    schema = load_schema()
    validate_jsonschema({**spec, "config": {}}, schema, schema)
