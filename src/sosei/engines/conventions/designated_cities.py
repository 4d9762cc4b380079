"""Designated cities (政令指定都市) and their wards by code.

A ward's code follows its city's within the prefecture: 01100 札幌市, 01101 中央区; where a prefecture has several cities
each begins a new ten (14100 横浜市, 14130 川崎市, 14150 相模原市). The special wards of Tokyo (13101 …) are municipalities
of their own. Source: 総務省「全国地方公共団体コード」.
"""

from __future__ import annotations

from bisect import bisect_right

DESIGNATED_CITIES = (
    *("01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130"),
    *("23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100"),
)
"""Codes of the 20 cities, in order."""
LAST_WARD = "199"
TOKYO = "13"


def city_of_ward(code: str) -> str | None:
    """The designated city that a 5-digit code is a ward of; None for anything else, the city itself included."""
    if code in DESIGNATED_CITIES or code[:2] == TOKYO or not "101" <= code[2:] <= LAST_WARD:
        return None
    before = bisect_right(DESIGNATED_CITIES, code) - 1
    city = DESIGNATED_CITIES[before] if before >= 0 else ""
    return city if city[:2] == code[:2] else None
