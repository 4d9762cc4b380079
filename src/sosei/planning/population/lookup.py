"""Finding an area by what a person typed: its code, its code with check digit, its name; else the nearest ones."""

from __future__ import annotations

import difflib
import unicodedata
from typing import Any

from sosei.planning.population.models import Area


def folded(text: str) -> str:
    """Full-width letters and digits made narrow, spaces at the ends taken off."""
    return unicodedata.normalize("NFKC", text).strip()


def find_area(text: str, user: Any = None) -> Area | None:
    """The area whose code (with or without check digit) or name is exactly `text`, else None."""
    wanted = folded(text)
    areas = Area.objects.visible_to(user)
    found = areas.filter(code=wanted).first() or areas.filter(name=wanted).first()
    if found is None and wanted:
        found = areas.filter(name_en__iexact=wanted).first()
    if found is None and len(wanted) == 6:
        found = areas.filter(code=wanted[:5], check_digit=wanted[5]).first()
    return found


def nearest_areas(text: str, user: Any = None, count: int = 5) -> list[Area]:
    """Areas with a vision whose code or name comes nearest to `text`; all of the first few where nothing is near."""
    wanted = folded(text).casefold()
    areas = list(Area.objects.visible_to(user).with_vision())

    def likeness(area: Area) -> float:
        names = [name.casefold() for name in (area.code, area.name, area.name_en) if name]
        return max(difflib.SequenceMatcher(None, wanted, name).ratio() for name in names)

    def distance(area: Area) -> int:
        # Codes of one prefecture look alike; of two equally alike the nearer number is the likelier slip.
        both = wanted[:5] + area.code
        return abs(int(wanted[:5]) - int(area.code)) if both.isdecimal() and both.isascii() else 0

    return sorted(areas, key=lambda area: (-likeness(area), distance(area), area.code))[:count]
