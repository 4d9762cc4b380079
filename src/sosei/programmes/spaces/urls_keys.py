"""Addresses of keys: a host's locks, the vouchers of bookings, the town's view."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import keys

_HOST = "<code>/host/<int:host_id>/keys"

urlpatterns = [
    path(_HOST, keys.locks, name="host-keys"),
    path(f"{_HOST}/<int:lock_id>", keys.lock, name="host-lock"),
    path(f"{_HOST}/<int:lock_id>/test", keys.test, name="host-lock-test"),
    path(f"{_HOST}/<int:lock_id>/end", keys.end, name="host-lock-end"),
    path("me/spaces/orders/<str:number>/key/<int:booking_id>", keys.my_voucher, name="my-order-key"),
    path("bookings/<str:number>/key/<int:booking_id>", keys.link_voucher, name="link-order-key"),
    path("<code>/office/spaces/keys", keys.office, name="office-keys"),
]
