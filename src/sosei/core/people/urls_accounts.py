"""Addresses of accounts: one's own security, invitations, the office's roles and organisations, the operator."""

from __future__ import annotations

from django.urls import path

from sosei.core.people.views import door, members, operator, organisations

OFFICE = "<str:code>/office/"

urlpatterns = [
    path("account/", door.account, name="account"),
    path("account/sessions/end-others", door.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("account/invitation", door.invitation, name="invitation"),
    path("account/invitation/<str:token>", door.invitation_link, name="invitation-link"),
    path("office/", members.offices, name="offices"),
    path(OFFICE, members.office, name="office"),
    path(f"{OFFICE}members", members.members, name="members"),
    path(f"{OFFICE}members/invite", members.invite, name="invite"),
    path(f"{OFFICE}members/<int:membership_id>/end", members.end, name="member-end"),
    path(f"{OFFICE}invitations/<int:invitation_id>/resend", members.resend, name="invitation-resend"),
    path(f"{OFFICE}invitations/<int:invitation_id>/withdraw", members.withdraw, name="invitation-withdraw"),
    path(f"{OFFICE}organisations", organisations.organisations, name="organisations"),
    path(f"{OFFICE}organisations/new", organisations.new, name="organisation-new"),
    path(f"{OFFICE}organisations/<int:organisation_id>", organisations.change, name="organisation"),
    path(
        f"{OFFICE}organisations/<int:organisation_id>/close", organisations.close, name="organisation-close"
    ),
    path("operator/", operator.home, name="operator"),
    path("operator/invite", operator.invite_operator, name="operator-invite-operator"),
    path("operator/municipalities/new", operator.open_new, name="operator-open"),
    path("operator/municipalities/<str:code>", operator.municipality, name="operator-municipality"),
    path("operator/municipalities/<str:code>/change", operator.change, name="operator-change"),
    path("operator/municipalities/<str:code>/invite", operator.invite, name="operator-invite"),
    path("operator/members/<int:membership_id>/end", operator.end, name="operator-member-end"),
    path(
        "operator/invitations/<int:invitation_id>/resend", operator.resend, name="operator-invitation-resend"
    ),
    path(
        "operator/invitations/<int:invitation_id>/withdraw",
        operator.withdraw,
        name="operator-invitation-withdraw",
    ),
]
