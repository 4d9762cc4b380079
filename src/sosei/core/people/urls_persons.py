"""Addresses of persons: one's own pages, and the office's pages about people."""

from __future__ import annotations

from django.urls import path

from sosei.core.people.views import consents, demonstration, desk, export, me, people_list, profile, proxy

urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/profile", profile.profile, name="profile"),
    path("me/address/<slug:kind>", profile.address, name="address"),
    path("me/address/<slug:kind>/lookup", profile.look_up_address, name="address-lookup"),
    path("me/address/second/remove", profile.remove_address, name="address-remove"),
    path("me/birth-date", profile.birth_date, name="birth-date"),
    path("me/towns/join", me.join_town, name="join-town"),
    path("me/roles/<int:pk>/leave", me.leave_role, name="leave-role"),
    path("me/looks", me.looks, name="looks"),
    path("me/consents", consents.consents, name="consents"),
    path("me/consents/due", consents.consents_due, name="consents-due"),
    path("me/consents/<int:pk>", consents.consent, name="consent"),
    path("me/consents/<int:pk>/decide", consents.decide, name="consent-decide"),
    path("me/data", export.data, name="data"),
    path("me/data.json", export.data_file, name="data-file"),
    path("me/erase", export.erase, name="erase"),
    path("me/erased", export.erased, name="erased"),
    path("me/stop-acting", proxy.stop, name="stop-acting"),
    path("demonstration/sign-in", demonstration.sign_in, name="demonstration-sign-in"),
    path("<str:code>/office/people", people_list.people, name="people"),
    path("<str:code>/office/people/new", desk.register, name="register"),
    path("<str:code>/office/people/<uuid:uid>", desk.person, name="person"),
    path("<str:code>/office/people/<uuid:uid>/edit", desk.edit, name="person-edit"),
    path("<str:code>/office/people/<uuid:uid>/address/<slug:kind>", desk.address, name="person-address"),
    path(
        "<str:code>/office/people/<uuid:uid>/address/<slug:kind>/lookup",
        desk.address_lookup,
        name="person-address-lookup",
    ),
    path("<str:code>/office/people/<uuid:uid>/act", proxy.act, name="act"),
    path("operator/consents", consents.operator_consents, name="operator-consents"),
    path("<str:code>/office/consents", consents.office_consents, name="office-consents"),
]
