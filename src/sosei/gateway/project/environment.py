"""Reads the environment by a declared table of variables, and tells every fault at once instead of the first."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

PREFIX = "SOSEI_"
FILE_SUFFIX = "_FILE"
HIDDEN = "********"


class UnusableValueError(ValueError):
    """A value that cannot be used, with the reason in Japanese and English."""

    def __init__(self, japanese: str, english: str) -> None:
        super().__init__(english)
        self.japanese, self.english = japanese, english


@dataclass(frozen=True)
class Kind:
    """How a text is read, and what it must look like; `read` raises ValueError where it does not."""

    read: Callable[[str], Any]
    form: str
    form_english: str


@dataclass(frozen=True)
class Variable:
    """One variable of the environment: the only place its name, default and meaning are written."""

    name: str
    kind: Kind
    meaning: str
    meaning_english: str
    default: str = ""
    shown_default: str = ""
    """What the documentation says where the default is not a fixed text."""
    secret: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong with one variable, in two languages; never repeats the value of a secret."""

    name: str
    japanese: str
    english: str

    def __str__(self) -> str:
        return f"{self.name}: {self.japanese}\n    {self.english}"


class EnvironmentRefused(ImproperlyConfigured):
    """The environment has faults; the text lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"{number}. {fault}" for number, fault in enumerate(faults, 1))
        super().__init__(
            f"環境変数の誤り: {len(faults)}件 / Faults in the environment: {len(faults)}\n{listed}"
        )


class Environment:
    """The values in force, by variable name."""

    def __init__(
        self, variables: Sequence[Variable], values: Mapping[str, Any], given: frozenset[str]
    ) -> None:
        self.variables, self._values, self.given = tuple(variables), dict(values), given

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def shown(self, variable: Variable) -> str:
        """The value as it may be printed: a secret only as given or not."""
        value = self._values[variable.name]
        if variable.secret:
            return HIDDEN if value else ""
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, list):
            return ",".join(str(each) for each in value)
        return "" if value is None else str(value)


Rule = Callable[[Mapping[str, Any]], Sequence[Fault]]


def read_environment(
    variables: Sequence[Variable], environ: Mapping[str, str], rules: Sequence[Rule] = ()
) -> Environment:
    """Reads every variable; a secret may also come from the file that `<NAME>_FILE` names.

    Args:
        variables: the declared table.
        environ: usually `os.environ`.
        rules: what variables must fulfil together; asked only when each can be read.

    Raises:
        EnvironmentRefused: a value cannot be used, two contradict each other, or a `SOSEI_` variable is unknown.
    """
    faults = _unknown(variables, environ)
    values: dict[str, Any] = {}
    given = set()
    for variable in variables:
        try:
            text = _text(variable, environ)
            if text:
                given.add(variable.name)
            values[variable.name] = variable.kind.read(text or variable.default)
        except UnusableValueError as refused:
            faults.append(Fault(variable.name, refused.japanese, refused.english))
        except ValueError:
            faults.append(_unreadable(variable, environ.get(variable.name, "")))
    if not faults:
        faults = [fault for rule in rules for fault in rule(values)]
    if faults:
        raise EnvironmentRefused(faults)
    return Environment(variables, values, frozenset(given))


def _text(variable: Variable, environ: Mapping[str, str]) -> str:
    text = environ.get(variable.name, "").strip()
    path = environ.get(variable.name + FILE_SUFFIX, "").strip() if variable.secret else ""
    if not path:
        return text
    if text:
        raise UnusableValueError(
            f"{variable.name}{FILE_SUFFIX} と両方が指定されています。対処: どちらか一つにしてください。",
            f"It is given together with {variable.name}{FILE_SUFFIX}. Remedy: give one of the two.",
        )
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableValueError(
            f"{variable.name}{FILE_SUFFIX} のファイル {path} を読めません（{error}）。"
            "対処: 読めるテキストファイルを指定してください。",
            f"The file {path} named by {variable.name}{FILE_SUFFIX} cannot be read ({error}). "
            "Remedy: name a text file that can be read.",
        ) from error


def _unreadable(variable: Variable, text: str) -> Fault:
    value, value_english = (
        ("この値（表示しません）", "The value (not shown)")
        if variable.secret
        else (f"値「{text}」", f"The value {text!r}")
    )
    return Fault(
        variable.name,
        f"{value}は使えません。対処: {variable.kind.form}を指定してください。",
        f"{value_english} cannot be used. Remedy: give {variable.kind.form_english}.",
    )


def _unknown(variables: Sequence[Variable], environ: Mapping[str, str]) -> list[Fault]:
    known = {v.name for v in variables} | {v.name + FILE_SUFFIX for v in variables if v.secret}
    faults = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        meant = f"{near[0]} のことですか。" if near else ""
        meant_english = f"Did you mean {near[0]}? " if near else ""
        faults.append(
            Fault(
                name,
                f"この名前の設定はありません。{meant}"
                "対処: 名前を直すか、消してください（一覧: docs/operations.md）。",
                f"There is no setting of this name. {meant_english}"
                "Remedy: correct or remove it (list: docs/operations.md).",
            )
        )
    return faults


def markdown_table(variables: Sequence[Variable]) -> str:
    """The table of docs/operations.md."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for variable in variables:
        default = variable.shown_default or (f"`{variable.default}`" if variable.default else "empty")
        secret = " **Secret.**" if variable.secret else ""
        rows.append(f"| `{variable.name}` | {default} | {variable.meaning_english}{secret} |")
    return "\n".join(rows) + "\n"
