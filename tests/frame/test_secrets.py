"""No secret lies in the repository: keys, tokens, passwords, whatever looks like chance."""

from __future__ import annotations

import math
import re
from collections import Counter

import pytest

from tests.test_frame import repository_files, texts

KNOWN_FORMS = re.compile(
    "|".join(
        (
            r"-----BEGIN (?:[A-Z]+ )*PRIVATE" + r" KEY",
            r"\bAKIA[0-9A-Z]{16}\b",
            r"\bgh[pousr]_[A-Za-z0-9]{30,}",
            r"\bgithub_pat_[A-Za-z0-9_]{40,}",
            r"\bglpat-[A-Za-z0-9_-]{20,}",
            r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
            r"\bsk_(?:live|test)_[A-Za-z0-9]{16,}",
            r"\bAIza[0-9A-Za-z_-]{35}",
            r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.",
        )
    )
)
NAMED = re.compile(
    r"""(?ix)\b[\w-]*(?:password|passwd|secret|token|api_?key|private_?key)[\w-]*["']?\s*[:=]\s*["']([^"'\s]{8,})["']"""
)
CHANCE = re.compile(r"(?<![A-Za-z0-9+_=-])[A-Za-z0-9+_-]{28,}={0,2}(?![A-Za-z0-9+_=-])")
# The key every guide to one-time codes prints: the demonstration's invented staff have it, and its page says so.
PRINTED_EVERYWHERE = re.compile("(?:JBSWY3DP" + "EHPK3PXP)+")
# Spoken openly: words of tests, names of settings, classes and templates.
OPEN = re.compile(
    r"(?i)^(?:open\W.*|only-for-tests|postgres(?:ql)?://.*|sosei[._].*|[a-z]+(?:[._-][a-z0-9]+)+|[*%{<].*|[A-Z_]+|"
    r"\W*[ぁ-んァ-ヶ一-龠].*)$"
)
KEY_FILES = re.compile(
    r"(?i)(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:pem|key|p12|pfx|kdbx|jks)|\.env(?:\..*)?|secret-key)$"
)
HASHES = re.compile(r"^requirements/.*\.txt$|\.svg$|\.sum$")


def entropy(text: str) -> float:
    """Bits a letter."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def looks_like_chance(text: str) -> bool:
    """Whether a word is of mixed letters and digits that no language and no name would bring together."""
    if not (re.search(r"[a-z]", text) and re.search(r"[A-Z]", text) and len(re.findall(r"\d", text)) >= 3):
        return False
    return entropy(text) > 4.2


def secrets_in(name: str, text: str) -> list[str]:
    """What looks like a secret, shortened so that the report does not spread it."""
    found = [match.group()[:12] for match in KNOWN_FORMS.finditer(text)]
    found += [match.group(1)[:4] + "…" for match in NAMED.finditer(text) if is_secret(match.group(1))]
    if not HASHES.search(name):
        found += [
            match.group()[:6] + "…" for match in CHANCE.finditer(text) if looks_like_chance(match.group())
        ]
    return found


def is_secret(value: str) -> bool:
    """Whether what stands beside a telling name is more than a name itself."""
    if PRINTED_EVERYWHERE.fullmatch(value) or OPEN.match(value):
        return False
    return entropy(value) > 3.0 and bool(re.search(r"\d", value))


def test_no_text_holds_a_secret():
    assert {name: found for name, text in texts() if (found := secrets_in(name, text))} == {}


def test_no_file_is_one_that_keys_are_kept_in():
    assert [str(path) for path in repository_files() if KEY_FILES.search(path.as_posix())] == []


PLANTED = [
    "-----BEGIN RSA PRIVATE" + " KEY-----",
    "aws = 'AKIA" + "ABCDEFGHIJKLMNOP'",
    "ghp" + "_0123456789" + "abcdefghijABCDEFGHIJ",
    'DB_PASSWORD = "h7' + 'Kq2-zz9!"',
    'api_key: "9f8e7d' + '6c5b4a"',
    "x = 'q9Zx7Lm2Pw4Rt8' + 'Vb3Nc6Kd1Hf5Gj0Sy'".replace("' + '", ""),
]


@pytest.mark.parametrize("text", PLANTED, ids=range(len(PLANTED)))
def test_a_planted_secret_is_found(text):
    assert secrets_in("src/x.py", text)


@pytest.mark.parametrize(
    "text",
    [
        'SOSEI_METRICS_TOKEN="open-sesame-open-sesame"',
        'PASSWORD_FORM = "sosei.core.people.forms.PasswordForm2"',
        "test_a_sentence_that_is_as_long_as_sentences_of_tests_are_in_2026",
        'password=env["PGPASSWORD"]',
    ],
)
def test_what_is_said_openly_is_none(text):
    assert secrets_in("src/x.py", text) == []
