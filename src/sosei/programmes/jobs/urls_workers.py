"""Addresses of a worker's own pages, and of the office's queue of licences."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views.workers import account, free_days, home, licences, limits, office, profile

urlpatterns = [
    path("me/work", home.my_work, name="my-work"),
    path("me/work/profile", profile.profile, name="my-work-profile"),
    path("me/work/notice", profile.delivery, name="my-notice-delivery"),
    path("me/work/free-days", free_days.free_days, name="my-free-days"),
    path("me/work/limits", limits.limits, name="my-limits"),
    path("me/work/account", account.account, name="my-account"),
    path("me/work/account/remove", account.remove_account, name="my-account-remove"),
    path("me/work/licences", licences.licences, name="my-licences"),
    path("me/work/licences/new", licences.send, name="my-licence-new"),
    path("me/work/licences/<int:pk>", licences.send, name="my-licence"),
    path("me/work/licences/<int:pk>/remove", licences.remove, name="my-licence-remove"),
    path("work/furigana", home.set_furigana, name="furigana"),
    path("<str:code>/office/work/licences", office.queue, name="office-licences"),
    path("<str:code>/office/work/licences/<int:pk>", office.licence, name="office-licence"),
]
