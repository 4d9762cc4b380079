"""Addresses of the town's overview of seasonal work, and of its records of free placement."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import town_dashboard, town_records

_OFFICE = "<code>/office/work"

urlpatterns = [
    path(f"{_OFFICE}/", town_dashboard.dashboard, name="town"),
    path(f"{_OFFICE}/open-hands.csv", town_dashboard.file, name="town-file"),
    *(
        pattern
        for slug in town_records.SLUGS
        for pattern in (
            path(f"{_OFFICE}/records/{slug}", town_records.listed, {"slug": slug}, name=f"records-{slug}"),
            path(
                f"{_OFFICE}/records/{slug}.csv",
                town_records.file,
                {"slug": slug},
                name=f"records-{slug}-file",
            ),
        )
    ),
    path(f"{_OFFICE}/records/report", town_records.report, name="placement-report"),
    path(f"{_OFFICE}/records/report.csv", town_records.report_file, name="placement-report-file"),
]
