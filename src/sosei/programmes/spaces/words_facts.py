"""The kinds of fact that only spaces know: who came from outside, and who worked here for an employer elsewhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sosei.planning.outcomes.kinds import declare_kind
from sosei.planning.outcomes.words_kinds import MANY_A_PERSON, SPACE

declare_kind(
    "space_guest_from_outside",
    _("市外から来て場所を使った人"),
    unit=pgettext_lazy("単位", "人"),
    from_count=_("%(facts)s件の利用から"),
    attributes=(SPACE,),
    smallest_shown=MANY_A_PERSON,
)
declare_kind(
    "remote_worker_hosted",
    _("リモートワークで場所を使った人"),
    unit=pgettext_lazy("単位", "人"),
    from_count=_("%(facts)s件の利用から"),
    attributes=(SPACE,),
    smallest_shown=MANY_A_PERSON,
)
