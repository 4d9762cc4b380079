"""Addresses of reviews."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import reviews, reviews_office

_REVIEW = "review/<int:booking_id>"
_HOST = "<code>/host/<int:host_id>"

urlpatterns = [
    path("me/spaces/reviews", reviews.mine, name="my-reviews"),
    path("me/spaces/reviews/<int:review_id>", reviews.my_received, name="my-review"),
    path(f"me/spaces/orders/<str:number>/{_REVIEW}", reviews.my_review, name="my-order-review"),
    path(f"bookings/<str:number>/{_REVIEW}", reviews.link_review, name="link-order-review"),
    path(f"{_HOST}/orders/<str:number>/{_REVIEW}", reviews.host_review_write, name="host-order-review"),
    path(f"{_HOST}/reviews", reviews.of_host, name="host-reviews"),
    path(f"{_HOST}/reviews/<int:review_id>", reviews.host_review, name="host-review"),
    path("<code>/spaces/<int:space_id>/reviews", reviews.public, name="reviews"),
    path("<code>/office/spaces/reviews", reviews_office.listed, name="reviews-office"),
    path("<code>/office/spaces/reviews/<int:review_id>", reviews_office.one, name="review-office"),
]
