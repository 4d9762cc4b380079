"""Addresses of damage."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import damage, damage_office

_TELL = "damage/<int:booking_id>"
_REPORT = "damage-reports/<int:report_id>"
_MINE = "me/spaces/orders/<str:number>"
_LINK = "bookings/<str:number>"
_HOST = "<code>/host/<int:host_id>"

urlpatterns = [
    path(f"{_MINE}/{_TELL}", damage.my_tell, name="my-order-damage"),
    path(f"{_MINE}/{_REPORT}", damage.my_report, name="my-order-damage-report"),
    path(f"{_LINK}/{_TELL}", damage.link_tell, name="link-order-damage"),
    path(f"{_LINK}/{_REPORT}", damage.link_report, name="link-order-damage-report"),
    path(f"{_LINK}/{_REPORT}/<uuid:uid>", damage.link_picture, name="link-order-damage-picture"),
    path(f"{_HOST}/orders/<str:number>/{_TELL}", damage.host_tell, name="host-order-damage"),
    path(f"{_HOST}/orders/<str:number>/{_REPORT}", damage.host_report, name="host-order-damage-report"),
    path(f"{_HOST}/damage", damage.of_host, name="host-damage"),
    path("<code>/office/spaces/damage", damage_office.listed, name="damage-office"),
    path("<code>/office/spaces/damage/<int:report_id>", damage_office.decide, name="damage-decide"),
]
