"""The kind of fact that only seasonal work knows: somebody came again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sosei.planning.outcomes.kinds import declare_kind
from sosei.planning.outcomes.words_kinds import INDUSTRY

declare_kind(
    "worker_returned",
    _("また働きに来た人"),
    unit=pgettext_lazy("単位", "人"),
    from_count=_("%(facts)s件の契約から"),
    attributes=(INDUSTRY,),
)
