"""A rule of judgement as data: its basis, its bands, and JSON in and out, with every problem named by place and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from sosei.planning.strategy.judgement.words import Word

MOST_BANDS = 12
LONGEST_KEY, LONGEST_LABEL, LONGEST_NAME = 8, 60, 100


class Basis(StrEnum):
    """What the bounds of the bands are measured in."""

    PROGRESS = "progress"
    """(actual - base) ÷ (target - base): the share of the whole way."""
    PACE = "pace"
    """Progress ÷ the share that was due by the year, by the path or in a straight line."""
    ACHIEVEMENT = "achievement"
    """Actual ÷ the target of the year; refused where lower is better or the base isn't near zero."""
    POSITION = "position"
    """Change for the better since the base, relative to the base: 0.1 is 10 % better than it."""
    MANUAL = "manual"
    """A person gives the stage."""


class Tone(StrEnum):
    """How a label is coloured; never the only sign."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    NEUTRAL = "neutral"


class Given(StrEnum):
    """What gives a band."""

    BASIS = "basis"
    """The value of the basis, from the band's lower bound on."""
    TARGET = "target"
    """Only whether the final target is met. As the rule's `met`, such a band goes before every bound."""
    PERSON = "person"
    """Only a person."""


@dataclass(frozen=True)
class Text:
    """Words in both languages; English may be empty, then the Japanese stands."""

    ja: str
    en: str = ""

    def in_language(self, language: str) -> str:
        """ "ja" or "en"."""
        return self.en if language == "en" and self.en else self.ja


NO_TEXT = Text("")


@dataclass(frozen=True)
class Band:
    """One label of a rule, best first.

    Attributes:
        lower: the least value of the basis that earns it (inclusive); None for the last of those given by the basis,
            which takes the rest, and for all others.
        confirm: what a person has to confirm before the label holds; empty where nothing.
    """

    key: str
    label: Text
    tone: Tone
    lower: Decimal | None = None
    given: Given = Given.BASIS
    confirm: Text = NO_TEXT


@dataclass(frozen=True)
class RuleProblem:
    """What is wrong with a rule: code and values for a sentence (`wording.rule_problem`), and where."""

    code: str
    place: str
    values: Mapping[str, object] = field(default_factory=dict)


