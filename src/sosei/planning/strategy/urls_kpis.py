"""Addresses of KPIs: their pages, the dashboard, the tables of results, and the forms behind them."""

from __future__ import annotations

from django.urls import path, re_path

from sosei.planning.strategy.views import kpis as pages
from sosei.planning.strategy.views import kpis_board as boards
from sosei.planning.strategy.views import kpis_edit as edit
from sosei.planning.strategy.views import kpis_values as values

_OFFICE = "<str:code>/office/strategy"
urlpatterns = [
    path("<str:code>/strategy/kpis/<int:kpi_id>", pages.kpi, name="kpi"),
    re_path(
        r"^(?P<code>[^/]+)/strategy/kpis/(?P<kpi_id>[0-9]{1,15})\.(?P<kind>csv|svg|png)$",
        pages.kpi_file,
        name="kpi-file",
    ),
    path("<str:code>/strategy/<int:strategy_id>/board", boards.board, name="board"),
    path("<str:code>/strategy/<int:strategy_id>/board.csv", boards.board_file, name="board-file"),
    path("<str:code>/strategy/<int:strategy_id>/results", boards.results, name="results"),
    path("<str:code>/strategy/<int:strategy_id>/results.csv", boards.results_file, name="results-file"),
    path(f"{_OFFICE}/<int:strategy_id>/kpis/new", edit.new, name="kpi-new"),
    path(f"{_OFFICE}/kpis/<int:kpi_id>/change", edit.change, name="kpi-change"),
    path(f"{_OFFICE}/kpis/<int:kpi_id>/targets", edit.targets, name="kpi-targets"),
    path(f"{_OFFICE}/kpis/<int:kpi_id>/end", edit.end, name="kpi-end"),
    path(f"{_OFFICE}/kpis/<int:kpi_id>/values/<int:year>", values.record, name="kpi-record"),
    path(f"{_OFFICE}/kpis/<int:kpi_id>/values/<int:year>/choose", values.choose, name="kpi-choose"),
    path(f"{_OFFICE}/values/<int:actual_id>/correct", values.correct, name="kpi-correct"),
]
