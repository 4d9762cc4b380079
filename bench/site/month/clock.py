"""A clock that all processes of a month share: it runs as any clock, and somebody may put it forward, never back."""

from __future__ import annotations

import datetime
import mmap
import struct
from pathlib import Path

from django.utils import timezone

_SIZE = 8
_real_now = timezone.now


class Clock:
    """Seconds between this clock and the machine's, in a file of eight bytes that every process maps."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(_SIZE))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _SIZE)

    @property
    def ahead(self) -> float:
        """Seconds before the machine's clock; below zero: behind it."""
        return float(struct.unpack_from("<d", self._map)[0])

    def now(self) -> datetime.datetime:
        """What this clock shows."""
        return _real_now() + datetime.timedelta(seconds=self.ahead)

    def set(self, moment: datetime.datetime) -> None:
        """Begins at a moment."""
        struct.pack_into("<d", self._map, 0, (moment - _real_now()).total_seconds())

    def forward(self, by: datetime.timedelta) -> None:
        """Puts it forward."""
        struct.pack_into("<d", self._map, 0, self.ahead + by.total_seconds())

    def install(self) -> None:
        """This process lives by it from now on."""
        timezone.now = self.now
