"""The verbs of the loop."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.planning.outcomes.models.levers import Lever


def _kind(value: Any) -> str:
    return str(Lever.Kind(value).label) if value in Lever.Kind.values else str(value)


declare_verb(
    "lever.set",
    _("推計への反映を決めた"),
    _("%(actor)sが、推計への反映「%(kind)s」を決めました"),
    scope=Scope.PLANNING,
    labels={"kind": _kind},
)
declare_verb(
    "lever.ended",
    _("推計への反映をやめた"),
    _("%(actor)sが、推計への反映「%(kind)s」をやめました"),
    scope=Scope.PLANNING,
    labels={"kind": _kind},
)
declare_verb(
    "gap_target.set",
    _("目標とする人口を決めた"),
    _("%(actor)sが、%(year)s年の目標とする人口を決めました"),
    scope=Scope.PLANNING,
)
declare_verb(
    "gap_share.set",
    _("世帯の分担の重みを決めた"),
    _("%(actor)sが、政策パッケージ%(package)sの分担の重みを%(weight)sにしました"),
    scope=Scope.PLANNING,
)
