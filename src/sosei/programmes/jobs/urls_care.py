"""Addresses of reviews, measures, complaints, certificates, invitations and wishes to move in."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import (
    care_certificates,
    care_complaints,
    care_complaints_office,
    care_invitations,
    care_measures,
    care_measures_office,
    care_relocation,
    care_reviews,
    care_reviews_office,
)

_EMPLOYER = "<code>/employer/<int:employer_id>"
_OFFICE = "<code>/office/work"

urlpatterns = [
    path("me/work/reviews", care_reviews.mine, name="my-reviews"),
    path("me/work/contracts/<int:contract_id>/review", care_reviews.write_mine, name="my-review"),
    path(f"{_EMPLOYER}/reviews", care_reviews.of_employer, name="employer-reviews"),
    path(
        f"{_EMPLOYER}/contracts/<int:contract_id>/review",
        care_reviews.write_of_employer,
        name="employer-review",
    ),
    path("<code>/work/employers/<int:employer_id>/reviews", care_reviews.public, name="reviews"),
    path(f"{_OFFICE}/reviews", care_reviews_office.listed, name="office-reviews"),
    path(f"{_OFFICE}/reviews/<int:review_id>", care_reviews_office.one, name="office-review"),
    path("me/work/complaints", care_complaints.mine, name="my-complaints"),
    path("me/work/complaints/new", care_complaints.new, name="my-complaint-new"),
    path("me/work/complaints/<int:complaint_id>", care_complaints.one, name="my-complaint"),
    path(f"{_OFFICE}/complaints", care_complaints_office.listed, name="office-complaints"),
    path(f"{_OFFICE}/complaints/<int:complaint_id>", care_complaints_office.one, name="office-complaint"),
    path("me/work/restrictions", care_measures.mine, name="my-restrictions"),
    path("me/work/restrictions/<int:restriction_id>", care_measures.my_one, name="my-restriction"),
    path(f"{_EMPLOYER}/restrictions", care_measures.of_employer, name="employer-restrictions"),
    path(
        f"{_EMPLOYER}/restrictions/<int:restriction_id>",
        care_measures.employers_one,
        name="employer-restriction",
    ),
    path(f"{_OFFICE}/restrictions", care_measures_office.listed, name="office-restrictions"),
    path(f"{_OFFICE}/restrictions/new", care_measures_office.new, name="office-restriction-new"),
    path(f"{_OFFICE}/restrictions/<int:restriction_id>", care_measures_office.one, name="office-restriction"),
    path("me/work/certificates", care_certificates.mine, name="my-certificates"),
    path("me/work/certificates/<number>.pdf", care_certificates.file, name="my-certificate"),
    path("<code>/work/certificate", care_certificates.ask_check, name="certificate-ask"),
    path("<code>/work/certificate/<number>", care_certificates.check, name="certificate-check"),
    path(f"{_EMPLOYER}/invitations", care_invitations.of_employer, name="employer-invitations"),
    path("me/work/invitations", care_invitations.mine, name="my-invitations"),
    path("me/work/relocation", care_relocation.mine, name="my-relocation"),
    path(f"{_OFFICE}/relocation", care_relocation.listed, name="office-relocation"),
    path(f"{_OFFICE}/relocation/<int:wish_id>", care_relocation.one, name="office-wish"),
]
