"""The advisory locks of this room: recording shares its town with other recording, building a feed has it alone."""

from __future__ import annotations

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from sosei.planning.outcomes.errors import FeedError

RECORDING = 0x50C1
"""First key of the locks of towns; the second is the town's."""
FOLDING = 0x50C2
LONGEST_WAIT = "15s"


def share_town(municipality: int) -> None:
    """Until the transaction ends, no feed of the town is being built; others record beside us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [RECORDING, municipality])


def take_town(municipality: int) -> None:
    """Until the transaction ends, nobody records a fact of the town.

    Raises:
        FeedError: a recording that began before has not ended for a long time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RECORDING, municipality])
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":
                raise
            raise FeedError(
                _("いま、実績を記録する処理が続いています。少し待ってから、もう一度してください。")
            ) from error
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def take_folding(*, wait: bool) -> bool:
    """Until the transaction ends, nobody else folds; False where somebody does and we do not wait."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [FOLDING])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [FOLDING])
        return bool(cursor.fetchone()[0])
