"""Template tags for attachments: their address and their size in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from sosei.core.design.forms import size_text

register = template.Library()
GIGABYTE = 1_000_000_000


@register.simple_tag
def file_address(attachment: Any) -> str:
    """Where the file is opened; its name stands in the address for people."""
    return reverse("records:file", kwargs={"uid": attachment.uid, "name": attachment.original_name or "file"})


@register.filter
def file_size(value: int) -> str:
    """A number of bytes as people read it: 800KB, 10MB, 79.6GB."""
    return f"{value / GIGABYTE:.1f}GB" if value >= GIGABYTE else size_text(value)