class RuleError(ValueError):
    """A rule that cannot be used; `problems` says all that is wrong."""

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        super().__init__("; ".join(f"{each.place}: {each.code} {dict(each.values)}" for each in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class RuleDefinition:
    """A rule.

    Attributes:
        bands: best first; bounds fall; the last that the basis gives takes the rest.
        met, not_met: keys of the bands used where only met or not met can be said.
        words: word -> key of the band whose label stands for it, such as "hard to assess".
        note: how Sosei reads what the source leaves open.

    Raises:
        RuleError: it cannot be used.
    """

    name: Text
    basis: Basis
    bands: tuple[Band, ...]
    met: str = ""
    not_met: str = ""
    words: Mapping[Word, str] = field(default_factory=dict)
    source: Text = NO_TEXT
    note: Text = NO_TEXT

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise RuleError(problems)

    @property
    def computed(self) -> tuple[Band, ...]:
        """The bands that the basis can give."""
        return tuple(band for band in self.bands if band.given is Given.BASIS)

    @property
    def met_wins(self) -> bool:
        """Whether the final target met outweighs the bounds."""
        return bool(self.met) and self.band(self.met).given is Given.TARGET

    def band(self, key: str) -> Band:
        """The band of that key.

        Raises:
            KeyError: none has it.
        """
        for band in self.bands:
            if band.key == key:
                return band
        raise KeyError(key)

    def rank(self, key: str) -> int:
        """Place from the best; 0 is the best."""
        return next(place for place, band in enumerate(self.bands) if band.key == key)

    def to_json(self) -> dict[str, object]:
        """For a JSON column; `rule_from_json` reads it back."""
        return {
            "name": _text_json(self.name),
            "basis": self.basis.value,
            "bands": [_band_json(band) for band in self.bands],
            "met": self.met,
            "not_met": self.not_met,
            "words": {word.value: key for word, key in self.words.items()},
            "source": _text_json(self.source),
            "note": _text_json(self.note),
        }


def rule_from_json(data: object) -> RuleDefinition:
    """Reads a rule.

    Raises:
        RuleError: with every problem, its place and value.
    """
    reader = _Reader()
    rule = reader.rule(data)
    if reader.problems or rule is None:
        raise RuleError(reader.problems)
    return RuleDefinition(**rule)  # type: ignore[arg-type]


def _text_json(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


def _band_json(band: Band) -> dict[str, object]:
    return {
        "key": band.key,
        "label": _text_json(band.label),
        "tone": band.tone.value,
        "lower": None if band.lower is None else str(band.lower),
        "given": band.given.value,
        "confirm": _text_json(band.confirm),
    }


def _problems(rule: RuleDefinition) -> list[RuleProblem]:
    found: list[RuleProblem] = []

    def problem(code: str, place: str, **values: object) -> None:
        found.append(RuleProblem(code, place, values))

    if len(rule.name.ja) > LONGEST_NAME or len(rule.name.en) > LONGEST_NAME:
        problem("long_name", "name", value=rule.name.ja, longest=LONGEST_NAME)
    if not rule.name.ja.strip():
        problem("no_name", "name")
    if not rule.bands:
        problem("no_bands", "bands")
        return found
    if len(rule.bands) > MOST_BANDS:
        problem("too_many_bands", "bands", value=len(rule.bands), most=MOST_BANDS)
    keys: set[str] = set()
    for number, band in enumerate(rule.bands, 1):
        place = f"bands.{number}"
        if not band.key.strip() or len(band.key) > LONGEST_KEY:
            problem("bad_key", f"{place}.key", value=band.key, longest=LONGEST_KEY)
        if band.key in keys:
            problem("same_key", f"{place}.key", value=band.key)
        keys.add(band.key)
        if not band.label.ja.strip():
            problem("no_label", f"{place}.label")
        if max(len(band.label.ja), len(band.label.en)) > LONGEST_LABEL:
            problem("long_label", f"{place}.label", value=band.label.ja, longest=LONGEST_LABEL)
    found.extend(_bound_problems(rule))
    for place, key in (("met", rule.met), ("not_met", rule.not_met), *_word_keys(rule)):
        if key and key not in keys:
            problem("unknown_key", place, value=key)
    if rule.basis is not Basis.MANUAL:
        for place, key in (("met", rule.met), ("not_met", rule.not_met)):
            if not key:
                problem("no_key", place)
    return found


def _word_keys(rule: RuleDefinition) -> list[tuple[str, str]]:
    return [(f"words.{word.value}", key) for word, key in rule.words.items()]


def _bound_problems(rule: RuleDefinition) -> list[RuleProblem]:
    found: list[RuleProblem] = []
    computed: list[tuple[str, Band]] = []
    for number, band in enumerate(rule.bands, 1):
        where = f"bands.{number}.lower"
        if band.given is Given.BASIS and rule.basis is Basis.MANUAL:
            found.append(RuleProblem("basis_of_person", f"bands.{number}.given", {"value": band.key}))
        elif band.given is Given.BASIS:
            computed.append((where, band))
        elif band.lower is not None:
            found.append(RuleProblem("bound_without_basis", where, {"value": band.lower}))
    if rule.basis is not Basis.MANUAL and len(computed) < 2:
        found.append(RuleProblem("too_few_bands", "bands", {"value": len(computed)}))
    before: Decimal | None = None
    for place, (where, band) in enumerate(computed, 1):
        last = place == len(computed)
        if last and band.lower is not None:
            found.append(RuleProblem("last_has_bound", where, {"value": band.lower}))
        elif not last and band.lower is None:
            found.append(RuleProblem("no_bound", where))
        elif band.lower is not None and before is not None and band.lower >= before:
            found.append(RuleProblem("bounds_do_not_fall", where, {"value": band.lower, "before": before}))
        before = band.lower if band.lower is not None else before
    return found


class _Reader:
    """Reads JSON and notes what it cannot use."""

    def __init__(self) -> None:
        self.problems: list[RuleProblem] = []

    def rule(self, data: object) -> dict[str, object] | None:
        if not isinstance(data, Mapping):
            self._problem("not_an_object", "", data)
            return None
        for key in data.keys() - {*("name", "basis", "bands", "met", "not_met", "words", "source", "note")}:
            self._problem("unknown_field", str(key), key)
        bands = data.get("bands", [])
        if not isinstance(bands, Sequence) or isinstance(bands, str):
            self._problem("not_a_list", "bands", bands)
            bands = []
        words = data.get("words", {})
        if not isinstance(words, Mapping):
            self._problem("not_an_object", "words", words)
            words = {}
        return {
            "name": self._text(data.get("name"), "name"),
            "basis": self._one_of(Basis, data.get("basis"), "basis"),
            "bands": tuple(self._band(band, f"bands.{number}") for number, band in enumerate(bands, 1)),
            "met": self._string(data.get("met", ""), "met"),
            "not_met": self._string(data.get("not_met", ""), "not_met"),
            "words": {
                self._one_of(Word, word, f"words.{word}"): self._string(key, f"words.{word}")
                for word, key in words.items()
            },
            "source": self._text(data.get("source", {}), "source"),
            "note": self._text(data.get("note", {}), "note"),
        }

    def _band(self, data: object, place: str) -> Band:
        if not isinstance(data, Mapping):
            self._problem("not_an_object", place, data)
            data = {}
        for key in data.keys() - {"key", "label", "tone", "lower", "given", "confirm"}:
            self._problem("unknown_field", f"{place}.{key}", key)
        tone = self._one_of(Tone, data.get("tone"), f"{place}.tone")
        given = self._one_of(Given, data.get("given", "basis"), f"{place}.given")
        return Band(
            key=self._string(data.get("key", ""), f"{place}.key"),
            label=self._text(data.get("label"), f"{place}.label"),
            tone=tone if isinstance(tone, Tone) else Tone.NEUTRAL,
            lower=self._number(data.get("lower"), f"{place}.lower"),
            given=given if isinstance(given, Given) else Given.BASIS,
            confirm=self._text(data.get("confirm", {}), f"{place}.confirm"),
        )

    def _text(self, data: object, place: str) -> Text:
        if not isinstance(data, Mapping):
            self._problem("not_an_object", place, data)
            return NO_TEXT
        return Text(
            self._string(data.get("ja", ""), f"{place}.ja"), self._string(data.get("en", ""), f"{place}.en")
        )

    def _string(self, data: object, place: str) -> str:
        if isinstance(data, str):
            return data
        self._problem("not_a_text", place, data)
        return ""

    def _number(self, data: object, place: str) -> Decimal | None:
        if data is None:
            return None
        try:
            number = Decimal(str(data)) if not isinstance(data, bool) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
        self._problem("not_a_number", place, data)
        return None

    def _one_of(self, kind: type[StrEnum], data: object, place: str) -> object:
        try:
            return kind(str(data))
        except ValueError:
            self.problems.append(RuleProblem("not_one_of", place, {"value": data, "known": ", ".join(kind)}))
            return data

    def _problem(self, code: str, place: str, value: object) -> None:
        self.problems.append(RuleProblem(code, place, {"value": value}))
