"""A host's pages of a space, step by step: what it is, when it is open, how it is booked, its pictures, what is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.map_fields import is_picking
from sosei.core.records.attachments.rules import Reason
from sosei.core.records.attachments.views import no_space
from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_listings import AboutSpaceForm, BookingRulesForm, PhotoForm
from sosei.programmes.spaces.listing_check import Flaw, check_listing
from sosei.programmes.spaces.models import Host, Space
from sosei.programmes.spaces.services import listings as services
from sosei.programmes.spaces.services import photos
from sosei.programmes.spaces.space_files import photos_of
from sosei.programmes.spaces.views.host_common import (
    host_crumbs,
    host_url,
    known_points,
    own_host,
    own_space,
    public_url,
    space_crumbs,
    space_url,
)


def step_links(space: Space, current: str = "") -> list[dict[str, Any]]:
    """The steps of a listing, each with its page."""
    names = {
        "space-about": _("どんな場所か"),
        "space-hours": _("開く時間と休み"),
        "space-booking": _("予約の決まり"),
        "space-prices": _("料金"),
        "space-ladder": _("取り消しの決まり"),
        "space-photos": _("写真"),
        "space-edit": _("公開の前に"),
    }
    flawed = {flaw.page for flaw in check_listing(space) if not flaw.only_advice}
    return [
        {"label": label, "url": space_url(name, space), "current": name == current, "flawed": name in flawed}
        for name, label in names.items()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str, host_id: int) -> HttpResponse:
    """Begins a listing; with `?hall=` a room of that hall."""
    host = own_host(request, host_id)
    hall = _hall(request, host)
    start = Space(host=host, municipality=host.municipality)
    if hall is not None:
        for name in (
            "address",
            "postcode",
            "access",
            "latitude",
            "longitude",
            "step_free",
            "rules",
            "rules_en",
        ):
            setattr(start, name, getattr(hall, name))
        start.kind = Space.Kind.ROOM
    form = AboutSpaceForm(request.POST or None, instance=start, host=host, known=known_points(request, host))
    if request.method == "POST" and is_picking(request.POST, "place"):
        form.stand_still()
    elif request.method == "POST" and form.is_valid():
        try:
            made = services.enter_space(host=host, columns=form.columns(), actor=request.user, hall=hall)
        except HostError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("下書きを保存しました。次に、時間を入れてください。"))
            return redirect(space_url("space-hours", made))
    heading = _("「%(hall)s」の部屋を加える") % {"hall": hall} if hall else _("場所を登録する")
    context = {
        "form": form,
        "host": host,
        "hall": hall,
        "heading": heading,
        "submit": _("下書きを保存して、次へ"),
        "cancel_url": space_url("space-edit", hall) if hall else host_url("host", host),
        "crumbs": host_crumbs(request, host, (heading, "")),
    }
    return render(request, "spaces/listings/about.html", context)


def _hall(request: Any, host: Host) -> Space | None:
    asked = request.GET.get("hall", "")
    if not asked:
        return None
    if not asked.isdecimal():
        raise Http404
    seen = Space.objects.visible_to(request.user).filter(host=host, parent__isnull=True)
    hall: Space = get_object_or_404(seen.select_related("municipality", "host"), pk=int(asked))
    return hall


@require_safe
def overview(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Everything of a listing at a glance, what is missing, and what can be done with it."""
    space = own_space(request, host_id, space_id)
    flaws = check_listing(space)
    context = {
        "space": space,
        "host": space.host,
        "steps": step_links(space, "space-edit"),
        "flaws": with_links(space, flaws),
        "may_submit": not any(not flaw.only_advice for flaw in flaws),
        "rooms": sorted(space.parts.all(), key=lambda room: (room.name, room.pk)),
        "public_url": public_url(space) if space.published_at else "",
        "crumbs": space_crumbs(request, space),
    }
    return render(request, "spaces/listings/overview.html", context)


def with_links(space: Space, flaws: list[Flaw]) -> list[tuple[Flaw, str]]:
    """Each flaw with the page where it is mended."""
    return [(flaw, _where(space, flaw)) for flaw in flaws]


def _where(space: Space, flaw: Flaw) -> str:
    page = host_url(flaw.page, space.host) if flaw.page == "host" else space_url(flaw.page, space)
    return f"{page}#{flaw.anchor}" if flaw.anchor else page


@require_http_methods(["GET", "HEAD", "POST"])
def about(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """What it is and where."""
    space = own_space(request, host_id, space_id)
    again = Space.objects.get(pk=space.pk) if request.method == "POST" else space
    form = AboutSpaceForm(
        request.POST or None,
        instance=again,
        host=space.host,
        known=known_points(request, space.host, space.pk),
    )
    if request.method == "POST" and is_picking(request.POST, "place"):
        form.stand_still()
    elif request.method == "POST" and form.is_valid() and _change(request, space, form):
        return redirect(space_url("space-hours", space))
    return _step(request, space, "space-about", "about", form, _("どんな場所か"))


@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """How it is booked."""
    space = own_space(request, host_id, space_id)
    again = Space.objects.get(pk=space.pk) if request.method == "POST" else space
    form = BookingRulesForm(request.POST or None, instance=again)
    if request.method == "POST" and form.is_valid() and _change(request, space, form):
        return redirect(space_url("space-prices", space))
    return _step(request, space, "space-booking", "booking", form, _("予約の決まり"))


def _change(request: Any, space: Space, form: Any) -> bool:
    try:
        services.change_space(space=space, columns=form.columns(), actor=request.user)
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, _("保存しました。"))
    return True


def _step(
    request: Any, space: Space, page: str, template: str, form: Any, heading: str, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "space": space,
        "host": space.host,
        "heading": heading,
        "submit": _("保存して、次へ"),
        "steps": step_links(space, page),
        "crumbs": space_crumbs(request, space, (heading, "")),
        **more,
    }
    return render(request, f"spaces/listings/{template}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pictures(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Photos and floor plans: sent, put first, removed."""
    space = own_space(request, host_id, space_id)
    form = PhotoForm()
    if request.method == "POST" and "photo" in request.POST:
        _treat_photo(request, space)
        return redirect(space_url("space-photos", space))
    if request.method == "POST":
        form = PhotoForm(request.POST, request.FILES)
        if form.is_valid() and _add_photos(request, space, form):
            return redirect(space_url("space-photos", space))
        if form.has_error("files", Reason.NO_SPACE):
            return no_space(request, space_url("space-photos", space))
    return _step(
        request,
        space,
        "space-photos",
        "photos",
        form,
        _("写真"),
        submit=_("写真を加える"),
        photos=photos_of(space),
    )


def _add_photos(request: Any, space: Space, form: PhotoForm) -> bool:
    given = form.cleaned_data
    try:
        made = photos.add_photos(
            space=space,
            files=given["files"],
            shows=given["shows"],
            is_plan=given["is_plan"],
            actor=request.user,
        )
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    if len(made) < len(given["files"]):
        messages.error(request, _("ウイルスが見つかった写真は、保存しませんでした。"))
    if made:
        messages.success(request, _("写真を加えました。撮った場所などの情報は、写真から消してあります。"))
    return True


def _treat_photo(request: Any, space: Space) -> None:
    key = request.POST["photo"]
    photo = next((row for row in space.photos.all() if str(row.pk) == key), None)
    if photo is None:
        raise Http404
    if request.POST.get("do") == "first":
        photos.put_first(photo=photo, actor=request.user)
        messages.success(request, _("この写真を最初に出します。"))
    else:
        photos.remove_photo(photo=photo, actor=request.user)
        messages.success(request, _("写真を消しました。"))
