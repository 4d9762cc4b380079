"""Addresses of yearly reviews: the report for everybody, the work on it for those who do it."""

from __future__ import annotations

from django.urls import path

from sosei.planning.strategy.views import (
    reviews,
    reviews_changes,
    reviews_steps,
    reviews_work,
    reviews_writing,
)

_OFFICE = "<slug:code>/office/strategy/reviews/<int:review_id>"

urlpatterns = [
    path("<slug:code>/strategy/<int:strategy_id>/reviews", reviews.listed, name="reviews"),
    path("<slug:code>/strategy/reviews/compare", reviews.compare, name="reviews-compare"),
    path("<slug:code>/strategy/reviews/<int:review_id>", reviews.report, name="review"),
    path("<slug:code>/strategy/reviews/<int:review_id>.csv", reviews.report_file, name="review-file"),
    path("<slug:code>/office/strategy/reviews", reviews_work.current, name="reviews-office"),
    path("<slug:code>/office/strategy/<int:strategy_id>/reviews/new", reviews_steps.new, name="review-new"),
    path(_OFFICE, reviews_work.work, name="review-work"),
    path(f"{_OFFICE}/dates", reviews_steps.dates, name="review-dates"),
    path(f"{_OFFICE}/summary", reviews_steps.summary, name="review-summary"),
    path(f"{_OFFICE}/forward", reviews_steps.forward, name="review-forward"),
    path(f"{_OFFICE}/back", reviews_steps.back, name="review-back"),
    path(f"{_OFFICE}/close", reviews_steps.close, name="review-close"),
    path(f"{_OFFICE}/publish", reviews_steps.publish, name="review-publish"),
    path(f"{_OFFICE}/again", reviews_steps.again, name="review-again"),
    path(f"{_OFFICE}/experts", reviews_work.experts, name="review-experts"),
    path(f"{_OFFICE}/comments", reviews_writing.answers, name="review-answers"),
    path(f"{_OFFICE}/my-comments", reviews_writing.my_comments, name="review-my-comments"),
    path(f"{_OFFICE}/changes", reviews_changes.changes, name="review-changes"),
    path(f"{_OFFICE}/changes/keep", reviews_changes.keep, name="review-changes-keep"),
    path(f"{_OFFICE}/changes/publish", reviews_changes.publish, name="review-changes-publish"),
    path(f"{_OFFICE}/changes/<int:change_id>/done", reviews_changes.carried_out, name="review-change-done"),
    path(f"{_OFFICE}/changes/<slug:kind>/<int:target_id>", reviews_changes.decide, name="review-change"),
    path(f"{_OFFICE}/evaluate/<slug:kind>/<int:target_id>", reviews_writing.evaluate, name="review-evaluate"),
    path(f"{_OFFICE}/return/<slug:kind>/<int:target_id>", reviews_writing.give_back, name="review-return"),
    path(f"{_OFFICE}/comment/<slug:kind>/<int:target_id>", reviews_writing.comment, name="review-comment"),
]
