"""`sosei load_consent_texts`: the texts that every installation starts with; safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sosei.core.people.consent_texts import publish_own_texts


class Command(BaseCommand):
    """Publishes the texts of which no version is there yet."""

    help = "はじめの同意の文（利用のきまり、情報の使いかた）を公表する / publish the first rules of use and privacy text"

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what was published."""
        for text in publish_own_texts():
            self.stdout.write(f"{text.title} / {text.title_en}")
