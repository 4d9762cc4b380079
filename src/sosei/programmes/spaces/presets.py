"""The ladders that every host may choose: put into the table after every migrate, corrected where they differ."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_migrate

from sosei.programmes.spaces.rules_ladders import PRESETS

NAMES = {
    "easy": ("易しい（24時間前まで無料）", "Easy (free until 24 hours before)"),
    "normal": ("普通（14日前まで無料）", "Normal (free until 14 days before)"),
    "strict": ("厳しい（30日前まで無料）", "Strict (free until 30 days before)"),
    "public": ("公共施設（お金は返らない）", "Public facility (no refund)"),
    "legacy": (
        "早くから段階的にかかる（31日前まで30％）",
        "In steps from early on (30% until 31 days before)",
    ),
}


def ensure_presets(using: str = "default") -> None:
    """Makes the presets stand in the table as the rules know them; twice changes nothing twice.

    A booking keeps a copy of its ladder: a preset that is corrected changes no booking.
    """
    from sosei.programmes.spaces.as_rules import steps_as_json
    from sosei.programmes.spaces.models import Ladder

    rows = Ladder.objects.using(using)
    standing = {row.code: row for row in rows.filter(host__isnull=True)}
    for code, ladder in PRESETS.items():
        name, name_en = NAMES[code]
        wanted = {
            "name": name,
            "name_en": name_en,
            "free_after_booking_hours": ladder.free_hours,
            "free_needs_days": ladder.free_needs_days,
            "steps": steps_as_json(ladder),
        }
        row = standing.get(code)
        if row is None:
            rows.create(code=code, **wanted)
        elif any(getattr(row, column) != value for column, value in wanted.items()):
            for column, value in wanted.items():
                setattr(row, column, value)
            row.save(using=using)


def _after_migrate(sender: Any, using: str, **more: Any) -> None:
    if sender.label == "spaces":
        ensure_presets(using)


post_migrate.connect(_after_migrate, dispatch_uid="spaces.presets")
