"""Addresses of records."""

from __future__ import annotations

from django.urls import include, path

from sosei.core.records.views import entries, mailbox, notifications, undelivered

app_name = "records"
urlpatterns = [
    path("", include("sosei.core.records.attachments.urls")),
    path("me/notifications", notifications.notifications, name="notifications"),
    path("me/notifications/read", notifications.mark_read, name="notifications-read"),
    path("me/notifications/settings", notifications.settings, name="notification-settings"),
    path("<str:code>/office/entries", entries.entries, name="entries"),
    path("<str:code>/office/entries.csv", entries.entries_file, name="entries-file"),
    path("<str:code>/office/messages", undelivered.undelivered, name="undelivered"),
    path("<str:code>/office/messages/<int:message_id>/send-again", undelivered.send_again, name="send-again"),
    path("operator/entries", entries.operator_entries, name="operator-entries"),
    path("operator/entries.csv", entries.operator_entries_file, name="operator-entries-file"),
    path("operator/messages", undelivered.operator_undelivered, name="operator-undelivered"),
    path(
        "operator/messages/<int:message_id>/send-again",
        undelivered.operator_send_again,
        name="operator-send-again",
    ),
    path("demo/mailbox", mailbox.mailbox, name="mailbox"),
]
