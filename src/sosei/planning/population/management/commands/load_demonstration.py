"""`sosei load_demonstration`: store the demonstration's figures and projections; repeating it changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sosei.planning.population.demonstration_data import load_demonstration


class Command(BaseCommand):
    """Load Iwaki and Fukushima city."""

    help = "実演用の数値（いわき市・福島市）を読み込みます / Load the demonstration (Iwaki, Fukushima city)"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was stored."""
        for line in load_demonstration():
            self.stdout.write(line)
