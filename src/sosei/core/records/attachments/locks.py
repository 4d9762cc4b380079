"""The only row locks of attachments: who gives a verdict, binds or removes."""

from __future__ import annotations

from typing import Any


def lock_attachment(key: int) -> Any:
    """The attachment; locked until the transaction ends."""
    from sosei.core.records.models import Attachment

    return (
        Attachment.objects.select_for_update(of=("self",)).select_related("owner", "municipality").get(pk=key)
    )
