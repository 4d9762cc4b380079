"""Which messages the source asks translations of, and which the English catalogue has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sosei"
ENGLISH = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"

_PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
_STRING = r"""[urUR]?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(
    rf"(?<![\w.])(?P<function>_|n?p?gettext)\(\s*(?P<arguments>{_STRING}(?:\s*,\s*{_STRING}){{0,2}})"
)


class CatalogueError(ValueError):
    """A message in the source that no catalogue can hold."""


@dataclass(frozen=True, order=True)
class Message:
    """One entry of a catalogue: its text, its plural text if it has one, its context if it has one."""

    text: str
    plural: str = ""
    context: str = ""
    places: tuple[str, ...] = field(default=(), compare=False)

    @property
    def identity(self) -> str | tuple[str, str]:
        """What Babel calls the message's id."""
        return (self.text, self.plural) if self.plural else self.text


def used_messages(source: Path = SOURCE) -> dict[Message, list[str]]:
    """Every message of the templates and Python files under `source`, with the places that use it."""
    used: dict[Message, list[str]] = {}
    for path in sorted(source.rglob("*")):
        if path.suffix == ".py":
            found = _in_python(path)
        elif path.suffix in {".html", ".txt", ".svg"} and "templates" in path.parts:
            found = _in_template(path)
        else:
            continue
        for message, line in found:
            used.setdefault(message, []).append(f"{path.relative_to(source)}:{line}")
    return used


def _message(function: str, strings: list[str]) -> Message:
    if function in _CONTEXT_PLURAL:
        return Message(strings[1], strings[2], strings[0])
    if function in _CONTEXT:
        return Message(strings[1], context=strings[0])
    if function in _PLURAL:
        return Message(strings[0], strings[1])
    return Message(strings[0])


def _strings_wanted(function: str) -> int:
    if function in _CONTEXT_PLURAL:
        return 3
    return 2 if function in _PLURAL | _CONTEXT else 1


def _in_python(path: Path) -> Iterator[tuple[Message, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if not isinstance(node, ast.Call):
            continue
        function = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        if function not in _PLAIN | _PLURAL | _CONTEXT | _CONTEXT_PLURAL:
            continue
        arguments = node.args[: _strings_wanted(function)]
        if any(isinstance(argument, ast.JoinedStr) for argument in arguments):
            raise CatalogueError(
                f"{path}:{node.lineno}: a message is an f-string, whose text no catalogue can hold; "
                "use %(name)s and fill it after the translation"
            )
        strings = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        # A variable is translated elsewhere, where its text stands inside gettext_noop.
        if len(strings) == _strings_wanted(function):
            yield _message(function, strings), node.lineno


def _in_template(path: Path) -> Iterator[tuple[Message, int]]:
    calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for call in _CALL.finditer(calls):
        strings = [ast.literal_eval(text) for text in re.findall(_STRING, call["arguments"])]
        function = call["function"]
        yield (
            _message(function, strings[: _strings_wanted(function)]),
            calls.count("\n", 0, call.start()) + 1,
        )


def read_catalogue(path: Path = ENGLISH) -> Catalog:
    """The catalogue in `path`, or an empty English one."""
    if not path.exists():
        return Catalog(locale="en", domain="django", project="Sosei", header_comment="# Sosei in English")
    with path.open("rb") as stream:
        return read_po(stream, locale="en", domain="django", abort_invalid=True)


def entries(catalogue: Catalog) -> dict[Message, tuple[str, ...]]:
    """Each message of the catalogue with its translations: one, or one for each plural form."""
    found = {}
    for entry in catalogue:
        if not entry.id:
            continue
        text, plural = entry.id if isinstance(entry.id, tuple) else (entry.id, "")
        strings = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
        found[Message(text, plural, entry.context or "")] = tuple(string or "" for string in strings)
    return found


def write_catalogue(catalogue: Catalog, path: Path = ENGLISH) -> None:
    """Writes the catalogue sorted by message and without dates, so that it changes only where it must."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".po.new")
    with fresh.open("wb") as stream:
        write_po(stream, catalogue, width=0, sort_output=True, no_location=True, omit_header=True)
    body = fresh.read_bytes()
    fresh.write_bytes(HEADER.encode() + body)
    fresh.replace(path)


HEADER = """\
# The English of Sosei; the Japanese source text is the key. `python -m tools.sync_catalogue` adds what is missing.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
