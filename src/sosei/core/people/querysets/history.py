"""Reads of histories: whoever may see a row may see what it was."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


class HistoryQuerySet(models.QuerySet[Any]):
    """Reads of the tables that triggers fill."""

    def visible_to(self, user: object) -> Self:
        """Versions of the rows that `user` sees now."""
        tracked = self.model._meta.get_field("pgh_obj").related_model
        return self.filter(pgh_obj__in=tracked._default_manager.visible_to(user).order_by().values("pk"))  # type: ignore[union-attr]
