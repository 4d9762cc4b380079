"""What the page `/design` shows of maps and of readings above difficult words: samples, named as such."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.map_fields import Place, PlaceField
from sosei.core.design.maps import MapDrawing, MapPoint, draw_map


class PlaceForm(forms.Form):
    """A place on a map."""

    place = PlaceField(label=gettext_lazy("働く場所"), required=False)


def drawing() -> MapDrawing:
    """A map of an orchard with a page about it, a house to stay in, and the place asked from."""
    return draw_map(
        [
            MapPoint(37.0610, 140.8730, _("見本の果樹園"), "#map", "place", _("歩いて12分")),
            MapPoint(37.0505, 140.8945, _("見本の家"), "", "lodging", _("泊まれるベッド 2")),
        ],
        centre=(37.0560, 140.8850),
    )


def context() -> dict[str, Any]:
    """What the samples of maps need."""
    form = PlaceForm(prefix="where", initial={"place": Place(37.0560, 140.8850)})
    form.fields["place"].widget.known = [MapPoint(37.0610, 140.8730, _("見本の果樹園"))]
    return {"sample_map": drawing(), "place_form": form}
