"""Addresses of rules of judgement: the rule in force, a preset tried, one's own, a status, the monitoring quality."""

from __future__ import annotations

from django.urls import path

from sosei.planning.strategy.views import rules

_OFFICE = "<str:code>/office/strategy/<int:strategy_id>"

urlpatterns = [
    path("<str:code>/office/strategy/rules", rules.rules, name="rules"),
    path(f"{_OFFICE}/rules", rules.rules, name="rules"),
    path(f"{_OFFICE}/rules/own", rules.own, name="rule-own"),
    path(f"{_OFFICE}/rules/<slug:preset>", rules.preset, name="rule-preset"),
    path(f"{_OFFICE}/monitoring", rules.monitoring, name="monitoring"),
    path("<str:code>/office/strategy/kpis/<int:kpi_id>/status/<int:year>", rules.status, name="status"),
]
