"""The texts that every installation starts with: rules of use, and how personal data are used."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.db import transaction

from sosei.core.people.models import ConsentText
from sosei.core.people.services.consents import Wording, publish_consent_text

FOLDER = Path(__file__).parent / "own_texts"
KEYS = ("terms", "privacy")


def own_wording(key: str) -> Wording:
    """One of the texts, as it comes with Sosei."""
    return Wording(**yaml.safe_load((FOLDER / f"{key}.yaml").read_text(encoding="utf-8")))


@transaction.atomic
def publish_own_texts() -> list[ConsentText]:
    """Publishes those of which no version is there yet; what an operator published stays in force."""
    held = set(ConsentText.objects.filter(municipality=None).values_list("key", flat=True))
    return [
        publish_consent_text(actor=None, municipality=None, key=key, wording=own_wording(key))
        for key in KEYS
        if key not in held
    ]
