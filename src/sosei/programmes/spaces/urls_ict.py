"""Addresses of ICT equipment: partners, catalogues, needs, proposals, work on site, measurements."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.spaces.views import (
    ict_catalogue,
    ict_needs,
    ict_office,
    ict_partner,
    ict_speed,
    ict_unmet,
    ict_works,
)

_OFFICE = "<code>/office/spaces/ict"
_HOST = "<code>/host/<int:host_id>/ict"
_NEED = f"{_HOST}/<int:need_id>"
_SPEED = "<code>/host/<int:host_id>/spaces/<int:space_id>/speed"
_PARTNER = "<code>/partner/<int:partner_id>"

urlpatterns = [
    path("me/spaces/partners", ict_partner.mine, name="my-ict-partners"),
    path(_OFFICE, ict_office.office, name="ict-office"),
    path(f"{_OFFICE}/partners/new", ict_office.admit, name="ict-partner-new"),
    path(f"{_OFFICE}/partners/<int:partner_id>/end", ict_office.end, name="ict-partner-end"),
    path(f"{_OFFICE}/unmet", ict_unmet.of_town, name="ict-unmet"),
    path(_HOST, ict_needs.listed, name="ict-host"),
    path(f"{_HOST}/unmet", ict_unmet.of_host, name="ict-host-unmet"),
    path(f"{_HOST}/new", ict_needs.new, name="ict-need-new"),
    path(_NEED, ict_needs.one, name="ict-need"),
    path(f"{_NEED}/change", ict_needs.change, name="ict-need-change"),
    path(f"{_NEED}/open", ict_needs.open_to_partners, name="ict-need-open"),
    path(f"{_NEED}/income", ict_needs.income, name="ict-need-income"),
    path(f"{_NEED}/drop", ict_needs.drop, name="ict-need-drop"),
    path(f"{_NEED}/compare", ict_needs.compare, name="ict-compare"),
    path(f"{_NEED}/proposals/<int:proposal_id>", ict_needs.proposal, name="ict-proposal"),
    path(f"{_NEED}/proposals/<int:proposal_id>/<str:form>", ict_needs.bill_file, name="ict-bill"),
    path(f"{_HOST}/works/<int:work_id>", ict_works.of_host, name="ict-work"),
    path(_SPEED, ict_speed.page, name="ict-speed"),
    path(f"{_SPEED}/import", ict_speed.import_file, name="ict-speed-import"),
    path(f"{_SPEED}/down", ict_speed.down, name="ict-speed-down"),
    path(f"{_SPEED}/up", ict_speed.up, name="ict-speed-up"),
    path(f"{_PARTNER}/", ict_partner.home, name="ict-partner"),
    path(f"{_PARTNER}/profile", ict_partner.profile, name="ict-partner-profile"),
    path(f"{_PARTNER}/catalogue", ict_catalogue.listed, name="ict-catalogue"),
    path(f"{_PARTNER}/catalogue/file.csv", ict_catalogue.export, name="ict-catalogue-file"),
    path(f"{_PARTNER}/catalogue/import", ict_catalogue.import_file, name="ict-catalogue-import"),
    path(f"{_PARTNER}/catalogue/new", ict_catalogue.new, name="ict-item-new"),
    path(f"{_PARTNER}/catalogue/<int:item_id>", ict_catalogue.one, name="ict-item"),
    path(f"{_PARTNER}/needs/<int:need_id>", ict_partner.need, name="ict-partner-need"),
    path(f"{_PARTNER}/proposals/<int:proposal_id>", ict_partner.answer, name="ict-answer"),
    path(f"{_PARTNER}/proposals/<int:proposal_id>/decline", ict_partner.decline, name="ict-decline"),
    path(f"{_PARTNER}/works/<int:work_id>", ict_works.of_partner, name="ict-partner-work"),
]
