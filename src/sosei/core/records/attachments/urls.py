"""Addresses of files; `urls.py` of the room includes them."""

from __future__ import annotations

from django.urls import path

from sosei.core.records.attachments import views

urlpatterns = [
    path("me/files", views.my_files, name="my-files"),
    path("me/files/<uuid:uid>/remove", views.remove, name="my-file-remove"),
    path("files/<uuid:uid>/preview", views.preview, name="file-preview"),
    path("files/<uuid:uid>/<str:name>", views.file, name="file"),
    path("operator/files", views.operator_files, name="operator-files"),
]
