"""Addresses of the yearly collection: a department's page by link and from the office, the planner's, and tables."""

from __future__ import annotations

from django.urls import path

from sosei.planning.strategy.views import (
    campaigns,
    campaigns_answer,
    campaigns_asks,
    campaigns_paste,
    campaigns_sheets,
)

_OFFICE = "<slug:code>/office/strategy"
_CAMPAIGN = f"{_OFFICE}/campaigns/<int:campaign_id>"
_ASK = f"{_OFFICE}/asks/<int:ask_id>"
_SHEET = f"{_OFFICE}/<int:strategy_id>/sheet"

urlpatterns = [
    path("strategy/answer/<str:token>", campaigns_answer.link, name="answer-link"),
    path("<slug:code>/strategy/answer", campaigns_answer.sheet, name="answer"),
    path("<slug:code>/strategy/answer/paste", campaigns_paste.paste, name="answer-paste"),
    path("<slug:code>/strategy/answer/look", campaigns_answer.look, name="answer-look"),
    path(f"{_OFFICE}/campaigns", campaigns.campaigns, name="campaigns"),
    path(f"{_OFFICE}/<int:strategy_id>/campaigns/new", campaigns.new, name="campaign-new"),
    path(_CAMPAIGN, campaigns.campaign, name="campaign"),
    path(f"{_CAMPAIGN}/change", campaigns.change, name="campaign-change"),
    path(f"{_CAMPAIGN}/open", campaigns.open_it, name="campaign-open"),
    path(f"{_CAMPAIGN}/close", campaigns.close, name="campaign-close"),
    path(f"{_CAMPAIGN}/take-in", campaigns.take_in, name="campaign-take-in"),
    path(f"{_CAMPAIGN}/remind", campaigns.remind, name="campaign-remind"),
    path(_ASK, campaigns_answer.sheet, name="ask-office"),
    path(f"{_ASK}/paste", campaigns_paste.paste, name="ask-paste"),
    path(f"{_ASK}/look", campaigns_answer.look, name="ask-look"),
    path(f"{_ASK}/manage", campaigns_asks.manage, name="ask-manage"),
    path(_SHEET, campaigns_sheets.sheet, name="sheet"),
    path(f"{_SHEET}/file", campaigns_sheets.download, name="sheet-file"),
    path(f"{_SHEET}/imports/<int:import_id>", campaigns_sheets.value_import, name="value-import"),
    path(f"{_SHEET}/layouts/new", campaigns_sheets.layout_new, name="layout-new"),
    path(f"{_SHEET}/layouts/<int:layout_id>/drop", campaigns_sheets.layout_drop, name="layout-drop"),
]
