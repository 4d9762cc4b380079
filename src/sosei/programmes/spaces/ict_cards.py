"""What ICT equipment puts on a host's home: proposals to choose from, work to accept, the way to it all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sosei.programmes.spaces.home import Card, Counted, register_host_card
from sosei.programmes.spaces.models import Host, IctNeed, IctProposal, Installation
from sosei.programmes.spaces.views.host_common import host_url


def ict_card(host: Host, request: Any) -> Card | Counted:
    """Work that waits for its acceptance, else answers to choose from, else the way."""
    work = (
        Installation.objects.visible_to(request.user)
        .filter(host=host, state=Installation.State.BUILT)
        .select_related("space")
        .order_by("built_at")
        .first()
    )
    if work is not None:
        text = _("「%(space)s」の速さを測って、検収してください。") % {"space": work.space}
        return Card(
            _("ICT設備の工事が終わりました"),
            text,
            host_url("ict-work", host, work_id=work.pk),
            urgent=True,
            order=30,
        )
    waiting = IctProposal.objects.visible_to(request.user).filter(
        host=host, state=IctProposal.State.ANSWERED, need__state=IctNeed.State.OPEN
    )

    def card(count: int) -> Card:
        if count:
            text = _("会社からの提案：%(count)s件") % {"count": count}
            return Card(_("ICT設備の提案"), text, host_url("ict-host", host), order=35)
        text = _("Web会議や仕事に使えるように、回線や機器をととのえます。必要な大きさと費用を計算します。")
        return Card(_("ICT設備をととのえる"), text, host_url("ict-host", host), order=120)

    return Counted(waiting, card)


register_host_card(ict_card)
