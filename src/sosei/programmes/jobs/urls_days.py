"""Addresses of the days."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import (
    days_codes,
    days_employer,
    days_office,
    days_safety,
    days_site,
    days_steps,
    days_worker,
)

_MY_DAY = "me/work/day/<int:day_id>"
_EMPLOYER = "<code>/employer/<int:employer_id>"
_DAY = f"{_EMPLOYER}/days/<int:day_id>"
_OFFICE = "<code>/office/work"

urlpatterns = [
    path("work/site/offline", days_site.offline, name="site-offline"),
    path("work/site/<secret>", days_site.site, name="site"),
    path("work/days-worker.js", days_site.worker_script, name="days-worker-script"),
    path("me/work/days", days_worker.listed, name="my-days"),
    path(_MY_DAY, days_worker.one, name="my-day"),
    path(f"{_MY_DAY}/correct", days_worker.correct, name="my-day-correct"),
    path(f"{_MY_DAY}/comes", days_worker.comes, name="my-day-comes"),
    path("me/work/punch", days_site.punch, name="my-punch"),
    path("me/work/safety/<int:notice_id>", days_worker.safety, name="my-safety"),
    path(f"{_EMPLOYER}/days", days_employer.listed, name="employer-days"),
    path(_DAY, days_employer.one, name="employer-day"),
    path(f"{_DAY}/punch", days_steps.punch, name="employer-day-punch"),
    path(f"{_DAY}/absent", days_steps.absent, name="employer-day-absent"),
    path(f"{_DAY}/hours", days_steps.hours, name="employer-day-hours"),
    path(f"{_EMPLOYER}/corrections/<int:correction_id>", days_steps.correction, name="employer-correction"),
    path(f"{_EMPLOYER}/site-codes", days_codes.listed, name="employer-site-codes"),
    path(f"{_EMPLOYER}/site-codes/<int:place_id>", days_codes.one, name="employer-site-code"),
    path(f"{_EMPLOYER}/safety", days_safety.of_employer, name="employer-safety"),
    path(f"{_EMPLOYER}/safety/<int:notice_id>", days_safety.one_of_employer, name="employer-safety-one"),
    path(f"{_OFFICE}/days", days_office.listed, name="office-days"),
    path(f"{_OFFICE}/corrections", days_office.corrections, name="office-corrections"),
    path(f"{_OFFICE}/safety", days_safety.of_town, name="office-safety"),
    path(f"{_OFFICE}/safety/<int:notice_id>", days_safety.one_of_town, name="office-safety-one"),
]
