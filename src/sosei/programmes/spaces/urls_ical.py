"""Addresses of calendars: a host's page, and the secret file of a space."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import ical

_HOST = "<code>/host/<int:host_id>/calendars"

urlpatterns = [
    path("bookings/calendar/<str:secret>.ics", ical.space_calendar_file, name="space-calendar"),
    path(_HOST, ical.calendars, name="host-calendars"),
    path(f"{_HOST}/links/<int:space_id>", ical.change_link, name="host-calendar-link"),
    path(f"{_HOST}/feeds/<int:feed_id>/end", ical.end_feed, name="host-feed-end"),
    path(f"{_HOST}/feeds/<int:feed_id>/read", ical.read_feed, name="host-feed-read"),
]
