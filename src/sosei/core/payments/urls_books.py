"""Addresses of the check of the books."""

from __future__ import annotations

from django.urls import path

from sosei.core.payments.views import books

urlpatterns = [
    path("<str:code>/office/payments/books", books.books, name="books"),
]
