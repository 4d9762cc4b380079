"""Pictures of spaces with their files, whoever sent them: a file lies behind the database's guard, its space does not."""

from __future__ import annotations

from sosei.core.people import tenancy
from sosei.programmes.spaces.models import Space, SpacePhoto


def photos_of(space: Space) -> list[SpacePhoto]:
    """All pictures of a space that may be seen, in their order, with their files."""
    with tenancy.unguarded():
        rows = SpacePhoto.objects.filter(space=space).select_related("attachment")
        return list(rows.order_by("position", "pk"))


def served_photos(space: Space) -> list[SpacePhoto]:
    """Those that may be opened: examined and found clean."""
    return [photo for photo in photos_of(space) if photo.attachment.is_served]
