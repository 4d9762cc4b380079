"""The only row lock of registered groups: two of the staff decide one after the other."""

from __future__ import annotations

from sosei.programmes.spaces.models import UserGroup


def lock_group(key: int) -> UserGroup:
    """One group.

    Raises:
        UserGroup.DoesNotExist: no such group.
    """
    rows = UserGroup.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("municipality", "person").get(pk=key)  # type: ignore[no-any-return]
