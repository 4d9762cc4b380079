"""Addresses of prices and ladders."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import ladders, prices

_SPACE = "<code>/host/<int:host_id>/spaces/<int:space_id>"

urlpatterns = [
    path(f"{_SPACE}/prices", prices.prices, name="space-prices"),
    path(f"{_SPACE}/prices/new", prices.new_list, name="space-price-new"),
    path(f"{_SPACE}/prices/<int:list_id>", prices.one_list, name="space-price-list"),
    path(f"{_SPACE}/prices/<int:list_id>/drop", prices.drop_list, name="space-price-drop"),
    path(f"{_SPACE}/ladder", ladders.ladder, name="space-ladder"),
]
