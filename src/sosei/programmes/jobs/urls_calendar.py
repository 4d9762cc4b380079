"""Addresses of the harvest calendar."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import calendar, calendar_office

urlpatterns = [
    path("<code>/work/calendar", calendar.calendar, name="calendar"),
    path("<code>/work/calendar.csv", calendar.file, name="calendar-file"),
    path("<code>/office/work/calendar", calendar_office.edit, name="calendar-office"),
    path("<code>/office/work/calendar-needs.csv", calendar_office.file, name="calendar-needs-file"),
    path("<code>/office/work/crops/new", calendar_office.new_crop, name="crop-new"),
    path("<code>/office/work/crops/<int:crop_id>", calendar_office.crop, name="crop"),
    path("<code>/office/work/crops/<int:crop_id>/remove", calendar_office.remove, name="crop-remove"),
]
