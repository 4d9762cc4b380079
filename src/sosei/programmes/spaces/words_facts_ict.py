"""The kind of fact that equipping spaces knows: equipment was installed, and measured to be what was promised."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sosei.planning.outcomes.kinds import Attribute, declare_kind
from sosei.programmes.spaces.words_ict_sizing import PURPOSES

ICT_INSTALLED = "ict_installed"

declare_kind(
    ICT_INSTALLED,
    _("ICT設備を入れて、速さを確かめた場所"),
    unit=pgettext_lazy("単位", "か所"),
    from_count=_("%(facts)s件の検収から"),
    attributes=(Attribute("purpose", _("おもな使い道"), PURPOSES),),
    smallest_shown=1,
)
