"""Addresses at which gateways and their payers arrive."""

from __future__ import annotations

from django.urls import path

from sosei.core.payments.views import gateways

urlpatterns = [
    path("payments/notices/<str:gateway>", gateways.notice, name="notice"),
    path("payments/card/<str:token>", gateways.card, name="card"),
    path("payments/practice/<str:key>", gateways.practice, name="embedded"),
]
